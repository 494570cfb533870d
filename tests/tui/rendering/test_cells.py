"""Cells: measuring and truncating text."""

from __future__ import annotations

import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len, get_character_cell_size

from tui.rendering.cells import (
    expand_to_clusters,
    fit_cells,
    is_narrow,
    measure_cells,
    pad_left,
    truncate_cells,
)

TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40)
JOINED = st.text("aé中🎉👍🏽❤\ufe0f\u200d🇩🇪क्षกำ각\u0301 ", max_size=30)


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("news", 6, "news  "),
        ("news", 4, "news"),
        ("newspaper", 6, "newsp…"),
        ("newspaper", 1, "…"),
        ("newspaper", 0, ""),
        ("newspaper", -3, ""),
        ("", 3, "   "),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日… "),
        ("naïve — “x”", 8, "naïve —…"),
        ("🇩🇪🇫🇷", 3, "🇩🇪…"),
        ("🇩🇪🇫🇷", 2, "… "),
        ("ne\u0301e\u0301", 2, "n…"),
        ("a\u200d", 3, "a  "),
    ],
)
def test_fit(text: str, width: int, shown: str) -> None:
    """Case 55: truncated text ends with an ellipsis and never inside a wide character."""
    assert fit_cells(text, width) == shown


def test_pad_left_and_truncate() -> None:
    assert pad_left("42", 4) == "  42"
    assert pad_left("日本語", 4) == " 日…"
    assert truncate_cells("日本語", 4) == "日…"
    assert truncate_cells("news", 9) == "news"


def test_expand_to_clusters() -> None:
    """Case 55: a highlight never ends inside a cluster."""
    assert expand_to_clusters("plain", 1, 3) == (1, 3)
    assert expand_to_clusters("ae\u0301b", 2, 3) == (1, 3)
    assert expand_to_clusters("a👩\u200d👩b", 2, 3) == (1, 4)
    assert expand_to_clusters("🇩🇪🇯🇵", 1, 3) == (0, 4)


@given(TEXT | JOINED, st.integers(1, 30))
def test_fit_takes_exactly_its_width(text: str, width: int) -> None:
    """Case 55: columns line up, whatever the text."""
    assert cell_len(fit_cells(text, width)) == width
    assert cell_len(pad_left(text, width)) == width
    assert cell_len(truncate_cells(text, width)) <= width


@given(TEXT | JOINED)
def test_cells_agree_with_what_textual_draws(text: str) -> None:
    """Case 55: Textual draws lines with the same widths."""
    counted = measure_cells(text)[1]
    assert len(counted) == len(text) + 1
    assert counted[-1] == cell_len(text)


def test_narrow_characters_are_one_cell_each() -> None:
    """The fast path has only characters that are one cell, alone and next to others."""
    every = [chr(code) for code in range(0x20, sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    narrow = [char for char in every if char > "\x7f" and is_narrow(char)]
    assert len(narrow) > 1000
    assert {get_character_cell_size(char) for char in narrow} == {1}
    assert not {"\u200b", "\u200d", "\ufe0f", "\u0301", "\u1160"}.intersection(narrow)


def test_every_kind_has_a_width() -> None:
    """Every kind a character can have is in the table of widths."""
    kinds, counted = measure_cells("aé中（。 \u3000\u200b🇩🇪\u200d❤\ufe0f👍🏽क्ष\"'[]กำ")
    assert set(kinds) <= set("nwxsSbpqoca")
    assert list(counted) == sorted(counted)


def test_long_chains_are_split() -> None:
    """Case 65: no chain of joined characters becomes a cluster wider than the screen."""
    text = "क्" * 20_000
    counted = measure_cells(text)[1]
    widest = max(after - before for before, after in pairwise(counted))
    assert widest <= 17
    assert fit_cells(text, 80)[-1] in "… "
