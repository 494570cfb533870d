"""Facts the gateway reports to the screens; what is no longer wanted is dropped there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textual.message import Message

from store.model.article import ArticleInsights, ArticleRow, FullArticle, SimilarArticle, Snippet
from store.model.results import CategoryCount, UndoableChange
from store.search import ListQuery, Matches, SearchQuery, Show

if TYPE_CHECKING:
    from store.feeds.feed_store import FeedStatus
    from store.library.statistics import Pace, Statistics
    from store.library.story import StoryArticle
    from tui.config.keymaps import Keymap


@dataclass
class LoadProgressed(Message):
    """More of the library is in memory."""

    article_count: int
    done: int
    total: int
    is_history: bool = False

    def can_replace(self, message: Message) -> bool:
        """Only the last progress counts."""
        return isinstance(message, LoadProgressed)


@dataclass
class LibraryLoaded(Message):
    """All of the library is in memory."""

    article_count: int
    read_only_reason: str
    problems: Sequence[str]


@dataclass
class IndexUpdated(Message):
    """The index knows more than before: what is similar may be asked again."""


@dataclass
class RowsListed(Message):
    """The rows of a list, for the query that was asked."""

    query: ListQuery
    rows: list[ArticleRow]


@dataclass
class FiltersCounted(Message):
    """How many articles a list would show with each reading state it can be narrowed to."""

    query: ListQuery
    counts: Mapping[Show, int]


@dataclass
class IndexProgressed(Message):
    """More of the library can be searched; all of it once `done` is `total`."""

    done: int
    total: int

    def can_replace(self, message: Message) -> bool:
        """Only the last progress counts."""
        return isinstance(message, IndexProgressed)


@dataclass
class SearchCompleted(Message):
    """What a search has found, with the lines of the first rows."""

    search: SearchQuery
    matches: Matches
    snippets: Mapping[str, Snippet]


@dataclass
class SearchRejected(Message):
    """A search that cannot be understood; one line says where and why."""

    search: SearchQuery
    reason: str


@dataclass
class SnippetsFound(Message):
    """More lines of what a search has found."""

    search: SearchQuery
    snippets: Mapping[str, Snippet]


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search kept under a name, and how much it finds."""

    name: str
    text: str
    total: int = 0
    unread: int = 0
    problem: str = ""
    """Why it cannot be understood; empty if it can."""


@dataclass
class CategoriesCounted(Message):
    """Every category with its counts, and the searches kept under a name."""

    categories: Sequence[CategoryCount]
    searches: Sequence[SavedSearch] = ()


@dataclass
class ArticleLoaded(Message):
    """One article whole, for the article pane (`opened`) or only for the side pane."""

    full_article: FullArticle
    opened: bool


@dataclass
class LinkLoaded(Message):
    """Title and URL of an article, for what was asked to be done with them."""

    purpose: str
    title: str
    url: str


@dataclass
class InsightsComputed(Message):
    """What the library knows of an article besides."""

    article: str
    insights: ArticleInsights


@dataclass
class SummaryStatusChanged(Message):
    """A program makes a summary of an article; one without a name has ended."""

    article: str
    program_name: str


@dataclass
class SimilarFound(Message):
    """The similar readings of an article."""

    article: str
    similar: tuple[SimilarArticle, ...]


@dataclass
class RowsChanged(Message):
    """Something was recorded here or elsewhere: these rows are different now, by id."""

    rows: Mapping[str, ArticleRow]
    notice: str = ""
    """A status line; names no key."""
    removed: Collection[str] = ()
    """Articles that no longer exist."""
    is_undoable: bool = False
    """The notice is about a change that the user can undo."""

    def describe(self, keymap: Keymap) -> str:
        """Return the status line with the key to undo the change."""
        if self.notice and self.is_undoable:
            return f"{self.notice} · {keymap.first_key('app.undo')} to undo"
        return self.notice


@dataclass
class LibraryChanged(Message):
    """Articles came or went: lists have to be asked for again."""

    undone: Collection[str] = ()
    """Those that were brought back, to be seen whatever the list shows."""


@dataclass
class TagsListed(Message):
    """The tags of an article, and those known besides."""

    article: str
    article_tags: Sequence[str]
    known_tags: Sequence[str]


@dataclass
class UndoHistoryListed(Message):
    """What can be undone, the last change first."""

    changes: Sequence[UndoableChange]
    titles: Mapping[str, str] = field(default_factory=dict)
    """Of the articles that were changed one at a time, by id."""


@dataclass
class StoryUpdated(Message):
    """The story of an article as far as it is known."""

    article: str
    chapters: tuple[StoryArticle, ...]
    complete: bool = False


@dataclass
class StatisticsUpdated(Message):
    """The statistics as far as they are counted."""

    statistics: Statistics


@dataclass
class PaceMeasured(Message):
    """How fast the reader reads."""

    pace: Pace


@dataclass
class FetchProgressed(Message):
    """One more feed was fetched."""

    done: int
    total: int
    feed_name: str
    """Of the feed."""

    def can_replace(self, message: Message) -> bool:
        """Only the last progress counts."""
        return isinstance(message, FetchProgressed)


@dataclass
class FetchEnded(Message):
    """All feeds were fetched, or the fetch was stopped; what came is on the disk."""

    added: int
    done: int
    total: int
    failed: int


@dataclass
class FeedsListed(Message):
    """The feeds with their states and counts."""

    feeds: Sequence[FeedStatus]
    now: int
    """Seconds since 1970, for the ages."""


@dataclass
class PrivateHostDetected(Message):
    """A URL that was typed leads to a private network."""

    url: str
    problem: str


@dataclass
class OperationFailed(Message):
    """Something could not be done; one line for the user."""

    problem: str


@dataclass
class BackupFailed(Message):
    """Something is wrong with the automatic backup; one line for the user."""

    problem: str


@dataclass
class ExportNameSuggested(Message):
    """A path to export an article to."""

    article: str
    path: str


@dataclass
class ExportProgressed(Message):
    """Articles of a list were written; `total` is 0 when that has ended."""

    done: int
    total: int

    def can_replace(self, message: Message) -> bool:
        """Only the last one counts."""
        return isinstance(message, ExportProgressed)


@dataclass
class ArticleRendered(Message):
    """An article was written as Markdown, for a program."""

    arguments: list[str]
    text: str
