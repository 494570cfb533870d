"""One event about many articles: those that it would change, and its steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Generic, NamedTuple, TypeVar

from store.library.stored_articles import RowLookup, TagStep
from store.model.article import ArticleRow
from store.model.errors import NewstuiError
from store.text.names import clean_name, name_key

_ROW_TESTS: Mapping[str, Callable[[ArticleRow], bool]] = {
    "read": lambda row: not row.read,
    "unread": lambda row: row.read,
    "starred": lambda row: not row.starred,
    "unstarred": lambda row: row.starred,
}
"""What is true of the rows that an event changes; the other events change every row."""

Targets = tuple[int, list[str]]
"""How many articles were looked at, and those of them that the event changes."""


StepT = TypeVar("StepT")


class UnfinishedChange(Generic[StepT]):
    """The steps of a change that is being made; any other change finishes them first."""

    def __init__(self, steps: Iterator[StepT], last: StepT) -> None:
        """Take no step yet; `last` is the result if there is none."""
        self._steps = steps
        self._last = last
        self._error: NewstuiError | ValueError | None = None

    def __iter__(self) -> Iterator[StepT]:
        """Yield the steps that are left, as they are taken here."""
        while self._take():
            yield self._last

    def _take(self) -> bool:
        try:
            self._last = next(self._steps)
        except StopIteration:
            return False
        except (NewstuiError, ValueError) as error:
            self._error = error  # of this change, and not of the one that finishes it
            return False
        return True

    def finish(self) -> None:
        """Take the steps that are left."""
        while self._take():
            pass

    def result(self) -> StepT:
        """Return the last step.

        Raises:
            NewstuiError, ValueError: The change was not made.
        """
        if self._error is not None:
            raise self._error
        return self._last


class ChangeQueue:
    """Changes that are made in steps, one after the other."""

    def __init__(self) -> None:
        self._last: UnfinishedChange[Any] = UnfinishedChange(iter(()), None)

    def change(self, steps: Iterator[StepT], first: StepT) -> Iterator[StepT]:
        """Make a change after the one before; any other finishes it first, and so does giving up.

        Args:
            steps: Its steps.
            first: The step that is reported until it begins, and its result if it has no steps.
        """
        in_order = chain((first for _ in self._last), steps)
        change = self._last = UnfinishedChange(in_order, first)
        try:
            yield from change
        finally:
            change.finish()
        yield change.result()

    def finish(self) -> None:
        """Finish the change that is being made, before anything else is changed."""
        self._last.finish()


class EventTargets(NamedTuple):
    """Finds the articles that an event changes; only `restored` is about deleted ones."""

    rows: RowLookup
    tags_in_steps: Callable[[Iterable[Sequence[str]]], Iterator[TagStep]]
    """Yields the tags of the articles with these ids, without deleted ones."""

    def find(
        self, event: str, batches: Iterable[Sequence[str]], data: Mapping[str, Any]
    ) -> Iterator[Targets]:
        """Find them among the articles with these ids, in steps.

        Raises:
            LibraryDamaged: Tags cannot be read.
        """
        if event in ("tagged", "untagged"):
            yield from self._find_by_tag(batches, str(data.get("tag", "")), has=event != "tagged")
            return
        for ids in batches:
            yield len(ids), [article for article in ids if self._is_changed(event, article)]

    def _is_changed(self, event: str, article: str) -> bool:
        row = self.rows.get_row(article)
        if event == "restored" or row is None:
            return event == "restored" and row is None and article in self.rows
        test = _ROW_TESTS.get(event)
        return test is None or test(row)

    def _find_by_tag(
        self, batches: Iterable[Sequence[str]], tag: str, *, has: bool
    ) -> Iterator[Targets]:
        """Find those that have a tag, or those that lack it."""
        key = name_key(clean_name(tag))
        for looked_at, tags in self.tags_in_steps(batches):
            yield looked_at, [each for each in tags if (key in map(name_key, tags[each])) is has]
