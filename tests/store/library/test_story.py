"""Stories: similar articles of similar articles in chronological order, and their new words."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from store.library.protocol import Library
from store.library.story import (
    StoryArticle,
    article_terms,
    collect_story,
    distance_in_time,
    order_story,
)
from store.model.article import (
    ArticleRow,
    Body,
    FullArticle,
    ParsedArticle,
    ReadingStatus,
    SimilarArticle,
)
from store.model.errors import ArticleNotFound
from store.model.times import UNDATED
from tests.support.libraries import Client, add, article, ids

TEXTS = {
    1: (
        "Dam talks open in Sarn",
        "Delegates met at the Sarn dam to share the water of the Elfan. The river is low, and the turbines of"
        " the dam stand still.",
    ),
    2: (
        "Sarn dam talks stall over water",
        "The talks about the Sarn dam stalled: delegates cannot share the water while the Elfan is low. The"
        " ferry tolls are disputed, too.",
    ),
    3: (
        "Sarn dam: turbines turn again",
        "After rain the turbines of the Sarn dam turn again. Delegates will share the water of the Elfan, as"
        " the talks agreed.",
    ),
    4: (
        "Ferry tolls anger anglers",
        "Anglers protest against higher tolls of the ferry across the Elfan, whose river is low, and row across the water themselves"
        " until the owners answer their letters.",
    ),
    9: ("A cake of rye", "Flour, honey and patience."),
}
"""Three articles of one story, one that is about the same river, and one about something else."""


def found(number: int) -> ParsedArticle:
    title, text = TEXTS[number]
    plain = article(number, title=title, words=len(text.split()))
    return ParsedArticle(plain.article, Body(text))


@pytest.fixture
def library(client: Client) -> Library:
    library = client.open()
    add(library, map(found, TEXTS))
    add(library, (article(number, title=f"Filler {number}") for number in range(20, 60)))
    for _ in library.update_index():
        pass
    return library


def numbers(chapters: Iterable[StoryArticle], *, asides: bool = False) -> list[int]:
    return [int(each.row.id[:4], 16) for each in chapters if each.is_aside == asides]


def add_found(library: Library, *articles: ParsedArticle) -> None:
    add(library, articles)
    for _ in library.update_index():
        pass


def test_a_story_grows_by_one_article_a_step_newest_last(library: Library) -> None:
    steps = list(collect_story(library, ids(1)[0]))
    assert [numbers(step) for step in steps[:2]] in ([[1], [1, 2]], [[1], [1, 3]])
    assert numbers(steps[-1]) == [1, 2, 3]
    assert numbers(steps[-1], asides=True) == [4], "about the same river, but another story"
    assert numbers(steps[0], asides=True) == []


def test_each_article_has_its_new_words(library: Library) -> None:
    *_, story = collect_story(library, ids(2)[0])
    second = story[numbers(story).index(2)]
    assert {"stalled", "tolls"} & set(second.new_words)
    assert not {"dam", "talks", "sarn"} & set(second.new_words), "the first one had these"


def test_a_copy_is_folded_under_the_article_it_copies(library: Library) -> None:
    title, text = TEXTS[2]
    copy = article(11, title=title)
    add_found(library, ParsedArticle(copy.article, Body(f"{text} This is from an agency.")))
    *_, story = collect_story(library, ids(1)[0])
    assert numbers(story) in ([1, 2, 3], [1, 3, 11])
    (folded,) = [chapter.copies for chapter in story if chapter.copies]
    assert {int(row.id[:4], 16) for row in folded} < {2, 11}
    *_, story = collect_story(library, copy.article.id)
    assert 11 in numbers(story), "the article that was asked for is never folded"


def test_a_story_does_not_drift(library: Library) -> None:
    """An article that is close to the last one alone is not in the story of all."""
    ferry = "Anglers row across the Elfan, since the ferry tolls are disputed; the owners wait. "
    add_found(
        library,
        *(
            ParsedArticle(
                article(number, title="Ferry tolls").article, Body(f"{ferry} Day {number}.")
            )
            for number in (12, 13)
        ),
    )
    *_, story = collect_story(library, ids(1)[0])
    assert numbers(story) == [1, 2, 3]


@pytest.mark.parametrize(
    ("day", "story", "factor"),
    [
        (3, [0], 1.0),
        (7, [0], 1.0),
        (14, [0], 1.25),
        (28, [0], 1.375),
        (-14, [0], 1.25),
        (60, [0, 20, 40], 1.0),
        (80, [0, 20, 40], 1.25),
        (40, [], 1.0),
    ],
)
def test_what_is_far_in_time_has_to_be_closer_in_words(
    day: int, story: list[int], factor: float
) -> None:
    start = 1_700_000_000
    times = [start + each * 86_400 for each in story]
    assert distance_in_time(start + day * 86_400, times) == pytest.approx(factor)
    assert distance_in_time(UNDATED, times) == 1.0


def test_an_article_deleted_meanwhile_is_left_out(library: Library) -> None:
    story = collect_story(library, ids(2)[0])
    next(story)
    next(story)
    library.record("deleted", ids(3))
    *_, last = story
    assert 3 not in numbers(last)
    assert {1, 2} <= set(numbers(last))
    with pytest.raises(ArticleNotFound):
        next(collect_story(library, "none"))


def test_numbers_and_uninformative_words_are_not_new() -> None:
    plain = article(1, title="Two 2024 weeks of Harbour talks").article
    entry = FullArticle(plain, Body("The harbour's pilots. ３５ 日本語の記事"), ReadingStatus())
    row = ArticleRow("id", "", "", 5, 0, 0, read=False, starred=False, read_count=0)
    (chapter,) = order_story([(StoryArticle(row), article_terms(entry))])
    assert chapter.new_words[:2] == ("harbour", "talks")
    assert not {"2024", "two", "weeks", "35"} & set(chapter.new_words)


def test_articles_that_are_named_are_put_aside(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = [
        SimilarArticle(ids(9)[0], "", score=0.0, origin="import"),
        SimilarArticle(ids(2)[0], "", score=0.5, origin="import"),
        SimilarArticle(ids(20)[0], "", score=0.3),
        SimilarArticle(None, "not in the library", origin="import"),
    ]
    monkeypatch.setattr(library, "similar", lambda _: named)
    *_, story = collect_story(library, ids(1)[0])
    assert numbers(story) == [1, 2, 3]
    assert numbers(story, asides=True) == [9, 4]


def test_without_an_index_a_story_is_one_article(client: Client) -> None:
    library = client.open()
    add(library, map(found, TEXTS))
    *_, story = collect_story(library, ids(1)[0])
    assert numbers(story) == [1]


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
        found.append((StoryArticle(row), article_terms(entry)))
    first, second = order_story(found)
    assert first.new_sentences == (), "all is new in the first one"
    assert second.new_sentences == (
        "Quota negotiators arrived by ferry from Ordesh.",
        "Anglers protested, loudly.",
    )
