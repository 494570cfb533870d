"""What other programs remove, empty or make unreadable while the library is open."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from store.library import folder_watch
from store.library.folder import FolderLibrary
from store.model.errors import LibraryReadOnly
from tests.support.libraries import Machine, add, articles, ids, list_numbers, load, state

BACKUP = Path("/backups/newstui-2031-05-05.zip")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine whose library has three articles, two of them marked."""
    made = Machine(tmp_path)
    library = made.open()
    add(library, articles([1, 2, 3]))
    library.record("read", ids(1))
    library.record("starred", ids(2))
    return made


@pytest.fixture
def library(machine: Machine) -> FolderLibrary:
    """The library, open, with a backup."""
    opened = FolderLibrary(
        machine.folder, machine.cache, machine.name, machine.clock, newest_backup=lambda: BACKUP
    )
    load(opened)
    return opened


def texts(library: FolderLibrary) -> list[str]:
    return [library.get_article(each).body.text for each in ids(1, 2, 3)]


def new_problems(library: FolderLibrary, refreshes: int = 3) -> str:
    """Return what the library reports in some refreshes."""
    before = set(library.problems)
    for _ in range(refreshes):
        library.refresh()
    return "\n".join(each for each in library.problems if each not in before)


@pytest.mark.parametrize(
    ("removed", "reports"),
    [
        ((".",), ("articles was removed", "texts was removed", "journal was removed")),
        (("articles",), ("articles was removed", "added 3 articles again")),
        (("texts",), ("texts was removed", "texts/desk-0001.json was removed")),
        (("journal",), ("journal was removed", "added 2 lost events again")),
        (("articles", "journal"), ("articles was removed", "added 3 articles again")),
        (("articles/desk-0001.json",), ("added 3 articles again",)),
        (("texts/desk-0001.json",), ("texts/desk-0001.json was removed",)),
        (("journal/desk.jsonl",), ("added 2 lost events again",)),
    ],
    ids=lambda value: " ".join(value) if isinstance(value[0], str) else None,
)
def test_what_is_removed_comes_back(
    machine: Machine, library: FolderLibrary, removed: tuple[str, ...], reports: tuple[str, ...]
) -> None:
    """Case 40: what is held open is written again, and the user reads what went."""
    before, bodies = state(library), texts(library)
    for name in removed:
        path = machine.folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    problems = new_problems(library)
    assert all(each in problems for each in reports), problems
    assert (state(library), texts(library)) == (before, bodies)
    again = machine.open()
    assert (state(again), texts(again)) == (before, bodies)
    assert new_problems(library) == ""


def test_a_change_right_after_a_removal(machine: Machine, library: FolderLibrary) -> None:
    """A key that is faster than the next refresh is saved as well."""
    shutil.rmtree(machine.folder)
    library.record("read", ids(3))
    new_problems(library)
    assert [machine.open().get_row(each).read for each in ids(1, 2, 3)] == [True, False, True]  # type: ignore[union-attr]


def test_files_of_another_machine(machine: Machine, library: FolderLibrary) -> None:
    """They are not held: their loss is told, with the backup that has them."""
    other = Machine(machine.home, "laptop", machine.clock)
    laptop = other.open()
    add(laptop, articles([7]))
    laptop.record("starred", ids(1))
    library.refresh()
    assert list_numbers(library) == [7, 3, 2, 1]
    for path in machine.folder.rglob("laptop*"):
        path.unlink()
    problems = new_problems(library)
    assert f"laptop-0001.json was removed by another program, with 1 article; {named()}" in problems
    assert "laptop.jsonl is gone; its reading state is missing until it returns" in problems
    assert problems.count(str(BACKUP)) == 2


def named() -> str:
    return f"the newest backup is {BACKUP}"


def test_a_disk_that_is_unmounted(
    machine: Machine, library: FolderLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was read stays on the screen; nothing is written on the disk below."""
    before, rows = state(library), [library.get_row(each) for each in ids(1, 2, 3)]
    away = machine.home / "away"
    with monkeypatch.context() as patch:
        machine.folder.rename(away)
        patch.setattr(folder_watch, "_device_of", lambda _: -1)
        problem = f"{machine.folder} is gone: its disk is no longer mounted"
        assert new_problems(library) == problem
        assert list_numbers(library) == [3, 2, 1]
        for change in (lambda: library.record("read", ids(2)), library.undo):
            with pytest.raises(LibraryReadOnly, match="its disk is no longer mounted"):
                change()
        assert [library.get_row(each) for each in ids(1, 2, 3)] == rows
        assert not machine.folder.exists()
        away.rename(machine.folder)
        library.record("read", ids(2))
    library.refresh()
    assert state(library) == state(machine.open()) != before


@pytest.mark.parametrize("name", ["articles", "texts", "journal"])
def test_a_folder_that_cannot_be_read(
    machine: Machine, library: FolderLibrary, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Case 28: it is named, and what was read of it stays until it can be read again."""
    before, unreadable, scandir = state(library), machine.folder / name, os.scandir

    def refuse(path: Path) -> object:
        if Path(path) == unreadable:
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", refuse)
        assert new_problems(library) == f"{unreadable} cannot be read: Permission denied"
        assert list_numbers(library) == [3, 2, 1]
        with pytest.raises(LibraryReadOnly, match="Permission denied"):
            library.record("read", ids(2))
    library.refresh()
    assert state(library) == before


def empty(path: Path) -> None:
    os.truncate(path, 0)


def fill_with_nuls(path: Path) -> None:
    size = path.stat().st_size
    os.truncate(path, 0)
    os.truncate(path, size)


@pytest.mark.parametrize("damage", [empty, fill_with_nuls])
def test_facts_emptied_in_place(
    machine: Machine, library: FolderLibrary, damage: Callable[[Path], None]
) -> None:
    """Case 11: the articles are held in memory since one of them was shown."""
    before, bodies = state(library), texts(library)
    damage(machine.folder / "articles/desk-0001.json")
    assert "recovered all 3 articles" in new_problems(library)
    assert (state(library), texts(library)) == (before, bodies)
    again = machine.open()
    assert (state(again), texts(again)) == (before, bodies)


def test_texts_emptied_in_place(machine: Machine, library: FolderLibrary) -> None:
    """Case 11: texts are not held in memory, so the backup is named."""
    empty(machine.folder / "texts/desk-0001.json")
    texts(library)
    (problem,) = library.problems
    assert "texts/desk-0001.json was damaged (the file is empty)" in problem
    assert problem.endswith(f"3 articles have no text; {named()}")


def test_a_journal_emptied_in_place(machine: Machine, library: FolderLibrary) -> None:
    """Case 11: what this process wrote is written again; for the rest the backup is named."""
    library.record("starred", ids(3))
    empty(machine.journal)
    problems = new_problems(library)
    assert f"{machine.journal} was emptied" in problems
    assert named() in problems
    assert "added 1 lost event again" in problems
    assert [row.starred for row in map(machine.open().get_row, ids(2, 3)) if row] == [False, True]
