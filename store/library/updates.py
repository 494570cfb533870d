"""Articles that arrive: new ones, texts for those without, and updates by publishers to those that are there.

An article that nobody has opened is replaced by its new version. The text of one that was opened is
kept, because it is what the user has read; that it was updated is recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from store.journal.events import NewEvent
from store.journal.reading_state import UNSET_REGISTER, ArticleState, events_from_import
from store.library.stored_articles import StoredArticles
from store.model.article import Article, ArticleRow, ParsedArticle, ReadingStatus, TextVersion
from store.model.times import DAY_SECONDS, to_unix_seconds

MIN_UPDATE_INTERVAL = DAY_SECONDS
"""Seconds between two recorded updates of an article that nobody read in between: some feeds give
everything a new date whenever they are fetched."""


@dataclass(frozen=True, slots=True)
class ArrivedArticles:
    """Articles that arrived, by what they change in a library."""

    updates: Sequence[NewEvent]
    """Updates to articles that are there."""
    imported: Sequence[NewEvent]
    """The reading status that came with new articles.

    All events are written before the articles: an event without its article does no harm and a second
    import writes the same one, but an article without its events would never get them."""
    new: Mapping[str, ParsedArticle]
    """Those that the library lacks, or whose text it lacks, by id."""
    newer: Mapping[str, ParsedArticle]
    """Newer versions that replace those that are there."""


def sort_arrived(found: Sequence[ParsedArticle], articles: StoredArticles) -> ArrivedArticles:
    """Sort articles with their ids in the library by what they change in it."""
    newer = {each.article.id: each for each in _find_newer_texts(found, articles)}
    updated = (each for each in found if each.article.id not in newer)
    updates = list(_find_updates(updated, articles))
    new: dict[str, ParsedArticle] = {}
    for each in found:
        if lacks_text(articles, each.article.id, each.article.words):
            new.setdefault(each.article.id, each)
    unknown = (each for each in new.values() if each.article.id not in articles)
    imported = [event for each in unknown for event in events_from_import(each)]
    return ArrivedArticles(updates, imported, new, newer)


def lacks_text(articles: StoredArticles, article: str, words: int) -> bool:
    """Return True if the library lacks an article, or the text of so many words offered for it."""
    row = articles.stored_row(article)
    if row is None:
        return True
    return words > 0 and not row.words and articles.get_row(article) is not None


def lacks_version(articles: StoredArticles, article: str, version: TextVersion) -> bool:
    """Return True if the library lacks an article or its text, or has an older one that nobody opened."""
    if lacks_text(articles, article, version.words):
        return True
    row = articles.get_row(article)
    return row is not None and _is_newer(articles, row, version)


def select_lacking(
    found: Iterable[ParsedArticle], articles: StoredArticles
) -> dict[str, ParsedArticle]:
    """Return the articles of another library that a library lacks, or has an older text of, by id."""
    return {
        each.article.id: each
        for each in found
        if lacks_version(articles, each.article.id, each.article.version)
        and _has_other_text(articles, each)
    }


def _is_newer(articles: StoredArticles, row: ArticleRow, version: TextVersion) -> bool:
    """Return True if a version may take the place of a text: that is older, and nobody has opened it.

    A longer text is newer, and a shorter one may be truncated; of two as long, the date decides. Facts
    are read only if they may matter.
    """
    if not 0 < row.words <= version.words or _is_opened(articles.state(row.id)):
        return False
    if not articles.is_replaceable(row.id):
        return False
    if row.words < version.words:
        return True
    # Most of what arrives again has no date of an update: nothing is read from the disk.
    existing = articles.read_article(row.id) if version.updated else None
    return existing is not None and (
        existing.words < version.words or to_unix_seconds(existing.updated) < version.updated
    )


def _find_updates(found: Iterable[ParsedArticle], articles: StoredArticles) -> Iterator[NewEvent]:
    """Yield the updates to articles that the library has, as imported events.

    Facts are read from it only if they may matter.
    """
    for each in found:
        row = articles.get_row(each.article.id)
        if row is None or lacks_text(articles, each.article.id, each.article.words):
            continue
        recorded = articles.state(row.id)
        words = recorded.edits.get("words", UNSET_REGISTER)[1]
        updated_at = None
        if not _is_recorded(each.article, recorded):
            updated_at = _update_time(each.article, row, articles)
        known = words if isinstance(words, int) else row.words
        if to := _update_data(each, row, updated_at, known):
            yield NewEvent("edited", (row.id,), {"to": to, "imported": True})


def _find_newer_texts(
    found: Iterable[ParsedArticle], articles: StoredArticles
) -> Iterator[ParsedArticle]:
    """Yield the articles that have arrived with a newer text and that nobody has opened.

    Texts of the library are read only if they may matter.
    """
    for each in found:
        row = articles.get_row(each.article.id)
        if not row or not row.feed_key or each.article.extra.get("feed") != row.feed_key:
            continue
        if _is_newer(articles, row, each.article.version) and _has_other_text(articles, each):
            yield each


def _has_other_text(articles: StoredArticles, found: ParsedArticle) -> bool:
    row = articles.stored_row(found.article.id)
    return row is None or articles.read_text(row.id) != found.body.text


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


def _update_time(new: Article, row: ArticleRow, articles: StoredArticles) -> str | None:
    """Return when the publisher changed the article, if that is after it arrived."""
    if new.updated == new.created or to_unix_seconds(new.updated) <= row.added_at:
        return None
    first = articles.read_article(row.id)
    is_later = first and to_unix_seconds(new.updated) > to_unix_seconds(first.updated)
    return new.updated if is_later else None


def _update_data(
    found: ParsedArticle, row: ArticleRow, updated_at: str | None, words: int
) -> dict[str, Any]:
    """Return the data of an update event; empty if nothing is new.

    Feeds without dates of updates show them by a longer text; a shorter one may be truncated. If that
    is longer because it is read anew, only its length is recorded, for comparisons with later ones. In
    files of other readers the date may be that of a star, so the text must differ too.
    """
    new = found.article
    if row.feed_key and new.extra.get("feed") == row.feed_key:
        is_new = is_longer = 0 < words < new.words
        if updated_at is not None:
            is_new = True
        elif is_longer and found.item and found.item.is_read_anew:
            return {"words": new.words}
    else:
        is_new = updated_at is not None and new.words not in (0, words)
    return {"updated": updated_at or new.created, "words": new.words or words} if is_new else {}


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
