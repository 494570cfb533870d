"""An article, and a row of a list, in plain words: for screen readers, pagers and terminals that draw nothing.

What the reader shows by colour, place or a line of its own is said: headings, quotes, links and states
are words.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from store.model.article import Entry, Row, Similar, minutes
from tui.rendering.markdown import BAR, BULLET, Block, Kind, blocks
from tui.rendering.wording import UPDATED, count, day, day_of, joined, minute
from tui.rendering.wrapping import parts

WIDTH = 80
"""Cells of a line where no terminal says how many there are."""
_COLUMN = f" {BAR} "


class PlainLine(NamedTuple):
    """One line of an article."""

    text: str
    offset: int = 0
    """The place in the text of the article that it begins at, or that lies nearest."""


def article_lines(entry: Entry, width: int) -> Iterator[PlainLine]:
    """An article as lines of at most `width` cells: title, facts, text, links."""
    for line in (entry.article.title, *_facts(entry), ""):
        yield from _wrapped(line, width)
    links: list[str] = []
    text = entry.body.text
    if not text.strip():
        text = f"This article has no text.\n\n{summary_line(entry)}"
    before: Kind | None = None
    for block in blocks(text):
        said = _said(block, len(links) + 1, first=block.kind is not before)
        before = block.kind
        links += [link.url for link in block.links]
        if said is not None:
            yield from _wrapped(said, width, block)
    end = PlainLine("", len(text))
    if links:
        yield end
        yield from _wrapped("Links:", width, last=end)
        for number, url in enumerate(links, 1):
            yield PlainLine(f"{number}. {url}", end.offset)  # not wrapped, so that it can be used


def about_lines(entry: Entry, similar: tuple[Similar, ...], width: int) -> Iterator[PlainLine]:
    """What the side pane shows: summary, similar readings, statistics, details."""
    article, reading = entry.article, entry.reading
    lines = [summary_line(entry), "", f"Similar readings: {len(similar) or 'none'}."]
    lines += [f"{number}. {_similar(other)}" for number, other in enumerate(similar, 1)]
    lines += ["", f"{article.words:,} words. Read {count(reading.read_count, 'time')}."]
    lines += [f"Id: {article.id}", f"Category: {article.category}", f"Address: {article.url}"]
    lines += [f"Tags: {', '.join(article.tags)}"] if article.tags else []
    times = {"Added": article.created, "Changed": article.updated, "Last read": reading.last_read}
    lines += [f"{name}: {minute(at)}" for name, at in times.items() if at]
    for line in lines:
        yield from _wrapped(line, width)


def folded(text: str, width: int) -> str:
    """A text in lines of at most `width` cells."""
    return "\n".join(line.text for line in _wrapped(text, width))


def row_line(row: Row, number: int) -> str:
    """A row of a list: its number, its title, then what the reader shows by marks."""
    return f"{number}. {row.title} ({row_facts(row)})"


def row_facts(row: Row) -> str:
    """State, category, date and length of an article."""
    facts = (
        _state(row.read, row.starred, row.updated),
        row.category,
        day_of(row.when),
        _length(row.words),
    )
    return joined(facts, "; ")


def _facts(entry: Entry) -> Iterator[str]:
    article, reading = entry.article, entry.reading
    published = day(article.date)
    state = _state(reading.read, reading.starred, entry.updated)
    facts = (article.category, ", ".join(article.authors), published, _length(article.words), state)
    yield joined(facts, "; ")
    if article.url:
        yield f"Address: {article.url}"


def _state(read: bool, starred: bool, updated: bool) -> str:
    marks = ("starred" if starred else "", UPDATED if updated else "")
    return joined(("read" if read else "unread", *marks), ", ")


def _length(words: int) -> str:
    return count(minutes(words), "minute")


def summary_line(entry: Entry) -> str:
    """The summary, and where it is not whole that it is not."""
    body = entry.body
    if not body.summary:
        return "No summary."
    return f"Summary: {body.summary}{'' if body.summary_complete else ' (it came cut off)'}"


def _similar(other: Similar) -> str:
    where = other.category if other.id else "not in the library"
    return f"{other.title} ({joined((where, day_of(other.when) if other.when else ''), '; ')})"


def _said(block: Block, next_link: int, *, first: bool) -> str | None:
    """A block in words; None for what is drawn and says nothing.

    Args:
        block: Of the text.
        next_link: The number of its first link.
        first: Whether the one before was of another kind.
    """
    text = block.text
    for number, link in reversed(list(enumerate(block.links, next_link))):
        text = f"{text[: link.end]} (link {number}){text[link.end :]}"
    if block.kind is Kind.HEADING:
        return f"Heading: {text}"
    if block.kind is Kind.QUOTE:
        return f"Quote: {text[len(block.hang) :]}"
    if block.kind is Kind.LIST:
        return text.replace(BULLET, "-", 1) if text.lstrip().startswith(BULLET) else text
    if block.kind is Kind.CODE:
        return _code(text, first=first)
    return text


def _code(text: str, *, first: bool) -> str | None:
    is_table = _COLUMN in text or "─┼─" in text
    if is_table and not text.strip("─┼ "):
        return None  # the rule below the head
    label = ("Table:\n" if is_table else "Code:\n") if first else ""
    return label + text.replace(_COLUMN, " | ")


def _wrapped(
    text: str, width: int, block: Block | None = None, last: PlainLine | None = None
) -> Iterator[PlainLine]:
    for line in text.split("\n"):
        for start, end in parts(line, width):
            offset = last.offset if last else 0
            if block is not None:
                offset = block.source(min(start, len(block.text)))
            yield PlainLine(line[start:end], offset)
