"""The front page as lines of the screen."""

from __future__ import annotations

from datetime import datetime

import pytest

from store.library.front_page import FrontPage, FrontPageSection, FrontPageStory, Preparation
from store.library.interest import Reason
from store.model.article import ArticleRow
from store.model.times import UNDATED
from tui.rendering.cells import cell_width
from tui.rendering.front_page_lines import (
    FrontPageLine,
    FrontPageLook,
    build_front_page,
    build_front_page_head,
    build_story_articles,
)

NOW = int(datetime(2031, 5, 6, 12).timestamp())


def row(article: str, title: str, source: str, *, read: bool = False) -> ArticleRow:
    return ArticleRow(article, title, "", NOW - 7200, NOW, 0, read, False, 0, source_name=source)


FERRY = FrontPageStory(
    row("a", "Ferry of Brae late", "Gazette"),
    (row("a", "Ferry of Brae late", "Gazette"), row("b", "Brae waits", "Tribune")),
    (row("c", "A pier for Brae", "Sky", read=True),),
    3,
    (Reason("word", "ferry", 0.5),),
    "The pier of Brae is rotten, divers say.",
)
COMET = FrontPageStory(row("d", "Comet", "Sky"), (row("d", "Comet", "Sky"),), (), 1)
PAGE = FrontPage(
    NOW - 3600,
    20,
    (FrontPageSection("continued", (FERRY,)), FrontPageSection("rest", (COMET,))),
    left_out=7,
)


def texts(lines: list[FrontPageLine] | tuple[FrontPageLine, ...]) -> list[str]:
    return ["".join(text for text, _ in line).rstrip() for line in lines]


def test_a_story_has_its_title_facts_and_news() -> None:
    rail = build_front_page(PAGE, FrontPageLook("a"), NOW, 50)
    assert texts(list(rail.lines)) == [
        " GOES ON",
        ">●  Ferry of Brae late",
        "    Gazette, Tribune · 2 articles · 3 min",
        "    The pier of Brae is rotten, divers say.",
        "",
        " THE REST",
        " ●  Comet",
        "    Sky · 1 min",
        "",
        " 7 more unread articles",
    ]
    assert rail.first_lines == [1, 6]


def test_a_story_that_was_read_is_short_and_reasons_are_shown_if_asked_for() -> None:
    read = {row.id: row._replace(read=True, starred=row.id == "a") for row in FERRY.unread}
    rail = build_front_page(PAGE, FrontPageLook("d", read, shows_reasons=True), NOW, 50)
    assert texts(list(rail.lines))[:5] == [
        " GOES ON",
        "  ★ Ferry of Brae late",
        "    Gazette, Tribune · 2 articles · 3 min",
        "    ranked higher: ferry",
        "",
    ]


def test_long_titles_and_sentences_are_cut() -> None:
    long = FrontPageStory(
        row("a", "long title " * 20, "Gazette"), (row("a", "", "Gazette"),), (), 1, (), "word " * 90
    )
    page = FrontPage(0, 20, (FrontPageSection("rest", (long,)),))
    lines = texts(list(build_front_page(page, FrontPageLook(), NOW, 30).lines))
    assert [line.endswith("…") for line in lines] == [
        False,
        False,
        True,
        False,
        False,
        False,
        True,
        False,
    ]
    assert max(map(cell_width, lines)) <= 30


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (FrontPage(0, 20), ["", " Nothing unread"]),
        (FrontPage(NOW - 3600, 20), ["", " Nothing new since today 11:00"]),
    ],
)
def test_an_empty_page(page: FrontPage, expected: list[str]) -> None:
    assert texts(list(build_front_page(page, FrontPageLook(), NOW, 50).lines)) == expected


@pytest.mark.parametrize(
    ("page", "preparation", "width", "expected"),
    [
        (PAGE, None, 60, "FRONT PAGE  since today 11:00  2 stories · 4 of 20 min"),
        (PAGE, None, 45, "FRONT PAGE  since today 11:00    4 of 20 min"),
        (PAGE, None, 34, "FRONT PAGE  since today 11:00"),
        (None, None, 40, "FRONT PAGE  composing…"),
        (None, Preparation(25, 1200), 50, "FRONT PAGE  reading 25 of 1,200 articles…"),
    ],
)
def test_the_head(
    page: FrontPage | None, preparation: Preparation | None, width: int, expected: str
) -> None:
    line = build_front_page_head(page, preparation, NOW, width)
    (shown,) = texts([line])
    assert shown.split() == expected.split()
    assert cell_width("".join(text for text, _ in line)) == width


def test_the_articles_of_a_story_and_why_it_is_here() -> None:
    assert texts(build_story_articles(FERRY, FrontPageLook(), NOW, 40)) == [
        "ranked higher: ferry",
        "",
        "● Ferry of Brae late",
        "  Gazette · 2h",
        "",
        "● Brae waits",
        "  Tribune · 2h",
        "",
        "  A pier for Brae",
        "  Sky · 2h · read",
        "",
    ]
    assert build_story_articles(None, FrontPageLook(), NOW, 40) == []
    bare = row("d", "Comet", "")._replace(timestamp=UNDATED)
    story = FrontPageStory(bare, (bare, bare), (), 1)
    lines = texts(build_story_articles(story, FrontPageLook(), NOW, 40))
    assert lines == ["● Comet", "", "● Comet", ""], "no line for facts that are not known"


@pytest.mark.parametrize(
    ("width", "facts"),
    [
        (50, "    Gazette, Tribune · 2 articles · 3 min"),
        (32, "    Gazett… · 2 articles · 3 min"),
    ],
)
def test_the_length_of_a_story_is_never_cut(width: int, facts: str) -> None:
    assert facts in texts(list(build_front_page(PAGE, FrontPageLook("a"), NOW, width).lines))
