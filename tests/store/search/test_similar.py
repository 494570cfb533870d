"""Similar articles: which are found, in what order, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from store.model.article import Article, ArticleRow, Body, SimilarArticle
from store.search.index import FullTextIndex, IndexCoverage, IndexWriter, article_number
from store.search.similar import SimilarArticleFinder

DAY = 86_400
NOON = 1_700_049_600  # 2023-11-15T12:00:00Z

FERRY = (
    "The ferry crews of Arlen walked out on Monday and the harbour stands still. The union of the "
    "crews wants a second engineer on every night crossing to Vorne, and the owners refuse."
)
TALKS = (
    "Owners of the Arlen ferry met the union for talks about the crossing to Vorne. The crews stay "
    "on strike until a second engineer is hired, their union said in the harbour."
)
BEES = (
    "Beekeepers count their losses after a wet spring. Many hives stand empty, and the price of "
    "honey rises in every market of the valley."
)
CHESS = "A schoolgirl of eleven has won the chess open against three masters, all in one afternoon."
FILLER = ("glacier lake drains", "opera score found", "tram line opens", "bread prices fall")


@dataclass
class Shelf:
    """Articles, and an index of them."""

    folder: Path
    rows: dict[str, ArticleRow] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    def put(self, name: str, title: str, text: str = "", *, when: int = NOON) -> None:
        self.rows[name] = ArticleRow(name, title, "coast", when, when, 30, False, False, 0)
        self.texts[name] = text

    def readings(self) -> SimilarArticleFinder:
        writer = IndexWriter(self.folder)
        for name, row in self.rows.items():
            writer.add("s", Article(name, row.title), Body(self.texts[name]))
        writer.commit(IndexCoverage())
        index = FullTextIndex(self.folder)
        index.refresh()
        by_number = {article_number(name): name for name in self.rows}
        return SimilarArticleFinder(
            index, lambda number: self.rows.get(by_number[number]), self.texts.__getitem__
        )

    def best(
        self, name: str, titles: Sequence[str] = (), limit: int = 5
    ) -> tuple[SimilarArticle, ...]:
        article = Article(name, self.rows[name].title, date="2023-11-15T12:00:00Z")
        body = Body(self.texts[name], similar=tuple(titles))
        return self.readings().find(article, body, limit)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    made = Shelf(tmp_path / "index")
    made.put("ferry", "Ferry strike shuts Arlen harbour", FERRY)
    made.put("talks", "Ferry union and owners meet", TALKS)
    made.put("bees", "Honey prices rise", BEES)
    made.put("chess", "Schoolgirl wins chess open", CHESS)
    for number, words in enumerate(FILLER * 5):
        made.put(f"other{number}", f"{words} {number}", f"In the city the {words}, part {number}.")
    return made


def names(found: Sequence[SimilarArticle]) -> list[str | None]:
    return [similar.id for similar in found]


def test_the_same_story_is_found_with_shared_words(shelf: Shelf) -> None:
    found = shelf.best("ferry")
    assert names(found)[0] == "talks"
    assert "bees" not in names(found)
    assert 0 < found[0].score <= 1
    assert found[0].origin == "index"
    assert 3 <= len(found[0].shared_terms) <= 4
    assert all(term in FERRY.lower() and term in TALKS.lower() for term in found[0].shared_terms)


def test_too_frequent_words_are_left_out(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        shelf.put(
            f"more{number}", f"Harbour notes {number}", f"The harbour and the union, {number}."
        )
    monkeypatch.setattr("store.search.similar.MIN_COSINE", 0.0)
    assert len(shelf.best("ferry")) > 1
    monkeypatch.setattr("store.search.similar.MAX_POSTINGS", 30)
    assert names(shelf.best("ferry")) == ["talks"]


def test_strangers_are_left_out_rather_than_fill_five_places(shelf: Shelf) -> None:
    """They share a word or two with the article, which are no story."""
    for number in range(4):
        shelf.put(
            f"stranger{number}", "Market day", f"{BEES} The harbour was full, twice. {number}"
        )
    assert names(shelf.best("ferry")) == ["talks"]


def test_words_of_addresses_and_boilerplate_do_not_count(shelf: Shelf) -> None:
    footer = (
        "Read more: ferry crews strike, Arlen harbour union, second engineer on the Vorne crossing\n\n"
        "https://coast.example/ferry-strike/arlen-harbour/union-crews/vorne-crossing"
    )
    shelf.put("footer", "Cakes of rye", f"Flour, butter and much patience.\n\n{footer}")
    assert names(shelf.best("ferry")) == ["talks"]
    article, body = Article("x", "Cakes of rye"), Body(shelf.texts["footer"])
    readings = shelf.readings()
    assert not {"ferry", "arlen", "coast"} & set(readings.insights(article, body).keywords)


def test_up_to_five_places_are_for_the_very_same_story(shelf: Shelf) -> None:
    for number in range(3):
        text = f"Talks {number}: a second engineer for the Vorne crossing, the union of crews asks."
        shelf.put(
            f"talks{number}", f"Day {number} of the Arlen ferry strike", f"{text} {'Fog. ' * 40}"
        )
    found = names(shelf.best("ferry"))
    assert set(found[:4]) == {"talks", "talks0", "talks1", "talks2"}


def test_the_very_same_story_comes_first(shelf: Shelf) -> None:
    """It is closer by its rare words than a longer text on the same subject."""
    crews = "The crews of the harbour and the union of the owners met on a ferry in Arlen. " * 8
    shelf.put("subject", "Ferry crews, owners, union: harbour of Arlen", crews)
    shelf.put(
        "sequel", "What the second engineer earns", "A second engineer of the Vorne crossing."
    )
    found = shelf.best("ferry")
    assert "subject" in names(found)[1:]
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)


def test_similar_articles_show_the_current_rows(shelf: Shelf) -> None:
    readings = shelf.readings()
    shelf.rows["talks"] = shelf.rows["talks"]._replace(
        title="Corrected", read=True, source_name="Gazette"
    )
    first = readings.find(Article("ferry", "Ferry strike"), Body(FERRY))[0]
    facts = first.title, first.category, first.timestamp, first.read, first.source_name
    assert facts == ("Corrected", "coast", NOON, True, "Gazette")


def test_imported_titles_come_first_ignoring_case_and_signs(shelf: Shelf) -> None:
    titles = ("honey PRICES — “rise”!", "A title of elsewhere", "Honey prices rise", " ")
    found = shelf.best("ferry", titles)
    assert names(found)[:3] == ["bees", None, "talks"]
    assert [similar.origin for similar in found][:3] == ["import", "import", "index"]
    assert found[0].title == "Honey prices rise"
    assert found[1] == SimilarArticle(None, "A title of elsewhere", origin="import")


def test_neither_the_article_nor_its_duplicates_are_listed(shelf: Shelf) -> None:
    shelf.put("agency", "Harbour of Arlen at a standstill", f"(Agency) {FERRY} More follows.")
    found = shelf.best("ferry", ["FERRY strike shuts Arlen harbour!"])
    assert not {"ferry", "agency"} & set(names(found))
    assert names(found)[0] == "talks"


def test_duplicates_are_counted_not_listed(shelf: Shelf) -> None:
    shelf.put("wire", "Talks in ferry dispute", f"{TALKS} (wire)")
    found = shelf.best("ferry")
    assert len({"wire", "talks"} & set(names(found))) == 1
    (other,) = {"wire", "talks"} - {found[0].id}
    assert found[0].duplicates == (other,)
    assert found[0].duplicate_count == 1


def test_a_column_with_the_same_title_is_no_duplicate(shelf: Shelf) -> None:
    shelf.put(
        "talks2",
        "Ferry union and owners meet",
        "Night engineers of the Arlen ferry crews: "
        "the harbour union of Vorne waits while its owners count what each crossing costs.",
    )
    assert {"talks", "talks2"} <= set(names(shelf.best("ferry")))


def test_deleted_articles_are_skipped(shelf: Shelf) -> None:
    readings = shelf.readings()
    del shelf.rows["talks"]
    found = readings.find(Article("ferry", "Ferry strike"), Body(FERRY, similar=("x",)))
    assert "talks" not in names(found)


def test_never_more_than_the_limit(shelf: Shelf) -> None:
    assert len(shelf.best("ferry", ["One elsewhere", "Two elsewhere"], limit=2)) == 2
    assert shelf.best("ferry", limit=0) == ()


def test_the_strongest_words_are_the_keywords(shelf: Shelf) -> None:
    terms = shelf.readings().insights(Article("ferry", "Ferry strike"), Body(FERRY)).keywords
    assert terms[0] in ("ferry", "crews", "arlen")
    assert not {"the", "and", "monday"} & set(terms)


def test_closeness_in_time_decides_between_equals(shelf: Shelf) -> None:
    shelf.put(
        "late",
        "Ferry of Arlen: the talks",
        "Talks go on at the ferry, said a union of crews.",
        when=NOON + DAY,
    )
    shelf.put(
        "early",
        "Ferry of Arlen: the talks",
        "A union of crews said talks go on, at the ferry",
        when=NOON - 40 * DAY,
    )
    found = names(shelf.best("ferry"))
    assert found.index("late") < found.index("early") if "early" in found else "late" in found


def test_japanese_articles_share_whole_words(shelf: Shelf) -> None:
    shelf.put("a", "東京湾でフェリー衝突", "東京湾でフェリーと漁船が衝突した。")
    shelf.put("b", "フェリー会社が東京湾で謝罪", "フェリー会社の社長が東京湾の事故で謝罪した。")
    found = shelf.best("a")
    assert names(found) == ["b"]
    assert "フェリー" in found[0].shared_terms


def test_new_paragraphs_are_those_unlike_anything_read(shelf: Shelf) -> None:
    news = "Firefighters found smoke below the bridge deck and towed three trawlers away."
    text = f"{FERRY}\n\n{news}"
    readings = shelf.readings()
    article, body = Article("x", "Ferry strike"), Body(text)
    assert readings.insights(article, body).new_paragraphs == ()
    shelf.rows["talks"] = shelf.rows["talks"]._replace(read=True)
    shelf.rows["ferry"] = shelf.rows["ferry"]._replace(read=True)
    new = readings.insights(article, body).new_paragraphs
    assert [text[start:end] for start, end in new] == [news]


@pytest.mark.parametrize("title", ["", "!!!", "the of and"])
def test_titles_without_words(shelf: Shelf, title: str) -> None:
    """Case 52: titles of signs or stop words neither raise nor match."""
    readings = shelf.readings()
    assert [
        similar.id for similar in readings.find(Article("x", title), Body(similar=(title,)))
    ] in (
        [],
        [None],
    )


def test_certain_articles_are_compared_with_the_scores_of_similar_ones(shelf: Shelf) -> None:
    article, body = Article("ferry", shelf.rows["ferry"].title), Body(shelf.texts["ferry"])
    readings = shelf.readings()
    itself, talks, chess = readings.compare(
        article, body, [shelf.rows[name] for name in ("ferry", "talks", "chess")]
    )
    found = {each.id: each.score for each in readings.find(article, body)}
    assert min(talks, 1.0) == pytest.approx(found["talks"], abs=1e-4)
    assert itself > talks > 0.5 > 0.1 > chess
