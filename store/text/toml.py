"""TOML that others wrote, parsed with the standard library within bounds."""

from __future__ import annotations

import re
from typing import Any

MAX_KEY_PARTS = 50
"""Parts of a dotted key: time and memory of the parser grow with their square."""
KEY_PART = re.compile(r"""[\w-]++|"(?:[^"\\\n]|\\.?)*+"?+|'[^'\n]*+'?+""")
KEY_OR_TEXT = re.compile(
    r"""
    \#[^\n]*+                                                      # a comment
    | \"{3}(?>(?:[^"\\]++|\\[\s\S]|"(?!""))*)(?>(?:"{3,5})?)     # strings of several lines
    | '{3}(?>(?:[^']++|'(?!''))*)(?>(?:'{3,5})?)
    | (?P<key>(?:PART)(?>(?:[ \t]*+\.[ \t]*+(?:PART))*))     # a key, or a value on one line
    """.replace("PART", KEY_PART.pattern),
    re.VERBOSE,
)
"""All of TOML but punctuation. What is not closed ends with the line or the file: each is read once."""


def parse_toml(text: str) -> dict[str, Any]:
    """Parse TOML.

    Raises:
        ValueError: It is none, or beyond the bounds; the text gives the reason.
    """
    import tomllib  # imported here: a user without files of their own does not need it

    if any(_has_too_many_parts(found["key"] or "") for found in KEY_OR_TEXT.finditer(text)):
        raise ValueError("a key has too many parts")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _has_too_many_parts(key: str) -> bool:
    # A quoted part may have dots of its own, so those only say that it is worth looking.
    return key.count(".") >= MAX_KEY_PARTS and len(KEY_PART.findall(key)) > MAX_KEY_PARTS
