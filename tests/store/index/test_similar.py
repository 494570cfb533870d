"""Similar readings: which articles are found, in what order, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from store.article import Article, Body, Row, Similar
from store.index.similar import Similarities
from store.index.terms import terms

if TYPE_CHECKING:
    from collections.abc import Mapping

DAY = 86_400
NOON = 1_700_049_600  # 2023-11-15T12:00:00Z

TITLES = {
    "ferry": "Ferry strike shuts Arlen harbour",
    "pilots": "Arlen harbour pilots join the ferry strike",
    "union": "Ferry union and owners meet for talks",
    "bees": "Beekeepers count their losses after a wet spring",
    "honey": "Honey prices rise as beekeepers lose hives",
    "chess": "Schoolgirl of eleven wins chess open",
    "glacier": "Glacier lake above Vorne drains overnight",
    "again": "FERRY STRIKE SHUTS ARLEN HARBOUR!",
}
TEXT = (
    "The ferry strike entered its second day. The union said the ferry owners had left the talks. "
    "Beekeepers were not affected."
)


def row(name: str, title: str, category: str = "coast", when: int = NOON) -> Row:
    return Row(name, title, category, when, when, 300, False, False, 0)


ROWS = {name: row(name, title) for name, title in TITLES.items()}
FERRY = Article("ferry", TITLES["ferry"], "coast", date="2023-11-15T12:00:00Z")


def index_of(rows: Mapping[str, Row]) -> Similarities:
    index = Similarities()
    index.add(list(rows.values()))
    return index


def names(found: tuple[Similar, ...]) -> list[str | None]:
    return [similar.id for similar in found]


def test_the_same_story_is_found_and_nothing_else() -> None:
    found = index_of(ROWS).best(FERRY, Body(TEXT), ROWS.get)
    assert names(found) == ["pilots", "union"]
    assert found[0].score > found[1].score > 0
    assert {similar.origin for similar in found} == {"index"}


def test_what_is_found_is_shown_as_the_library_has_it() -> None:
    rows = ROWS | {"pilots": ROWS["pilots"]._replace(read=True, when=NOON - DAY)}
    first = index_of(rows).best(FERRY, Body(TEXT), rows.get)[0]
    assert (first.title, first.category, first.when, first.read) == (
        TITLES["pilots"],
        "coast",
        NOON - DAY,
        True,
    )


def test_imported_titles_come_first() -> None:
    body = Body(TEXT, similar=("Glacier lake above Vorne drains overnight", "A title of elsewhere"))
    found = index_of(ROWS).best(FERRY, body, ROWS.get)
    assert names(found) == ["glacier", None, "pilots", "union"]
    assert [similar.origin for similar in found] == ["import", "import", "index", "index"]
    assert found[1] == Similar(None, "A title of elsewhere", origin="import")


def test_imported_titles_match_whatever_their_case_and_signs() -> None:
    body = Body(similar=("glacier lake above “Vorne” drains — overnight",))
    found = index_of(ROWS).best(FERRY, body, ROWS.get)
    assert (found[0].id, found[0].title) == ("glacier", TITLES["glacier"])


def test_an_imported_title_is_not_listed_twice() -> None:
    title = TITLES["pilots"]
    body = Body(TEXT, similar=(title, title.upper(), "Elsewhere", "elsewhere?", " "))
    found = index_of(ROWS).best(FERRY, body, ROWS.get)
    assert names(found) == ["pilots", None, "union"]


def test_neither_the_article_nor_a_copy_of_it() -> None:
    body = Body(TEXT, similar=(TITLES["ferry"], TITLES["again"]))
    found = index_of(ROWS).best(FERRY, body, ROWS.get)
    assert not {"ferry", "again"} & set(names(found))


def test_of_copies_among_the_others_one_is_shown() -> None:
    rows = ROWS | {"copy": row("copy", TITLES["pilots"].upper())}
    assert len(index_of(rows).best(FERRY, Body(TEXT), rows.get)) == 2


def test_deleted_articles_are_skipped() -> None:
    index = index_of(ROWS)
    left = {name: row for name, row in ROWS.items() if name not in {"pilots", "glacier"}}
    found = index.best(FERRY, Body(TEXT, similar=(TITLES["glacier"],)), left.get)
    assert names(found) == [None, "union"]


def test_of_two_of_that_title_the_living_one_is_taken() -> None:
    rows = ROWS | {"melt": row("melt", TITLES["glacier"])}
    index = index_of(rows)
    left = {name: row for name, row in rows.items() if name != "glacier"}
    assert names(index.best(FERRY, Body(similar=(TITLES["glacier"],)), left.get))[0] == "melt"


def test_never_more_than_the_limit() -> None:
    body = Body(TEXT, similar=("One elsewhere", "Two elsewhere"))
    index = index_of(ROWS)
    assert len(index.best(FERRY, body, ROWS.get, limit=3)) == 3
    assert names(index.best(FERRY, body, ROWS.get, limit=1)) == [None]
    assert index.best(FERRY, body, ROWS.get, limit=0) == ()


def test_terms_shown_are_in_both() -> None:
    words = set(terms(FERRY.title + " " + TEXT))
    for similar in index_of(ROWS).best(FERRY, Body(TEXT), ROWS.get):
        assert 1 <= len(similar.terms) <= 4
        assert all(term in similar.title.lower() for term in similar.terms)
        assert {part for term in similar.terms for part in terms(term)} <= words


def test_the_strongest_term_comes_first() -> None:
    found = index_of(ROWS).best(FERRY, Body(TEXT), ROWS.get)
    assert found[1].terms[0] == "ferry"


def test_japanese_titles_share_whole_words() -> None:
    titles = {
        "a": "東京湾でフェリー衝突",
        "b": "フェリー会社が東京湾で謝罪",
        "c": "将棋の新名人が決まる",
    }
    rows = {name: row(name, title) for name, title in titles.items()}
    found = index_of(rows).best(Article("a", titles["a"]), Body(), rows.get)
    assert names(found) == ["b"]
    assert set(found[0].terms) == {"フェリー", "東京湾で"}


@pytest.mark.parametrize("nearer", ["early", "late"])
def test_of_equals_the_one_nearer_in_time_is_first(nearer: str) -> None:
    rows = {
        "early": row("early", "Ferry strike in Arlen: the owners", when=NOON - 40 * DAY),
        "late": row("late", "Ferry strike in Arlen: the crews", when=NOON),
    }
    date = "2023-10-06" if nearer == "early" else "2023-11-15"
    article = Article("x", "Ferry strike", date=date)
    assert names(index_of(rows).best(article, Body(), rows.get))[0] == nearer


def test_of_equals_the_one_of_the_same_category_is_first() -> None:
    rows = {
        "a": row("a", "Ferry strike in Arlen: the owners", "sport"),
        "b": row("b", "Ferry strike in Arlen: the crews", "coast"),
    }
    article = Article("x", "Ferry strike", "sport")
    assert names(index_of(rows).best(article, Body(), rows.get)) == ["a", "b"]


def test_the_order_does_not_depend_on_how_the_index_was_built() -> None:
    rows = {str(number): row(str(number), f"Ferry strike, part {number}") for number in range(9)}
    backwards = Similarities()
    for one in reversed(rows.values()):
        backwards.add([one])
    found = index_of(rows).best(FERRY, Body(TEXT), rows.get)
    assert found == backwards.best(FERRY, Body(TEXT), rows.get)
    assert names(found) == ["0", "1", "2", "3", "4"]


def test_a_changed_title_counts_as_it_is_now() -> None:
    index = index_of(ROWS)
    bees = row("bees", "Ferry crews on strike bring bees")
    index.add([bees])
    rows = ROWS | {"bees": bees, "pilots": row("pilots", "Corrected: nothing happened")}
    assert names(index.best(FERRY, Body(TEXT), rows.get)) == ["union", "bees"]


def test_what_titles_always_hold_is_not_similar() -> None:
    rows = {"a": row("a", "New record for the third time this year: 2023")}
    article = Article("x", "Three new years, one time: 2023")
    assert index_of(rows).best(article, Body(), rows.get) == ()


@pytest.mark.parametrize("title", ["", "!!!", "the of and", "\ud800"])
def test_titles_without_words(title: str) -> None:
    """Case 52: titles of signs, stop words or lone surrogates neither raise nor match."""
    rows = ROWS | {"odd": row("odd", title)}
    assert index_of(rows).best(Article("x", title), Body(similar=(title,)), rows.get) == ()


def test_an_empty_library_has_nothing_similar() -> None:
    assert Similarities().best(FERRY, Body(TEXT), ROWS.get) == ()
