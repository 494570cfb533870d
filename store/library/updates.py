"""Updates by publishers to articles that the library already has.

An article that nobody has opened is replaced by its new version. The text of one that was opened is
kept, because it is what the user has read; that it was updated is recorded.
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
"""Seconds between two recorded updates of an article that nobody read in between: some feeds give
everything a new date whenever they are fetched."""


def find_updates(
    found: Iterable[ParsedArticle],
    catalog: Catalog,
    state: ReadingState,
    facts: Callable[[ArticleLocation], Article],
) -> Iterator[NewEvent]:
    """Yield the updates to articles that the library has, as imported events.

    `facts` reads the facts of an article as it arrived first, and is called only if they may
    matter.
    """
    for each in found:
        row, location = catalog.get_row(each.article.id), catalog.location(each.article.id)
        if row is None or location is None or catalog.lacks_text(row.id, each.article.words):
            continue
        recorded = state.get(row.id)
        words = recorded.edits.get("words", UNSET_REGISTER)[1]
        updated_at = None
        if not _is_recorded(each.article, recorded):
            updated_at = _update_time(each.article, row, partial(facts, location))
        known = words if isinstance(words, int) else row.words
        if to := _update_data(each.article, row, updated_at, known):
            yield NewEvent("edited", (row.id,), {"to": to, "imported": True})


def find_newer_texts(
    found: Iterable[ParsedArticle], catalog: Catalog, state: ReadingState, segments: Segments
) -> Iterator[ParsedArticle]:
    """Yield the articles that have arrived with a newer text and that nobody has opened.

    A shorter text may be truncated and is ignored. So is an article that another machine wrote,
    since only that machine writes its files. Texts of the library are read only if they may matter.
    """
    for each in found:
        new = each.article
        row, location = catalog.get_row(new.id), catalog.location(new.id)
        if not row or not location or not row.feed_key or new.extra.get("feed") != row.feed_key:
            continue
        if not 0 < row.words <= new.words or _is_opened(state.get(row.id)):
            continue
        if row.words == new.words and (new.updated == new.created or not new.updated):
            continue  # most of what arrives again: nothing is read from the disk
        if not segments.owns(location):
            continue
        existing = segments.read_article(location)
        is_later = to_unix_seconds(new.updated) > to_unix_seconds(existing.updated)
        is_newer = is_later or new.words > existing.words
        if is_newer and segments.read_body(location).text != each.body.text:
            yield each


def _is_opened(state: ArticleState) -> bool:
    return bool(state.read_count or state.last_opened or state.read[1] or state.position[1])


def _is_recorded(new: Article, state: ArticleState) -> bool:
    """Return True if this update was recorded already, or another one shortly before it."""
    if (recorded := state.edited_facts().get("updated")) is None:
        return False
    since = to_unix_seconds(new.updated) - to_unix_seconds(recorded)
    return since <= 0 or (
        since < MIN_UPDATE_INTERVAL and state.edits["updated"][0] > state.last_read
    )


def _update_time(new: Article, row: ArticleRow, first: Callable[[], Article]) -> str | None:
    """Return when the publisher changed the article, if that is after it arrived."""
    if new.updated == new.created or to_unix_seconds(new.updated) <= row.added_at:
        return None
    return new.updated if to_unix_seconds(new.updated) > to_unix_seconds(first().updated) else None


def _update_data(
    new: Article, row: ArticleRow, updated_at: str | None, words: int
) -> dict[str, Any]:
    """Return the data of an update event; empty if nothing is new.

    Feeds without dates of updates show them by a longer text; a shorter one may be truncated. In
    files of other readers the date may be that of a star, so the text must differ too.
    """
    if row.feed_key and new.extra.get("feed") == row.feed_key:
        is_new = updated_at is not None or 0 < words < new.words
    else:
        is_new = updated_at is not None and new.words not in (0, words)
    return {"updated": updated_at or new.created, "words": new.words or words} if is_new else {}


def events_of_new_articles(found: Sequence[ParsedArticle], catalog: Catalog) -> list[NewEvent]:
    """Return the reading status that came with articles new to the library, as events.

    They are written before the articles: an event without its article does no harm and a second
    import writes the same one, but an article without its events would never get them.
    """
    unknown = (each for each in found if each.article.id not in catalog)
    return [change for each in unknown for change in events_from_import(each)]


def store_articles(found: Sequence[ParsedArticle], segments: Segments, catalog: Catalog) -> None:
    """Write new articles, and texts for those that have none or an older one.

    An article of this machine is rewritten in place. For an article of another machine, which alone
    writes its files, a copy with the text is added, and `Catalog.add` prefers it.
    """
    new = []
    replaced: dict[str, dict[int, ParsedArticle]] = {}
    for each in found:
        location = catalog.location(each.article.id)
        if location is None:
            new.append(each)
            continue
        merged = merge_article(segments.read_article(location), each)
        if segments.owns(location):
            replaced.setdefault(location.segment, {})[location.document_id] = merged
        else:
            new.append(merged)
    for segment, articles in replaced.items():
        segments.replace(segment, articles)
    if new:
        segments.append(new)


def merge_article(existing: Article, found: ParsedArticle) -> ParsedArticle:
    """Return the facts of an article, completed by a version that has arrived, with its text."""
    new = found.article
    is_newer = existing.words > 0
    facts = replace(
        existing,
        title=new.title if is_newer or existing.title == existing.url else existing.title,
        words=new.words,
        language=existing.language or new.language,
        authors=existing.authors or new.authors,
        date=existing.date or new.date,
        updated=new.updated if is_newer else new.created,
    )
    return ParsedArticle(facts, found.body, ReadingStatus())
