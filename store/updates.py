"""What publishers change after an article came in: it is noted, and the first text stays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from store.article import Article, Found, Row
from store.events import Change
from store.reading import UNSET, Marks, ReadingState
from store.segments import Place
from store.shelf import Shelf
from store.times import seconds

OFTEN = 86_400
"""Seconds between two updates that are both noted of an article that nobody read in between: some
feeds give everything a new date each time they are asked."""


def updates(
    found: Iterable[Found],
    shelf: Shelf,
    state: ReadingState,
    facts: Callable[[Place], Article],
) -> Iterator[Change]:
    """What is new in articles that were there already, as events that came with them.

    Args:
        found: What came now.
        shelf: What is there.
        state: What was noted already.
        facts: Reads the facts of an article as it came first; asked only where it may matter.
    """
    for each in found:
        row, place = shelf.row(each.article.id), shelf.place(each.article.id)
        if row is None or place is None or shelf.lacks(row.id, each.article.words):
            continue
        marks = state.of(row.id)
        words = marks.edits.get("words", UNSET)[1]
        when = None
        if not _is_noted(each.article, marks):
            when = _later(each.article, row, partial(facts, place))
        known = words if isinstance(words, int) else row.words
        if to := _noted(each.article, row, when, known):
            yield Change("edited", (row.id,), {"to": to, "imported": True})


def _is_noted(came: Article, marks: Marks) -> bool:
    """Whether this update was noted before, or one so short before that it says as much."""
    if (noted := marks.edited().get("updated")) is None:
        return False
    since = seconds(came.updated) - seconds(noted)
    return since <= 0 or (since < OFTEN and marks.edits["updated"][0] > marks.last_read)


def _later(came: Article, row: Row, first: Callable[[], Article]) -> str | None:
    """When the publisher says it was changed, if that is after it came."""
    if came.updated == came.created or seconds(came.updated) <= row.added:
        return None
    return came.updated if seconds(came.updated) > seconds(first().updated) else None


def _noted(came: Article, row: Row, when: str | None, words: int) -> dict[str, Any]:
    """What an event says of it; nothing where nothing is new.

    Feeds without such dates tell by a text that has grown: one that is shorter may be cut off. In
    files of other readers the date may be that of a star, so that the text has to differ too.
    """
    if row.feed and came.extra.get("feed") == row.feed:
        is_new = when is not None or 0 < words < came.words
    else:
        is_new = when is not None and came.words not in (0, words)
    return {"updated": when or came.created, "words": came.words or words} if is_new else {}
