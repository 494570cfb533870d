"""The details of an article as labelled facts: the same in the side pane, in line mode and in `newstui show`."""

from __future__ import annotations

from store.importers.newstui_page import format_names
from store.model.article import (
    Article,
    ArticleInsights,
    Body,
    FullArticle,
    SimilarArticle,
    reading_minutes,
)
from store.text.clean import clean_line
from tui.rendering.wording import (
    UPDATED_LABEL,
    describe_language,
    format_count,
    format_duplicates,
    format_exact_date,
    format_exact_time,
    format_minute,
    format_short_date,
    join_nonempty,
)

SIMILAR_HEADING = "Similar Readings"
ANNOTATIONS_HEADING = "Annotations"
_SUMMARY_ORIGINS = {"extract": "automatic summary", "command": "made by summary_command"}


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
    format_day, format_time = format_short_date, format_minute
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
        ("Source", entry.source_name),
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


def list_origin(source: str, category: str) -> list[str]:
    """Return where an article is from in words: its source, and its category unless it says the same."""
    return [source, category if category != source else ""]


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
    copies = format_duplicates(other.duplicate_count)
    origin = list_origin(other.source_name, other.category)
    return [*origin, describe_language(other.language), when, state, copies, terms]


def describe_summary_origin(body: Body) -> str:
    """Return `(automatic summary)`, `(truncated at the source)` or the like; empty for an imported one."""
    truncated = "" if body.summary_complete else "truncated at the source"
    note = join_nonempty((_SUMMARY_ORIGINS.get(body.summary_origin, ""), truncated), ", ")
    return f"({note})" if body.summary and note else ""
