"""The front page as lines of the screen: its head, its stories in sections, and one story in full."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from store.library.front_page import FrontPage, FrontPageStory, Preparation
from store.model.article import ArticleRow
from tui.rendering.cells import (
    StyledText,
    cell_width,
    fit_cells,
    fit_facts,
    truncate_cells,
    wrap_text,
)
from tui.rendering.front_page_text import (
    FRONT_PAGE_TITLE,
    NOT_GROUPED,
    SECTION_HEADINGS,
    describe_extent,
    describe_left_out,
    describe_length,
    describe_minutes,
    describe_nothing,
    describe_reasons,
    describe_since,
    describe_sources,
)
from tui.rendering.list_rows import (
    CURSOR_SIGN,
    STAR_SIGN,
    UNREAD_SIGN,
    compare_facts,
    fit_origin,
)
from tui.rendering.story_lines import Rail
from tui.rendering.wording import format_age

INDENT_CELLS = 4
"""Cells before a title: the cursor, two signs and a blank."""
MAX_TITLE_LINES, MAX_SENTENCE_LINES = 2, 3
GAP = 2

FrontPageLine = Sequence[StyledText]


@dataclass(frozen=True, slots=True)
class FrontPageLook:
    """The state of a front page on the screen."""

    selected: str = ""
    """The lead of the story under the cursor."""
    rows: Mapping[str, ArticleRow] = field(default_factory=dict)
    """The present rows of articles that have changed, by id."""
    removed: Set[str] = frozenset()
    """Articles that were deleted since."""
    shows_reasons: bool = False

    def present(self, rows: Iterable[ArticleRow]) -> list[ArticleRow]:
        """Return the rows of articles that are there, as they are now."""
        return [self.rows.get(row.id, row) for row in rows if row.id not in self.removed]


def build_front_page_head(
    page: FrontPage | None, preparation: Preparation | None, now: int, width: int
) -> FrontPageLine:
    """Return the line over a front page: `FRONT PAGE  since today 08:20    9 stories · 18 of 20 min`.

    Args:
        page: None while it is not composed.
        preparation: How far its articles are prepared; None if they are.
        now: Seconds since 1970.
        width: Cells of the line.
    """
    heading = FRONT_PAGE_TITLE.upper()
    room = max(0, width - len(heading) - GAP)
    if page is None:
        progress = "composing…"
        if preparation is not None:
            progress = f"reading {preparation.done:,} of {preparation.total:,} articles…"
        return [(heading, "section"), (fit_cells(f"  {progress}", room + GAP), "muted")]
    since, gap = describe_since(page, now), " " * GAP
    candidates = (describe_extent(page), describe_minutes(page))
    fitting = (each for each in candidates if cell_width(f"{since}{gap}{each}") <= room)
    facts = next(fitting, "")
    shown = fit_cells(f"{gap}{since}", room + GAP - cell_width(facts))
    return [(heading, "section"), (shown, "text"), (facts, "muted")]


def build_front_page(page: FrontPage, look: FrontPageLook, now: int, width: int) -> Rail:
    """Return a front page, a heading for each section.

    Args:
        page: The page.
        look: How it is shown.
        now: Seconds since 1970.
        width: Cells of a line.
    """
    if not page.stories:
        return Rail([[], [(f" {describe_nothing(page, now)}", "muted")]], ())
    lines: list[FrontPageLine] = []
    first_lines = []
    for section in page.sections:
        lines.append([(f" {SECTION_HEADINGS[section.kind].upper()}", "section")])
        for story in section.stories:
            if story.lead.id in look.removed:
                continue
            first_lines.append(len(lines))
            lines += _build_story(story, look, width)
        lines.append([])
    if left_out := describe_left_out(page):
        lines.append([(f" {left_out}", "muted")])
    if not page.is_grouped:
        lines += [[(f" {line}", "muted")] for line in wrap_text(NOT_GROUPED, max(1, width - 1))]
    return Rail(lines, first_lines)


def _build_story(story: FrontPageStory, look: FrontPageLook, width: int) -> list[FrontPageLine]:
    is_selected = story.lead.id == look.selected
    rows = look.present(story.unread)
    is_read = all(row.read for row in rows)
    is_starred = any(row.starred for row in rows)
    role = "selection" if is_selected else "text" if is_read else "unread"
    signs = f"{' ' if is_read else UNREAD_SIGN}{STAR_SIGN if is_starred else ' '} "
    room = max(1, width - INDENT_CELLS)
    lines: list[FrontPageLine] = []
    for number, title in enumerate(_cut(wrap_text(story.lead.title, room), MAX_TITLE_LINES, room)):
        if number:
            lines.append([(" " * INDENT_CELLS, "text"), (title, role)])
        else:
            cursor = CURSOR_SIGN if is_selected else " "
            lines.append(
                [(cursor, "accent"), (signs, "text" if is_selected else role), (title, role)]
            )
    below = [(fit_facts(describe_sources(story), describe_length(story), room), "muted")]
    if not is_read:
        sentence = wrap_text(story.sentence, room) if story.sentence else []
        below += [(line, "text") for line in _cut(sentence, MAX_SENTENCE_LINES, room)]
    if look.shows_reasons and (why := describe_reasons(story.reasons)):
        below += [(line, "accent") for line in wrap_text(why, room)]
    return lines + [[(" " * INDENT_CELLS, "text"), line] for line in below]


def _cut(lines: Sequence[str], most: int, width: int) -> Sequence[str]:
    """Return at most so many lines; the last one ends with an ellipsis if there are more."""
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], truncate_cells(" ".join(lines[most - 1 :]), width)]


def build_story_articles(
    story: FrontPageStory | None, look: FrontPageLook, now: int, width: int
) -> list[FrontPageLine]:
    """Return why a story is where it is, and its articles, the newest first.

    Args:
        story: None if there is none.
        look: How the front page is shown.
        now: Seconds since 1970.
        width: Cells of a line.
    """
    lines: list[FrontPageLine] = []
    if story is None:
        return lines
    if why := describe_reasons(story.reasons):
        lines += [[(line, "accent")] for line in wrap_text(why, width)]
        lines.append([])
    rows = look.present((*story.unread, *story.read))
    shown = compare_facts(rows)
    for row in rows:
        role = "text" if row.read else "unread"
        for number, title in enumerate(wrap_text(row.title, max(1, width - GAP))):
            sign = " " if number or row.read else UNREAD_SIGN
            lines.append([(f"{sign} ", role), (title, role)])
        age = format_age(row.timestamp, now)
        facts = fit_origin(row, shown, width - GAP, (age, "read" if row.read else ""))
        if facts := truncate_cells(facts, max(0, width - GAP)):
            lines.append([("  ", "muted"), (facts, "muted")])
        lines.append([])
    return lines
