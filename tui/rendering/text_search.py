"""Finding words in an article as it is shown: upper and lower case and accents aside.

What is found is kept as places of the text and not of lines, so that it stays at every width. A long text is looked
through in pieces, so that no key waits for all of it.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from tui.rendering.text_layout import Layout, Line, Span, Spot

if TYPE_CHECKING:
    from collections.abc import Sequence

_SAME = str.maketrans(
    {**dict.fromkeys("‘’‚ʼ′", "'"), **dict.fromkeys("“”„″", '"'), **dict.fromkeys("‐‑–—", "-"),
     **dict.fromkeys("\xa0\u2007\u202f\u3000", " ")}
)  # fmt: skip
_KEPT = frozenset({0, 7, 8, 9})
"""Classes of marks that make another letter of it: vowels, nuktas, Japanese voicing, viramas."""
_CJK = "\u2e80"
"""From here on words are written without blanks, so that one may begin anywhere."""


class _Folded(dict[int, str]):
    """What every character asked for so far is compared as."""

    def __missing__(self, code: int) -> str:
        char = self[code] = _folded(chr(code))
        return char


_FOLDED = _Folded()


def _folded(char: str) -> str:
    apart = unicodedata.normalize("NFD", char.casefold().translate(_SAME))
    kept = (each for each in apart if unicodedata.combining(each) in _KEPT)
    return unicodedata.normalize("NFC", "".join(kept))


def folded(text: str) -> str:
    """The text as it is compared: lower case, no accents, plain quotes and hyphens."""
    return text.lower() if text.isascii() else text.translate(_FOLDED)


class Hit(NamedTuple):
    """A place where something was found."""

    block: int
    start: int
    end: int

    @property
    def spot(self) -> Spot:
        """Where it begins."""
        return self.block, self.start


class Find:
    """What is looked for in an article, and what was found so far."""

    def __init__(self, terms: Sequence[str], near: Spot = (0, 0), *, words: bool = False) -> None:
        """Look for terms; nothing is found yet.

        Args:
            terms: Each may be several words.
            near: From here on the first hit becomes the current one; else the first of all.
            words: Only where a word begins.
        """
        self.hits: list[Hit] = []
        self.current: int | None = None
        """Which of the hits the reader looks at."""
        self.complete = False
        self._near = near
        self._next = 0
        self._pattern = _pattern(terms, words=words)

    def read(self, layout: Layout, blocks: int) -> bool:
        """Look through so many blocks more; False once there is nothing left to do."""
        if self._pattern is None:
            self.complete = True
        for _ in range(blocks):
            if self.complete:
                break
            self._read_block(layout)
        if self.current is None:
            self._choose()
        return not self.complete

    def _read_block(self, layout: Layout) -> None:
        block = layout.block(self._next)
        if block is None or self._pattern is None:
            self.complete = True
            return
        text = folded(block.text)
        found = [match.span() for match in self._pattern.finditer(text)]
        if found and len(text) != len(block.text):
            places = [0, *accumulate(len(_FOLDED[ord(char)]) for char in block.text)]
            found = [_unfolded(places, *span) for span in found]
        self.hits += [Hit(self._next, start, end) for start, end in found]
        self._next += 1

    def _choose(self) -> None:
        index = bisect_left(self.hits, self._near)
        if index < len(self.hits):
            self.current = index
        elif self.complete and self.hits:
            self.current = 0

    def step(self, by: int) -> None:
        """Go to the next hit (1) or the one before (-1); behind the last one comes the first."""
        if self.current is not None:
            self.current = (self.current + by) % len(self.hits)

    @property
    def hit(self) -> Hit | None:
        """The hit the reader looks at."""
        return self.hits[self.current] if self.current is not None else None

    @property
    def count(self) -> str:
        """Which hit of how many, in words."""
        if self._pattern is None:
            return ""
        more = "" if self.complete else "…"
        if self.current is None:
            return "not found" if self.complete else "…"
        return f"{self.current + 1:,} of {len(self.hits):,}{more}"

    def spans(self, line: Line) -> list[Span]:
        """The hits on a line, the current one set apart."""
        first = bisect_left(self.hits, line.spot, key=lambda hit: (hit.block, hit.end - 1))
        found = []
        for index in range(first, len(self.hits)):
            hit = self.hits[index]
            if hit.spot >= line.end:
                break
            start, end = line.between(hit.spot, (hit.block, hit.end))
            if start < end:
                found.append(Span(start, end, "selection" if index == self.current else "match"))
        return found


def _unfolded(places: Sequence[int], start: int, end: int) -> tuple[int, int]:
    """Where a hit in the folded text stands in the text, with the accents that follow it.

    Args:
        places: For every character of the text its place in the folded one, and the end of that.
        start: Of the hit.
        end: Of the hit.
    """
    behind = places[bisect_left(places, end)]
    return bisect_right(places, start) - 1, bisect_right(places, behind) - 1


def _pattern(terms: Sequence[str], *, words: bool) -> re.Pattern[str] | None:
    wanted = {" ".join(folded(term).split()) for term in terms} - {""}
    if not wanted:
        return None
    each = (
        (r"(?<!\w)" if words and term < _CJK else "") + re.escape(term).replace(r"\ ", " +")
        for term in sorted(wanted, key=len, reverse=True)
    )
    return re.compile("|".join(each))
