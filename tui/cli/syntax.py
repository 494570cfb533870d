"""The parts of a command's syntax, and the values of its options."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from themes.faults import make_printable, quote_value, suggest_nearest

MAX_PORT = 65_535
MAX_NUMBER = 999_999_999
MAX_FEED_INTERVAL = 366 * 24 * 60
"""Minutes, as `feeds.opml` is read."""


class Argument(NamedTuple):
    """An option or a positional argument: the parameters of `add_argument`."""

    names: tuple[str, ...]
    parameters: Mapping[str, Any]


class OneOf(NamedTuple):
    """Arguments that exclude each other."""

    arguments: tuple[Argument, ...]
    required: bool = False


class Requirement(NamedTuple):
    """Arguments, by destination, one of which has to be given; named in `needs DESCRIPTION`."""

    any_of: tuple[str, ...]
    description: str
    with_any_of: tuple[str, ...] = ()
    """Required only with one of these; always if there are none."""


QUERY_DEST = "words"
"""The destination of the words of a query."""


def flag(name: str, help_: str) -> Argument:
    """Return an option without a value."""
    return Argument((f"--{name}",), {"action": "store_true", "help": help_})


SyntaxPart = Argument | OneOf | Requirement


class CommandSyntax(NamedTuple):
    """The syntax of a command."""

    name: str
    help: str
    """The line in `newstui --help`."""
    description: str
    """The text of `newstui NAME --help`; if empty, the help line."""
    parts: tuple[SyntaxPart, ...]


# -- values of options ---------------------------------------------------------------------


def describe_unknown(
    what: str, given: str, known: Collection[str], others: Collection[str] = ()
) -> str:
    """Return `unknown WHAT "given"`, with the nearest known name, or all of them if none is near.

    Args:
        what: What is named, as `sort order`.
        given: The unknown name.
        known: The known names.
        others: More names, which are suggested and not listed.
    """
    hint = suggest_nearest(given, [*known, *others]) or f"expected one of {', '.join(known)}"
    return f'unknown {what} "{make_printable(given)}"; {hint}'


def parse_choice(
    what: str, choices: Collection[str], aliases: Mapping[str, str] | None = None
) -> Callable[[str], str]:
    """Return a function that checks a value against choices, and names the nearest one.

    Args:
        what: What is chosen, as `sort order`.
        choices: The valid values.
        aliases: Other names of some of them.
    """

    def parse(text: str) -> str:
        others = aliases or {}
        value = others.get(text, text)
        if value not in choices:
            raise argparse.ArgumentTypeError(describe_unknown(what, text, choices, others))
        return value

    return parse


def parse_import_format(text: str) -> str:
    """Return the name of an import format."""
    from store.importers.read_files import IMPORT_FORMATS  # only `import --as` needs the importers

    return parse_choice("format", IMPORT_FORMATS, {"md": "markdown"})(text)


def parse_positive(text: str) -> int:
    """Return a number above 0."""
    if not text.isdecimal() or len(text) > len(str(MAX_NUMBER)) or not int(text):
        expected = f"a whole number from 1 to {MAX_NUMBER:,}"
        raise argparse.ArgumentTypeError(f"{quote_value(text.strip())} is not {expected}")
    return int(text)


def parse_library(text: str) -> str:
    """Return the name of a library, which an unset variable of a script is not."""
    if not text.strip():
        raise argparse.ArgumentTypeError("needs a folder, or the URL of a database")
    return text


def parse_port(text: str) -> int:
    """Return a port to listen on."""
    is_number = text.isascii() and text.isdecimal() and len(text) < 6
    if not is_number or not 0 < int(text) <= MAX_PORT:
        raise argparse.ArgumentTypeError(
            f"{quote_value(text.strip())} is not a port from 1 to {MAX_PORT}"
        )
    return int(text)


def parse_feed_interval(text: str) -> int:
    """Return the minutes of an interval; 0 for `none`."""
    minutes = 0 if text == "none" else parse_interval(text) // 60
    if minutes > MAX_FEED_INTERVAL:
        raise argparse.ArgumentTypeError(f"{quote_value(text.strip())} is longer than a year")
    return minutes


def parse_interval(text: str) -> int:
    """Return the seconds of `30m`, `2h` or `1d`."""
    found = re.fullmatch(r"([1-9]\d{0,5})([mhd])", text)
    if found is None:
        raise argparse.ArgumentTypeError(
            f"{quote_value(text.strip())} is not an interval such as 30m, 2h or 1d"
        )
    return int(found[1]) * {"m": 60, "h": 3600, "d": 86_400}[found[2]]


def parse_since(text: str) -> Callable[[int], int]:
    """Return a function from the present time to the start, both in seconds, of `2d` or a date."""
    if re.fullmatch(r"[1-9]\d{0,5}[mhd]", text):
        seconds = parse_interval(text)
        return lambda now: max(0, now - seconds)
    try:
        moment = datetime.fromisoformat(text)
        start = int((moment if moment.tzinfo else moment.astimezone()).timestamp())
    except (ValueError, OverflowError, OSError) as error:
        expected = "an interval such as 12h or 2d, or a date such as 2026-11-28"
        raise argparse.ArgumentTypeError(
            f"{quote_value(text.strip())} is not {expected}"
        ) from error
    return lambda _: max(0, start)
