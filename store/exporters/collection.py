"""What an export is made of: a selection of articles, which may be larger than the memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from store.model.article import FullArticle


@dataclass(frozen=True, slots=True)
class ArticleCollection:
    """Articles on their way out."""

    title: str
    created: str
    """When, ISO 8601 in UTC."""
    titles: Sequence[str]
    """Of all its articles, in their order."""
    entries: Iterable[FullArticle]
    """The articles in that order; they are gone through once."""
