"""Copying a library to another one: the same articles, texts and reading state, however often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from store.feeds.subscriptions import Subscription
from store.journal.events import encode_line
from store.library.folder import FolderLibrary
from store.library.protocol import Library
from store.library.transfer import TransferMarks, TransferResult, copy_library
from store.model.article import Body, ParsedArticle, ReadingStatus
from store.model.errors import LibraryReadOnly
from store.model.times import format_timestamp
from store.search.list_query import ListQuery
from tests.support.libraries import (
    START,
    FakeClock,
    add,
    article,
    article_id,
    articles,
    ids,
    list_numbers,
    list_rows,
    load,
    open_folder_library,
)
from tests.support.steps import run_steps

Open = Callable[..., FolderLibrary]


@pytest.fixture
def open_named(tmp_path: Path) -> Open:
    """Return a function that opens a library by name, loaded."""

    def open_library(
        name: str, machine: str = "desk", clock: FakeClock | None = None
    ) -> FolderLibrary:
        library = open_folder_library(
            tmp_path / name, tmp_path / f"{name}-cache", machine, clock or FakeClock()
        )
        load(library)
        return library

    return open_library


def copy(
    source: FolderLibrary, target: FolderLibrary, since: TransferMarks | None = None
) -> TransferResult:
    """Copy a library and return the result."""
    return run_steps(copy_library(source, target, since or TransferMarks()))


def state(library: Library) -> object:
    """Return all that a reader sees of a library: rows, texts, facts, tags, history."""
    rows = list_rows(library, ListQuery())
    entries = [library.get_article(row.id) for row in rows]
    return rows, entries, library.tags()


def read_into(library: FolderLibrary) -> None:
    """Do something of every kind to articles 1 to 9."""
    library.record("opened", ids(1))
    library.record("read", ids(1, 2, 3))
    library.record("unread", ids(2))
    library.record("starred", ids(3))
    library.record("tagged", ids(4), tag="harbour")
    library.record("edited", ids(5), to={"title": "Another title", "category": "sport"})
    library.record("position", ids(6), position=3)
    library.record("deleted", ids(7))
    library.record("deleted", ids(8))
    library.undo()
    library.record("read", ids(9))
    library.undo()


def test_everything_is_copied(open_named: Open) -> None:
    source, target = open_named("a"), open_named("b", "lap")
    add(source, [*articles(range(1, 9)), article(9, ReadingStatus(read=True, read_count=4))])
    read_into(source)
    done = copy(source, target)
    assert (done.articles, done.existing, done.events, done.rejected) == (9, 0, 13, ())
    assert state(target) == state(source)
    assert list(target.undoable()) == []  # the changes are those of another machine
    assert state(load(open_named("b", "lap"))) == state(source)  # and are on the disk
    target.record("restored", ids(7))
    assert target.get_article(article_id(7)).body.text == "Text 7."


def test_the_second_copy_adds_nothing(open_named: Open) -> None:
    source, target = open_named("a"), open_named("b", "lap")
    add(source, articles(range(1, 10)))
    read_into(source)
    copy(source, target)
    before = state(target)
    done = copy(source, target)
    assert (done.articles, done.existing, done.events) == (0, 9, 0)
    assert state(target) == before


def test_marks_spare_what_was_copied_before(open_named: Open) -> None:
    source, target = open_named("a"), open_named("b", "lap")
    add(source, articles(range(1, 4)))
    source.record("read", ids(1))
    marks = copy(source, target).marks
    done = copy(source, target, marks)
    assert (done.articles, done.existing, done.events, done.marks) == (0, 0, 0, marks)
    add(source, articles([4]))
    source.record("starred", ids(4))
    done = copy(source, target, marks)
    assert (done.articles, done.existing, done.events) == (1, 3, 1)
    assert state(target) == state(source)


def test_undo_on_the_same_machine_goes_on_after_a_copy(open_named: Open) -> None:
    clock = FakeClock()
    source, target = open_named("a", clock=clock), open_named("b", clock=clock)
    add(source, articles(range(1, 4)))
    add(target, articles(range(1, 4)))
    source.record("read", ids(1))
    target.record("starred", ids(2))
    source.record("read", ids(3))
    done = copy(source, target)
    assert done.events == 2
    assert [each.articles for each in target.undoable()] == [
        tuple(ids(3)),
        tuple(ids(2)),
        tuple(ids(1)),
    ]
    assert target.problems == ()
    target.undo()
    target.undo()
    rows = {row.id: row for row in list_rows(target, ListQuery())}
    assert [(rows[each].read, rows[each].starred) for each in ids(1, 2, 3)] == [
        (True, False),
        (False, False),
        (False, False),
    ]


def test_another_process_reads_the_journal_that_was_rewritten(open_named: Open) -> None:
    clock = FakeClock()
    source, target, reader = (
        open_named("a", clock=clock),
        open_named("b", clock=clock),
        open_named("b", clock=clock),
    )
    add(source, articles([1, 2]))
    source.record("read", ids(1))
    add(target, articles([1, 2]))
    target.record("starred", ids(2))
    reader.refresh()
    copy(source, target)
    reader.refresh()
    reader.record("read", ids(2))
    assert reader.problems == ()
    target.refresh()
    assert state(reader) == state(target)
    assert list_numbers(reader, show="unread") == []


def test_both_ways_make_both_the_same(open_named: Open) -> None:
    clock = FakeClock()
    one, other = open_named("a", clock=clock), open_named("b", "lap", clock=clock)
    add(one, articles([1, 2, 3]))
    add(other, articles([3, 4]))
    one.record("read", ids(3))
    other.record("unread", ids(3))
    other.record("deleted", ids(4))
    copy(one, other)
    copy(other, one)
    assert list_numbers(one) == list_numbers(other) == [3, 2, 1]
    assert list_numbers(one, show="unread") == [3, 2, 1]
    assert [row._replace(added_at=0) for row in list_rows(one, ListQuery())] == [
        row._replace(added_at=0) for row in list_rows(other, ListQuery())
    ]


def test_a_text_completes_an_article_without_one(open_named: Open) -> None:
    source, target = open_named("a"), open_named("b", "lap")
    add(source, [article(1)])
    bare = article(1, words=0)
    add(target, [ParsedArticle(bare.article, Body())])
    done = copy(source, target)
    assert (done.articles, done.existing) == (1, 0)
    assert target.read_text(article_id(1)) == "Text 1."


@pytest.mark.parametrize(
    ("offered", "day", "is_opened", "expected"),
    [
        pytest.param("a c", 2, False, "a c", id="a later date"),
        pytest.param("a c", 2, True, "a b", id="a later date, opened"),
        pytest.param("a c", 1, False, "a b", id="the same date"),
        pytest.param("a c", 0, False, "a b", id="an earlier date"),
        pytest.param("a b c", 0, False, "a b c", id="longer, with an earlier date"),
        pytest.param("a b c", 2, True, "a b", id="longer, opened"),
        pytest.param("a", 2, False, "a b", id="shorter"),
    ],
)
def test_a_newer_text_replaces_one_that_nobody_opened(
    open_named: Open, offered: str, day: int, is_opened: bool, expected: str
) -> None:
    def version(text: str, day: int) -> list[ParsedArticle]:
        updated = format_timestamp(START + timedelta(days=day))
        made = article(1, words=len(text.split()), updated=updated)
        return [replace(made, body=Body(text))]

    source, target = open_named("a"), open_named("b", "lap")
    add(source, version(offered, day))
    add(target, version("a b", 1))
    if is_opened:
        target.record("opened", ids(1))
    for _ in range(2):
        copy(source, target)
        assert target.read_text(article_id(1)) == expected


def test_an_article_keeps_the_id_that_it_has(open_named: Open) -> None:
    """A second article at a URL with a fragment is not taken for the first one, as by an import."""
    source, target = open_named("a"), open_named("b", "lap")
    add(source, [article(1, url=""), article(2, url="", title="Title 1")])
    copy(source, target)
    assert [row.id for row in list_rows(target, ListQuery())] == ids(2, 1)


def test_an_interrupted_copy_goes_on(open_named: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 132: what is there already is left out."""
    monkeypatch.setattr("store.library.transfer.ARTICLE_BATCH_SIZE", 2)
    source, target = open_named("a"), open_named("b", "lap")
    add(source, articles(range(1, 8)))
    source.record("read", ids(1))
    steps = copy_library(source, target, TransferMarks())
    next(each for each in steps if each.articles == 4)
    steps.close()
    again = open_named("b", "lap")
    assert list_numbers(again) == [4, 3, 2, 1]
    done = copy(source, again)
    assert (done.articles, done.existing, done.events) == (3, 4, 1)
    assert state(again) == state(source)


