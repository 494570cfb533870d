"""Undo: as many undos as changes restore the original state, whatever was changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.library.protocol import Library
from store.model.article import FullArticle, ReadingStatus
from store.model.errors import ArticleNotFound
from store.search.list_query import ListQuery
from tests.store.conftest import Open
from tests.support.closing import close_libraries
from tests.support.libraries import (
    FakeClock,
    NewClient,
    add,
    article,
    ids,
    list_rows,
)

ALL = ids(1, 2, 3, 4)
EXAMPLES = 15

_FACTS = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(["Title 9", "New"]),
        "category": st.sampled_from(["world", "culture"]),
        "date": st.just("2031-01-01T00:00:00Z"),
    },
)
_DATA: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "tagged": st.fixed_dictionaries({"tag": st.sampled_from("ab")}),
    "untagged": st.fixed_dictionaries({"tag": st.sampled_from("ab")}),
    "edited": st.fixed_dictionaries({"to": _FACTS}),
}
_EVENTS = ("read", "unread", "starred", "unstarred", "deleted", "restored", *_DATA)
CHANGES = st.lists(
    st.sampled_from(_EVENTS).flatmap(
        lambda event: st.tuples(
            st.just(event),
            st.one_of(st.just(ALL), st.lists(st.sampled_from(ALL), min_size=1, unique=True)),
            _DATA.get(event, st.just({})),
        )
    ),
    max_size=12,
)

State = tuple[list[Any], list[FullArticle | None]]


def state(library: Library) -> State:
    """All rows, and every article whole; None for one that is deleted."""

    def entry(each: str) -> FullArticle | None:
        try:
            return library.get_article(each)
        except ArticleNotFound:
            return None

    return list_rows(library, ListQuery()), [entry(each) for each in ALL]


@given(CHANGES, st.integers(0, 12))
@settings(max_examples=EXAMPLES, deadline=None)
def test_as_many_undos_as_changes(
    new_client: NewClient, changes: Sequence[tuple[str, list[str], dict[str, Any]]], restart: int
) -> None:
    """Any mixture of marks, tags, edits and deletions, of one article or all, across a restart."""
    close_libraries()  # of the example before
    client = new_client(FakeClock())
    library = client.open()
    read = ReadingStatus(read=True, read_count=3, last_read="2031-01-02T03:04:05Z")
    add(library, [article(1, tags=("a", "c")), article(2, read), article(3), article(4)])
    states = [state(library)]
    for number, (event, articles, data) in enumerate(changes):
        if number == restart:
            library = client.open()
        library.record(event, articles, **data)
        states.append(state(library))
    assert [each.event for each in library.undoable()] == [c[0] for c in reversed(changes)]
    for number, before in enumerate(reversed(states[:-1])):
        if number == restart:
            library = client.open()
        assert library.undo() is not None
        assert state(library) == before
    assert library.undo() is None
    assert state(client.open()) == states[0]


def test_known_titles_and_tags(three: Library, open_library: Open) -> None:
    one, two, three_ = ids(1, 2, 3)
    three.record("deleted", [one])
    assert [three.title(each) for each in (one, two, "nobody")] == ["Title 1", "Title 2", ""]
    three.record("edited", [two], to={"title": "Second"})
    assert three.title(two) == "Second"
    assert three.tags() == []
    for tag in ("x", "\x1b", "a  b"):
        three.record("tagged", [two, three_], tag=tag)
    three.record("untagged", [two], tag="x")
    assert three.tags() == open_library().tags() == ["a b", "x"]
    three.record("untagged", [three_], tag="x")
    assert three.tags() == ["a b"]


def test_tags_of_opened_articles_are_known(library: Library) -> None:
    add(library, [article(1, tags=("tide", "harbour")), article(2, tags=("never",))])
    assert library.tags() == []
    library.get_article(ids(1)[0])
    assert library.tags() == ["harbour", "tide"]


@pytest.mark.parametrize("event", ["deleted", "restored"])
def test_own_changes_are_not_reported_by_refresh(
    three: Library, open_library: Open, event: str
) -> None:
    """They are known already; another process gets them."""
    other = open_library()
    three.record("deleted", ids(1))
    if event == "restored":
        other.refresh()
        three.undo()
    assert not three.refresh().is_list_stale
    assert other.refresh().is_list_stale
