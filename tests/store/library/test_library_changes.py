"""The promises of the `Library` protocol about undo, adding and several instances."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from store.library.protocol import Library
from store.model.article import Article, ReadingStatus
from store.model.results import AddProgress
from store.search.list_query import ListQuery
from tests.store.conftest import Open
from tests.support.libraries import (
    FakeClock,
    add,
    article,
    articles,
    ids,
    list_numbers,
    list_rows,
    reading_status,
    state,
    undo,
)

ONE, TWO, THREE = ids(1, 2, 3)


# -- undo ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "data"),
    [
        ("read", {}),
        ("unread", {}),
        ("starred", {}),
        ("unstarred", {}),
        ("tagged", {"tag": "x"}),
        ("untagged", {"tag": "x"}),
        ("edited", {"to": {"title": "New"}}),
        ("deleted", {}),
        ("restored", {}),
    ],
)
def test_every_change_can_be_undone_across_a_restart(
    three: Library, open_library: Open, event: str, data: dict[str, Any]
) -> None:
    three.record("read", [ONE])
    three.record("starred", [ONE, TWO])
    before = state(three)
    three.record(event, [ONE, TWO], **data)
    later = open_library()
    assert undo(later) == (event, (ONE, TWO))
    three.refresh()
    assert state(later) == state(three) == state(open_library()) == before
    assert undo(later) == ("starred", (ONE, TWO))


def test_undo_reverts_changes_one_by_one(three: Library) -> None:
    states = [state(three)]
    for event in ("read", "opened", "starred", "unread", "deleted"):
        states.append(state(three))
        three.record(event, [ONE])
    three.record("position", [ONE], position=9)
    assert [each.event for each in three.undoable()] == ["deleted", "unread", "starred", "read"]
    assert [each.event for each in three.undoable(limit=1)] == ["deleted"]
    for event in ("deleted", "unread", "starred", "read"):
        assert undo(three) == (event, (ONE,))
    assert undo(three) is None
    assert reading_status(three) == ReadingStatus(
        last_opened=reading_status(three).last_opened, position=9
    )


def test_undo_of_a_batch(library: Library, open_library: Open) -> None:
    """Case 26: marking all as read is one change."""
    add(library, articles(range(1, 31)))
    library.record("read", ids(7))
    library.record("read", ids(*range(1, 31)))
    assert list_numbers(library, show="unread") == []
    undone = open_library().undo()
    assert undone is not None
    assert len(undone[1]) == 30
    library.refresh()
    assert len(list_numbers(library, show="unread")) == 29
    assert reading_status(library, 7).read_count == 1


def test_an_undo_also_returns_the_changes_of_others(three: Library, open_library: Open) -> None:
    other = open_library()
    three.record("starred", [THREE])
    other.record("read", [ONE])
    undone = three.undo()
    assert undone is not None
    assert undone[0].event == "read"
    assert set(undone[1]) == {ONE}
    other.record("starred", [TWO])
    other.record("read", [THREE])
    undone = three.undo()
    assert undone is not None
    assert set(undone[1]) == {TWO, THREE}


def test_two_simultaneous_undos_revert_different_changes(
    three: Library, open_library: Open
) -> None:
    """Case 36."""
    other = open_library()
    three.record("read", [ONE])
    three.record("starred", [TWO])
    assert undo(three) == ("starred", (TWO,))
    assert undo(other) == ("read", (ONE,))
    assert undo(three) is None


# -- adding --------------------------------------------------------------------------------


def test_a_second_import_adds_nothing(library: Library, open_library: Open) -> None:
    found = [
        article(1, ReadingStatus(read=True, read_count=3, last_read="2030-01-01T00:00:00Z")),
        article(2),
    ]
    assert add(library, found) == AddProgress(2, 0)
    before = state(library)
    for each in (library, open_library()):
        assert add(each, found) == AddProgress(0, 2)
        assert state(each) == before


def test_the_same_article_twice_in_one_file(library: Library) -> None:
    assert add(library, [article(1), article(1, title="Again"), article(2)]) == AddProgress(2, 1)
    row = library.get_row(ONE)
    assert row is not None
    assert row.title == "Title 1"


def test_existing_articles_are_not_replaced(three: Library) -> None:
    three.record("read", [ONE])
    before = state(three)
    changed = article(1, ReadingStatus(starred=True), title="Other")
    assert add(three, [changed]) == AddProgress(0, 1)
    assert state(three) == before


WHEN = "2030-01-01T00:00:00Z"


@pytest.mark.parametrize(
    "came",
    [
        ReadingStatus(read=True, read_count=3, last_read=WHEN, last_opened=WHEN, position=7),
        ReadingStatus(read=True),
        ReadingStatus(read=True, read_count=2),
        ReadingStatus(read_count=2, last_read=WHEN),
        ReadingStatus(read_count=2),
        ReadingStatus(starred=True),
        ReadingStatus(position=12),
    ],
    ids=str,
)
def test_reading_state_is_imported(
    library: Library, open_library: Open, came: ReadingStatus
) -> None:
    add(library, [article(1, came)])
    for each in (library, open_library()):
        assert reading_status(each) == came


def test_imported_history_cannot_be_undone_and_yields_to_later_changes(
    library: Library, open_library: Open
) -> None:
    late = ReadingStatus(read=True, read_count=2, last_read="2090-01-01T00:00:00Z", starred=True)
    add(library, [article(1, late)])
    assert library.undoable() == []
    assert undo(library) is None
    library.record("unread", [ONE])
    library.record("unstarred", [ONE])
    for each in (library, open_library()):
        assert reading_status(each) == ReadingStatus(read_count=2, last_read="2090-01-01T00:00:00Z")
    assert undo(library) == ("unstarred", (ONE,))
    assert undo(library) == ("unread", (ONE,))
    assert undo(library) is None
    assert reading_status(library) == late


def test_every_step_of_adding_is_on_the_disk(library: Library, open_library: Open) -> None:
    for step in library.add(articles(range(1, 2101))):
        assert len(list_rows(open_library(), ListQuery())) == step.added


def test_similar_articles_include_new_ones(library: Library) -> None:
    def similar() -> list[str | None]:
        for _ in library.update_index():
            pass
        return [each.id for each in library.similar(library.get_article(ONE))]

    flood = "Harbour flood closes the northern ferry terminal"
    add(library, [article(1, title=flood)])
    assert similar() == []
    add(library, [article(2, title=f"{flood} again"), article(3)])
    assert similar()[:1] == [TWO]
    library.record("deleted", [TWO])
    assert TWO not in similar()


def test_imported_titles_are_known_without_an_index(library: Library) -> None:
    found = article(1)
    body = replace(found.body, similar=("title 2", "Elsewhere"))
    add(library, [replace(found, body=body), article(2)])
    known, elsewhere = library.similar(library.get_article(ONE))
    assert (known.id, known.title, known.origin) == (TWO, "Title 2", "import")
    assert (elsewhere.id, elsewhere.title) == (None, "Elsewhere")
    assert library.insights(library.get_article(ONE)).keywords == ()


# -- several, and the clock ----------------------------------------------------------------


def test_instances_see_each_others_changes(three: Library, open_library: Open) -> None:
    """Case 36: both work fully, and nothing is lost."""
    other = open_library()
    for turn in range(10):
        for here, there in ((three, other), (other, three)):
            rows = here.record(("read", "unread", "starred")[turn % 3], [ONE])
            fresh = there.refresh()
            assert (dict(fresh.rows), fresh.is_list_stale) == (rows, False)
    assert reading_status(three).read_count == 8
    add(other, articles([4]))
    assert three.refresh().is_list_stale
    assert list_numbers(three) == [4, 3, 2, 1]
    nothing = three.refresh()
    assert (nothing.rows, nothing.is_list_stale) == ({}, False)
    assert state(three) == state(other) == state(open_library())


@pytest.mark.parametrize(
    "later",
    [
        timedelta(hours=-1),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(1904, 1, 1, tzinfo=UTC),
        datetime(2100, 1, 1, tzinfo=UTC),
        datetime(9999, 1, 1, tzinfo=UTC),
        timedelta(0),
    ],
    ids=str,
)
def test_own_changes_keep_their_order_whatever_the_clock_says(
    three: Library, open_library: Open, clock: FakeClock, later: datetime | timedelta
) -> None:
    """Case 35: the clock jumps forward and back."""
    three.record("read", [ONE])
    start, clock.tick = clock.now, timedelta(0)
    clock.now = later if isinstance(later, datetime) else start + later
    three.record("unread", [ONE])
    three.record("starred", [ONE])
    clock.now = start
    other = open_library()
    other.record("unstarred", [ONE])
    other.record("starred", [TWO])
    three.refresh()
    for each in (three, other, open_library()):
        assert (reading_status(each).read, reading_status(each).starred) == (False, False)
    undone = [undo(other) for _ in range(5)]
    assert undone == [
        ("starred", (TWO,)),
        ("unstarred", (ONE,)),
        ("starred", (ONE,)),
        ("unread", (ONE,)),
        ("read", (ONE,)),
    ]
    assert state(open_library()) == state(other)


def test_the_library_can_be_used_between_any_two_steps_of_loading(
    library: Library, open_library: Open
) -> None:
    add(library, articles(range(1, 3001)))
    library.record("read", ids(*range(1, 1501)))
    fresh = open_library()
    steps = fresh.load()
    for number, step in enumerate(steps, 1):
        assert step.article_count == len(list_rows(fresh, ListQuery()))
        fresh.record("starred", ids(number))
        fresh.refresh()
    library.refresh()
    assert state(fresh) == state(library)
    assert reading_status(fresh, 1).read_count == 1


def test_unknown_facts_are_kept(library: Library) -> None:
    extra = {"guid": "x", "scores": [1, 2.5, None], "deep": {"a": {"b": True}}}
    add(library, [article(1, extra=extra)])
    facts: Article = library.get_article(ONE).article
    assert facts.extra == extra


def test_in_progress_means_started_and_unread(three: Library, open_library: Open) -> None:
    """It is found again after a restart, until it is read or was left at its beginning."""
    in_progress = ListQuery("in progress")
    three.record("position", [ONE, TWO], position=7)
    three.record("position", [THREE], position=0)
    three.record("read", [TWO])
    later = open_library()
    for library in (three, later):
        assert [row.id for row in list_rows(library, in_progress)] == [ONE]
    later.record("position", [ONE], position=0)
    assert list_rows(later, in_progress) == []
