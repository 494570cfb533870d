"""Which panes stand where, for the size of the terminal: a pure decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tui.config.commands import PANES, Pane

LayoutKind = Literal["tiny", "narrow", "stacked", "beside", "wide"]

MIN_TERMINAL_SIZE = (40, 10)
"""Columns and rows below which nothing useful can be shown."""
MIN_STACKED_COLUMNS, MIN_BESIDE_COLUMNS, MIN_WIDE_COLUMNS = 76, 90, 110
"""Columns from which list and article share the screen, stand side by side, and have all three."""


@dataclass(frozen=True, slots=True)
class PaneLayout:
    """The shape of the screen, the panes that are on it, and those that `tab` goes through."""

    kind: LayoutKind
    visible_panes: tuple[Pane, ...]
    tab_order: tuple[Pane, ...]


def choose_pane_layout(
    columns: int,
    rows: int,
    pane: Pane,
    *,
    zoomed: bool = False,
    side: bool | None = None,
    listing: bool = False,
) -> PaneLayout:
    """Decide what is shown.

    Args:
        columns: Of the terminal.
        rows: Of the terminal.
        pane: The pane with the focus: where only one has room, it is that one.
        zoomed: Only the article.
        side: Whether the side pane is wanted; None where the user has not said.
        listing: Whether the list is all that matters: nothing is open, or a search is on.
    """
    if columns < MIN_TERMINAL_SIZE[0] or rows < MIN_TERMINAL_SIZE[1]:
        return PaneLayout("tiny", (), ())
    shape: LayoutKind
    if columns < MIN_STACKED_COLUMNS:
        return PaneLayout("narrow", (pane,), PANES)
    if columns >= MIN_WIDE_COLUMNS:
        shape, side = "wide", side is not False
    else:
        shape, side = ("beside" if columns >= MIN_BESIDE_COLUMNS else "stacked"), bool(side)
    if zoomed:
        return PaneLayout(shape, ("article",), ("article",))
    panes = PANES if side else PANES[:2]
    if shape == "stacked" and listing and pane == "list" and not side:
        return PaneLayout(shape, ("list",), panes)
    return PaneLayout(shape, panes, panes)
