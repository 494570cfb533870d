"""Articles, their texts and their reading state: the values that everything passes around."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from store.model.times import to_unix_seconds

WORDS_PER_MINUTE = 230
"""Silent reading of English non-fiction: 238 words a minute (Brysbaert 2019), rounded down."""

VERBATIM_FIELD = "newstui"
"""The front matter field of an export whose text is exactly the library's: no lines are joined."""


def reading_minutes(words: int) -> int:
    """Return the minutes it takes to read this many words, at least one."""
    return max(1, round(words / WORDS_PER_MINUTE))


def make_item_key(extra: Mapping[str, Any], url: str) -> int:
    """Return the hash by which the item of a feed is looked up in this process."""
    return hash(str(extra.get("guid") or url))


class TextVersion(NamedTuple):
    """A version of an article's text: a longer one is newer, and of two as long the one updated later."""

    words: int
    updated: int = 0
    """When its publisher changed it, in seconds since 1970; 0 if that is not known."""

    @classmethod
    def from_facts(cls, words: int, created: str | None, updated: str | None) -> TextVersion:
        """Return the version of an article with these facts."""
        return cls(words, to_unix_seconds(updated) if updated != created else 0)


@dataclass(frozen=True, slots=True)
class Article:
    """The metadata of one article, without its text; timestamps are ISO 8601 in UTC."""

    id: str
    title: str
    category: str = ""
    url: str = ""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    date: str | None = None
    """The date of publication, or the time if it is known."""
    created: str | None = None
    """The time it was added to the library."""
    updated: str | None = None
    words: int = 0
    language: str = ""
    source: str = ""
    """One of `import`, `feed`, `page`, `sample`."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Unknown fields of an import, unchanged."""

    @property
    def version(self) -> TextVersion:
        """The version of its text."""
        return TextVersion.from_facts(self.words, self.created, self.updated)

    @property
    def stated_date(self) -> str:
        """The date as its source states it: where that cannot be the date, `extra` has it."""
        return str(self.extra.get("date") or self.date or "")


class Annotation(NamedTuple):
    """A highlight or note that the reader of another program made."""

    quote: str = ""
    note: str = ""
    time: str | None = None
    position: int | None = None
    """Offset of the quote into the text, in characters."""


def list_annotations(article: Article) -> list[Annotation]:
    """Return the annotations in `extra`, whoever wrote them there; what is none is left out."""
    given = article.extra.get("annotations")
    found = []
    for item in given if isinstance(given, list) else ():
        if not isinstance(item, Mapping):
            continue
        quote, note, time = (
            value if isinstance(value := item.get(key), str) else ""
            for key in ("quote", "note", "time")
        )
        position = item.get("position")
        if quote or note:
            at = position if isinstance(position, int) and position >= 0 else None
            found.append(Annotation(quote, note, time or None, at))
    return found


@dataclass(frozen=True, slots=True)
class Body:
    """Text and summary of one article; an empty line separates paragraphs."""

    text: str = ""
    summary: str = ""
    summary_origin: str = ""
    """`import`, `extract` or `command`; empty without a summary."""
    summary_complete: bool = True
    """False if the source truncated the summary."""
    similar: tuple[str, ...] = ()
    """Titles of similar articles that came with this one."""
    is_missing: bool = False
    """True if the library has the facts of the article and not its text, as where half is synced."""


@dataclass(frozen=True, slots=True)
class ReadingStatus:
    """The reading state of one article: the sum of the events of all machines."""

    read: bool = False
    starred: bool = False
    read_count: int = 0
    last_opened: str | None = None
    last_read: str | None = None
    position: int = 0
    """Offset into the text where reading stopped, in characters."""


@dataclass(frozen=True, slots=True)
class FeedItem:
    """The names of an item that no other item of its feed document has."""

    guid: str = ""
    """Its guid; empty if it has none, or another item has the same."""
    link: str = ""
    """Its URL; empty if it has none, or another item or the feed's home page has the same."""
    is_read_anew: bool = False
    """True if its text may be longer than the one in the library although its publisher changed nothing: it
    was made by other code, or of another document."""


