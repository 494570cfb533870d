"""An article, and a row of a list, in plain words: for screen readers, pagers and terminals that draw nothing.

What the reader shows by colour, place or a line of its own is said: headings, quotes, links and states
are words.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from store.model.article import ArticleRow, FullArticle, SimilarArticle, reading_minutes
from tui.rendering.cells import break_paragraph
from tui.rendering.markdown import LIST_BULLET, QUOTE_BAR, Block, BlockKind, parse_blocks
from tui.rendering.wording import (
    UPDATED_LABEL,
    format_count,
    format_date,
    format_minute,
    format_row_date,
    join_nonempty,
)

DEFAULT_LINE_WIDTH = 80
"""Cells of a line where no terminal says how many there are."""
_COLUMN_SEPARATOR = f" {QUOTE_BAR} "


class PlainLine(NamedTuple):
    """One line of an article."""

    text: str
    offset: int = 0
    """The place in the text of the article that it begins at, or that lies nearest."""


def article_lines(entry: FullArticle, width: int) -> Iterator[PlainLine]:
    """An article as lines of at most `width` cells: title, facts, text, links."""
    for line in (entry.article.title, *_fact_lines(entry), ""):
        yield from _wrap_plain_lines(line, width)
    links: list[str] = []
    text = entry.body.text
    if not text.strip():
        text = f"This article has no text.\n\n{describe_summary(entry)}"
    before: BlockKind | None = None
    for block in parse_blocks(text):
        said = _describe_block(block, len(links) + 1, first=block.kind is not before)
        before = block.kind
        links += [link.url for link in block.links]
        if said is not None:
            yield from _wrap_plain_lines(said, width, block)
    end = PlainLine("", len(text))
    if links:
        yield end
        yield from _wrap_plain_lines("Links:", width, last=end)
        for number, url in enumerate(links, 1):
            yield PlainLine(f"{number}. {url}", end.offset)  # not wrapped, so that it can be used


def article_details_lines(
    entry: FullArticle, similar: tuple[SimilarArticle, ...], width: int
) -> Iterator[PlainLine]:
    """What the side pane shows: summary, similar readings, statistics, details."""
    article, reading = entry.article, entry.reading
    lines = [describe_summary(entry), "", f"Similar readings: {len(similar) or 'none'}."]
    lines += [f"{number}. {_describe_similar(other)}" for number, other in enumerate(similar, 1)]
    lines += ["", f"{article.words:,} words. Read {format_count(reading.read_count, 'time')}."]
    lines += [f"Id: {article.id}", f"Category: {article.category}", f"Address: {article.url}"]
    lines += [f"Tags: {', '.join(article.tags)}"] if article.tags else []
    times = {"Added": article.created, "Changed": article.updated, "Last read": reading.last_read}
    lines += [f"{name}: {format_minute(at)}" for name, at in times.items() if at]
    for line in lines:
        yield from _wrap_plain_lines(line, width)


def wrap_plain_text(text: str, width: int) -> str:
    """A text in lines of at most `width` cells."""
    return "\n".join(line.text for line in _wrap_plain_lines(text, width))


def describe_row(row: ArticleRow, number: int) -> str:
    """A row of a list: its number, its title, then what the reader shows by marks."""
    return f"{number}. {row.title} ({describe_row_facts(row)})"


def describe_row_facts(row: ArticleRow) -> str:
    """State, category, date and length of an article."""
    facts = (
        _describe_state(row.read, row.starred, row.updated),
        row.category,
        format_row_date(row.timestamp),
        _describe_reading_time(row.words),
    )
    return join_nonempty(facts, "; ")


def _fact_lines(entry: FullArticle) -> Iterator[str]:
    article, reading = entry.article, entry.reading
    published = format_date(article.date)
    state = _describe_state(reading.read, reading.starred, entry.updated)
    facts = (
        article.category,
        ", ".join(article.authors),
        published,
        _describe_reading_time(article.words),
        state,
    )
    yield join_nonempty(facts, "; ")
    if article.url:
        yield f"Address: {article.url}"


def _describe_state(read: bool, starred: bool, updated: bool) -> str:
    marks = ("starred" if starred else "", UPDATED_LABEL if updated else "")
    return join_nonempty(("read" if read else "unread", *marks), ", ")


def _describe_reading_time(words: int) -> str:
    return format_count(reading_minutes(words), "minute")


def describe_summary(entry: FullArticle) -> str:
    """The summary, and where it is not whole that it is not."""
    body = entry.body
    if not body.summary:
        return "No summary."
    return f"Summary: {body.summary}{'' if body.summary_complete else ' (it came cut off)'}"


def _describe_similar(other: SimilarArticle) -> str:
    where = other.category if other.id else "not in the library"
    return f"{other.title} ({join_nonempty((where, format_row_date(other.timestamp) if other.timestamp else ''), '; ')})"


def _describe_block(block: Block, next_link: int, *, first: bool) -> str | None:
    """A block in words; None for what is drawn and says nothing.

    Args:
        block: Of the text.
        next_link: The number of its first link.
        first: Whether the one before was of another kind.
    """
    text = block.text
    for number, link in reversed(list(enumerate(block.links, next_link))):
        text = f"{text[: link.end]} (link {number}){text[link.end :]}"
    if block.kind is BlockKind.HEADING:
        return f"Heading: {text}"
    if block.kind is BlockKind.QUOTE:
        return f"Quote: {text[len(block.hanging_prefix) :]}"
    if block.kind is BlockKind.LIST:
        return text.replace(LIST_BULLET, "-", 1) if text.lstrip().startswith(LIST_BULLET) else text
    if block.kind is BlockKind.CODE:
        return _describe_code(text, first=first)
    return text


def _describe_code(text: str, *, first: bool) -> str | None:
    is_table = _COLUMN_SEPARATOR in text or "─┼─" in text
    if is_table and not text.strip("─┼ "):
        return None  # the rule below the head
    label = ("Table:\n" if is_table else "Code:\n") if first else ""
    return label + text.replace(_COLUMN_SEPARATOR, " | ")


def _wrap_plain_lines(
    text: str, width: int, block: Block | None = None, last: PlainLine | None = None
) -> Iterator[PlainLine]:
    for line in text.split("\n"):
        for start, end in break_paragraph(line, width):
            offset = last.offset if last else 0
            if block is not None:
                offset = block.source_offset_at(min(start, len(block.text)))
            yield PlainLine(line[start:end], offset)
