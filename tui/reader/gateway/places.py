"""The places of the library: which there are, and the numbers of their articles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from tui.reader.gateway import messages
from tui.reader.gateway.worker import Part, Worker, library_job

if TYPE_CHECKING:
    from store.model.results import Counts
    from tui.actions.places import PlaceFinder


MAX_PICKER_SEARCHES = 200
"""Searches and tags that are counted for the picker, which waits for them."""


class Places(Part):
    """Lists the places, however often something changes: requests that wait become one.

    Attributes:
        searches: The saved searches of the settings, by name.
        is_folded: Whether each story is counted once.
    """

    def __init__(self, worker: Worker) -> None:
        super().__init__(worker)
        self.searches: Mapping[str, str] = {}
        self.is_folded = False
        self._is_pending = False
        self._request_number = 0
        """Of the last request; searches for earlier ones are no longer counted."""

    @cached_property
    def _finder(self) -> PlaceFinder:
        from tui.actions.places import PlaceFinder  # imported with the first request

        return PlaceFinder(self._library, self.searches)

    def list_places(self, now: Callable[[], int]) -> None:
        """List the places as they will be when everything asked before is done.

        Args:
            now: Returns seconds since 1970.
        """
        if not self._is_pending:
            self._is_pending = True
            self._worker.submit(lambda: self._list_places(now()))

    def refresh(self, now: Callable[[], int]) -> None:
        """List the places again if other programs have changed feeds or searches."""
        if not self._is_pending and not self._worker.is_busy:
            self._worker.submit(lambda: self._list_changed(now), background=True)

    def _list_changed(self, now: Callable[[], int]) -> None:
        if self._finder.is_stale:
            self._list_places(now())

    @library_job
    def list_for_picker(self, now: Callable[[], int]) -> None:
        """List the places with their numbers; of those that are searches, the first ones have one."""
        self._finder.is_folded = self.is_folded
        found = self._finder.find(now())
        counts: dict[str, Counts | None] = dict(found.counts)
        for each in islice(self._finder.count_searches(), MAX_PICKER_SEARCHES):
            counts |= each
        self._post(messages.PlacesListed(replace(found, counts=counts), now(), is_for_picker=True))

    def _list_places(self, now: int) -> None:
        self._is_pending = False
        self._request_number += 1
        self._finder.is_folded = self.is_folded
        self._post(messages.PlacesListed(self._finder.find(now), now))
        self._worker.run_steps(self._count_searches(self._request_number), background=True)

    def _count_searches(self, number: int) -> Iterator[None]:
        for counts in self._finder.count_searches():
            self._post(messages.PlacesCounted(counts))
            yield
            if number != self._request_number:
                return
