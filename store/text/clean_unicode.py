"""Writing that is more than one character after the other: marks, joiners, emoji, and what only looks like it.

What `store.text.clean` is made of besides; nothing else uses it. Most libraries never need it, and compiling
its patterns takes longer than cleaning all of their titles: it is imported with the first text that does.

Sources: ECMA-48 (controls and their sequences), UTS #51 (emoji), UAX #31 section 2.3 (where joiners carry
meaning).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from unicodedata import category, combining, east_asian_width

from store.text.character_classes import SIMPLE_CHARACTERS

MAX_MARKS_PER_BASE = 4
"""Of each kind, spacing and not. Hebrew, Thai and Vietnamese need at most four that take no room;
Burmese writes up to three of the other kind beside them."""
CLEANING_SPAN_CHARS = 100
"""Characters that are cleaned together, where one of them needs it."""

_ELLIPSIS = "\u2026"

# Private use and noncharacters go without a trace: they mean nothing outside the font or program
# they were made for (icon fonts of scraped pages, mostly), and a box for each is noise.
_FORBIDDEN_CHARACTERS = (
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
CLEAN_TEXT_PATTERN = re.compile(f"[^{_FORBIDDEN_CHARACTERS}]*")
"""What the output of `clean_text` always matches in full; a line holds no newline besides."""

_FORBIDDEN = re.compile(f"[{_FORBIDDEN_CHARACTERS}]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_NOT_SIMPLE = re.compile(f"[^{SIMPLE_CHARACTERS}]")

# A string (OSC, DCS, APC, PM, SOS, a tmux title) goes whole only if it ends before the next control
# or line end: one that is never closed loses its introducer and swallows no text. As UTF-8 read as
# Latin-1 is full of C1 introducers, that rule keeps such text readable too.
_ESCAPE = re.compile(
    r"(?:\x1b[PX\]^_k]|[\x90\x98\x9d-\x9f])[^\x00-\x1f\x7f-\x9f]*(?:\x07|\x1b\\|\x9c)"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|\x1b[ -/]*[0-~]?"
)


def _compile_run_pattern(extending: str) -> re.Pattern[str]:
    """Runs of such characters that begin a line or word, or are longer than a pile may be."""
    return re.compile(rf"{extending}(?:(?<!\S.)|{extending}{{{MAX_MARKS_PER_BASE}}}){extending}*")


# Whatever extends the character before it is no word character, nor are symbols and punctuation;
# `category` tells them apart. That spares the start of the program a table of 300 ranges of marks.
_JAMO = r"\u1161-\u11ff\ud7b0-\ud7fb"  # Hangul vowels and finals: letters that join like marks
_IS_JAMO = re.compile(f"[{_JAMO}]")
_MARKS = _compile_run_pattern(r"[^\w\s\x00-\x7f]")
_MARKS_OR_JAMO = _compile_run_pattern(rf"(?:[^\w\s\x00-\x7f]|[{_JAMO}])")

_INVISIBLE = "\u200c\u200d\ufe0e\ufe0f"  # ZWNJ, ZWJ, and the selectors for text and for emoji
_JOINING_SCRIPTS = (
    r"\u0600-\u0dff\u0f00-\u109f\u1780-\u18af\u1a20-\u1c4f\ua800-\ua9ff\uaa60-\uaa7f\uabc0-\uabff"
    r"\ufb50-\ufdcf\ufe70-\ufefc\U00010a00-\U00011fff\U0001e900-\U0001e95f"
)
_DOUBTFUL_JOINERS = re.compile(  # all but a single one between two letters
    rf"[{_INVISIBLE}](?:(?<![{_JOINING_SCRIPTS}][\u200c\u200d])|(?![{_JOINING_SCRIPTS}]))[{_INVISIBLE}]*"
)
_VIRAMAS = r"\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca"
_JOINED_LETTERS = re.compile(
    rf"[{_JOINING_SCRIPTS}][\u200c\u200d]+[{_JOINING_SCRIPTS}]"
    rf"|[{_VIRAMAS}]\u200d"  # a Malayalam chillu may end a word
)
_SKIN_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
_PICTOGRAPHS = (
    r"\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff"
    r"\U0001f000-\U0001f3fa\U0001f400-\U0001faff"
)
_STRAY_SKIN_TONES = re.compile(rf"[{_SKIN_TONES}](?<![{_PICTOGRAPHS}].)")
_EMOJI_SIGNS = r"\xa9\xae\u203c\u2049\u2122\u2139\u3030\u303d\u3297\u3299"  # with a form as emoji
_EMOJI = rf"[{_PICTOGRAPHS}][{_SKIN_TONES}\ufe0e\ufe0f]?"
_EMOJI_JOINT = re.compile(f"[0-9#*{_EMOJI_SIGNS}{_PICTOGRAPHS}{_SKIN_TONES}][{_INVISIBLE}]")
_EMOJI_AND_STRAY_JOINERS = re.compile(
    rf"({_EMOJI}(?:\u200d{_EMOJI}){{0,3}}"  # the longest in use (families, kisses) have four parts
    rf"|[{_EMOJI_SIGNS}][\ufe0e\ufe0f]"
    r"|[0-9#*]\ufe0f(?=\u20e3)"  # a keycap
    rf"|[0-9#*{_EMOJI_SIGNS}])[{_INVISIBLE}]*"
)
_FLAG_LETTERS = "".join(map(chr, range(0x1F1E6, 0x1F200)))


def sanitize_line(line: str) -> str:
    """One line from allowed characters, with no more marks and joiners than writing needs."""
    if not line.isprintable() and _FORBIDDEN.search(line):
        if _SURROGATE.search(line):
            line = _replace_surrogates(line)
        line = _FORBIDDEN.sub("", _ESCAPE.sub("", line.replace("\t", " ")))
    return "".join(_sanitize_spans(line))


def _sanitize_spans(line: str) -> Iterator[str]:
    """The line in parts, the words that are not ordinary cleaned: what is beyond a blank never matters."""
    at = 0
    while found := _NOT_SIMPLE.search(line, at):
        start = max(at, line.rfind(" ", at, found.start()) + 1)
        end = line.find(" ", found.start() + CLEANING_SPAN_CHARS)
        end = len(line) if end < 0 else end
        yield line[at:start]
        yield _limit_marks(_FORBIDDEN.sub("", line[start:end]))
        at = end
    yield line[at:]


def _limit_marks(line: str) -> str:
    marks = _MARKS_OR_JAMO if _IS_JAMO.search(line) else _MARKS
    line = marks.sub(_drop_excess_marks, _STRAY_SKIN_TONES.sub("", line))
    line = _DOUBTFUL_JOINERS.sub(_keep_meaningful_joiners, line)
    return _EMOJI_AND_STRAY_JOINERS.sub(r"\1", line) if _EMOJI_JOINT.search(line) else line


def _keep_meaningful_joiners(found: re.Match[str]) -> str:
    """Of a run of joiners and selectors: the one joiner between letters; all of an emoji, for now."""
    before = found.start() - 1
    if _JOINED_LETTERS.match(found.string, before):
        return found[0][0]
    return found[0] if _EMOJI_JOINT.match(found.string, before) else ""


def _replace_surrogates(text: str) -> str:
    """Pairs joined to the character they stand for, the others replaced."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _drop_excess_marks(found: re.Match[str]) -> str:
    """Of a run of extending characters: no mark without a base, and few on each.

    Joiners and selectors do not end a pile of marks, or they could make it endless.
    """
    start = found.start()
    based = start > 0 and not found.string[start - 1].isspace()
    spacing = other = 0
    kept: list[str] = []
    for char in found[0]:
        kind = _extension_kind(char)
        if not kind:
            based, spacing, other = True, 0, 0
        spacing += kind == "spacing"
        other += kind == "other"
        if kind == "joiner" or (based and max(spacing, other) <= MAX_MARKS_PER_BASE):
            kept.append(char)
    return "".join(kept)


