"""Faults in the files that users write: one line for each key."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

MAX_QUOTED_CHARS = 80


def add_value_fault(key: str, value: object, rule: str, faults: list[str]) -> None:
    """Add the fault that the value of a key breaks a rule, or that there is none."""
    faults.append(f"{key}: missing" if value is None else f"{key}: {quote_value(value)} {rule}")


def add_unknown_key_faults(
    what: str, given: Collection[str], known: Collection[str], faults: list[str]
) -> None:
    """Add a fault for each unknown key; `what` names its kind: `setting`, `colors: role`."""
    table, _, noun = what.rpartition(" ")
    for key in given:
        if key not in known:
            hint = suggest_nearest(key, known)
            name = f'{table and f"{table} "}unknown {noun} "{make_printable(key)}"'
            faults.append(f"{name}{hint and f'; {hint}'}")


def suggest_nearest(word: str, known: Collection[str]) -> str:
    """Return `did you mean "…"?` with the nearest known word; empty if none is near."""
    from difflib import get_close_matches  # imported here: only a fault needs it

    found = get_close_matches(word, known, n=1)
    return f'did you mean "{found[0]}"?' if found else ""


def quote_value(value: object) -> str:
    """Return a value roughly as it is written in the file."""
    if isinstance(value, str):
        return f'"{make_printable(value)}"'
    return make_printable(str(value).lower() if isinstance(value, bool) else str(value))


def make_printable(text: str) -> str:
    """Escape what could control a terminal, and shorten what is too long for a line."""
    safe = text if text.isprintable() else text.encode("unicode_escape").decode("ascii")
    return safe if len(safe) <= MAX_QUOTED_CHARS else f"{safe[: MAX_QUOTED_CHARS - 1]}…"
