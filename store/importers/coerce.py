"""Coercion of values from outside into the type of a field; errors name the field."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time
from typing import Any

from store.model.errors import InvalidInput
from store.text.clean import clean_line, clean_text

TRUE_WORDS = frozenset({"true", "yes", "y", "on", "1"})
FALSE_WORDS = frozenset({"false", "no", "n", "off", "0"})
MAX_SAFE_INTEGER = 2**53
"""Larger integers do not survive every JSON parser."""

NAME_KEYS = ("name", "title", "label", "term")
"""Keys under which other programs store the text of a tag, an author or a similar article."""

UUID_PATTERN = re.compile(
    r"(?:urn:uuid:|\{)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?",
    re.IGNORECASE,
)
NIL_UUID = str(uuid.UUID(int=0))


class RawFields:
    """The fields of one item, taken out one by one; what remains is unknown to newstui."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._fields = {str(name): value for name, value in fields.items()}

    def pop(self, *names: str) -> tuple[str, Any]:
        """Take out the first of these fields that has a value.

        Returns:
            Its name and value; the first name and None if none of them has a value.
        """
        for name in names:
            value = self._fields.pop(name, None)
            if value or value == 0:  # zero and False are values
                return name, value
        return names[0], None

    def remaining(self) -> dict[str, Any]:
        """Return the fields that were not taken."""
        return self._fields


def describe_type(value: object) -> str:
    """Return the type of a value for the user: `a list`, `a number`."""
    if isinstance(value, bool):
        return "yes or no"
    names = ((str, "text"), (int | float, "a number"), (Mapping, "an object"), (list, "a list"))
    return next((name for kind, name in names if isinstance(value, kind)), "something else")


def make_type_error(name: str, expected: str, value: object) -> InvalidInput:
    """Return the error for a field of an unexpected type."""
    shown = f"“{clean_line(value, limit=40)}”" if isinstance(value, str) else describe_type(value)
    return InvalidInput(f"{name}: expected {expected}, found {shown}")


def coerce_text(name: str, value: object) -> str:
    """Return a text as it is; numbers and dates become text."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, int | float | date) and not isinstance(value, bool):
        return _format_value(value)
    raise make_type_error(name, "text", value)


def _format_value(value: object) -> str:
    try:
        return value.isoformat() if isinstance(value, date | time) else str(value)
    except ValueError:  # a number with more digits than Python converts
        return "…"


def coerce_line(name: str, value: object, limit: int = 500) -> str:
    """Return a clean text in one line."""
    text = coerce_text(name, value)
    return clean_line(text, limit=limit) if text else ""


def coerce_paragraphs(name: str, value: object) -> str:
    """Return a clean long text; the items of a list become paragraphs."""
    if isinstance(value, list | tuple):
        value = "\n\n".join(coerce_text(name, paragraph) for paragraph in value)
    return clean_text(coerce_text(name, value)).strip()


def coerce_count(name: str, value: object) -> int:
    """Return a count: an integer that is not negative."""
    if value is None:
        return 0
    found: float = -1
    if isinstance(value, str):
        digits = value.strip().replace(",", "")
        found = int(digits) if digits.isdecimal() and len(digits) < 16 else -1
    elif isinstance(value, int | float) and not isinstance(value, bool):
        found = value
    if 0 <= found < MAX_SAFE_INTEGER and found == int(found):
        return int(found)
    raise make_type_error(name, "a number", value)


def coerce_flag(name: str, value: object) -> bool:
    """Return a boolean, however it is written."""
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower() if isinstance(value, str | int) else ""
    if word in TRUE_WORDS or word in FALSE_WORDS:
        return word in TRUE_WORDS
    raise make_type_error(name, "yes or no", value)


def coerce_names(name: str, value: object, *, comma: bool = False) -> tuple[str, ...]:
    """Return clean names, each once, in order.

    Args:
        name: The field, for the error.
        value: A list of texts or of objects with a name; one text is a list of one.
        comma: True if a text is a comma-separated list (tags are, authors are not).
    """
    if value is None:
        return ()
    if isinstance(value, str):
        value = value.split(",") if comma else [value]
    elif isinstance(value, Mapping):
        value = [value] if any(key in value for key in NAME_KEYS) else list(value)
    if not isinstance(value, Iterable):
        value = [value]
    return tuple(dict.fromkeys(_iter_names(name, value)))


def _iter_names(name: str, values: Iterable[object]) -> Iterator[str]:
    for item in values:
        value = item
        if isinstance(item, Mapping):
            value = next((item[key] for key in NAME_KEYS if item.get(key)), None)
            if value is None:
                raise make_type_error(name, "names", item)
        if line := coerce_line(name, value):
            yield line


def coerce_json(value: Any) -> Any:
    """Return a clean JSON value; what JSON cannot represent becomes text."""
    if isinstance(value, dict):
        return {name: coerce_json(item) for name, item in value.items()}
    if isinstance(value, list):
        return [coerce_json(item) for item in value]
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int | float) and -(2**63) <= value < 2**63:
        return value
    return clean_line(_format_value(value))


def parse_uuid(text: str) -> str | None:
    """Return a UUID in its canonical form, or None for any other id and for the nil UUID."""
    match = UUID_PATTERN.fullmatch(text)
    found = match[1].lower() if match else NIL_UUID
    return None if found == NIL_UUID else found