@lru_cache(4096)
def _extension_kind(char: str) -> str:
    """How a character extends the one before it: `joiner`, `spacing`, `other`; or not at all."""
    if char in _INVISIBLE:
        return "joiner"
    kind = category(char)
    if kind == "Mc":
        return "spacing"
    return "other" if kind in ("Mn", "Me") or _IS_JAMO.match(char) else ""


def truncate_line(line: str, limit: int) -> str:
    """`line` if it fits, else its start and an ellipsis, never parting what is drawn as one."""
    room = limit
    end = 0  # of what leaves a cell for the ellipsis
    for at, char in enumerate(line):
        if room > 0:
            end = at
        room -= _max_cell_width(char)
        if room < 0:
            break
    else:
        return line
    while end and _is_same_cluster(line, end):
        end -= 1
    return line[:end].rstrip() + _ELLIPSIS


def _max_cell_width(char: str) -> int:
    """At most how many cells a terminal gives the character."""
    if char == "\ufe0f":
        return 1  # makes a narrow symbol wide
    if category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(char) in "WF" or char in _FLAG_LETTERS else 1


def _is_same_cluster(line: str, at: int) -> bool:
    """Whether the characters before and at `at` belong to one grapheme cluster, or nearly so."""
    before, char = line[at - 1], line[at]
    if before in _FLAG_LETTERS and char in _FLAG_LETTERS:
        letters = at - len(line[:at].rstrip(_FLAG_LETTERS))
        return letters % 2 == 1
    if _extension_kind(char) or char in _SKIN_TONES:
        return True
    return before in "\u200c\u200d" or combining(before) == 9  # 9: a virama
