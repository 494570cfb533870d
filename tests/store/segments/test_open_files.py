"""Our own segments are removed or replaced while newstui is running."""

from __future__ import annotations

import errno
import os
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.libraries import Machine, add, articles, ids, list_numbers, state


@pytest.fixture
def two(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine with two segments of four articles."""
    for module in ("segments.segments", "library.folder"):
        monkeypatch.setattr(f"store.{module}.SEGMENT_SIZE", 4)
    add(machine.open(), articles(range(1, 9)))
    return machine


def texts_of(library: Any) -> list[str]:
    return [library.get_article(row).body.text for row in sorted(state(library))]


def test_our_file_is_removed(two: Machine) -> None:
    """Case 40: rewritten from the open files and reported once, without deleted articles."""
    library, other = two.open(), two.open()
    library.record("deleted", ids(5))
    before = state(library)
    for kind in ("articles", "texts"):
        two.segments(kind)[1].unlink()
    assert library.refresh().is_list_stale
    said = (
        "articles/desk-0002.json was removed or replaced by another program; added 3 articles again"
    )
    assert list(library.problems) == [said]
    other.refresh()
    assert list(other.problems) == []
    for each in (library, other, two.open()):
        assert state(each) == before
        assert texts_of(each) == [f"Text {number}." for number in (1, 2, 3, 4, 6, 7, 8)]


def test_our_file_is_replaced(two: Machine, tmp_path: Path) -> None:
    """Case 39: the articles of both are there afterwards, and neither file was overwritten."""
    library = two.open()
    clone = Machine(tmp_path / "clone", two.name, two.clock)
    add(clone.open(), articles([31, 32, 33, 34]))
    there = {path: path.read_bytes() for path in two.segments()[1:]}
    for kind in ("articles", "texts"):
        clone.segments(kind)[0].replace(two.segments(kind)[0])
    there |= {path: path.read_bytes() for path in two.segments()}
    assert library.refresh().is_list_stale
    assert list_numbers(library) == [34, 33, 32, 31, 8, 7, 6, 5, 4, 3, 2, 1]
    (line,) = library.problems
    assert line.endswith("was removed or replaced by another program; added 4 articles again")
    assert {path: path.read_bytes() for path in there} == there
    assert texts_of(two.open()) == [f"Text {number}." for number in [*range(1, 9), *range(31, 35)]]


def test_articles_that_cannot_be_added_now_are_added_later(
    two: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cases 4 and 40: a full disk."""

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    library = two.open()
    before = state(library)
    two.segments()[1].unlink()
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        library.refresh()
    assert any("no space left" in line for line in library.problems)
    library.refresh()
    assert state(library) == state(two.open()) == before


def test_open_files_are_closed(two: Machine) -> None:
    """Case 130: files that are no longer used are closed."""

    def open_files() -> int:
        return len(list(Path("/dev/fd").iterdir()))

    before = open_files()
    library = two.open()
    for number in range(40, 46):
        with closing(two.open()) as other:
            add(other, articles([number]))
        library.refresh()
    library.close()
    assert open_files() == before