@dataclass(frozen=True, slots=True)
class ParsedArticle:
    """One article as an importer or a feed delivers it."""

    article: Article
    body: Body
    reading: ReadingStatus = ReadingStatus()
    item: FeedItem | None = None
    """The item it was in the document of a feed; None if it did not come from a fetch."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """One item that was skipped, and why."""

    location: str
    """File and item, as the user can find them: `feeds.jsonl: line 12`."""
    reason: str
    is_failure: bool = True
    """False for what is no article that anybody misses: a draft."""


LISTED_COPY = -1


class ArticleRow(NamedTuple):
    """One article as the list shows it; a tuple, because there are 100,000 of them."""

    id: str
    title: str
    category: str
    timestamp: int
    """Date of publication in seconds since 1970; `UNDATED` if unknown."""
    added_at: int
    words: int
    read: bool
    starred: bool
    read_count: int
    is_started: bool = False
    """True if reading stopped somewhere inside it."""
    feed_key: str = ""
    """The key of the subscription it came from (`Subscription.key`)."""
    updated: bool = False
    """True if its publisher changed it after it was last read."""
    item_key: int = 0
    """The hash of the guid by which its feed identifies it, or else of its URL; see `make_item_key`."""
    source_name: str = ""
    """The name of its feed, as the user has it now, or else of its site; empty if unknown."""
    copy_count: int = 0
    """The number of its copies in a folded list; `LISTED_COPY` for one that is listed below it."""


class FeedLabel(NamedTuple):
    """The name and the category of a feed, as the user has them now."""

    name: str
    category: str
    """Its folder; its name if it is in none."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """The line of text around a search hit."""

    text: str = ""
    highlights: tuple[tuple[int, int], ...] = ()
    """Start and end of each hit in the line."""


class Passage(NamedTuple):
    """A paragraph that a query has found."""

    article: ArticleRow
    text: str
    """As it is in the text of the article."""
    number: int
    """Its place among the paragraphs of the article, from 1."""
    position: int
    """Offset into the text of the article, in characters."""
    score: float
    read: bool
    """True if the article is read, or reading stopped below the paragraph."""


@dataclass(frozen=True, slots=True)
class SimilarArticle:
    """A similar article from the library, or only a title that came with the article."""

    id: str | None
    title: str
    category: str = ""
    timestamp: int = 0
    read: bool = False
    source_name: str = ""
    """As in its row."""
    score: float = 0.0
    shared_terms: tuple[str, ...] = ()
    """The words in common, strongest first."""
    origin: str = "index"
    """`import` if the title came with the article, else `index`."""
    language: str = ""
    """Its language, as ISO 639-1 code, if it is another one than the article's."""
    duplicates: tuple[str, ...] = ()
    """The ids of its duplicates in the library, which are not listed themselves."""

    @property
    def duplicate_count(self) -> int:
        """The number of its duplicates."""
        return len(self.duplicates)

    def follow_row(self, rows: Mapping[str, ArticleRow]) -> SimilarArticle:
        """Return it as its row says it is now, if that is one of these, which are by id."""
        row = rows.get(self.id or "")
        if row is None:
            return self
        return replace(
            self,
            title=row.title,
            category=row.category,
            timestamp=row.timestamp,
            read=row.read,
            source_name=row.source_name,
        )


@dataclass(frozen=True, slots=True)
class ArticleInsights:
    """Facts about an article derived from the whole library."""

    keywords: tuple[str, ...] = ()
    """The words that characterise it, strongest first."""
    new_paragraphs: tuple[tuple[int, int], ...] = ()
    """Start and end, in characters, of the paragraphs with facts that were in no article of the same story
    read before; empty if none of it was read."""
    summary_positions: tuple[tuple[int, int], ...] = ()
    """The offset of each sentence in the summary, and the offset in the text where it says the same;
    sentences without such a place are left out."""


@dataclass(frozen=True, slots=True)
class FullArticle:
    """One complete article: metadata, text and reading state."""

    article: Article
    body: Body
    reading: ReadingStatus
    updated: bool = False
    """True if its publisher changed it after it was last read."""
    source_name: str = ""
    """As in its row."""

    @property
    def category(self) -> str:
        """As in its row."""
        return self.article.category
