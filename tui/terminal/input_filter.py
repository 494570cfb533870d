"""Splits terminal input into keys, pastes and reports before anything is parsed.

Terminals send keys, pastes and replies to queries in one stream, in pieces of any length. What is not complete is
held and what has no meaning is dropped, so that no part of a reply or a paste is ever taken for a key. The grammar is
that of ECMA-48 and of xterm's control sequences.

Nothing is held for ever: after a silence it is dropped. What a user types next comes one key at a time, and the rest
of what was dropped, if the connection stood still, comes together.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

ESCAPE = "\x1b"
STRING_TERMINATOR = "\x1b\\"
STRING_STARTS = ("\x1bP", "\x1b]", "\x1bX", "\x1b^", "\x1b_")
PASTE_START, PASTE_END = "\x1b[200~", "\x1b[201~"
PASTE_ENDS = {PASTE_START: PASTE_END, "\x9b200~": "\x9b201~"}
"""The ends of pastes by their starts; a pasted text may have the other one in it."""
MAX_PASTE_CHARS = 10_000
"""Maximum length of a paste: more than any input takes."""
MAX_HELD_CHARS = 256
"""The longest control sequence that is held; the rest of a longer one is skipped."""
SEQUENCE_TIMEOUT, STRING_TIMEOUT = 2.0, 5.0
"""Seconds of silence after which an unfinished sequence, or a string or paste, is dropped."""
TYPING_PAUSE = 0.5
"""Seconds after which a single character is a key, and not a piece of an unfinished string or paste."""

CONTROL_CHARS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
STRING_END = re.compile(r"\x1b\\|[\x07\x18\x1a\x9c]|\x1b(?=[^\\])")
"""The end of a control string; an escape that starts something else also ends it."""
REST_OF_SEQUENCE = re.compile(
    r"\[(?:\[.|[ -?]*[@-~]|[0-?]+\Z)|O[A-FHP-S]"
    r"|[P\]X^_].*?(?:\x1b\\|[\x07\x9c])|\]\d+;",
    re.DOTALL,
)
"""What follows an escape that came alone; typed keys hardly come so, and not together."""
REST_OF_PARAMETERS = re.compile(r"[ -?]*~|[ -?]+[@-}]")
"""What follows the start of a control sequence; a letter alone may be a key."""
BACKGROUND_REPLY = re.compile(
    r"11;rgba?:([0-9a-f]{1,4})/([0-9a-f]{1,4})/([0-9a-f]{1,4})", re.IGNORECASE
)
"""The reply to `BACKGROUND_QUERY`, without its start and end."""
BACKGROUND_QUERY = b"\x1b]11;?\x1b\\"

_CSI = r"(?:\x1b\[|\x9b)"
_TOKEN = re.compile(
    r"(?P<text>[^\x00\x1b\x80-\x9f]+)"
    rf"|(?P<csi>{_CSI}(?:\[[^\x1b]|M[^\x1b]{{3}}|(?!M)[ -?]*[@-Z\\-~]))"
    r"|(?P<ss3>(?:\x1bO|\x8f)[^\x1b])"
    r"|(?P<string>\x1b[P\]X^_]|[\x90\x98\x9d-\x9f])"
    rf"|(?P<held>(?:\x1bO?|\x8f|{_CSI}(?:\[|M[^\x1b]{{0,2}}|[ -?]*))\Z)"
    rf"|(?P<broken>\x1bO(?=\x1b)|\x8f|{_CSI}(?:M[^\x1b]{{0,2}}|[ -?]*))"
    r"|(?P<alt>\x1b[^\x1b\x80-\x9f])"
    r"|(?P<escape>\x1b)"
    r"|(?P<meaningless>[\x00\x80-\x9f]+)",
)

BackgroundCallback = Callable[[str, str, str], None]


class Pasted(NamedTuple):
    """A paste, sanitized."""

    text: str


InputToken = str | Pasted
"""A character, a complete control sequence, or a paste."""


def make_decoder() -> Callable[[bytes], str]:
    """Return a function that decodes UTF-8 in pieces of any length.

    A byte that begins a control sequence in an eight-bit terminal is that control character.
    """
    return codecs.getincrementaldecoder("utf-8")(_DECODING_ERRORS).decode


def _decode_invalid(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)  # noqa: S101 - only a decoder calls this
    invalid = error.object[error.start : error.end]
    is_control = len(invalid) == 1 and 0x80 <= invalid[0] <= 0x9F
    return chr(invalid[0]) if is_control else "\ufffd", error.end


_DECODING_ERRORS = "newstui.terminal"
codecs.register_error(_DECODING_ERRORS, _decode_invalid)


class InputFilter:
    """Filters input as it is read, in pieces of any length.

    Attributes:
        alt_keys: The characters that mean a key of their own when they follow an escape at once.
            Others are two keys: a user who presses escape and goes on is faster than a slow link.
    """

    def __init__(
        self, on_background: BackgroundCallback | None = None, alt_keys: Collection[str] = ()
    ) -> None:
        """Make a filter.

        If the terminal was queried for its background, `on_background` is called with red, green
        and blue, in hexadecimal digits.
        """
        self.alt_keys = alt_keys
        self._on_background = on_background
        self._held = ""
        """The start of a sequence."""
        self._is_skipping = False
        """True inside of a sequence that is too long to be one."""
        self._string: str | None = None
        """The start of the control string that is being read."""
        self._paste: str | None = None
        """The paste that is being read."""
        self._paste_start = PASTE_START
        self._last_input = 0.0
        self._lost = ""
        """The start of what was given up after a silence, if nothing has come since."""
        self._lost_at = 0.0

    def timeout(self, escape_delay: float) -> float | None:
        """Return the seconds of silence after which `expire` is due; None if nothing is held."""
        if self._string is not None or self._paste is not None:
            return STRING_TIMEOUT
        if self._held == ESCAPE:
            return escape_delay
        return SEQUENCE_TIMEOUT if self._held or self._is_skipping else None

    def expire(self, now: float) -> list[InputToken]:
        """Drop what is held after a silence; an escape alone was a key, and a paste is over."""
        start = "" if self._paste is None else self._paste_start
        if self._string is not None:
            start = ESCAPE + self._string[0]
        self._lost, self._lost_at = start + self._held, now
        tokens: list[InputToken] = [ESCAPE] if self._lost == ESCAPE else self._end_paste()
        self._held, self._string, self._is_skipping = "", None, False
        return tokens

    def feed(self, text: str, now: float) -> list[InputToken]:
        """Return the complete tokens of a piece of input that was read at a time in seconds."""
        tokens: list[InputToken] = []
        pause = now - self._last_input
        self._last_input = now
        is_inside = self._string is not None or self._paste is not None
        is_single = len(text) == 1 and text not in "\x07\x1b\x9c" and not self._held
        if is_inside and is_single and pause >= TYPING_PAUSE:
            tokens += self.expire(now)
        text = self._held + self._complete_rest(text, now)
        self._held = ""
        while text:
            if self._string is not None:
                text = self._read_string(text)
            elif self._paste is not None:
                text = self._read_paste(text, tokens)
            elif self._is_skipping:
                text = self._skip_sequence(text)
            else:
                text = self._read_tokens(text, tokens)
        return tokens

    def _complete_rest(self, text: str, now: float) -> str:
        """Return a text without the rest of a paste, or with the start of what it is the rest of."""
        lost, self._lost = self._lost, ""
        if lost and len(text) > 1 and self._is_rest(lost, text, now):
            return lost + text
        if self._paste is None:
            before, end, after = text.partition(PASTE_END)
            if end and not self._held and not any(start in before for start in PASTE_ENDS):
                return after
        return text

    def _is_rest(self, lost: str, text: str, now: float) -> bool:
        """Return True if a text that came together is the rest of what was given up."""
        if lost == ESCAPE:
            is_recent = now - self._lost_at < SEQUENCE_TIMEOUT
            return is_recent and REST_OF_SEQUENCE.match(text) is not None
        if lost.startswith((*PASTE_ENDS, *STRING_STARTS)):
            return text[0] != ESCAPE or text.startswith(STRING_TERMINATOR)
        return REST_OF_PARAMETERS.match(text) is not None

    def _read_string(self, text: str) -> str:
        assert self._string is not None  # noqa: S101 - the caller knows
        end = STRING_END.search(text)
        read = text[: end.start()] if end else text.removesuffix(ESCAPE)
        self._string += read[: MAX_HELD_CHARS - len(self._string)]
        if end is None:
            self._held = text[len(read) :]
            return ""
        found = BACKGROUND_REPLY.match(self._string, 1)
        if found and self._string[0] == "]" and self._on_background is not None:
            report, self._on_background = self._on_background, None
            report(*found.groups())
        self._string = None
        return text[end.start() if end[0] == ESCAPE else end.end() :]

    def _read_paste(self, text: str, tokens: list[InputToken]) -> str:
        assert self._paste is not None  # noqa: S101 - the caller knows
        marker = PASTE_ENDS[self._paste_start]
        pasted, end, rest = text.partition(marker)
        self._held = "" if end else _partial_suffix(pasted, marker)
        pasted = pasted[: len(pasted) - len(self._held)].replace("\r", "\n")
        left = MAX_PASTE_CHARS - len(self._paste)
        self._paste += CONTROL_CHARS.sub("", pasted)[:left]
        if end:
            tokens += self._end_paste()
        return rest

    def _end_paste(self) -> list[InputToken]:
        pasted, self._paste = self._paste, None
        return [] if pasted is None else [Pasted(pasted)]

    def _skip_sequence(self, text: str) -> str:
        rest = text.lstrip("".join(map(chr, range(0x20, 0x40))))
        self._is_skipping = not rest
        return rest if rest[:1] in ("", ESCAPE) else rest[1:]

    def _read_tokens(self, text: str, tokens: list[InputToken]) -> str:
        """Read tokens up to the start of a string or paste; return the rest."""
        at = 0
        while found := _TOKEN.match(text, at):
            at, token = found.end(), found[0]
            kind = found.lastgroup
            if kind == "held":
                self._is_skipping = len(token) > MAX_HELD_CHARS
                self._held = "" if self._is_skipping else token
            elif kind == "string":
                self._string = token[-1] if len(token) == 2 else chr(ord(token) - 0x40)
                break
            elif token in PASTE_ENDS:
                self._paste, self._paste_start = "", token
                break
            else:
                tokens += self._expand_token(kind, token)
        return text[at:]

    def _expand_token(self, kind: str | None, token: str) -> Iterator[str]:
        if kind == "text":
            yield from token.replace("\n", "\r")  # enter, while the terminal was not ours yet
        elif kind == "alt" and token[1] not in self.alt_keys:
            if token != STRING_TERMINATOR:
                yield from token.replace("\n", "\r")
        elif kind in ("csi", "ss3"):
            if len(token) <= MAX_HELD_CHARS and token not in PASTE_ENDS.values():
                yield re.sub("^[\x8f\x9b]", lambda c1: ESCAPE + chr(ord(c1[0]) - 0x40), token)
        elif kind in ("alt", "escape"):
            yield token


def _partial_suffix(text: str, marker: str) -> str:
    """Return the end of a text that is the start of a marker."""
    lengths = range(min(len(marker) - 1, len(text)), 0, -1)
    return next((marker[:n] for n in lengths if text.endswith(marker[:n])), "")
