"""Moves through the lines of a list or text: what commands mean, and many of them as a few."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

CountedMove = tuple[str, int]
"""The id of a command that moves, and the number typed before its key; 0 for none."""
LAST_LINE = 1_000_000_000
"""A line number beyond the end of any list or text."""
LINE_COMMANDS = (
    *("move.down", "move.up", "move.page_down", "move.page_up"),
    *("move.half_page_down", "move.half_page_up", "move.start", "move.end"),
)
"""The commands that move through lines."""
PANE_STEPS: Mapping[str, int] = {"move.next_pane": 1, "move.previous_pane": -1}
"""The panes that a command goes forward."""
FOLDABLE_COMMANDS = (*LINE_COMMANDS, *PANE_STEPS)
"""The moves of which many are the same as a few."""


def line_moves(command_id: str, count: int, page_size: int) -> Sequence[int] | None:
    """Return the moves that a command amounts to, in lines; None if it is not about lines.

    Args:
        command_id: The command.
        count: The number typed before its key; 0 for none.
        page_size: The lines of a page.
    """
    if command_id == "move.end" and not count:
        return [LAST_LINE]
    if command_id in ("move.start", "move.end"):
        return [-LAST_LINE, max(1, count) - 1]
    half_page = max(1, page_size // 2)
    lines = {
        "move.down": 1,
        "move.up": -1,
        "move.page_down": page_size,
        "move.page_up": -page_size,
        "move.half_page_down": half_page,
        "move.half_page_up": -half_page,
    }.get(command_id)
    return None if lines is None else [max(1, count) * lines]


def movement_commands(
    move: Callable[[int], object], page_size: Callable[[], int]
) -> dict[str, Callable[..., object]]:
    """Return the commands that move through lines.

    Args:
        move: Moves by so many lines; beyond an end, to that end.
        page_size: Returns the number of lines that a page moves.
    """

    def carry_out(command_id: str, count: int = 0) -> None:
        for by in line_moves(command_id, count, page_size()) or ():
            move(by)

    return {command_id: partial(carry_out, command_id) for command_id in LINE_COMMANDS}


def fold_moves(moves: Iterable[int]) -> list[int]:
    """Return fewer moves that lead to the same line, from any line of any list.

    Moves in one direction are one. So are a move, a shorter one back, and a longer one on: wherever
    the ends are, the move on passes the place where the move back began. What is left grows and then
    shrinks, and so is short. Moves to an end are kept: who was at the end of an article has read it.
    """
    folded: list[int] = []
    for by in moves:
        while folded and by:
            last = folded[-1]
            if (last > 0) == (by > 0):
                by += folded.pop()
            elif len(folded) > 1 and abs(last) <= min(abs(folded[-2]), abs(by), LAST_LINE - 1):
                by += folded.pop() + folded.pop()
            else:
                break
        by = max(-LAST_LINE, min(LAST_LINE, by))
        if by:
            folded.append(by)
        if folded[-2:] == folded[-4:-2]:  # both ends, and again
            del folded[-2:]
    return folded
