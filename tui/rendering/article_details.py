"""The details of an article: one list of labelled facts, and the sections of the side pane made of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from store.importers.newstui_page import format_names
from store.model.article import (
    Annotation,
    Article,
    ArticleInsights,
    Body,
    FullArticle,
    SimilarArticle,
    list_annotations,
    reading_minutes,
)
from store.text.clean import clean_line
from tui.rendering.cells import StyledText, wrap_text
from tui.rendering.wording import (
    UPDATED_LABEL,
    format_age,
    format_count,
    format_date,
    format_duplicates,
    format_exact_date,
    format_exact_time,
    format_minute,
    join_nonempty,
)

SIMILAR_HEADING = "Similar Readings"
ANNOTATIONS_HEADING = "Annotations"
_SUMMARY_ORIGINS = {"extract": "automatic summary", "command": "made by summary_command"}
_NUMBER = re.compile(r"(\d[\d,]*)")


def list_details(
    entry: FullArticle, insights: ArticleInsights, *, exact: bool = False
) -> list[tuple[str, str]]:
    """Return labels and values; some are always listed, with an empty value where it is unknown.

    Args:
        entry: The article.
        insights: Its keywords.
        exact: Whether times are given so that they can be read back.
    """
    article, reading = entry.article, entry.reading
    format_day, format_time = format_date, format_minute
    if exact:
        format_day, format_time = format_exact_date, format_exact_time
    updated = (format_time(article.updated), UPDATED_LABEL if entry.updated else "")
    always = [
        ("ID", article.id),
        ("Category", article.category),
        ("URL", article.url),
        ("Date", format_day(article.date) or _unread_date(article)),
        ("Created", format_time(article.created)),
        ("Updated", join_nonempty(updated)),
        ("Last read", format_time(reading.last_read)),
    ]
    where_known = [
        ("Last opened", format_time(reading.last_opened)),
        ("Keywords", ", ".join(insights.keywords)),
        ("Authors", format_names(article.authors)),
        ("Tags", format_names(article.tags)),
        ("Position", format_count(reading.position, "character") if reading.position else ""),
    ]
    return [*always, *(each for each in where_known if each[1])]


def _unread_date(article: Article) -> str:
    """Return the date of an article as its source wrote it, where it could not be read."""
    text = article.extra.get("date")
    return clean_line(text) if isinstance(text, str) else ""


def list_statistics(entry: FullArticle) -> tuple[str, str, str]:
    """Return `1,204 words`, `Read 3 times`, `5 minutes to read`."""
    words = entry.article.words
    return (
        format_count(words, "word"),
        f"Read {format_count(entry.reading.read_count, 'time')}",
        f"{format_count(reading_minutes(words), 'minute')} to read",
    )


def list_similar_facts(other: SimilarArticle, when: str) -> list[str]:
    """Return what is known of a similar article besides its title; some may be empty.

    Args:
        other: The similar article.
        when: Its date as the layout shows dates.
    """
    terms = f"in common: {', '.join(other.shared_terms)}" if other.shared_terms else ""
    if other.id is None:
        return ["not in the library", terms]
    state = "read" if other.read else "unread"
    return [other.category, when, state, format_duplicates(other.duplicate_count), terms]


def describe_summary_origin(body: Body) -> str:
    """Return `(automatic summary)`, `(truncated at the source)` or the like; empty for an imported one."""
    truncated = "" if body.summary_complete else "truncated at the source"
    note = join_nonempty((_SUMMARY_ORIGINS.get(body.summary_origin, ""), truncated), ", ")
    return f"({note})" if body.summary and note else ""


class DetailLine(NamedTuple):
    """One line of the side pane, and what enter does on it."""

    pieces: Sequence[StyledText] = ()
    folded_section: str = ""
    """The section to fold or unfold."""
    similar_number: int = 0
    """The number of the similar article to open."""
    text_position: int | None = None
    """The offset into the text to show."""


@dataclass(frozen=True, slots=True)
class DetailSection:
    """A heading and the lines under it."""

    name: str
    lines: Sequence[DetailLine]
    heading_suffix: str = ""

    def visible_lines(self, *, folded: bool) -> list[DetailLine]:
        """Return the heading, and unless the section is folded its lines."""
        more = join_nonempty((self.heading_suffix, "…" if folded else ""), " ")
        heading = [(self.name, "section"), (f" {more}" if more else "", "muted")]
        first = DetailLine(heading, folded_section=self.name)
        return [first] if folded else [first, *self.lines, DetailLine()]


def build_detail_sections(
    entry: FullArticle,
    similar: Sequence[SimilarArticle] | None,
    insights: ArticleInsights,
    width: int,
    now: int,
    running: str = "",
) -> list[DetailSection]:
    """Return the sections of the side pane, in order.

    Args:
        entry: The article.
        similar: Its similar articles; None while they are being searched.
        insights: Its keywords, and where its summary is in the text.
        width: Cells of a line.
        now: Seconds since 1970, for the ages.
        running: The program that is summarizing the article.
    """
    items = f"({format_count(len(similar), 'item')})" if similar else ""
    state = f"(running {running} …)" if running else ""
    annotations = list_annotations(entry.article)
    return [
        DetailSection("Summary", _summary_lines(entry.body, insights, width), state),
        *([_annotation_section(annotations, width)] if annotations else []),
        DetailSection(SIMILAR_HEADING, _similar_lines(similar, width, now), items),
        DetailSection("Statistics", [_number_line(text) for text in list_statistics(entry)]),
        DetailSection(
            "Details",
            [
                line
                for label, value in list_details(entry, insights)
                for line in _field_lines(label, value or "-", width)
            ],
        ),
    ]


def _wrapped_lines(text: str, width: int, role: str = "text", indent: int = 0) -> list[DetailLine]:
    blank = " " * indent
    return [DetailLine([(blank + line, role)]) for line in wrap_text(text, max(1, width - indent))]


def _summary_lines(body: Body, insights: ArticleInsights, width: int) -> list[DetailLine]:
    if not body.summary:
        return [DetailLine([("none", "muted")])]
    lines: list[DetailLine] = []
    start = 0
    for line in wrap_text(body.summary, max(1, width)):
        start = max(start, body.summary.find(line, start))
        if line:
            position = _sentence_position(insights, start, start + len(line))
            lines.append(DetailLine([(line, "text")], text_position=position))
        start += len(line)
    if note := describe_summary_origin(body):
        lines += _wrapped_lines(note, width, "muted")
    return lines


def _sentence_position(insights: ArticleInsights, start: int, end: int) -> int | None:
    """Return the place in the text of the first sentence on a line, else of the one that goes on there."""
    begins = [place for at, place in insights.summary_positions if start <= at < end]
    earlier = [place for at, place in insights.summary_positions if at < start]
    return begins[0] if begins else earlier[-1] if earlier else None


def _annotation_section(annotations: Sequence[Annotation], width: int) -> DetailSection:
    """Return the highlights and notes; enter on a quote shows its place in the text."""
    lines: list[DetailLine] = []
    for each in annotations:
        quote = _wrapped_lines(f"“{each.quote}”", width) if each.quote else []
        lines += [line._replace(text_position=each.position) for line in quote]
        lines += _wrapped_lines(each.note, width, "accent", 2 if quote else 0) if each.note else []
        lines += _wrapped_lines(format_minute(each.time), width, "muted", 2) if each.time else []
    return DetailSection(ANNOTATIONS_HEADING, lines, f"({format_count(len(annotations), 'item')})")


def _similar_lines(
    similar: Sequence[SimilarArticle] | None, width: int, now: int
) -> list[DetailLine]:
    if not similar:
        return [DetailLine([("searching …" if similar is None else "none", "muted")])]
    return [
        line._replace(similar_number=number)
        for number, other in enumerate(similar, 1)
        for line in _similar_article_lines(number, other, width, now)
    ]


def _similar_article_lines(
    number: int, other: SimilarArticle, width: int, now: int
) -> list[DetailLine]:
    *facts, terms = list_similar_facts(other, format_age(other.timestamp, now))
    title = wrap_text(other.title, max(1, width - 2))
    role = "text" if other.id is None or other.read else "unread"
    lines = [DetailLine([(f"{number} ", "accent"), (title[0] if title else "", role)])]
    lines += [DetailLine([("  " + line, role)]) for line in title[1:]]
    lines += _wrapped_lines(join_nonempty(facts), width, "muted", 2)
    return lines + (_wrapped_lines(terms, width, "muted", 2) if terms else [])


def _number_line(text: str) -> DetailLine:
    pieces = enumerate(_NUMBER.split(text))  # every second piece is a number
    return DetailLine([(piece, "strong" if at % 2 else "text") for at, piece in pieces if piece])


def _field_lines(label: str, value: str, width: int) -> list[DetailLine]:
    first, *rest = wrap_text(f"{label}: {value}", width)
    end = min(len(label) + 1, len(first))
    head = DetailLine([(first[:end], "muted"), (first[end:], "text")])
    return [head, *(DetailLine([(line, "text")]) for line in rest)]
