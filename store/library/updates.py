"""What publishers change after an article came in.

An article nobody has opened is replaced by what it is now. Of one that was, the text stays: what was
read is what is kept; that it was changed is noted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from store.journal.events import Change
from store.journal.reading_state import UNSET, Marks, ReadingState, history
from store.library.catalog import Shelf
from store.model.article import Article, Found, Reading, Row
from store.model.times import seconds
from store.segments.segments import Place, Segments

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


def renewals(
    found: Iterable[Found],
    shelf: Shelf,
    state: ReadingState,
    segments: Segments,
) -> Iterator[Found]:
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
        row, place = shelf.row(came.id), shelf.place(came.id)
        if row is None or place is None or not row.feed or came.extra.get("feed") != row.feed:
            continue
        if not 0 < row.words <= came.words or _is_touched(state.of(row.id)):
            continue
        if row.words == came.words and (came.updated == came.created or not came.updated):
            continue  # most of what comes again: it is not looked for on the disk
        if (
            segments.owns(place)
            and _later_or_longer(came, segments.article(place))
            and segments.body(place).text != each.body.text
        ):
            yield each


def _is_touched(marks: Marks) -> bool:
    return bool(marks.read_count or marks.last_opened or marks.read[1] or marks.position[1])


def _later_or_longer(came: Article, there: Article) -> bool:
    return came.words > there.words or seconds(came.updated) > seconds(there.updated)


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


def histories(found: Sequence[Found], shelf: Shelf) -> list[Change]:
    """The reading state that came with articles nobody knew.

    It is written before they are: without its article an event does no harm, and a second import
    writes the same one; an article without its events would never get them.
    """
    unknown = (each for each in found if each.article.id not in shelf)
    return [change for each in unknown for change in history(each)]


def take_in(found: Sequence[Found], segments: Segments, shelf: Shelf) -> None:
    """Write new articles, and the texts of those that are there without one, or with an older one.

    An article of this machine is written anew in its place; of another machine's, which writes its
    files alone, a copy with the text is added, and that one counts (see `Shelf.put`).
    """
    new = []
    again: dict[str, dict[int, Found]] = {}
    for each in found:
        place = shelf.place(each.article.id)
        if place is None:
            new.append(each)
            continue
        whole = filled(segments.article(place), each)
        if segments.owns(place):
            again.setdefault(place.segment, {})[place.document] = whole
        else:
            new.append(whole)
    for segment, articles in again.items():
        segments.replace(segment, articles)
    if new:
        segments.append(new)


def filled(there: Article, found: Found) -> Found:
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
    return Found(facts, found.body, Reading())
