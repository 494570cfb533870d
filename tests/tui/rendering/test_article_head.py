"""The head of an article: title, one line of facts, a rule."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from store.model.article import Article, Body, FullArticle, ReadingStatus
from tui.rendering.article_head import build_article_head, build_summary, describe_article
from tui.rendering.cells import cell_width
from tui.rendering.trail import ShownPage
from tui.rendering.wording import MISSING_TEXT

NOW = int(datetime(2026, 11, 22, 22, 0, tzinfo=UTC).timestamp())
FACTS: dict[str, Any] = {
    "date": "2026-11-22T21:39:00Z",
    "authors": ("Ann Writer",),
    "tags": ("to-read",),
    "words": 167,
}


def entry(
    *, starred: bool = False, updated: bool = False, missing: bool = False, **facts: Any
) -> FullArticle:
    source = facts.pop("source_name", "Gazette")
    article = Article("a", facts.pop("title", "Dam"), **(FACTS | facts))
    body = Body("Text.", is_missing=missing)
    return FullArticle(article, body, ReadingStatus(starred=starred), updated, source)


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (entry(starred=True), "Gazette · today 21:39 · Ann Writer · 1 min · ★ · #to-read"),
        (entry(date="2026-11-22"), "Gazette · today · Ann Writer · 1 min · #to-read"),
        (
            entry(date="2026-11-21T23:59:59Z"),
            "Gazette · Nov. 21, 2026 · Ann Writer · 1 min · #to-read",
        ),
        (entry(date="soon"), "Gazette · soon · Ann Writer · 1 min · #to-read"),
        (entry(date=None, authors=(), tags=()), "Gazette · 1 min"),
        (
            entry(authors=("gazette", "Bo"), tags=(), words=2300),
            "Gazette · today 21:39 · Bo · 10 min",
        ),
        (entry(source_name="", authors=(), tags=("a", "b c")), "today 21:39 · 1 min · #a · #b c"),
        (
            entry(updated=True, tags=(), authors=()),
            "Gazette · today 21:39 · 1 min · updated since read",
        ),
    ],
)
def test_the_line_of_facts(found: FullArticle, line: str) -> None:
    assert describe_article(found, NOW, UTC) == line


@pytest.mark.parametrize(
    ("name", "width", "line"),
    [
        ("Gazette", 50, "Gazette · today 21:39 · Ann Writer · 1 min · #to-…"),
        ("Gazette", 44, "Gazette · today 21:39 · Ann Writer · 1 min"),
        ("Gazette", 38, "Gazette · today 21:39 · Ann W… · 1 min"),
        ("Gazette", 37, "Gazette · today 21:39 · 1 min"),
        ("深海の謎の音は" * 9, 60, "深海の謎の音は深海の謎の音は深海の謎… · today 21:39 · 1 min"),
        ("深海の謎の音は" * 9, 28, "深海… · today 21:39 · 1 min"),
        ("Gazette", 20, "today 21:39 · 1 min"),
        ("Gazette", 10, "today 21:…"),
        ("Gazette", 1, "…"),
    ],
)
def test_tags_authors_and_source_give_way_to_date_and_length(
    name: str, width: int, line: str
) -> None:
    found = entry(source_name=name)
    assert describe_article(found, NOW, UTC, width=width) == line
    title, facts, rule = build_article_head(found, width, NOW)[-3:]
    assert title[1] == "title"
    assert (facts[1], rule) == ("muted", ("─" * width, "muted"))
    assert cell_width(facts[0]) <= width


def test_an_article_without_a_source_has_its_category() -> None:
    found = entry(source_name="", category="business", authors=(), tags=())
    assert describe_article(found, NOW, UTC) == "business · today 21:39 · 1 min"
    other = entry(category="business", authors=(), tags=())
    assert describe_article(other, NOW, UTC) == "Gazette · today 21:39 · 1 min"


def test_a_right_to_left_title_stands_at_the_right() -> None:
    lines = build_article_head(entry(title="سد على النهر"), 16, NOW)
    assert lines[0] == ("    سد على النهر", "title")


def test_a_missing_text_is_said_below_the_rule() -> None:
    lines = build_article_head(entry(missing=True), 80, NOW)
    assert [text for text, _ in lines[-2:]] == ["─" * 80, MISSING_TEXT]


@pytest.mark.parametrize(
    ("summary", "text", "lines"),
    [
        ("", "The text.", []),
        ("The text. More", "The text. More of it.", []),
        ("The text. More", "The [text](https://a.example).\n\n**More** of it.", []),
        ("A summary of two lines.", "The text.", ["▌ A summary of", "▌ two lines.", ""]),
        ("ملخص من سطرين اثنين", "The text.", [" ملخص من سطرين ▐", "         اثنين ▐", ""]),
    ],
)
def test_the_summary_stands_beside_a_bar(summary: str, text: str, lines: list[str]) -> None:
    found = build_summary(Body(text=text, summary=summary), 16)
    assert [line for line, _ in found] == lines


def test_the_text_of_the_page_is_said_and_counted() -> None:
    page = ShownPage("…", words=2300)
    lines = build_article_head(entry(missing=True), 80, NOW, note="x", page=page)
    assert lines[1][0].startswith("text of its page · Gazette · ")
    assert " · 10 min · " in lines[1][0]
    assert len(lines) == 3
    loose = build_article_head(entry(), 80, NOW, note="not in the library")
    assert loose[1][0].startswith("not in the library · Gazette · ")
