"""Names of categories and tags: as they are stored and shown, and when two are one.

Programs and keyboards write the same accented letter as one character or as two, and people write a
name in upper or lower case: neither makes another name.

Source: Unicode Standard, 3.13, canonical caseless matching; UAX #15 (normalization).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from unicodedata import normalize

from store.text.clean import clean_line


def clean_name(text: str) -> str:
    """Return a name as one line that is safe to show, composed (NFC)."""
    if text.isascii():
        return clean_line(text)
    # Composed before, too: a letter without its accent may be the last one of a control sequence.
    return normalize("NFC", clean_line(normalize("NFC", text)))


def name_key(name: str) -> str:
    """Return what is equal for two spellings of one name."""
    key = name.casefold()
    if key.isascii():
        return key
    return normalize("NFD", normalize("NFD", name).casefold())


def unique_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return each name once, cleaned, in its first spelling; without empty ones."""
    first: dict[str, str] = {}
    for name in map(clean_name, names):
        if name:
            first.setdefault(name_key(name), name)
    return tuple(first.values())


def common_spellings(counts: Mapping[str, int]) -> Mapping[str, str]:
    """Return for every spelling of a name the one that is used most.

    Args:
        counts: How often each spelling is used.
    """
    by_use = sorted(counts, key=lambda name: (-counts[name], name))
    first: dict[str, str] = {}
    return {name: first.setdefault(name_key(name), name) for name in by_use}
