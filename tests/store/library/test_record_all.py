"""One event about all articles of a list: whom it is about, and what happens between its steps."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple
from itertools import islice
from typing import Any

import pytest

from store.library.folder import FolderLibrary
from store.library.protocol import Library
from store.model.article import ReadingStatus
from store.model.errors import LibraryReadOnly, SaveFailed
from store.model.results import RecordProgress, UndoneChange
from store.search.list_query import ListQuery, Sort
from tests.store.conftest import Open
from tests.support.libraries import Machine, add, article, ids, list_numbers, list_rows, state, undo

STEP = 20
"""Articles that a step is about, instead of a thousand."""
MANY = 50
BATCH_SIZES = (
    "store.journal.reading_state.STEP_SIZE",
    "store.library.folder_reading.BATCH_SIZE",
    "store.library.listing.BATCH_SIZE",
    "store.postgres.changes.BATCH_SIZE",
    "store.postgres.listing.BATCH_SIZE",
    "store.postgres.reader.BATCH_SIZE",
)


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in BATCH_SIZES:
        monkeypatch.setattr(name, STEP)


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


def fill(library: Library) -> Library:
    """Add more articles than a step is about; the first is read."""
    add(library, (article(n, words=1) for n in range(1, MANY + 1)))
    library.record("read", ids(MANY))
    return library


@pytest.fixture
def many(open_library: Open) -> Library:
    """A library with many articles."""
    return fill(open_library())


@pytest.fixture
def many_in_folder(machine: Machine) -> Library:
    """The same in a folder."""
    return fill(machine.open())


def is_seen_while_made(library: Library) -> bool:
    """Return True if a change in steps is saved before it is applied, and seen step by step.

    A database makes it in one transaction: it is saved, and seen by anybody, with its last step.
    """
    return isinstance(library, FolderLibrary)


def start_marking(library: Library) -> Iterator[RecordProgress]:
    """Mark all as read up to the first step after the event is written and partly applied."""
    steps = library.record_all("read", library.listing(ListQuery()))
    saved = MANY - 1 if is_seen_while_made(library) else 0
    assert RecordProgress(saved, STEP, MANY - 1) in steps
    return steps


def unread_count(library: Library) -> int:
    """Return how many articles are unread."""
    return library.counts({"": ListQuery()})[""].unread


@pytest.mark.parametrize("sort", ["date", "title"])
def test_steps(many: Library, sort: Sort) -> None:
    steps = [*many.record_all("read", many.listing(ListQuery(sort=sort)))]
    found, all_ = [(0, STEP, MANY), (0, 2 * STEP, MANY), (0, MANY, MANY)], MANY - 1
    if is_seen_while_made(many):
        applied = [(all_, 0, all_), (all_, STEP, all_), (all_, 2 * STEP, all_), (all_, all_, all_)]
    else:
        applied = [(0, STEP, all_), (0, 2 * STEP, all_), (0, all_, all_), (all_, all_, all_)]
    end = [(all_, all_, all_)] * (2 if is_seen_while_made(many) else 1)
    assert [astuple(step) for step in steps] == found + applied + end
    assert unread_count(many) == 0
    assert {row.read_count for row in list_rows(many, ListQuery())} == {1}


def test_the_event_is_saved_with_its_first_step_or_with_its_last(
    many: Library, open_library: Open
) -> None:
    steps = start_marking(many)
    assert unread_count(open_library()) == (0 if is_seen_while_made(many) else MANY - 1)
    assert [*steps][-1] == RecordProgress(MANY - 1, MANY - 1, MANY - 1)
    assert unread_count(open_library()) == 0


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
    many_in_folder: Library, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise SaveFailed("disk full", machine.journal)

    many = many_in_folder
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


# -- undoing such an event -----------------------------------------------------------------


def start_undo(library: Library) -> Iterator[UndoneChange | None]:
    """Undo the marking of all up to the first step after that is written and partly applied."""
    library.record("starred", ids(1))
    record_all(library, "read")
    steps = library.undo_in_steps()
    if is_seen_while_made(library):
        assert any(0 < unread_count(library) < MANY - 1 for _ in steps)
    else:
        assert [unread_count(library) for _ in islice(steps, 5)] == [0] * 5
    return steps


def test_undo_in_steps_is_undo(many: Library, open_library: Open) -> None:
    before = state(many)
    record_all(many, "read")
    *steps, last = many.undo_in_steps()
    assert len(steps) > 5
    assert set(steps[:-1]) == {None}
    assert last is not None
    change, rows = last
    assert (change.event, change.articles) == ("read", tuple(ids(*range(MANY - 1, 0, -1))))
    assert rows.keys() == set(change.articles)
    assert not any(row.read for row in rows.values())
    assert state(many) == before == state(open_library())
    assert [each.articles for each in many.undoable()] == [tuple(ids(MANY))]


def test_undo_of_one_article_is_one_step(many: Library) -> None:
    first, *others = many.undo_in_steps()
    assert first is not None
    assert first[0].articles == tuple(ids(MANY))
    assert others == [first]
    assert [*many.undo_in_steps()] == [None]


@pytest.mark.parametrize(
    ("change", "unread"),
    [
        (lambda library: library.record("read", ids(1)), MANY - 2),
        (lambda library: undo(library), MANY - 1),
        (lambda library: library.refresh(), MANY - 1),
        (lambda library: add(library, [article(9999)]), MANY),
        (lambda library: library.close(), MANY - 1),
        (lambda library: [*library.update_index()], MANY - 1),
        (lambda library: record_all(library, "read", 0, 5), MANY - 5),
    ],
)
def test_another_call_finishes_an_undo_between_two_of_its_steps(
    many: Library, open_library: Open, change: Callable[[Library], Any], unread: int
) -> None:
    steps = start_undo(many)
    change(many)
    assert unread_count(many) == unread
    (last,) = steps
    assert last is not None
    assert last[0].event == "read"
    assert unread_count(many) == unread
    assert state(many) == state(open_library())


def test_an_undo_whose_steps_are_given_up_is_made(many: Library, open_library: Open) -> None:
    steps = start_undo(many)
    steps.close()  # type: ignore[attr-defined]
    assert unread_count(many) == MANY - 1
    assert state(many) == state(open_library())


def test_an_undo_is_saved_before_its_first_row_changes_or_with_all_rows(
    many: Library, open_library: Open
) -> None:
    steps = start_undo(many)
    assert unread_count(open_library()) == (MANY - 1 if is_seen_while_made(many) else 0)
    assert [*steps][-1] is not None
    assert unread_count(open_library()) == MANY - 1


def test_steps_of_two_changes_are_taken_in_turns_in_the_order_of_their_starts(
    many: Library,
) -> None:
    """The undo is of the marking that has begun before it, and the second marking comes last."""
    marking = start_marking(many)
    undoing, again = many.undo_in_steps(), many.record_all("read", many.listing(ListQuery()), 0, 9)
    left: list[Iterator[object]] = [marking, undoing, again]
    unread = []
    while left:
        left = [steps for steps in left if next(steps, left) is not left]
        unread.append(unread_count(many))
    ends = [0, MANY - 1, MANY - 9]
    assert [count for count in dict.fromkeys(unread) if count in ends] == ends
    is_seen = is_seen_while_made(many)
    assert (len(set(unread)) > len(ends)) is is_seen
    assert len(unread) > 2 * len(ends), "each is made in steps"
    assert [each.event for each in many.undoable()] == ["read", "read"]


def test_an_undo_that_cannot_be_written_fails_by_itself(
    many_in_folder: Library, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise SaveFailed("disk full", machine.journal)

    many = many_in_folder
    record_all(many, "read")
    steps = many.undo_in_steps()
    next(steps)
    with monkeypatch.context() as patch:
        patch.setattr("store.journal.journal.append_durably", fail)
        many.refresh()
    with pytest.raises(SaveFailed):
        next(steps)
    assert unread_count(many) == 0


def test_a_journal_that_cannot_be_read_between_two_steps(
    many_in_folder: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The undo is on the disk; what it changes follows once the journal can be read again."""

    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error", "journal")

    many = many_in_folder
    record_all(many, "read")
    with monkeypatch.context() as patch:
        patch.setattr("store.journal.journal.Journal.events_for", fail)
        assert undo(many) is not None
        assert unread_count(many) == 0
    many.refresh()
    assert unread_count(many) == MANY - 1


@pytest.mark.parametrize("is_given_up", [False, True])
def test_garbage_is_not_collected_until_both_changes_are_made(
    many_in_folder: Library, *, is_given_up: bool
) -> None:
    many = many_in_folder
    changes: list[Any] = [start_marking(many), many.undo_in_steps()]
    next(changes[1])
    assert not gc.isenabled()
    for steps in changes:
        if is_given_up:
            steps.close()
        for _ in steps:
            pass
    assert gc.isenabled()
    assert unread_count(many) == MANY - 1
