"""Updates by publishers: unopened articles are replaced, for others the update is recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from store.feeds.converter import read_anew
from store.library.protocol import Library
from store.model.article import Body, ParsedArticle
from store.model.times import format_timestamp
from store.search.list_query import ListQuery
from store.text.prose import count_words
from tests.support.libraries import START, Client, Machine, add, article, article_id, list_rows

ONE = article_id(1)
KEY = "https://harbour.example/feed"


def came(days: float = 0, words: int = 100, feed: str = KEY) -> ParsedArticle:
    """The article as its feed has it after some days; the days of the update are told."""
    now = format_timestamp(START + timedelta(days=days))
    updated = format_timestamp(START + timedelta(days=days) - timedelta(minutes=1)) if days else now
    found = article(1, created=now, updated=updated, words=words, extra={"feed": feed})
    return replace(found, body=Body(f"Text of {words} words."))


def quiet(days: float, words: int) -> ParsedArticle:
    """The same of a feed that tells no such dates."""
    found = came(days, words)
    return replace(found, article=replace(found.article, updated=found.article.created))


@pytest.fixture
def desk(client: Client) -> Client:
    add(client.open(), [came()])
    return client


def events(library: Library) -> int:
    return sum(len(batch) for batch in library.events({"edited"}))


def is_marked(library: Library) -> bool:
    row = library.get_row(ONE)
    assert row is not None
    assert row.updated == library.get_article(ONE).updated
    return row.updated


def test_a_read_article_stays_read_and_is_marked_as_updated(desk: Client) -> None:
    """Case 98: the first text stays; undo is not involved; reading it again clears the mark."""
    library = desk.open()
    library.record("read", [ONE])
    assert add(library, [came(2, 120)]).existing == 1
    assert library.refresh().is_list_stale
    entry = library.get_article(ONE)
    assert entry.body.text == "Text of 100 words."
    assert (entry.reading.read, entry.article.updated) == (True, came(2).article.updated)
    assert is_marked(library)
    assert is_marked(desk.open())
    assert [row.id for row in list_rows(library, ListQuery(text="is:updated"))] == [ONE]
    assert [each.event for each in library.undoable()] == ["read"]
    desk.clock.now += timedelta(days=3)
    library.record("read", [ONE])
    assert not is_marked(library)


def test_the_same_update_is_recorded_once(desk: Client) -> None:
    """Case 98: fetched again, on this machine or another, it is the same update."""
    desk.open().record("opened", [ONE])
    for machine in (desk, desk, desk.beside("laptop")):
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
def test_updates_are_recognized(desk: Client, again: ParsedArticle, noted: bool) -> None:
    """Case 98: by a later date; without one by a longer text; in files by both."""
    library = desk.open()
    library.record("opened", [ONE])
    add(library, [again])
    add(library, [again])
    assert events(library) == noted


@pytest.mark.parametrize(
    ("arrivals", "marked"),
    [
        ([read_anew(quiet(2, 120))], False),
        ([read_anew(quiet(2, 120)), quiet(3, 120)], False),
        ([read_anew(quiet(2, 120)), quiet(3, 110)], False),
        ([read_anew(quiet(2, 120)), quiet(3, 130)], True),
        ([read_anew(came(2, 120))], True),  # its feed tells that it was changed
        ([read_anew(quiet(2, 90)), quiet(3, 120)], True),
    ],
)
def test_a_text_that_is_made_anew_is_no_update(
    desk: Client, arrivals: list[ParsedArticle], marked: bool
) -> None:
    """Other code, or a page or file instead of the feed, makes a longer text of the same article."""
    library = desk.open()
    library.record("read", [ONE])
    for each in arrivals:
        add(library, [each])
    assert is_marked(library) == marked
    assert library.get_article(ONE).body.text == "Text of 100 words."


def test_a_deleted_article_is_not_updated(desk: Client) -> None:
    """Case 98: it neither returns nor records an update."""
    library = desk.open()
    library.record("deleted", [ONE])
    add(library, [came(2, 120)])
    assert events(library) == 0
    assert library.get_row(ONE) is None


def renewed(days: float, words: int) -> ParsedArticle:
    """The article after some days, with another title and text."""
    found = came(days, words)
    facts = replace(found.article, title="Title, corrected")
    return ParsedArticle(facts, Body(f"Another text of {words} words."))


@pytest.mark.parametrize("again", [renewed(2, 100), renewed(2, 120), quiet(2, 120)])
def test_an_unopened_article_is_replaced(desk: Client, again: ParsedArticle) -> None:
    """Case 98: by the newer title and text; its state stays, and it is not marked as updated."""
    library = desk.open()
    library.record("starred", [ONE])
    assert add(library, [again]).existing == 1
    assert library.refresh().is_list_stale
    for opened in (library, desk.open()):
        entry = opened.get_article(ONE)
        assert entry.body.text == again.body.text
        assert entry.article.title == again.article.title
        assert entry.article.created == came().article.created
        assert entry.reading.starred
        assert not entry.updated
        assert len(list_rows(opened, ListQuery())) == 1
    add(library, [again])
    assert events(library) == 0


def test_an_article_is_replaced_once(machine: Machine) -> None:
    library = machine.open()
    add(library, [came()])
    add(library, [renewed(2, 120)])
    written = machine.segments()[0].stat().st_mtime_ns
    add(library, [renewed(2, 120)])
    assert machine.segments()[0].stat().st_mtime_ns == written


@pytest.mark.parametrize(
    ("again", "mark"), [(renewed(2, 90), None), (renewed(2, 120), "opened"), (came(), None)]
)
def test_an_opened_or_longer_text_is_kept(
    desk: Client, again: ParsedArticle, mark: str | None
) -> None:
    """Case 98: the text that was read is kept."""
    library = desk.open()
    if mark:
        library.record(mark, [ONE])
    add(library, [again])
    assert library.get_article(ONE).body.text == "Text of 100 words."


def test_an_article_of_another_machine_is_not_replaced(machine: Machine) -> None:
    """Case 98: every file has one writer; the update is recorded."""
    add(machine.open(), [came()])
    laptop = machine.beside("laptop").open()
    add(laptop, [renewed(2, 120)])
    assert laptop.get_article(ONE).body.text == "Text of 100 words."
    assert events(laptop) == 1


def test_the_language_of_a_code_block_is_no_update(client: Client) -> None:
    """It was not kept in earlier versions: an article does not come back as updated for it."""

    def with_code(fence: str) -> ParsedArticle:
        text = f"Before.\n\n{fence}\nx = 1\n```"
        found = quiet(0, count_words(text))
        return replace(found, body=Body(text))

    library = client.open()
    add(library, [with_code("```")])
    library.record("read", [ONE])
    add(library, [with_code("```python")])
    assert (is_marked(library), events(library)) == (False, 0)
