"""Property lists of macOS, in which Safari keeps its bookmarks and its Reading List."""

from __future__ import annotations

import plistlib
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET
from xml.parsers.expat import ExpatError

from store.importers.bookmark_trees import is_bookmark_tree, iter_bookmarks
from store.importers.containers import ImportItem
from store.model.article import Rejection

PLIST_ERRORS = (
    ArithmeticError,
    AttributeError,
    ET.ParseError,
    ExpatError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What the parsers raise for damaged files."""
TAGS = frozenset(str.split("plist dict key array string data date integer real true false"))
ENTITY_DECLARATION = b"<!ENTITY"


def read_plist_items(name: str, data: bytes) -> Iterator[ImportItem | Rejection]:
    """Yield the bookmarks of a property list, binary or XML."""
    try:
        tree = _parse(data)
    except PLIST_ERRORS:
        yield Rejection(name, "not a whole property list")
        return
    if not isinstance(tree, dict) or not is_bookmark_tree(tree):
        yield Rejection(name, "a property list without bookmarks")
        return
    for number, fields in enumerate(iter_bookmarks(tree), start=1):
        yield ImportItem(f"{name}: bookmark {number}", fields)


def _parse(data: bytes) -> Any:
    """Return the value of a property list.

    Raises:
        One of `PLIST_ERRORS`: It is damaged, or is more than what is written in it.
    """
    if not data.startswith(b"bplist"):
        return plistlib.loads(_simplify_xml(data), fmt=plistlib.FMT_XML)
    tree = plistlib.loads(data, fmt=plistlib.FMT_BINARY)
    if not _is_tree(tree):
        raise ValueError("a part of it is in several places")
    return tree


def _simplify_xml(data: bytes) -> bytes:
    """Return a property list of elements and texts alone.

    `plistlib` has its parser read a few bytes at a time, and older ones begin anew with each of them where
    an attribute or a comment goes on.
    """
    if ENTITY_DECLARATION in data:
        raise ValueError("entities, which can grow without bounds")
    root = ET.fromstring(data)  # noqa: S314 - no entities in it
    for element in root.iter():
        if element.tag not in TAGS:
            raise ValueError("an unknown element")
        element.attrib.clear()
    return ET.tostring(root)


def _is_tree(top: object) -> bool:
    """Return True unless a dictionary or list is in several places, or in itself.

    Written out, these few bytes may be longer than any disk.
    """
    waiting, seen = [top], set[int]()
    while waiting:
        value = waiting.pop()
        if not isinstance(value, dict | list):
            continue
        if id(value) in seen:
            return False
        seen.add(id(value))
        waiting += value.values() if isinstance(value, dict) else value
    return True
