"""The header is right after every change; the bottom line has the position and the messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.feeds.feed_store import FeedState
from store.library.folder import FolderLibrary
from tests.support.libraries import open_folder_library
from tests.support.reader import MIDDLE, NARROW, NOW, Start, article_id
from tests.support.screens import screen_lines

SIZE = (120, 24)
STEPS = [
    (("m",), "11 unread of 12"),
    (("m",), "12 unread of 12"),
    (("m", "j", "m", "j", "m"), "9 unread of 12"),
    (("u",), "10 unread of 12"),
    (("u", "u"), "12 unread of 12"),
    (("d",), "11 unread of 11"),
    (("u",), "12 unread of 12"),
    (("A",), "0 unread of 12"),
    (("u",), "12 unread of 12"),
    (("s", "m"), "11 unread of 12"),
]
"""Keys typed one after another, and what the header says after each step."""


async def test_the_numbers_follow_every_key(start: Start) -> None:
    async with start(size=SIZE) as running:
        assert running.header.split("  ")[0] == " newstui"
        assert "12 unread of 12 · newest first" in running.header
        for keys, expected in STEPS:
            await running.press(*keys)
            assert expected in running.header, keys
            assert running.header == screen_lines(running.app)[0]


async def test_the_numbers_follow_other_processes(
    start: Start, library: FolderLibrary, tmp_path: Path
) -> None:
    async with start(size=SIZE) as running:
        other = open_folder_library(tmp_path / "library", tmp_path / "other-cache", "laptop")
        for _ in other.load():
            pass
        other.record("read", [article_id(1), article_id(2)])
        other.close()
        await running.refresh()
        assert "10 unread of 12" in running.header


@pytest.mark.parametrize(
    ("keys", "place", "facts"),
    [
        ((), "All", "12 unread of 12 · newest first"),
        (("m", "f", "j", "enter"), "Unread", "11 unread of 12 · newest first"),
        (("s", "f", "j", "j", "enter"), "Starred", "1 unread of 1 · newest first"),
        (("/", "1", "1", "tab"), "All · /11", "found · best first"),
        (("f", "j", "enter", "/", "1", "1", "tab"), "All · /11", "found · best first"),
        (("/", "1", "1", "tab", "q"), "All", "12 unread of 12 · newest first"),
    ],
)
async def test_the_header_says_what_the_list_shows(
    start: Start, keys: tuple[str, ...], place: str, facts: str
) -> None:
    async with start(size=(80, 24)) as running:
        await running.wait_indexed()
        await running.press(*keys)
        shown = running.header
        assert shown.startswith(f" {place}  ")
        assert shown.rstrip().endswith(facts)


async def test_the_header_knows_the_last_fetch(start: Start, library: FolderLibrary) -> None:
    async with start(size=SIZE) as running:
        assert "fetched" not in running.header
        states = {
            "a": FeedState(succeeded="2026-11-22T11:56:00Z"),
            "b": FeedState(succeeded="2026-11-20T11:56:00Z"),
            "c": FeedState(tried="2026-11-22T11:59:00Z", error="404 Not Found"),
        }
        library.feeds.write_states(states)
        await running.press("m")
        assert running.header.rstrip().endswith("newest first · fetched 4 min ago")
        assert NOW.minute == 0


@pytest.mark.parametrize(
    ("size", "top", "state"),
    [
        ((120, 16), " newstui   All", "1/12"),
        ((120, 15), "━ Older · 12 ━", "All · 1/12"),
        (NARROW, "━ Older · 12 ━", "All · 1/12"),
        (MIDDLE, " All  ", "1/12"),
    ],
)
async def test_a_low_terminal_has_no_header(
    start: Start, size: tuple[int, int], top: str, state: str
) -> None:
    async with start(size=size) as running:
        lines = screen_lines(running.app)
        assert lines[0].startswith(top)
        assert running.status == state
        assert lines[-1].startswith(f" {state}  ")


async def test_the_position_follows_the_cursor(start: Start) -> None:
    async with start(size=SIZE) as running:
        for keys, expected in (
            (("j", "j"), "3/12"),
            (("G",), "12/12"),
            (("k",), "11/12"),
            (("g",), "1/12"),
            (("j", "enter"), "%"),
            (("G",), "100 %"),
            (("q",), "2/12"),
        ):
            await running.press(*keys)
            assert running.status.endswith(expected), keys


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (
            MIDDLE,
            "✓ Deleted · u to undo       enter open  n next unread  / search  ? help  q quit ",
        ),
        (NARROW, "✓ Deleted · u to undo  enter open  ? help  q quit "),
        ((40, 12), "✓ Deleted · u to undo    ? help  q quit "),
    ],
    ids=str,
)
async def test_messages_leave_the_keys(start: Start, size: tuple[int, int], expected: str) -> None:
    """A message takes the place of the position and of some keys, never that of help and quit."""
    async with start(size=size) as running:
        await running.press("d")
        assert screen_lines(running.app)[-1] == expected
        await running.press("u")
        undone = screen_lines(running.app)[-1]
        assert undone.startswith("✓ Undone: deleted")
        assert undone.endswith("? help  q quit ")


async def test_a_failure_has_a_sign(start: Start) -> None:
    async with start(size=MIDDLE) as running:
        await running.press("/")
        await running.type("date:feb ")
        assert screen_lines(running.app)[-1].startswith("! column 6: date: expected a date")
        assert screen_lines(running.app)[-1].endswith("enter open  esc clear ")
        await running.press("escape")
        assert screen_lines(running.app)[-1].startswith(" 1/12"), "it is about what was typed"
        await running.press("a", *"ftp://x", "enter")
        assert screen_lines(running.app)[-1].startswith("! ftp://x: only http and https links")
        await running.press("escape")
        assert screen_lines(running.app)[-1].startswith(" 1/12")
        await running.press("ctrl+y", "/")
        assert "ctrl+y" not in screen_lines(running.app)[-1]
