"""Copying one library to another, both ways: articles under their ids, events of their machines.

A copy that was interrupted is run again: what the target has already is left out.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from store.journal.events import Event
from store.model.article import ParsedArticle, Rejection, TextVersion
from store.text.names import name_key
from store.text.urls import canonicalize_url

if TYPE_CHECKING:
    from store.feeds.subscriptions import Subscription
    from store.library.protocol import Library

ARTICLE_BATCH_SIZE = 500
"""Articles that are written at once."""

Mark = Mapping[str, Any]
"""Up to where a library was read, as JSON; empty for its beginning."""


class Transfer(Protocol):
    """A library as it is stored: with deleted articles, undone events, and every machine."""

    def check_format(self) -> None:
        """Check that all of the library is understood, of which nothing is to be lost on the way.

        Raises:
            LibraryReadOnly: A newer version has written to it.
        """

    def list_articles(self, since: Mark) -> Generator[Mapping[str, TextVersion], None, Mark]:
        """Yield the articles by id with the versions of their texts, in batches, in the order added.

        Args:
            since: What an earlier call returned: only articles that were stored since then.

        Returns:
            Up to where the library was read.
        """

    def read_articles(self, ids: Iterable[str]) -> Iterator[ParsedArticle | Rejection]:
        """Yield articles as they were added, without what the user changed, or why one cannot be read."""

    def read_events(self, since: Mark) -> Generator[Sequence[Event], None, Mark]:
        """Yield all events in batches; some may come twice.

        Args:
            since: What an earlier call returned: only events that were stored since then.

        Returns:
            Up to where the library was read.
        """

    def find_missing(self, versions: Mapping[str, TextVersion]) -> list[str]:
        """Return the articles that the library lacks, or whose text it lacks or has an older one of.

        Args:
            versions: Articles that can be had, by id, with the versions of their texts.
        """

    def has_reached(self, marks: TransferMarks) -> bool:
        """Return True if this is still the library that the marks are of, with all up to there."""

    def write_articles(self, found: Sequence[ParsedArticle]) -> int:
        """Add articles under their ids and return their number, without those that are there.

        A newer text replaces one that nobody has opened.
        """

    def write_events(self, events: Sequence[Event]) -> int:
        """Add events of their machines and return their number, without those that are there."""


Entries = Mapping[str, str]
"""Feeds or saved searches by name, each as a string that differs if it is changed."""


@dataclass(frozen=True, slots=True)
class TransferMarks:
    """Up to where a library was copied to another one, and what both had then."""

    articles: Mark = field(default_factory=dict)
    events: Mark = field(default_factory=dict)
    feeds: Entries = field(default_factory=dict)
    searches: Entries = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TransferResult:
    """The numbers of what was copied so far, all of it stored."""

    articles: int = 0
    existing: int = 0
    """Articles that the target had already."""
    events: int = 0
    feeds: int = 0
    searches: int = 0
    rejected: tuple[Rejection, ...] = ()
    marks: TransferMarks = TransferMarks()


def copy_library(
    source: Library, target: Library, since: TransferMarks = TransferMarks()
) -> Generator[TransferResult, None, TransferResult]:
    """Copy what the target lacks, in steps; both are loaded.

    Args:
        source: The library that is read.
        target: The library that is added to.
        since: The marks of an earlier result, which spare it to compare everything again.

    Raises:
        LibraryReadOnly, LibraryBusy, SaveFailed: Up to the last step, everything is stored.
    """
    source.transfer.check_format()
    done = TransferResult(marks=since)
    # A feed decides where its articles belong, and an article where its events do.
    for step in (_copy_feeds, _copy_articles, _copy_events, _copy_searches):
        done = yield from step(source, target, done)
    return done


def _copy_events(
    source: Library, target: Library, done: TransferResult
) -> Generator[TransferResult, None, TransferResult]:
    batches = source.transfer.read_events(done.marks.events)
    while True:
        try:
            batch = next(batches)
        except StopIteration as end:
            return replace(done, marks=replace(done.marks, events=end.value))
        done = replace(done, events=done.events + target.transfer.write_events(batch))
        yield done


def _copy_articles(
    source: Library, target: Library, done: TransferResult
) -> Generator[TransferResult, None, TransferResult]:
    batches = source.transfer.list_articles(done.marks.articles)
    while True:
        try:
            versions = next(batches)
        except StopIteration as end:
            # What could not be read is tried again next time.
            mark = done.marks.articles if done.rejected else end.value
            return replace(done, marks=replace(done.marks, articles=mark))
        missing = target.transfer.find_missing(versions)
        done = replace(done, existing=done.existing + len(versions) - len(missing))
        found = source.transfer.read_articles(missing)
        while batch := list(islice(found, ARTICLE_BATCH_SIZE)):
            written = target.transfer.write_articles(
                [each for each in batch if isinstance(each, ParsedArticle)]
            )
            rejected = tuple(each for each in batch if isinstance(each, Rejection))
            done = replace(
                done, articles=done.articles + written, rejected=done.rejected + rejected
            )
            yield done


def _copy_feeds(
    source: Library, target: Library, done: TransferResult
) -> Generator[TransferResult, None, TransferResult]:
    """Add the feeds that the target lacks, and make the changes since both had the same."""
    offered = {each.key: each for each in source.feeds.subscriptions()}
    existing = {each.key: each for each in target.feeds.subscriptions()}
    known = {
        canonicalize_url(url)
        for each in existing.values()
        for url in (each.url, each.key, *each.former_urls)
    }
    theirs, ours = describe_feeds(offered.values()), describe_feeds(existing.values())
    changes = find_changes(done.marks.feeds, theirs, ours)
    put = [
        offered[key]
        for key in changes.put
        if key in existing or known.isdisjoint(map(canonicalize_url, (offered[key].url, key)))
    ]
    if put or changes.remove:
        target.feeds.update(put=put, remove=[existing[key] for key in changes.remove])
    made = Changes([each.key for each in put], changes.remove)
    marks = replace(done.marks, feeds=find_agreed(done.marks.feeds, theirs, ours, made))
    yield (done := replace(done, feeds=len(put) + len(changes.remove), marks=marks))
    return done


def _copy_searches(
    source: Library, target: Library, done: TransferResult
) -> Generator[TransferResult, None, TransferResult]:
    offered, existing = source.searches.read(), target.searches.read()
    changes = find_changes(done.marks.searches, offered, existing)
    names = {name_key(name) for name in existing}
    put = {
        name: offered[name]
        for name in changes.put
        if name in existing or name_key(name) not in names
    }
    if put:
        target.searches.put(put)
    for name in changes.remove:
        target.searches.remove(name)
    made = Changes(list(put), changes.remove)
    marks = replace(done.marks, searches=find_agreed(done.marks.searches, offered, existing, made))
    yield (done := replace(done, searches=len(put) + len(changes.remove), marks=marks))
    return done


class Changes(NamedTuple):
    """The names of the entries that are to be put into the target, and of those to be removed."""

    put: Sequence[str]
    remove: Sequence[str]


def find_changes(before: Entries, source: Entries, target: Entries) -> Changes:
    """Find what has changed in the source since both had the same; what the target changed stays.

    Args:
        before: The entries that both had; empty if that is not known, and then nothing is removed.
        source: The entries of the source now.
        target: The entries of the target now.
    """

    def is_put(name: str) -> bool:
        if name not in target:
            return name not in before
        return target[name] == before.get(name) and source[name] != target[name]

    return Changes(
        [name for name in source if is_put(name)],
        [name for name, each in target.items() if name not in source and before.get(name) == each],
    )


def find_agreed(before: Entries, source: Entries, target: Entries, made: Changes) -> Entries:
    """Return the entries of the source that both have had alike, now or before.

    They are those that were read, with the changes that were made, and not those that are there now: what
    somebody else has changed or removed in the meantime is a change, which the next exchange finds.
    """
    after = {name: each for name, each in target.items() if name not in made.remove}
    after |= {name: source[name] for name in made.put}
    return {
        name: each for name, each in source.items() if each in (before.get(name), after.get(name))
    }


def describe_feeds(feeds: Iterable[Subscription]) -> Entries:
    """Return feeds as entries, by their keys."""
    return {
        each.key: sha256(repr(each).encode("utf-8", "surrogatepass")).hexdigest() for each in feeds
    }
