"""Reading: rows, articles and their texts, lists and counts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from store.journal.events import Event
from store.library.protocol import ListField, Listing
from store.model.article import Article, ArticleRow, FullArticle, ReadingStatus
from store.model.results import Counts, ExternalChanges, GroupCount
from store.postgres.access import Access
from store.search.list_query import ListQuery


class Reader:
    """Answers what does not change the library."""

    def __init__(self, access: Access) -> None:
        """Read nothing yet."""
        self._access = access

    def is_empty(self) -> bool:
        """Return True if there are no articles."""
        raise NotImplementedError

    def count(self) -> int:
        """Return the number of articles that are not deleted."""
        raise NotImplementedError

    def refresh(self) -> ExternalChanges:
        """Return what others have changed since the last call."""
        raise NotImplementedError

    def rows(self, articles: Iterable[str], *, deleted: bool = False) -> dict[str, ArticleRow]:
        """Return the rows of articles by id; those that are gone have none, unless `deleted`."""
        raise NotImplementedError

    def locate(self, articles: Iterable[str], *, deleted: bool = False) -> dict[str, int]:
        """Return the libraries that articles are in, by id; those that are gone are in none."""
        raise NotImplementedError

    def listing(self, query: ListQuery) -> Listing:
        """Return a list."""
        raise NotImplementedError

    def counts(self, queries: Mapping[str, ListQuery]) -> Mapping[str, Counts]:
        """Count the articles of several lists."""
        raise NotImplementedError

    def by(self, field: ListField, feeds: Collection[str] | None) -> list[GroupCount]:
        """Return every category, or every feed with articles, with its counts."""
        raise NotImplementedError

    def tags(self) -> list[str]:
        """Return the tags known so far."""
        raise NotImplementedError

    def find_id(self, id_or_prefix: str) -> str:
        """Return the only id that starts with these characters, ignoring case."""
        raise NotImplementedError

    def identify(self, names: Iterable[str]) -> tuple[list[str], list[str]]:
        """Return the ids of the articles with these ids, URLs or feed guids, and the unknown names."""
        raise NotImplementedError

    def find_urls(self, urls: Iterable[str]) -> Mapping[str, str]:
        """Return the ids of articles by URL."""
        raise NotImplementedError

    def get_article(self, article: str) -> FullArticle:
        """Return an article with its text and reading status."""
        raise NotImplementedError

    def read_text(self, article: str) -> str:
        """Return the text of an article; empty if there is none."""
        raise NotImplementedError

    def articles(self, ids: Iterable[str]) -> Iterator[tuple[Article, ReadingStatus]]:
        """Yield facts and reading status of many articles."""
        raise NotImplementedError

    def title(self, article: str) -> str:
        """Return the title of an article, deleted or not."""
        raise NotImplementedError

    def events(self, kinds: Collection[str], last: int | None) -> Iterator[Sequence[Event]]:
        """Yield what happened to articles, without what was undone."""
        raise NotImplementedError
