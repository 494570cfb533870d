"""Emacs Lisp data in its printed form: lists, records, strings, numbers and symbols, read without Emacs.

Nothing is evaluated. What has no counterpart here is simplified: quotes are skipped, the dot of a pair too,
and a string with text properties is the string.

Source: "Printed Representation" in the GNU Emacs Lisp Reference Manual.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from store.model.errors import InvalidInput

TOKEN = re.compile(
    r"""(?xs)
    (?:\s|;[^\n]*+)*+
    (?:
      (?P<string>"(?:[^"\\]|\\.?)*+")
    | (?P<open>\#s\(|\#\(|\#\[|\(|\[)
    | (?P<close>[)\]])
    | (?P<skipped>\#'|,@|['`,]|\#\d++=|\.(?=[\s()"\[\]]))
    | (?P<character>\?(?:\\.|.))
    | (?P<number>[-+]?(?:\d++(?:\.\d*+)?|\.\d++)(?:e[-+]?\d++)?(?=[\s()"\[\];]|\Z))
    | (?P<symbol>(?:\\.?|[^\s"();\[\]'`,])++)
    | (?P<end>\Z)
    )
    """
)
RECORD_START = re.compile(r"(?:#s\(|\[cl-struct-)([a-z-]++)\s")
ESCAPE = re.compile(r"\\(.)", re.DOTALL)
ESCAPED_CHARS = {"n": "\n", "t": "\t", "r": "\r", "\n": "", " ": ""}
MAX_DEPTH = 1000


class Symbol(str):
    """A symbol; `nil` is None instead."""

    __slots__ = ()


class Value(NamedTuple):
    """A value, and where the text goes on after it."""

    value: Any
    end: int


def read_value(text: str, start: int = 0, end: int | None = None) -> Value:
    """Read the value that begins here and ends before `end`: a list for lists, vectors and records, with their names first.

    Raises:
        InvalidInput: It has no end, or is nested too deeply.
    """
    stack: list[list[Any]] = []
    limit = len(text) if end is None else end
    while True:
        token = TOKEN.match(text, start, limit)
        if token is None or token.lastgroup == "end":
            raise InvalidInput("ends in the middle of a value")
        start, kind = token.end(), token.lastgroup
        if kind == "skipped":
            continue
        if kind == "open":
            stack.append([])
            if len(stack) > MAX_DEPTH:
                raise InvalidInput("nested too deeply")
            continue
        if kind == "close":
            if not stack:
                raise InvalidInput("unmatched closing bracket")
            value: Any = stack.pop()
        else:
            value = _read_atom(kind or "", token[kind or 0])
        if not stack:
            return Value(value, start)
        stack[-1].append(value)


def _read_atom(kind: str, text: str) -> Any:
    if kind == "string":
        return ESCAPE.sub(lambda found: ESCAPED_CHARS.get(found[1], found[1]), text[1:-1])
    if kind == "number":
        return float(text)
    name = ESCAPE.sub(r"\1", text)
    return None if name == "nil" else Symbol(name)


def read_records(text: str, name: str) -> Iterator[list[Any] | InvalidInput]:
    """Yield the slots of every record of this name; an error for each that is damaged.

    They are looked for by their beginnings, and none contains another of its name, so a damaged part
    costs only the records in it. Before Emacs 26, records were vectors.
    """
    starts = [each.start() for each in RECORD_START.finditer(text) if each[1] == name]
    for start, end in pairwise([*starts, len(text)]):
        try:
            yield read_value(text, start, end).value[1:]
        except InvalidInput as error:
            yield error


def get_property(values: object, name: str) -> Any:
    """Return the value of a property in a property list; None if there is none."""
    if isinstance(values, list):
        for key, value in zip(values[::2], values[1::2], strict=False):
            if key == name:
                return value
    return None


def as_text(value: object) -> str:
    """Return a string, also one with text properties; empty for anything else."""
    if isinstance(value, list) and value:
        value = value[0]
    return value if isinstance(value, str) and not isinstance(value, Symbol) else ""
