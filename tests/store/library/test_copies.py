"""Lists that show each story once: which articles are copies, and what lists, counts and changes make of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from store.library.article_copies import COPIES_FILE
from store.library.protocol import Library
from store.model.article import LISTED_COPY, Body, ParsedArticle, ReadingStatus
from store.search.list_query import ListQuery
from tests.support.libraries import Client, add, article, article_id, ids

FOLDED = ListQuery(is_folded=True)
HARBOUR = (
    "The harbour master closed the northern basin on Tuesday after divers found a crack in the old"
    " lock gate. Ferries to the islands will leave from the southern quay until the gate has been"
    " repaired, which engineers expect to take three weeks. Fishermen asked the council for help."
)
ORCHARD = (
    "Growers in the valley expect the smallest apple harvest for a decade because late frost killed"
    " the blossom in April. Cider makers have begun to buy fruit abroad, and the growers union wants"
    " the ministry to pay for nets and heaters before the next spring comes round again."
)
READ = ReadingStatus(read=True, read_count=1)


def story(number: int, text: str, title: str = "", **facts: object) -> ParsedArticle:
    """Return an article with a text; the greater the number, the newer."""
    made = article(number, title=title or f"Title {number}", words=len(text.split()), **facts)  # type: ignore[arg-type]
    return replace(made, body=Body(text))


def update(library: Library) -> None:
    """Index the library, and look for copies."""
    for _ in library.update_index():
        pass


def shown(library: Library, query: ListQuery = FOLDED) -> list[tuple[int, int]]:
    """Return the number of each article in a list, with its copies."""
    rows = library.listing(query).window(0, 99)
    return [(int(row.id[:4], 16), row.copy_count) for row in rows]


@pytest.fixture
def library(client: Client) -> Library:
    """Articles 1, 3 and 6 are one story, of which 3 is longer; 2 and 5 another; 4 and 7 are alone."""
    found = [
        story(1, HARBOUR, category="a"),
        story(2, ORCHARD),
        story(3, f"{HARBOUR} {ORCHARD.upper()[:60]}", extra={"feed": "https://f.example/"}),
        story(4, "Nothing else has these words at all, whoever reads it today or tomorrow."),
        story(5, ORCHARD.replace("decade", "generation")),
        story(6, HARBOUR.replace("Tuesday", "Monday")),
        story(7, ""),
    ]
    library = client.open()
    add(library, found)
    library.listing(FOLDED)
    update(library)
    return library


def test_a_folded_list_has_a_row_for_each_story(library: Library) -> None:
    assert shown(library, ListQuery()) == [(n, 0) for n in (7, 6, 5, 4, 3, 2, 1)]
    assert shown(library) == [(7, 0), (6, 2), (5, 1), (4, 0)]
    listing = library.listing(FOLDED)
    assert (listing.total, listing.unread) == (4, 4)
    assert [listing.place(article_id(n)) for n in range(1, 8)] == [1, 2, 1, 3, 2, 1, 0]
    assert list(listing.ids()) == [ids(7, 6, 3, 1, 5, 2, 4)]
    assert list(listing.ids(2, 3)) == [ids(5, 2)]
    assert listing.copies(article_id(3)) == ids(3, 6, 1)
    assert listing.copies(article_id(4)) == ids(4)
    assert shown(library, replace(FOLDED, sort="oldest")) == [(1, 2), (2, 1), (4, 0), (7, 0)]


def test_copies_have_the_same_number(library: Library) -> None:
    groups = library.copy_groups()
    assert groups.keys() == {*ids(1, 2, 3, 5, 6)}
    assert len({groups[each] for each in ids(1, 3, 6)}) == 1
    assert len({groups[each] for each in ids(2, 5)}) == 1
    assert len(set(groups.values())) == 2


@pytest.mark.parametrize(
    ("query", "counts"),
    [
        (ListQuery(), (4, 4)),
        (ListQuery("unread"), (4, 4)),
        (ListQuery(category="a"), (1, 1)),
        (ListQuery(feeds=frozenset(["https://f.example/"])), (1, 1)),
        (ListQuery(feeds=frozenset(["https://f.example/", ""])), (4, 4)),
        (ListQuery(text="harbour"), (1, 1)),
        (ListQuery("starred"), (0, 0)),
    ],
)
def test_a_story_is_counted_once(
    library: Library, query: ListQuery, counts: tuple[int, int]
) -> None:
    query = replace(query, is_folded=True)
    assert library.counts({"": query})[""] == counts
    listing = library.listing(query)
    assert (listing.total, listing.unread) == counts


def test_counts_follow_every_change(library: Library, client: Client) -> None:
    """As the lists have it, after marks, deletion, undo and changes of another process."""

    def check(total: int, unread: int) -> None:
        for each in (library, client.open()):
            for show, number in (("all", total), ("unread", unread)):
                query = ListQuery(show, is_folded=True)  # type: ignore[arg-type]
                each.counts({"": query})  # reads what is known of copies
                assert each.counts({"": query})[""] == (number, unread)
                assert (each.listing(query).total, each.listing(query).unread) == (number, unread)

    check(4, 4)
    library.record("read", ids(6))
    check(4, 4)
    library.record("read", ids(3, 1))
    check(4, 3)
    library.record("deleted", ids(5))
    check(4, 3)
    library.record("deleted", ids(2))
    check(3, 2)
    library.undo()
    library.undo()
    client.open().record("read", ids(7))
    library.refresh()
    check(4, 2)


def test_a_row_is_as_all_its_copies_are(library: Library) -> None:
    listing = library.listing(FOLDED)
    library.record("read", ids(6, 1))
    library.record("starred", ids(3))
    row = listing.window(1, 1)[0]
    assert (row.read, row.starred, row.copy_count) == (False, True, 2)
    changed = library.record("read", ids(3))
    assert listing.shown_rows(changed).keys() == {article_id(3), article_id(6)}
    row = listing.shown_rows(changed)[article_id(6)]
    assert (row.read, row.starred, row.copy_count) == (True, True, 2)
    assert listing.step(0, 1, unread=True) == 2


def test_all_copies_are_one_event(library: Library) -> None:
    for step in library.record_all("read", library.listing(FOLDED), 1, 2):
        last = step
    assert last.changed == 3
    assert library.undoable()[0].articles == tuple(ids(6, 3, 1))
    library.undo()
    assert library.listing(FOLDED).unread == 4


def test_a_story_is_unfolded(library: Library) -> None:
    query = replace(FOLDED, unfolded=frozenset([article_id(6)]))
    assert shown(library, query) == [
        *((7, 0), (6, 2), (3, LISTED_COPY), (1, LISTED_COPY), (5, 1), (4, 0))
    ]
    listing = library.listing(query)
    assert [listing.place(article_id(n)) for n in (6, 3, 1, 5)] == [1, 2, 3, 4]
    assert listing.copies(article_id(6)) == ids(6)
    assert list(listing.ids(1, 3)) == [ids(6, 3)]
    rows = listing.window(0, 9)
    assert listing.day_places([rows[1].timestamp]) == [4]
    library.record("read", ids(6))
    assert [row.read for row in listing.window(1, 3)] == [True, False, False]
    changed = listing.shown_rows(library.record("read", ids(3)))
    assert changed[article_id(3)].copy_count == LISTED_COPY


def test_unread_copies_of_what_was_read_stay_in_the_list(library: Library) -> None:
    library.record("read", ids(6, 4))
    assert shown(library, ListQuery("unread", is_folded=True)) == [(7, 0), (5, 1), (3, 1)]


def test_deleted_rows_are_taken_out_with_their_copies(library: Library) -> None:
    listing = library.listing(FOLDED)
    left = listing.without(set(listing.copies(article_id(6))))
    assert [int(row.id[:4], 16) for row in left.window(0, 9)] == [7, 5, 4]
    assert left.total == 3


def test_copies_that_come_later_are_folded(library: Library, client: Client) -> None:
    add(library, [story(8, HARBOUR.replace("three", "four")), story(9, "", title="Title 4")])
    library.refresh()
    assert shown(library) == [(9, 0), (8, 0), (7, 0), (6, 2), (5, 1), (4, 0)]
    update(library)
    assert library.refresh().is_list_stale
    folded = [(9, 1), (8, 3), (7, 0), (5, 1)]
    assert shown(library) == folded
    assert shown(client.open()) == folded, "known from the start in another process"
    update(library)
    assert not library.refresh().is_list_stale


@pytest.mark.parametrize("damage", [b"", b"not a database at all, " * 99])
def test_a_damaged_file_is_made_anew(library: Library, client: Client, damage: bytes) -> None:
    folded = shown(library)
    library.close()
    (client.cache / COPIES_FILE).write_bytes(damage)
    again = client.open()
    again.listing(FOLDED)
    update(again)
    assert shown(again) == folded


def test_nothing_is_looked_for_unless_it_is_wanted(client: Client) -> None:
    library = client.open()
    add(library, [story(1, HARBOUR), story(2, HARBOUR)])
    update(library)
    assert library.counts({"": ListQuery()})[""] == (2, 2)
    assert not (client.cache / COPIES_FILE).exists()


@pytest.mark.parametrize(
    ("one", "other", "is_copy"),
    [
        (("A", HARBOUR), ("B", HARBOUR), True),
        (("A", HARBOUR), ("B", ORCHARD), False),
        (("A", HARBOUR), ("A", ORCHARD), False),
        (("A", f"{HARBOUR} {ORCHARD}"), ("B", ORCHARD), True),
        (("A", ""), ("A", ""), True),
        (("A", ""), ("B", ""), False),
        (("The Sea!", "short"), ("the sea", "other"), True),
    ],
)
def test_what_a_copy_is(
    client: Client, one: tuple[str, str], other: tuple[str, str], *, is_copy: bool
) -> None:
    library = client.open()
    found: Iterable[ParsedArticle] = (
        story(number, text, title) for number, (title, text) in enumerate((one, other), 1)
    )
    add(library, found)
    library.listing(FOLDED)
    update(library)
    assert library.listing(FOLDED).total == 2 - is_copy