def test_a_text_that_is_not_here_is_skipped(open_named: Open, tmp_path: Path) -> None:
    source, target = open_named("a"), open_named("b", "lap")
    add(source, articles([1, 2]))
    source.close()
    (tmp_path / "a/texts/desk-0001.json").unlink()
    (tmp_path / "a/texts/.desk-0001.json.icloud").touch()
    source = open_named("a", "other")
    done = copy(source, target)
    texts = tmp_path / "a/texts/desk-0001.json"
    assert [(each.location, each.reason) for each in done.rejected] == [
        (f"{texts}: text 1", "is not here yet"),
        (f"{texts}: text 2", "is not here yet"),
    ]
    assert done.articles == 0
    assert done.marks.articles == {}  # the next copy tries again


def test_subscriptions_and_searches(open_named: Open) -> None:
    source, target = open_named("a"), open_named("b", "lap")
    source.feeds.update(
        [Subscription("https://a.example/feed", title="A"), Subscription("https://b.example/feed")]
    )
    target.feeds.update([Subscription("https://A.example/feed", title="Mine")])
    source.searches.put({"Dams": "dam", "Ports": "harbour"})
    target.searches.put({"ports": "is:starred"})
    done = copy(source, target)
    assert [each.url for each in target.feeds.subscriptions()] == [
        "https://b.example/feed",
        "https://A.example/feed",
    ]
    assert target.searches.read() == {"ports": "is:starred", "Dams": "dam"}
    assert (done.feeds, done.searches) == (1, 1)
    done = copy(source, target)
    assert (done.feeds, done.searches) == (0, 0)


