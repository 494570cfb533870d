"""Themes in the palette of 256 colours."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.color import Color, ColorSystem

from themes import palette
from themes.loader import load_built_in_theme


def test_every_colour_is_one_that_rich_rounds_to_it() -> None:
    colors = palette._palette()
    seen = [Color.parse(each.color).downgrade(ColorSystem.EIGHT_BIT) for each in colors]
    assert len({each.number for each in seen}) == len(colors) == 236  # 4 greys are there twice
    for each, shown in zip(colors, seen, strict=True):
        looks = palette._see(shown.get_truecolor().hex)
        assert each.distance(looks) == 0


@pytest.mark.parametrize(
    ("role", "color", "expected"),
    [
        ("background", "#0b2a33", "#292929"),  # neither navy blue nor teal
        ("background", "#f4ead6", "#f5f5f5"),  # not pink
        ("background", "ansi_blue", "ansi_blue"),
        ("accent", "#5fafd7", "#5fafd7"),
        ("accent", "#333333", "#3d3d3d"),  # as hard to read as its author wanted
        ("selection", "#16181d", "#141414"),  # the nearest is that of the background
    ],
)
def test_the_colour_of_a_role(role: str, color: str, expected: str) -> None:
    theme = load_built_in_theme("dark")
    fitted = palette.fit_palette(replace(theme, colors={**theme.colors, role: color}))
    assert fitted.colors[role] == expected
    assert fitted.styles == theme.styles
