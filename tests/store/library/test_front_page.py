"""The front page: its sections, its order, what fits into its minutes, and what is new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from store.library.front_page import (
    FeedRarity,
    FrontPage,
    FrontPageRequest,
    FrontPageStory,
    Preparation,
    SectionKind,
    compose_front_page,
    fill_page,
    find_new_sentence,
)
from store.library.protocol import Library
from store.model.article import ArticleRow, Body, ParsedArticle
from store.model.times import format_timestamp
from store.text.terms import extract_terms
from tests.support.libraries import START, Client, FakeClock, add, article, ids

NOW = int(START.timestamp())
DAM = "Delegates of Sarn and Elfan met at the Sarn dam. The river Elfan is low."
TEXTS = {
    1: ("Sarn dam talks open", f"{DAM} The talks go on."),
    2: (
        "Sarn dam talks stall",
        f"{DAM} The delegates quarrel over tolls for barges and fishermen.",
    ),
    3: ("Ferry of Brae late again", "The ferry of Brae was late. The pier of Brae is rotten."),
    4: ("Ferry of Brae to get a pier", "The ferry of Brae gets a pier. Brae pays for the pier."),
    5: ("A cake of rye", "Flour, honey and patience make a cake. Bake it for an hour."),
    6: ("Comet over the moor", "Astronomers saw a comet with two tails over the moor at dawn."),
}


def found(number: int) -> ParsedArticle:
    title, text = TEXTS[number]
    at = START - timedelta(hours=10 - number)
    when = format_timestamp(at)
    facts = article(number, title=title, date=when, created=when, words=230, category="").article
    return ParsedArticle(facts, Body(text))


@pytest.fixture
def library(client: Client, clock: FakeClock) -> Library:
    clock.now = START - timedelta(hours=9, minutes=30)
    clock.tick = timedelta(0)
    library = client.open()
    add(library, map(found, TEXTS))
    library.record("opened", ids(1))
    library.record("read", ids(1))
    for _ in library.update_index():
        pass
    return library


def compose(library: Library, request: FrontPageRequest) -> FrontPage:
    pages = [step for step in compose_front_page(library, request) if isinstance(step, FrontPage)]
    (page,) = pages
    return page


def numbers(rows: Iterable[ArticleRow]) -> list[int]:
    return [int(row.id[:4], 16) for row in rows]


def outline(page: FrontPage) -> dict[str, list[list[int]]]:
    """Return the numbers of the unread articles of each story by section."""
    return {
        section.kind: [numbers(story.unread) for story in section.stories]
        for section in page.sections
    }


def test_stories_go_on_or_are_new_and_the_rest_stands_alone(library: Library) -> None:
    page = compose(library, FrontPageRequest(NOW))
    assert outline(page) == {"continued": [[2]], "new": [[4, 3]], "rest": [[6], [5]]}
    assert page.since == NOW - 9 * 3600 - 1800
    assert page.left_out == 0
    assert [numbers(story.read) for story in page.stories] == [[1], [], [], []]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (None, [[2], [4, 3], [6], [5]]),
        (100, [[2], [4, 3], [6], [5]]),
        (6.5, [[6], [5], [4]]),
        (4.5, [[6]]),
        (1, []),
    ],
)
def test_only_what_was_added_since(
    library: Library, hours: float | None, expected: list[list[int]]
) -> None:
    since = None if hours is None else NOW - int(hours * 3600)
    page = compose(library, FrontPageRequest(NOW, since=since))
    assert [numbers(story.unread) for story in page.stories] == expected


def test_a_story_says_what_nothing_read_of_it_says(library: Library) -> None:
    by_lead = {
        numbers([each.lead])[0]: each for each in compose(library, FrontPageRequest(NOW)).stories
    }
    assert by_lead[2].sentence == "The delegates quarrel over tolls for barges and fishermen."
    assert by_lead[2].sentence_source == ids(2)[0]
    assert by_lead[6].sentence == TEXTS[6][1]


def test_a_story_that_goes_on_without_news_is_left_out(library: Library) -> None:
    library.record("read", ids(2))
    add(library, [ParsedArticle(replace(found(2).article, id=ids(7)[0]), found(1).body)])
    for _ in library.update_index():
        pass
    page = compose(library, FrontPageRequest(NOW, since=0))
    assert outline(page) == {"new": [[4, 3]], "rest": [[6], [5]]}
    assert page.left_out == 1


def test_what_does_not_fit_is_counted(library: Library) -> None:
    page = compose(library, FrontPageRequest(NOW, minutes=2))
    assert outline(page) == {"continued": [[2]], "new": [[4, 3]]}
    assert page.left_out == 2


def test_without_an_index_every_article_stands_alone(client: Client) -> None:
    library = client.open()
    add(library, map(found, TEXTS))
    page = compose(library, FrontPageRequest(NOW))
    assert not page.is_grouped
    assert all(len(story.unread) == 1 for story in page.stories)


def test_an_empty_library_has_an_empty_page(client: Client) -> None:
    page = compose(client.open(), FrontPageRequest(NOW))
    assert (page.sections, page.left_out, page.since, page.is_grouped) == ((), 0, 0, True)


def test_texts_are_prepared_once(library: Library) -> None:
    def prepared() -> list[Preparation]:
        steps = compose_front_page(library, FrontPageRequest(NOW))
        return [step for step in steps if isinstance(step, Preparation)]

    assert prepared() == [Preparation(0, 6)]
    assert prepared() == []


# -- rare feeds ------------------------------------------------------------------------------


def from_feed(number: int, feed: str) -> ArticleRow:
    return ArticleRow(f"{number}", "", "", 0, NOW, 0, False, False, 0, feed_key=feed)


@pytest.mark.parametrize(
    ("rows", "is_rare", "weight"),
    [
        ([from_feed(1, "a")], True, 1.0),
        ([from_feed(n, "a") for n in range(3)], True, 0.5),
        ([from_feed(n, "a") for n in range(5)], False, 0.387),
        ([from_feed(1, "a"), *(from_feed(n, "b") for n in range(9))], True, 1.0),
        ([from_feed(1, "")], False, 0.0),
    ],
    ids=["one", "three", "five", "others have more", "of no feed"],
)
def test_a_feed_is_rare_by_how_many_articles_it_has(
    rows: list[ArticleRow], is_rare: bool, weight: float
) -> None:
    rarity = FeedRarity(Counter(row.feed_key for row in rows))
    assert rarity.is_rare(rows[0]) is is_rare
    assert rarity.weight(rows[0]) == pytest.approx(weight, abs=0.001)


def test_a_single_article_of_a_rare_feed_has_a_section(library: Library) -> None:
    """It may have had many more than a month ago."""
    comet = replace(found(6).article, id=ids(8)[0], extra={"feed": "https://sky.example/feed"})
    text = Body("Observers of Holm photographed aurora borealis above the lighthouse at midnight.")
    then = format_timestamp(START - timedelta(days=40))
    old = [
        ParsedArticle(
            replace(comet, id=each, title="Stars", date=then, created=then), Body("Stars.")
        )
        for each in ids(*range(10, 20))
    ]
    add(library, [ParsedArticle(replace(comet, title="Aurora above Holm"), text), *old])
    for _ in library.update_index():
        pass
    page = compose(library, FrontPageRequest(NOW))
    assert outline(page)["rare"] == [[8]]
    (aurora,) = next(section for section in page.sections if section.kind == "rare").stories
    assert [(each.kind, each.name) for each in aurora.reasons] == [("rarity", "sky.example")]


# -- interests -------------------------------------------------------------------------------


def read_ferries(library: Library) -> None:
    """Read a dozen articles about ferries, and dismiss a dozen about cakes."""
    days = [format_timestamp(START - timedelta(days=3, minutes=n)) for n in range(24)]
    for number, day in enumerate(days, 100):
        title = f"{'Ferry' if number % 2 else 'Cake'} {chr(number)}"
        text = Body(" ".join(f"word{number}{letter}" for letter in "abcdefghijkl"))
        facts = article(number, title=title, date=day, created=day, category="").article
        add(library, [ParsedArticle(facts, text)])
        if number % 2:
            library.record("opened", ids(number))
        library.record("read", ids(number))
    for _ in library.update_index():
        pass


def test_what_was_read_before_comes_first_and_says_why(library: Library) -> None:
    read_ferries(library)
    page = compose(library, FrontPageRequest(NOW))
    rest = next(section for section in page.sections if section.kind == "rest")
    assert numbers(story.lead for story in rest.stories) == [6, 5]
    cake = rest.stories[-1]
    assert [(each.kind, each.name) for each in cake.reasons] == [("word", "cake")]
    assert cake.reasons[0].weight < 0
    ferry = next(story for story in page.stories if numbers([story.lead]) == [4])
    assert ("word", "Ferry") in [(each.kind, each.name) for each in ferry.reasons]
    assert library.interests.read().model.is_known


def test_nothing_is_learnt_if_that_is_off_and_what_was_is_forgotten(library: Library) -> None:
    read_ferries(library)
    compose(library, FrontPageRequest(NOW))
    page = compose(library, FrontPageRequest(NOW, is_learning=False))
    assert not library.interests.read().model.is_known
    assert {each.kind for story in page.stories for each in story.reasons} <= {"size", "rarity"}


# -- what fits -------------------------------------------------------------------------------


def story(name: str, minutes: int) -> FrontPageStory:
    row = ArticleRow(name, f"Title {name}", "", 0, 0, 0, False, False, 0)
    return FrontPageStory(row, (row,), (), minutes)


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ({"continued": [], "new": [], "rare": [], "rest": []}, {}),
        ({"continued": [30], "new": [1], "rare": [], "rest": []}, {"continued": [30]}),
        (
            {"continued": [5, 5, 5], "new": [5, 5, 5], "rare": [3, 3], "rest": [3, 3]},
            {"continued": [5], "new": [5], "rare": [3, 3], "rest": [3]},
        ),
        (
            {"continued": [], "new": [4] * 9, "rare": [], "rest": [2] * 9},
            {"new": [4] * 4, "rest": [2, 2]},
        ),
        ({"continued": [], "new": [], "rare": [], "rest": [12, 9, 5]}, {"rest": [12, 5]}),
        ({"continued": [], "new": [], "rare": [], "rest": [12, *[9] * 21, 5]}, {"rest": [12]}),
    ],
    ids=[
        "nothing",
        "a long one alone",
        "shares",
        "what is left goes to the first",
        "what fits",
        "too far",
    ],
)
def test_a_page_is_filled_up_to_its_minutes(
    lengths: dict[SectionKind, list[int]], expected: dict[str, list[int]]
) -> None:
    stories = {
        kind: [story(f"{kind} {number}", each) for number, each in enumerate(found)]
        for kind, found in lengths.items()
    }
    total = sum(map(len, lengths.values()))
    page = fill_page(FrontPage(0, 20), stories, total)
    assert {
        each.kind: [story.minutes for story in each.stories] for each in page.sections
    } == expected
    assert page.left_out == total - len(page.stories)


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        ("", "", ""),
        ("The ferry of Brae was late today.", "", ""),
        (
            "The ferry of Brae has a new rotten pier.",
            "",
            "The ferry of Brae has a new rotten pier.",
        ),
        ("The ferry of Brae has a rotten pier.", "ferry brae rotten", ""),
        (
            "The ferry of Brae has a rotten pier. Divers found cracks below the quay.",
            "ferry brae rotten pier",
            "Divers found cracks below the quay.",
        ),
        (
            "But divers found cracks below the quay. Engineers of Brae want a stronger bridge of steel.",
            "",
            "Engineers of Brae want a stronger bridge of steel.",
        ),
        (
            "“Divers found cracks below the quay,” he said. The ferry of Brae is late.",
            "ferry brae late",
            "“Divers found cracks below the quay,” he said.",
        ),
        (
            "Er sah die Risse unter dem Kai von Brae. Taucher fanden mehr Risse unter der Brücke.",
            "",
            "Taucher fanden mehr Risse unter der Brücke.",
        ),
        (
            "Es ist so, wie es bei uns immer war. Taucher fanden Risse unter dem Kai von Brae.",
            "",
            "Taucher fanden Risse unter dem Kai von Brae.",
        ),
    ],
)
def test_the_first_sentence_with_what_is_not_known(text: str, known: str, expected: str) -> None:
    assert find_new_sentence(text, set(extract_terms(known))) == expected
