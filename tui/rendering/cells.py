"""Terminal cells: measure, truncate and wrap text.

Widths are those of `rich.cells`, by which Textual draws. Clusters are finer here: flags, Hangul, Thai and Indic
clusters are never split either. Text of one cell a character never leaves the fast path. Wrapping takes time linear
in the length of the text.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate

from rich.cells import cell_len, get_character_cell_size

StyledText = tuple[str, str]
"""A text and the role (a colour of the theme) it is drawn in."""

ELLIPSIS = "…"
ZERO_WIDTH_JOINER = "\u200d"
FIRST_CJK_CHAR = "\u2e80"
"""From here on words are written without blanks between them."""
RTL_CHAR = re.compile(
    r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
"""A character of a right-to-left script."""

_NARROW_TEXT = re.compile(
    r"[ -~\xa0-\u02ff\u0370-\u0482\u048a-\u052f\u05d0-\u05ea\u0620-\u064a"
    r"\u1e00-\u1eff\u2010-\u2027\u202f-\u205e\u20a0-\u20c0\u2190-\u21ff\u2500-\u25fc]*"
)
"""Characters that are one cell and one cluster each, next to any other of them."""

# Every character has a kind, a letter: n narrow, w wide, x continues what is before it, s space, S wide space,
# b invisible place to break; p and q, o and c: opening and closing punctuation, narrow and wide; a: quotes that
# are either. Only between the characters and their clusters: j joiner, v emoji style, r flag letter, i virama,
# m vowel that takes a cell.
_CELLS_BY_KIND = {
    **dict.fromkeys("nsapqrm", 1),
    **dict.fromkeys("wSoc", 2),
    **dict.fromkeys("xbjvi", 0),
}
_OPENING_PUNCTUATION = "([{«‹“‘（「『【〔［｛〈《〖〘〚｟｢"
_CLOSING_PUNCTUATION = (
    ")]}»›”’,.!?:;%…—、。，．・：；？！」』）】〕］｝〉》〗〙〛｠｡｣､･％ー～〜゠々ゝゞヽヾ゛゜"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ"
)
_SPECIAL_CHAR_KINDS = {
    **dict.fromkeys("\"'", "a"),
    **dict.fromkeys("\xa0\u2007\u202f", "n"),
    "\u200b": "b",
    ZERO_WIDTH_JOINER: "j",
    "\ufe0f": "v",
    **dict.fromkeys(map(chr, range(0x1F1E6, 0x1F200)), "r"),
    **dict.fromkeys("\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d", "i"),
    **dict.fromkeys("\u0e33\u0eb3", "m"),
}
_CLUSTER_KIND = re.compile(r"[jvrim]")
# A joiner takes the next character's width, as rich counts it. Sixteen letters joined by virama are more than any
# script needs; the limit keeps hostile text from being one cluster as wide as an article.
_WIDENED_SUFFIX = r"(?:(?:v|j.?)x*+)*+"
_CLUSTER = re.compile(
    rf"(?:rr|(?:[^xjv]|\A)(?=x*+[vjim]))x*+{_WIDENED_SUFFIX}(?:(?:in?|m)x*+{_WIDENED_SUFFIX}){{0,16}}"
)
_CLUSTER_KINDS = {"r": "w", "s": "n", "S": "w"}  # a blank with something joined to it is not one
_UNJOINED_KINDS = str.maketrans("rjvim", "nxxxn")


class _CharKinds(dict[int, str]):
    """The kind of every code point met so far."""

    def __missing__(self, code: int) -> str:
        kind = self[code] = _char_kind(chr(code))
        return kind


_CHAR_KINDS = _CharKinds()


def _char_kind(char: str) -> str:
    if special := _SPECIAL_CHAR_KINDS.get(char):
        return special
    width = get_character_cell_size(char)
    if not width:
        return "x"
    if unicodedata.category(char) == "Zs":
        return "sS"[width - 1]
    if char in _OPENING_PUNCTUATION:
        return "po"[width - 1]
    if char in _CLOSING_PUNCTUATION:
        return "qc"[width - 1]
    return "nw"[width - 1]


def is_narrow(text: str) -> bool:
    """Return True if every character is one cell and one cluster: a quick check, true of most text."""
    return text.isascii() or _NARROW_TEXT.fullmatch(text) is not None


def measure_cells(text: str) -> tuple[str, Sequence[int]]:
    """Return the kinds of a text's characters, and the cells before each of them and at the end.

    Characters that continue a cluster are of kind `x` and add no cells, so that the largest index whose cells
    fit is always the edge of a cluster.
    """
    kinds = text.translate(_CHAR_KINDS)
    widths = [_CELLS_BY_KIND[kind] for kind in kinds]
    if _CLUSTER_KIND.search(kinds):
        kinds = _join_clusters(text, kinds, widths)
    return kinds, [0, *accumulate(widths)]


def _join_clusters(text: str, kinds: str, widths: list[int]) -> str:
    """Return the kinds with every cluster as its first character and continuations; update `widths`."""

    def join(match: re.Match[str]) -> str:
        start, end = match.span()
        widths[start:end] = [cell_len(text[start:end]), *[0] * (end - start - 1)]
        return _CLUSTER_KINDS.get(match[0][0], match[0][0]) + "x" * (end - start - 1)

    return _CLUSTER.sub(join, kinds).translate(_UNJOINED_KINDS)


def expand_to_clusters(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a part of a text where it starts or ends inside a cluster."""
    if is_narrow(text):
        return start, end
    kinds = measure_cells(text)[0]
    while 0 < start < len(kinds) and kinds[start] == "x":
        start -= 1
    while end < len(kinds) and kinds[end] == "x":
        end += 1
    return start, end


