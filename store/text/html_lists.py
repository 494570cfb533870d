"""The numbers of the items of a list in HTML, in the numerals that the list states."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

LETTERS = "abcdefghijklmnopqrstuvwxyz"
ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
    (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
MAX_ROMAN = 3999
STYLES = {
    "lower-alpha": "a",
    "lower-latin": "a",
    "upper-alpha": "A",
    "upper-latin": "A",
    "lower-roman": "i",
    "upper-roman": "I",
}
LIST_STYLE = re.compile(
    rf"list-style(?:-type)?\s*:[^;]{{0,99}}\b({'|'.join(STYLES)})\b", re.IGNORECASE
)


class ListNumbers:
    """Counts the items of an ordered list."""

    def __init__(self, node: LexborNode | None) -> None:
        given = node.attributes if node is not None else {}
        self._next = 1
        self._step = -1 if "reversed" in given else 1
        self._type = given.get("type") or ""
        if styled := LIST_STYLE.search(given.get("style") or ""):
            self._type = STYLES[styled[1].lower()]
        start = to_integer(given.get("start"))
        if start is not None:
            self._next = start
        elif node is not None and self._step < 0:
            self._next = sum(child.tag == "li" for child in node.iter())

    def take(self, item: LexborNode | None) -> str:
        """Return the number of the next item, and a full stop."""
        value = to_integer(item.attributes.get("value")) if item is not None else None
        number = self._next if value is None else value
        self._next = number + self._step
        return f"{write_number(number, self._type)}."


def write_number(number: int, type_: str) -> str:
    """Return a number in the numerals of a list of this type: `1`, `a`, `A`, `i` or `I`."""
    text = str(number)
    if type_ in ("a", "A") and number > 0:
        text = ""
        while number:
            number, digit = divmod(number - 1, len(LETTERS))
            text = LETTERS[digit] + text
    elif type_ in ("i", "I") and 0 < number <= MAX_ROMAN:
        text = ""
        for value, letters in ROMAN:
            count, number = divmod(number, value)
            text += letters * count
    return text.upper() if type_ in ("A", "I") else text


def to_integer(value: str | None) -> int | None:
    """Return an attribute as an integer; None if it is none."""
    try:
        return int(value) if value and len(value) < 10 else None
    except ValueError:
        return None
