"""The story screen as lines: a rail with months and days, and what an article adds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from store.library.story import StoryArticle
from store.model.article import ArticleRow, reading_minutes
from tui.rendering.cells import (
    StyledText,
    cell_width,
    fit_cells,
    truncate_cells,
    wrap_text,
)
from tui.rendering.list_rows import (
    CURSOR_SIGN,
    FACTS_GAP,
    STAR_SIGN,
    STORY_ORIGIN_SIGN,
    UNREAD_SIGN,
    ShownFacts,
    choose_origin,
    compare_facts,
    fit_origin,
)
from tui.rendering.wording import (
    NO_DATE,
    format_count,
    format_day,
    format_row_date,
    join_nonempty,
)

MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
HEADING = "STORY"
ASIDES_HEADING = "ALSO ABOUT THIS"
RAIL, RAIL_ROW, RAIL_END = "│", "├", "╰"
INDENT_CELLS = 9
"""Cells before a title: the cursor, the rail, the day, two signs and blanks."""
MIN_ONE_LINE_WIDTH = 70
"""The width from which a title takes one line."""
MIN_TITLE_CELLS = 8
GAP = "  "
"""Stands between two facts."""

StoryLine = Sequence[StyledText]


class Rail(NamedTuple):
    """Items in a column."""

    lines: Sequence[StoryLine] = ()
    first_lines: Sequence[int] = ()
    """The first line of each item."""


def build_story_head(
    title: str, rows: Sequence[ArticleRow], width: int, *, complete: bool
) -> StoryLine:
    """Return the line over a story: `STORY  Dam talks    6 articles · 4 unread · Sept. 2 – Nov. 21`.

    Args:
        title: That of the article the story was asked for.
        rows: The articles and their copies.
        width: Cells of the line.
        complete: Whether all of the story was found.
    """
    unread = sum(not row.read for row in rows)
    parts = [
        format_count(len(rows), "article") if rows else "",
        (f"{unread:,} unread" if unread else "all read") if rows else "",
        _describe_span(sorted(day for row in rows if (day := _row_day(row)))),
        "" if complete else "searching…",
    ]
    most = max(0, width - len(HEADING) - 2)
    if cell_width(join_nonempty(parts)) > most:
        parts[2] = ""
    facts = truncate_cells(join_nonempty(parts), most)
    room = max(0, width - len(HEADING) - FACTS_GAP - cell_width(facts))
    shown = fit_cells(f"  {title}", room) if room >= MIN_TITLE_CELLS else " " * room
    return [(HEADING, "section"), (shown, "text"), (" " * FACTS_GAP + facts, "muted")]


def _describe_span(days: Sequence[date]) -> str:
    """Return the first and the last day: `Sept. 2 – Nov. 21`; with the years if they differ."""
    if not days:
        return ""
    first, last = days[0], days[-1]
    if first.year != last.year:
        return f"{format_day(first)}, {first.year} – {format_day(last)}, {last.year}"
    return format_day(first) if first == last else f"{format_day(first)} – {format_day(last)}"


def build_story(
    chapters: Sequence[StoryArticle],
    origin: str,
    selected: str,
    this_year: int,
    width: int,
    *,
    complete: bool,
) -> Rail:
    """Return a story on a rail, a heading for each month, and what else is about the same below it.

    Args:
        chapters: The articles, the oldest first, and then the others, with their present rows.
        origin: The article the story was asked for.
        selected: The article under the cursor.
        this_year: The year that headings do not name.
        width: Cells of a line.
        complete: Whether all of the story was found.
    """
    lines: list[StoryLine] = []
    first_lines = []
    heading = ""
    last = sum(not chapter.is_aside for chapter in chapters) - 1
    shown = compare_facts([chapter.row for chapter in chapters])
    for index, chapter in enumerate(chapters):
        part = ASIDES_HEADING if chapter.is_aside else _name_month(chapter.row, this_year)
        if part != heading:
            heading = part
            lines += [[]] if chapter.is_aside else []
            lines.append([(f" {part}", "section")])
        first_lines.append(len(lines))
        marks = _ChapterMarks(
            chapter.row.id == selected, chapter.row.id == origin, index == last, chapter.is_aside
        )
        lines += _build_chapter(chapter, marks, shown, width)
    if complete and len(chapters) == 1:
        lines += [[], [(" Nothing else in the library is about this", "muted")]]
    return Rail(lines, first_lines)


@dataclass(frozen=True, slots=True)
class _ChapterMarks:
    selected: bool
    origin: bool
    last: bool
    aside: bool

    @property
    def rail(self) -> str:
        if self.aside:
            return " "
        if self.origin:
            return STORY_ORIGIN_SIGN
        return RAIL_END if self.last else RAIL_ROW


def _row_day(row: ArticleRow) -> date | None:
    text = format_row_date(row.timestamp)
    return date.fromisoformat(text) if text else None


def _name_month(row: ArticleRow, this_year: int) -> str:
    if (day := _row_day(row)) is None:
        return NO_DATE.upper()
    year = "" if day.year == this_year else f" {day.year}"
    return f"{MONTH_NAMES[day.month - 1].upper()}{year}"


def _build_chapter(
    chapter: StoryArticle, marks: _ChapterMarks, shown: ShownFacts, width: int
) -> list[StoryLine]:
    row = chapter.row
    role = "selection" if marks.selected else "text" if row.read else "unread"
    day = _row_day(row)
    signs = f"{' ' if row.read else UNREAD_SIGN}{STAR_SIGN if row.starred else ' '}"
    cursor = CURSOR_SIGN if marks.selected else " "
    below = (" " if marks.last or marks.aside else RAIL).ljust(INDENT_CELLS - 1)
    lines: list[StoryLine] = []
    for number, (title, title_facts) in enumerate(_break_title(chapter, shown, width)):
        if number:
            lead: list[StyledText] = [(f" {below}", "muted")]
        else:
            lead = [
                (cursor, "accent"),
                (
                    f"{marks.rail}{day.day if day and not marks.aside else '':>2} ",
                    "accent" if marks.origin else "muted",
                ),
                (f"{signs}  ", role if not marks.selected else "text"),
            ]
        lines.append([*lead, (title, role), (title_facts, "muted")])
    if chapter.new_words:
        words = truncate_cells("+ " + ", ".join(chapter.new_words), max(0, width - INDENT_CELLS))
        lines.append([(f" {below}", "muted"), (words, "accent")])
    return lines


def _break_title(chapter: StoryArticle, shown: ShownFacts, width: int) -> list[StyledText]:
    """Return the lines of a title, each with the facts behind it: those of the last, padded."""
    row = chapter.row
    room = max(1, width - INDENT_CELLS)
    day = _row_day(row) if chapter.is_aside else None
    copies = f"×{len(chapter.copies) + 1}" if chapter.copies else ""
    least = [copies, format_day(day) if day else "", f"{reading_minutes(row.words)} min"]
    if width >= MIN_ONE_LINE_WIDTH:
        origin = choose_origin(row, shown, row.title, room, least)
        facts = GAP + join_nonempty((*origin, *least), GAP)
        return [(fit_cells(row.title, max(1, room - cell_width(facts))), facts)]
    first, *others = wrap_text(row.title, room)
    rest = " ".join(others)
    is_one_line = not rest and cell_width(f"{first}{GAP}{join_nonempty(least, GAP)}") <= room
    last = first if is_one_line else rest
    facts_room = room - cell_width(last) - FACTS_GAP
    facts = GAP + fit_origin(row, shown, facts_room, least, GAP)
    if (title_room := room - cell_width(facts)) < 1:
        return [(fit_cells(row.title, room), "")]
    above = [] if is_one_line else [(first, "")]
    return [*above, (fit_cells(last, title_room), facts)]


def build_news(chapter: StoryArticle | None, *, is_first: bool, width: int) -> list[StoryLine]:
    """Return what an article adds to the ones before it, sentence by sentence."""
    lines: list[StoryLine] = []
    if chapter is None:
        return lines
    if chapter.is_aside:
        return [[("Not in the story", "muted")]]
    if is_first:
        return [[("The first article of the story", "muted")]]
    if not chapter.new_sentences:
        nothing = "Nothing that the earlier articles lack"
        return [[(line, "muted")] for line in wrap_text(nothing, width)]
    for sentence in chapter.new_sentences:
        for number, line in enumerate(wrap_text(sentence, max(1, width - 2))):
            lines.append([(" " * 2 if number else "+ ", "accent"), (line, "text")])
        lines.append([])
    return lines
