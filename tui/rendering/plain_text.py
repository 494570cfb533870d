"""Articles and list rows in plain words: for screen readers, pagers and terminals that draw nothing.

Whatever the reader shows by colour, position or a line of its own is a word here: headings, quotes,
links, states.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from store.importers.newstui_page import NAMED_NOTE
from store.model.article import (
    LISTED_COPY,
    Annotation,
    ArticleInsights,
    ArticleRow,
    Body,
    FullArticle,
    SimilarArticle,
    list_annotations,
    reading_minutes,
)
from tui.rendering.article_details import (
    SIMILAR_HEADING,
    describe_summary_origin,
    list_details,
    list_origin,
    list_similar_facts,
    list_statistics,
)
from tui.rendering.cells import break_paragraph
from tui.rendering.markdown import (
    COLUMN_SEPARATOR,
    LIST_BULLET,
    ROW_RULE_JOINT,
    Block,
    BlockKind,
    parse_blocks,
)
from tui.rendering.wording import (
    MISSING_TEXT,
    describe_state,
    format_count,
    format_date,
    format_duplicates,
    format_row_date,
    join_nonempty,
    label_row_date,
)


class PlainLine(NamedTuple):
    """One line of an article."""

    text: str
    offset: int = 0
    """The offset into the article's text at which it begins, or the nearest one."""


def article_lines(entry: FullArticle, width: int) -> Iterator[PlainLine]:
    """Yield an article as lines of at most `width` cells: title, facts, text, links."""
    for line in (entry.article.title, *_fact_lines(entry), ""):
        yield from _wrap_plain_lines(line, width)
    links: list[str] = []
    text = entry.body.text
    if not text.strip():
        why = f"{MISSING_TEXT}." if entry.body.is_missing else "This article has no text."
        text = f"{why}\n\n{describe_summary(entry.body)}"
    before: BlockKind | None = None
    for block in parse_blocks(text):
        described = _describe_block(block, len(links) + 1, first=block.kind is not before)
        before = block.kind
        links += [link.url for link in block.links]
        if described is not None:
            yield from _wrap_plain_lines(described, width, block)
    end = PlainLine("", len(text))
    if links:
        yield end
        yield from _wrap_plain_lines("Links:", width, last=end)
        for number, url in enumerate(links, 1):
            yield PlainLine(f"{number}. {url}", end.offset)  # not wrapped, so that it can be copied


def article_details_lines(
    entry: FullArticle,
    similar: Sequence[SimilarArticle],
    insights: ArticleInsights,
    width: int,
) -> Iterator[str]:
    """Yield the content of the side pane: summary, similar articles, statistics, details."""
    lines = [
        describe_summary(entry.body),
        *map(_describe_annotation, list_annotations(entry.article)),
        "",
        f"{SIMILAR_HEADING}: {len(similar) or 'none'}.",
        *(f"{number}. {describe_similar(other)}" for number, other in enumerate(similar, 1)),
        "",
        f"{'. '.join(list_statistics(entry))}.",
        *(f"{label}: {value}" for label, value in list_details(entry, insights) if value),
    ]
    for line in lines:
        yield wrap_plain_text(line, width)


def wrap_plain_text(text: str, width: int) -> str:
    """Wrap a text in lines of at most `width` cells."""
    return "\n".join(line.text for line in _wrap_plain_lines(text, width))


def describe_row(row: ArticleRow, number: int, *, source: bool = False) -> str:
    """Return a list row: number, title, the facts the reader shows as signs; `source` names it."""
    return f"{number}. {row.title} ({describe_row_facts(row, source=source)})"


def describe_row_facts(row: ArticleRow, *, source: bool = False) -> str:
    """Return state, source if wanted, category, date and reading time of an article."""
    facts = (
        describe_state(row.read, row.starred, row.updated),
        _describe_copies(row),
        *list_origin(row.source_name if source else "", row.category),
        label_row_date(row.timestamp),
        _describe_reading_time(row.words),
    )
    return join_nonempty(facts, "; ")


def _describe_copies(row: ArticleRow) -> str:
    if row.copy_count == LISTED_COPY:
        return "copy of the one above"
    return f"with {format_duplicates(row.copy_count)}" if row.copy_count else ""


def _fact_lines(entry: FullArticle) -> Iterator[str]:
    article, reading = entry.article, entry.reading
    published = format_date(article.date)
    state = describe_state(reading.read, reading.starred, entry.updated)
    facts = (
        *list_origin(entry.source_name, article.category),
        ", ".join(article.authors),
        published,
        _describe_reading_time(article.words),
        state,
    )
    yield join_nonempty(facts, "; ")
    if article.url:
        yield f"URL: {article.url}"


def _describe_reading_time(words: int) -> str:
    return format_count(reading_minutes(words), "minute")


def describe_summary(body: Body) -> str:
    """Return the summary and its origin."""
    if not body.summary:
        return "No summary."
    return join_nonempty((f"Summary: {body.summary}", describe_summary_origin(body)), " ")


def _describe_annotation(annotation: Annotation) -> str:
    quote = f"Highlight: {annotation.quote}" if annotation.quote else ""
    note = f"Note: {annotation.note}" if annotation.note else ""
    return join_nonempty((quote, note), "\n")


def describe_similar(other: SimilarArticle, article_id: str = "") -> str:
    """Return a similar article as title and facts, the first of them its id where one is given."""
    facts = list_similar_facts(other, format_row_date(other.timestamp))
    named = NAMED_NOTE if article_id and other.origin == "import" else ""
    return f"{other.title} ({join_nonempty((article_id, named, *facts), '; ')})"


def _describe_block(block: Block, next_link: int, *, first: bool) -> str | None:
    """Return a block in words; None for one that is only drawn.

    Args:
        block: The block.
        next_link: The number of its first link.
        first: Whether the previous block was of another kind.
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
        return f"Code:\n{text}" if first else text
    if block.kind is BlockKind.TABLE:
        return _describe_table_row(text, first=first)
    return text


def _describe_table_row(text: str, *, first: bool) -> str | None:
    if not text.strip(f"{ROW_RULE_JOINT} "):
        return None  # the rule below the header
    return ("Table:\n" if first else "") + text.replace(COLUMN_SEPARATOR, " | ")


def _wrap_plain_lines(
    text: str, width: int, block: Block | None = None, last: PlainLine | None = None
) -> Iterator[PlainLine]:
    for line in text.split("\n"):
        for start, end in break_paragraph(line, width):
            offset = last.offset if last else 0
            if block is not None:
                offset = block.source_offset_at(min(start, len(block.text)))
            yield PlainLine(line[start:end], offset)
