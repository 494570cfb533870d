"""Each story once: rows that stand for several articles, and what the keys do to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.library.folder import FolderLibrary
from store.search.list_query import ListQuery
from tests.support.reader import (
    MIDDLE,
    WIDE,
    RunningReader,
    Start,
    article_id,
    make_article,
    make_library,
)
from tests.support.screens import screen_text
from tui.config.settings import LoadedSettings, Settings

FOLDED = LoadedSettings(Settings(copies="folded"))
TEXT = (
    "The harbour master closed the northern basin on Tuesday after divers found a crack in the old"
    " lock gate. Ferries to the islands will leave from the southern quay until the gate has been"
    " repaired, which engineers expect to take three weeks."
)
COPIES = (3, 5, 9)


@pytest.fixture
def library(tmp_path: Path) -> FolderLibrary:
    """Ten articles, of which 3, 5 and 9 are one story."""
    made = [
        make_article(
            number,
            text=TEXT if number in COPIES else f"Nothing is like number {number} of the papers.",
            title=f"Closed, says paper {number}" if number in COPIES else f"Paper {number}",
        )
        for number in range(1, 11)
    ]
    return make_library(tmp_path, made)


async def fold(running: RunningReader) -> None:
    """Wait until copies were looked for and the list shows them."""
    await running.wait_indexed()
    await running.refresh()
    await running.wait_indexed()
    await running.refresh()


def shown(running: RunningReader) -> list[tuple[int, int]]:
    """Return the number of each row, and of its copies."""
    return [(int(row.id[-12:]), row.copy_count) for row in running.reader.article_list.rows]


ONCE = [(10, 0), (9, 2), (8, 0), (7, 0), (6, 0), (4, 0), (2, 0), (1, 0)]
UNFOLDED = [(10, 0), (9, 2), (5, -1), (3, -1), (8, 0), (7, 0), (6, 0), (4, 0), (2, 0), (1, 0)]


@pytest.mark.command("list.fold_copies")
async def test_the_list_is_folded_and_unfolded(start: Start, library: FolderLibrary) -> None:
    async with start(MIDDLE, library=library) as running:
        await running.wait_indexed()
        await running.press("j", "Z")
        await fold(running)
        assert shown(running) == ONCE
        assert running.selected_number == 9
        assert "×3" in screen_text(running.app)
        assert "8 unread" in running.header
        await running.press("Z")
        assert running.reader.article_list.total == 10
        assert running.selected_number == 9
        assert "×3" not in screen_text(running.app)


FOUND_ONCE, FOUND_UNFOLDED = [(9, 2)], [(9, 2), (5, -1), (3, -1)]


async def test_search_results_are_folded_and_unfolded(start: Start, library: FolderLibrary) -> None:
    async with start(MIDDLE, library=library) as running:
        await running.wait_indexed()
        await running.press("/", *"closed", "tab", ",")
        assert shown(running) == [(9, 0), (5, 0), (3, 0)]
        await running.press("m")
        assert len(library.undoable()[0].articles) == 1
        await running.press("u", "j", "Z")
        await fold(running)
        assert shown(running) == FOUND_ONCE
        assert running.selected_number == 9
        assert "×3" in screen_text(running.app)
        assert "1 found" in running.header
        await running.press("X")
        assert shown(running) == FOUND_UNFOLDED
        await running.press("j", "m")
        assert [row.read for row in running.reader.article_list.rows] == [False, True, False]
        await running.press("k", "X")
        assert shown(running) == FOUND_ONCE
        await running.press("Z")
        assert len(shown(running)) == 3
        await running.press("Z", "escape")
        assert shown(running) == ONCE


@pytest.mark.parametrize("key", ["m", "s", "d", "A", "T"])
async def test_what_a_search_has_found_is_changed_with_its_copies(
    start: Start, library: FolderLibrary, key: str
) -> None:
    """Copies of a match that do not match themselves are left alone, whatever the list folds."""
    async with start(MIDDLE, library=library, loaded=FOLDED) as running:
        await fold(running)
        await running.press("/")
        await running.type("closed -title:5")
        await running.press("tab", ",", key)
        assert shown(running) == ([] if key == "d" else [(9, 1)])
        if key == "T":
            assert "×2" in screen_text(running.app)
            await running.press("m", "q")
        assert set(library.undoable()[0].articles) == {article_id(9), article_id(3)}
        await running.press("u")
        assert shown(running) == [(9, 1)]
        assert not any(row.read or row.starred for row in running.reader.article_list.rows)


@pytest.mark.command("list.unfold_copies")
async def test_the_copies_of_a_row_are_listed_below_it(
    start: Start, library: FolderLibrary
) -> None:
    async with start(WIDE, library=library, loaded=FOLDED) as running:
        await fold(running)
        await running.press("X")
        assert "No copies are folded here" in running.status
        await running.press("j", "X")
        assert shown(running) == UNFOLDED
        assert "└ Closed, says paper 5" in screen_text(running.app)
        await running.press("j", "j", "m")
        assert [row.read for row in running.reader.article_list.rows[:4]] == [*[False] * 3, True]
        await running.press("X")
        assert shown(running) == ONCE
        assert running.selected_number == 9
        await running.press("u")
        assert library.counts({"": ListQuery()})[""].unread == 10


@pytest.mark.parametrize(
    ("keys", "undone"),
    [
        (("m",), ("read", COPIES)),
        (("s",), ("starred", COPIES)),
        (("+", *"x", "enter"), ("tagged", COPIES)),
        (("d",), ("deleted", COPIES)),
        (("V", "j", "m"), ("read", (3, 5, 8, 9))),
        (("(",), ("read", (10,))),
        (("A",), ("read", tuple(range(1, 11)))),
        (("enter", "G"), ("read", COPIES)),
        (("T", "m", "q"), ("read", COPIES)),
        (("T", "d", "q"), ("deleted", COPIES)),
    ],
)
async def test_all_copies_are_changed_as_one(
    start: Start, library: FolderLibrary, keys: tuple[str, ...], undone: tuple[str, tuple[int, ...]]
) -> None:
    async with start(WIDE, library=library, loaded=FOLDED) as running:
        await fold(running)
        await running.press("j", *keys)
        (change,) = library.undoable()
        assert (change.event, set(change.articles)) == (
            undone[0],
            {article_id(number) for number in undone[1]},
        )
        rows = running.reader.article_list.rows
        assert [row.id for row in rows if row.copy_count] == (
            [] if "d" in keys else [article_id(9)]
        )
        await running.press("q", "u") if keys[0] == "enter" else await running.press("u")
        assert shown(running) == ONCE
        assert not any(row.read or row.starred for row in running.reader.article_list.rows)
        assert not library.undoable()


async def test_places_count_a_story_once(start: Start, library: FolderLibrary) -> None:
    async with start((160, 40), library=library, loaded=FOLDED) as running:
        await fold(running)
        assert place_number(running, "All") == "8"
        await running.press("Z")
        assert place_number(running, "All") == "10"
        await running.press("f", "j", "enter", "Z")
        assert "8 unread" in running.header


def place_number(running: RunningReader, name: str) -> str:
    """Return the number beside a place."""
    tree = running.reader.place_tree
    lines = ("".join(text for text, _ in tree.build_line(y, 30)) for y in range(9))
    return next(line.split()[-1] for line in lines if name in line)
