"""The `Library` protocol: everything the terminal knows of a library.

`store.library.folder` implements it for a folder of plain JSON files. Another engine implements the
same calls; the tests in `tests/store/library` describe what they promise and run on any of them.

What holds for every call:

- A library is used from one thread at a time. Calls that take long are generators: each step is
  short, other calls are allowed between two steps, and a generator that is not exhausted leaves the
  library consistent.
- What a call returns is a value: changing it changes nothing in the library.
- A change is on the disk once its call (or the step that reports it) has returned. A change that
  raises has changed nothing.
- Strings are safe to show: free of control characters and invisible formatting.
- Ids of articles are opaque strings. An unknown or deleted id raises `ArticleNotFound` only where
  that is stated; elsewhere it is ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol

from store.journal.events import Event
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
from store.search.list_query import ListQuery, Matches, PassageMatches, SearchQuery

if TYPE_CHECKING:
    from store.feeds.feed_store import FeedStore
    from store.library.interest_store import InterestStore
    from store.library.statistics import ReadingTally, ReadTotals
    from store.library.story_numbers import StoryNumbers
    from store.library.summary_cache import SummaryCache
    from store.library.transfer import Transfer
    from store.library.vector_cache import ArticleVector
    from store.search.saved_searches import SearchStore
    from store.search.similar import ComparedArticle


Capability = Literal["backup", "compact", "copies", "embeddings", "repair"]
"""What not every engine does: backups, compaction and repair of its files, knowing the copies of an
article, embeddings."""
ListField = Literal["category", "feed"]
RowField = Literal["category", "source"]


class Listing(Protocol):
    """A list as it stood when it was asked for; places in it count from 0.

    If its query is folded, a row stands for all copies of an article that the query finds. It is
    unread if one of them is, and starred if one of them is.

    Articles that are added later are not in it, and those that change keep their places. What it
    returns of an article is as that is now.
    """

    @property
    def total(self) -> int:
        """The number of articles."""

    @property
    def unread(self) -> int:
        """The number of articles that are unread now."""

    def window(self, start: int, size: int) -> Sequence[ArticleRow]:
        """Return up to `size` rows from a place on; fewer at the end."""

    def place(self, article: str) -> int | None:
        """Return the place of an article; None if it is not in the list."""

    def first_place(self, articles: Iterable[str]) -> int | None:
        """Return the place of the first of some articles that is in the list; None if none is."""

    def step(self, place: int, by: int, *, unread: bool = False) -> int | None:
        """Return the place that is `by` articles below another, or above it if `by` is negative.

        Args:
            place: Where to start from.
            by: How far to go; beyond an end, to that end.
            unread: Whether only articles count that are unread now; if there are fewer than `by`,
                the last of them is meant.

        Returns:
            None if there is none.
        """

    def day_places(self, starts: Sequence[int]) -> Sequence[int]:
        """Return for each time (in seconds since 1970) the place of the first article before it.

        Only for a list in the order of dates, newest first.
        """

    def varies(self, field: RowField) -> bool:
        """Return True if not all articles have the same category, or the same source."""

    def ids(self, start: int = 0, end: int | None = None) -> Iterator[Sequence[str]]:
        """Yield the ids of the articles in their order, each with its copies, in batches.

        Args:
            start: The place of the first one.
            end: The place behind the last one; None for the end of the list.
        """

    def copies(self, article: str) -> Sequence[str]:
        """Return the articles that are one row with an article, itself first."""

    def shown_rows(self, rows: Mapping[str, ArticleRow]) -> Mapping[str, ArticleRow]:
        """Return changed rows, by id, as the list shows them: those of copies change their row."""

    def without(self, articles: Collection[str]) -> Listing:
        """Return the list without some articles, such as deleted ones; other places move up."""


class Library(Protocol):
    """A library of articles and of what was read in it.

    Raises:
        LibraryUnavailable, LibraryDamaged: By any call: the library cannot be read.
        LibraryReadOnly, LibraryBusy, SaveFailed: By any change: it was not made.
    """

    # -- state -----------------------------------------------------------------------------

    @property
    def capabilities(self) -> frozenset[Capability]:
        """The things this engine does beside the calls below; a call that needs another one finds nothing."""

    @property
    def read_only_reason(self) -> str:
        """The reason why nothing can be changed, as one line; empty if it can."""

    @property
    def is_empty(self) -> bool:
        """True if the library has no articles; known before it is loaded."""

    @property
    def problems(self) -> Sequence[str]:
        """The problems found so far, each once, as one line with file, item and reason."""

    @property
    def is_index_stale(self) -> bool:
        """True if something has changed since `update_index` last finished."""

    @property
    def summaries(self) -> SummaryCache:
        """The summaries that a program of the user's has made."""

    @property
    def interests(self) -> InterestStore:
        """The reader's interests, as learnt on this machine."""

    @property
    def story_numbers(self) -> StoryNumbers:
        """The stories that articles were gathered into."""

    @property
    def feeds(self) -> FeedStore:
        """The subscriptions, and the state of each feed; may be used on any thread."""

    @property
    def searches(self) -> SearchStore:
        """The saved searches; may be used on any thread."""

    @property
    def transfer(self) -> Transfer:
        """The library as it is stored, to copy it to another one, or another one to it."""

    # -- loading ---------------------------------------------------------------------------

    def load(self) -> Iterator[LoadProgress]:
        """Load the library in steps, newest articles first.

        Between two steps every call answers from what is loaded so far.
        """

    def update_index(self) -> Iterator[IndexProgress]:
        """Bring the index up to date, in steps; costs next to nothing if nothing is new.

        The index serves searches, similar articles and insights. Without it their answers are
        poorer but never wrong. If another process is updating it, this call leaves that to it.
        """

    def update_embeddings(self) -> Generator[IndexProgress, None, bool]:
        """Make the embeddings of the articles that have none, in steps; for similar articles by meaning.

        Nothing happens without the package that has the table for it. If another process is doing
        it, this call leaves that to it.

        Returns:
            True if other similar articles may be found now.
        """

    def open_embeddings(self) -> None:
        """Open the embeddings that there are, which `update_embeddings` does, too."""

    def refresh(self) -> ExternalChanges:
        """Read what other processes and machines have changed; cheap if nothing has.

        Returns:
            The changed rows, and whether lists have to be requested again.
        """

    def watch(self, changed: Callable[[], None]) -> None:
        """Have a function called when there may be something for `refresh`, until `close`.

        It is called on another thread, also when `read_only_reason` has changed. Not every library
        can tell, so that `refresh` is to be called from time to time in any case.
        """

    def close(self) -> None:
        """Close the files of the library; nothing is lost if this is not called.

        The library can be used on, but what other programs remove may no longer be read.
        """

    # -- lists and searches ----------------------------------------------------------------

    def listing(self, query: ListQuery) -> Listing:
        """Return the list of a query, in its order.

        Raises:
            InvalidQuery: The text of the query cannot be parsed; says where and what was expected.
        """

    def search(self, search: SearchQuery, limit: int | None = None) -> Matches:
        """Search titles, texts, summaries, categories and tags.

        If nothing matches, misspelt words are corrected, as by `correct_query`, and if that is not
        enough, articles with most of the words are found. The matches say so.

        Args:
            search: The query, and whether the best or the newest articles come first.
            limit: The most rows to return; None for all.

        Raises:
            InvalidQuery: The query cannot be parsed; says where and what was expected.
        """

    def passages(self, text: str, limit: int) -> PassageMatches:
        """Find the best paragraphs for the words of a query; facts in it restrict the articles.

        A paragraph need not have all of the words. Without an index, none are found.

        Args:
            text: The query.
            limit: The most paragraphs to return.

        Raises:
            InvalidQuery: The query cannot be parsed, or has no words.
        """

    def correct_query(self, text: str) -> str:
        """Return a query with its misspelt words corrected, for a list that has nothing.

        A word is misspelt if no article has it in any form; one in quotes is never corrected.

        Returns:
            The query, or an empty string if there is nothing to correct.
        """

    def snippets(self, matches: Matches, articles: Iterable[str]) -> Mapping[str, Snippet]:
        """Return a snippet for each of some articles that a search found, by id."""

    def get_row(self, article: str) -> ArticleRow | None:
        """Return the row of an article, or None if there is no such article."""

    def get_rows(self, articles: Iterable[str]) -> Mapping[str, ArticleRow]:
        """Return the rows of articles, by id, of those that there are; many are asked for at once."""

    def copy_groups(self) -> Mapping[str, int]:
        """Return a number for each article that has copies, as far as they are known; copies have the same.

        From then on they are looked for after indexing.
        """

    def counts(self, queries: Mapping[str, ListQuery]) -> Mapping[str, Counts]:
        """Count the articles of several lists; pinned articles do not count.

        Args:
            queries: The lists by any names. Without a text they cost next to nothing.

        Returns:
            The numbers by name, without the queries whose text cannot be parsed.
        """

    def by(self, field: ListField, feeds: Collection[str] | None = None) -> list[GroupCount]:
        """Return every category, or every feed that has articles, with its counts, by name.

        A category is counted with those below it; a feed is named by its key.

        Args:
            field: Whether articles are grouped by category or by feed.
            feeds: Only articles of these feeds count, as in `ListQuery.feeds`; None for all.
        """

    def read_totals(self) -> Sequence[ReadTotals]:
        """Return the numbers of articles and of readings of each category of each feed."""

    def readings(self) -> Iterator[Mapping[int, ReadingTally]]:
        """Yield the readings on all machines by quarter of an hour since 1970, in steps.

        Those that came with an import, or were undone, are left out.
        """

    def tags(self) -> list[str]:
        """Return the tags known so far, sorted: those the user gave, and those of opened articles.

        No article is read for this, so it may lack tags that only came with an article.
        """

    # -- articles --------------------------------------------------------------------------

    def word_counts(self, articles: Iterable[str]) -> Mapping[str, int]:
        """Return the numbers of words of those articles that the library has."""

    def find_id(self, id_or_prefix: str) -> str:
        """Return the only id that starts with these characters, ignoring case.

        Raises:
            ArticleNotFound: No id does, or several do.
        """

    def identify(self, names: Iterable[str]) -> tuple[list[str], list[str]]:
        """Return the ids of the articles with these ids, URLs or feed guids, and the unknown names."""

    def find_urls(self, urls: Iterable[str]) -> Mapping[str, str]:
        """Return the ids of the articles at some URLs, for those that the library has.

        Only few articles are read for this, so one whose feed identifies it in another way may be
        missed.
        """

    def get_article(self, article: str) -> FullArticle:
        """Return an article with its text and reading status.

        Raises:
            ArticleNotFound: There is no article with this id.
        """

    def read_text(self, article: str) -> str:
        """Return the text of an article; empty if it has none, or there is no such article."""

    def articles(self, ids: Iterable[str]) -> Iterator[tuple[Article, ReadingStatus]]:
        """Yield facts and reading status of many articles, without texts, in the order of the ids.

        Ids that are not in the library are skipped.
        """

    def title(self, article: str) -> str:
        """Return the title of an article, even if it is deleted; empty if it never existed."""

    def similar(self, entry: FullArticle) -> tuple[SimilarArticle, ...]:
        """Return up to five similar articles: those named by the article itself, then the best."""

    def story_candidates(self, entry: FullArticle) -> tuple[ComparedArticle, ...]:
        """Return an article and those with most words in common, duplicates included.

        Without the index there is nothing to compare, not even the article.
        """

    def insights(self, entry: FullArticle) -> ArticleInsights:
        """Return the keywords of an article, what is new in it and where its summary is from."""

    def vectors(self, rows: Sequence[ArticleRow]) -> Iterator[Mapping[str, ArticleVector]]:
        """Yield the term vectors of articles by id, in batches: those known at once come first.

        Without the index, those that are not known already are left out.
        """

    # -- changes ---------------------------------------------------------------------------

    def add(self, found: Iterable[ParsedArticle]) -> Iterator[AddProgress]:
        """Add articles in steps; each step reports what is on the disk by then.

        An article that the library has is not replaced, with two exceptions: a text completes an
        article without one, and a newer version from the same feed updates it.
        """

    def record(self, event: str, articles: Sequence[str], **data: Any) -> Mapping[str, ArticleRow]:
        """Record that something happened to articles, as one event.

        Args:
            event: `opened`, `read`, `unread`, `starred`, `unstarred`, `tagged`, `untagged`,
                `edited`, `position`, `deleted` or `restored`.
            articles: Their ids.
            data: For `tagged` and `untagged` the `tag`, for `edited` the new values by field in
                `to`, for `position` the `position` as an offset into the text.

        Returns:
            The rows as they are now, by id; deleted articles have none.

        Raises:
            ValueError: There is no such event, or its data is missing or of the wrong type.
        """

    def record_all(
        self, event: str, listing: Listing, start: int = 0, end: int | None = None, **data: Any
    ) -> Iterator[RecordProgress]:
        """Record that something happened to the articles of a list, as one event, in steps.

        Those to which it has happened already are left out, such as articles that are read, or
        have the tag. If none is left, nothing is recorded, and no step reports a change.

        Args:
            event: As for `record`.
            data: As for `record`.
            listing: The list, as this library returned it.
            start: The place of the first article.
            end: The place behind the last one; None for the end of the list.

        Raises:
            ValueError: As by `record`.
        """

    def undoable(self, limit: int = 50) -> list[UndoableChange]:
        """Return the changes made on this machine that can be undone, latest first."""

    def undo(self) -> UndoneChange | None:
        """Undo the latest change made on this machine, in this session or an earlier one.

        Returns:
            The change and the rows as they are now; None if there is nothing to undo.
        """

    def undo_in_steps(self) -> Iterator[UndoneChange | None]:
        """Undo the latest change, in steps; the last one is what `undo` returns."""

    def events(self, kinds: Collection[str], last: int | None = None) -> Iterator[Sequence[Event]]:
        """Yield what happened to articles on all machines, without what was undone.

        Args:
            kinds: The kinds of events; see `record`.
            last: Look only at this many latest events of each machine, of whatever kind; all if
                None.

        Yields:
            Batches, some of them empty: one machine after the other, each in chronological order.
        """
