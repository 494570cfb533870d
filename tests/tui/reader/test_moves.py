"""Moves through lines: what commands amount to, and many of them as a few."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.reader.dialogs.moves import LAST_LINE, fold_moves, line_moves

TOP, END = -LAST_LINE, LAST_LINE


def _walk(moves: Sequence[int], start: int, last: int) -> tuple[int, bool]:
    """Return where moves lead in a list with that last line, and whether one went to its end."""
    line, has_ended = start, False
    for by in moves:
        line = min(max(0, line + by), last)
        has_ended = has_ended or by >= END
    return line, has_ended


@pytest.mark.parametrize(
    ("moves", "folded"),
    [
        ([], []),
        ([1], [1]),
        ([1] * 5000, [5000]),
        ([1, -1] * 5000, [1, -1]),
        ([-1, 1] * 5000, [-1, 1]),
        ([1, 1, -1, -1] * 5000, [2, -2]),
        ([1, END] * 5000, [END]),
        ([END, -1] * 5000, [END, -1]),
        ([TOP, END, TOP] * 5000, [TOP, END, TOP]),
        ([TOP, END] * 5000, [TOP, END]),
        ([TOP, 0, 1, 1] * 5000, [TOP, 2]),
        ([2, TOP, 0, END] * 5000, [2, TOP, END]),
        ([3, -1, 3], [5]),
        ([1, -2, 3, -2, 1], [1, -2, 3, -2, 1]),
        ([0, 0], []),
    ],
)
def test_folded_moves(moves: list[int], folded: list[int]) -> None:
    assert fold_moves(moves) == folded


@given(
    st.lists(st.integers(-9, 9) | st.sampled_from([TOP, END]), max_size=60),
    st.integers(0, 30),
    st.integers(0, 30),
)
def test_folded_moves_lead_to_the_same_line(moves: list[int], start: int, last: int) -> None:
    """And to the end if they did: an article whose end was reached is read."""
    start = min(start, last)
    assert _walk(fold_moves(moves), start, last) == _walk(moves, start, last)


@pytest.mark.parametrize(
    ("command", "count", "moves"),
    [
        ("move.down", 0, [1]),
        ("move.up", 3, [-3]),
        ("move.page_down", 0, [10]),
        ("move.page_up", 2, [-20]),
        ("move.half_page_down", 0, [5]),
        ("move.half_page_up", 0, [-5]),
        ("move.start", 0, [TOP, 0]),
        ("move.start", 4, [TOP, 3]),
        ("move.end", 0, [END]),
        ("move.end", 12, [TOP, 11]),
        ("move.next_unread", 0, None),
        ("move.next_pane", 0, None),
        ("app.leave", 0, None),
    ],
)
def test_what_commands_amount_to(command: str, count: int, moves: list[int] | None) -> None:
    assert line_moves(command, count, 10) == moves
