"""What publishers change after an article came in.

An article nobody has opened is replaced by what it is now. Of one that was, the text stays: what was
read is what is kept; that it was changed is noted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from store.journal.events import NewEvent
from store.journal.reading_state import (
    UNSET_REGISTER,
    ArticleState,
    ReadingState,
    events_from_import,
)
from store.library.catalog import Catalog
from store.model.article import Article, ArticleRow, ParsedArticle, ReadingStatus
from store.model.times import to_unix_seconds
from store.segments.segments import ArticleLocation, Segments

MIN_UPDATE_INTERVAL = 86_400
"""Seconds between two updates that are both noted of an article that nobody read in between: some
feeds give everything a new date each time they are asked."""


def find_updates(
    found: Iterable[ParsedArticle],
    shelf: Catalog,
    state: ReadingState,
    facts: Callable[[ArticleLocation], Article],
) -> Iterator[NewEvent]:
    """What is new in articles that were there already, as events that came with them.

    Args:
        found: What came now.
        shelf: What is there.
        state: What was noted already.
        facts: Reads the facts of an article as it came first; asked only where it may matter.
    """
    for each in found:
        row, place = shelf.get_row(each.article.id), shelf.location(each.article.id)
        if row is None or place is None or shelf.lacks_text(row.id, each.article.words):
            continue
        marks = state.get(row.id)
        words = marks.edits.get("words", UNSET_REGISTER)[1]
        when = None
        if not _is_recorded(each.article, marks):
            when = _update_time(each.article, row, partial(facts, place))
        known = words if isinstance(words, int) else row.words
        if to := _update_data(each.article, row, when, known):
            yield NewEvent("edited", (row.id,), {"to": to, "imported": True})


def find_newer_texts(
    found: Iterable[ParsedArticle],
    shelf: Catalog,
    state: ReadingState,
    segments: Segments,
) -> Iterator[ParsedArticle]:
    """What came again with a newer text, of articles that nobody has opened.

    A text that is shorter than the one that is there may be cut off, and is left. So is one that
    another machine wrote, which writes its files alone.

    Args:
        found: What came now.
        shelf: What is there.
        state: What was opened.
        segments: The texts that are there; they are read only where it may matter.
    """
    for each in found:
        came = each.article
        row, place = shelf.get_row(came.id), shelf.location(came.id)
        if (
            row is None
            or place is None
            or not row.feed_key
            or came.extra.get("feed") != row.feed_key
        ):
            continue
        if not 0 < row.words <= came.words or _is_opened(state.get(row.id)):
            continue
        if row.words == came.words and (came.updated == came.created or not came.updated):
            continue  # most of what comes again: it is not looked for on the disk
        if (
            segments.owns(place)
            and _is_later_or_longer(came, segments.read_article(place))
            and segments.read_body(place).text != each.body.text
        ):
            yield each


def _is_opened(marks: ArticleState) -> bool:
    return bool(marks.read_count or marks.last_opened or marks.read[1] or marks.position[1])


def _is_later_or_longer(came: Article, there: Article) -> bool:
    return came.words > there.words or to_unix_seconds(came.updated) > to_unix_seconds(
        there.updated
    )


def _is_recorded(came: Article, marks: ArticleState) -> bool:
    """Whether this update was noted before, or one so short before that it says as much."""
    if (noted := marks.edited_facts().get("updated")) is None:
        return False
    since = to_unix_seconds(came.updated) - to_unix_seconds(noted)
    return since <= 0 or (
        since < MIN_UPDATE_INTERVAL and marks.edits["updated"][0] > marks.last_read
    )


def _update_time(came: Article, row: ArticleRow, first: Callable[[], Article]) -> str | None:
    """When the publisher says it was changed, if that is after it came."""
    if came.updated == came.created or to_unix_seconds(came.updated) <= row.added_at:
        return None
    return (
        came.updated if to_unix_seconds(came.updated) > to_unix_seconds(first().updated) else None
    )


def _update_data(came: Article, row: ArticleRow, when: str | None, words: int) -> dict[str, Any]:
    """What an event says of it; nothing where nothing is new.

    Feeds without such dates tell by a text that has grown: one that is shorter may be cut off. In
    files of other readers the date may be that of a star, so that the text has to differ too.
    """
    if row.feed_key and came.extra.get("feed") == row.feed_key:
        is_new = when is not None or 0 < words < came.words
    else:
        is_new = when is not None and came.words not in (0, words)
    return {"updated": when or came.created, "words": came.words or words} if is_new else {}


def events_of_new_articles(found: Sequence[ParsedArticle], shelf: Catalog) -> list[NewEvent]:
    """The reading state that came with articles nobody knew.

    It is written before they are: without its article an event does no harm, and a second import
    writes the same one; an article without its events would never get them.
    """
    unknown = (each for each in found if each.article.id not in shelf)
    return [change for each in unknown for change in events_from_import(each)]


def store_articles(found: Sequence[ParsedArticle], segments: Segments, shelf: Catalog) -> None:
    """Write new articles, and the texts of those that are there without one, or with an older one.

    An article of this machine is written anew in its place; of another machine's, which writes its
    files alone, a copy with the text is added, and that one counts (see `Shelf.put`).
    """
    new = []
    again: dict[str, dict[int, ParsedArticle]] = {}
    for each in found:
        place = shelf.location(each.article.id)
        if place is None:
            new.append(each)
            continue
        whole = merge_article(segments.read_article(place), each)
        if segments.owns(place):
            again.setdefault(place.segment, {})[place.document_id] = whole
        else:
            new.append(whole)
    for segment, articles in again.items():
        segments.replace(segment, articles)
    if new:
        segments.append(new)


def merge_article(there: Article, found: ParsedArticle) -> ParsedArticle:
    """What is known of an article, with the text that has come and what it tells besides."""
    came = found.article
    is_newer = there.words > 0
    facts = replace(
        there,
        title=came.title if is_newer or there.title == there.url else there.title,
        words=came.words,
        language=there.language or came.language,
        authors=there.authors or came.authors,
        date=there.date or came.date,
        updated=came.updated if is_newer else came.created,
    )
    return ParsedArticle(facts, found.body, ReadingStatus())
