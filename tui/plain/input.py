"""Lines typed in line mode: parsed into commands, and the help on what can be typed."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from tui.config.commands import COMMANDS_BY_ID, format_key, group_commands
from tui.config.keymaps import Keymap

_NUMBER = re.compile(r"(\d{0,9})(?:\.\.(\d{0,9}))?")
LAST_ROW = 1_000_000_000
"""Stands for the last row of the list, as in `3..m`."""
SIMILAR_JUMP_PREFIX = "similar.jump:"
PLAIN_COMMAND_HELP = {
    "move.start": "the first page",
    "move.end": "the last page",
    "article.open": "open an article",
    "article.open_url": "open the URL in a browser; in an article that of link 2, as in 2o",
    "article.copy_url": "print and copy the source URL",
    "article.tag": "tag the article",
    "list.category": "show one category",
    "view.side": "print summary, similar readings and details",
    "article.page_text": "print the text of the page, or the article's own",
    "article.links": "print the links, or read one by its number, as in ;2",
    "article.export": "export the article to a file, as in e ~/article.md",
    "article.pipe": "pipe the article (Markdown) to a command, as in |wc -w",
    "trail.back": "back to the article visited before",
    "trail.forward": "forward again",
    "view.story": "print the article's story, the oldest first",
    "view.front_page": "print what is new since your last visit, by stories",
    "view.statistics": "print what was read, when and how fast",
    "feeds.fetch": "fetch the feeds; ctrl+c to stop",
    "feeds.list": "print the places with their numbers, and what fails",
    "app.help": "print this help",
}
"""Help of commands that do something else in line mode than on the screen."""


@dataclass(frozen=True, slots=True)
class ParsedLine:
    """A command with its number and words.

    Attributes:
        command: Its id; empty if only a number was typed, or nothing.
        number: 0 if none was typed.
        last: The end of a range of rows that begins with `number`; 0 if none was typed.
    """

    command: str = ""
    number: int = 0
    words: str = ""
    last: int = 0


def parse_input_line(line: str, vocabulary: Mapping[str, str]) -> ParsedLine | None:
    """Parse a line: `3`, `3m`, `m 3`, `3..7m`, `/harbour`, `c world`.

    Returns:
        None if the line holds no command of the vocabulary, which is that of `build_vocabulary`.
    """
    line = line.strip()
    number, last, typed = _split_numbers(line)
    if not typed:
        return ParsedLine("", number) if not last else None
    if typed in vocabulary:
        return ParsedLine(vocabulary[typed], number, last=last)
    for name in sorted(vocabulary, key=len, reverse=True):
        rest = typed.removeprefix(name)
        if rest != typed and not (name[-1].isalnum() and rest[0].isalpha()):
            words = rest.strip()
            trailing = int(words) if words.isdecimal() and len(words) < 10 else 0
            return ParsedLine(vocabulary[name], number or trailing, words, last)
    return None


def _split_numbers(line: str) -> tuple[int, int, str]:
    """Return number, end of the range and the rest of a line: 3, 7 and `m` of `3..7m`."""
    match = _NUMBER.match(line)
    if match is None:
        return 0, 0, line
    number, last = int(match[1] or 0), 0
    if match[2] is not None:
        number, last = number or 1, int(match[2]) if match[2] else LAST_ROW
    return number, last, line[match.end() :].lstrip()


def typable_keys(keymap: Keymap, command_id: str) -> list[str]:
    """Return the keys of a command that can be typed in a line."""
    names = map(format_key, keymap.keys[command_id])
    return [name for name in names if len(name) < 3 and name.isprintable() and name != " "]


def build_vocabulary(keymap: Keymap, place: str, commands: Collection[str]) -> dict[str, str]:
    """Return ids of commands of a place by what is typed for them: their keys and labels."""
    here = [
        each for each in COMMANDS_BY_ID.values() if place in each.places and each.id in commands
    ]
    labels = {each.label.casefold(): each.id for each in here}
    return labels | {name: each.id for each in here for name in typable_keys(keymap, each.id)}


def plain_help_lines(
    keymap: Keymap,
    commands: Collection[str],
    introduction: Iterable[str],
    overrides: Mapping[str, str],
) -> Iterator[str]:
    """Yield the introduction, and a line for every command; `overrides` replaces help by id."""
    yield from introduction
    help_by_id = {**PLAIN_COMMAND_HELP, **overrides}
    for heading, group in group_commands():
        known = [
            each
            for each in group
            if each.id in commands and not each.id.startswith(SIMILAR_JUMP_PREFIX)
        ]
        if known:
            yield f"{heading}:"
        for each in known:
            keys = typable_keys(keymap, each.id) or [each.label.casefold()]
            yield f"{' or '.join(keys)}: {help_by_id.get(each.id, each.help)}"
