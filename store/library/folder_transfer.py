"""A library in a folder as it is stored, to copy it to another library or another one to it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from store.journal.events import Event, newer_format_message
from store.journal.journal_exchange import JournalWriter, has_journals, read_all_events
from store.library.catalog import Catalog
from store.library.stored_articles import StoredArticles
from store.library.transfer import Mark, TransferMarks
from store.library.updates import lacks_version
from store.model.article import Body, ParsedArticle, Rejection, TextVersion
from store.model.errors import LibraryDamaged, LibraryReadOnly, describe_system_error
from store.segments.segments import ArticleLocation, Segments


@dataclass(frozen=True)
class FolderTransfer:
    """The `Transfer` of a library in a folder, which is loaded."""

    catalog: Callable[[], Catalog]
    segments: Segments
    journals: Path
    writer: JournalWriter
    stored: Callable[[], StoredArticles]
    read_body: Callable[[ArticleLocation], Body]
    add: Callable[[Sequence[ParsedArticle]], int]
    """Adds the articles that the library lacks under their ids."""
    add_events: Callable[[Callable[[], int]], int]
    """Calls what writes events, if the library can be changed, and applies them."""
    newer_format: Callable[[], int]
    """Returns the format of files that a newer version has written; 0 if there are none."""

    def check_format(self) -> None:
        """Check that no newer version has written to the library."""
        if newer := self.newer_format():
            raise LibraryReadOnly(newer_format_message(newer))

    def list_articles(self, since: Mark) -> Generator[Mapping[str, TextVersion], None, Mark]:
        """Yield the articles of one segment after the other, the segment written first first."""
        catalog, signatures = self.catalog(), self.segments.signatures()
        found: dict[str, list[tuple[int, str, int]]] = {}
        for row in catalog.stored_rows():
            if location := catalog.stored_location(row.id):
                found.setdefault(location.segment, []).append(
                    (location.document_id, row.id, row.words)
                )
        for name in reversed(signatures):
            if name in found and since.get(name) != list(signatures[name]):
                updates = self._read_update_times(name)
                yield {
                    article: TextVersion(words, updates.get(number, 0))
                    for number, article, words in sorted(found[name])
                }
        return {name: list(signature) for name, signature in signatures.items() if name in found}

    def _read_update_times(self, segment: str) -> Mapping[int, int]:
        try:
            return self.segments.read_update_times(segment)
        except LibraryDamaged:  # which reading the articles reports, of each that is wanted
            return {}

    def read_articles(self, ids: Iterable[str]) -> Iterator[ParsedArticle | Rejection]:
        """Yield articles as they are on disk."""
        catalog = self.catalog()
        for article in ids:
            if location := catalog.stored_location(article):
                yield self._read_article(location)

    def _read_article(self, location: ArticleLocation) -> ParsedArticle | Rejection:
        try:
            facts, body = self.segments.read_article(location), self.read_body(location)
        except LibraryDamaged as error:
            return Rejection(": ".join(filter(None, (str(error.file), error.item))), error.reason)
        if body.is_missing and facts.words:
            path = self.segments.texts_path(location.segment)
            return Rejection(f"{path}: text {location.document_id}", "is not here yet")
        return ParsedArticle(facts, body)

    def read_events(self, since: Mark) -> Generator[Sequence[Event], None, Mark]:
        """Yield the events of one journal after the other."""
        try:
            return (yield from read_all_events(self.journals, since))
        except OSError as error:
            reason = f"cannot be read: {describe_system_error(error)}"
            raise LibraryDamaged(reason, file=Path(error.filename)) from error

    def find_missing(self, versions: Mapping[str, TextVersion]) -> list[str]:
        """Return the articles that the library lacks, or whose text it lacks or has an older one of."""
        stored = self.stored()
        return [
            article for article, each in versions.items() if lacks_version(stored, article, each)
        ]

    def has_reached(self, marks: TransferMarks) -> bool:
        """Return True if all segments and journals of the marks are there."""
        segments = self.segments.signatures()
        return segments.keys() >= marks.articles.keys() and has_journals(
            self.journals, marks.events
        )

    def write_articles(self, found: Sequence[ParsedArticle]) -> int:
        """Add articles to the segments of this machine."""
        return self.add(found) if found else 0

    def write_events(self, events: Sequence[Event]) -> int:
        """Add events to the journals of their machines."""
        return self.add_events(lambda: self.writer.write(events)) if events else 0
