"""Lines and titles with the words marked that were searched for."""

from __future__ import annotations

from collections.abc import Sequence

from store.model.article import Snippet
from tui.rendering.cells import Piece, cell_width, expand_to_clusters, fit_cells

HighlightRanges = Sequence[tuple[int, int]]

LEADING_CONTEXT_DIVISOR = 3
"""The first mark stands in the first part of so many of the line."""


def render_highlights(text: str, spans: HighlightRanges, role: str, width: int) -> list[Piece]:
    """A text of exactly that many cells, with places of it marked.

    Args:
        text: One line.
        spans: Start and end of what is marked, in order.
        role: What the rest is drawn in.
        width: Cells.
    """
    shown = fit_cells(text, width)
    kept = next(
        (at for at, pair in enumerate(zip(shown, text, strict=False)) if pair[0] != pair[1]),
        len(text),
    )
    pieces: list[Piece] = []
    at = 0
    for start, end in (expand_to_clusters(text, *span) for span in spans):
        if start >= kept:
            break
        start, end = max(at, start), min(end, kept)
        pieces += [(shown[at:start], role), (shown[start:end], "match")]
        at = end
    return [*pieces, (shown[at:], role)]


def trim_snippet(excerpt: Snippet, width: int) -> Snippet:
    """The part of an excerpt that fits, so that its first mark is seen."""
    if not excerpt.highlights or cell_width(excerpt.text[: excerpt.highlights[0][1]]) <= width - 2:
        return excerpt
    first = excerpt.highlights[0][0]
    start = max(0, first - width // LEADING_CONTEXT_DIVISOR)
    blank = excerpt.text.find(" ", start, first)
    start = expand_to_clusters(excerpt.text, blank + 1 if blank >= 0 else start, first)[0]
    moved = start - 1
    marks = tuple((a - moved, b - moved) for a, b in excerpt.highlights)
    return Snippet(f"…{excerpt.text[start:]}", marks)
