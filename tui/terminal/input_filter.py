"""Filters terminal input before Textual parses keys: sanitizes pastes, drops replies.

Terminals bracket pastes (xterm control sequences, "Bracketed Paste Mode"), but most do not sanitize
them. Textual takes an escape in a paste for the start of a key, and what follows for keys: `q` would
quit. Replies to queries also arrive as input, sometimes to those of a program that ran before;
Textual takes the ones it does not know for keys as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable

PASTE_START, PASTE_END = "\x1b[200~", "\x1b[201~"
MAX_PASTE_CHARS = 10_000
"""Maximum length of a paste: more than any input takes."""

CONTROL_CHARS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
TERMINAL_REPLY = re.compile(
    r"\x1b[P\]_^X][^\x1b\x07]*(?:\x1b\\|\x07)"  # strings: colours, settings, names
    r"|\x1b\[[?>=][\d;:]*[A-Za-z]"  # device attributes and modes
    r"|\x1b\[\d*[cn]"
    r"|\x1b\[(?!48;)\d+(?:;\d+)*t"  # window reports; 48 is the size, which Textual reads
)
"""Complete replies. The halves of one that arrives in two reads might as well be typed."""

BACKGROUND_REPLY = re.compile(
    r"\x1b?\]11;rgba?:([0-9a-f]{1,4})/([0-9a-f]{1,4})/([0-9a-f]{1,4})[^\x1b\x07]{0,5}(?:\x1b\\|\x07)",
    re.IGNORECASE,
)
"""The reply to `BACKGROUND_QUERY`."""
PARTIAL_BACKGROUND_REPLY = re.compile(r"(?:\x1b\]1?|\x1b?\]11(?:;[^\x1b\x07]{0,40}\x1b?)?)\Z")
"""The start of such a reply, which may arrive in two reads; an escape alone may be a key."""
BACKGROUND_QUERY = b"\x1b]11;?\x1b\\"

BackgroundCallback = Callable[[str, str, str], None]


class InputFilter:
    """Filters input as it is read, in pieces of any length."""

    def __init__(self, on_background: BackgroundCallback | None = None) -> None:
        """Make a filter.

        If the terminal was queried for its background, `on_background` is called with red, green
        and blue, in hexadecimal digits.
        """
        self._on_background = on_background
        self._partial_reply = ""
        """Input that may be the start of a reply."""
        self._in_paste = False
        self._paste_chars_left = 0
        self._partial_marker = ""
        """The end of the last piece, if it may be the start of a paste marker."""

    def filter(self, text: str) -> str:
        """Return the part of a piece to pass on; it may be empty."""
        if self._on_background is not None:
            text = self._remove_background_reply(text, self._on_background)
        passed = []
        while text:
            part, text = self._filter_paste(text) if self._in_paste else self._filter_keys(text)
            passed.append(part)
        return "".join(passed)

    def _remove_background_reply(self, text: str, report: BackgroundCallback) -> str:
        """Remove the expected reply; hold back a part of one."""
        text, self._partial_reply = self._partial_reply + text, ""
        if found := BACKGROUND_REPLY.search(text):
            self._on_background = None
            report(*found.groups())
            return text[: found.start()] + text[found.end() :]
        if begun := PARTIAL_BACKGROUND_REPLY.search(text):
            self._partial_reply = begun[0]
            return text[: begun.start()]
        return text

    def _filter_keys(self, text: str) -> tuple[str, str]:
        """Return the keys to pass on, and the rest: the start of a paste."""
        # Nothing is held back, for an escape may be a key; so the marker may have started earlier.
        whole = self._partial_marker + text
        at = whole.find(PASTE_START)
        if at < 0:
            self._partial_marker = _partial_suffix(whole, PASTE_START)
            return TERMINAL_REPLY.sub("", text), ""
        self._in_paste, self._paste_chars_left, self._partial_marker = True, MAX_PASTE_CHARS, ""
        rest = whole[at + len(PASTE_START) :]
        return TERMINAL_REPLY.sub("", text[: len(text) - len(rest)]), rest

    def _filter_paste(self, text: str) -> tuple[str, str]:
        """Return the part of a paste to pass on, and the rest: the keys after it."""
        pasted, end, rest = (self._partial_marker + text).partition(PASTE_END)
        self._partial_marker = "" if end else _partial_suffix(pasted, PASTE_END)
        pasted = pasted[: len(pasted) - len(self._partial_marker)].replace("\r", "\n")
        kept = CONTROL_CHARS.sub("", pasted)[: self._paste_chars_left]
        self._paste_chars_left -= len(kept)
        self._in_paste = not end
        return kept + end, rest


def _partial_suffix(text: str, marker: str) -> str:
    """Return the end of a text that is the start of a marker."""
    lengths = range(min(len(marker) - 1, len(text)), 0, -1)
    return next((marker[:n] for n in lengths if text.endswith(marker[:n])), "")
