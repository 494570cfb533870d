"""The header line, shortened by leaving out what is least important."""

from __future__ import annotations

import pytest

from store.model.results import Counts
from store.search.list_query import ListQuery
from tui.rendering.cells import cell_width
from tui.rendering.header_line import (
    HeaderFacts,
    build_header,
    counted_query,
    describe_fetch,
    describe_order,
    describe_shown,
    find_clicked_command,
)

NOW = 1_795_000_000
UNREAD = HeaderFacts(
    "Unread", counts=Counts(1114, 1097), order="newest first", fetched_at=NOW - 245
)
SEARCH = HeaderFacts("Gazette", "tide tables", found="12 found", order="best first")


def text_of(facts: HeaderFacts, width: int) -> str:
    return "".join(text for text, _ in build_header(facts, width, NOW))


@pytest.mark.parametrize(
    ("facts", "width", "left", "right"),
    [
        (
            UNREAD,
            120,
            " newstui   Unread",
            "1,097 unread of 1,114 · newest first · fetched 4 min ago",
        ),
        (UNREAD, 99, " Unread", "1,097 unread of 1,114 · newest first · fetched 4 min ago"),
        (UNREAD, 66, " Unread", "1,097 unread of 1,114 · newest first · fetched 4 min ago"),
        (UNREAD, 65, " Unread", "1,097 unread of 1,114 · newest first"),
        (UNREAD, 45, " Unread", "1,097 unread of 1,114"),
        (UNREAD, 30, " Unread", "1,097 unread"),
        (UNREAD, 20, " Unread", ""),
        (HeaderFacts("All", order="newest first"), 40, " All", "newest first"),
        (HeaderFacts("All", counts=Counts()), 40, " All", "0 unread of 0"),
        (SEARCH, 80, " Gazette · /tide tables", "12 found · best first"),
        (SEARCH, 36, " Gazette · /tide tables", "12 found"),
        (SEARCH, 20, " Gazette · /tide …", ""),
    ],
)
def test_the_header_is_shortened(facts: HeaderFacts, width: int, left: str, right: str) -> None:
    shown = text_of(facts, width)
    gap = width - cell_width(left) - cell_width(right) - 1
    assert shown == f"{left}{' ' * gap}{right} "


@pytest.mark.parametrize(
    ("facts", "width", "text", "command"),
    [
        (UNREAD, 120, "newstui", ""),
        (UNREAD, 120, "Unread", "list.category"),
        (UNREAD, 120, "  1,0", ""),
        (UNREAD, 120, "1,097 unread of 1,114", "list.filter"),
        (UNREAD, 120, " · newest", ""),
        (UNREAD, 120, "newest first", "list.sort"),
        (UNREAD, 120, "fetched 4 min ago", ""),
        (UNREAD, 30, "1,097 unread", "list.filter"),
        (SEARCH, 80, "/tide tables", "list.category"),
        (SEARCH, 80, "best first", "list.sort"),
        (HeaderFacts("All"), 40, "All", "list.category"),
    ],
)
def test_what_a_click_is_about(facts: HeaderFacts, width: int, text: str, command: str) -> None:
    pieces = build_header(facts, width, NOW)
    start = text_of(facts, width).index(text)
    cells = (start, start + len(text) - 1) if command else (start,)
    assert {find_clicked_command(pieces, facts.order, x) for x in cells} == {command}


@pytest.mark.parametrize(
    "place", ["深海の謎の音は「ししおどし」だった", "سكان أسفل نهر", "A" * 90, ""]
)
def test_the_header_fills_every_width(place: str) -> None:
    facts = HeaderFacts(place, "港", Counts(10**6, 999_999), order="by words", fetched_at=NOW)
    for width in range(1, 251):
        assert cell_width(text_of(facts, width)) == width


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "fetched just now"),
        (59, "fetched just now"),
        (60, "fetched 1 min ago"),
        (3_599, "fetched 59 min ago"),
        (3_600, "fetched 1 h ago"),
        (172_799, "fetched 47 h ago"),
        (172_800, "fetched 2 days ago"),
        (31_536_000, "fetched 365 days ago"),
    ],
)
def test_the_age_of_the_last_fetch(seconds: int, expected: str) -> None:
    assert describe_fetch(seconds) == expected


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("date", "newest first"),
        ("oldest", "oldest first"),
        ("words", "longest first"),
        ("title", "by title"),
    ],
)
def test_orders_in_words(sort: str, expected: str) -> None:
    assert describe_order(sort) == expected


@pytest.mark.parametrize(
    ("place", "show", "expected"),
    [
        ("All", "all", "All"),
        ("Unread", "unread", "Unread"),
        ("In progress", "in progress", "In progress"),
        ("Gazette", "all", "Gazette"),
        ("Gazette", "unread", "Gazette · unread"),
    ],
)
def test_what_is_shown_of_a_place(place: str, show: str, expected: str) -> None:
    assert describe_shown(place, show) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (ListQuery(), ListQuery()),
        (ListQuery(show="unread", sort="words"), ListQuery()),
        (ListQuery(show="starred", category="north"), ListQuery(show="starred", category="north")),
        (ListQuery(show="unread", text="tide"), ListQuery(text="tide")),
        (ListQuery(feeds=frozenset("x"), since=5), ListQuery(feeds=frozenset("x"), since=5)),
        (ListQuery(pinned_ids={"a"}), ListQuery()),
    ],
)
def test_the_list_that_is_counted(query: ListQuery, expected: ListQuery) -> None:
    assert counted_query(query) == expected
