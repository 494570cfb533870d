"""Whether lines fit: what the tests of everything that wraps text ask."""

from __future__ import annotations

from itertools import pairwise

from rich.cells import cell_len

from tui.rendering.cells import measure_cells


def fits(line: str, width: int) -> bool:
    """Whether a line is no wider than it may be, or one cluster that nothing can make narrower."""
    clusters = sum(after > before for before, after in pairwise(measure_cells(line)[1]))
    return cell_len(line) <= width or clusters == 1
