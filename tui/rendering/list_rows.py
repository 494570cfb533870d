"""The rows of the article list: signs, title and facts, in one line or in two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from store.model.article import LISTED_COPY, ArticleRow, Snippet, reading_minutes
from tui.rendering.cells import (
    StyledText,
    break_paragraph,
    cell_width,
    fit_cells,
    pad_left,
    truncate_cells,
)
from tui.rendering.list_layout import HighlightRanges, render_highlights, trim_snippet
from tui.rendering.wording import format_age, join_nonempty

CURSOR_SIGN, UNREAD_SIGN, STAR_SIGN, UPDATED_SIGN = ">", "●", "★", "↻"
CHOSEN_SIGN = "*"
"""Marks the rows of a selection, besides the one under the cursor."""
COPY_SIGN = "└"
"""Before the title of a copy that is listed below the first article of its story."""
STORY_ORIGIN_SIGN = "◆"
"""In a story, marks the article it was opened from."""
SIGN_CELLS = 4
"""Cells before a title: the cursor, two signs and a blank."""
SHORT_CATEGORY_CELLS, CATEGORY_CELLS, LONG_CATEGORY_CELLS = 6, 8, 10
SOURCE_CELLS = 14
"""The most that is shown of the name of a source."""
MIN_TITLE_CELLS = 44
"""Sources and categories have a column each where so much is left for a title; else they share one."""
AGE_CELLS, MINUTES_CELLS = 4, 4
MIN_FACTS_WIDTH = 48
"""From this width on all facts fit next to a title."""
MIN_LONG_CATEGORY_WIDTH = 72
"""From this width on more of the category is shown."""
FACTS_GAP = 2
"""Cells between a title and the facts behind it."""


class Sourced(Protocol):
    """The row of an article, a similar article, or an article: it has a source and a category."""

    @property
    def source_name(self) -> str:
        """The name of its feed or site; empty if unknown."""

    @property
    def category(self) -> str:
        """Its category; empty if it has none."""


class ShownFacts(NamedTuple):
    """The facts about where articles are from that the rows of a list show."""

    has_category: bool
    """False if all have the same, or what they have is the name of their source."""
    has_source: bool
    """True if they are from several sources."""


@dataclass(frozen=True, slots=True)
class RowLook:
    """The properties that all rows of a list share."""

    now: int
    """Seconds since 1970, for the ages."""
    has_category: bool = True
    has_source: bool = False
    """As in `ShownFacts`."""
    source_cells: int = SOURCE_CELLS
    """The width of the longest name of a source on the screen."""
    is_lit: bool = True
    """False if another pane has the keys: the cursor is a sign then."""
    is_searched: bool = False
    """True if the rows are the results of a search."""
    find_highlights: Callable[[str], HighlightRanges] = lambda _: ()
    """Returns the ranges to highlight in a title."""


def compare_facts(rows: Sequence[Sourced]) -> ShownFacts:
    """Return which facts are shown, by those in which the rows differ."""
    if not rows:
        return ShownFacts(has_category=False, has_source=False)
    category, source = rows[0].category, rows[0].source_name
    return choose_facts(
        rows,
        categories_differ=any(row.category != category for row in rows),
        sources_differ=any(row.source_name != source for row in rows),
    )


def choose_facts(
    rows: Sequence[Sourced], *, categories_differ: bool, sources_differ: bool
) -> ShownFacts:
    """Return which facts are shown, by whether they differ in the whole list.

    The category is not if it only repeats the source, as these rows tell.
    """
    if categories_differ and sources_differ:
        categories_differ = any(row.category not in ("", row.source_name) for row in rows)
    return ShownFacts(categories_differ, sources_differ)


def list_origins(row: Sourced, shown: ShownFacts | RowLook) -> Sequence[Sequence[str]]:
    """Return what may be said of where a row is from, the most first: source and category, one, none.

    So the category gives way before the source, which is named once if they are the same.
    """
    source = truncate_cells(row.source_name, SOURCE_CELLS) if shown.has_source else ""
    category = _category(row, shown)
    return (source, category), (source,), (category,), ()


def choose_origin(
    row: Sourced, shown: ShownFacts | RowLook, title: str, room: int, facts: Sequence[str]
) -> Sequence[str]:
    """Return what is said of where a row is from in one line with its title, before its facts.

    Both source and category if the title is whole beside them, or much of it; else one of them.

    Args:
        row: The row.
        shown: What rows of its list show.
        title: Its title.
        room: Cells for title and facts.
        facts: The facts that are shown in any case.
    """
    both, source, category, _ = list_origins(row, shown)
    left = room - cell_width(join_nonempty((*both, *facts))) - FACTS_GAP
    if left >= min(MIN_TITLE_CELLS, cell_width(title)):
        return both
    return source if any(source) else category


def build_one_line_row(
    row: ArticleRow, width: int, look: RowLook, *, selected: bool, chosen: bool = False
) -> Sequence[StyledText]:
    """Return a row in one line, with its facts in columns at the end.

    Args:
        row: The row.
        width: Cells of a line.
        look: What all rows share.
        selected: Whether the cursor is on it.
        chosen: Whether it is one of several that the next command is about.
    """
    facts = f"{_copies(row)}{_fact_columns(row, width, look)}"
    room = max(1, width - cell_width(facts) - SIGN_CELLS)
    line = _build_title_line(row, _title(row), facts, room, look, selected=selected)
    return _show_chosen(line) if chosen and not selected else line


def build_two_line_row(
    row: ArticleRow, width: int, look: RowLook, *, selected: bool, chosen: bool = False
) -> tuple[Sequence[StyledText], Sequence[StyledText]]:
    """Return a row in two lines: as much of its title as fits, and its facts behind it.

    The category gives way to the title first, then the source; the age and the minutes never do.
    The arguments are those of `build_one_line_row`.
    """
    room = max(1, width - SIGN_CELLS)
    title = _title(row)
    ranges = break_paragraph(title, room)
    begin = title[slice(*ranges[0])]
    rest = title[ranges[1][0] :] if len(ranges) > 1 else ""
    gap = FACTS_GAP if rest else 0
    facts = _choose_facts(row, room - cell_width(rest) - gap, look)
    facts = fit_cells(facts, min(cell_width(facts), width))
    left = width - cell_width(facts)
    spans = [(start + SIGN_CELLS, end + SIGN_CELLS) for start, end in look.find_highlights(rest)]
    indented, role, gap = " " * SIGN_CELLS + rest, _title_role(row), min(gap, left)
    second = [*render_highlights(indented, spans, role, left - gap), (" " * gap, role)]
    first = _build_title_line(row, begin, "", room, look, selected=selected)
    if chosen and not selected:
        first = _show_chosen(first)
    # The same with and without the cursor: a move draws as little as in a list of one line.
    return first, [*second, (facts, "muted")]


def _show_chosen(line: Sequence[StyledText]) -> Sequence[StyledText]:
    """Return the first line of a row as that of one of several that are selected."""
    (head, _), *rest = line
    titled = [(text, role if role in ("muted", "star") else "match") for text, role in rest]
    return [(f"{CHOSEN_SIGN}{head[1:]}", "match"), *titled]


def build_snippet_line(snippet: Snippet, width: int) -> Sequence[StyledText]:
    """Return the place where a search found an article, as the second line of its row."""
    room = width - SIGN_CELLS
    line = trim_snippet(snippet, room)
    highlights = render_highlights(line.text, line.highlights, "muted", room)
    return [(" " * SIGN_CELLS, "muted"), *highlights]


def _choose_facts(row: ArticleRow, room: int, look: RowLook) -> str:
    age, minutes = format_age(row.timestamp, look.now), f"{reading_minutes(row.words)}′"
    kept = [*filter(None, (_copies(row).strip(),)), age, minutes]
    return fit_origin(row, look, room, kept)


def fit_origin(
    row: Sourced, shown: ShownFacts | RowLook, room: int, facts: Sequence[str], gap: str = " · "
) -> str:
    """Return facts, with as much in front of them of where a row is from as there is room for.

    Args:
        row: The row.
        shown: What rows of its list show.
        room: Cells for all of it.
        facts: The facts that are shown in any case.
        gap: Stands between two facts.
    """
    lines = (join_nonempty((*origin, *facts), gap) for origin in list_origins(row, shown))
    return next((line for line in lines if cell_width(line) <= room), join_nonempty(facts, gap))


def _title(row: ArticleRow) -> str:
    """Return the title, below that of its story if it is a copy."""
    return f"{COPY_SIGN} {row.title}" if row.copy_count == LISTED_COPY else row.title


def _copies(row: ArticleRow) -> str:
    """Return how many articles the row stands for; empty if it is one."""
    return f" ×{row.copy_count + 1}" if row.copy_count > 0 else ""


def _category(row: Sourced, shown: ShownFacts | RowLook) -> str:
    """Return the category, unless the source says the same."""
    is_shown = shown.has_category and not (shown.has_source and row.category == row.source_name)
    return row.category if is_shown else ""


def _fact_columns(row: ArticleRow, width: int, look: RowLook) -> str:
    age = pad_left(format_age(row.timestamp, look.now), AGE_CELLS)
    minutes = pad_left(f"{reading_minutes(row.words)}′", MINUTES_CELLS)
    first, second = _column_widths(width, look)
    source = row.source_name if look.has_source else ""
    category = _category(row, look)
    facts = (source, category) if second else (_choose_fact(source, category, first), "")
    columns = [
        *(fit_cells(fact, cells) for fact, cells in zip(facts, (first, second), strict=True)),
        age,
        minutes if width >= MIN_FACTS_WIDTH else "",
    ]
    return f" {join_nonempty(columns, ' ')}"


def _choose_fact(source: str, category: str, cells: int) -> str:
    """Return the source, or else the category; that, too, if it alone is whole in a narrow column."""
    is_cut = cells < LONG_CATEGORY_CELLS and cell_width(source) > cells
    return category if is_cut and 0 < cell_width(category) <= cells else source or category


def _column_widths(width: int, look: RowLook) -> tuple[int, int]:
    """Return the widths of the columns of sources and of categories.

    The second is 0 where they share the first.
    """
    if width < MIN_FACTS_WIDTH:
        category = 0 if look.is_searched else SHORT_CATEGORY_CELLS
    else:
        category = CATEGORY_CELLS if width < MIN_LONG_CATEGORY_WIDTH else LONG_CATEGORY_CELLS
    if not look.has_source:
        return (category if look.has_category else 0), 0
    source = min(SOURCE_CELLS, look.source_cells)
    if not look.has_category:  # its place is free
        return (source if category == LONG_CATEGORY_CELLS else min(source, category)), 0
    facts = sum(1 + cells for cells in (source, category, AGE_CELLS, MINUTES_CELLS))
    if source and width - SIGN_CELLS - facts >= MIN_TITLE_CELLS:
        return source, category
    return (max(source, category) if category == LONG_CATEGORY_CELLS else category), 0


def _title_role(row: ArticleRow) -> str:
    return "text" if row.read else "unread"


def _build_title_line(
    row: ArticleRow, title: str, facts: str, room: int, look: RowLook, *, selected: bool
) -> Sequence[StyledText]:
    seen = UPDATED_SIGN if row.updated else " "
    head = f"{CURSOR_SIGN if selected else ' '}{seen if row.read else UNREAD_SIGN}"
    star = STAR_SIGN if row.starred else " "
    if selected and look.is_lit:
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
