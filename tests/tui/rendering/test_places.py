"""Places: which a library has, in which order, and what is seen of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from store.feeds.feed_store import FeedState, FeedStatus
from store.feeds.subscriptions import Subscription
from store.model.results import Counts
from store.search.list_query import ListQuery
from tui.rendering.cells import cell_width
from tui.rendering.place_lines import (
    PlaceLook,
    build_place_line,
    build_problem_line,
    build_table_labels,
)
from tui.rendering.places import (
    MAX_TREE_DEPTH,
    Place,
    PlaceSources,
    TreeRow,
    build_places,
    find_again,
    omit_unused_tags,
    shown_number,
    visible_places,
)

SHOWS = ["All", "Unread", "Today", "Starred", "In progress", "Later"]
FEEDS = (
    Subscription("https://g.example/", "Gazette"),
    Subscription("https://d.example/", "JSON Diary", "Notes/Old"),
    Subscription("https://a.example/", "Atom Notes", "Notes"),
    Subscription("https://z.example/", "Zebra", "alps"),
)
SOURCES = PlaceSources(
    FEEDS,
    former_feeds=["https://gone.example/"],
    categories=["", "sport", "news/world", "News"],
    tags=["to read", 'a "b"'],
    searches={"week": "newer:7d"},
    today=86_400,
)
NOW = 1_000_000


def outline(rows: Sequence[TreeRow]) -> list[str]:
    """Return the names, indented; a folded one is marked."""
    return ["  " * row.place.depth + row.place.name + "…" * row.is_folded for row in rows]


def find(key: str, sources: PlaceSources = SOURCES) -> Place:
    return next(each for each in build_places(sources) if each.key == key)


def test_the_tree() -> None:
    assert outline(visible_places(build_places(SOURCES), (), ""))[len(SHOWS) :] == [
        "Searches",
        "  week",
        "Feeds",
        "  alps",
        "    Zebra",
        "  Notes",
        "    Old",
        "      JSON Diary",
        "    Atom Notes",
        "  Gazette",
        "Imported",
        "  (none)",
        "  news",
        "    world",
        "  sport",
        "Tags",
        "  to read",
        '  a "b"',
    ]


def test_an_empty_library_has_no_headings() -> None:
    assert outline(visible_places(build_places(PlaceSources()), (), "")) == SHOWS


def test_without_feeds_nothing_is_called_imported() -> None:
    sources = PlaceSources(categories=["north"])
    assert outline(visible_places(build_places(sources), (), ""))[-2:] == ["Categories", "  north"]
    assert find("category:north", sources).query == ListQuery(category="north")


@pytest.mark.parametrize(
    ("key", "query"),
    [
        ("all", ListQuery()),
        ("unread", ListQuery(show="unread")),
        ("today", ListQuery(since=86_400)),
        ("starred", ListQuery(show="starred")),
        ("in progress", ListQuery(show="in progress")),
        ("later", ListQuery(text='tag:"later"')),
        ("search:week", ListQuery(text="newer:7d")),
        ("folder:notes", ListQuery(feeds=frozenset(["https://a.example/", "https://d.example/"]))),
        ("folder:notes/old", ListQuery(feeds=frozenset(["https://d.example/"]))),
        ("feed:https://g.example/", ListQuery(feeds=frozenset(["https://g.example/"]))),
        (
            "category:news",
            ListQuery(category="news", feeds=frozenset(["", "https://gone.example/"])),
        ),
        ("tag:to read", ListQuery(text='tag:"to read"')),
    ],
)
def test_queries(key: str, query: ListQuery) -> None:
    assert find(key).query == query


def test_full_names_say_where_a_place_is() -> None:
    names = {each.full_name for each in build_places(SOURCES)}
    assert {"Notes/Old", "Notes/Old/JSON Diary", "Gazette", "news/world", "Unread"} <= names


@pytest.mark.parametrize(
    ("folded", "text", "expected"),
    [
        (["heading:feeds"], "", ["Searches", "  week", "Feeds…", "Imported"]),
        (["folder:notes"], "", ["  Notes…", "  Gazette"]),
        (["folder:notes/old"], "", ["    Old…", "    Atom Notes"]),
        ([], "diary", ["Feeds", "  Notes", "    Old", "      JSON Diary"]),
        (["heading:feeds"], "ATOM", ["Feeds", "  Notes", "    Atom Notes"]),
        ([], " es  at ", ["Feeds", "  Notes", "    Atom Notes"]),
        ([], "note", ["Feeds", "  Notes", "    Atom Notes"]),
        ([], "un", ["Unread"]),
        ([], "nothing like it", []),
    ],
)
def test_what_is_seen(folded: Sequence[str], text: str, expected: Sequence[str]) -> None:
    seen = outline(visible_places(build_places(SOURCES), folded, text))
    assert "\n".join(expected) in "\n".join(seen)
    if text:
        assert seen == expected


def test_folders_nested_without_end_are_one_branch() -> None:
    feed = Subscription("https://x.example/", "X", "/".join("a" * 500))
    places = build_places(PlaceSources([feed], categories=["b/" * 5000]))
    assert max(each.depth for each in places) <= MAX_TREE_DEPTH + 1


def renamed(*categories: str) -> list[Place]:
    """Return the places with other folders of the first feeds."""
    feeds = [replace(feed, category=name) for feed, name in zip(FEEDS, categories, strict=False)]
    return build_places(replace(SOURCES, feeds=[*feeds, *FEEDS[len(feeds) :]]))


@pytest.mark.parametrize(
    ("key", "categories", "expected"),
    [
        ("folder:notes", [], "folder:notes"),
        ("folder:notes", ["", "Diary/Old", "Diary"], "folder:diary"),
        ("folder:notes/old", ["", "Diary/Old", "Diary"], "folder:diary/old"),
        ("folder:notes/old", ["", "Notes/New", "Notes"], "folder:notes/new"),
        ("folder:notes", ["", "More/Notes/Old", "More/Notes"], "folder:more/notes"),
        ("folder:notes", ["", "alps", "alps"], "folder:alps"),
        ("folder:notes", ["Top/Alps/Old", "Top/Alps/Old", "Top/Alps"], "folder:top/alps"),
        ("folder:notes/old", ["", "Top/Alps/Snow", "Notes"], "folder:top/alps/snow"),
        ("folder:notes", ["", "", ""], None),
        ("folder:notes", ["", "A", "B"], None),
        ("category:news", ["News"], "category:news"),
    ],
)
def test_a_folder_is_found_again(key: str, categories: list[str], expected: str | None) -> None:
    found = find_again(find(key), renamed(*categories))
    assert (found and found.key) == expected


@pytest.mark.parametrize(
    ("totals", "left"),
    [
        ({}, ["Tags", "to read", 'a "b"']),
        ({"tag:to read": 1, 'tag:a "b"': 2}, ["Tags", "to read", 'a "b"']),
        ({"tag:to read": 0, 'tag:a "b"': 2}, ["Tags", 'a "b"']),
        ({"tag:to read": 0, 'tag:a "b"': 0, "all": 0}, []),
    ],
)
def test_tags_of_no_article_are_no_places(totals: dict[str, int], left: list[str]) -> None:
    counts = {key: Counts(total, 0) for key, total in totals.items()}
    names = [place.name for place in omit_unused_tags(build_places(SOURCES), counts)]
    before = [place.name for place in build_places(replace(SOURCES, tags=[]))]
    assert names == [*before, *left]


@pytest.mark.parametrize(
    ("key", "number"), [("all", 2), ("starred", 5), ("later", 5), ("tag:to read", 5)]
)
def test_the_number_beside_a_place(key: str, number: int) -> None:
    assert shown_number(find(key), Counts(total=5, unread=2)) == number


# -- lines ---------------------------------------------------------------------------------

FAILED = FeedStatus(
    replace(FEEDS[0], interval=360), FeedState(error="not a feed", succeeded="1970-01-10T00:00:00Z")
)
PAUSED = FeedStatus(
    Subscription("https://a.example/", "Atom Notes", "Notes", paused=True, interval=90), FeedState()
)
LOOK = PlaceLook(
    NOW,
    {
        "all": Counts(1114, 1097),
        "feed:https://g.example/": Counts(11, 10),
        "folder:notes": Counts(13, 0),
    },
    {"https://g.example/": FAILED, "https://a.example/": PAUSED},
    shown="all",
)


def line(key: str, width: int, *, selected: bool = False, look: PlaceLook = LOOK) -> str:
    rows = visible_places(build_places(SOURCES), ["folder:notes"], "")
    row = next((row for row in rows if row.place.key == key), TreeRow(find(key)))
    pieces = build_place_line(row, width, look, selected=selected)
    return "".join(text for text, _ in pieces)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("all", " ◆ All             1,097 "),
        ("unread", "   Unread                "),
        ("heading:feeds", " ▾ Feeds                 "),
        ("folder:notes", " ▸ Notes                 "),
        ("feed:https://g.example/", " ! Gazette            10 "),
        ("feed:https://a.example/", "   ‖ Atom Notes          "),
        ("search:week", "   week                  "),
    ],
)
def test_lines_of_the_column(key: str, expected: str) -> None:
    assert line(key, 25) == expected
    assert line(key, 25, selected=True) == f"▌{expected[1:]}"


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("unread", " ◆ Unread                "),
        ("folder:notes", " ▸ ◆ Notes               "),
        ("feed:https://g.example/", " ! ◆ Gazette          10 "),
        ("feed:https://a.example/", "   ‖ ◆ Atom Notes        "),
        ("search:week", " ◆ week                  "),
    ],
)
def test_the_place_that_is_shown(key: str, expected: str) -> None:
    assert line(key, 25, look=replace(LOOK, shown=key)) == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("heading:feeds", " ▾ Feeds                                                        "),
        ("all", " ◆ All                       1,097   1,114   2 %                "),
        (
            "feed:https://g.example/",
            " ! Gazette                      10      11   9 %     2d     6h  ",
        ),
        (
            "feed:https://a.example/",
            "   ‖ Atom Notes                                   never    90m  ",
        ),
    ],
)
def test_lines_of_the_table(key: str, expected: str) -> None:
    assert line(key, 64) == expected


def test_the_labels_stand_above_the_columns() -> None:
    """In the edge, from the third cell on."""
    labels = f"  {build_table_labels('Places', 64)}"
    assert labels == "  Places                    unread     all  read   last  every"
    assert line("feed:https://g.example/", 64).index("6h") + 2 == len(labels)
    assert build_table_labels("Places", 30) == "Places"


def test_a_wide_table_has_the_sites_of_feeds() -> None:
    labels = f"  {build_table_labels('Places', 120)}"
    assert line("feed:https://g.example/", 120).index("g.example") == labels.index("site")
    assert line("all", 120).split() == ["◆", "All", "1,097", "1,114", "2", "%"]


def test_a_long_name_does_not_touch_the_column_behind_it() -> None:
    name = "A journal of comparative regional hydrology and dam engineering, monthly"
    row = TreeRow(Place("feed:https://g.example/", name, "feed", feed_key="https://g.example/"))
    for width in (30, 60, 110, 200):
        line = "".join(text for text, _ in build_place_line(row, width, LOOK))
        assert line[line.index("…") + 1] == " ", width


@pytest.mark.parametrize("width", [1, 2, 10, 26, 59, 60, 120, 250])
def test_lines_are_as_wide_as_asked(width: int) -> None:
    for row in visible_places(build_places(SOURCES), (), ""):
        for selected in (False, True):
            pieces = build_place_line(row, width, LOOK, selected=selected)
            assert sum(cell_width(text) for text, _ in pieces) == width


def test_the_reason_is_below_a_failing_feed() -> None:
    rows = {row.place.key: row for row in visible_places(build_places(SOURCES), (), "")}
    row = rows["feed:https://g.example/"]
    assert LOOK.describe_problem(row.place) == "not a feed"
    text = "".join(text for text, _ in build_problem_line(row, 25, LOOK))
    assert text == "   not a feed            "
    assert LOOK.describe_problem(rows["all"].place) == ""
