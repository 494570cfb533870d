"""Property lists of macOS, in which Safari keeps its bookmarks and its Reading List."""

from __future__ import annotations

import plistlib
from collections.abc import Iterator
from xml.parsers.expat import ExpatError

from store.importers.bookmark_trees import is_bookmark_tree, iter_bookmarks
from store.importers.containers import ImportItem
from store.model.article import Rejection

PLIST_ERRORS = (
    ArithmeticError,
    AttributeError,
    ExpatError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What `plistlib` raises for damaged files; entities are among them, which it does not expand."""


def read_plist_items(name: str, data: bytes) -> Iterator[ImportItem | Rejection]:
    """Yield the bookmarks of a property list, binary or XML."""
    kind = plistlib.FMT_BINARY if data.startswith(b"bplist") else plistlib.FMT_XML
    try:
        tree = plistlib.loads(data, fmt=kind)
    except PLIST_ERRORS:
        yield Rejection(name, "not a whole property list")
        return
    if not isinstance(tree, dict) or not is_bookmark_tree(tree):
        yield Rejection(name, "a property list without bookmarks")
        return
    for number, fields in enumerate(iter_bookmarks(tree), start=1):
        yield ImportItem(f"{name}: bookmark {number}", fields)
