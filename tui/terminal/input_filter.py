"""What a terminal sends, before keys are looked for in it: pastes are cleaned, answers dropped.

A terminal marks what is pasted (xterm control sequences, "Bracketed Paste Mode"), but most do not
look into it. Textual takes an escape in a paste for the beginning of a key, and what follows for
keys: `q` would quit. And a terminal answers questions on the keyboard's line, sometimes those of a
program that ran before; what Textual does not know of them it takes for keys as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable

PASTE_START, PASTE_END = "\x1b[200~", "\x1b[201~"
MAX_PASTE_CHARS = 10_000
"""Characters of a paste that are kept: more than any line of ours takes."""

CONTROL_CHARS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
TERMINAL_REPLY = re.compile(
    r"\x1b[P\]_^X][^\x1b\x07]*(?:\x1b\\|\x07)"  # strings: colours, settings, names
    r"|\x1b\[[?>=][\d;:]*[A-Za-z]"  # what the terminal is and can
    r"|\x1b\[\d*[cn]"
    r"|\x1b\[(?!48;)\d+(?:;\d+)*t"  # where its window is; 48 is the size, which Textual reads
)
"""Answers, whole. An escape and the rest of one that is cut in two might as well be typed."""


BACKGROUND_REPLY = re.compile(
    r"\x1b?\]11;rgba?:([0-9a-f]{1,4})/([0-9a-f]{1,4})/([0-9a-f]{1,4})[^\x1b\x07]{0,5}(?:\x1b\\|\x07)",
    re.IGNORECASE,
)
"""The answer to `ASK_BACKGROUND`."""
PARTIAL_BACKGROUND_REPLY = re.compile(r"(?:\x1b\]1?|\x1b?\]11(?:;[^\x1b\x07]{0,40}\x1b?)?)\Z")
"""The beginning of such an answer, which might come in two pieces; an escape alone may be a key."""
BACKGROUND_QUERY = b"\x1b]11;?\x1b\\"

BackgroundCallback = Callable[[str, str, str], None]


class InputFilter:
    """Takes text as it is read, in pieces of any length, and gives what keys are looked for in."""

    def __init__(self, on_background: BackgroundCallback | None = None) -> None:
        """Make a filter.

        Args:
            on_background: Called with red, green and blue, in hexadecimal digits, where the terminal
                was asked for its background; None where it was not.
        """
        self._on_background = on_background
        self._partial_reply = ""
        """What may be the beginning of its answer."""
        self._in_paste = False
        self._paste_chars_left = 0
        self._partial_marker = ""
        """The end of the last piece, where it may be the beginning of a mark."""

    def filter(self, text: str) -> str:
        """The part of a piece that is passed on; it may be empty."""
        if self._on_background is not None:
            text = self._remove_background_reply(text, self._on_background)
        passed = []
        while text:
            part, text = self._filter_paste(text) if self._in_paste else self._filter_keys(text)
            passed.append(part)
        return "".join(passed)

    def _remove_background_reply(self, text: str, tell: BackgroundCallback) -> str:
        """The text without the answer that is waited for; a part of one is held back."""
        text, self._partial_reply = self._partial_reply + text, ""
        if found := BACKGROUND_REPLY.search(text):
            self._on_background = None
            tell(*found.groups())
            return text[: found.start()] + text[found.end() :]
        if begun := PARTIAL_BACKGROUND_REPLY.search(text):
            self._partial_reply = begun[0]
            return text[: begun.start()]
        return text

    def _filter_keys(self, text: str) -> tuple[str, str]:
        """What is passed on of keys, and what remains: the beginning of a paste."""
        # Nothing is held back, for an escape may be a key; so the mark may have begun before.
        there = self._partial_marker + text
        at = there.find(PASTE_START)
        if at < 0:
            self._partial_marker = _partial_suffix(there, PASTE_START)
            return TERMINAL_REPLY.sub("", text), ""
        self._in_paste, self._paste_chars_left, self._partial_marker = True, MAX_PASTE_CHARS, ""
        rest = there[at + len(PASTE_START) :]
        return TERMINAL_REPLY.sub("", text[: len(text) - len(rest)]), rest

    def _filter_paste(self, text: str) -> tuple[str, str]:
        """What is passed on of a paste, and what remains: the keys after it."""
        pasted, end, rest = (self._partial_marker + text).partition(PASTE_END)
        self._partial_marker = "" if end else _partial_suffix(pasted, PASTE_END)
        pasted = pasted[: len(pasted) - len(self._partial_marker)].replace("\r", "\n")
        kept = CONTROL_CHARS.sub("", pasted)[: self._paste_chars_left]
        self._paste_chars_left -= len(kept)
        self._in_paste = not end
        return kept + end, rest


def _partial_suffix(text: str, mark: str) -> str:
    """The end of a text that is the beginning of a mark."""
    lengths = range(min(len(mark) - 1, len(text)), 0, -1)
    return next((mark[:n] for n in lengths if text.endswith(mark[:n])), "")
