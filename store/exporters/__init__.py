"""Everything that takes articles out of the library: one file of many, or a file an article."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from store.exporters.collection import Book
from store.exporters.newstui_json import entry_json, facts_json, similar_json

__all__ = ["FORMS", "Book", "entry_json", "facts_json", "similar_json", "writer"]

FORMS = ("json", "jsonl", "markdown", "html", "epub")
"""What articles can be exported as; Markdown is a folder of files, the others are one file."""

Writer = Callable[[Book, BinaryIO], Iterator[int]]
"""Writes a book in steps; each tells how many articles are written."""


def writer(form: str) -> Writer:
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
