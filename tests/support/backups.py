"""Backups to test with: a library of two machines, and what makes a disk refuse."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, TypeVar

from store.backup.archive import BackupProgress
from store.backup.backup import BackupResult, make_backup
from store.backup.restore import RestoreResult, restore_backup
from store.system.paths import Paths
from tests.support.libraries import Machine, add, articles, ids

T = TypeVar("T")
VERSION = "1.2.3"


def run(steps: Generator[object, None, T]) -> T:
    """All steps; what they lead to."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result


def problems(steps: Generator[BackupProgress, None, object]) -> list[str]:
    """All steps; what they told."""
    return [problem for progress in steps for problem in progress.problems]


def backup_of(machine: Machine, target: Path, *, force: bool = False) -> BackupResult:
    """A backup of the machine's library."""
    return run(make_backup(machine.folder, target, machine.clock, VERSION, force=force))


def bring_back(archive: Path, machine: Machine, *, merge: bool = False) -> RestoreResult:
    """Bring a backup back to where the machine has its library."""
    return run(restore_backup(archive, machine.folder, machine.name, machine.clock, merge=merge))


def paths_of(machine: Machine) -> Paths:
    """The folders of a newstui on that machine."""
    home = machine.home
    return Paths(machine.folder, machine.cache, home / "state", home / "config")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones too, without the locks."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".lock"
    }


def inside(folder: Path) -> list[str]:
    """The names in a folder."""
    return sorted(path.name for path in folder.iterdir())


def fill(machine: Machine) -> Machine:
    """Give a machine a library that another one, `lamp`, writes to as well.

    It has eight articles, four events of `desk` and one of `lamp`, and subscriptions.
    """
    library = machine.open()
    add(library, articles(range(1, 6)))
    library.record("read", ids(1, 2))
    library.record("starred", ids(3))
    library.record("edited", ids(4), to={"title": "Another title"})
    library.record("deleted", ids(5))
    other = Machine(machine.home, "lamp", machine.clock).open()
    add(other, articles(range(6, 9)))
    other.record("read", ids(6))
    (machine.folder / "feeds.opml").write_text("<opml/>")
    return machine


def refusing(code: int) -> Callable[..., Any]:
    """A system call that fails."""

    def fail(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    return fail


def failing_at(call: Callable[..., Any], k: int, code: int) -> Callable[..., Any]:
    """A system call that fails the k-th time and works before and after."""
    calls = iter(range(1, 1_000_000))

    def maybe(*arguments: Any, **more: Any) -> Any:
        if next(calls) == k:
            raise OSError(code, os.strerror(code))
        return call(*arguments, **more)

    return maybe
