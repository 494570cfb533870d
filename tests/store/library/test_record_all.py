"""One event about all articles of a list: whom it is about, and what happens between its steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from store.library.protocol import Library
from store.model.article import ReadingStatus
from store.model.errors import LibraryReadOnly, SaveFailed
from store.model.results import RecordProgress
from store.search.list_query import ListQuery, Sort
from tests.store.conftest import Open
from tests.support.libraries import Machine, add, article, ids, list_numbers, list_rows, state, undo

MANY = 2500


def record_all(library: Library, event: str, *places: int, **data: Any) -> RecordProgress:
    """Record an event about the whole list, or from one place to another; return the last step."""
    return [*library.record_all(event, library.listing(ListQuery()), *places, **data)][-1]


@pytest.fixture
def tagged(open_library: Open) -> Library:
    """Five articles; 2 came with the tag `Sea`, 3 was given `sea`, 4 lost the one it came with."""
    library = open_library()
    add(library, (article(n, tags=("Sea", "x") if n in (2, 4) else ()) for n in range(1, 6)))
    library.record("tagged", ids(3), tag="sea")
    library.record("untagged", ids(4), tag="sea")
    return library


@pytest.mark.parametrize(
    ("event", "tag", "expected"),
    [
        ("tagged", "SEA", (5, 4, 1)),
        ("untagged", "SEA", (3, 2)),
        ("tagged", "x", (5, 3, 1)),
        ("tagged", "new", (5, 4, 3, 2, 1)),
        ("untagged", "new", ()),
    ],
)
def test_articles_that_have_a_tag_whatever_its_case(
    tagged: Library, event: str, tag: str, expected: Sequence[int]
) -> None:
    before = state(tagged)
    assert record_all(tagged, event, tag=tag).changed == len(expected)
    if expected:
        assert set(tagged.undoable()[0].articles) == set(ids(*expected))
        undo(tagged)
        assert state(tagged) == before


def test_articles_that_were_deleted_are_restored(tagged: Library) -> None:
    listing = tagged.listing(ListQuery())
    tagged.record("deleted", ids(2, 5))
    assert [*tagged.record_all("restored", listing)][-1].changed == 2
    assert list_numbers(tagged) == [5, 4, 3, 2, 1]
    assert record_all(tagged, "deleted") == RecordProgress(5, 5, 5)
    assert list_numbers(tagged) == []
    undo(tagged)
    assert list_numbers(tagged) == [5, 4, 3, 2, 1]


@pytest.fixture
def many(open_library: Open) -> Library:
    """More articles than a step is about; the first is read."""
    library = open_library()
    add(library, (article(n, words=1) for n in range(1, MANY + 1)))
    library.record("read", ids(MANY))
    return library


def start_marking(library: Library) -> Iterator[RecordProgress]:
    """Mark all as read up to the first step after the event is on the disk and partly applied."""
    steps = library.record_all("read", library.listing(ListQuery()))
    assert any(step.changed > 0 and 0 < step.done < step.total for step in steps)
    return steps


def unread_count(library: Library) -> int:
    """Return how many articles are unread."""
    return library.counts({"": ListQuery()})[""].unread


@pytest.mark.parametrize("sort", ["date", "title"])
def test_steps(many: Library, sort: Sort) -> None:
    steps = [*many.record_all("read", many.listing(ListQuery(sort=sort)))]
    assert [step.done for step in steps if not step.changed] == [1000, 2000, 2500]
    assert [step.done for step in steps if step.changed] == [0, 1000, 2000, 2499, 2499, 2499]
    assert {step.changed for step in steps} == {0, MANY - 1}
    assert unread_count(many) == 0
    assert {row.read_count for row in list_rows(many, ListQuery())} == {1}


def test_the_event_is_on_the_disk_with_its_first_step(many: Library, open_library: Open) -> None:
    start_marking(many)
    other = open_library()
    assert unread_count(other) == 0


@pytest.mark.parametrize(
    ("change", "unread"),
    [
        (lambda library: library.record("unread", ids(1)), 1),
        (lambda library: undo(library), MANY - 1),
        (lambda library: library.refresh(), 0),
        (lambda library: add(library, [article(9999)]), 1),
        (lambda library: library.close(), 0),
        (lambda library: [*library.update_index()], 0),
        (lambda library: record_all(library, "starred", 0, 5), 0),
    ],
)
def test_another_call_finishes_an_event_between_two_of_its_steps(
    many: Library, open_library: Open, change: Callable[[Library], Any], unread: int
) -> None:
    steps = start_marking(many)
    change(many)
    assert unread_count(many) == unread
    assert [*steps] == [RecordProgress(MANY - 1, MANY - 1, MANY - 1)]
    assert unread_count(many) == unread
    assert state(many) == state(open_library())


def test_another_call_finishes_an_event_that_is_not_on_the_disk_yet(many: Library) -> None:
    steps = many.record_all("read", many.listing(ListQuery()))
    next(steps)
    assert undo(many) == ("read", tuple(ids(*range(MANY - 1, 0, -1))))
    assert [*steps] == [RecordProgress(MANY - 1, MANY - 1, MANY - 1)]
    assert unread_count(many) == MANY - 1


def test_an_event_that_cannot_be_written_fails_by_itself(
    many: Library, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise SaveFailed("disk full", machine.journal)

    steps = many.record_all("read", many.listing(ListQuery()))
    next(steps)
    with monkeypatch.context() as patch:
        patch.setattr("store.journal.journal.append_durably", fail)
        many.refresh()
    with pytest.raises(SaveFailed):
        next(steps)
    assert unread_count(many) == MANY - 1


def test_an_event_whose_steps_are_given_up_is_applied(many: Library) -> None:
    steps = start_marking(many)
    steps.close()  # type: ignore[attr-defined]
    assert unread_count(many) == 0


def test_what_another_process_undoes_meanwhile(many: Library, open_library: Open) -> None:
    other = open_library()
    steps = many.record_all("read", many.listing(ListQuery()))
    next(steps)
    undo(other)
    assert [*steps][-1].changed == MANY - 1
    assert unread_count(many) == 1, "the article that was read before is not, after the undo"
    assert state(many) == state(open_library())


def test_faults(many: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="no such event"):
        record_all(many, "burned")
    with pytest.raises(ValueError, match="not an event"):
        record_all(many, "tagged", 0, 3, tag=7)
    assert record_all(many, "read", 3, 3) == RecordProgress(0, 0, 0)
    monkeypatch.setattr(type(many), "read_only_reason", "for a reason")
    with pytest.raises(LibraryReadOnly):
        record_all(many, "read")
    assert unread_count(many) == MANY - 1


def test_imported_marks_count_as_marks(open_library: Open) -> None:
    library = open_library()
    add(library, [article(1, ReadingStatus(read=True, read_count=1)), article(2)])
    assert record_all(library, "read") == RecordProgress(1, 1, 1)
    assert library.undoable()[0].articles == tuple(ids(2))
