"""Lists: filters and orders; rows of equal rank have the same order everywhere."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.model.article import ArticleRow
from store.search.list_query import SHOWS, SORTS, ListQuery, sort_newest_first

TITLES = ("alpha", "Beta", "gamma", "STRASSE", "straße", "Ähre")

ROWS = st.lists(
    st.builds(
        ArticleRow,
        st.text("ab", min_size=1, max_size=6),
        st.sampled_from(TITLES),
        st.sampled_from(["world", "Science", "culture"]),
        st.integers(0, 3),
        st.integers(0, 3),
        st.integers(0, 3),
        st.booleans(),
        st.booleans(),
        st.integers(0, 3),
        st.booleans(),
        st.sampled_from(["", "a", "b", "c"]),
    ),
    max_size=30,
    unique_by=lambda row: row.id,
)

EXPECTED = {
    "date": lambda row: (),
    "oldest": lambda row: (row.timestamp or 99,),
    "added": lambda row: (-row.added_at,),
    "words": lambda row: (-row.words,),
    "title": lambda row: (row.title.casefold(),),
    "category": lambda row: (row.category.casefold(),),
    "feed": lambda row: (0, row.source_name.casefold()) if row.feed_key else (1, ""),
    "read count": lambda row: (-row.read_count,),
}


@pytest.mark.parametrize("sort", SORTS)
@given(ROWS, st.randoms(), st.sampled_from([2, 8192]))
def test_orders(sort: str, rows: list[ArticleRow], rng: random.Random, size: int) -> None:
    """Case 35: ties go to the newer, then to the greater id, whatever the order they came in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("store.search.list_query.SORT_SLICE_SIZE", size)
        given_rows = sort_newest_first(rng.sample(rows, len(rows)))
        shown = ListQuery(sort=sort).select(given_rows)  # type: ignore[arg-type]
    by_date = sorted(rows, key=lambda row: (row.timestamp, row.id), reverse=True)
    assert shown == sorted(by_date, key=EXPECTED[sort])


@given(
    ROWS,
    st.sampled_from(SHOWS),
    st.sampled_from([None, "world"]),
)
def test_filters(rows: list[ArticleRow], show: str, category: str | None) -> None:
    shown = ListQuery(show, category).select(rows)  # type: ignore[arg-type]
    assert shown == [row for row in rows if row in shown]
    for row in rows:
        state = {
            "all": True,
            "unread": not row.read,
            "starred": row.starred,
            "in progress": row.is_started and not row.read,
        }
        assert (row in shown) == (state[show] and category in (None, row.category))


def test_a_selection_is_a_new_list() -> None:
    """Case 44."""
    rows = [ArticleRow("a", "t", "c", 1, 1, 1, read=False, starred=False, read_count=0)]
    ListQuery().select(rows).clear()
    assert len(rows) == 1


def test_pinned_articles_stay() -> None:
    """An article that is being read stays in the list of unread ones, and the list is equal."""
    marked = [
        ArticleRow(name, name, "c", 1, 1, 1, read=True, starred=False, read_count=1)
        for name in "ab"
    ]
    for show in ("unread", "starred"):
        kept = ListQuery(show, "c", pinned_ids={"b"})
        assert kept.select(marked) == marked[1:]
        assert kept == ListQuery(show, "c")
    assert ListQuery("unread", "other", pinned_ids={"b"}).select(marked) == []
