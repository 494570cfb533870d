"""Charts of block characters: the same on the screen and in what a command prints."""

from __future__ import annotations

from collections.abc import Sequence

HORIZONTAL_BLOCKS = " ▏▎▍▌▋▊▉█"
VERTICAL_BLOCKS = " ▁▂▃▄▅▆▇█"
STEPS_PER_CELL = 8
"""Steps in which a block fills its cell."""


def draw_bar(value: int, most: int, width: int) -> str:
    """A bar from the left.

    Args:
        value: How much it stands for; anything above nothing is seen.
        most: What fills the width.
        width: In cells.

    Returns:
        Exactly so many cells.
    """
    filled = _filled_steps(value, most, width)
    blocks = (
        HORIZONTAL_BLOCKS[-1] * (filled // STEPS_PER_CELL)
        + HORIZONTAL_BLOCKS[filled % STEPS_PER_CELL]
    )
    return blocks[:width].ljust(width)


def draw_columns(values: Sequence[int], height: int, width: int = 1) -> list[str]:
    """Columns that stand side by side, as lines from the top down.

    Args:
        values: One a column.
        height: Lines.
        width: Cells of a column, the gap after it included.
    """
    most = max(values, default=0)
    filled = [_filled_steps(value, most, height) for value in values]
    gap = 1 if width > 1 else 0
    return [
        "".join(
            VERTICAL_BLOCKS[min(max(parts - line * STEPS_PER_CELL, 0), STEPS_PER_CELL)]
            * (width - gap)
            + " " * gap
            for parts in filled
        )
        for line in reversed(range(height))
    ]


def _filled_steps(value: int, most: int, cells: int) -> int:
    if value <= 0 or most <= 0:
        return 0
    return max(1, round(STEPS_PER_CELL * cells * min(value, most) / most))
