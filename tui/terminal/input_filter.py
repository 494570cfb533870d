"""What a terminal sends, before keys are looked for in it: pastes are cleaned, answers dropped.

A terminal marks what is pasted (xterm control sequences, "Bracketed Paste Mode"), but most do not
look into it. Textual takes an escape in a paste for the beginning of a key, and what follows for
keys: `q` would quit. And a terminal answers questions on the keyboard's line, sometimes those of a
program that ran before; what Textual does not know of them it takes for keys as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable

BEGIN, END = "\x1b[200~", "\x1b[201~"
PASTE_LIMIT = 10_000
"""Characters of a paste that are kept: more than any line of ours takes."""

CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
ANSWERS = re.compile(
    r"\x1b[P\]_^X][^\x1b\x07]*(?:\x1b\\|\x07)"  # strings: colours, settings, names
    r"|\x1b\[[?>=][\d;:]*[A-Za-z]"  # what the terminal is and can
    r"|\x1b\[\d*[cn]"
    r"|\x1b\[(?!48;)\d+(?:;\d+)*t"  # where its window is; 48 is the size, which Textual reads
)
"""Answers, whole. An escape and the rest of one that is cut in two might as well be typed."""


BACKGROUND = re.compile(
    r"\x1b?\]11;rgba?:([0-9a-f]{1,4})/([0-9a-f]{1,4})/([0-9a-f]{1,4})[^\x1b\x07]{0,5}(?:\x1b\\|\x07)",
    re.IGNORECASE,
)
"""The answer to `ASK_BACKGROUND`."""
BEGUN = re.compile(r"(?:\x1b\]1?|\x1b?\]11(?:;[^\x1b\x07]{0,40}\x1b?)?)\Z")
"""The beginning of such an answer, which might come in two pieces; an escape alone may be a key."""
ASK_BACKGROUND = b"\x1b]11;?\x1b\\"

OnBackground = Callable[[str, str, str], None]


class Incoming:
    """Takes text as it is read, in pieces of any length, and gives what keys are looked for in."""

    def __init__(self, on_background: OnBackground | None = None) -> None:
        """Make a filter.

        Args:
            on_background: Called with red, green and blue, in hexadecimal digits, where the terminal
                was asked for its background; None where it was not.
        """
        self._on_background = on_background
        self._held = ""
        """What may be the beginning of its answer."""
        self._pasting = False
        self._left = 0
        self._before = ""
        """The end of the last piece, where it may be the beginning of a mark."""

    def clean(self, text: str) -> str:
        """The part of a piece that is passed on; it may be empty."""
        if self._on_background is not None:
            text = self._without_background(text, self._on_background)
        passed = []
        while text:
            part, text = self._pasted(text) if self._pasting else self._typed(text)
            passed.append(part)
        return "".join(passed)

    def _without_background(self, text: str, tell: OnBackground) -> str:
        """The text without the answer that is waited for; a part of one is held back."""
        text, self._held = self._held + text, ""
        if found := BACKGROUND.search(text):
            self._on_background = None
            tell(*found.groups())
            return text[: found.start()] + text[found.end() :]
        if begun := BEGUN.search(text):
            self._held = begun[0]
            return text[: begun.start()]
        return text

    def _typed(self, text: str) -> tuple[str, str]:
        """What is passed on of keys, and what remains: the beginning of a paste."""
        # Nothing is held back, for an escape may be a key; so the mark may have begun before.
        there = self._before + text
        at = there.find(BEGIN)
        if at < 0:
            self._before = _unfinished(there, BEGIN)
            return ANSWERS.sub("", text), ""
        self._pasting, self._left, self._before = True, PASTE_LIMIT, ""
        rest = there[at + len(BEGIN) :]
        return ANSWERS.sub("", text[: len(text) - len(rest)]), rest

    def _pasted(self, text: str) -> tuple[str, str]:
        """What is passed on of a paste, and what remains: the keys after it."""
        pasted, end, rest = (self._before + text).partition(END)
        self._before = "" if end else _unfinished(pasted, END)
        pasted = pasted[: len(pasted) - len(self._before)].replace("\r", "\n")
        kept = CONTROLS.sub("", pasted)[: self._left]
        self._left -= len(kept)
        self._pasting = not end
        return kept + end, rest


def _unfinished(text: str, mark: str) -> str:
    """The end of a text that is the beginning of a mark."""
    lengths = range(min(len(mark) - 1, len(text)), 0, -1)
    return next((mark[:n] for n in lengths if text.endswith(mark[:n])), "")
