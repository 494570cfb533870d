"""What an article is, and what reading makes of it: plain values that everything passes around."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

WORDS_PER_MINUTE = 230
"""Silent reading of English non-fiction: 238 words a minute (Brysbaert 2019), rounded down."""

VERBATIM_FIELD = "newstui"
"""The front matter field of an export whose text is exactly the library's: no lines are joined."""

NO_EXTRA: Mapping[str, Any] = {}


def reading_minutes(words: int) -> int:
    """Minutes to read that many words, at least one."""
    return max(1, round(words / WORDS_PER_MINUTE))


@dataclass(frozen=True, slots=True)
class Article:
    """The facts of one article, without its text. Times are ISO 8601 in UTC."""

    id: str
    title: str
    category: str = ""
    url: str = ""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    date: str | None = None
    """When it was published: a date, or a time where one is known."""
    created: str | None = None
    """When it was added to the library."""
    updated: str | None = None
    words: int = 0
    language: str = ""
    source: str = ""
    """How it came in: `import`, `feed`, `page`, `sample`."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Fields an import had that newstui does not know, as they came."""


@dataclass(frozen=True, slots=True)
class Body:
    """The long parts of one article; paragraphs are separated by an empty line."""

    text: str = ""
    summary: str = ""
    summary_origin: str = ""
    """`import`, `extract` or `command`; empty where there is no summary."""
    summary_complete: bool = True
    """False where the summary came cut off in the middle of a sentence."""
    similar: tuple[str, ...] = ()
    """Titles that came with the article as similar readings."""


@dataclass(frozen=True, slots=True)
class ReadingStatus:
    """What reading has made of one article: what the events of all machines add up to."""

    read: bool = False
    starred: bool = False
    read_count: int = 0
    last_opened: str | None = None
    last_read: str | None = None
    position: int = 0
    """Offset into the text, in characters, where reading stopped."""


@dataclass(frozen=True, slots=True)
class ParsedArticle:
    """One article as an intake delivers it."""

    article: Article
    body: Body
    reading: ReadingStatus = ReadingStatus()


@dataclass(frozen=True, slots=True)
class Rejection:
    """One item that could not be taken in: where it stands and why."""

    location: str
    """File and item, as the user can find it: `feeds.jsonl: line 12`."""
    reason: str


class ArticleRow(NamedTuple):
    """What the list shows of one article. A tuple, because there are 100,000 of them."""

    id: str
    title: str
    category: str
    timestamp: int
    """Seconds since 1970: published, or added where that is not known."""
    added_at: int
    words: int
    read: bool
    starred: bool
    read_count: int
    is_started: bool = False
    """Whether reading stopped somewhere inside it."""
    feed_key: str = ""
    """The key of the subscription it came from, see `store.feeds.subscriptions`."""
    updated: bool = False
    """Whether its publisher changed it after it was last read."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """The line of an article in which searched words stand."""

    text: str = ""
    highlights: tuple[tuple[int, int], ...] = ()
    """Where in the line the words stand: start and end of each."""


@dataclass(frozen=True, slots=True)
class SimilarArticle:
    """One similar reading: from the library, or only a title that came with the article."""

    id: str | None
    title: str
    category: str = ""
    timestamp: int = 0
    read: bool = False
    score: float = 0.0
    shared_terms: tuple[str, ...] = ()
    """The words that made it similar, strongest first."""
    origin: str = "index"
    """`import` if the title came with the article, else `index`."""
    duplicate_count: int = 0
    """Other articles of the library that tell the same and are not listed themselves."""


@dataclass(frozen=True, slots=True)
class ArticleInsights:
    """What a library knows of an article besides: made from all of its articles."""

    keywords: tuple[str, ...] = ()
    """The words that tell best what it is about, the strongest first."""
    new_paragraphs: tuple[tuple[int, int], ...] = ()
    """Begin and end, in characters of the text, of the paragraphs that say what was in no article of
    the same story that was read before; none where nothing was read of it."""
    summary_positions: tuple[tuple[int, int], ...] = ()
    """Where each sentence of the summary begins in it, and where the text says the same; sentences that
    are nowhere in the text are left out."""


@dataclass(frozen=True, slots=True)
class FullArticle:
    """One article whole: facts, text and reading state."""

    article: Article
    body: Body
    reading: ReadingStatus
    updated: bool = False
    """Whether its publisher changed it after it was last read."""
