"""Libraries to damage, repair and compact, and what is in their files."""

from __future__ import annotations

import random
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson

from store.journal.events import decode_line
from store.library.folder import FolderLibrary
from store.maintenance.compact import CompactResult, compact_library
from store.model.article import ReadingStatus
from tests.support.libraries import Machine, add, article, article_id, articles, ids, list_numbers
from tests.support.steps import run_steps

FIRST_SEGMENT, SECOND_SEGMENT = range(1, 11), range(11, 16)
"""The numbers of the articles in the two segments."""


def articles_file(machine: Machine, number: int = 1) -> Path:
    return machine.folder / "articles" / f"{machine.name}-{number:04d}.json"


def texts_file(machine: Machine, number: int = 1) -> Path:
    return machine.folder / "texts" / f"{machine.name}-{number:04d}.json"


def damaged_copies(machine: Machine) -> list[Path]:
    return sorted(machine.folder.rglob("*.damaged-*"))


def article_texts(library: FolderLibrary) -> dict[int, str]:
    """Return the text of every article, by number."""
    return {n: library.get_article(article_id(n)).body.text for n in sorted(list_numbers(library))}


def expected_texts(numbers: range | list[int]) -> dict[int, str]:
    return {number: f"Text {number}." for number in numbers}


def newest_first(numbers: range | list[int]) -> list[int]:
    return sorted(numbers, reverse=True)


MONTH = timedelta(days=30)


def compact(machine: Machine, **options: Any) -> CompactResult:
    """Compact the machine's library and return the result."""
    return run_steps(compact_library(machine.folder, machine.name, machine.clock, **options))


def event_kinds(machine: Machine) -> list[str]:
    """Return the event kinds in the journal, in order."""
    lines = map(decode_line, machine.journal.read_bytes().splitlines(keepends=True))
    return [line["event"] for line in lines if "event" in line]


def stored_text(machine: Machine, number: int) -> str:
    """Return the stored text of an article."""
    for path in machine.segments():
        facts = orjson.loads(path.read_bytes())["articles"]
        texts = orjson.loads((machine.folder / "texts" / path.name).read_bytes())["texts"]
        for key, document in facts.items():
            if document["id"] == ids(number)[0]:
                return str(texts[key]["text"])
    raise AssertionError(number)


def sync_files(machine: Machine, to: Machine) -> None:
    """Copy the files this machine wrote to another machine, as a sync does."""
    for path in machine.folder.rglob(f"{machine.name}*.json*"):
        target = to.folder / path.relative_to(machine.folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)


RANDOM_CHANGES = (
    *("opened", "read", "unread", "starred", "unstarred", "position", "position", "position"),
    *("undo", "undo", "deleted", "restored", "tagged", "untagged", "edited"),
)


def random_event_fields(kind: str, chance: random.Random) -> dict[str, Any]:
    """Return random fields for an event of this kind."""
    match kind:
        case "position":
            return {"position": chance.randrange(99)}
        case "tagged" | "untagged":
            return {"tag": chance.choice("ab")}
        case "edited":
            return {"to": {"title": f"Title {chance.randrange(99)}"}}
    return {}


def make_busy_library(machine: Machine, seed: int) -> FolderLibrary:
    """Return a library of six articles with a long random history, partly undone."""
    chance = random.Random(seed)
    library = machine.open()
    add(
        library,
        [article(1, ReadingStatus(read=True, read_count=2, position=9)), *articles(range(2, 7))],
    )
    for _ in range(120):
        machine.clock.now += timedelta(hours=chance.choice([-1, 0, 1, 40]))
        some = ids(*chance.sample(range(1, 7), chance.choice([1, 1, 1, 3])))
        kind = chance.choice(RANDOM_CHANGES)
        if kind == "undo":
            library.undo()
        else:
            library.record(kind, some, **random_event_fields(kind, chance))
    return library
