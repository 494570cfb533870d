"""The export formats, and the articles that an export consists of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from store.model.article import FullArticle

EXPORT_FORMATS = ("json", "jsonl", "markdown", "html", "epub")
"""Markdown is a folder with a file per article, the others are one file."""

FORMAT_BY_SUFFIX = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".html": "html",
    ".htm": "html",
    ".epub": "epub",
}


@dataclass(frozen=True, slots=True)
class ArticleCollection:
    """The articles of an export, which may be larger than the memory."""

    title: str
    created: str
    """The time of the export, ISO 8601 in UTC."""
    titles: Sequence[str]
    """The titles of all articles, in their order."""
    entries: Iterable[FullArticle]
    """The articles in that order; iterated once."""
