"""Commands that change the library: import, edit, mark."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from store.importers.read import read
from store.importers.sources import read_source, sources
from store.model.article import Found, Refused
from store.model.results import Added
from store.model.times import iso, system_clock
from tui.cli.console import Counter, put_json, tell
from tui.cli.context import load, paths_of, tell_hook
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
