"""Untrusted text to text that is safe to show: the only door.

Nothing that leaves here can act on a terminal: no escape sequence, no control, no bidirectional
override, no invisible character, no endless pile of marks. What remains is what a reader sees.

Text is not brought to a normal form (NFC): terminals draw both forms, the index folds for itself,
and NFC may lengthen a text, while here a character is only ever dropped or replaced by one other.

Sources: ECMA-48 (controls and their sequences), UAX #9 (bidirectional), UTS #51 (emoji),
UAX #31 section 2.3 (where joiners carry meaning).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from unicodedata import category, combining, east_asian_width

MARKS_PER_BASE = 4
"""Of each kind, spacing and not. Hebrew, Thai and Vietnamese need at most four that take no room;
Burmese writes up to three of the other kind beside them."""

DEEPEST = 32
"""Levels of a JSON value that are kept; what lies deeper is replaced by an ellipsis."""

_ELLIPSIS = "\u2026"

# Private use and noncharacters go without a trace: they mean nothing outside the font or program
# they were made for (icon fonts of scraped pages, mostly), and a box for each is noise.
_NEVER = (
    r"\x00-\x09\x0b-\x1f\x7f-\x9f"  # controls but the newline
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # bidirectional and deprecated formatting
    r"\u2028\u2029"  # line and paragraph separators
    r"\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2065\u3164\ufeff\uffa0"
    r"\ufff0-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # invisible
    r"\ufe00-\ufe0d"  # variation selectors that are neither for text nor for emoji
    r"\ud800-\udfff\ue000-\uf8ff"  # surrogates, private use
    r"\ufdd0-\ufdef\ufffe\uffff\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U0003fffe\U0003ffff"
    r"\U00040000-\U0010ffff"  # no characters yet, then tags, selectors, private use
)
ALLOWED = re.compile(f"[^{_NEVER}]*")
"""What the output of `clean_text` always matches in full; a line holds no newline besides."""

_FORBIDDEN = re.compile(f"[{_NEVER}]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LINE_ENDS = ("\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029")
_EMPTY_LINES = re.compile(r"\n{3,}")
_ASCII = bytes(range(128))

# What is drawn as it stands, whatever is beside it: allowed, and neither mark, Hangul part, selector, joiner,
# filler, skin tone nor rare blank. Nearly all text is made of nothing else, and needs no further look.
# Possessive: of a megabyte it takes some hundredths of a second.
_ORDINARY_CHARS = (
    r"\n -~\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u058f\u1e00-\u1ffe\u2010-\u2027\u2030-\u205e"
    r"\u2070-\u20c0\u2100-\u2cdf\u2e00-\u3029\u3030-\u3096\u309b-\u3163\u3165-\ua66e\uac00-\ud7a3"
    r"\uf900-\ufb1d\ufb1f-\ufdcf\ufdf0-\ufdff\ufe30-\ufefc\uff01-\uff9f\uffa1-\uffee\ufffc\ufffd"
    r"\U0001f000-\U0001f3fa\U0001f400-\U0001fffd\U00020000-\U0002fffd\U00030000-\U0003fffd"
)
_ORDINARY = re.compile(f"[{_ORDINARY_CHARS}]*+")
_EXTRAORDINARY = re.compile(f"[^{_ORDINARY_CHARS}]")
STRETCH = 100
"""Characters that are cleaned together, where one of them needs it."""

# A string (OSC, DCS, APC, PM, SOS, a tmux title) goes whole only if it ends before the next control
# or line end: one that is never closed loses its introducer and swallows no text. As UTF-8 read as
# Latin-1 is full of C1 introducers, that rule keeps such text readable too.
_ESCAPE = re.compile(
    r"(?:\x1b[PX\]^_k]|[\x90\x98\x9d-\x9f])[^\x00-\x1f\x7f-\x9f]*(?:\x07|\x1b\\|\x9c)"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|\x1b[ -/]*[0-~]?"
)


def _runs(extending: str) -> re.Pattern[str]:
    """Runs of such characters that begin a line or word, or are longer than a pile may be."""
    return re.compile(rf"{extending}(?:(?<!\S.)|{extending}{{{MARKS_PER_BASE}}}){extending}*")


# Whatever extends the character before it is no word character, nor are symbols and punctuation;
# `category` tells them apart. That spares the start of the program a table of 300 ranges of marks.
_JAMO = r"\u1161-\u11ff\ud7b0-\ud7fb"  # Hangul vowels and finals: letters that join like marks
_IS_JAMO = re.compile(f"[{_JAMO}]")
_MARKS = _runs(r"[^\w\s\x00-\x7f]")
_MARKS_OR_JAMO = _runs(rf"(?:[^\w\s\x00-\x7f]|[{_JAMO}])")

_INVISIBLE = "\u200c\u200d\ufe0e\ufe0f"  # ZWNJ, ZWJ, and the selectors for text and for emoji
_SCRIPTS = (
    r"\u0600-\u0dff\u0f00-\u109f\u1780-\u18af\u1a20-\u1c4f\ua800-\ua9ff\uaa60-\uaa7f\uabc0-\uabff"
    r"\ufb50-\ufdcf\ufe70-\ufefc\U00010a00-\U00011fff\U0001e900-\U0001e95f"
)
_DOUBTFUL_JOINERS = re.compile(  # all but a single one between two letters
    rf"[{_INVISIBLE}](?:(?<![{_SCRIPTS}][\u200c\u200d])|(?![{_SCRIPTS}]))[{_INVISIBLE}]*"
)
_VIRAMAS = r"\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca"
_JOINED_LETTERS = re.compile(
    rf"[{_SCRIPTS}][\u200c\u200d]+[{_SCRIPTS}]"
    rf"|[{_VIRAMAS}]\u200d"  # a Malayalam chillu may end a word
)
_SKIN_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
_PICTURES = (
    r"\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff"
    r"\U0001f000-\U0001f3fa\U0001f400-\U0001faff"
)
_STRAY_TONES = re.compile(rf"[{_SKIN_TONES}](?<![{_PICTURES}].)")
_SIGNS = r"\xa9\xae\u203c\u2049\u2122\u2139\u3030\u303d\u3297\u3299"  # with a form as emoji
_EMOJI = rf"[{_PICTURES}][{_SKIN_TONES}\ufe0e\ufe0f]?"
_EMOJI_JOINT = re.compile(f"[0-9#*{_SIGNS}{_PICTURES}{_SKIN_TONES}][{_INVISIBLE}]")
_EMOJI_AND_STRAYS = re.compile(
    rf"({_EMOJI}(?:\u200d{_EMOJI}){{0,3}}"  # the longest in use (families, kisses) have four parts
    rf"|[{_SIGNS}][\ufe0e\ufe0f]"
    r"|[0-9#*]\ufe0f(?=\u20e3)"  # a keycap
    rf"|[0-9#*{_SIGNS}])[{_INVISIBLE}]*"
)
_FLAG_LETTERS = "".join(map(chr, range(0x1F1E6, 0x1F200)))


def clean_line(text: str, limit: int = 500) -> str:
    """`text` as one line that is safe to show.

    Args:
        text: Anything, lone surrogates too.
        limit: Display cells, at least one; a longer line is cut and ends in an ellipsis.
    """
    if _is_plain(text) and "  " not in text and 2 * len(text) <= limit:
        return text.strip()  # 100,000 titles go this way at every start
    line = " ".join(clean_text(text).split())
    return line if 2 * len(line) <= limit else _cut(line, limit)


def clean_text(text: str) -> str:
    """`text` with its lines, safe to show; at most one empty line between two that are not.

    A tab becomes a single space: what is read here is prose, and the text never grows.
    """
    if not _ORDINARY.fullmatch(text):
        for end in _LINE_ENDS:
            text = text.replace(end, "\n")
        text = "\n".join(map(_harmless, text.split("\n")))
    if " \n" in text or not text.isascii():  # there are other blanks than the one of ASCII
        text = "\n".join(map(str.rstrip, text.split("\n")))
    if "\n\n\n" in text:
        text = _EMPTY_LINES.sub("\n\n", text)
    return text.rstrip().strip("\n")


def beyond_ascii(text: str) -> str:
    """The characters of a text that are not ASCII: few of most texts, and found in no time."""
    beyond = text.encode("utf-8", "surrogatepass").translate(None, _ASCII)
    return beyond.decode("utf-8", "surrogatepass")


def clean_json(value: Any) -> Any:
    """A JSON value with every string in it cleaned, keys as lines; other values as they are."""
    return _clean_json(value, DEEPEST)


def _clean_json(value: Any, levels: int) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if not isinstance(value, dict | list | tuple):
        return value
    if not levels:
        return _ELLIPSIS
    if isinstance(value, dict):
        return {clean_line(str(key)): _clean_json(of, levels - 1) for key, of in value.items()}
    return [_clean_json(item, levels - 1) for item in value]


def _is_plain(text: str) -> bool:
    """Whether there is nothing to clean: a quick look that may say no for text that is clean."""
    return text.isprintable() and (text.isascii() or _ORDINARY.fullmatch(text) is not None)


def _harmless(line: str) -> str:
    """One line from allowed characters, with no more marks and joiners than writing needs."""
    if _ORDINARY.fullmatch(line):
        return line
    if not line.isprintable() and _FORBIDDEN.search(line):
        if _SURROGATE.search(line):
            line = _without_surrogates(line)
        line = _FORBIDDEN.sub("", _ESCAPE.sub("", line.replace("\t", " ")))
    return "".join(_stretches(line))


def _stretches(line: str) -> Iterator[str]:
    """The line in parts, the words that are not ordinary cleaned: what is beyond a blank never matters."""
    at = 0
    while found := _EXTRAORDINARY.search(line, at):
        start = max(at, line.rfind(" ", at, found.start()) + 1)
        end = line.find(" ", found.start() + STRETCH)
        end = len(line) if end < 0 else end
        yield line[at:start]
        yield _with_few_marks(_FORBIDDEN.sub("", line[start:end]))
        at = end
    yield line[at:]


def _with_few_marks(line: str) -> str:
    marks = _MARKS_OR_JAMO if _IS_JAMO.search(line) else _MARKS
    line = marks.sub(_fewer_marks, _STRAY_TONES.sub("", line))
    line = _DOUBTFUL_JOINERS.sub(_meaningful_joiners, line)
    return _EMOJI_AND_STRAYS.sub(r"\1", line) if _EMOJI_JOINT.search(line) else line


def _meaningful_joiners(found: re.Match[str]) -> str:
    """Of a run of joiners and selectors: the one joiner between letters; all of an emoji, for now."""
    before = found.start() - 1
    if _JOINED_LETTERS.match(found.string, before):
        return found[0][0]
    return found[0] if _EMOJI_JOINT.match(found.string, before) else ""


def _without_surrogates(text: str) -> str:
    """Pairs joined to the character they stand for, the others replaced."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _fewer_marks(found: re.Match[str]) -> str:
    """Of a run of extending characters: no mark without a base, and few on each.

    Joiners and selectors do not end a pile of marks, or they could make it endless.
    """
    start = found.start()
    based = start > 0 and not found.string[start - 1].isspace()
    spacing = other = 0
    kept: list[str] = []
    for char in found[0]:
        kind = _extends(char)
        if not kind:
            based, spacing, other = True, 0, 0
        spacing += kind == "spacing"
        other += kind == "other"
        if kind == "joiner" or (based and max(spacing, other) <= MARKS_PER_BASE):
            kept.append(char)
    return "".join(kept)


