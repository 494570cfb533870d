"""The sections of the side pane, and what enter does on their lines."""

from __future__ import annotations

from store.model.article import (
    Article,
    ArticleInsights,
    Body,
    FullArticle,
    ReadingStatus,
    SimilarArticle,
)
from tui.rendering.article_details import DetailLine, build_detail_sections

SUMMARY = "The ferry stopped on Monday. Hotels report that rooms are empty."


def lines(
    section: int,
    insights: ArticleInsights,
    similar: tuple[SimilarArticle, ...] = (),
    width: int = 20,
) -> list[DetailLine]:
    entry = FullArticle(Article("x", "Ferry"), Body("Text.", SUMMARY), ReadingStatus())
    return list(build_detail_sections(entry, similar, insights, width, 0)[section].lines)


def text(line: DetailLine) -> str:
    return "".join(piece for piece, _ in line.pieces)


def test_summary_lines_lead_to_their_sentences_in_the_text() -> None:
    insights = ArticleInsights(summary_positions=((0, 40), (29, 7)))
    assert [(text(line), line.text_position) for line in lines(0, insights)] == [
        ("The ferry stopped on", 40),
        ("Monday. Hotels", 7),
        ("report that rooms", 7),
        ("are empty.", 7),
    ]


def test_summary_lines_without_positions_lead_nowhere() -> None:
    assert {line.text_position for line in lines(0, ArticleInsights())} == {None}


def test_keywords_and_duplicates_are_shown() -> None:
    details = [text(line) for line in lines(3, ArticleInsights(keywords=("ferry", "crews")))]
    assert "Keywords: ferry," in details
    other = SimilarArticle("y", "Crews strike", category="coast", duplicate_count=2)
    assert any("2 copies" in text(line) for line in lines(1, ArticleInsights(), (other,), 40))


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
    sections = build_detail_sections(entry, (), ArticleInsights(), 40, 0)
    section = next(each for each in sections if each.name == "Annotations")
    assert section.heading_suffix == "(2 items)"
    assert [(text(line), line.text_position) for line in section.lines] == [
        ("“Rooms are empty.”", 7),
        ("  Why?", None),
        ("  2022/03/04 05:06", None),
        ("All of it.", None),
    ]
    assert "Annotations" not in [
        each.name
        for each in build_detail_sections(
            FullArticle(Article("x", "Ferry"), Body("Text."), ReadingStatus()),
            (),
            ArticleInsights(),
            40,
            0,
        )
    ]
