"""What the protocol promises of lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain

import pytest

from store.library.protocol import Library
from store.model.article import ArticleRow, ParsedArticle, ReadingStatus
from store.model.results import GroupCount
from store.search.list_query import ListQuery, Sort
from tests.support.libraries import Client, Machine, add, article, article_id, ids

READ = ReadingStatus(read=True, read_count=1)
FEED = "https://a.example/feed"


Open = Callable[[Iterable[ParsedArticle]], Library]


@pytest.fixture
def open_with(client: Client) -> Open:
    """Return a function that opens a library with some articles."""

    def open_with(found: Iterable[ParsedArticle]) -> Library:
        library = client.open()
        add(library, found)
        return library

    return open_with


@pytest.fixture
def library(open_with: Open) -> Library:
    """Ten articles, 10 the newest; 2, 5 and 6 are unread, 3 is in another category and of a feed."""
    return open_with(
        article(
            number,
            None if number in (2, 5, 6) else READ,
            category="other" if number == 3 else "world",
            extra={"feed": FEED} if number == 3 else {},
        )
        for number in range(1, 11)
    )


def numbers(rows: Iterable[ArticleRow]) -> list[int]:
    """Return the numbers of the articles of rows."""
    return [int(row.id[:4], 16) for row in rows]


@pytest.mark.parametrize(
    ("start", "size", "expected"),
    [
        (0, 3, [10, 9, 8]),
        (8, 5, [2, 1]),
        (4, 0, []),
        (10, 5, []),
        (99, 5, []),
        (-5, 2, [10, 9]),
    ],
)
def test_windows(library: Library, start: int, size: int, expected: list[int]) -> None:
    assert numbers(library.listing(ListQuery()).window(start, size)) == expected


def test_totals(library: Library) -> None:
    listing = library.listing(ListQuery())
    assert (listing.total, listing.unread) == (10, 3)
    unread = library.listing(ListQuery("unread"))
    assert (unread.total, unread.unread, numbers(unread.window(0, 9))) == (3, 3, [6, 5, 2])
    nothing = library.listing(ListQuery("starred"))
    assert (nothing.total, nothing.unread, list(nothing.ids())) == (0, 0, [])


@pytest.mark.parametrize(("number", "expected"), [(10, 0), (1, 9), (6, 4), (77, None)])
def test_places(library: Library, number: int, expected: int | None) -> None:
    assert library.listing(ListQuery()).place(article_id(number)) == expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ([6], 4),
        ([77, 6, 10], 4),
        ([10, 77, 6], 0),
        ([*range(100, 350), 1], 9),
        ([77, 88], None),
        ([], None),
    ],
)
@pytest.mark.parametrize("sort", ["date", "oldest"])
def test_the_first_place(
    library: Library, wanted: list[int], expected: int | None, sort: Sort
) -> None:
    listing = library.listing(ListQuery(sort=sort))
    place = None if expected is None else expected if sort == "date" else 9 - expected
    assert listing.first_place(article_id(number) for number in wanted) == place


@pytest.mark.parametrize("sort", ["date", "title", "oldest", "words"])
def test_places_of_articles_of_the_same_second(open_with: Open, sort: Sort) -> None:
    date = "2031-05-06T07:08:09Z"
    found = [
        article(number, date=None if number % 7 == 0 else date, words=number % 3)
        for number in range(1, 40)
    ]
    listing = open_with([*found, article(50), article(51)]).listing(ListQuery(sort=sort))
    rows = listing.window(0, 99)
    assert [listing.place(row.id) for row in rows] == list(range(41))


def test_the_place_of_an_article_whose_date_was_changed(client: Client) -> None:
    library = client.open()
    add(library, [article(number) for number in range(1, 10)])
    listing = library.listing(ListQuery())
    library.record("edited", ids(2), to={"date": "2040-01-01T00:00:00Z"})
    assert listing.place(article_id(2)) == 7
    assert library.listing(ListQuery()).place(article_id(2)) == 0


@pytest.mark.parametrize(
    ("place", "by", "expected"),
    [(0, 1, 1), (0, -1, 0), (4, 3, 7), (4, -3, 1), (4, 99, 9), (4, -99, 0)],
)
def test_steps(library: Library, place: int, by: int, expected: int) -> None:
    assert library.listing(ListQuery()).step(place, by) == expected


@pytest.mark.parametrize(
    ("place", "by", "expected"),
    [
        *((0, 1, 4), (0, 2, 5), (0, 3, 8), (0, 9, 8), (4, 1, 5), (8, 1, None), (0, -1, None)),
        *((9, -1, 8), (9, -2, 5), (9, -9, 4), (5, -1, 4)),
    ],
)
def test_steps_to_unread_articles(
    library: Library, place: int, by: int, expected: int | None
) -> None:
    assert library.listing(ListQuery()).step(place, by, unread=True) == expected


def test_steps_in_an_empty_list(library: Library) -> None:
    nothing = library.listing(ListQuery(category="nothing"))
    assert nothing.step(0, 1) is None
    assert nothing.step(0, -1, unread=True) is None


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        ((10, 9, 4, 1), [1, 2, 7, 10]),
        ((99, 0), [0, 10]),
    ],
)
def test_places_of_days(library: Library, starts: Sequence[int], expected: list[int]) -> None:
    rows = library.listing(ListQuery()).window(0, 10)
    times = {int(row.id[:4], 16): row.timestamp for row in rows} | {99: 10**10, 0: 0}
    days = library.listing(ListQuery()).day_places([times[each] for each in starts])
    assert list(days) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (ListQuery(), (True, True)),
        (ListQuery("unread"), (False, False)),
        (ListQuery(feeds=frozenset([FEED])), (False, False)),
        (ListQuery("starred"), (False, False)),
    ],
)
def test_fields_that_vary(library: Library, query: ListQuery, expected: tuple[bool, bool]) -> None:
    listing = library.listing(query)
    assert (listing.varies("category"), listing.varies("source")) == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, None, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
        (2, 5, [8, 7, 6]),
        (8, None, [2, 1]),
        (8, 99, [2, 1]),
        (0, 1, [10]),
        (3, 3, []),
        (10, None, []),
        (-4, 1, [10]),
    ],
)
def test_ids_from_one_place_to_another(
    library: Library, start: int, end: int | None, expected: list[int]
) -> None:
    found = chain.from_iterable(library.listing(ListQuery()).ids(start, end))
    assert list(found) == ids(*expected)


def test_ids_come_in_batches(open_with: Open) -> None:
    library = open_with(article(number) for number in range(1, 2101))
    batches = list(library.listing(ListQuery(sort="words")).ids())
    assert list(chain(*batches)) == ids(*range(2100, 0, -1))
    assert max(map(len, batches)) <= 1000


def test_a_list_stands_still_and_its_rows_are_those_of_now(library: Library) -> None:
    """What was read keeps its place in a list of unread articles; it is seen to be read."""
    listing = library.listing(ListQuery("unread"))
    library.record("read", ids(5))
    rows = listing.window(0, 9)
    assert numbers(rows) == [6, 5, 2]
    assert [row.read for row in rows] == [False, True, False]
    assert (listing.total, listing.unread, listing.place(article_id(5))) == (3, 2, 1)
    assert listing.step(0, 1, unread=True) == 2
    again = library.listing(ListQuery("unread"))
    assert (again.total, again.unread) == (2, 2)


@pytest.mark.parametrize(
    ("event", "places", "changed"),
    [
        ("read", (), [6, 5, 2]),
        ("read", (5,), [5, 2]),
        ("read", (0, 5), [6]),
        ("read", (0, 4), []),
        ("unread", (0, 3), [10, 9, 8]),
        ("starred", (3, 5), [7, 6]),
        ("unstarred", (), []),
        ("deleted", (8, 99), [2, 1]),
    ],
)
def test_one_event_about_all_articles_that_it_changes(
    library: Library, event: str, places: tuple[int, ...], changed: list[int]
) -> None:
    before = {row.id: row for row in library.listing(ListQuery()).window(0, 99)}
    steps = list(library.record_all(event, library.listing(ListQuery()), *places))
    assert max((step.changed for step in steps), default=0) == len(changed)
    after = {row.id: row for row in library.listing(ListQuery()).window(0, 99)}
    assert numbers(row for key, row in before.items() if after.get(key) != row) == changed
    again = list(library.record_all(event, library.listing(ListQuery()), *places))
    assert event == "deleted" or not any(step.changed for step in again)


def test_an_event_is_about_the_list_as_it_stood(library: Library) -> None:
    listing = library.listing(ListQuery("unread"))
    library.record("read", ids(5))
    library.record("unread", ids(9))
    assert [*library.record_all("read", listing)][-1].changed == 2
    assert numbers(library.listing(ListQuery("unread")).window(0, 9)) == [9]


def test_deleted_articles_are_taken_out(library: Library) -> None:
    listing = library.listing(ListQuery())
    library.record("deleted", ids(9, 6))
    assert (listing.total, len(listing.window(0, 99))) == (10, 10), "until they are taken out"
    left = listing.without(ids(9, 6, 77))
    assert numbers(left.window(0, 3)) == [10, 8, 7]
    assert (left.total, left.unread, left.place(article_id(8))) == (8, 2, 1)
    assert left.step(0, 1, unread=True) == left.place(article_id(5)) == 3
    assert listing.total == 10, "the list before is another one"


def test_groups(library: Library) -> None:
    assert library.by("category") == [GroupCount("other", 1, 0), GroupCount("world", 9, 3)]
    assert library.by("feed") == [GroupCount(FEED, 1, 0)]
    queries = {
        "u": ListQuery("unread"),
        "f": ListQuery(feeds=frozenset([FEED])),
        "c": ListQuery(category="x"),
    }
    assert library.counts(queries) == {"u": (3, 3), "f": (1, 0), "c": (0, 0)}


def test_pinned_articles_are_listed(library: Library) -> None:
    listing = library.listing(ListQuery("unread", pinned_ids=ids(9)))
    assert numbers(listing.window(0, 9)) == [9, 6, 5, 2]


def test_a_folded_list_shows_each_article_while_no_copies_are_known(library: Library) -> None:
    folded = library.listing(ListQuery(is_folded=True))
    assert numbers(folded.window(0, 99)) == [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert (folded.total, folded.unread) == (10, 3)
    assert list(folded.copies(article_id(4))) == ids(4)
    assert list(chain.from_iterable(folded.ids())) == ids(*range(10, 0, -1))


def test_rows_of_a_lost_file_stay_in_the_list(machine: Machine) -> None:
    library = machine.open()
    add(library, [article(1), article(2)])
    machine.open().close()
    listing = library.listing(ListQuery())
    for path in (*machine.segments(), *machine.segments("texts")):
        path.unlink()
    library.refresh()
    assert numbers(listing.window(0, 9)) == [2, 1]
