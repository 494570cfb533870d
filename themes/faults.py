"""How files that users write are told what is wrong with them: key by key, on one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

MAX_QUOTED_CHARS = 80


def add_value_fault(key: str, value: object, rule: str, faults: list[str]) -> None:
    """Note that the value of a key breaks a rule, or that there is none."""
    if value is None:
        faults.append(f"{key}: is missing")
    else:
        faults.append(f"{key}: {quote_value(value)} {rule}")


def add_unknown_key_faults(
    prefix: str, given: Collection[str], known: Collection[str], faults: list[str]
) -> None:
    """Note each key that is not known, with the nearest one that is."""
    for key in given:
        if key not in known:
            hint = suggest_nearest(key, known)
            faults.append(f"{prefix}{make_printable(key)}: is not known{hint and f'; {hint}'}")


def suggest_nearest(word: str, known: Collection[str]) -> str:
    """A question whether a known word was meant; empty where none is near."""
    from difflib import get_close_matches  # imported here: only a fault needs it

    found = get_close_matches(word, known, n=1)
    return f'did you mean "{found[0]}"?' if found else ""


def quote_value(value: object) -> str:
    """A value as it stands in the file, more or less."""
    if isinstance(value, str):
        return f'"{make_printable(value)}"'
    return make_printable(str(value).lower() if isinstance(value, bool) else str(value))


def make_printable(text: str) -> str:
    """`text` without what could control a terminal, and not too long for a line."""
    safe = text if text.isprintable() else text.encode("unicode_escape").decode("ascii")
    return safe if len(safe) <= MAX_QUOTED_CHARS else f"{safe[: MAX_QUOTED_CHARS - 1]}…"


def parse_toml(text: str, faults: list[str]) -> dict[str, object]:
    """What a TOML text holds; nothing, and a fault, where it is no TOML."""
    import tomllib  # imported here: a reader without files of the user's needs it a little later

    try:
        return tomllib.loads(text)
    except RecursionError:
        faults.append("is not TOML: nested too deep")
    except ValueError as error:  # also what Python says of numbers with thousands of digits
        faults.append(f"is not TOML: {make_printable(str(error))}")
    return {}
