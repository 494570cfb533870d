"""The front page in words: facts, reasons, plain text and Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from store.library.front_page import FrontPage, FrontPageSection, FrontPageStory
from store.library.interest import Reason
from store.model.article import ArticleRow
from tui.rendering.front_page_text import (
    describe_reasons,
    describe_since,
    describe_story,
    front_page_lines,
    front_page_markdown,
)

NOW = int(datetime(2031, 5, 6, 12, tzinfo=UTC).timestamp())


def row(number: int, title: str, source: str) -> ArticleRow:
    return ArticleRow(f"{number}", title, "", NOW, NOW, 0, False, False, 0, source_name=source)


def story(
    title: str,
    *sources: str,
    minutes: int = 3,
    sentence: str = "The pier is rotten.",
    reasons: Sequence[Reason] = (),
) -> FrontPageStory:
    rows = tuple(row(number, title, source) for number, source in enumerate(sources))
    return FrontPageStory(rows[0], rows, (), minutes, tuple(reasons), sentence, "0")


WHY = (Reason("feed", "Gazette", 0.5), Reason("size", "2", 0.5), Reason("word", "golf", -0.3))
FERRY = story("Ferry of [Brae]", "Gazette", "Tribune", reasons=WHY)
COMET = replace(story("Comet", "Sky", sentence=""), lead=row(5, "Comet", "Sky"))
PAGE = FrontPage(
    NOW - 7200,
    20,
    (FrontPageSection("new", (FERRY,)), FrontPageSection("rest", (COMET,))),
    left_out=1234,
)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (story("T", "A"), "A · 3 min"),
        (story("T", ""), "3 min"),
        (story("T", "A", "B", "A"), "A, B · 3 articles · 3 min"),
        (story("T", *"ABCDE", minutes=75), "A, B, C +2 · 5 articles · 1 h 15 min"),
    ],
)
def test_facts(found: FrontPageStory, expected: str) -> None:
    assert describe_story(found) == expected


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        ((), ""),
        (WHY, "ranked higher: Gazette, 2 articles · ranked lower: golf"),
        ((Reason("author", "Ann Moar", 0.2),), "ranked higher: by Ann Moar"),
        ((Reason("rarity", "Holm", 1.0),), "ranked higher: a rare feed"),
        ((Reason("category", "sport", -1.0),), "ranked lower: sport"),
    ],
)
def test_reasons(reasons: Sequence[Reason], expected: str) -> None:
    assert describe_reasons(reasons) == expected


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (0, "all unread"),
        (NOW - 7200, "since today 11:00"),
        (NOW - 86_400, "since May 5 13:00"),
        (NOW - 200 * 86_400, "since Oct. 18, 2030 13:00"),
    ],
)
def test_since(since: int, expected: str) -> None:
    zone = timezone(timedelta(hours=1))
    assert describe_since(FrontPage(since, 20), NOW, zone) == expected


def test_plain_text() -> None:
    assert list(front_page_lines(PAGE, NOW, 40, reasons=True, zone=UTC)) == [
        "Since today 10:00 · 2 stories · 6 of 20 min",
        "",
        "NEW",
        " 1. Ferry of [Brae]",
        "    Gazette, Tribune · 2 articles · 3",
        "    min",
        "    The pier is rotten.",
        "    ranked higher: Gazette, 2 articles ·",
        "    ranked lower: golf",
        "",
        "THE REST",
        " 2. Comet",
        "    Sky · 3 min",
        "",
        "1,234 more unread articles",
    ]


def test_markdown() -> None:
    urls = {"0": "https://news.example/(brae)"}
    page = FrontPage(PAGE.since, 20, PAGE.sections[:1])
    assert "\n".join(front_page_markdown(page, urls, NOW, reasons=False, zone=UTC)) == (
        "# Front page\n\n"
        "Since today 10:00 · 1 story · 3 of 20 min\n\n"
        "## New\n\n"
        "- [Ferry of \\[Brae\\]](https://news.example/%28brae%29) · Gazette, Tribune · 2 articles · 3 min\n\n"
        "  The pier is rotten."
    )


@pytest.mark.parametrize(
    ("since", "expected"), [(0, "Nothing unread"), (NOW - 7200, "Nothing new since today 10:00")]
)
def test_an_empty_page_says_why(since: int, expected: str) -> None:
    page = FrontPage(since, 20)
    assert list(front_page_lines(page, NOW, 40, reasons=True, zone=UTC)) == [expected]
    assert expected in front_page_markdown(page, {}, NOW, reasons=True, zone=UTC)
