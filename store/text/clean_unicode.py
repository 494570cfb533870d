"""Sanitizing of rare characters for `store.text.clean`: marks, joiners, emoji, forbidden characters.

Only imported with the first text that needs it: most libraries have none, and compiling the patterns takes
longer than sanitizing all of their titles.

Sources: ECMA-48 (control sequences), UTS #51 (emoji), UAX #31 section 2.3 (meaningful joiners).
"""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import category, combining, east_asian_width

MAX_MARKS_PER_BASE = 4
"""Of each kind, spacing and nonspacing. Hebrew, Thai and Vietnamese need up to four nonspacing marks;
Burmese up to three spacing ones beside them."""

_ELLIPSIS = "\u2026"

# Private-use characters and noncharacters are dropped: they mean nothing outside of the font or program
# they were made for (mostly icon fonts of scraped pages), and a box for each is noise.
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
"""Matches any output of `clean_text` in full."""

_FORBIDDEN = re.compile(f"[{_FORBIDDEN_CHARACTERS}]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")

# A control string (OSC, DCS, APC, PM, SOS, a tmux title) is dropped whole only if it ends before the next
# control or line end: an unterminated one loses its introducer and swallows no text. UTF-8 misread as
# Latin-1 is full of C1 introducers, and stays readable by the same rule.
_ESCAPE = re.compile(
    r"(?:\x1b[PX\]^_k]|[\x90\x98\x9d-\x9f])[^\x00-\x1f\x7f-\x9f]*(?:\x07|\x1b\\|\x9c)"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|\x1b[ -/]*[0-~]?"
)


def _compile_runs(extending: str) -> re.Pattern[str]:
    """Compile a pattern for runs of extending characters that begin a word or are too long."""
    return re.compile(rf"{extending}(?:(?<!\S.)|{extending}{{{MAX_MARKS_PER_BASE}}}){extending}*")


# Extending characters are no word characters, but neither are symbols and punctuation; `category` tells
# them apart. That avoids compiling a table of 300 ranges of marks.
_JAMO = r"\u1161-\u11ff\ud7b0-\ud7fb"  # Hangul vowels and finals: letters that join like marks
_IS_JAMO = re.compile(f"[{_JAMO}]")
_MARKS = _compile_runs(r"[^\w\s\x00-\x7f]")
_MARKS_OR_JAMO = _compile_runs(rf"(?:[^\w\s\x00-\x7f]|[{_JAMO}])")

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


def remove_forbidden(line: str) -> str:
    """Remove escape sequences and forbidden characters from a line; a tab becomes a space."""
    if line.isprintable() or not _FORBIDDEN.search(line):
        return line
    if _SURROGATE.search(line):  # join the pairs, replace the others
        line = line.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _FORBIDDEN.sub("", _ESCAPE.sub("", line.replace("\t", " ")))


def sanitize_span(text: str) -> str:
    """Remove the marks and joiners that no writing needs, and forbidden characters."""
    text = _FORBIDDEN.sub("", text)
    marks = _MARKS_OR_JAMO if _IS_JAMO.search(text) else _MARKS
    text = marks.sub(_drop_excess_marks, _STRAY_SKIN_TONES.sub("", text))
    text = _DOUBTFUL_JOINERS.sub(_keep_meaningful_joiners, text)
    return _EMOJI_AND_STRAY_JOINERS.sub(r"\1", text) if _EMOJI_JOINT.search(text) else text


def _keep_meaningful_joiners(match: re.Match[str]) -> str:
    """Keep one joiner of a run between letters, and for now all of an emoji."""
    before = match.start() - 1
    if _JOINED_LETTERS.match(match.string, before):
        return match[0][0]
    return match[0] if _EMOJI_JOINT.match(match.string, before) else ""


def _drop_excess_marks(match: re.Match[str]) -> str:
    """Keep the marks of a run that have a base, and only a few on each.

    Joiners and selectors do not end a pile of marks, or they could make it endless.
    """
    start = match.start()
    has_base = start > 0 and not match.string[start - 1].isspace()
    spacing = other = 0
    kept: list[str] = []
    for char in match[0]:
        kind = _extension_kind(char)
        if not kind:
            has_base, spacing, other = True, 0, 0
        spacing += kind == "spacing"
        other += kind == "other"
        if kind == "joiner" or (has_base and max(spacing, other) <= MAX_MARKS_PER_BASE):
            kept.append(char)
    return "".join(kept)


@lru_cache(4096)
def _extension_kind(char: str) -> str:
    """Return how a character extends the one before it: `joiner`, `spacing`, `other`; empty if not."""
    if char in _INVISIBLE:
        return "joiner"
    kind = category(char)
    if kind == "Mc":
        return "spacing"
    return "other" if kind in ("Mn", "Me") or _IS_JAMO.match(char) else ""


def truncate_line(line: str, limit: int) -> str:
    """Cut a line that is too wide and append an ellipsis, never inside of a grapheme cluster."""
    room = limit
    end = 0  # of the part that leaves a cell for the ellipsis
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
    """Return the most cells that a terminal gives a character."""
    if char == "\ufe0f":
        return 1  # makes a narrow symbol wide
    if category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(char) in "WF" or char in _FLAG_LETTERS else 1


def _is_same_cluster(line: str, at: int) -> bool:
    """Return True if the characters before and at `at` belong to one grapheme cluster, or nearly so."""
    before, char = line[at - 1], line[at]
    if before in _FLAG_LETTERS and char in _FLAG_LETTERS:
        letters = at - len(line[:at].rstrip(_FLAG_LETTERS))
        return letters % 2 == 1
    if _extension_kind(char) or char in _SKIN_TONES:
        return True
    return before in "\u200c\u200d" or combining(before) == 9  # 9: a virama
