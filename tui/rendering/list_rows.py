"""The rows of the article list: signs, title and facts, in one line or in two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from store.model.article import ArticleRow, Snippet, reading_minutes
from tui.rendering.cells import StyledText, break_paragraph, cell_width, fit_cells, pad_left
from tui.rendering.list_layout import HighlightRanges, render_highlights, trim_snippet
from tui.rendering.wording import format_age, join_nonempty

CURSOR_SIGN, UNREAD_SIGN, STAR_SIGN, UPDATED_SIGN = ">", "●", "★", "↻"
STORY_ORIGIN_SIGN = "◆"
"""In a story, marks the article it was opened from."""
SIGN_CELLS = 4
"""Cells before a title: the cursor, two signs and a blank."""
SHORT_CATEGORY_CELLS, CATEGORY_CELLS, LONG_CATEGORY_CELLS = 6, 8, 10
AGE_CELLS, MINUTES_CELLS = 4, 4
MIN_FACTS_WIDTH = 48
"""From this width on all facts fit next to a title."""
MIN_LONG_CATEGORY_WIDTH = 72
"""From this width on more of the category is shown."""
FACTS_GAP = 2
"""Cells between a title and the facts behind it."""


@dataclass(frozen=True, slots=True)
class RowLook:
    """The properties that all rows of a list share."""

    now: int
    """Seconds since 1970, for the ages."""
    has_category: bool = True
    """False if all rows have the same."""
    is_searched: bool = False
    """True if the rows are the results of a search."""
    find_highlights: Callable[[str], HighlightRanges] = lambda _: ()
    """Returns the ranges to highlight in a title."""


def build_one_line_row(
    row: ArticleRow, width: int, look: RowLook, *, selected: bool
) -> Sequence[StyledText]:
    """Return a row in one line, with its facts in columns at the end."""
    facts = _fact_columns(row, width, look)
    room = max(1, width - cell_width(facts) - SIGN_CELLS)
    return _build_title_line(row, row.title, facts, room, look, selected=selected)


def build_two_line_row(
    row: ArticleRow, width: int, look: RowLook, *, selected: bool
) -> tuple[Sequence[StyledText], Sequence[StyledText]]:
    """Return a row in two lines: as much of its title as fits, and its facts behind it.

    The category gives way to the title; the age and the minutes never do.
    """
    room = max(1, width - SIGN_CELLS)
    ranges = break_paragraph(row.title, room)
    begin = row.title[slice(*ranges[0])]
    rest = row.title[ranges[1][0] :] if len(ranges) > 1 else ""
    gap = FACTS_GAP if rest else 0
    facts = _choose_facts(row, room - cell_width(rest) - gap, look)
    facts = fit_cells(facts, min(cell_width(facts), width))
    left = width - cell_width(facts)
    second = fit_cells(" " * SIGN_CELLS + fit_cells(rest, max(0, left - SIGN_CELLS - gap)), left)
    first = _build_title_line(row, begin, "", room, look, selected=selected)
    # The same with and without the cursor: a move draws as little as in a list of one line.
    return first, [(second, _title_role(row)), (facts, "muted")]


def build_snippet_line(snippet: Snippet, width: int) -> Sequence[StyledText]:
    """Return the place where a search found an article, as the second line of its row."""
    room = width - SIGN_CELLS
    line = trim_snippet(snippet, room)
    highlights = render_highlights(line.text, line.highlights, "muted", room)
    return [(" " * SIGN_CELLS, "muted"), *highlights]


def _choose_facts(row: ArticleRow, room: int, look: RowLook) -> str:
    age, minutes = format_age(row.timestamp, look.now), f"{reading_minutes(row.words)}′"
    short = join_nonempty((age, minutes))
    if not look.has_category:
        return short
    full = join_nonempty((row.category, age, minutes))
    return full if cell_width(full) <= room else short


def _fact_columns(row: ArticleRow, width: int, look: RowLook) -> str:
    age = pad_left(format_age(row.timestamp, look.now), AGE_CELLS)
    if width < MIN_FACTS_WIDTH and (look.is_searched or not look.has_category):
        return f" {age}"
    if width < MIN_FACTS_WIDTH:
        return f" {fit_cells(row.category, SHORT_CATEGORY_CELLS)} {age}"
    minutes = pad_left(f"{reading_minutes(row.words)}′", MINUTES_CELLS)
    if not look.has_category:
        return f" {age} {minutes}"
    cells = CATEGORY_CELLS if width < MIN_LONG_CATEGORY_WIDTH else LONG_CATEGORY_CELLS
    return f" {fit_cells(row.category, cells)} {age} {minutes}"


def _title_role(row: ArticleRow) -> str:
    return "text" if row.read else "unread"


def _build_title_line(
    row: ArticleRow, title: str, facts: str, room: int, look: RowLook, *, selected: bool
) -> Sequence[StyledText]:
    seen = UPDATED_SIGN if row.updated else " "
    head = f"{CURSOR_SIGN if selected else ' '}{seen if row.read else UNREAD_SIGN}"
    star = STAR_SIGN if row.starred else " "
    if selected:
        return [(f"{head}{star} {fit_cells(title, room)}{facts}", "selection")]
    role, highlights = _title_role(row), look.find_highlights(title)
    if not highlights and not row.starred:
        return [(f"{head}{star} {fit_cells(title, room)}", role), (facts, "muted")]
    return [
        (head, role),
        (f"{star} ", "star" if row.starred else role),
        *render_highlights(title, highlights, role, room),
        (facts, "muted"),
    ]
