"""Writing queries, as where those of another program are translated."""

from __future__ import annotations

import re
from collections.abc import Sequence

from store.model.errors import InvalidInput, InvalidQuery
from store.search.language import parse_query

PATTERN_EDGES = (".*", r"\b")
"""What a search for words does by itself: anything, or a boundary of words, around them."""
BOTH_CASES = re.compile(r"\[(\w)(\w)\]")
PATTERN_PIECE = re.compile(
    r"\\(?P<escaped>[^\w\s])|(?P<sign>[*+?^$()\[\]{}\\])|(?P<plain>[^*+?^$()\[\]{}\\])"
)


def format_condition(field: str, value: str) -> str:
    """Return the condition that a field has this value, or a phrase if the field is empty."""
    shown = value if value.isalnum() and value.lower() != "or" else f'"{value}"'
    return f"{field}:{shown}" if field else shown


def check_query(query: str) -> str:
    """Return a query that was made by translating another.

    Raises:
        InvalidInput: It is none; the text says why.
    """
    try:
        parse_query(query, 0)
    except InvalidQuery as error:
        raise InvalidInput(f"query: {error}") from error
    return query


def join_choices(choices: Sequence[str]) -> str:
    """Return the condition that one of these conditions holds."""
    return choices[0] if len(choices) == 1 else f"({' or '.join(choices)})"


def translate_pattern(field: str, pattern: str) -> str | None:
    """Return the condition for a regular expression of plain words; None if it is more than that.

    It matches whole words only. A dot inside is taken for a dot, as in the name of a host.
    """
    text = pattern.strip()
    if '"' in text:
        return None
    choices = (text.removeprefix("(").removesuffix(")") if text[:1] == "(" else text).split("|")
    words = [_read_pattern(each) for each in choices]
    if not all(words):
        return None
    return join_choices([format_condition(field, each) for each in words if each])


def _read_pattern(pattern: str) -> str | None:
    pattern = pattern.strip()
    for edge in 2 * PATTERN_EDGES:
        pattern = pattern.removeprefix(edge).removesuffix(edge)
    pattern = BOTH_CASES.sub(
        lambda match: match[1] if match[1].lower() == match[2].lower() else match[0], pattern
    )
    pieces = list(PATTERN_PIECE.finditer(pattern))
    if any(each["sign"] for each in pieces):
        return None
    return "".join(each["escaped"] or each["plain"] for each in pieces).strip()
