"""TOML that others wrote, parsed with the standard library within bounds."""

from __future__ import annotations

import re
import tomllib
from typing import Any

MAX_KEY_PARTS = 300
"""Parts of a dotted key: time and memory of the parser grow with their square."""
DOTTED_PARTS = re.compile(r"""(?<![\w"'-])(?:[\w"'-]++[ \t]*+\.[ \t]*+)++""")


def parse_toml(text: str) -> dict[str, Any]:
    """Parse TOML.

    Raises:
        ValueError: It is none, or beyond the bounds; the text gives the reason.
    """
    if any(found[0].count(".") > MAX_KEY_PARTS for found in DOTTED_PARTS.finditer(text)):
        raise ValueError("a key has too many parts")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None
