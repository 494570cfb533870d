"""Filter pastes and terminal replies out of the input before it is parsed for keys."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.terminal.input_filter import MAX_PASTE_CHARS, PASTE_END, PASTE_START, InputFilter


@pytest.mark.parametrize(
    "keys", ["q", "\x1b", "\x1b[A", "\x1b[1;5C", "\x1b[113;5u", "\x1bOP", "é日\r"]
)
def test_keys_pass(keys: str) -> None:
    """Nothing is held back: an escape is a key."""
    assert InputFilter().filter(keys) == keys


@pytest.mark.parametrize(
    "message", ["\x1b[?2026;2$y", "\x1b[48;24;80;0;0t", "\x1b[I", "\x1b[<0;1;1M"]
)
def test_reports_for_textual_pass(message: str) -> None:
    """Focus, window size, mouse, modes."""
    assert InputFilter().filter(message) == message


@pytest.mark.parametrize(
    "reply",
    [
        "\x1b[?1;2c",
        "\x1b[>1;10;0c",
        "\x1b[0n",
        "\x1b[?u",
        "\x1b[?6;1R",
        "\x1b[3;10;20t",
        "\x1bP>|tmux 3.3a\x1b\\",
        "\x1bP1$r0m\x1b\\",
        "\x1b]11;rgb:0000/0000/0000\x07",
        "\x1b]52;c;bW0=\x1b\\",
        "\x1b_Gi=1;OK\x1b\\",
    ],
)
def test_replies_are_dropped(reply: str) -> None:
    """Case 47: none of it is taken for keys, and the keys around it pass."""
    assert InputFilter().filter(f"j{reply}k") == "jk"


def test_pastes_have_no_control_characters() -> None:
    """Case 56: escapes, C0, DEL and C1 are removed; tabs pass, and lines end with LF."""
    pasted = "a\x1b[31mb\x03\x11\x07\x7f\x9b1m\tc\r\nd"
    cleaned = InputFilter().filter(f"x{PASTE_START}{pasted}{PASTE_END}q")
    assert cleaned == f"x{PASTE_START}a[31mb1m\tc\n\nd{PASTE_END}q"


def test_long_pastes_are_truncated() -> None:
    """Case 56: the excess is dropped; the next paste passes."""
    input_filter = InputFilter()
    for _ in range(2):
        cleaned = input_filter.filter(PASTE_START + "x" * (3 * MAX_PASTE_CHARS) + PASTE_END + "j")
        assert cleaned == PASTE_START + "x" * MAX_PASTE_CHARS + PASTE_END + "j"


PART = st.sampled_from(
    [PASTE_START, PASTE_END, "\x1b", "\x1b[2", "q", "~", "\x1b[201", "é", "\x1b[A"]
)


@given(st.lists(PART).map("".join), st.lists(st.integers(0, 60)))
def test_chunks_make_no_difference(text: str, cuts: list[int]) -> None:
    """Case 56: any chunking gives the same result, without control characters in pastes."""
    input_filter = InputFilter()
    edges = [0, *sorted(cuts), len(text)]
    chunked = "".join(input_filter.filter(text[a:b]) for a, b in pairwise(edges))
    assert chunked == InputFilter().filter(text)
    for pasted in re.findall(
        f"{re.escape(PASTE_START)}(.*?)(?:{re.escape(PASTE_END)}|$)", chunked, re.DOTALL
    ):
        assert "\x1b" not in pasted
