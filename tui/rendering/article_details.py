"""What the side pane says of an article, as sections of lines: pure, for any width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from store.model.article import ArticleInsights, FullArticle, SimilarArticle, reading_minutes
from tui.rendering.cells import StyledText, wrap_text
from tui.rendering.wording import (
    UPDATED_LABEL,
    format_age,
    format_count,
    format_date,
    format_duplicates,
    format_minute,
    join_nonempty,
)


class DetailLine(NamedTuple):
    """One line, and what enter does on it."""

    pieces: Sequence[StyledText] = ()
    folded_section: str = ""
    """The section that is folded or unfolded."""
    similar_number: int = 0
    """The number of the similar reading that is opened."""
    text_position: int | None = None
    """The place of the text that is shown."""


@dataclass(frozen=True, slots=True)
class DetailSection:
    """A heading and what stands under it."""

    name: str
    lines: Sequence[DetailLine]
    heading_suffix: str = ""
    """What stands after the name."""

    def visible_lines(self, *, folded: bool) -> list[DetailLine]:
        """The lines that are shown of it."""
        more = join_nonempty((self.heading_suffix, "…" if folded else ""), " ")
        heading = [(self.name, "heading"), (f" {more}" if more else "", "muted")]
        head = DetailLine(heading, folded_section=self.name)
        return [head] if folded else [head, *self.lines, DetailLine()]


def build_detail_sections(
    entry: FullArticle,
    similar: Sequence[SimilarArticle] | None,
    study: ArticleInsights,
    width: int,
    now: int,
    running: str = "",
) -> list[DetailSection]:
    """All sections, in their order.

    Args:
        entry: The article.
        similar: Its similar readings; None while they are looked for.
        study: What else is known of it.
        width: Cells of a line.
        now: Seconds since 1970, for the ages.
        running: The program that makes a summary just now.
    """
    items = f"({format_count(len(similar), 'item')})" if similar else ""
    state = f"(running {running} …)" if running else ""
    return [
        DetailSection("Summary", _summary_lines(entry, study, width), state),
        DetailSection("Similar Readings", _similar_lines(similar, width, now), items),
        DetailSection("Statistics", _statistics_lines(entry)),
        DetailSection("Details", _detail_lines(entry, study, width)),
    ]


def _wrapped_lines(text: str, width: int, role: str = "text", indent: int = 0) -> list[DetailLine]:
    blank = " " * indent
    return [DetailLine([(blank + line, role)]) for line in wrap_text(text, max(1, width - indent))]


def _summary_lines(entry: FullArticle, study: ArticleInsights, width: int) -> list[DetailLine]:
    body = entry.body
    if not body.summary:
        return [DetailLine([("none", "muted")])]
    origins = {"extract": "taken from the text", "command": "made by summary_command"}
    cut = "" if body.summary_complete else "it came cut off"
    note = join_nonempty((origins.get(body.summary_origin, ""), cut), ", ")
    lines: list[DetailLine] = []
    start = 0
    for line in wrap_text(body.summary, max(1, width)):
        start = max(start, body.summary.find(line, start))
        if line:
            place = _sentence_position(study, start, start + len(line))
            lines.append(DetailLine([(line, "text")], text_position=place))
        start += len(line)
    if note:
        lines += _wrapped_lines(f"({note})", width, "muted")
    return lines


def _sentence_position(study: ArticleInsights, start: int, end: int) -> int | None:
    """The place of the sentence that begins on a line of the summary, or goes on there."""
    begins = [place for at, place in study.summary_positions if start <= at < end]
    goes_on = [place for at, place in study.summary_positions if at < start]
    return begins[0] if begins else goes_on[-1] if goes_on else None


def _similar_lines(
    similar: Sequence[SimilarArticle] | None, width: int, now: int
) -> list[DetailLine]:
    if not similar:
        return [DetailLine([("looking …" if similar is None else "none", "muted")])]
    return [
        line._replace(similar_number=number)
        for number, other in enumerate(similar, 1)
        for line in _similar_article_lines(number, other, width, now)
    ]


def _similar_article_lines(
    number: int, other: SimilarArticle, width: int, now: int
) -> list[DetailLine]:
    if other.id is None:
        facts = "not in the library"
    else:
        state = "read" if other.read else "unread"
        facts = join_nonempty(
            (
                other.category,
                format_age(other.timestamp, now),
                state,
                format_duplicates(other.duplicate_count),
            )
        )
    title = wrap_text(other.title, max(1, width - 2))
    role = "text" if other.id is None or other.read else "unread"
    lines = [DetailLine([(f"{number} ", "accent"), (title[0] if title else "", role)])]
    lines += [DetailLine([("  " + line, role)]) for line in title[1:]]
    lines += _wrapped_lines(facts, width, "muted", 2)
    if other.shared_terms:
        lines += _wrapped_lines("both: " + ", ".join(other.shared_terms), width, "muted", 2)
    return lines


def _statistics_lines(entry: FullArticle) -> list[DetailLine]:
    words, reads = entry.article.words, entry.reading.read_count
    reading = reading_minutes(words)
    return [
        DetailLine([(f"{words:,}", "strong"), (" Words", "text")]),
        DetailLine([(f"{reads:,}", "strong"), (" Read Count", "text")]),
        DetailLine(
            [(f"{reading:,}", "strong"), (" Minute" if reading == 1 else " Minutes", "text")]
        ),
    ]


def _detail_lines(entry: FullArticle, study: ArticleInsights, width: int) -> list[DetailLine]:
    article, reading = entry.article, entry.reading
    always = (
        ("ID", article.id),
        ("Category ID", article.category),
        ("URL", article.url),
        ("Date", format_date(article.date)),
        ("Created", format_minute(article.created)),
        (
            "Updated",
            join_nonempty((format_minute(article.updated), UPDATED_LABEL if entry.updated else "")),
        ),
        ("Last Read", format_minute(reading.last_read)),
    )
    where_known = (
        ("Last Opened", format_minute(reading.last_opened)),
        ("Key Terms", ", ".join(study.keywords)),
        ("Authors", ", ".join(article.authors)),
        ("Tags", ", ".join(article.tags)),
        ("Position", format_count(reading.position, "character") if reading.position else ""),
    )
    details = (*always, *(each for each in where_known if each[1]))
    return [line for name, value in details for line in _field_lines(name, value or "-", width)]


def _field_lines(name: str, value: str, width: int) -> list[DetailLine]:
    first, *rest = wrap_text(f"{name}: {value}", width)
    label = min(len(name) + 1, len(first))
    head = DetailLine([(first[:label], "muted"), (first[label:], "text")])
    return [head, *(DetailLine([(line, "text")]) for line in rest)]
