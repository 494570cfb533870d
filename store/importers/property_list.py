"""Property lists of macOS, in which Safari keeps its bookmarks and its Reading List."""

from __future__ import annotations

import plistlib
from collections.abc import Callable, Iterator, Mapping
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
CONTAINERS: Mapping[str, Callable[[], dict[str, Any] | list[Any]]] = {"dict": dict, "array": list}
SCALARS: Mapping[str, Callable[[str], object]] = {
    "string": str,
    "date": str,
    "data": lambda _: b"",
    "integer": lambda text: int(text, 16 if "x" in text else 10),
    "real": float,
    "true": lambda _: True,
    "false": lambda _: False,
}
"""How the text of an element becomes a value; nothing is read of binary data."""
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
        if ENTITY_DECLARATION in data:
            raise ValueError("entities, which can grow without bounds")
        parser = ET.XMLParser(target=_PlistTarget())  # noqa: S314 - no entities in it
        parser.feed(data)
        return parser.close()
    tree = plistlib.loads(data, fmt=plistlib.FMT_BINARY)
    if not _is_tree(tree):
        raise ValueError("a part of it is in several places")
    return tree


class _PlistTarget:
    """Builds the value of a property list as its elements come; dates stay texts.

    `plistlib` has its parser read a few bytes at a time, and older ones begin anew with each of them where
    an attribute or a comment goes on. A tree of the elements would take thirty times the file.
    """

    def __init__(self) -> None:
        self._open: list[dict[str, Any] | list[Any]] = [[]]
        self._keys: list[str | None] = [None]
        """The key of the next value of each dictionary that is open."""
        self._text: list[str] = []
        self.data = self._text.append

    def start(self, tag: str, _attributes: Mapping[str, str]) -> None:
        """Open a dictionary or an array."""
        self._text.clear()
        if tag in CONTAINERS:
            value = CONTAINERS[tag]()
            self._put(value)
            self._open.append(value)
            self._keys.append(None)

    def end(self, tag: str) -> None:
        """Add a value, or take a key."""
        text = "".join(self._text)
        self._text.clear()
        if tag == "key":
            if not isinstance(self._open[-1], dict) or self._keys[-1] is not None:
                raise ValueError("a key without value")
            self._keys[-1] = text
        elif tag in CONTAINERS:
            if self._keys.pop() is not None:
                raise ValueError("a key without value")
            self._open.pop()
        elif tag != "plist":
            self._put(SCALARS[tag](text))

    def close(self) -> Any:
        """Return the value."""
        (value,) = self._open[0]
        return value

    def _put(self, value: object) -> None:
        if isinstance(parent := self._open[-1], list):
            parent.append(value)
        elif (key := self._keys[-1]) is None:
            raise ValueError("a value without key")
        else:
            parent[key], self._keys[-1] = value, None


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
