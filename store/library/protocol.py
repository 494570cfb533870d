"""The facade: the one thing the terminal talks to.

`Library` says what a library is; `store.library.folder` keeps one in a folder of plain JSON. Another
engine may stand behind the same calls: the tests of this protocol run on every implementation.
A library is used from one thread at a time. Every value it gives is a copy: changing one changes
nothing. What is acknowledged (a call that has returned) is on the disk.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

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
    CategoryCount,
    ExternalChanges,
    IndexProgress,
    LoadProgress,
    UndoableChange,
)
from store.search import ListQuery, Matches, SearchQuery

if TYPE_CHECKING:
    from store.library.summary_cache import SummaryCache


class Library(Protocol):
    """A library of articles and what was read of it.

    Every call may raise `store.model.errors.LibraryUnavailable` or `LibraryDamaged`; what changes
    something may raise `LibraryReadOnly`, `LibraryBusy` or `NotSaved`, and has then changed
    nothing.
    """

    @property
    def read_only_reason(self) -> str:
        """Why nothing can be changed, in words; empty if it can."""

    @property
    def is_empty(self) -> bool:
        """Whether there is no article in it; known before anything is loaded."""

    @property
    def problems(self) -> Sequence[str]:
        """What was found wrong so far: one line each, with file, item and reason."""

    @property
    def summaries(self) -> SummaryCache:
        """The summaries that a program of the user's has made."""

    def load(self) -> Iterator[LoadProgress]:
        """Read the library in steps, newest articles first; usable between any two steps."""

    @property
    def is_index_stale(self) -> bool:
        """Whether something has changed since it was last prepared."""

    def update_index(self) -> Iterator[IndexProgress]:
        """Bring what searching and similar readings need up to date, in steps.

        It costs next to nothing where nothing is new. Without it answers are poorer, never wrong.
        """

    def rows(self, query: ListQuery) -> list[ArticleRow]:
        """The rows of a list.

        Raises:
            BadQuery: Its words cannot be understood; says where and what was expected.
        """

    def search(self, search: SearchQuery, limit: int | None = None) -> Matches:
        """What a search finds, the best or the newest first.

        Args:
            search: What is searched for, in titles, texts, summaries, categories and tags.
            limit: Rows that are wanted at most; None for all.

        Raises:
            BadQuery: It cannot be understood; says where and what was expected.
        """

    def snippets(self, matches: Matches, articles: Iterable[str]) -> Mapping[str, Snippet]:
        """The lines in which the words of a search stand, for some of the articles it found."""

    def get_row(self, article: str) -> ArticleRow | None:
        """The row of one article, None if there is no such article."""

    def categories(self) -> list[CategoryCount]:
        """Every category, by name."""

    def events(self, kinds: Collection[str], last: int | None = None) -> Iterator[Sequence[Event]]:
        """What happened to articles, on all machines, without what was undone.

        Args:
            kinds: Which events; see `record`.
            last: Only what is among the last so many events of each machine, whatever their kinds.

        Returns:
            Steps, some of them empty: one machine after the other, each from its first event on.
        """

    def find_id(self, id_or_prefix: str) -> str:
        """The id that begins with these characters, whatever their case.

        Raises:
            NoSuchArticle: None does, or more than one.
        """

    def get_article(self, article: str) -> FullArticle:
        """One article whole.

        Raises:
            NoSuchArticle: There is none of this id.
        """

    def articles(self, ids: Iterable[str]) -> Iterator[tuple[Article, ReadingStatus]]:
        """Facts and reading state of many articles, in the order of the ids, without the texts.

        Ids that are not in the library are left out.
        """

    def title(self, article: str) -> str:
        """The title of an article, deleted or not; empty if there is no such article."""

    def tags(self) -> list[str]:
        """The tags known so far, in order: those given while reading, and of articles looked at.

        Nothing is read for it, so it is not every tag there is.
        """

    def similar(self, entry: FullArticle) -> tuple[SimilarArticle, ...]:
        """Up to five similar readings: those that came with the article, then the best others."""

    def insights(self, entry: FullArticle) -> ArticleInsights:
        """What the library knows of an article besides, as far as it is indexed."""

    def record(self, event: str, articles: Sequence[str], **data: Any) -> Mapping[str, ArticleRow]:
        """Record that something happened to articles, durably, as one event.

        Args:
            event: `opened`, `read`, `unread`, `starred`, `unstarred`, `tagged`, `untagged`
                (`tag`), `edited` (`to`: new values by field), `position` (`position`: offset into
                the text), `deleted` or `restored`.
            articles: Ids.
            data: What the event says besides.

        Returns:
            The rows as they are now, by id; a deleted article has none.

        Raises:
            ValueError: There is no such event, or it lacks what it has to say.
        """

    def undoable(self, limit: int = 50) -> list[UndoableChange]:
        """The changes made on this machine that can be taken back, the last one first."""

    def undo(self) -> tuple[UndoableChange, Mapping[str, ArticleRow]] | None:
        """Take back the last change made on this machine, across restarts.

        Returns:
            What was taken back and the rows as they are now; None if there is nothing left.
        """

    def add(self, found: Iterable[ParsedArticle]) -> Iterator[AddProgress]:
        """Add articles in steps; those it has already are left as they are."""

    def refresh(self) -> ExternalChanges:
        """See what other processes and machines have changed; cheap if nothing has."""

    def close(self) -> None:
        """Leave the library; nothing is lost without it."""
