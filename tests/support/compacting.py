"""Compacting to test with: its steps, what a journal says, and a library with a long history."""

from __future__ import annotations

import random
import shutil
from datetime import timedelta
from typing import Any

import orjson

from store.journal.events import decode_line
from store.library.folder import FolderLibrary
from store.maintenance.compact import CompactResult, compact_library
from store.model.article import ReadingStatus
from tests.support.libraries import Machine, add, article, articles, ids

MONTH = timedelta(days=30)


def run(machine: Machine, **how: Any) -> CompactResult:
    """Compact to the end."""
    steps = compact_library(machine.folder, machine.name, machine.clock, **how)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            done: CompactResult = end.value
            return done


def kinds(machine: Machine) -> list[str]:
    """The events of the journal, in order."""
    lines = map(decode_line, machine.journal.read_bytes().splitlines(keepends=True))
    return [line["event"] for line in lines if "event" in line]


def text_of(machine: Machine, number: int) -> str:
    """What is stored as the text of an article."""
    for path in machine.segments():
        facts = orjson.loads(path.read_bytes())["articles"]
        texts = orjson.loads((machine.folder / "texts" / path.name).read_bytes())["texts"]
        for key, document in facts.items():
            if document["id"] == ids(number)[0]:
                return str(texts[key]["text"])
    raise AssertionError(number)


def copy(machine: Machine, to: Machine) -> None:
    """Carry what this machine wrote to another one, as a sync does."""
    for path in machine.folder.rglob(f"{machine.name}*.json*"):
        target = to.folder / path.relative_to(machine.folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)


DONE = (
    *("opened", "read", "unread", "starred", "unstarred", "position", "position", "position"),
    *("undo", "undo", "deleted", "restored", "tagged", "untagged", "edited"),
)


def said(kind: str, chance: random.Random) -> dict[str, Any]:
    """What an event of this kind says."""
    match kind:
        case "position":
            return {"position": chance.randrange(99)}
        case "tagged" | "untagged":
            return {"tag": chance.choice("ab")}
        case "edited":
            return {"to": {"title": f"Title {chance.randrange(99)}"}}
    return {}


def busy(machine: Machine, seed: int) -> FolderLibrary:
    """A library of six articles with a long random history, some of it undone."""
    chance = random.Random(seed)
    library = machine.open()
    add(
        library,
        [article(1, ReadingStatus(read=True, read_count=2, position=9)), *articles(range(2, 7))],
    )
    for _ in range(120):
        machine.clock.now += timedelta(hours=chance.choice([-1, 0, 1, 40]))
        some = ids(*chance.sample(range(1, 7), chance.choice([1, 1, 1, 3])))
        kind = chance.choice(DONE)
        if kind == "undo":
            library.undo()
        else:
            library.record(kind, some, **said(kind, chance))
    return library
