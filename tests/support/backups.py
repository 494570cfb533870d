"""Backups to test with, of a library that two machines write to."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from store.backup.archive import BackupProgress
from store.backup.backup import BackupResult, make_backup
from store.backup.restore import RestoreResult, restore_backup
from store.system.paths import Paths
from tests.support.libraries import Machine, add, articles, ids
from tests.support.steps import run_steps

VERSION = "1.2.3"


def collect_problems(steps: Generator[BackupProgress, None, object]) -> list[str]:
    """Run a generator to its end and return the problems it reported."""
    return [problem for progress in steps for problem in progress.problems]


def backup_of(machine: Machine, target: Path, *, force: bool = False) -> BackupResult:
    """Back up the machine's library."""
    return run_steps(make_backup(machine.folder, target, machine.clock, VERSION, force=force))


def restore(archive: Path, machine: Machine, *, merge: bool = False) -> RestoreResult:
    """Restore a backup into the machine's library folder."""
    return run_steps(
        restore_backup(archive, machine.folder, machine.name, machine.clock, merge=merge)
    )


def paths_of(machine: Machine) -> Paths:
    """Return the folders newstui uses on that machine."""
    home = machine.home
    return Paths(machine.folder, machine.cache, home / "state", home / "config")


def folder_contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder by path, hidden ones too, without lock files."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".lock"
    }


def file_names(folder: Path) -> list[str]:
    """Return the names in a folder, sorted."""
    return sorted(path.name for path in folder.iterdir())


def fill_two_machines(machine: Machine) -> Machine:
    """Give a machine a library that a second one, `lamp`, also writes to.

    It has eight articles, four events of `desk`, one of `lamp`, and subscriptions.
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