@pytest.mark.parametrize("part", ["journal", "articles"])
def test_a_newer_format_is_not_copied(open_named: Open, tmp_path: Path, part: str) -> None:
    source, target = open_named("a"), open_named("b", "lap")
    add(source, articles([1]))
    source.record("read", ids(1))
    file = next((tmp_path / "a" / part).glob("desk*.json*"))
    if part == "journal":
        first = encode_line({"format": 2, "machine": "desk"})
        file.write_bytes(first + file.read_bytes().split(b"\n", 1)[1])
    else:
        file.write_bytes(
            file.read_bytes()
            .replace(b'"format": 1', b'"format":2')
            .replace(b'"format":1', b'"format":2')
        )
    with pytest.raises(LibraryReadOnly, match="newer newstui"):
        copy(open_named("a"), target)
    assert list_numbers(target) == []  # nothing is copied by halves


def test_a_read_only_target(open_named: Open, tmp_path: Path) -> None:
    source, target = open_named("a"), open_named("b", "lap")
    add(source, articles([1]))
    first = tmp_path / "b/journal/old.jsonl"

    first.write_bytes(encode_line({"format": 9, "machine": "old"}))
    target.refresh()
    with pytest.raises(LibraryReadOnly):
        copy(source, target)


def test_clocks_apart(open_named: Open) -> None:
    """A change that is made after a copy comes after what was copied, whatever the clock says."""
    ahead, behind = FakeClock(), FakeClock()
    ahead.now += timedelta(days=30)
    source, target = open_named("a", clock=ahead), open_named("b", "lap", clock=behind)
    add(source, articles([1]))
    source.record("read", ids(1))
    copy(source, target)
    target.record("unread", ids(1))
    copy(target, source)
    assert list_numbers(source, show="unread") == [1]
