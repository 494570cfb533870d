"""Text search in an article as it is shown, ignoring case and accents.

Hits are positions in the text and not in lines, so that they survive a change of width. A long text is searched
in slices, so that no key waits for all of it.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from tui.rendering.cells import FIRST_CJK_CHAR
from tui.rendering.text_layout import BlockPosition, StyleSpan, TextLayout, TextLine

if TYPE_CHECKING:
    from collections.abc import Sequence

_EQUIVALENT_CHARS = str.maketrans(
    {**dict.fromkeys("‘’‚ʼ′", "'"), **dict.fromkeys("“”„″", '"'), **dict.fromkeys("‐‑–—", "-"),
     **dict.fromkeys("\xa0\u2007\u202f\u3000", " ")}
)  # fmt: skip
_KEPT_COMBINING_CLASSES = frozenset({0, 7, 8, 9})
"""Classes of marks that make another letter: vowels, nuktas, Japanese voicing, viramas."""


class _FoldedChars(dict[int, str]):
    """The folded form of every character met so far."""

    def __missing__(self, code: int) -> str:
        char = self[code] = _fold_char(chr(code))
        return char


_FOLDED_CHARS = _FoldedChars()


def _fold_char(char: str) -> str:
    apart = unicodedata.normalize("NFD", char.casefold().translate(_EQUIVALENT_CHARS))
    kept = (each for each in apart if unicodedata.combining(each) in _KEPT_COMBINING_CLASSES)
    return unicodedata.normalize("NFC", "".join(kept))


def fold_for_search(text: str) -> str:
    """Fold a text for comparison: lower case, no accents, plain quotes and hyphens."""
    return text.lower() if text.isascii() else text.translate(_FOLDED_CHARS)


class TextHit(NamedTuple):
    """The position of a hit."""

    block_number: int
    start: int
    end: int

    @property
    def start_position(self) -> BlockPosition:
        """The position of its first character."""
        return self.block_number, self.start


class TextSearch:
    """A search in an article, and its hits so far."""

    def __init__(
        self, terms: Sequence[str], near: BlockPosition = (0, 0), *, words: bool = False
    ) -> None:
        """Prepare a search.

        Args:
            terms: Each may be several words.
            near: The first hit from here on becomes the current one, else the first of all.
            words: Match only where a word begins.
        """
        self.hits: list[TextHit] = []
        self.current_index: int | None = None
        """The index of the hit the reader is at."""
        self.is_complete = False
        self._start_position = near
        self._next_block = 0
        self._pattern = _compile_terms(terms, words=words)

    def search_blocks(self, layout: TextLayout, blocks: int) -> bool:
        """Search some more blocks; return False once all are searched."""
        if self._pattern is None:
            self.is_complete = True
        for _ in range(blocks):
            if self.is_complete:
                break
            self._search_next_block(layout)
        if self.current_index is None:
            self._choose_current()
        return not self.is_complete

    def _search_next_block(self, layout: TextLayout) -> None:
        block = layout.block(self._next_block)
        if block is None or self._pattern is None:
            self.is_complete = True
            return
        text = fold_for_search(block.text)
        found = [match.span() for match in self._pattern.finditer(text)]
        if found and len(text) != len(block.text):
            places = [0, *accumulate(len(_FOLDED_CHARS[ord(char)]) for char in block.text)]
            found = [_unfold_range(places, *span) for span in found]
        self.hits += [TextHit(self._next_block, start, end) for start, end in found]
        self._next_block += 1

    def _choose_current(self) -> None:
        index = bisect_left(self.hits, self._start_position)
        if index < len(self.hits):
            self.current_index = index
        elif self.is_complete and self.hits:
            self.current_index = 0

    def step(self, by: int) -> None:
        """Go to the next hit (1) or the previous one (-1), around the end."""
        if self.current_index is not None:
            self.current_index = (self.current_index + by) % len(self.hits)

    @property
    def current_hit(self) -> TextHit | None:
        """The hit the reader is at."""
        return self.hits[self.current_index] if self.current_index is not None else None

    @property
    def status_text(self) -> str:
        """The current hit and the number of hits: `3 of 11`."""
        if self._pattern is None:
            return ""
        more = "" if self.is_complete else "…"
        if self.current_index is None:
            return "not found" if self.is_complete else "…"
        return f"{self.current_index + 1:,} of {len(self.hits):,}{more}"

    def line_spans(self, line: TextLine) -> list[StyleSpan]:
        """Return the hits on a line, the current one in a style of its own."""
        first = bisect_left(
            self.hits, line.start_position, key=lambda hit: (hit.block_number, hit.end - 1)
        )
        found = []
        for index in range(first, len(self.hits)):
            hit = self.hits[index]
            if hit.start_position >= line.end_position:
                break
            start, end = line.range_between(hit.start_position, (hit.block_number, hit.end))
            if start < end:
                found.append(
                    StyleSpan(start, end, "selection" if index == self.current_index else "match")
                )
        return found


def _unfold_range(places: Sequence[int], start: int, end: int) -> tuple[int, int]:
    """Map a hit in the folded text to the text itself, with the accents that follow it.

    Args:
        places: The offset in the folded text of every character, and of its end.
        start: The start of the hit.
        end: The end of the hit.
    """
    behind = places[bisect_left(places, end)]
    return bisect_right(places, start) - 1, bisect_right(places, behind) - 1


def _compile_terms(terms: Sequence[str], *, words: bool) -> re.Pattern[str] | None:
    wanted = {" ".join(fold_for_search(term).split()) for term in terms} - {""}
    if not wanted:
        return None
    each = (
        (r"(?<!\w)" if words and term < FIRST_CJK_CHAR else "")
        + re.escape(term).replace(r"\ ", " +")
        for term in sorted(wanted, key=len, reverse=True)
    )
    return re.compile("|".join(each))
