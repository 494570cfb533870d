"""The head of an article: its title, one line of facts, and a rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from store.model.article import Body, FullArticle, reading_minutes
from store.text.markdown import strip_inline_markdown
from store.text.names import name_key
from tui.rendering.cells import StyledText, cell_width, pad_left, truncate_cells, wrap_text
from tui.rendering.list_rows import STAR_SIGN
from tui.rendering.markdown import is_rtl
from tui.rendering.trail import ShownPage
from tui.rendering.wording import (
    MISSING_TEXT,
    PAGE_TEXT_LABEL,
    UPDATED_LABEL,
    format_recent_date,
    join_nonempty,
)

RULE = "─"
MIN_NAME_CELLS = 6
"""Cells of a source, of authors or of tags, which are left out if there is less room for them."""
MARKUP_FACTOR, MAX_URL_LENGTH = 2, 500
"""The part of a text that is compared with its summary: so much longer for its markup, and for a URL."""
_SOURCE_PART, _AUTHORS_PART = 1, 3
SUMMARY_BAR, RTL_SUMMARY_BAR = "▌ ", " ▐"
"""Drawn before the lines of a summary; the second at the right of right-to-left text."""


def build_article_head(
    entry: FullArticle, width: int, now: int, *, note: str = "", page: ShownPage | None = None
) -> list[StyledText]:
    """Return the lines above the text of an article.

    Args:
        entry: The article.
        width: Cells of a line.
        now: Seconds since 1970.
        note: Shown before the facts.
        page: The article's page, if the text below is that of it.
    """
    title = wrap_text(entry.article.title, width)
    if is_rtl(entry.article.title):
        title = [pad_left(line, width) for line in title]
    lines: list[StyledText] = [(line, "title") for line in title]
    if page is not None:
        article = replace(entry.article, words=page.words)
        note, entry = PAGE_TEXT_LABEL, replace(entry, article=article)
    if facts := describe_article(entry, now, note=note, width=width):
        lines.append((facts, "muted"))
    lines.append((RULE * width, "muted"))
    if entry.body.is_missing and page is None:
        lines += [(line, "text") for line in wrap_text(MISSING_TEXT, width)]
    return lines


def describe_article(
    entry: FullArticle,
    now: int,
    zone: tzinfo | None = None,
    *,
    note: str = "",
    width: int | None = None,
) -> str:
    """Return source, date, authors, length, star and tags: `Gazette · today 21:39 · 1 min · #tea`.

    An article without a source has its category there.

    Args:
        entry: The article.
        now: Seconds since 1970.
        zone: The reader's time zone; the system's if it is None.
        note: Shown before the facts.
        width: Cells of the line; None for as many as it takes. The tags give way first, then the
            authors and the source.
    """
    article = entry.article
    source = name_key(entry.source_name)
    authors = ", ".join(author for author in article.authors if name_key(author) != source)
    date = format_recent_date(article.date, datetime.fromtimestamp(now, UTC), zone)
    marks = join_nonempty(
        (
            f"{reading_minutes(article.words)} min",
            UPDATED_LABEL if entry.updated else "",
            STAR_SIGN if entry.reading.starred else "",
        )
    )
    parts = [note, entry.source_name or article.category, date, authors, marks]
    whole = join_nonempty((*parts, *(f"#{tag}" for tag in article.tags)))
    if width is None or cell_width(whole) <= width:
        return whole
    line = join_nonempty(parts)
    if cell_width(line) <= width:
        has_room = cell_width(line) + MIN_NAME_CELLS <= width
        return truncate_cells(whole, width) if has_room else line
    for at in (_AUTHORS_PART, _SOURCE_PART):
        excess = max(0, cell_width(join_nonempty(parts)) - width)
        room = cell_width(parts[at]) - excess
        parts[at] = truncate_cells(parts[at], room) if room >= MIN_NAME_CELLS else ""
    return truncate_cells(join_nonempty(parts), width)


def build_summary(body: Body, width: int) -> list[StyledText]:
    """Return the summary beside a bar, and an empty line; nothing if the text begins with it."""
    if _begins_with(body.text, body.summary):
        return []
    room = max(1, width - len(SUMMARY_BAR))
    lines = wrap_text(body.summary, room)
    if is_rtl(body.summary):
        shown = [pad_left(line, room) + RTL_SUMMARY_BAR for line in lines]
    else:
        shown = [SUMMARY_BAR + line for line in lines]
    return [*((line, "quote") for line in shown), ("", "text")]


def _begins_with(text: str, summary: str) -> bool:
    """Return whether a text says the same as a summary in its first words, in whatever paragraphs."""
    words = summary.split()
    start = text[: len(summary) * MARKUP_FACTOR + MAX_URL_LENGTH]
    return strip_inline_markdown(start).split()[: len(words)] == words
