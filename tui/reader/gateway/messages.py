"""Messages from the gateway to the screens, which drop those they no longer want."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from textual.message import Message

from store.model.article import ArticleInsights, ArticleRow, FullArticle, SimilarArticle, Snippet
from store.model.results import UndoableChange
from store.search.list_query import ListQuery, Matches, SearchQuery, Show

if TYPE_CHECKING:
    from store.library.front_page import FrontPage, FrontPageRequest, Preparation
    from store.library.protocol import RowField
    from store.library.statistics import Pace, Statistics
    from store.library.story import StoryArticle
    from store.model.results import Counts
    from tui.actions.places import FoundPlaces
    from tui.actions.triage_queue import QueuedArticle
    from tui.config.keymaps import Keymap


NextCommand = Literal["app.undo", "app.welcome", "feeds.add"]
NEXT_COMMAND_PURPOSES: Mapping[NextCommand, str] = {
    "app.undo": "to undo",
    "app.welcome": "to start your own library",
    "feeds.add": "to add one",
}


@dataclass(frozen=True, slots=True)
class ListRequest:
    """A list that the screen asks for.

    Attributes:
        query: What is listed.
        articles: The article under the cursor and those below it: the cursor goes to the first of
            them that is in the list.
        cursor: The place of the cursor if none of them is.
        size: How many rows around the cursor are wanted.
        day_starts: The times, in seconds since 1970, at which another heading begins.
        anchor: The article where a selection of rows begins; empty if there is none.
        follows_list: Whether the articles are of the list shown before, in which others are below them.
    """

    query: ListQuery
    articles: Sequence[str] = ()
    cursor: int = 0
    size: int = 600
    day_starts: Sequence[int] = ()
    anchor: str = ""
    follows_list: bool = True


@dataclass(frozen=True, slots=True)
class ListedRows:
    """Neighbouring rows of the list that is shown, whose articles only the gateway knows.

    Attributes:
        places: Their places in the list.
        total: The number of rows of the list.
        known: The articles that are known to be at some places: if the list has changed since, no
            command is carried out on others.
    """

    places: range
    total: int
    known: Mapping[int, str]


Articles = Sequence[str] | ListedRows
"""Ids of articles, or rows of the list."""


class LibraryMessage(Message):
    """A message from the gateway."""


@dataclass
class Progressed(LibraryMessage):
    """The progress of what is going on, in a few words; empty at the end."""

    text: str
    detail: str = ""
    """What it is at now, shown where there is room: it changes too often to move anything else."""

    def can_replace(self, message: Message) -> bool:
        """Return True for an earlier one: only the latest progress counts."""
        return isinstance(message, Progressed)


@dataclass
class LibraryLoaded(LibraryMessage):
    """All of the library is in memory."""

    read_only_reason: str
    problems: Sequence[str]


@dataclass
class AccessChanged(LibraryMessage):
    """The library can no longer be changed, or it can again."""

    read_only_reason: str
    """Why it cannot, as one line; empty if it can."""


@dataclass
class IndexEnded(LibraryMessage):
    """All articles are indexed; if some are new, other similar readings may be found now."""

    is_updated: bool


@dataclass
class RowsListed(LibraryMessage):
    """A list, and its rows around the cursor."""

    request: ListRequest
    total: int
    cursor: int
    """The place of the first of the requested articles that is in the list."""
    start: int
    """The place of the first row."""
    rows: Sequence[ArticleRow]
    day_places: Sequence[int] = ()
    """The places of the first articles before the requested times."""
    varying_fields: Collection[RowField] = ()
    """The fields in which the articles of the list differ."""
    anchor: int | None = None
    """The place of the requested anchor; None if it is not in the list."""


@dataclass
class WindowLoaded(LibraryMessage):
    """More rows of the list that is shown."""

    start: int
    rows: Sequence[ArticleRow]
    cursor: int | None = None
    """The place that the cursor was to go to; None if it stays."""


@dataclass
class UnreadFound(LibraryMessage):
    """The place of an unread article of the list, with the rows around it."""

    by: int
    """Which one was asked for."""
    place: int | None
    """None if there is none."""
    start: int = 0
    rows: Sequence[ArticleRow] = ()


@dataclass
class UnreadListed(LibraryMessage):
    """The unread articles of the list, from the cursor on."""

    articles: Sequence[QueuedArticle]


@dataclass
class ListCounted(LibraryMessage):
    """The numbers of a list, and when feeds were fetched last."""

    query: ListQuery
    counts: Counts | None
    """None if its text cannot be parsed."""
    fetched_at: int
    """Seconds since 1970; 0 if no feed was fetched."""


@dataclass
class FiltersCounted(LibraryMessage):
    """The number of articles of a list by reading state."""

    query: ListQuery
    counts: Mapping[Show, int]


@dataclass
class SearchCompleted(LibraryMessage):
    """The results of a search, with snippets for the first rows."""

    search: SearchQuery
    matches: Matches
    snippets: Mapping[str, Snippet]
    row_of: Mapping[str, str] = field(default_factory=dict)
    """For each article with copies that are folded the one that stands for them."""


@dataclass
class SearchRejected(LibraryMessage):
    """A search that is invalid, and the reason in one line."""

    search: SearchQuery
    reason: str


@dataclass
class SnippetsFound(LibraryMessage):
    """More snippets for the results of a search."""

    search: SearchQuery
    snippets: Mapping[str, Snippet]


@dataclass
class ArticleLoaded(LibraryMessage):
    """An article, for the article pane (`opened`) or only for the side pane."""

    full_article: FullArticle
    opened: bool


@dataclass
class LinkLoaded(LibraryMessage):
    """Title and URL of an article, for the purpose they were loaded for."""

    purpose: str
    title: str
    url: str


@dataclass
class PageFetchStarted(LibraryMessage):
    """A page is being fetched from a host."""

    host: str


@dataclass
class PageTextLoaded(LibraryMessage):
    """The text of an article's page, and the number of its words."""

    article: str
    text: str
    words: int


