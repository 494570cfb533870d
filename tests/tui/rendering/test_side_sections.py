"""The sections of the side pane: their lines, what the cursor adds to them, and what enter does there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from store.model.article import (
    Article,
    ArticleInsights,
    Body,
    FullArticle,
    ReadingStatus,
    SimilarArticle,
)
from tui.rendering.side_sections import DetailItem, DetailSection, PaneLine, build_detail_sections

SUMMARY = "The ferry stopped on Monday. Hotels report that rooms are empty."
ID = "621cac23-53d8-45a9-84fe-44f835ed5dbd"
PAGE = Article(
    ID,
    "Delegates have gathered for talks",
    category="nhk",
    url="https://www3.nhk.or.jp/nhkworld/en/news/20220228_41/",
    date="2022-02-28",
    created="2022-02-28T20:04:00Z",
    updated="2025-12-09T17:44:00Z",
    words=373,
)
NOW = 1_646_000_000


def sections(
    entry: FullArticle | None = None,
    insights: ArticleInsights | None = None,
    similar: tuple[SimilarArticle, ...] = (),
    width: int = 22,
) -> dict[str, DetailSection]:
    entry = entry or FullArticle(Article("x", "Ferry"), Body("Text.", SUMMARY), ReadingStatus())
    found = build_detail_sections(entry, similar, insights or ArticleInsights(), width, NOW)
    return {each.name: each for each in found}


def text(line: PaneLine) -> str:
    return "".join(piece for piece, _ in line).rstrip()


def texts(item: DetailItem, *, full: bool = False) -> list[str]:
    return [text(line) for line in (full and item.full_lines) or item.lines]


def test_the_sections_are_in_the_order_of_their_use() -> None:
    assert list(sections()) == ["Statistics", "Summary", "Similar Readings", "Details"]


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (32, ["  373 words   2 min   read 1×"]),
        (26, ["  373 words   2 min", "  read 1×"]),
    ],
)
def test_statistics_are_one_line_where_it_fits(width: int, lines: list[str]) -> None:
    entry = FullArticle(PAGE, Body(), ReadingStatus(read_count=1))
    items = sections(entry, width=width)["Statistics"].items
    assert [line for item in items for line in texts(item)] == lines


def test_summary_lines_lead_to_their_sentences_in_the_text() -> None:
    insights = ArticleInsights(summary_positions=((0, 40), (29, 7)))
    items = sections(insights=insights)["Summary"].items
    assert [(*texts(item), item.text_position) for item in items] == [
        ("  The ferry stopped on", 40),
        ("  Monday. Hotels", 7),
        ("  report that rooms", 7),
        ("  are empty.", 7),
    ]


def test_summary_lines_without_positions_lead_nowhere() -> None:
    assert {item.text_position for item in sections()["Summary"].items} == {None}


@pytest.mark.parametrize(
    ("width", "heading", "last"),
    [
        (40, "▾ Summary  truncated at the source", "  Short and"),
        (30, "▾ Summary", "  (truncated at the source)"),
    ],
)
def test_the_origin_of_a_summary_is_behind_the_heading_or_below(
    width: int, heading: str, last: str
) -> None:
    entry = FullArticle(PAGE, Body("Text.", "Short and", "import", False), ReadingStatus())
    items = sections(entry, width=width)["Summary"].visible_items(width, folded=False)
    assert (texts(items[0]), texts(items[-1])) == ([heading], [last])


TALKS = SimilarArticle(
    "y",
    "Ukraine, Russia meet for talks near the border",
    category="world",
    timestamp=NOW - 2 * 86_400,
    shared_terms=("talks", "border"),
    duplicates=("copy1", "copy2"),
)


@pytest.mark.parametrize(
    ("other", "width", "lines", "full"),
    [
        (  # all facts fit
            TALKS,
            40,
            ["1 Ukraine, Russia meet for talks near", "  the border     world · 2 copies · 2d ●"],
            [
                "1 Ukraine, Russia meet for talks near",
                "  the border",
                "  world · 2 copies · 2d ● · in common:",
                "  talks, border",
            ],
        ),
        (  # where there is room for most of the title, one line is enough
            replace(TALKS, title="Ukraine, Russia meet for talks near the border of Belarus"),
            60,
            ["1 Ukraine, Russia meet for talks n…  world · 2 copies · 2d ●"],
            [
                "1 Ukraine, Russia meet for talks near the border of Belarus",
                "  world · 2 copies · 2d ● · in common: talks, border",
            ],
        ),
        (  # a short title leaves room for them beside it
            SimilarArticle("y", "Short", "world", NOW - 7200, read=True),
            20,
            ["1 Short   world · 2h"],
            ["1 Short", "  world · 2h"],
        ),
        (  # without a date
            SimilarArticle("y", "Undated", "world"),
            20,
            ["1 Undated    world ●"],
            ["1 Undated", "  world ●"],
        ),
        (  # the category gives way, then the number of copies; the title before the age
            TALKS,
            30,
            ["1 Ukraine, Russia meet for", "  talks near the border   2d ●"],
            [
                "1 Ukraine, Russia meet for",
                "  talks near the border",
                "  world · 2 copies · 2d ● · in",
                "  common: talks, border",
            ],
        ),
        (  # the source stays longer than the category
            replace(TALKS, source_name="Gazette"),
            40,
            [
                "1 Ukraine, Russia meet for talks near",
                "  the border   Gazette · 2 copies · 2d ●",
            ],
            [
                "1 Ukraine, Russia meet for talks near",
                "  the border",
                "  Gazette · world · 2 copies · 2d ● · in",
                "  common: talks, border",
            ],
        ),
        (
            SimilarArticle("y", "Gespräche", "world", NOW - 7200, read=True, language="de"),
            40,
            ["1 Gespräche              world · de · 2h"],
            ["1 Gespräche", "  world · in German · 2h"],
        ),
        (
            SimilarArticle(None, "Ukraine, Russia to hold talks", shared_terms=("talks",)),
            30,
            ["1 Ukraine, Russia to hold", "  talks         not in library"],
            [
                "1 Ukraine, Russia to hold",
                "  talks",
                "  not in library · in common:",
                "  talks",
            ],
        ),
    ],
)
def test_a_similar_article_takes_two_lines_at_most_and_says_all_under_the_cursor(
    other: SimilarArticle, width: int, lines: list[str], full: list[str]
) -> None:
    (item,) = sections(similar=(other,), width=width)["Similar Readings"].items
    assert (texts(item), item.similar_number) == (lines, 1)
    assert texts(item, full=True) == full


@pytest.mark.parametrize(
    ("similar", "note", "lines"), [(None, "", ["  searching …"]), ((), "", ["  none"])]
)
def test_no_similar_articles(
    similar: tuple[SimilarArticle, ...] | None, note: str, lines: list[str]
) -> None:
    entry = FullArticle(PAGE, Body(), ReadingStatus())
    section = build_detail_sections(entry, similar, ArticleInsights(), 30, NOW)[2]
    assert (section.note, [texts(item) for item in section.items]) == (note, [lines])


DETAILS = {
    32: [
        "  category  nhk   id 621cac23…",
        "  date      2022-02-28",
        "  source    www3.nhk.or.jp",
        "  created   2022-02-28 20:04",
        "  updated   2025-12-09 17:44",
        "  last read 2022-02-28 20:04",
        "  keywords  ukraine, talks",
    ],
    78: [
        "  category  nhk                          id        621cac23…",
        "  date      2022-02-28                   source    www3.nhk.or.jp",
        "  created   2022-02-28 20:04             updated   2025-12-09 17:44",
        "  last read 2022-02-28 20:04             keywords  ukraine, talks",
    ],
}


@pytest.mark.parametrize("width", DETAILS)
def test_details_are_in_two_columns_where_they_fit(width: int) -> None:
    reading = ReadingStatus(read=True, read_count=1, last_read="2022-02-28T20:04:00Z")
    insights = ArticleInsights(keywords=("ukraine", "talks"))
    items = sections(FullArticle(PAGE, Body(), reading), insights, width=width)["Details"].items
    assert [line for item in items for line in texts(item)] == DETAILS[width]


def test_what_the_details_shorten_is_whole_under_the_cursor() -> None:
    items = sections(FullArticle(PAGE, Body(), ReadingStatus()), width=32)["Details"].items
    assert texts(items[0], full=True) == [
        "  category  nhk",
        "  id        621cac23-53d8-45a9-",
        "            84fe-44f835ed5dbd",
    ]
    assert texts(items[2], full=True)[0] == "  source    https://"
    assert texts(items[1], full=True) == texts(items[1]) == ["  date      2022-02-28"]


@pytest.mark.parametrize(
    ("name", "url", "short", "whole"),
    [
        ("Gazette", "https://a.example/1", "Gazette", "Gazette · https://a.example/1"),
        ("a.example", "https://www.a.example/1", "a.example", "https://www.a.example/1"),
        ("", "https://a.example/1", "a.example", "https://a.example/1"),
        ("Gazette", "", "Gazette", "Gazette"),
        ("", "", "-", "-"),
    ],
)
def test_the_source_in_the_details(name: str, url: str, short: str, whole: str) -> None:
    entry = FullArticle(Article("x", "Ferry", url=url), Body(), ReadingStatus(), source_name=name)
    items = sections(entry, width=60)["Details"].items
    lines = [line for item in items for line in texts(item)]
    assert sum("source" in line for line in lines) == 1
    assert any(line.endswith(f"source    {short}") for line in lines)
    whole_lines = [line for item in items for line in texts(item, full=True)]
    assert f"  source    {whole}" in whole_lines or short == whole


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Statistics", "▸ Statistics  373 words · 2 min"),
        ("Summary", "▸ Summary  The ferry stopped on"),
        ("Similar Readings", "▸ Similar Readings  1"),
        ("Details", "▸ Details  nhk · 2022-02-28"),
    ],
)
def test_a_folded_section_is_its_heading_and_what_it_has(name: str, folded: str) -> None:
    entry = FullArticle(PAGE, Body("Text.", "The ferry stopped on"), ReadingStatus())
    section = sections(entry, similar=(TALKS,), width=40)[name]
    (heading,) = section.visible_items(40, folded=True)
    assert texts(heading) == [folded]
    assert heading.folded_section == name
    assert [item.folded_section for item in section.visible_items(40, folded=False)][:2] == [
        name,
        "",
    ]


def test_annotations_lead_to_their_places_in_the_text() -> None:
    extra = {
        "annotations": [
            {
                "quote": "Rooms are empty.",
                "note": "Why?",
                "time": "2022-03-04T05:06:07Z",
                "position": 7,
            },
            {"note": "All of it."},
            {"quote": 7},
            "nonsense",
        ]
    }
    entry = FullArticle(Article("x", "Ferry", extra=extra), Body("Text."), ReadingStatus())
    section = sections(entry, width=40)["Annotations"]
    assert section.note == "2"
    assert [(*texts(item), item.text_position) for item in section.items] == [
        ("  “Rooms are empty.”", 7),
        ("    Why?", None),
        ("    2022-03-04 05:06", None),
        ("  All of it.", None),
    ]
    assert "Annotations" not in sections()


def test_a_right_to_left_summary_stands_at_the_right() -> None:
    entry = FullArticle(
        Article("x", "Ferry"), Body("Text.", "ملخص من سطرين اثنين"), ReadingStatus()
    )
    items = sections(entry, width=20)["Summary"].items
    assert [texts(item) for item in items] == [["       ملخص من سطرين"], ["               اثنين"]]
