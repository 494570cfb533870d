"""Which panes stand where, for the size of the terminal: a pure decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Pane = Literal["list", "article", "side"]
Shape = Literal["tiny", "narrow", "stacked", "beside", "wide"]

PANES: tuple[Pane, ...] = ("list", "article", "side")
LEAST = (40, 10)
"""Columns and rows below which nothing useful can be shown."""
STACKED, BESIDE, WIDE = 76, 90, 110
"""Columns from which list and article share the screen, stand side by side, and have all three."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The shape of the screen, the panes that are on it, and those that `tab` goes through."""

    shape: Shape
    panes: tuple[Pane, ...]
    order: tuple[Pane, ...]


def arrange(
    columns: int,
    rows: int,
    pane: Pane,
    *,
    zoomed: bool = False,
    side: bool | None = None,
    listing: bool = False,
) -> Arrangement:
    """Decide what is shown.

    Args:
        columns: Of the terminal.
        rows: Of the terminal.
        pane: The pane with the focus: where only one has room, it is that one.
        zoomed: Only the article.
        side: Whether the side pane is wanted; None where the user has not said.
        listing: Whether the list is all that matters: nothing is open, or a search is on.
    """
    if columns < LEAST[0] or rows < LEAST[1]:
        return Arrangement("tiny", (), ())
    shape: Shape
    if columns < STACKED:
        return Arrangement("narrow", (pane,), PANES)
    if columns >= WIDE:
        shape, side = "wide", side is not False
    else:
        shape, side = ("beside" if columns >= BESIDE else "stacked"), bool(side)
    if zoomed:
        return Arrangement(shape, ("article",), ("article",))
    panes = PANES if side else PANES[:2]
    if shape == "stacked" and listing and pane == "list" and not side:
        return Arrangement(shape, ("list",), panes)
    return Arrangement(shape, panes, panes)
