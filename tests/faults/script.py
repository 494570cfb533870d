"""A script of real operations in which every call that touches the disk fails in turn.

`python -m tests.faults.script` runs it once for each call and each fault, until a run has no call left
that could fail. After each fault the library is opened again, as the next process does: it has to be
as it was after the last acknowledged change, or as the next change would leave it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, TextIO

import pytest

from store.library.folder import FolderLibrary
from store.maintenance.compact import compact_library
from store.model.article import ParsedArticle, ReadingStatus
from store.model.errors import NewstuiError
from tests.support.closing import close_libraries
from tests.support.fault_injection import (
    DISK_CALLS,
    FAULTS,
    WRITE_FAULTS,
    FaultInjector,
    Killed,
    do_half,
)
from tests.support.libraries import (
    START,
    Machine,
    add,
    article,
    articles,
    ids,
    state,
)

EFFECTS = {**FAULTS, "short write": do_half}
SEGMENT_ARTICLES = 10
"""Articles per segment here, so that an import writes several segments."""
OPERATION_INTERVAL = timedelta(days=8)
"""Time between operations, so that deleted articles are old enough to be purged."""
HISTORY = ReadingStatus(read=True, starred=True, read_count=2, last_read="2030-01-01T00:00:00Z")


# -- the operations ------------------------------------------------------------------------


@dataclass
class Session:
    """A process that works with the library."""

    machine: Machine
    acknowledge: Callable[[], None]
    """Called for each change that is reported to be on disk."""
    opened: FolderLibrary | None = None

    @property
    def library(self) -> FolderLibrary:
        """The library, opened on first use."""
        self.opened = self.opened or self.machine.open()
        return self.opened


Operation = Callable[[Session], None]


def open_library(session: Session) -> None:
    """Open the library, as the next start does."""
    session.opened = None
    assert session.library
    session.acknowledge()


def record(event: str, *numbers: int, **data: Any) -> Operation:
    """Return an operation that records an event of articles."""

    def operation(session: Session) -> None:
        session.library.record(event, ids(*numbers), **data)
        session.acknowledge()

    return operation


def add_articles(found: Sequence[ParsedArticle]) -> Operation:
    """Return an operation that adds articles and acknowledges each segment."""

    def operation(session: Session) -> None:
        for _ in session.library.add(found):
            session.acknowledge()

    return operation


def undo(session: Session) -> None:
    """Undo the last change."""
    session.library.undo()
    session.acknowledge()


def snapshot(session: Session) -> None:
    """Close the library, which writes a snapshot."""
    session.library.close()
    session.acknowledge()


def compact(session: Session) -> None:
    """Purge the texts of articles deleted long ago."""
    for _ in compact_library(session.machine.folder, session.machine.name, session.machine.clock):
        pass
    session.acknowledge()


def make_script() -> list[Operation]:
    """Return the operations, in order."""
    fifty = [article(n, HISTORY if n % 5 == 0 else None) for n in range(1, 51)]
    return [
        open_library,
        add_articles(fifty),
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
        add_articles(articles([51, 52])),
        open_library,
        add_articles(articles(range(51, 56))),
        record("position", 51, position=3),
        compact,
        record("unread", 12),
        undo,
        snapshot,
        record("opened", 55),
    ]


# -- one run -------------------------------------------------------------------------------


def read_everything(library: FolderLibrary) -> Any:
    """Return everything a library shows: articles, reading states, texts, undo history."""
    found = state(library)
    texts = {each: library.get_article(each).body for each in found}
    return found, texts, library.undoable()


def read_disk(machine: Machine) -> Any:
    """Return everything that the next process will show."""
    with closing(machine.open()) as library:
        return read_everything(library)


class ReferenceRun:
    """The states after each acknowledged change in a run without faults."""

    def __init__(self, home: Path) -> None:
        """Run the script once."""
        self.operations = make_script()
        machine = Machine(home)
        self.states: list[Any] = [read_disk(machine)]
        self.first_states: list[int] = []
        """For each operation, the number of the state before it."""
        session = Session(machine, lambda: self.states.append(read_disk(machine)))
        for number, operation in enumerate(self.operations):
            self.first_states.append(len(self.states) - 1)
            set_clock(machine, number)
            operation(session)
        self.first_states.append(len(self.states) - 1)


def set_clock(machine: Machine, number: int) -> None:
    """Set the clock to the time of an operation."""
    machine.clock.now = START + number * OPERATION_INTERVAL


class FaultyRun:
    """A run of the script with a fault."""

    def __init__(self, home: Path, reference: ReferenceRun, fault: FaultInjector) -> None:
        """Prepare it.

        Args:
            home: For the library; it must not exist.
            reference: The valid states.
            fault: The fault to inject.
        """
        self.reference, self.fault = reference, fault
        self.machine = Machine(home)
        self.acknowledged = 0
        self.session = Session(self.machine, self._acknowledge)

    def _acknowledge(self) -> None:
        self.acknowledged += 1

    def check(self) -> str:
        """Run the script up to the fault and a little further; return a problem, or nothing."""
        error: BaseException | None = None
        number = -1
        with self.fault.inject():
            for number, operation in enumerate(self.reference.operations):
                set_clock(self.machine, number)
                try:
                    operation(self.session)
                except (NewstuiError, OSError, Killed) as problem:
                    error = problem
                if self.fault.has_struck:
                    break
        where = f"operation {number}, {error!r}"
        if isinstance(error, OSError):
            return f"{where}: raised as a bare OSError"
        try:
            finding = self._check_state(error) or self._check_continuation(number)
        except NewstuiError as problem:
            finding = f"afterwards {problem!r}"
        return f"{where}: {finding}" if finding else ""

    def _check_state(self, error: BaseException | None) -> str:
        if not isinstance(error, Killed) and self._temporary_files():
            return f"{self._temporary_files()} left behind"
        legal = self.reference.states[self.acknowledged :][: 1 if error is None else 2]
        found = read_disk(self.machine)
        if found not in legal:
            return "the library is in no valid state"
        if isinstance(error, Killed):
            self.session.opened = None
        elif self.session.opened:
            self.session.library.refresh()
            if read_everything(self.session.library) != found:
                return "the process and the disk differ"
        return ""

    def _check_continuation(self, number: int) -> str:
        """Repeat the operation unless it took effect, and run the next two."""
        first = self.reference.first_states
        done = read_everything(self.session.library) == self.reference.states[first[number + 1]]
        last = min(number + 3, len(self.reference.operations))
        for each in range(number + done, last):
            set_clock(self.machine, each)
            self.reference.operations[each](self.session)
        for found in (read_everything(self.session.library), read_disk(self.machine)):
            if found != self.reference.states[first[last]]:
                return "the following operations are missing, or something else differs"
        add(self.session.library, articles([99]))
        self.session.library.close()
        compact(self.session)
        return f"{self._temporary_files()} not removed" if self._temporary_files() else ""

    def _temporary_files(self) -> list[Path]:
        return list(self.machine.home.rglob(".newstui-*"))


# -- all of them ---------------------------------------------------------------------------


@dataclass
class Report:
    """The numbers of faults by kind, and the losses."""

    injected: Counter[str] = field(default_factory=Counter)
    losses: list[str] = field(default_factory=list)

    def lines(self) -> Iterable[str]:
        """Yield the lines of the report."""
        yield from (f"{kind:20}{number:6}" for kind, number in self.injected.items())
        total = self.injected.total()
        yield f"{total} faults injected, {total - len(self.losses)} survived"
        yield f"{len(self.losses)} losses"
        yield from self.losses


def run(
    home: Path, every: int = 1, report_kind: Callable[[str], None] = lambda line: None
) -> Report:
    """Run the script with every fault.

    Args:
        home: An empty folder to work in.
        every: Use every Nth call only, different ones for each kind of fault.
        report_kind: Called with a line for each finished kind.
    """
    report = Report()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("store.library.folder.SEGMENT_SIZE", SEGMENT_ARTICLES)
        patch.setattr("store.segments.segments.SEGMENT_SIZE", SEGMENT_ARTICLES)
        patch.setattr("store.library.folder_reading.SNAPSHOT_INTERVAL_EVENTS", 0)
        reference = ReferenceRun(home / "undisturbed")
        for offset, (kind, effect) in enumerate(EFFECTS.items()):
            writes = kind in WRITE_FAULTS or effect is do_half
            for at in count(1 + offset * 3 % every, every):
                fault = FaultInjector(effect, at, ("write",) if writes else DISK_CALLS)
                with tempfile.TemporaryDirectory(dir=home) as folder:
                    problem = FaultyRun(Path(folder), reference, fault).check()
                    close_libraries()
                if problem:
                    report.losses.append(f"{kind} at call {at}: {problem}")
                if not fault.has_struck:
                    break
                report.injected[kind] += 1
            report_kind(
                f"{kind}: {report.injected[kind]} faults, {len(report.losses)} losses so far"
            )
    return report


def _print(stream: TextIO, *lines: str) -> None:
    stream.writelines(f"{line}\n" for line in lines)
    stream.flush()


def main() -> int:
    """Run everything and print the numbers; return 1 if anything was lost."""
    parser = argparse.ArgumentParser(description="Make every call to the disk fail in turn.")
    parser.add_argument("--every", type=int, default=1, help="use every Nth call only")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="newstui-faults-") as home:
        report = run(Path(home), options.every, lambda line: _print(sys.stderr, line))
    _print(sys.stdout, *report.lines())
    return 1 if report.losses else 0


if __name__ == "__main__":
    sys.exit(main())
