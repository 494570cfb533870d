"""Text search in an article as it is shown, ignoring case and accents.

Hits are positions in the text and not in lines, so that they survive a change of width. A long text is searched
in slices, so that no key waits for all of it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from store.text.folding import FoldedText, normalize_text
from tui.rendering.text_layout import BlockPosition, StyleSpan

if TYPE_CHECKING:
    from tui.rendering.text_layout import TextLayout, TextLine

SpanFinder = Callable[[str], Sequence[tuple[int, int]]]
"""Returns where something occurs in a text."""


class WordsToFind(NamedTuple):
    """The words of a search of the library, to be found in an article it has found."""

    words: str
    """As they were typed."""
    find_spans: SpanFinder


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

    def __init__(self, find_spans: SpanFinder | None, near: BlockPosition = (0, 0)) -> None:
        """Prepare a search.

        Args:
            find_spans: Finds what is searched for; None if that is nothing.
            near: The first hit from here on becomes the current one, else the first of all.
        """
        self.hits: list[TextHit] = []
        self.current_index: int | None = None
        """The index of the hit the reader is at."""
        self.is_complete = False
        self._start_position = near
        self._next_block = 0
        self._find_spans = find_spans

    def search_blocks(self, layout: TextLayout, blocks: int) -> bool:
        """Search some more blocks; return False once all are searched."""
        if self._find_spans is None:
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
        if block is None or self._find_spans is None:
            self.is_complete = True
            return
        found = self._find_spans(block.text)
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
        if self._find_spans is None:
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


def find_words(words: str) -> SpanFinder | None:
    """Return a function that finds these words as they are typed; None if there are none."""
    if not words.strip():
        return None
    pattern = compile_words(words)
    return lambda text: list(FoldedText(text).find(pattern))


def compile_words(words: str) -> re.Pattern[str]:
    """Return a pattern for words in a folded text, with any number of blanks between them."""
    folded = " ".join(normalize_text(words).split())
    return re.compile(re.escape(folded).replace(r"\ ", " +"))
