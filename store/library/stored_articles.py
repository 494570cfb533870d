"""The articles of a library as its changes ask for them, whatever an engine keeps them in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from store.journal.reading_state import ArticleState
from store.model.article import Article, ArticleRow

TagStep = tuple[int, Mapping[str, Sequence[str]]]
"""How many articles were looked at, and the tags of those that are there, by id."""


class RowLookup(Protocol):
    """The rows of a library."""

    def __contains__(self, article: object) -> bool:
        """Return True if the article is in the library, deleted or not."""

    def get_row(self, article: str) -> ArticleRow | None:
        """Return the row of an article; None if there is none or it is deleted."""


class StoredArticles(RowLookup, Protocol):
    """Every article of a library, also those that are deleted."""

    def stored_row(self, article: str) -> ArticleRow | None:
        """Return the row of an article; None if there is none."""

    def stored_title(self, article: str) -> str:
        """Return the title of an article as it is stored, without the user's edits."""

    def state(self, article: str) -> ArticleState:
        """Return the reading state of an article, to be read and not changed."""

    def read_article(self, article: str) -> Article | None:
        """Return the facts of an article as they are stored; None if there is none."""

    def read_text(self, article: str) -> str:
        """Return the text of an article; empty if it has none."""

    def is_replaceable(self, article: str) -> bool:
        """Return True if a newer version may take the place of an article."""

    def rows_of_feed(self, feed: str) -> Sequence[ArticleRow]:
        """Return the rows of the articles of a feed, by its key."""

    def imported_ids(self, title: str, words: int) -> Sequence[str]:
        """Return articles of no feed that are stored with this title and number of words."""
