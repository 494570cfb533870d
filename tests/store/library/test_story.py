"""Stories: similar articles of similar articles in chronological order, and their new words."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.library.protocol import Library
from store.library.story import StoryArticle, article_terms, collect_story, order_story
from store.model.article import (
    ArticleRow,
    Body,
    FullArticle,
    ParsedArticle,
    ReadingStatus,
    SimilarArticle,
)
from store.model.errors import ArticleNotFound
from tests.support.libraries import Machine, add, article, ids

TEXTS = {
    1: ("Dam talks open in Sarn", "Delegates met at the Sarn dam. The river is low."),
    2: ("Sarn dam talks stall over water", "The Sarn dam talks stalled over the ferry tolls."),
    3: (
        "Ferry tolls rise on the Elfan",
        "Ferry tolls rise because of the Sarn dam and the drought.",
    ),
    4: ("Elfan ferry tolls anger anglers", "Anglers protest against ferry tolls on the Elfan."),
    9: ("A cake of rye", "Flour, honey and patience."),
}


def found(number: int) -> ParsedArticle:
    title, text = TEXTS[number]
    plain = article(number, title=title, words=len(text.split()))
    return ParsedArticle(plain.article, Body(text))


@pytest.fixture
def library(tmp_path: Path) -> Library:
    library = Machine(tmp_path).open()
    add(library, map(found, TEXTS))
    add(library, (article(number, title=f"Filler {number}") for number in range(20, 60)))
    for _ in library.update_index():
        pass
    return library


def numbers(chapters: tuple[StoryArticle, ...]) -> list[int]:
    return [int(chapter.row.id[:4], 16) for chapter in chapters]


def test_a_story_grows_by_one_article_a_step_newest_last(library: Library) -> None:
    steps = list(collect_story(library, ids(1)[0]))
    assert numbers(steps[0]) == [1]
    assert [len(step) for step in steps] == list(range(1, len(steps) + 1))
    assert numbers(steps[-1]) == sorted(numbers(steps[-1]))
    assert {1, 2, 3} <= set(numbers(steps[-1])) <= {1, 2, 3, 4}
    distances = {int(each.row.id[:4], 16): each.distance for each in steps[-1]}
    assert (distances[1], distances[2]) == (0, 1)
    assert 4 in distances, "it shares no word with the first, but with what is similar to it"


def test_each_article_has_its_new_words(library: Library) -> None:
    *_, story = collect_story(library, ids(2)[0])
    second = story[numbers(story).index(2)]
    assert "tolls" in second.new_words
    assert not {"dam", "talks", "sarn"} & set(second.new_words), "the first one had these"


def test_an_article_deleted_meanwhile_is_left_out(library: Library) -> None:
    story = collect_story(library, ids(2)[0])
    next(story)
    next(story)
    library.record("deleted", ids(3))
    *_, last = story
    assert 1 in numbers(last)
    with pytest.raises(ArticleNotFound):
        next(collect_story(library, "none"))


def test_numbers_and_uninformative_words_are_not_new() -> None:
    plain = article(1, title="Two 2024 weeks of Harbour talks").article
    entry = FullArticle(plain, Body("The harbour's pilots. ３５ 日本語の記事"), ReadingStatus())
    row = ArticleRow("id", "", "", 5, 0, 0, read=False, starred=False, read_count=0)
    (chapter,) = order_story([(StoryArticle(row, 0), article_terms(entry))])
    assert chapter.new_words[:2] == ("harbour", "talks")
    assert not {"2024", "two", "weeks", "35"} & set(chapter.new_words)


def test_weak_ties_are_left_out(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third, fourth, other = ids(1, 2, 3, 4, 9)
    ties = {
        first: [
            SimilarArticle(second, "", score=0.5),
            SimilarArticle(third, "", score=0.19),
            SimilarArticle(other, "", score=0.0, origin="import"),
            SimilarArticle(None, "not in the library", origin="import"),
        ],
        second: [SimilarArticle(fourth, "", score=0.1), SimilarArticle(third, "", score=0.09)],
    }
    monkeypatch.setattr(library, "similar", lambda entry: ties.get(entry.article.id, []))
    *_, story = collect_story(library, first)
    assert numbers(story) == [1, 2, 4, 9], "0.5 · 0.1 is just enough, 0.5 · 0.09 is not"


def test_new_sentences_have_words_that_no_earlier_article_has() -> None:
    texts = [
        "The council met at the dam. Turbines stood still all winter.",
        "The council met at the dam again. Quota negotiators arrived by ferry from Ordesh."
        " Still the turbines stood. **Anglers** protested, [loudly](https://x.example/).",
    ]
    found = []
    for number, text in enumerate(texts):
        row = ArticleRow(f"{number}", "", "", number, 0, 0, read=False, starred=False, read_count=0)
        entry = FullArticle(article(1, title="Dam").article, Body(text), ReadingStatus())
        found.append((StoryArticle(row, 0), article_terms(entry)))
    first, second = order_story(found)
    assert first.new_sentences == (), "all is new in the first one"
    assert second.new_sentences == (
        "Quota negotiators arrived by ferry from Ordesh.",
        "Anglers protested, loudly.",
    )
