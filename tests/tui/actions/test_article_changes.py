"""Actions on a library: what they record, what they say, and what they leave alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path

import pytest

from store.library.folder import FolderLibrary
from store.search.list_query import ListQuery
from tests.support.reader import article_id, make_article, make_library
from tui.actions import article_changes
from tui.actions.article_changes import ActionResult
from tui.actions.triage_queue import TriageQueue, iter_unread


@pytest.fixture
def library(tmp_path: Path) -> FolderLibrary:
    """A loaded library of four articles."""
    library = make_library(tmp_path, [make_article(number) for number in range(1, 5)])
    for _ in library.load():
        pass
    return library


def test_state_changes_skip_articles_in_that_state(library: FolderLibrary) -> None:
    ids = [article_id(number) for number in (1, 2, 3)]
    assert article_changes.toggle_flag(library, ids[:1], "read").message == "Marked as read"
    result = article_changes.set_state(library, ids, "read")
    assert (result.message, result.marked_read) == ("Marked 2 articles as read", ids[1:])
    again = article_changes.set_state(library, ids, "read")
    assert (again.message, again.is_undoable) == ("Already all read", False)
    assert article_changes.set_state(library, ids[:1], "starred").message == "Starred"
    assert article_changes.set_state(library, ids[:1], "starred").message == "Already starred"
    assert (
        article_changes.set_state(library, ids[:2], "unread").message
        == "Marked 2 articles as unread"
    )


def test_tags_are_the_same_in_upper_and_lower_case(library: FolderLibrary) -> None:
    first = article_id(1)
    assert article_changes.add_tag(library, [first], " Sea\n").message == "Tagged Sea"
    assert article_changes.add_tag(library, [first], "SEA").message == "Already tagged Sea"
    assert article_changes.remove_tag(library, [first], "sea").message == "Untagged Sea"
    assert article_changes.remove_tag(library, [first], "sea").message == "Not tagged sea"


def test_undo_brings_a_deleted_article_back(library: FolderLibrary) -> None:
    first = article_id(1)
    assert article_changes.delete(library, [first]).removed == {first}
    for action in (
        article_changes.delete(library, [first]),
        article_changes.toggle_flag(library, [first], "read"),
    ):
        assert action == article_changes.ALREADY_DELETED
    assert article_changes.set_state(library, [first], "read") == article_changes.ALREADY_DELETED
    undone = article_changes.undo(library)
    assert undone.message.startswith("Undone: deleted: Article number 1")
    assert (undone.is_list_stale, first in undone.rows) == (True, True)
    assert article_changes.undo(library).message == "Nothing to undo"


def test_undoing_a_second_reading_leaves_the_article_read(library: FolderLibrary) -> None:
    first = article_id(1)
    for _ in range(2):
        library.record("read", [first])
    for said in (
        "Undone: read again: Article number 1",
        "Undone: marked as read: Article number 1",
    ):
        assert article_changes.undo(library).message.startswith(said)


def test_triage_goes_around_the_list_and_back_after_an_undo(library: FolderLibrary) -> None:
    article_changes.set_state(library, [article_id(3)], "read")
    queue = TriageQueue([*chain(*iter_unread(library.listing(ListQuery()), 2))])
    assert [each.id for each in queue.articles] == [article_id(number) for number in (2, 1, 4)]
    deleted = article_changes.delete(library, [queue.decidable])
    queue.apply_changes(deleted.rows, deleted.removed)
    queue.decide("deleted")
    assert queue.decidable == ""
    assert queue.step(1)
    assert queue.describe_progress()[:2] == ("2 of 3", "2 articles left")
    assert queue.step(5)
    assert queue.current is None
    undone = article_changes.undo(library)
    queue.apply_changes(undone.rows, undone.removed)
    assert queue.return_to(undone.articles, undone.rows)
    assert queue.decidable == article_id(2)
    assert queue.describe_progress()[1] == "3 articles left"
    assert not queue.return_to(["elsewhere"], {})


def test_a_triage_ends_at_a_limit(library: FolderLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    article_changes.set_state(library, [article_id(3)], "read")
    listing = library.listing(ListQuery())
    for limit, expected in ((9, (2, 1, 4)), (3, (2, 1, 4)), (2, (2, 1))):
        monkeypatch.setattr("tui.actions.triage_queue.MAX_TRIAGE_ARTICLES", limit)
        found = [each.id for queued in iter_unread(listing, 2) for each in queued]
        assert found == [article_id(number) for number in expected]


def test_changes_of_several_articles_are_one_each(library: FolderLibrary) -> None:
    ids = [article_id(number) for number in (1, 2, 3)]
    gone = article_id(99)
    article_changes.add_tag(library, ids[:1], "Sea")
    article_changes.set_state(library, ids[:1], "read")
    actions: list[tuple[Callable[[], ActionResult], str, Sequence[str]]] = [
        (lambda: article_changes.toggle_flag(library, [*ids, gone], "read"), "Marked 2 articles as read", ids[1:]),
        (lambda: article_changes.toggle_flag(library, ids, "read"), "Marked 3 articles as unread", ids),
        (lambda: article_changes.toggle_flag(library, ids, "starred"), "Starred 3 articles", ids),
        (lambda: article_changes.add_tag(library, [*ids, gone], "sea"), "Tagged 2 articles sea", ids[1:]),
        (lambda: article_changes.add_tag(library, ids, "SEA"), "Already all tagged Sea", ()),
        (lambda: article_changes.remove_tag(library, ids, "sEA"), "Untagged 3 articles Sea", ids),
        (lambda: article_changes.remove_tag(library, ids, "sea"), "Not tagged sea", ()),
        (lambda: article_changes.delete(library, [*ids, gone]), "Deleted 3 articles", ids),
    ]  # fmt: skip
    for action, message, changed in actions:
        result = action()
        assert (result.message, tuple(result.articles)) == (message, tuple(changed))
    messages = [
        "deleted 3 articles",
        "untagged 3 articles Sea",
        "tagged 2 articles sea",
        "starred 3 articles",
    ]
    for message in messages:
        assert article_changes.undo(library).message == f"Undone: {message}"
    assert article_changes.list_tags(library, ids) == ("Sea",)
    assert library.get_article(ids[1]).article.tags == ()
