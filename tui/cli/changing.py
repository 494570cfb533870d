"""Commands that change the library: import, edit, mark."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from store.importers.read import read
from store.importers.sources import read_source, sources
from store.library.identify import named
from store.library.protocol import Library
from store.model.article import Found, Refused
from store.model.errors import BadInput, NoSuchArticle
from store.model.results import Added
from store.model.times import iso, parse_time, system_clock
from store.text.clean import clean_line
from tui.cli.hooks import tell_hook
from tui.cli.opening import load, loaded, paths_of
from tui.cli.output import Counter, put_json, tell
from tui.rendering.wording import count
from tui.services import unloaded

STDIN = "-"


class Intake:
    """Reads what was named; says what was refused, and goes on."""

    def __init__(self, names: Sequence[str], kind: str | None = None) -> None:
        self._names = names
        self._kind = kind
        self._now = iso(system_clock().replace(microsecond=0))
        self.refused: list[Refused] = []

    def __iter__(self) -> Iterator[Found]:
        for item in self._items():
            if isinstance(item, Refused):
                self.refused.append(item)
                tell(f"{item.where}: {item.reason}")
            else:
                yield item

    def _items(self) -> Iterator[Found | Refused]:
        for name in self._names:
            if name == STDIN:
                yield from read("standard input", sys.stdin.buffer, now=self._now, kind=self._kind)
                continue
            for source in sources([Path(name)]):
                if isinstance(source, Refused):
                    yield source
                else:
                    yield from read_source(source, now=self._now, kind=self._kind)


def import_files(options: argparse.Namespace) -> int:
    """Add articles from files; a bad one costs a line and the rest goes on."""
    library = unloaded(paths_of(options))
    load(library)
    intake = Intake(options.paths, options.format)
    last = Added()
    new: list[str] = []
    with Counter("importing").running() as counter:
        for last in library.add(intake):
            new += last.new
            counter.tell(f"{last.added + last.known:,} articles")
    tell_hook(options, library, "on_new", new)
    library.close()
    if options.json:
        put_json({"added": last.added, "known": last.known, "refused": len(intake.refused)})
    else:
        tell(_summary(last, len(intake.refused)))
    return 1 if intake.refused else 0


def _summary(added: Added, refused: int) -> str:
    parts = [f"{count(added.added, 'article')} added"]
    if added.known:
        parts.append(f"{added.known:,} already there")
    if refused:
        parts.append(f"{refused:,} refused")
    return ", ".join(parts)


def edit(options: argparse.Namespace) -> int:
    """Change facts and tags of an article, each kind of change by an event of its own."""
    facts = _new_facts(options)
    tags = {name: [clean_line(tag) for tag in getattr(options, name)] for name in ("tag", "untag")}
    library = loaded(options)
    article = library.find(options.id)
    if facts:
        library.record("edited", [article], to=facts)
    for name, given in tags.items():
        for tag in filter(None, given):
            library.record(f"{name}ged", [article], tag=tag)
    library.close()
    return 0


def _new_facts(options: argparse.Namespace) -> dict[str, str]:
    given = {name: getattr(options, name) for name in ("title", "category", "date")}
    facts = {name: clean_line(value) for name, value in given.items() if value is not None}
    if facts.get("title") == "":
        raise BadInput("the title is empty")
    if "date" in facts:
        date = parse_time(facts["date"])
        if date is None:
            raise BadInput(f"{facts['date']} is not a date")
        facts["date"] = date
    return facts


def mark(options: argparse.Namespace) -> int:
    """Mark articles; those that are marked so already are left alone."""
    library = loaded(options)
    ids, failed = _found(library, options.ids)
    if options.file:
        more, unknown = named(library, _lines(options.file))
        ids = list(dict.fromkeys([*ids, *more]))
        if unknown:
            failed = True
            tell(
                f"{options.file}: {count(len(unknown), 'line')} of no article, first {unknown[0]!r}"
            )
    events = {"read": "read", "unread": "unread", "star": "starred", "unstar": "unstarred"}
    for flag in filter(None, (options.read, options.star)):
        event = events[flag]
        changed = [article for article in ids if not _is(library, article, event)]
        library.record(event, changed)
        if event == "read":
            tell_hook(options, library, "on_read", changed)
    library.close()
    return 1 if failed else 0


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text("utf-8-sig", errors="replace")
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from error
    return [line.strip() for line in text.splitlines() if line.strip()]


def _found(library: Library, names: Sequence[str]) -> tuple[list[str], bool]:
    ids, failed = [], False
    for name in names:
        try:
            ids.append(library.find(name))
        except NoSuchArticle as error:
            tell(str(error))
            failed = True
    return list(dict.fromkeys(ids)), failed


def _is(library: Library, article: str, event: str) -> bool:
    row = library.row(article)
    if row is None:
        return True
    states = {"read": row.read, "unread": not row.read, "starred": row.starred}
    return states.get(event, not row.starred)
