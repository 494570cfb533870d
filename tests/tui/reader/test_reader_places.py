"""The places: going to them, showing them, and numbers that are right after every change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension

from store.feeds.feed_store import FeedState
from store.feeds.subscriptions import Subscription
from store.library.folder import FolderLibrary
from store.model.article import ParsedArticle
from tests.support.network import Site, feed_page, make_fetch_context, run_server, subscription
from tests.support.reader import (
    MIDDLE,
    NARROW,
    WIDE,
    RunningReader,
    Start,
    article_id,
    make_article,
    make_library,
)
from tests.support.screens import picture, screen_lines, screen_text
from tui.config.last_session import LastSession
from tui.config.settings import LoadedSettings, Settings
from tui.reader.dialogs.picker import Picker
from tui.rendering.places import PlaceView

HUGE = (200, 50)
TIDE, ALMANAC = "https://tide.example/feed", "https://almanac.example/feed"


@pytest.fixture
def articles() -> list[ParsedArticle]:
    """Twelve articles: 1 and 2 of one feed, 3 of another, the others imported."""
    feeds = {1: TIDE, 2: TIDE, 3: ALMANAC}
    return [
        make_article(number, extra={"feed": feeds[number]} if number in feeds else {})
        for number in range(1, 13)
    ]


@pytest.fixture
def library(tmp_path: Path, articles: list[ParsedArticle]) -> FolderLibrary:
    """A library with two feeds, one of them in a folder and failing."""
    library = make_library(tmp_path, articles)
    library.feeds.update(
        put=[Subscription(TIDE, "Tide"), Subscription(ALMANAC, "Almanac", "Books/Old")]
    )
    library.feeds.write_states({ALMANAC: FeedState(error="404 Not Found")})
    return library


def numbers(running: RunningReader) -> list[int]:
    return [int(row.id[-12:]) for row in running.reader.article_list.rows]


def tree_lines(running: RunningReader) -> list[str]:
    tree = running.reader.place_tree
    lines = ("".join(text for text, _ in tree.build_line(y, 28)) for y in range(99))
    return [line for line in lines if line.strip()]


def shown(running: RunningReader) -> dict[str, str]:
    """Return what stands in the tree beside each name: the number, or nothing."""
    pairs = (line.strip(" ▌◆▾▸!‖").rsplit("  ", 1) for line in tree_lines(running))
    return {pair[0].strip(): pair[-1].strip() if len(pair) > 1 else "" for pair in pairs}


@pytest.mark.command("feeds.list")
@pytest.mark.parametrize("size", [HUGE, WIDE, MIDDLE, NARROW], ids=str)
async def test_a_place_is_shown_in_the_list(start: Start, size: tuple[int, int]) -> None:
    async with start(size=size) as running:
        await running.press("F")
        assert running.reader.state.current_pane == "places"
        text = screen_text(running.app)
        assert "Tide" in text
        assert "404 Not Found" in text
        while running.reader.place_tree.selected_place.name != "Tide":
            await running.press("j")
        await running.press("enter")
        assert numbers(running) == [2, 1]
        assert (running.reader.state.current_pane, running.selected_number) == ("list", 2)
        assert "Tide" in screen_lines(running.app)[0 if running.header.strip() else -1]
        await running.press("F")
        assert running.reader.place_tree.selected_place.name == "Tide"
        await running.press("F")
        assert running.reader.state.current_pane == "list"
        await running.press("q")
        assert len(numbers(running)) == 12


@pytest.mark.parametrize("size", [HUGE, MIDDLE], ids=str)
async def test_the_place_that_the_list_shows_is_marked(start: Start, size: tuple[int, int]) -> None:
    """Also where another key than `enter` led there."""

    def marked() -> str:
        tree = running.reader.place_tree
        lines = ("".join(text for text, _ in tree.build_line(y, 28)) for y in range(30))
        (name,) = (line.partition("◆")[2].rsplit(maxsplit=1)[0] for line in lines if "◆" in line)
        return name.strip()

    async with start(size=size) as running:
        await go_to(running, "category:south")
        assert marked() == "south"
        await running.press("q", "F")
        assert marked() == "All"
        await running.press("F", "c", "j", "enter", "F")
        assert marked() == "Unread"


@pytest.mark.parametrize(
    ("size", "start_of_line", "keys"),
    [
        (NARROW, " Books/…/Almanac · 404 Not Found", "? help  q back"),
        (MIDDLE, " Books/Old/Almanac  ", "enter show  n next unread  / find  ? help  q back"),
        (WIDE, " Books/Old/Almanac  ", "enter show  n next unread  / find  ? help  q back"),
        (
            HUGE,
            " Books/Old/Almanac · 404 Not Found  ",
            "enter show  n next unread  / find  ? help  q back",
        ),
    ],
    ids=str,
)
async def test_the_keys_stay_beside_the_place_under_the_cursor(
    start: Start, size: tuple[int, int], start_of_line: str, keys: str
) -> None:
    """A table has its numbers, and what is wrong with it, in its own lines."""
    async with start(size=size) as running:
        await running.press("F")
        running.reader.place_tree.select_place(f"feed:{ALMANAC}")
        await running.settle()
        line = screen_lines(running.app)[-1]
        assert line.startswith(start_of_line)
        assert line.endswith(f"  {keys} ")


async def go_to(running: RunningReader, key: str) -> None:
    """Show a place in the list, by the tree."""
    await running.press("F")
    assert running.reader.place_tree.select_place(key)
    await running.press("enter")


async def test_each_place_has_its_cursor(start: Start) -> None:
    """A place begins at its top; later it is as it was left."""
    async with start(size=NARROW) as running:
        await running.press("j", "j", "j")
        await go_to(running, "category:south")
        assert (running.reader.article_list.cursor, running.selected_number) == (0, 12)
        await running.press("j", "j")
        await go_to(running, "all")
        assert running.selected_number == 9
        await running.press("G", "k")
        line = running.reader.article_list.caret.y
        await go_to(running, "category:south")
        assert running.selected_number == 8
        await running.press("q")
        assert (running.reader.state.place.name, running.selected_number) == ("All", 2)
        assert running.reader.article_list.caret.y == line


async def test_a_place_whose_article_was_read_goes_on_below_it(start: Start) -> None:
    async with start(size=NARROW) as running:
        await go_to(running, "unread")
        await running.press("j", "j", "m", "j", "m", "k")
        assert running.selected_number == 10
        await go_to(running, "all")
        assert running.selected_number == 12
        await go_to(running, "unread")
        assert (numbers(running), running.selected_number) == ([12, 11, *range(8, 0, -1)], 8)
        await running.press("G", "m")
        await go_to(running, "starred")
        await go_to(running, "unread")
        assert running.selected_number == 2, "nothing is left below"


async def test_a_place_shown_again_from_a_search(start: Start) -> None:
    async with start(size=NARROW) as running:
        await running.press("j", "j", "/", *"south", "tab", "j")
        await go_to(running, "category:north")
        assert running.selected_number == 11
        await running.press("j")
        await go_to(running, "all")
        assert running.selected_number == 10, "the cursor as it was before the search"


async def test_keys_wait_for_the_place(start: Start) -> None:
    async with start(size=NARROW) as running:
        await running.press("j", "j", "j", "j", "j")
        await running.press("c", "G", "enter", "j")
        assert (numbers(running), running.selected_number) == ([12, 10, 8, 6, 4], 10)
        await running.press("h", "j")
        assert running.selected_number == 6


@pytest.mark.parametrize("keys", [(), ("enter", "z", "m", "z")], ids=["resized", "zoomed"])
async def test_places_that_come_on_the_screen(start: Start, keys: Sequence[str]) -> None:
    """They are asked for when there is room for them, and again if they changed while hidden."""
    async with start(size=MIDDLE) as running:
        if keys:
            await running.resize(*HUGE)
        await running.press(*keys)
        await running.resize(*HUGE)
        assert shown(running)["Unread"] == "12"


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("Books", [3]),
        ("Old", [3]),
        ("Almanac", [3]),
        ("north", [11, 9, 7, 5]),
        ("south", [12, 10, 8, 6, 4]),
        ("Unread", [*range(12, 0, -1)]),
        ("Starred", []),
    ],
)
async def test_lists(start: Start, place: str, expected: list[int]) -> None:
    """A folder is its subfolders too; articles of feeds are no imported ones."""
    async with start(size=HUGE) as running:
        await running.press("F")
        tree = running.reader.place_tree
        assert tree.select_place(next(each.key for each in tree.places if each.name == place))
        await running.press("enter")
        assert numbers(running) == expected


async def test_numbers_are_right_after_each_change(start: Start, library: FolderLibrary) -> None:
    async with start(size=HUGE) as running:
        await running.wait_indexed()
        before = {
            "All": "12", "Unread": "12", "Today": "", "Starred": "", "In progress": "",
            "Later": "", "Feeds": "", "Books": "1", "Old": "1", "Almanac": "1", "Tide": "2",
            "404 Not Found": "", "Imported": "", "north": "4", "south": "5",
        }  # fmt: skip
        assert shown(running) == before
        await running.press("G", "m", "s")
        assert shown(running) == before | {
            "All": "11", "Unread": "11", "Starred": "1", "Tide": "1",
        }  # fmt: skip
        await running.press("u", "u")
        assert shown(running) == before
        await running.press("g", "d")
        assert shown(running) == before | {"All": "11", "Unread": "11", "south": "4"}
        await running.press("u")
        assert shown(running) == before
        other = make_library(library.feeds.folder.parent, machine="phone")
        list(other.load())
        other.record("read", [article_id(3)])
        await running.refresh()
        assert shown(running) == before | {
            "All": "11", "Unread": "11", "Books": "", "Old": "", "Almanac": "",
        }  # fmt: skip
        await running.press("g", "+", *"later", "enter")
        await running.refresh()  # indexes the tag, as every two seconds
        await running.wait_until(lambda: shown(running).get("Later") == "1")
        await running.wait_until(lambda: shown(running).get("later") == "1")
        await running.press("-", *"later", "enter")
        await running.refresh()
        await running.wait_until(lambda: "Tags" not in shown(running))
        assert "later" not in shown(running)


@pytest.mark.command("list.mark_all_read", "app.undo")
async def test_a_place_is_marked_as_read(start: Start) -> None:
    async with start(size=HUGE) as running:
        await running.press("F")
        running.reader.place_tree.select_place("category:north")
        await running.press("A")
        assert running.status == "Marked 4 articles as read · u to undo"
        assert shown(running)["north"] == ""
        assert len(numbers(running)) == 12, "the list shows another place"
        await running.press("u")
        assert shown(running)["north"] == "4"


@pytest.mark.command("move.next_unread", "move.previous_unread")
async def test_places_with_unread_articles(start: Start, library: FolderLibrary) -> None:
    async with start(size=HUGE) as running:
        await running.press("F")
        tree = running.reader.place_tree
        names = []
        for key in ("n", "n", "n", "n", "n", "n", "p"):
            await running.press(key)
            names.append(tree.selected_place.name)
        assert names == ["Unread", "Almanac", "Tide", "north", "south", "south", "north"]
        await running.press("G", "n")
        assert running.status == "No place with unread articles below"


@pytest.mark.command("place.fold")
async def test_folds(start: Start, library: FolderLibrary) -> None:
    """Why a feed fails is below it, once, also above the empty line before a heading."""
    library.feeds.write_states({TIDE: FeedState(error="410 Gone")})
    async with start(size=HUGE) as running:
        await running.press("F")
        tree = running.reader.place_tree
        assert screen_text(running.app).count("410 Gone") == 1
        tree.select_place(f"feed:{ALMANAC}")
        await running.press("space")
        assert tree.selected_place.name == "Old"
        assert "Almanac" not in shown(running)
        assert "404 Not Found" not in shown(running)
        await running.press("k", "space")
        assert "Old" not in shown(running)
        await running.press("space", "j", "space")
        assert "Almanac" in shown(running)


@pytest.mark.command("place.filter")
@pytest.mark.parametrize(
    ("keys", "pane", "header"),
    [
        (["/", *"ALM", "enter"], "list", "Books/Old/Almanac"),
        (["/", *"alm", "escape"], "places", "All"),
        (["/", *"th", "down", "enter"], "list", "south"),
        (["/", *"zebra", "enter"], "places", "All"),
    ],
)
async def test_names_are_filtered(
    start: Start, keys: Sequence[str], pane: str, header: str
) -> None:
    async with start(size=HUGE) as running:
        await running.press("F", *keys[:-1])
        lines = tree_lines(running)
        assert lines[0].strip() in ("▾ Feeds", "▾ Imported", "No matching places")
        assert len(lines) == len(set(lines))
        await running.press(keys[-1])
        if pane == "places" and keys[-1] == "enter":
            assert "No matching places" in screen_text(running.app)
            await running.press("escape")
        assert running.reader.state.current_pane == pane
        assert running.reader.place_tree.filter_text == ""
        assert f" newstui   {header}  " in running.header


@pytest.mark.parametrize("size", [HUGE, MIDDLE], ids=str)
async def test_filter_and_order_belong_to_a_place(start: Start, size: tuple[int, int]) -> None:
    async with start(size=size) as running:
        await running.press("c", "G", "enter", "m", "f", "j", "enter", ",", "j", "enter")
        assert numbers(running) == [4, 6, 8, 10], "south: unread, oldest first"
        await running.press("c", "k", "enter")
        assert numbers(running) == [11, 9, 7, 5], "north: as it was"
        await running.press("c", "G", "enter")
        assert numbers(running) == [4, 6, 8, 10]
        await running.press("q")
        assert numbers(running) == [12, 10, 8, 6, 4][::-1], "all of the place, in its order"
        await running.press("q")
        assert len(numbers(running)) == 12


async def test_a_filter_of_all_articles_is_a_place(start: Start) -> None:
    async with start(size=HUGE) as running:
        await running.press("m", "f", "j", "enter")
        assert running.reader.state.place.name == "Unread"
        assert len(numbers(running)) == 11
        await running.press("F")
        assert running.reader.place_tree.selected_place.name == "Unread"


async def test_an_invalid_search_says_so(start: Start) -> None:
    settings = Settings(searches={"wrong": "date:feb", "read": "is:read"})
    async with start(size=HUGE, loaded=LoadedSettings(settings)) as running:
        await running.press("m", "F")
        await running.wait_until(lambda: "invalid query" in shown(running))
        running.reader.place_tree.select_place("search:read")
        await running.press("enter")
        assert numbers(running) == [12]
        assert "/read" in running.header


@pytest.mark.command("list.category")
async def test_the_picker_has_all_places(start: Start) -> None:
    async with start() as running:
        await running.press("c")
        assert isinstance(running.app.screen, Picker)
        text = " ".join(screen_text(running.app).split())
        assert "Books/Old/Almanac 1 unread of 1" in text
        assert "Later 0 unread of 0" in text
        await running.press("j", "enter")
        assert running.reader.state.place.name == "Unread"


@pytest.fixture
def site() -> Iterator[Site]:
    with run_server() as site:
        yield site


@pytest.mark.command("feeds.fetch", "feeds.fetch_all")
async def test_one_feed_is_fetched_or_all(start: Start, library: FolderLibrary, site: Site) -> None:
    site.routes |= {"/one": feed_page(20), "/two": feed_page(21, 22)}
    feeds = [subscription(site, path) for path in ("/one", "/two")]
    library.feeds.update(put=feeds, remove=list(library.feeds.subscriptions()))
    async with start(size=HUGE) as running:
        running.gateway.feeds.make_context = make_fetch_context
        await running.press("F")
        running.reader.place_tree.select_place(f"feed:{feeds[0].key}")
        await running.press("r")
        await running.wait_until(lambda: not running.gateway.feeds.is_fetching)
        await running.settle()
        assert running.status.startswith("1 new article from 1 feed")
        await running.press("g", "r")
        assert running.status == "Not a feed or a folder of feeds"
        running.reader.feeds.fetch([TIDE])
        await running.wait_until(
            lambda: (
                running.status == "Not fetched: paused, or no longer subscribed to"
                and not running.gateway.feeds.is_fetching
            )
        )
        await running.press("R")
        await running.wait_until(lambda: not running.gateway.feeds.is_fetching)
        await running.settle()
        assert running.status.startswith("2 new articles from 2 feeds")
        assert shown(running)["All"] == "15"


# -- from one session to the next ------------------------------------------------------------


def next_session(tmp_path: Path) -> LastSession:
    return LastSession(tmp_path / "state", tmp_path / "library")


async def quit_with(running: RunningReader, *keys: str) -> None:
    await running.press(*keys, "ctrl+q")


@pytest.mark.parametrize(
    ("keys", "place", "number", "found"),
    [
        (["j", "j"], "All", 10, [*range(12, 0, -1)]),
        (["c", "G", "enter", "j"], "south", 10, [12, 10, 8, 6, 4]),
        (["c", "G", "enter", ",", "j", "enter", "G"], "south", 12, [4, 6, 8, 10, 12]),
        (["f", "j", "enter", "j", "j", "j"], "Unread", 9, [*range(12, 0, -1)]),
        (["c", "G", "enter", "j", "q"], "south", 10, [12, 10, 8, 6, 4]),
    ],
)
async def test_a_session_begins_where_the_last_one_ended(
    start: Start, tmp_path: Path, keys: Sequence[str], place: str, number: int, found: list[int]
) -> None:
    """`q` may lead from a place to all articles before it quits: that chooses no other place."""
    async with start(session=next_session(tmp_path)) as running:
        await quit_with(running, *keys)
    async with start(session=next_session(tmp_path)) as running:
        assert running.reader.state.place.name == place
        assert (running.selected_number, numbers(running)) == (number, found)
        await running.press("q")
        assert running.app.return_code is not None, "it is the first place of this session"


async def test_panes_and_folds_last(start: Start, tmp_path: Path) -> None:
    async with start(size=HUGE, session=next_session(tmp_path)) as running:
        await running.press("i", "F")
        running.reader.place_tree.select_place("folder:books")
        await quit_with(running, "space")
    async with start(size=HUGE, session=next_session(tmp_path)) as running:
        assert not running.reader.panes.is_visible("side")
        assert "Old" not in shown(running)


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("unread", [*range(11, 0, -1)]),
        ("starred", [12]),
        ("all", [*range(12, 0, -1)]),
        ("today", []),
    ],
)
async def test_the_settings_name_the_first_place(
    start: Start, tmp_path: Path, setting: str, expected: list[int]
) -> None:
    async with start(session=next_session(tmp_path)) as running:
        await quit_with(running, "m", "s", "c", "G", "enter")
    loaded = LoadedSettings(Settings(start=setting))
    async with start(session=next_session(tmp_path), loaded=loaded) as running:
        assert numbers(running) == expected


async def test_the_settings_name_the_order(start: Start) -> None:
    async with start(loaded=LoadedSettings(Settings(sort="oldest"))) as running:
        assert numbers(running) == [*range(1, 13)]
        assert "oldest first" in running.header


async def test_a_feed_that_is_gone_is_no_place(
    start: Start, tmp_path: Path, library: FolderLibrary
) -> None:
    async with start(session=next_session(tmp_path)) as running:
        await running.press("F", "/", *"tide", "enter")
        assert numbers(running) == [2, 1]
        await quit_with(running)
    library.feeds.update(remove=[Subscription(TIDE)])
    async with start(session=next_session(tmp_path)) as running:
        assert running.reader.state.place.name == "All"
        assert len(numbers(running)) == 12


async def test_a_damaged_state_is_none(start: Start, tmp_path: Path) -> None:
    session = next_session(tmp_path)
    for name in ("place", "article", "line", "views", "folded_places"):
        session.set_of_library(name, ["x", 7])
    session.set("side_pane", "x")
    async with start(session=session) as running:
        assert len(numbers(running)) == 12
        assert running.selected_number == 12


# -- editing ---------------------------------------------------------------------------------


async def select(running: RunningReader, key: str) -> None:
    await running.press("F")
    assert running.reader.place_tree.select_place(key)


@pytest.mark.command("feeds.unsubscribe", "app.undo", "app.history")
async def test_unsubscribing_is_undone_in_its_order(start: Start, library: FolderLibrary) -> None:
    async with start(size=HUGE) as running:
        await running.press("m")
        await select(running, f"feed:{TIDE}")
        selected = running.reader.place_tree.selected_place
        await running.press("d")
        assert running.status == "Unsubscribed from Tide · u to undo"
        assert "Tide" not in shown(running)
        assert running.reader.place_tree.selected_place != selected
        assert [each.title for each in library.feeds.subscriptions()] == ["Almanac"]
        assert shown(running)["north"] == "5", "its articles stay"
        await running.press("u")
        assert running.reader.place_tree.selected_place == selected, "the cursor is on it again"
        await running.press("d", "F", "j", "m", "U")
        lines = [
            line
            for line in screen_text(running.app).splitlines()
            if "│" in line and ("unsubscribed" in line or "marked" in line)
        ]
        assert [("Tide" in line, "marked" in line) for line in lines[:3]] == [
            (False, True), (True, False), (False, True),
        ]  # fmt: skip
        await running.press("q", "u", "u")
        assert running.status == "Undone: unsubscribed from Tide"
        assert shown(running)["Tide"] == "2"
        await running.press("u")
        assert running.status.startswith("Undone: marked as read")
        await running.press("u")
        assert running.status == "Nothing to undo"


@pytest.mark.command("feeds.edit")
@pytest.mark.parametrize(
    ("keys", "expected", "said"),
    [
        (["enter", *["backspace"] * 4, *"Sea", "enter"], Subscription(TIDE, "Sea"),
         "Renamed Tide to Sea"),
        (["j", "enter", *"Books", "enter"], Subscription(TIDE, "Tide", "Books"),
         "Moved Tide to Books"),
        (["j", "j", "enter"], Subscription(TIDE, "Tide", paused=True), "Paused Tide"),
        (["j", "j", "j", "enter"], Subscription(TIDE, "Tide", whole_page=True), "Edited Tide"),
        (["G", "k", "enter"], Subscription(TIDE, "Tide", is_private_allowed=True), "Edited Tide"),
        (["G", "enter", *"1.5", "enter"], Subscription(TIDE, "Tide", interval=90), "Edited Tide"),
        (["G", "enter", *"x", "enter", "backspace", *"2", "enter"],
         Subscription(TIDE, "Tide", interval=120), "Edited Tide"),
        (["q"], Subscription(TIDE, "Tide"), ""),
    ],
)  # fmt: skip
async def test_a_feed_is_edited(
    start: Start, library: FolderLibrary, keys: Sequence[str], expected: Subscription, said: str
) -> None:
    async with start() as running:
        await select(running, f"feed:{TIDE}")
        await running.press("e", *keys)
        assert library.feeds.find(TIDE) == expected
        assert expected.title in shown(running)
        if said:
            assert running.status == f"{said} · u to undo"
            await running.press("u")
        assert library.feeds.find(TIDE) == Subscription(TIDE, "Tide")


async def test_a_renamed_feed_has_its_name_everywhere_at_once(start: Start) -> None:
    async with start(size=HUGE) as running:
        await select(running, f"feed:{TIDE}")
        await running.press("enter", "F", "e", "enter", *"Tides", "enter")
        assert "Tides" in shown(running)
        assert running.status.startswith("Renamed Tide to Tides")
        assert running.reader.state.place.name == "Tides"
        assert {row.source_name for row in running.reader.article_list.rows} == {"Tides"}


async def test_a_folder_is_renamed(start: Start, library: FolderLibrary) -> None:
    async with start(size=HUGE) as running:
        tree, state = running.reader.place_tree, running.reader.state
        tree.folded = {"folder:books"}
        await select(running, "folder:books")
        await running.press(
            "enter", ",", "j", "enter", "F", "e", *["backspace"] * 5, *"Shelf", "enter"
        )
        assert library.feeds.find(ALMANAC).category == "Shelf/Old"
        assert running.status == "Renamed Books to Shelf · u to undo"
        assert {"Shelf": "1", "Old": "1"}.items() & shown(running).items() == {("Shelf", "1")}
        assert (tree.selected_place.name, state.place.name) == ("Shelf", "Shelf")
        await running.press("enter", "F")
        assert state.query.sort == "oldest"
        await running.press("u")
        assert library.feeds.find(ALMANAC).category == "Books/Old"
        assert (tree.selected_place.name, state.place.name) == ("Books", "Books")
        assert (numbers(running), state.query.sort) == ([3], "oldest")
        library.feeds.update(
            put=[Subscription(TIDE, "Tide", "Shelf"), Subscription(ALMANAC, "Almanac", "Books")]
        )
        running.reader.lists.views["folder:shelf"] = PlaceView(sort="title")
        await running.press("e", *["backspace"] * 5, *"Shelf", "enter")
        assert (state.place.name, state.query.sort) == ("Shelf", "title")
        await running.press("u")
        assert tree.selected_place.name == "Books", "the cursor is back, too"
        assert (state.place.name, state.query.sort, numbers(running)) == ("Books", "oldest", [3])


@pytest.mark.parametrize("size", [HUGE, (80, 24)], ids=["tree beside", "tree alone"])
async def test_an_undo_leads_back_to_the_place_that_was_gone(
    start: Start, library: FolderLibrary, size: tuple[int, int]
) -> None:
    async with start(size=size) as running:
        state = running.reader.state
        await select(running, "folder:books/old")
        await running.press("enter")
        await select(running, f"feed:{ALMANAC}")
        await running.press("d")
        assert state.place.key == "all"
        if size != HUGE:
            await running.press("escape")
        await running.press("u")
        assert (state.place.key, numbers(running)) == ("folder:books/old", [3])


async def test_what_is_no_feed_is_not_edited(start: Start) -> None:
    async with start(size=HUGE) as running:
        await select(running, "category:north")
        await running.press("e")
        assert running.status == "Not a feed, folder or search"
        await running.press("d")
        assert running.status == "Not a feed or a search"


# -- saved searches --------------------------------------------------------------------------


@pytest.mark.command("list.keep_search", "feeds.edit", "feeds.unsubscribe")
async def test_a_search_is_kept_changed_and_removed(start: Start, library: FolderLibrary) -> None:
    async with start(size=HUGE) as running:
        await running.wait_indexed()
        await running.press("=")
        assert running.status == "No search to keep"
        await running.press("/", *"number", "tab", "=", *"mine", "enter")
        assert running.status == "Saved as /mine · u to undo"
        assert library.searches.read() == {"mine": "number"}
        await running.press("q")
        await select(running, "search:mine")
        await running.wait_until(lambda: shown(running)["mine"] == "12")
        await running.press("e", *"is:read", "enter")
        assert library.searches.read() == {"mine": "is:read"}
        await running.press("enter")
        assert (running.reader.state.place.name, numbers(running)) == ("mine", [])
        await select(running, "search:mine")
        await running.press("d")
        assert running.status == "Removed /mine · u to undo"
        assert (library.searches.read(), running.reader.state.place.name) == ({}, "All")
        await running.press("u", "u")
        assert library.searches.read() == {"mine": "number"}
        await running.press("u")
        assert library.searches.read() == {}


async def test_searches_of_the_library_and_of_the_settings(
    start: Start, library: FolderLibrary
) -> None:
    """Those of the library win; those of the settings are shown, and changed in the settings."""
    library.searches.put({"Week": "newer:7d"})
    settings = Settings(searches={"week": "is:read", "own": "is:starred"})
    async with start(size=HUGE, loaded=LoadedSettings(settings)) as running:
        names = [each.name for each in running.reader.place_tree.places if each.kind == "search"]
        assert names == ["Week", "own"]
        await select(running, "search:own")
        await running.press("d")
        assert running.status == "/own is in the settings, and can be removed there"


async def test_damaged_searches_are_reported(start: Start, library: FolderLibrary) -> None:
    (library.feeds.folder / "searches.toml").write_text("[")
    async with start(size=HUGE) as running:
        assert "searches.toml: not TOML" in running.status
        assert "Tide" in shown(running)


async def test_changes_by_other_programs_are_shown(start: Start, library: FolderLibrary) -> None:
    """Also those of feeds without articles, and of searches."""
    async with start(size=HUGE) as running:
        feeds = make_library(library.feeds.folder.parent).feeds
        feeds.update(put=[Subscription("https://new.example/", "Brand-new", "Books")])
        library.searches.put({"week": "newer:7d"})
        running.reader.places.check()
        await running.wait_until(lambda: {"Brand-new", "week"} <= shown(running).keys())
        await running.settle()
        feeds.update(put=[Subscription("https://new.example/", "Old", "Books")])
        running.reader.places.check()
        await running.wait_until(lambda: "Brand-new" not in shown(running))


# -- pictures --------------------------------------------------------------------------------


class Pictures(SingleFileSnapshotExtension):
    """Keeps each snapshot in a text file."""

    file_extension = "txt"


@pytest.mark.parametrize(
    ("size", "keys"),
    [
        pytest.param(HUGE, [], id="huge"),
        pytest.param(HUGE, ["F", "n"], id="huge focused"),
        pytest.param((120, 40), ["F"], id="wide"),
        pytest.param(MIDDLE, ["F", "n", "n"], id="middle"),
        pytest.param(MIDDLE, ["F", "/", *"al"], id="filtered"),
        pytest.param(NARROW, ["F"], id="narrow"),
    ],
)
async def test_pictures(
    start: Start, snapshot: SnapshotAssertion, size: tuple[int, int], keys: Sequence[str]
) -> None:
    settings = Settings(searches={"week": "newer:7d"})
    async with start(size=size, loaded=LoadedSettings(settings)) as running:
        await running.wait_indexed()
        await running.press(*keys)
        tree = running.reader.place_tree
        await running.wait_until(lambda: "search:week" in tree.look.counts or not tree.display)
        await running.settle()
        shown_now = picture(running.app, styles=True).encode()
        assert shown_now == snapshot.use_extension(Pictures)
