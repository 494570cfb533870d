"""The lines of the story screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from store.library.story import StoryArticle
from store.model.article import ArticleRow
from store.model.times import UNDATED
from tui.rendering.cells import StyledText, cell_width
from tui.rendering.story_lines import Rail, build_news, build_story, build_story_head


def chapter(
    day: str,
    title: str,
    *words: str,
    read: bool = False,
    starred: bool = False,
    category: str = "world",
    source: str = "",
) -> StoryArticle:
    when = datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC) if day else None
    seconds = int(when.timestamp()) if when else UNDATED
    row = ArticleRow(
        title[:4], title, category, seconds, 0, 460, read, starred, 0, source_name=source
    )
    return StoryArticle(row, words)


STORY = [
    chapter("2025-12-30", "Gates of the dam close", read=True),
    chapter("2026-09-02", "Sarn dam talks resume", "council", "treaty", "turbines"),
    chapter("2026-10-07", "Farmers below the dam", read=True, starred=True),
    chapter("2026-10-19", "Eleven centimetres of water that nobody can agree about", "gauge"),
    chapter("2026-11-14", "Treaty explained", "quotas", "arbitration"),
    chapter("2026-11-21", "What remains to be done"),
]


def text_of(line: Sequence[StyledText]) -> str:
    return "".join(text for text, _ in line).rstrip()


def rail(story: Sequence[StoryArticle], width: int, *, complete: bool = True) -> Rail:
    return build_story(story, "Trea", "Elev", 2026, width, complete=complete)


def test_a_story_stands_on_a_rail_by_month() -> None:
    found = rail(STORY, 72)
    assert [text_of(line) for line in found.lines] == [
        " DECEMBER 2025",
        " ├30     Gates of the dam close                                    2 min",
        " SEPTEMBER",
        " ├ 2 ●   Sarn dam talks resume                                     2 min",
        " │       + council, treaty, turbines",
        " OCTOBER",
        " ├ 7  ★  Farmers below the dam                                     2 min",
        ">├19 ●   Eleven centimetres of water that nobody can agree about   2 min",
        " │       + gauge",
        " NOVEMBER",
        " ◆14 ●   Treaty explained                                          2 min",
        " │       + quotas, arbitration",
        " ╰21 ●   What remains to be done                                   2 min",
    ]
    assert found.first_lines == [1, 3, 6, 7, 10, 12]
    assert ("Eleven centimetres of water that nobody can agree about ", "selection") in found.lines[
        7
    ]


def test_what_else_is_about_the_same_follows_and_copies_are_counted() -> None:
    first, second = STORY[1:3]
    story = [
        replace(first, copies=(second.row, second.row)),
        replace(STORY[4], is_aside=True),
        replace(STORY[5], is_aside=True, copies=(second.row,)),
    ]
    assert [text_of(line) for line in rail(story, 72).lines] == [
        " SEPTEMBER",
        " ╰ 2 ●   Sarn dam talks resume                                 ×3  2 min",
        "         + council, treaty, turbines",
        "",
        " ALSO ABOUT THIS",
        "    ●   Treaty explained".replace("    ●", "     ●")
        + "                                 Nov. 14  2 min",
        "         + quotas, arbitration",
        "     ●   What remains to be done                      ×2  Nov. 21  2 min",
    ]
    assert text_of(build_news(story[1], is_first=False, width=40)[0]) == "Not in the story"


def test_a_long_title_takes_two_lines_where_there_is_little_room() -> None:
    lines = [text_of(line) for line in rail(STORY[3:4], 44, complete=False).lines]
    assert lines == [
        " OCTOBER",
        ">╰19 ●   Eleven centimetres of water that",
        "         nobody can agree about        2 min",
        "         + gauge",
    ]


@pytest.mark.parametrize(
    ("category", "source", "width", "line"),
    [  # as in the list: see test_list_rows.py
        ("world", "", 72, " ├ 2 ●   Sarn dam talks resume                                     2 min"),
        ("sea", "", 72, " ├ 2 ●   Sarn dam talks resume                                sea  2 min"),
        ("sea", "Gazette", 72, " ├ 2 ●   Sarn dam talks resume                       Gazette  sea  2 min"),
        ("Gazette", "Gazette", 72, " ├ 2 ●   Sarn dam talks resume                            Gazette  2 min"),
        ("world", "Gazette of all Valleys", 40, " ├ 2 ●   Sarn dam talks resume     2 min"),
        ("sea", "Gazette", 46, " ├ 2 ●   Sarn dam talks resume  Gazette  2 min"),
        ("sea", "Gazette", 44, " ├ 2 ●   Sarn dam talks resume    sea  2 min"),
    ],
)  # fmt: skip
def test_a_chapter_names_its_source_and_category_where_they_differ(
    category: str, source: str, width: int, line: str
) -> None:
    story = [chapter("2026-09-02", "Sarn dam talks resume", category=category, source=source)]
    assert text_of(rail([*story, STORY[5]], width).lines[1]) == line


@pytest.mark.parametrize("width", range(20, 120, 7))
def test_no_line_is_wider_than_its_pane(width: int) -> None:
    lines = [*rail(STORY, width).lines, build_story_head("A title", [], width, complete=False)]
    rows = [each.row for each in STORY]
    lines.append(build_story_head("A title of some length", rows, width, complete=True))
    for line in lines:
        assert sum(cell_width(text) for text, _ in line) <= max(width, 24), text_of(line)


def test_a_story_without_dates_and_one_of_a_single_article() -> None:
    lines = [text_of(line) for line in rail([chapter("", "Undated")], 40).lines]
    assert lines[0] == " NO DATE"
    assert lines[1].startswith(" ╰   ●   Undated")
    assert lines[-1] == " Nothing else in the library is about this"
    assert len(rail([chapter("", "Undated")], 40, complete=False).lines) == 2
    assert rail([], 40).lines == []


@pytest.mark.parametrize(
    ("story", "complete", "facts"),
    [
        (STORY[1:], True, "5 articles · 4 unread · Sept. 2 – Nov. 21"),
        (STORY[1:], False, "5 articles · 4 unread · Sept. 2 – Nov. 21 · searching…"),
        (STORY, True, "6 articles · 4 unread · Dec. 30, 2025 – Nov. 21, 2026"),
        ([*STORY[2:], STORY[1]], True, "5 articles · 4 unread · Sept. 2 – Nov. 21"),  # a copy
        (STORY[2:3], True, "1 article · all read · Oct. 7"),
        ([chapter("", "Undated")], True, "1 article · 1 unread"),
        ([], False, "searching…"),
    ],
)
def test_the_head_counts(story: list[StoryArticle], *, complete: bool, facts: str) -> None:
    rows = [each.row for each in story]
    head = text_of(build_story_head("Sarn dam talks", rows, 80, complete=complete))
    assert head.startswith("STORY  Sarn dam")
    assert head.endswith(f"  {facts}")
    narrow = text_of(build_story_head("Sarn dam talks", rows, 38, complete=complete))
    assert "Nov. 21" not in narrow


def test_what_is_new_is_said_sentence_by_sentence() -> None:
    said = StoryArticle(STORY[1].row, (), ("Quotas were agreed on Friday.", "Anglers protested."))
    assert [text_of(line) for line in build_news(said, is_first=False, width=20)] == [
        "+ Quotas were agreed",
        "  on Friday.",
        "",
        "+ Anglers protested.",
        "",
    ]
    assert text_of(build_news(said, is_first=True, width=40)[0]) == "The first article of the story"
    nothing = build_news(STORY[2], is_first=False, width=60)
    assert text_of(nothing[0]) == "Nothing that the earlier articles lack"
    assert build_news(None, is_first=True, width=60) == []
