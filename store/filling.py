"""Articles that are known get the text that comes later: the first one, or a newer one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from store.journal.events import Change
from store.journal.reading_state import history
from store.model.article import Article, Found, Reading
from store.segments.segments import Segments
from store.shelf import Shelf


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
