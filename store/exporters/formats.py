"""The export formats, and the articles that an export consists of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from store.model.article import FullArticle
from store.text.clean import clean_line

EXPORT_FORMATS = ("json", "jsonl", "md", "html", "epub")
"""Markdown (`md`) is a folder with a file per article, the others are one file."""

DEFAULT_FORMAT = "json"
FORMAT_BY_SUFFIX = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".html": "html",
    ".htm": "html",
    ".epub": "epub",
}


DEFAULT_TITLE = "newstui"
"""The title of an export that was given none; a book must have one."""


@dataclass(frozen=True, slots=True)
class ArticleCollection:
    """The articles of an export, which may be larger than the memory."""

    title: str
    """A line that is safe to show and valid in XML, whatever was given."""
    created: str
    """The time of the export, ISO 8601 in UTC."""
    titles: Sequence[str]
    """The titles of all articles, in their order."""
    entries: Iterable[FullArticle]
    """The articles in that order; iterated once."""

    def __post_init__(self) -> None:
        title = clean_line(self.title) or DEFAULT_TITLE
        object.__setattr__(self, "title", title)
