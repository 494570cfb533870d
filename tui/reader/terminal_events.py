"""From the tokens of terminal input to the events that Textual knows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby

from textual import events

# The parser has no public name; the module that Textual's driver takes it from may change.
from textual.drivers.linux_driver import XTermParser  # type: ignore[attr-defined]
from textual.message import Message

from tui.terminal.input_filter import ESCAPE, InputToken, Pasted

MAX_COLUMNS, MAX_ROWS = 1000, 500
"""More than any terminal has: a screen of a larger size would fill the memory."""
DEFAULT_COLUMNS, DEFAULT_ROWS = 80, 24

REPORT = re.compile(
    r"\x1b\[(?:[IO]|\?(?:2026|2048);\d\$y|<\d{1,3};-?\d{1,5};-?\d{1,5}[mM]"
    r"|\d{1,3};\d{1,5};\d{1,5}M|M[^\x00-\x1f]{3})"
)
"""Focus, modes and mouse: what Textual's parser keeps a state for."""
RESIZE = re.compile(
    r"\x1b\[48;(\d{1,6}(?::\d*)*);(\d{1,6}(?::\d*)*);(\d{1,6}(?::\d*)*);(\d{1,6}(?::\d*)*)t"
)
KITTY_KEY = re.compile(
    r"\x1b\[(?P<code>\d{0,7})(?::\d*)*(?:;(?P<modifiers>\d{0,3})(?::(?P<event>\d*))?)?"
    r"(?:;(?P<text>[\d:]{0,60}))?(?P<final>[u~ABCDEFHPQS])"
)
"""A key of the Kitty keyboard protocol, or one with modifiers as xterm sends it."""
KEY_RELEASED = "3"
PLAIN_KEY = re.compile(r"\x1b(?:O.|\[\[?[A-Za-z]|\[\d{1,3}(?:;\d{1,3})?[A-Za-z~$^@])")


class RepeatedKey(events.Key):
    """A key that was pressed several times in a row."""

    def __init__(self, key: str, character: str | None, count: int) -> None:
        super().__init__(key, character)
        self.count = count


class KeyBatch(Message):
    """Keys and pastes that came together."""

    def __init__(self, keys: list[events.Key | events.Paste]) -> None:
        super().__init__()
        self.keys = keys


def clamp_size(columns: int, rows: int) -> tuple[int, int]:
    """Return a size that a terminal can have; where it reports none, the usual one."""
    return min(columns, MAX_COLUMNS) or DEFAULT_COLUMNS, min(rows, MAX_ROWS) or DEFAULT_ROWS


class EventReader:
    """Turns tokens into events, and hides from Textual's parser what it cannot read."""

    def __init__(self) -> None:
        self._parser = XTermParser()

    def read(self, tokens: Iterable[InputToken]) -> Iterator[Message]:
        """Yield the events of some tokens."""
        keys: list[events.Key | events.Paste] = []
        for token, same in groupby(tokens):
            if isinstance(token, Pasted):
                keys += [events.Paste(each.text) for each in same if isinstance(each, Pasted)]
            elif pressed := parse_keys(token):
                keys += _repeat(pressed, sum(1 for _ in same))
            else:
                yield from _batch(keys)
                keys = []
                for _ in same:
                    yield from self._read_report(token)
        yield from _batch(keys)

    def _read_report(self, token: str) -> Iterator[Message]:
        if size := RESIZE.fullmatch(token):
            rows, columns, height, width = (int(each.partition(":")[0]) for each in size.groups())
            if (columns, rows) == clamp_size(columns, rows):
                # Without pixels, a cell is one; Textual divides by them.
                yield from self._parser.feed(
                    f"\x1b[48;{rows};{columns};{height or rows};{width or columns}t"
                )
        elif REPORT.fullmatch(token):
            yield from self._parser.feed(token)


def expand_keys(message: Message) -> Iterator[Message]:
    """Yield the single events of a message."""
    for event in message.keys if isinstance(message, KeyBatch) else [message]:
        if isinstance(event, RepeatedKey):
            yield from (events.Key(event.key, event.character) for _ in range(event.count))
        else:
            yield event


def _batch(keys: list[events.Key | events.Paste]) -> Iterator[Message]:
    if len(keys) == 1:
        yield keys[0]
    elif keys:
        yield KeyBatch(keys)


def _repeat(pressed: tuple[tuple[str, str | None], ...], count: int) -> Iterator[events.Key]:
    if len(pressed) == 1 and count > 1:
        yield RepeatedKey(*pressed[0], count)
        return
    for _ in range(count):
        for key, character in pressed:
            yield events.Key(key, character)


@lru_cache(maxsize=1024)
def parse_keys(token: str) -> tuple[tuple[str, str | None], ...]:
    """Return the keys of a token, each with the character it types; none if it is no key."""
    if token == ESCAPE:
        return (("escape", ESCAPE),)
    if token[0] == ESCAPE and len(token) == 2:
        token = f"\x1b[{ord(token[1])};3u"
    if len(token) > 1 and not (token := _simplify_key(token)):
        return ()
    # A parser of its own: one that does not know a sequence would add the next key to it.
    parser = XTermParser()
    pressed = [each for each in parser.feed(token) if isinstance(each, events.Key)]
    return tuple((each.key, each.character) for each in pressed)


def _simplify_key(token: str) -> str:
    """Return a key's sequence without event types and alternate keys; empty if it is none."""
    if PLAIN_KEY.fullmatch(token) and token[-1] != "u":
        return token
    found = KITTY_KEY.fullmatch(token)
    if found is None or found["event"] == KEY_RELEASED:
        return ""
    code, modifiers = int(found["code"] or 1), int(found["modifiers"] or 1)
    texts = [int(each) for each in (found["text"] or "").split(":") if each]
    if not 1 <= modifiers <= 256 or not all(map(_is_character, [code, *texts])):
        return ""
    text = "".join(f":{each}" for each in texts)[1:]
    return f"\x1b[{code};{modifiers}{';' if text else ''}{text}{found['final']}"


def _is_character(code: int) -> bool:
    return 0 < code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF
