"""A library on PostgreSQL: the `Library` protocol, answered by parts that share one `Access`."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from store.journal.events import Event
from store.library.protocol import Capability, ListField, Listing
from store.model.article import (
    Article,
    ArticleInsights,
    ArticleRow,
    FullArticle,
    ParsedArticle,
    ReadingStatus,
    SimilarArticle,
    Snippet,
)
from store.model.errors import LibraryNotReady, LibraryUnavailable, NewstuiError
from store.model.results import (
    AddProgress,
    Counts,
    ExternalChanges,
    GroupCount,
    IndexProgress,
    LoadProgress,
    RecordProgress,
    UndoableChange,
    UndoneChange,
)
from store.model.times import Clock
from store.postgres.access import Access
from store.postgres.adding import Adder
from store.postgres.changes import Changes
from store.postgres.connection import Connection
from store.postgres.lists import Lists
from store.postgres.reader import Reader
from store.postgres.related import Related
from store.postgres.schema import VERSION, check_server, read_version
from store.postgres.searcher import PostgresSearcher
from store.postgres.side_connection import SideConnection
from store.search.list_query import ListQuery, Matches, PassageMatches, SearchQuery

if TYPE_CHECKING:
    from store.feeds.feed_store import FeedStore
    from store.library.interest_store import InterestStore
    from store.library.statistics import ReadingTally, ReadTotals
    from store.library.story_numbers import StoryNumbers
    from store.library.summary_cache import SummaryCache
    from store.library.vector_cache import ArticleVector
    from store.postgres.live import Listener
    from store.postgres.sharing import FolderMember
    from store.postgres.transfer import PostgresTransfer
    from store.search.saved_searches import SearchStore
    from store.search.similar import ComparedArticle


_IS_READ_ONLY = "current_setting('transaction_read_only')::boolean"


class PostgresLibrary:
    """A `Library` in a database; see `store.library.protocol` for what the calls promise."""

    capabilities: frozenset[Capability] = frozenset({"copies"})
    """What this engine does beside the calls of the protocol."""

    def __init__(
        self,
        url: str,
        cache: Path,
        machine: str,
        clock: Clock,
        *,
        environ: Mapping[str, str] = os.environ,
        password: Callable[[], str] | None = None,
    ) -> None:
        """Connect, and make the account's own library if it has none.

        Args:
            url: The URL of the database.
            cache: The folder for what is derived from it on this machine.
            machine: The name under which this machine writes.
            clock: Now, in UTC.
            environ: The environment, in which libpq has variables of its own.
            password: Returns the password; not asked if the URL has one.

        Raises:
            InvalidInput: The URL cannot be understood, or its schema `newstui` is not ours.
            LibraryNotReady: The database has no library, or an older one.
            LibraryUnavailable: The server cannot be reached, or refuses.
            ProgramFailed: By `password`.
        """
        self._problems: dict[str, None] = {}
        self._listener: Listener | None = None
        connection = Connection(url, uuid4().hex, environ, password)
        self.access = Access(connection, machine, clock, cache, self._warn)
        try:
            self._open()
        except NewstuiError:
            connection.close()
            raise
        self._side = SideConnection(self.access)
        self._reader = Reader(self.access)
        self._changes = Changes(self.access, self._reader, lambda: self.read_only_reason)
        self._adder = Adder(self.access, self._reader, self._changes)
        self._searcher = PostgresSearcher(self.access, self._reader)
        self._lists = Lists(self.access, self._reader, self._searcher)
        self._related = Related(self.access, self._reader, self._searcher)

    def _open(self) -> None:
        access, connection = self.access, self.access.connection
        check_server(connection)
        version = read_version(connection)
        if version == 0:
            raise LibraryNotReady("has no library yet", connection.shown_url)
        if version < VERSION:
            reason = f"made by an older newstui (schema {version}; {VERSION} is needed)"
            raise LibraryNotReady(reason, connection.shown_url)
        if version > VERSION:
            access.has_newer_schema = True
            access.read_only_reason = (
                f"made by a newer newstui (schema {version}); opened read-only"
            )
        self._find_account()
        if not access.libraries:  # which only a change would make
            reason = f"{access.account} has no library here, and none can be made now"
            raise LibraryUnavailable(f"{connection.shown_url}: {reason}")

    def _find_account(self) -> None:
        """Find out who reads, what the libraries of this account are, and whether it may change them."""
        access, connection = self.access, self.access.connection
        found = connection.row(f"select session_user::text, {_IS_READ_ONLY}")
        access.account, is_read_only = found or ("", False)
        if not access.has_newer_schema:  # a standby, or the rule for this account
            reason = f"{connection.shown_url} only allows reading"
            access.read_only_reason = reason if is_read_only else ""
        own = connection.row(
            "select id from newstui.library where owner = session_user and folder = ''"
            if access.read_only_reason
            else "select newstui.open_own()"
        )
        access.own = own[0] if own else 0
        access.read_memberships()

    def _warn(self, problem: str) -> None:
        self._problems[problem] = None  # a dict, so that each is reported once and in order

    # -- state -----------------------------------------------------------------------------

    @property
    def shown_url(self) -> str:
        """The URL of the database, without a password."""
        return self.access.connection.shown_url

    @property
    def server(self) -> str:
        """The versions of the server and of the schema, as they are shown."""
        release = self.access.connection.raw.info.server_version
        version = read_version(self.access.connection)
        return f"PostgreSQL {release // 10_000}.{release % 10_000}, schema {version}"

    @property
    def read_only_reason(self) -> str:
        """The reason why nothing can be changed, as one line; empty if it can."""
        return self.access.connection.lost_reason or self.access.read_only_reason

    @property
    def is_empty(self) -> bool:
        """True if there are no articles."""
        return self._reader.is_empty()

    @property
    def problems(self) -> Sequence[str]:
        """The problems found so far."""
        return tuple(self._problems)

    @property
    def is_index_stale(self) -> bool:
        """True if articles are still to be indexed, as far as that can be told."""
        copies = self._lists.copies
        return not self.access.connection.lost_reason and (
            self._searcher.is_stale or (copies is not None and copies.is_stale())
        )

    @cached_property
    def summaries(self) -> SummaryCache:
        """The summaries that a program of the user's has made."""
        from store.library.summary_cache import SummaryCache

        return SummaryCache(self.access.cache / "summaries")

    @cached_property
    def interests(self) -> InterestStore:
        """The reader's interests."""
        from store.library.interest_store import InterestStore

        return InterestStore(self.access.cache)

    @cached_property
    def story_numbers(self) -> StoryNumbers:
        """The stories that articles were gathered into."""
        from store.library.story_numbers import StoryNumbers

        return StoryNumbers(self.access.cache)

    @cached_property
    def feeds(self) -> FeedStore:
        """The subscriptions, and the state of each feed."""
        from store.postgres.feeds import PostgresFeedStore  # with parsers of subscriptions

        return PostgresFeedStore(self._side)

    @cached_property
    def searches(self) -> SearchStore:
        """The saved searches."""
        from store.postgres.saved_searches import PostgresSearchStore

        return PostgresSearchStore(self._side)

    @cached_property
    def transfer(self) -> PostgresTransfer:
        """The library as it is stored."""
        from store.postgres.transfer import PostgresTransfer

        return PostgresTransfer(self.access, self._changes, self._reader.note_list_change)

    # -- loading ---------------------------------------------------------------------------

    def load(self) -> Iterator[LoadProgress]:
        """Load nothing: every call asks the server."""
        yield from ()

    def update_index(self) -> Iterator[IndexProgress]:
        """Index what is new, in steps."""
        self._changes.finish()
        yield from self._searcher.update()
        if (copies := self._lists.copies) is not None and (yield from copies.update()):
            self._reader.note_list_change()

    def update_embeddings(self) -> Generator[IndexProgress, None, bool]:
        """Make no embeddings: they are of folders alone."""
        yield from ()
        return False

    def open_embeddings(self) -> None:
        """Open nothing: there are none."""

    def refresh(self) -> ExternalChanges:
        """Read what others have changed; nothing while the server cannot be reached."""
        if self.access.connection.lost_reason:
            return ExternalChanges()
        self._changes.finish()
        self._follow_server()
        return self._reader.refresh()

    def _follow_server(self) -> None:
        """Notice that a standby became the server, or the server a standby."""
        access = self.access
        found = access.connection.row(f"select {_IS_READ_ONLY}")
        if found and not access.has_newer_schema and found[0] != bool(access.read_only_reason):
            self._find_account()

    def watch(self, changed: Callable[[], None]) -> None:
        """Listen for changes of others."""
        from store.postgres.live import Listener  # commands have no use for it

        self._listener = Listener(self.access.connection, changed)

    def close(self) -> None:
        """Finish what is being changed, and close the connections."""
        if self._listener is not None:
            self._listener.stop()
            self._listener = None
        self._changes.close()
        if self._lists.copies is not None:
            self._lists.copies.close()
        self._side.close()
        self.access.connection.close()

    # -- sharing --------------------------------------------------------------------------

    def list_members(self) -> Sequence[FolderMember]:
        """Return with whom the folders of this account are shared."""
        from store.postgres.sharing import list_members

        return list_members(self.access)

    def share(self, category: str, account: str, *, may_write: bool) -> int:
        """Share a category with another account; return the number of articles that came into the folder.

        Raises:
            InvalidInput: There is no such account, or the folder is in another one that is shared.
        """
        from store.postgres.sharing import share_folder

        self._changes.check_writable()
        return share_folder(self.access, category, account, may_write=may_write)

    def stop_sharing(self, category: str, account: str) -> None:
        """Share a folder no longer with an account; its articles stay in it.

        Raises:
            InvalidInput: It is not shared with this account.
        """
        from store.postgres.sharing import stop_sharing

        self._changes.check_writable()
        stop_sharing(self.access, category, account)

    # -- lists and searches ----------------------------------------------------------------

    def listing(self, query: ListQuery) -> Listing:
        """Return a list."""
        return self._lists.listing(query)

    def copy_groups(self) -> Mapping[str, int]:
        """Return a number for each article that has copies; copies of each other have the same."""
        return self._lists.copy_groups()

    def search(self, search: SearchQuery, limit: int | None = None) -> Matches:
        """Return the articles that a search finds."""
        return self._searcher.search(search, limit)

    def passages(self, text: str, limit: int) -> PassageMatches:
        """Return the best paragraphs for a query."""
        return self._searcher.passages(text, limit)

    def correct_query(self, text: str) -> str:
        """Return a query with misspelt words corrected."""
        return self._searcher.correct(text)

    def snippets(self, matches: Matches, articles: Iterable[str]) -> Mapping[str, Snippet]:
        """Return a snippet for each of some articles that a search found, by id."""
        return self._searcher.snippets(matches, articles)

    def get_row(self, article: str) -> ArticleRow | None:
        """Return the row of an article."""
        return self._reader.rows([article]).get(article)

    def get_rows(self, articles: Iterable[str]) -> Mapping[str, ArticleRow]:
        """Return the rows of articles, by id."""
        return self._reader.rows(articles)

    def counts(self, queries: Mapping[str, ListQuery]) -> Mapping[str, Counts]:
        """Count the articles of several lists."""
        return self._lists.counts(queries)

    def by(self, field: ListField, feeds: Collection[str] | None = None) -> list[GroupCount]:
        """Return every category, or every feed with articles, with its counts."""
        return self._lists.by(field, feeds)

    def read_totals(self) -> Sequence[ReadTotals]:
        """Return the numbers of articles and of readings of each category of each feed."""
        return self._lists.read_totals()

    def readings(self) -> Iterator[Mapping[int, ReadingTally]]:
        """Yield the readings by quarter of an hour."""
        yield self._lists.readings()

    def tags(self) -> list[str]:
        """Return the tags known so far."""
        return self._reader.tags()

    # -- articles --------------------------------------------------------------------------

    def word_counts(self, articles: Iterable[str]) -> Mapping[str, int]:
        """Return the numbers of words of articles."""
        return self._reader.word_counts(articles)

    def find_id(self, id_or_prefix: str) -> str:
        """Return the only id that starts with these characters, ignoring case."""
        return self._reader.find_id(id_or_prefix)

    def identify(self, names: Iterable[str]) -> tuple[list[str], list[str]]:
        """Return the ids of the articles with these ids, URLs or feed guids, and the unknown names."""
        return self._reader.identify(names)

    def find_urls(self, urls: Iterable[str]) -> Mapping[str, str]:
        """Return the ids of articles by URL."""
        return self._reader.find_urls(urls)

    def get_article(self, article: str) -> FullArticle:
        """Return an article with its text and reading status."""
        found = self._reader.get_article(article)
        return replace(found, body=self.summaries.apply_summary(article, found.body))

    def read_text(self, article: str) -> str:
        """Return the text of an article; empty if there is none."""
        return self._reader.read_text(article)

    def articles(self, ids: Iterable[str]) -> Iterator[tuple[Article, ReadingStatus]]:
        """Yield facts and reading status of many articles."""
        return self._reader.articles(ids)

    def title(self, article: str) -> str:
        """Return the title of an article, deleted or not."""
        return self._reader.title(article)

    def similar(self, entry: FullArticle) -> tuple[SimilarArticle, ...]:
        """Return up to five similar articles."""
        return self._related.similar(entry)

    def story_candidates(self, entry: FullArticle) -> tuple[ComparedArticle, ...]:
        """Return an article and those with most words in common."""
        return self._related.story_candidates(entry)

    def insights(self, entry: FullArticle) -> ArticleInsights:
        """Return insights into an article."""
        return self._related.insights(entry)

    def vectors(self, rows: Sequence[ArticleRow]) -> Iterator[Mapping[str, ArticleVector]]:
        """Yield the term vectors of articles, in batches."""
        return self._related.vectors(rows)

    # -- changes ---------------------------------------------------------------------------

    def add(self, found: Iterable[ParsedArticle]) -> Iterator[AddProgress]:
        """Add articles in steps."""
        return self._adder.add(found)

    def record(self, event: str, articles: Sequence[str], **data: Any) -> Mapping[str, ArticleRow]:
        """Record an event."""
        self._lists.note_change(articles)
        return self._changes.record(event, articles, data)

    def record_all(
        self, event: str, listing: Listing, start: int = 0, end: int | None = None, **data: Any
    ) -> Iterator[RecordProgress]:
        """Record an event about the articles of a list, in steps."""
        self._lists.complete()
        return self._changes.record_all(event, listing, start, end, data)

    def undoable(self, limit: int = 50) -> list[UndoableChange]:
        """Return the changes that can be undone."""
        return self._changes.undoable(limit)

    def undo(self) -> UndoneChange | None:
        """Undo the latest change."""
        return [None, *self.undo_in_steps()][-1]

    def undo_in_steps(self) -> Iterator[UndoneChange | None]:
        """Undo the latest change, in steps."""
        for change in self._changes.undoable(1):
            self._lists.note_change(change.articles)
        return self._changes.undo_in_steps()

    def events(self, kinds: Collection[str], last: int | None = None) -> Iterator[Sequence[Event]]:
        """Yield what happened to articles."""
        return self._reader.events(kinds, last)
