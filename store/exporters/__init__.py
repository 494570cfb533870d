"""Everything that takes articles out of the library: one file of many, or a file an article."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from store.exporters.collection import ArticleCollection
from store.exporters.newstui_json import article_to_dict, metadata_to_dict, similar_to_dict

__all__ = [
    "EXPORT_FORMATS",
    "ArticleCollection",
    "article_to_dict",
    "get_export_writer",
    "metadata_to_dict",
    "similar_to_dict",
]

EXPORT_FORMATS = ("json", "jsonl", "markdown", "html", "epub")
"""What articles can be exported as; Markdown is a folder of files, the others are one file."""

ExportWriter = Callable[[ArticleCollection, BinaryIO], Iterator[int]]
"""Writes a book in steps; each tells how many articles are written."""


def get_export_writer(form: str) -> ExportWriter:
    """What writes a form that is one file. Its libraries are imported only here."""
    if form == "json":
        from store.exporters.newstui_json import write_json

        return write_json
    if form == "jsonl":
        from store.exporters.newstui_json import write_json_lines

        return write_json_lines
    if form == "html":
        from store.exporters.html import write_html

        return write_html
    from store.exporters.epub import write_epub

    return write_epub