def fit_cells(text: str, width: int) -> str:
    """Truncate a text with an ellipsis, or pad it on the right, to exactly `width` cells."""
    cut, used = _truncate(text, width)
    return cut + " " * (width - used)


def pad_left(text: str, width: int) -> str:
    """Truncate a text with an ellipsis, or pad it on the left, to exactly `width` cells."""
    cut, used = _truncate(text, width)
    return " " * (width - used) + cut


def truncate_cells(text: str, width: int) -> str:
    """Truncate a text with an ellipsis to at most `width` cells."""
    return _truncate(text, width)[0]


def fit_facts(name: str, facts: str, width: int) -> str:
    """Return a name and facts, joined by a dot, in at most `width` cells; the name gives way."""
    room = max(0, width - cell_width(facts) - len(" · "))
    joined = " · ".join(filter(None, (truncate_cells(name, room), facts)))
    return truncate_cells(joined, max(0, width))


def _truncate(text: str, width: int) -> tuple[str, int]:
    """Return the truncated text, and the cells it takes."""
    if width <= 0:
        return "", 0
    if is_narrow(text):
        return (text, len(text)) if len(text) <= width else (text[: width - 1] + ELLIPSIS, width)
    # A joiner at the end would swallow the blank or ellipsis that follows.
    text = text.rstrip(ZERO_WIDTH_JOINER)
    cells = measure_cells(text)[1]
    if cells[-1] <= width:
        return text, cells[-1]
    end = bisect_right(cells, width - 1) - 1
    return text[:end].rstrip(ZERO_WIDTH_JOINER) + ELLIPSIS, cells[end] + 1


def cell_width(text: str) -> int:
    """Return the cells of a text."""
    return len(text) if text.isascii() else _cached_width(text)


@lru_cache(2048)
def _cached_width(text: str) -> int:
    return measure_cells(text)[1][-1]


LineRange = tuple[int, int]
"""Start and end of a line in its paragraph; blanks at a break belong to no line."""

WRAP_CHUNK_CHARS = 8192
"""Characters of a long paragraph that are wrapped together."""

_WORD_BREAK_CHARS = "-/‐–—"  # the hyphen first: it is in a character class too
"""A word longer than a line is broken after one of these, if it can be."""

_BLANKS = "sS"

# A break is allowed between these kinds of characters: after and before blanks, and next to wide characters
# unless a closing mark would begin a line or an opening one end it.
_BREAK_KINDS = frozenset(
    [left + right for left in "sSb" for right in "nwpqoca"]
    + [left + right for left in "nwxpqoca" for right in "sS"]
    + [left + right for left in "wc" for right in "wonp"]
    + [left + right for left in "nxq" for right in "wo"]
)


def break_paragraph(text: str, width: int, hang: int = 0, *, whole: bool = True) -> list[LineRange]:
    """Break a paragraph into lines.

    Args:
        text: One paragraph, without newlines.
        width: Cells of a line, at least one. Only a single cluster may be wider.
        hang: Cells to leave free on every line but the first.
        whole: Keep words whole where possible; False breaks exactly where a line is full, for code and tables.
    """
    rest = max(1, width - hang)
    if whole:
        text = text.rstrip()
    if not is_narrow(text):
        return _wrap_mixed(text, width, rest) if whole else _chop_mixed(text, width, rest)
    if len(text) <= width:
        return [(0, len(text))]
    return _wrap_narrow(text, width, rest) if whole else _chop_narrow(len(text), width, rest)


