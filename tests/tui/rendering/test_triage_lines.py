"""The lines of the triage screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from store.model.article import (
    Article,
    ArticleRow,
    Body,
    FullArticle,
    ReadingStatus,
    SimilarArticle,
)
from tui.rendering.cells import StyledText, cell_width
from tui.rendering.triage_lines import (
    TriageProgress,
    build_queue,
    build_similar,
    build_triage_head,
    describe_decisions,
)

NOW = 1_795_000_000


def text_of(line: Sequence[StyledText]) -> str:
    return "".join(text for text, _ in line).rstrip()


def texts(lines: Sequence[Sequence[StyledText]]) -> list[str]:
    return [text_of(line) for line in lines]


def row(number: int, title: str = "") -> ArticleRow:
    title = title or f"Title {number}"
    return ArticleRow(f"{number}", title, "", 0, 0, 0, read=False, starred=False, read_count=0)


@pytest.mark.parametrize(
    ("progress", "width", "line"),
    [
        (
            TriageProgress(3, 41, "55 min"),
            78,
            "TRIAGE  unread · Gazette           █▌··················  4 of 41 · 55 min left",
        ),
        (
            TriageProgress(3, 41, "55 min", "later"),
            60,
            "TRIAGE   █▌··················  later · 4 of 41 · 55 min left",
        ),
        (
            TriageProgress(3, 41, "55 min", copy_count=2),
            60,
            "TRIAGE      █▌··················  ×3 · 4 of 41 · 55 min left",
        ),
        (TriageProgress(0, 1, "1 min"), 38, "TRIAGE  ·········  1 of 1 · 1 min left"),
        (
            TriageProgress(41, 41, "0 min"),
            78,
            "TRIAGE  unread · Gazette           ████████████████████  41 of 41 · 0 min left",
        ),
        (
            TriageProgress(0, 0, "0 min"),
            78,
            "TRIAGE  unread · Gazette                                   0 of 0 · 0 min left",
        ),
    ],
)
def test_the_head_says_how_far_the_triage_has_come(
    progress: TriageProgress, width: int, line: str
) -> None:
    head = build_triage_head(progress, "unread · Gazette", width)
    assert text_of(head) == line


@pytest.mark.parametrize("width", range(8, 120, 5))
def test_the_head_fits(width: int) -> None:
    progress = TriageProgress(3, 1041, "155 h 55 min", "read")
    head = build_triage_head(progress, "unread · A feed with a long name", width)
    assert sum(cell_width(text) for text, _ in head) <= width


def queue(*shown: Any) -> list[Sequence[StyledText]]:
    """Return the lines of a queue without their rows."""
    return [line for _, line in build_queue(*shown)]


def test_the_queue_shows_what_was_decided_and_what_comes_next() -> None:
    rows = [row(number) for number in range(1, 31)]
    decisions = {"1": "read", "3": "read", "4": "starred", "5": "later", "6": "deleted"}
    assert texts(queue(rows, 7, decisions, 30)) == [
        " ✓ read Title 3",
        " ★      Title 4",
        " later  Title 5",
        " ✗      Title 6",
        "        Title 7",
        ">       Title 8",
        *(f"        Title {number}" for number in range(9, 21)),
    ]
    assert queue(rows, 7, decisions, 30)[5][0][1] == "selection"
    for index, first in {0: 1, 4: 1, 5: 3, 9: 3, 10: 8}.items():
        lines = texts(queue(rows, index, {}, 30))
        assert lines[0].endswith(f"Title {first}"), "it scrolls by five rows"
        assert len(lines) >= index + 1 - first + 10
    assert texts(queue(rows, 29, {}, 30))[-1] == ">       Title 30"
    at_end = texts(queue(rows, 30, {}, 30))
    assert [line[0] for line in at_end] == [" "] * 3, "at the end there is no current row"


def test_each_line_of_the_queue_knows_its_row() -> None:
    rows = [row(1, "Oscar host Rock to keep it clean this year"), row(2), row(3)]
    assert [at for at, _ in build_queue(rows, 1, {}, 24)] == [0, 0, 1, 2]


def test_a_title_of_the_queue_takes_two_lines_at_most() -> None:
    lines = texts(queue([row(1, "Oscar host Rock to keep it clean this year")], 0, {}, 24))
    assert lines == [">       Oscar host Rock", "        to keep it clea…"]


def test_a_story_of_the_queue_has_the_number_of_its_copies() -> None:
    assert texts(queue([row(1)._replace(copy_count=2)], 0, {}, 30)) == [">       Title 1 ×3"]


def test_similar_readings_say_how_many_were_read() -> None:
    entry = FullArticle(Article("0", "The one"), Body(), ReadingStatus())
    similar = [
        SimilarArticle("1", "One that was read", "world", NOW - 86_400, read=True),
        SimilarArticle("2", "One that was not", "", NOW - 7200, language="fr"),
        SimilarArticle("3", "One of a long category", "Engineering blogs and more", NOW - 7200),
        SimilarArticle("4", "One of a feed", "world", NOW - 7200, source_name="Gazette"),
        SimilarArticle(None, "One that is only named", origin="import"),
    ]
    assert texts(build_similar(entry, similar, NOW, 30)) == [
        "You have read 1 of these",
        "",
        "  One that was read",
        "  world · 1d · read",
        "",
        "● One that was not",
        "  in French · 2h · unread",
        "",
        "● One of a long category",
        "  2h · unread",
        "",
        "● One of a feed",
        "  Gazette · 2h · unread",
        "",
        "  One that is only named",
        "  not in the library",
        "",
    ]
    assert texts(build_similar(entry, similar[1:], NOW, 30))[0] == "You have read none of these"
    assert texts(build_similar(entry, (), NOW, 30)) == ["None in the library"]
    assert texts(build_similar(entry, None, NOW, 30)) == ["…"]


@pytest.mark.parametrize(
    ("decisions", "total", "text"),
    [
        ([], 0, ""),
        ([], 3, "3 skipped"),
        (["read"], 1, "1 read"),
        (["later", "read", "read", "deleted"], 9, "2 read · 1 later · 1 deleted · 5 skipped"),
    ],
)
def test_what_came_of_a_triage(decisions: list[str], total: int, text: str) -> None:
    made = {str(number): decision for number, decision in enumerate(decisions)}
    assert describe_decisions(made, total) == text
