"""How many terminal cells text takes, and how to cut it to a number of cells.

Widths are those of `rich.cells`, which is what Textual draws by. Where text may be cut is finer here: flags,
Hangul, Thai and Indic clusters stay whole too. Text that is one cell a character never leaves the fast path.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

from rich.cells import cell_len, get_character_cell_size

if TYPE_CHECKING:
    from collections.abc import Sequence

ELLIPSIS = "…"
ZERO_WIDTH_JOINER = "\u200d"

_NARROW_TEXT = re.compile(
    r"[ -~\xa0-\u02ff\u0370-\u0482\u048a-\u052f\u05d0-\u05ea\u0620-\u064a"
    r"\u1e00-\u1eff\u2010-\u2027\u202f-\u205e\u20a0-\u20c0\u2190-\u21ff\u2500-\u25fc]*"
)
"""Characters that are one cell and one cluster each, whatever stands beside them in such text."""

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
# A joiner takes the next character's width, as rich counts it. Sixteen letters bound by virama are more than any
# script needs; the limit keeps hostile text from being one cluster as wide as an article.
_WIDENED_SUFFIX = r"(?:(?:v|j.?)x*+)*+"
_CLUSTER = re.compile(
    rf"(?:rr|(?:[^xjv]|\A)(?=x*+[vjim]))x*+{_WIDENED_SUFFIX}(?:(?:in?|m)x*+{_WIDENED_SUFFIX}){{0,16}}"
)
_CLUSTER_KINDS = {"r": "w", "s": "n", "S": "w"}  # a blank with something joined to it is none
_UNJOINED_KINDS = str.maketrans("rjvim", "nxxxn")


class _CharKinds(dict[int, str]):
    """The kind of every code point asked for so far."""

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
    """Whether every character is one cell and may be cut off: a quick check, true of most text."""
    return text.isascii() or _NARROW_TEXT.fullmatch(text) is not None


def measure_cells(text: str) -> tuple[str, Sequence[int]]:
    """The kinds of a text's characters, and the cells before each of them and at the end.

    Characters that continue a cluster are of kind `x` and add no cells, so that the largest index whose cells
    fit is always the edge of a cluster.
    """
    kinds = text.translate(_CHAR_KINDS)
    widths = [_CELLS_BY_KIND[kind] for kind in kinds]
    if _CLUSTER_KIND.search(kinds):
        kinds = _join_clusters(text, kinds, widths)
    return kinds, [0, *accumulate(widths)]


def _join_clusters(text: str, kinds: str, widths: list[int]) -> str:
    """Kinds with every cluster as its first character and its continuation; `widths` follow suit."""

    def join(match: re.Match[str]) -> str:
        start, end = match.span()
        widths[start:end] = [cell_len(text[start:end]), *[0] * (end - start - 1)]
        return _CLUSTER_KINDS.get(match[0][0], match[0][0]) + "x" * (end - start - 1)

    return _CLUSTER.sub(join, kinds).translate(_UNJOINED_KINDS)


def expand_to_clusters(text: str, start: int, end: int) -> tuple[int, int]:
    """A part of a text, made larger where it would begin or end inside of a cluster."""
    if is_narrow(text):
        return start, end
    kinds = measure_cells(text)[0]
    while 0 < start < len(kinds) and kinds[start] == "x":
        start -= 1
    while end < len(kinds) and kinds[end] == "x":
        end += 1
    return start, end


def fit_cells(text: str, width: int) -> str:
    """`text` in exactly `width` cells: cut with an ellipsis, or padded with blanks on the right."""
    cut, used = _truncate(text, width)
    return cut + " " * (width - used)


def pad_left(text: str, width: int) -> str:
    """`text` in exactly `width` cells: cut with an ellipsis, or padded with blanks on the left."""
    cut, used = _truncate(text, width)
    return " " * (width - used) + cut


def truncate_cells(text: str, width: int) -> str:
    """`text` in at most `width` cells, the last of them an ellipsis where something was cut off."""
    return _truncate(text, width)[0]


def _truncate(text: str, width: int) -> tuple[str, int]:
    """The text cut to `width` cells, and the cells it takes."""
    if width <= 0:
        return "", 0
    if is_narrow(text):
        return (text, len(text)) if len(text) <= width else (text[: width - 1] + ELLIPSIS, width)
    # A joiner at the end would swallow the blank or the ellipsis that follows.
    text = text.rstrip(ZERO_WIDTH_JOINER)
    cells = measure_cells(text)[1]
    if cells[-1] <= width:
        return text, cells[-1]
    end = bisect_right(cells, width - 1) - 1
    return text[:end].rstrip(ZERO_WIDTH_JOINER) + ELLIPSIS, cells[end] + 1


Piece = tuple[str, str]
"""Text and the role it is drawn in."""


def cell_width(text: str) -> int:
    """How many cells a text takes."""
    return len(text) if text.isascii() else _cached_width(text)


@lru_cache(2048)
def _cached_width(text: str) -> int:
    return measure_cells(text)[1][-1]