def wrap_text(text: str, width: int) -> list[str]:
    """Wrap a text in lines of at most `width` cells; newlines and empty lines stay."""
    width = max(1, width)
    return [
        line[start:end] for line in text.split("\n") for start, end in break_paragraph(line, width)
    ]


def break_paragraph_lazily(
    text: str, width: int, hang: int = 0, *, whole: bool = True
) -> Iterator[LineRange]:
    """Yield the lines of `break_paragraph` one by one: the first lines of a megabyte come at once."""
    at, size = 0, WRAP_CHUNK_CHARS
    while len(text) - at > size:
        found = break_paragraph(text[at : at + size], width, hang, whole=whole)
        if len(found) == 1:
            size *= 2  # only blanks after the line, or a line longer than the slice
            continue
        for start, end in found[:-1]:
            yield at + start, at + end
        # The last line depends on what follows the slice.
        at, size = at + found[-1][0], WRAP_CHUNK_CHARS
        width, hang = max(1, width - hang), 0
    for start, end in break_paragraph(text[at:], width, hang, whole=whole):
        yield at + start, at + end


def _chop_narrow(size: int, width: int, rest: int) -> list[LineRange]:
    return [(0, width), *((at, min(size, at + rest)) for at in range(width, size, rest))]


def _chop_mixed(text: str, width: int, rest: int) -> list[LineRange]:
    cells = measure_cells(text)[1]
    found = []
    start = 0
    while cells[-1] - cells[start] > width:
        stop = _last_fitting_edge(cells, start, width)
        found.append((start, stop))
        start, width = stop, rest
    return [*found, (start, len(text))] if start < len(text) or not found else found


@lru_cache(maxsize=16)
def _narrow_line_pattern(width: int) -> re.Pattern[str]:
    """Return a pattern for a line of narrow text: the words or the part of a word that fit, and the blanks after."""
    words = rf".{{0,{width - 1}}}[^ ](?= |\Z)"
    inside = rf"|.{{1,{width - 1}}}[{_WORD_BREAK_CHARS}]" if width > 1 else ""
    return re.compile(rf"({words}{inside}|.{{1,{width}}}) *+")


def _wrap_narrow(text: str, width: int, rest: int) -> list[LineRange]:
    start = _first_line_start(len(text) - len(text.lstrip(" ")), width)
    found = []
    if rest != width and (first := _narrow_line_pattern(width).match(text, start)):
        found.append(first.span(1))
        start = first.end()
    found += [line.span(1) for line in _narrow_line_pattern(rest).finditer(text, start)]
    return found


def _wrap_mixed(text: str, width: int, rest: int) -> list[LineRange]:
    kinds, cells = measure_cells(text)
    word = len(kinds) - len(kinds.lstrip(_BLANKS))
    start = _first_line_start(word, width)
    found = []
    while cells[-1] - cells[start] > width:
        stop = full = _last_fitting_edge(cells, start, width)
        while stop > word and kinds[stop - 1 : stop + 1] not in _BREAK_KINDS:
            stop -= 1
        if stop <= word:
            stop = _break_inside_word(text, word, full)
            stop = full if kinds[stop : stop + 1] == "x" else stop
        end = stop
        while end > word and kinds[end - 1] in _BLANKS:
            end -= 1
        found.append((start, end))
        while kinds[stop : stop + 1] and kinds[stop] in _BLANKS:
            stop += 1
        start = word = stop
        width = rest
    return [*found, (start, len(text))] if start < len(text) or not found else found


def _first_line_start(blanks: int, width: int) -> int:
    """Return the start of the first line, which shows at most half a line of the blanks before it."""
    return max(0, blanks - width // 2)


def _last_fitting_edge(cells: Sequence[int], start: int, width: int) -> int:
    """Return the end of the last cluster that fits after `start`, or of the first if none does."""
    stop = bisect_right(cells, cells[start] + width, start) - 1
    if cells[stop] > cells[start]:
        return stop
    return bisect_right(cells, cells[stop + 1], stop) - 1


def _break_inside_word(text: str, word: int, full: int) -> int:
    """Return where to break a word longer than a line: after its last hyphen or slash, else at the full line."""
    stop = max(text.rfind(mark, word + 1, full) for mark in _WORD_BREAK_CHARS) + 1
    return stop if stop > word + 1 else full