@dataclass
class LinkResolved(LibraryMessage):
    """The article or loose page that a link leads to, and the article with the link."""

    origin: str
    article: str
    is_loose: bool


@dataclass
class KnownLinksFound(LibraryMessage):
    """The links of an article that lead to articles of the library: ids by URL."""

    article: str
    known: Mapping[str, str]


@dataclass
class PageKept(LibraryMessage):
    """A loose page was added to the library, under the same id."""

    article: str


@dataclass
class InsightsComputed(LibraryMessage):
    """The insights of an article."""

    article: str
    insights: ArticleInsights


@dataclass
class SummaryStatusChanged(LibraryMessage):
    """A program summarizes an article; an empty name means that it has ended."""

    article: str
    program_name: str


@dataclass
class SimilarFound(LibraryMessage):
    """The similar readings of an article."""

    article: str
    similar: tuple[SimilarArticle, ...]


@dataclass
class RowsChanged(LibraryMessage):
    """Rows changed, here or elsewhere; by id."""

    rows: Mapping[str, ArticleRow]
    notice: str = ""
    """A status line; names no key."""
    removed: Collection[str] = ()
    """Articles that no longer exist."""
    next_command: NextCommand | None = None
    """The command to suggest after the notice."""
    is_done: bool = False
    """True if the notice reports something that was done."""
    is_many: bool = False
    """True if any other rows of the list may have changed, too."""

    def describe_next(self, keymap: Keymap) -> str:
        """Return the key of the next command and what it does: `u to undo`; empty if there is none."""
        if self.next_command is None:
            return ""
        return f"{keymap.first_key(self.next_command)} {NEXT_COMMAND_PURPOSES[self.next_command]}"


@dataclass
class LibraryChanged(LibraryMessage):
    """Articles were added or deleted: lists have to be reloaded."""

    undone: Collection[str] = ()
    """Articles whose change was undone, shown whatever the list filters."""


@dataclass
class TagsListed(LibraryMessage):
    """The tags of articles, and all known tags."""

    articles: Articles
    article_tags: Sequence[str] | None
    """None if there are too many articles to read their tags."""
    known_tags: Sequence[str]


@dataclass
class UndoHistoryListed(LibraryMessage):
    """The changes that can be undone, the latest first."""

    changes: Sequence[UndoableChange]
    titles: Mapping[str, str] = field(default_factory=dict)
    """Of articles changed one at a time, by id."""


@dataclass
class StoryUpdated(LibraryMessage):
    """The story of an article as far as it is collected."""

    article: str
    chapters: tuple[StoryArticle, ...]
    complete: bool = False


@dataclass
class FrontPageUpdated(LibraryMessage):
    """A front page as far as it is composed."""

    request: FrontPageRequest
    page: FrontPage | None = None
    """None while its articles are being prepared."""
    preparation: Preparation | None = None
    """How far they are; None once the page is known."""


@dataclass
class StatisticsUpdated(LibraryMessage):
    """The statistics as far as they are counted."""

    statistics: Statistics


@dataclass
class PaceMeasured(LibraryMessage):
    """The user's reading speed."""

    pace: Pace


@dataclass
class FetchEnded(LibraryMessage):
    """All feeds were fetched, or the fetch was stopped; the articles are stored."""

    added: int
    done: int
    total: int
    problems: Sequence[str]
    """For each feed that failed its name and why: `Gazette: 404 Not Found`."""
    is_asked: bool
    """True if the user asked for it; False if it was time to fetch again."""


@dataclass
class PlacesListed(LibraryMessage):
    """The places of the library, with the numbers that are known at once."""

    found: FoundPlaces
    now: int
    """Seconds since 1970, for the ages."""
    is_for_picker: bool = False
    """True if they were asked for to choose one of them; then searches are counted too."""


@dataclass
class PlacesCounted(LibraryMessage):
    """Numbers of more places, by their keys; None for a query that cannot be parsed."""

    counts: Mapping[str, Counts | None]


@dataclass
class PrivateHostDetected(LibraryMessage):
    """A typed URL leads to a private network."""

    url: str
    host: str


@dataclass
class OperationFailed(LibraryMessage):
    """An operation failed; one line for the user."""

    problem: str


@dataclass
class BackupFailed(LibraryMessage):
    """The automatic backup failed; one line for the user."""

    problem: str


@dataclass
class ExportNameSuggested(LibraryMessage):
    """A path to export an article to."""

    article: str
    path: str


@dataclass
class ArticleRendered(LibraryMessage):
    """An article as Markdown, for a program."""

    arguments: list[str]
    text: str
