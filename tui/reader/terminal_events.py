"""From the tokens of terminal input to the events that Textual knows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

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


class KeyPress(NamedTuple):
    """A key, and the character it types.

    An event of Textual is made of it only once its time has come: of a hundred thousand that come
    at once, nearly all are folded.
    """

    key: str
    character: str | None

    @property
    def is_printable(self) -> bool:
        """True if it types a character."""
        return self.character is not None and self.character.isprintable()

    def to_event(self) -> events.Key:
        """Return the event that Textual knows."""
        return events.Key(self.key, self.character)


class KeyBatch(Message):
    """Keys and pastes that came together."""

    def __init__(self, keys: list[KeyPress | events.Paste]) -> None:
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
        keys: list[KeyPress | events.Paste] = []
        for token in tokens:
            if isinstance(token, Pasted):
                keys.append(events.Paste(token.text))
            elif pressed := parse_keys(token):
                keys += pressed
            else:
                yield from _batch(keys)
                keys = []
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
    for each in message.keys if isinstance(message, KeyBatch) else [message]:
        yield each.to_event() if isinstance(each, KeyPress) else each


def _batch(keys: list[KeyPress | events.Paste]) -> Iterator[Message]:
    if len(keys) == 1:
        yield from expand_keys(KeyBatch(keys))
    elif keys:
        yield KeyBatch(keys)


@lru_cache(maxsize=1024)
def parse_keys(token: str) -> tuple[KeyPress, ...]:
    """Return the keys of a token; none if it is no key."""
    if token == ESCAPE:
        return (KeyPress("escape", ESCAPE),)
    if token[0] == ESCAPE and len(token) == 2:
        token = f"\x1b[{ord(token[1])};3u"
    if len(token) > 1 and not (token := _simplify_key(token)):
        return ()
    # A parser of its own: one that does not know a sequence would add the next key to it.
    parser = XTermParser()
    pressed = [each for each in parser.feed(token) if isinstance(each, events.Key)]
    return tuple(KeyPress(each.key, each.character) for each in pressed)


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
    if any(unicodedata.category(chr(each)) == "Cc" for each in texts):
        return ""
    text = "".join(f":{each}" for each in texts)[1:]
    return f"\x1b[{code};{modifiers}{';' if text else ''}{text}{found['final']}"


def _is_character(code: int) -> bool:
    return 0 < code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF
