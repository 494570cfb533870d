"""What is typed to the linear reader: the commands and keys of the reader, a line each."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tui.config.commands import COMMANDS_BY_ID, Command, format_key, group_commands
from tui.config.keymaps import Keymap

_NUMBERED_LINE = re.compile(r"\s*(\d{0,9})\s*(.*?)\s*", re.DOTALL)
SIMILAR_JUMP_PREFIX = "similar.jump:"
PLAIN_HELP_INTRODUCTION = (
    "Enter: the next page; at the end of an article the next unread one.",
    "A number: in the list, open that article; in an article, that similar reading.",
    "A number may stand with a command, as in 3m, and words behind it, as in /harbour.",
)
NO_HELP_OVERRIDES: Mapping[str, str] = MappingProxyType({})
PLAIN_COMMAND_HELP = {
    "move.start": "the first page",
    "move.end": "the last page",
    "article.open": "open an article",
    "article.back": "back to the list; ends a search there",
    "article.copy_url": "say and copy the source URL",
    "article.tag": "give the article a tag",
    "list.category": "show one category",
    "view.side": "say summary, similar readings and details",
    "article.links": "say the links, or open the one of that number, as in ;2",
    "article.export": "write the article to a file, as in e ~/article.md",
    "article.pipe": "give the article to a program, as in |wc -w",
    "trail.back": "back to the article visited before",
    "trail.forward": "forward again",
    "view.story": "say this and its similar readings in the order of time",
    "view.statistics": "say what was read, when and how fast",
    "feeds.fetch": "fetch the feeds; ctrl+c stops it",
    "feeds.list": "say the feeds, what they have and what failed",
    "app.help": "say what can be typed",
}
"""What commands do here, where the table says it of the screen."""


@dataclass(frozen=True, slots=True)
class ParsedLine:
    """A line that was typed: which command, for which number, with which words."""

    command: str = ""
    """Its id; empty where it was only a number, or nothing."""
    number: int = 0
    words: str = ""


def parse_input_line(line: str, known: Mapping[str, str]) -> ParsedLine | None:
    """What a line means: `3`, `3m`, `m 3`, `/harbour`, `c world`; None for what is no command.

    Args:
        line: As it was typed.
        known: The ids of commands, by what is typed for them.
    """
    match = _NUMBERED_LINE.fullmatch(line)
    number, typed = (int(match[1] or 0), match[2]) if match else (0, line)
    if not typed:
        return ParsedLine("", number)
    if typed in known:
        return ParsedLine(known[typed], number)
    for name in sorted(known, key=len, reverse=True):
        rest = typed.removeprefix(name)
        if rest != typed and not (name[-1].isalnum() and rest[0].isalpha()):
            words = rest.strip()
            named = int(words) if words.isdecimal() and len(words) < 10 else 0
            return ParsedLine(known[name], number or named, words)
    return None


def typable_keys(keymap: Keymap, command_id: str) -> list[str]:
    """The keys of a command that a line can hold."""
    names = map(format_key, keymap.keys[command_id])
    return [name for name in names if len(name) < 3 and name.isprintable() and name != " "]


def build_vocabulary(keymap: Keymap, place: str, commands: Collection[str]) -> dict[str, str]:
    """The ids of commands by what is typed for them in a place: their keys, and their names.

    Args:
        keymap: The keys in force.
        place: `list` or `article`.
        commands: The ids of those that there are.
    """
    here = [
        each
        for each in COMMANDS_BY_ID.values()
        if place in each.places and (each.id in commands or each.id.startswith(SIMILAR_JUMP_PREFIX))
    ]
    names = {each.label.casefold(): each.id for each in here}
    return names | {name: each.id for each in here for name in typable_keys(keymap, each.id)}


def plain_help_lines(
    keymap: Keymap,
    commands: Collection[str],
    introduction: Iterable[str] = PLAIN_HELP_INTRODUCTION,
    here: Mapping[str, str] = NO_HELP_OVERRIDES,
) -> Iterator[str]:
    """What can be typed, a command a line.

    Args:
        keymap: The keys in force.
        commands: The ids of those that there are.
        introduction: What else there is to say.
        here: What commands do, where that is not what they do elsewhere.
    """
    yield from introduction
    for heading, group in group_commands():
        known = [each for each in group if each.id in commands]
        if known:
            yield f"{heading}:"
            yield from (_help_line(keymap, each, {**PLAIN_COMMAND_HELP, **here}) for each in known)


def _help_line(keymap: Keymap, command: Command, words: Mapping[str, str]) -> str:
    keys = typable_keys(keymap, command.id) or [command.label.casefold()]
    return f"{' or '.join(keys)}: {words.get(command.id, command.help)}"
