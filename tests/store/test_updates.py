"""What publishers change later is noted; what was read stays read, and the first text stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from store.article import Body, Found
from store.folder import FolderLibrary
from store.query import Query
from store.times import iso
from tests.libraries import START, Machine, add, article, article_id

ONE = article_id(1)
KEY = "https://harbour.example/feed"


def came(days: float = 0, words: int = 100, feed: str = KEY) -> Found:
    """The article as its feed has it after some days; the days of the update are told."""
    now = iso(START + timedelta(days=days))
    updated = iso(START + timedelta(days=days) - timedelta(minutes=1)) if days else now
    found = article(1, created=now, updated=updated, words=words, extra={"feed": feed})
    return replace(found, body=Body(f"Text of {words} words."))


def quiet(days: float, words: int) -> Found:
    """The same of a feed that tells no such dates."""
    found = came(days, words)
    return replace(found, article=replace(found.article, updated=found.article.created))


@pytest.fixture
def desk(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path)
    add(machine.open(), [came()])
    return machine


def events(library: FolderLibrary) -> int:
    return sum(len(batch) for batch in library.events({"edited"}))


def is_marked(library: FolderLibrary) -> bool:
    row = library.row(ONE)
    assert row is not None
    assert row.updated == library.entry(ONE).updated
    return row.updated


def test_what_was_read_stays_read_and_says_that_it_was_updated(desk: Machine) -> None:
    """Case 98: the first text stays; undo has nothing to do with it; read again, it is read."""
    library = desk.open()
    library.record("read", [ONE])
    assert add(library, [came(2, 120)]).known == 1
    assert library.refresh().articles
    entry = library.entry(ONE)
    assert entry.body.text == "Text of 100 words."
    assert (entry.reading.read, entry.article.updated) == (True, came(2).article.updated)
    assert is_marked(library)
    assert is_marked(desk.open())
    assert [row.id for row in library.rows(Query(words="is:updated"))] == [ONE]
    assert [each.event for each in library.undoable()] == ["read"]
    desk.clock.now += timedelta(days=3)
    library.record("read", [ONE])
    assert not is_marked(library)


def test_the_same_update_is_noted_once(desk: Machine) -> None:
    """Case 98: fetched again, on this machine or another, it is the same update."""
    for machine in (desk, desk, Machine(desk.home, "laptop")):
        library = machine.open()
        add(library, [came(2, 120)])
        assert events(library) == 1
    add(library, [came(2.5, 120)])  # some feeds have a new date each time
    assert events(library) == 1
    add(library, [came(4, 120)])
    assert events(library) == 2
    assert not is_marked(library)  # for it was never read


@pytest.mark.parametrize(
    ("again", "noted"),
    [
        (came(), False),
        (quiet(2, 100), False),
        (quiet(2, 90), False),  # perhaps cut off
        (quiet(2, 120), True),
        (came(2, 100), True),
        (came(2, 100, feed=""), False),  # another reader's file: perhaps only starred since
        (came(2, 120, feed=""), True),
    ],
)
def test_what_counts_as_an_update(desk: Machine, again: Found, noted: bool) -> None:
    """Case 98: a later date; without one a text that has grown; in files both."""
    library = desk.open()
    add(library, [again])
    add(library, [again])
    assert events(library) == noted


def test_what_was_deleted_is_left_alone(desk: Machine) -> None:
    """Case 98: neither comes back nor is noted."""
    library = desk.open()
    library.record("deleted", [ONE])
    add(library, [came(2, 120)])
    assert events(library) == 0
    assert library.row(ONE) is None
