"""The places of a library and the numbers of their articles."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from store.library.protocol import Library
from store.model.errors import LibraryDamaged
from store.model.results import Counts
from store.text.names import name_key
from tui.rendering.list_layout import find_day_boundaries
from tui.rendering.places import NO_FEED, Place, PlaceKind, PlaceSources, build_places

if TYPE_CHECKING:
    from store.feeds.feed_store import FeedStatus

SEARCHED_KINDS: tuple[PlaceKind, ...] = ("show", "search", "tag")
"""The kinds of places that may have a query in words."""


@dataclass(frozen=True, slots=True)
class FoundPlaces:
    """The places of a library, and the numbers that are known at once."""

    places: Sequence[Place]
    """Each before those in it; the same object as before where nothing has changed."""
    feeds: Mapping[str, FeedStatus]
    """The feeds by their keys."""
    counts: Mapping[str, Counts | None] = field(default_factory=dict)
    """By the keys of places; those with a query are counted by `count_searches`."""
    problem: str = ""
    """Why the feeds cannot be read; empty if they can."""


def list_searches(library: Library, searches: Mapping[str, str]) -> dict[str, str]:
    """Return the saved searches of a library, then those of the settings with other names.

    Raises:
        LibraryDamaged: Those of the library cannot be read.
    """
    found = library.searches.read()
    known = set(map(name_key, found))
    return found | {name: text for name, text in searches.items() if name_key(name) not in known}


class PlaceFinder:
    """Finds the places of a library again and again, and reads only what has changed."""

    def __init__(self, library: Library, searches: Mapping[str, str]) -> None:
        """Find nothing yet; `searches` are the saved searches of the settings by name."""
        self.is_folded = False
        """Whether each story is counted once."""
        self._library = library
        self._searches = searches
        self._sources = PlaceSources()
        self._places: Sequence[Place] = build_places(self._sources)
        self._feeds: Mapping[str, FeedStatus] = {}
        self._problem = self._searches_problem = ""
        self._signature: object = None
        self._found_searches: Mapping[str, str] = searches
        self._searches_signature: object = None

    def find(self, now: int) -> FoundPlaces:
        """Return the places as they are now, with the numbers that cost next to nothing.

        Args:
            now: Seconds since 1970, for the places of a day.
        """
        self._read_feeds()
        self._read_searches()
        sources = self._gather_sources(now)
        if sources != self._sources:
            self._sources, self._places = sources, build_places(sources)
        queries = {
            place.key: replace(place.query, is_folded=self.is_folded)
            for place in self._places
            if place.query is not None and not place.query.text
        }
        counts = self._library.counts(queries)
        problem = self._problem or self._searches_problem
        return FoundPlaces(self._places, self._feeds, counts, problem)

    @property
    def is_stale(self) -> bool:
        """True if feeds or searches have changed since `find`; cheap."""
        library = self._library
        return (library.feeds.signature, library.searches.signature) != (
            self._signature,
            self._searches_signature,
        )

    def count_searches(
        self, kinds: Collection[str] = SEARCHED_KINDS
    ) -> Iterator[Mapping[str, Counts | None]]:
        """Yield the numbers of the places with a query in words, one at a time: each is a search.

        None stands for a query that cannot be parsed.
        """
        for place in list(self._places):
            if place.kind in kinds and place.query is not None and place.query.text:
                query = replace(place.query, is_folded=self.is_folded)
                found = self._library.counts({place.key: query})
                yield {place.key: found.get(place.key)}

    def _read_feeds(self) -> None:
        store = self._library.feeds
        if (signature := store.signature) == self._signature:
            return
        self._signature = signature
        try:
            found = store.list_feeds(())
        except LibraryDamaged as error:
            self._feeds, self._problem = {}, str(error)
        else:
            self._feeds = {each.subscription.key: each for each in found}
            self._problem = ""

    def _read_searches(self) -> None:
        store = self._library.searches
        if (signature := store.signature) == self._searches_signature:
            return
        self._searches_signature, self._searches_problem = signature, ""
        try:
            self._found_searches = list_searches(self._library, self._searches)
        except LibraryDamaged as error:
            self._found_searches, self._searches_problem = self._searches, str(error)

    def _gather_sources(self, now: int) -> PlaceSources:
        library = self._library
        former = {each.name for each in library.by("feed")} - self._feeds.keys()
        of_none = (NO_FEED, *sorted(former)) if self._feeds else None
        return PlaceSources(
            [each.subscription for each in self._feeds.values()],
            sorted(former),
            [each.name for each in library.by("category", of_none)],
            library.tags(),
            self._found_searches,
            find_day_boundaries(now).today,
        )
