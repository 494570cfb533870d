"""Faults in the files that users write: one line for each key."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

MAX_QUOTED_CHARS = 80
MIN_PART_CHARS = 3
"""Letters of a word that says which longer one is meant: `star` of `toggle_star`."""


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
    """Return `did you mean "…"?` with the nearest known word; empty if none is near.

    Of names such as `article.open`, those of the same group are compared by what is behind the dot.
    """
    from difflib import get_close_matches  # imported here: only a fault needs it

    group = word[: word.rfind(".") + 1]
    name = word.removeprefix(group)
    of_group = {each.removeprefix(group): each for each in known if each.startswith(group)}
    found = [of_group[each] for each in get_close_matches(name, of_group, n=1)]
    if not found and len(name) >= MIN_PART_CHARS:
        found = sorted((each for each in of_group.values() if name in each), key=len)
    if not found and group:
        found = [each for each in known if each.endswith(f".{name}")]
    if not found and not (group and of_group):
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