@lru_cache(4096)
def _extends(char: str) -> str:
    """How a character extends the one before it: `joiner`, `spacing`, `other`; or not at all."""
    if char in _INVISIBLE:
        return "joiner"
    kind = category(char)
    if kind == "Mc":
        return "spacing"
    return "other" if kind in ("Mn", "Me") or _IS_JAMO.match(char) else ""


def _cut(line: str, limit: int) -> str:
    """`line` if it fits, else its start and an ellipsis, never parting what is drawn as one."""
    room = limit
    end = 0  # of what leaves a cell for the ellipsis
    for at, char in enumerate(line):
        if room > 0:
            end = at
        room -= _cells(char)
        if room < 0:
            break
    else:
        return line
    while end and _drawn_as_one(line, end):
        end -= 1
    return line[:end].rstrip() + _ELLIPSIS


def _cells(char: str) -> int:
    """At most how many cells a terminal gives the character."""
    if char == "\ufe0f":
        return 1  # makes a narrow symbol wide
    if category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(char) in "WF" or char in _FLAG_LETTERS else 1


def _drawn_as_one(line: str, at: int) -> bool:
    """Whether the characters before and at `at` belong to one grapheme cluster, or nearly so."""
    before, char = line[at - 1], line[at]
    if before in _FLAG_LETTERS and char in _FLAG_LETTERS:
        letters = at - len(line[:at].rstrip(_FLAG_LETTERS))
        return letters % 2 == 1
    if _extends(char) or char in _SKIN_TONES:
        return True
    return before in "\u200c\u200d" or combining(before) == 9  # 9: a virama
