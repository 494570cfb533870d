"""A script of real operations in which every call that touches the disk goes wrong in turn.

`python -m tests.faults.script` runs it once for each call and each fault, until a whole run has no
call left that could fail. After each fault the library is opened anew, as the next process does: it
has to be as it was after the last thing that was acknowledged, or as the one after it leaves it.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, TextIO

import pytest

from store.library.folder import FolderLibrary
from store.maintenance.compact import compact_library
from store.model.article import ParsedArticle, ReadingStatus
from store.model.errors import NewstuiError
from tests.support.fault_injection import FAULTS, WRITE_FAULTS, Effect, Killed, do_half
from tests.support.libraries import START, Machine, add, article, articles, ids, state

CALLS = ("open", "write", "fsync", "replace", "rename", "ftruncate")
KINDS = {**FAULTS, "short write": do_half}
SEGMENT = 10
"""Articles in a segment here, so that an import writes several."""
STEP = timedelta(days=8)
"""From one operation to the next, so that what was deleted is old when it is compacted."""
HISTORY = ReadingStatus(read=True, starred=True, read_count=2, last_read="2030-01-01T00:00:00Z")


# -- the operations ------------------------------------------------------------------------


@dataclass
class Session:
    """One process that works with the library."""

    machine: Machine
    acknowledge: Callable[[], None]
    """Called for each thing that is said to be on the disk."""
    opened: FolderLibrary | None = None

    @property
    def library(self) -> FolderLibrary:
        """The library, opened if it is not."""
        self.opened = self.opened or self.machine.open()
        return self.opened


Operation = Callable[[Session], None]


def opening(session: Session) -> None:
    """Open the library, as the next start does."""
    session.opened = None
    assert session.library
    session.acknowledge()


def record(event: str, *numbers: int, **data: Any) -> Operation:
    """Something happens to articles."""

    def operation(session: Session) -> None:
        session.library.record(event, ids(*numbers), **data)
        session.acknowledge()

    return operation


def take_in(found: Sequence[ParsedArticle]) -> Operation:
    """Articles come in; each segment is acknowledged by itself."""

    def operation(session: Session) -> None:
        for _ in session.library.add(found):
            session.acknowledge()

    return operation


def undo(session: Session) -> None:
    """Take back the last change."""
    session.library.undo()
    session.acknowledge()


def snapshot(session: Session) -> None:
    """Leave the library, which keeps the reading state."""
    session.library.close()
    session.acknowledge()


def compacting(session: Session) -> None:
    """Take out what was deleted long ago."""
    for _ in compact_library(session.machine.folder, session.machine.name, session.machine.clock):
        pass
    session.acknowledge()


def script() -> list[Operation]:
    """What is done, in order."""
    fifty = [article(n, HISTORY if n % 5 == 0 else None) for n in range(1, 51)]
    return [
        opening,
        take_in(fifty),
        record("deleted", 7),
        record("deleted", 8, 9),
        undo,
        *(record("read", number) for number in range(11, 41)),
        *(record("starred", number) for number in (12, 22, 32)),
        snapshot,
        record("read", *range(41, 51)),
        record("tagged", 3, tag="later"),
        record("untagged", 3, tag="later"),
        record("edited", 4, to={"title": "Another title"}),
        undo,
        undo,
        take_in(articles([51, 52])),
        opening,
        take_in(articles(range(51, 56))),
        record("position", 51, position=3),
        compacting,
        record("unread", 12),
        undo,
        snapshot,
        record("opened", 55),
    ]


# -- one run -------------------------------------------------------------------------------


@dataclass
class Fault:
    """Makes the `at`-th of some calls go wrong; after a kill nothing reaches the disk any more."""

    wrong: Effect
    at: int
    calls: Sequence[str] = CALLS
    seen: int = field(default=0, init=False)
    dead: bool = field(default=False, init=False)

    @property
    def happened(self) -> bool:
        """Whether there were so many calls."""
        return self.seen >= self.at

    @contextmanager
    def injected(self) -> Iterator[None]:
        """The fault is there within."""
        with pytest.MonkeyPatch.context() as patch:
            for name in (*CALLS, "unlink"):
                patch.setattr(os, name, partial(self._call, name, getattr(os, name)))
            yield

    def _call(self, name: str, real: Callable[..., Any], *given: Any, **named: Any) -> Any:
        if self.dead:
            raise Killed
        self.seen += name in self.calls
        if name not in self.calls or self.seen != self.at:
            return real(*given, **named)
        try:
            return self.wrong(lambda *other: real(*other, **named), given)
        except Killed:
            self.dead = True
            raise


def seen(library: FolderLibrary) -> Any:
    """Everything that can be seen of the library: articles, reading, texts, and what to undo."""
    found = state(library)
    texts = {each: library.get_article(each).body for each in found}
    return found, texts, library.undoable()


class Undisturbed:
    """The states after each thing that is acknowledged in a run without faults."""

    def __init__(self, home: Path) -> None:
        """Run the script once."""
        self.operations = script()
        machine = Machine(home)
        self.states: list[Any] = [seen(machine.open())]
        self.first: list[int] = []
        """Of each operation the number of the state that it finds."""
        session = Session(machine, lambda: self.states.append(seen(machine.open())))
        for number, operation in enumerate(self.operations):
            self.first.append(len(self.states) - 1)
            at_time(machine, number)
            operation(session)
        self.first.append(len(self.states) - 1)


def at_time(machine: Machine, number: int) -> None:
    """Set the clock to the time of an operation."""
    machine.clock.now = START + number * STEP


class Run:
    """One run of the script with a fault in it."""

    def __init__(self, home: Path, plain: Undisturbed, fault: Fault) -> None:
        """Prepare it.

        Args:
            home: For the library; it must not exist.
            plain: What is legal.
            fault: What goes wrong.
        """
        self.plain, self.fault = plain, fault
        self.machine = Machine(home)
        self.acknowledged = 0
        self.session = Session(self.machine, self._acknowledge)

    def _acknowledge(self) -> None:
        self.acknowledged += 1

    def check(self) -> str:
        """Run it up to the fault and on; what is wrong afterwards, empty if nothing is."""
        error: BaseException | None = None
        number = -1
        with self.fault.injected():
            for number, operation in enumerate(self.plain.operations):
                at_time(self.machine, number)
                try:
                    operation(self.session)
                except (NewstuiError, OSError, Killed) as problem:
                    error = problem
                if self.fault.happened:
                    break
        where = f"operation {number}, {error!r}"
        if isinstance(error, OSError):
            return f"{where}: not told in our words"
        try:
            wrong = self._wrong_now(error) or self._wrong_later(number)
        except NewstuiError as problem:
            wrong = f"afterwards {problem!r}"
        return f"{where}: {wrong}" if wrong else ""

    def _wrong_now(self, error: BaseException | None) -> str:
        if not isinstance(error, Killed) and self._temporary():
            return f"{self._temporary()} stayed behind"
        legal = self.plain.states[self.acknowledged :][: 1 if error is None else 2]
        found = seen(self.machine.open())
        if found not in legal:
            return "the library is in no legal state"
        if isinstance(error, Killed):
            self.session.opened = None
        elif self.session.opened:
            self.session.library.refresh()
            if seen(self.session.library) != found:
                return "the process sees something else than is on the disk"
        return ""

    def _wrong_later(self, number: int) -> str:
        """Do the operation again unless it is done, and the next two."""
        first = self.plain.first
        done = seen(self.session.library) == self.plain.states[first[number + 1]]
        last = min(number + 3, len(self.plain.operations))
        for each in range(number + done, last):
            at_time(self.machine, each)
            self.plain.operations[each](self.session)
        for library in (self.session.library, self.machine.open()):
            if seen(library) != self.plain.states[first[last]]:
                return "what was done next is not there, or something else is different"
        add(self.session.library, articles([99]))
        self.session.library.close()
        compacting(self.session)
        return f"{self._temporary()} were not swept away" if self._temporary() else ""

    def _temporary(self) -> list[Path]:
        return list(self.machine.home.rglob(".newstui-*"))


# -- all of them ---------------------------------------------------------------------------


@dataclass
class Report:
    """How many faults there were, of which kind, and what they did."""

    injected: Counter[str] = field(default_factory=Counter)
    losses: list[str] = field(default_factory=list)

    def lines(self) -> Iterable[str]:
        """The report as it is printed."""
        yield from (f"{kind:20}{number:6}" for kind, number in self.injected.items())
        total = self.injected.total()
        yield f"{total} faults injected, {total - len(self.losses)} survived"
        yield f"{len(self.losses)} losses"
        yield from self.losses


def run(home: Path, every: int = 1, tell: Callable[[str], None] = lambda line: None) -> Report:
    """Run the script with every fault.

    Args:
        home: An empty folder to work in.
        every: Only every so many calls, for each kind of fault others.
        tell: Told about each kind that is done.
    """
    report = Report()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("store.library.folder.SEGMENT_SIZE", SEGMENT)
        patch.setattr("store.segments.segments.SEGMENT_SIZE", SEGMENT)
        patch.setattr("store.library.folder.SNAPSHOT_INTERVAL_EVENTS", 0)
        plain = Undisturbed(home / "undisturbed")
        for offset, (kind, wrong) in enumerate(KINDS.items()):
            writes = kind in WRITE_FAULTS or wrong is do_half
            for at in count(1 + offset * 3 % every, every):
                fault = Fault(wrong, at, ("write",) if writes else CALLS)
                with tempfile.TemporaryDirectory(dir=home) as folder:
                    problem = Run(Path(folder), plain, fault).check()
                if problem:
                    report.losses.append(f"{kind} at call {at}: {problem}")
                if not fault.happened:
                    break
                report.injected[kind] += 1
            tell(f"{kind}: {report.injected[kind]} faults, {len(report.losses)} losses so far")
    return report


def _say(stream: TextIO, *lines: str) -> None:
    stream.writelines(f"{line}\n" for line in lines)
    stream.flush()


def main() -> int:
    """Run all of it and print the numbers; 1 if anything was lost."""
    parser = argparse.ArgumentParser(description="Make every call to the disk fail in turn.")
    parser.add_argument("--every", type=int, default=1, help="only every so many calls")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="newstui-faults-") as home:
        report = run(Path(home), options.every, lambda line: _say(sys.stderr, line))
    _say(sys.stdout, *report.lines())
    return 1 if report.losses else 0


if __name__ == "__main__":
    sys.exit(main())
