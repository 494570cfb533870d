"""The rows of the library in a folder: read from its segments, and again when these change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from store.journal.reading_state import ReadingState
from store.library.catalog import Catalog
from store.library.feed_names import FeedLabels
from store.library.folder_reading import StaleParts
from store.maintenance.repair import REPAIR_LOCK_TIMEOUT, Repairer
from store.model.article import ArticleRow, Rejection
from store.model.errors import LibraryBusy, LibraryDamaged, SaveFailed
from store.model.results import LoadProgress
from store.segments.open_files import OpenSegmentFiles
from store.segments.segments import ArticleLocation, Segments
from store.system.files import FileSignature, WarningHandler
from store.system.memory import pause_gc

MANY_SEGMENTS = 20
"""Segments whose rows are left out of garbage collections: with 100,000 rows, one takes 25 ms."""


@dataclass(eq=False, slots=True)
class FolderRows:
    """Keeps a catalog in step with the segments of all machines.

    Attributes:
        catalog: The rows; another object once files are gone, as other copies may be valid then.
    """

    segments: Segments
    open_files: OpenSegmentFiles
    repairer: Repairer
    labels: FeedLabels
    stale: StaleParts
    """Told what other segments make stale."""
    read_state: Callable[[], ReadingState]
    """Returns the reading state, which the rows include."""
    warn: WarningHandler
    catalog: Catalog = field(default_factory=Catalog, init=False)
    _signatures: dict[str, FileSignature] = field(default_factory=dict, init=False)
    _unread: set[str] = field(default_factory=set, init=False)
    """The segments that could not be read, which is tried again by each refresh."""
    _unloaded: set[str] = field(default_factory=set, init=False)
    """The segments that are still to be loaded."""

    def _clear(self) -> None:
        self.catalog = Catalog()
        self._signatures, self._unread = {}, set()

    def load(self, load_state: Callable[[], Iterator[LoadProgress]]) -> Iterator[LoadProgress]:
        """Read all segments in steps, the newest first; before them, `load_state` their reading state."""
        signatures = self.segments.signatures()
        self._clear()
        self.labels.shown = self.labels.read()
        self._unloaded = set(signatures)
        try:
            with pause_gc(freeze=len(signatures) > MANY_SEGMENTS):
                yield from load_state()
                for done, (name, signature) in enumerate(signatures.items(), 1):
                    if name in self._unloaded:
                        self._unloaded.discard(name)
                        self._read_segment(name, signature)
                        self.open_files.open([name])
                    yield LoadProgress(len(self.catalog), done, len(signatures))
        finally:
            self._unloaded.clear()

    def read_all(self) -> None:
        """Read what is new, and what has not been loaded yet."""
        self._unloaded.clear()
        self.refresh()

    def _read_segment(self, name: str, signature: FileSignature) -> set[str]:
        """Read a segment; return the articles that were in it and no longer are."""
        missing = self.catalog.segment_articles(name) if name in self._signatures else set()
        self._signatures[name] = signature
        self._unread.discard(name)
        self.stale.index = True
        state = self.read_state()
        try:
            for found in self.segments.read_rows(name, self.labels.read()):
                if isinstance(found, Rejection):
                    self.warn(f"{found.location}: {found.reason}")
                else:
                    self.catalog.add(ArticleLocation(name, found[0]), found[1], state)
                    missing.discard(found[1].id)
        except LibraryDamaged as error:
            self.warn(str(error))
            self._unread.add(name)
            return set()
        # Articles read before the file was damaged stay: it may be half-synced.
        return set() if self.repairer.is_damaged(self.segments.facts_path(name)) else missing

    def rename_feeds(self) -> dict[str, ArticleRow]:
        """Apply the names and categories that feeds have now; return the rows that they change."""
        labels, shown = self.labels.read(), self.labels.shown
        if labels is shown:
            return {}
        self.labels.shown = labels
        gone = shown.keys() - labels.keys()
        return self.catalog.label_feeds(labels, gone, self.read_state(), self.segments.read_article)

    def refresh(self) -> bool:
        """Read the segments that are new or different; return True if there were any."""
        signatures, known = self.segments.signatures(), self._signatures
        changed = [
            name
            for name in signatures
            if name not in self._unloaded
            and (name in self._unread or signatures[name] != known.get(name))
        ]
        lost = {name: self._read_segment(name, signatures[name]) for name in changed}
        removed = known.keys() - signatures.keys()
        lost |= {name: self.catalog.segment_articles(name) for name in removed}
        if is_removed := bool(removed) or any(lost.values()):
            self._clear()  # other copies of the missing articles may be valid now
            for name in signatures.keys() - self._unloaded:
                self._read_segment(name, signatures[name])
            state = self.read_state()
            for name, articles in lost.items():
                kept = {each for each in articles if not state.get(each).deleted[1]}
                if not self.open_files.note_missing(name, missing := kept - set(self.catalog)):
                    self.repairer.warn_missing(self.segments.facts_path(name), len(missing))
        self.open_files.open(changed)
        return is_removed or not self._unread.issuperset(changed)

    def readd_missing(self) -> None:
        """Add the articles and texts again that another program removed from our own segments."""
        if not self.open_files.missing and not self.open_files.has_missing_texts():
            return
        try:
            with self.repairer.lock_segments(REPAIR_LOCK_TIMEOUT):
                self.refresh()  # another process may have done it already
                for name, count in self.open_files.append_missing(self.segments, self.catalog):
                    self.repairer.warn_readded(self.segments.facts_path(name), count)
                for path in self.open_files.restore_missing_texts():
                    self.warn(f"texts/{path.name} was removed by another program; written again")
            self.refresh()
        except (LibraryBusy, SaveFailed) as error:
            self.warn(str(error))  # the next refresh tries again

    def close(self) -> None:
        """Close the segments of this machine."""
        self.open_files.close()
