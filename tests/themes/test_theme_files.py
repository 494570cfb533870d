"""The built-in themes: complete, and readable as their names promise."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from rich.color import Color, ColorSystem

from themes import loader
from themes.loader import Theme
from themes.palette import fit_palette

THEMES = [loader.load_built_in_theme(name) for name in loader.BUILT_IN_THEMES]
TRUE_COLOURED = [theme for theme in THEMES if not theme.uses_terminal_colors]


def round_colors(theme: Theme) -> Theme:
    """Return a theme in the colours that a terminal with 256 shows."""
    seen = {
        role: Color.parse(color).downgrade(ColorSystem.EIGHT_BIT).get_truecolor().hex
        for role, color in fit_palette(theme).colors.items()
    }
    return replace(theme, name=f"{theme.name} in 256", colors=seen)


COLOURED = [*TRUE_COLOURED, *map(round_colors, TRUE_COLOURED)]
PALETTE = [theme for theme in THEMES if theme.uses_terminal_colors]
READ_ON_SURFACES = [role for role in loader.STYLED_ROLES if role != "selection-text"]


def contrast_ratio(a: str, b: str) -> float:
    """Return the WCAG contrast ratio of two colours, from 1 (the same) to 21 (black and white).

    https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio: text needs 4.5 (level AA) or 7 (level AAA).

    Args:
        a: A colour as `#rrggbb`.
        b: The other one; the order makes no difference.

    Raises:
        ValueError: One of them is a colour that only the terminal knows.
    """
    darker, lighter = sorted((_luminance(a), _luminance(b)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    if len(color) != 7 or not color.startswith("#"):
        raise ValueError(f"{color!r} is not #rrggbb, so its contrast is not known")
    red, green, blue = (_linear(int(color[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def least(theme: Theme) -> float:
    """Return the contrast WCAG requires: AAA for high contrast, else AA."""
    return 7.0 if theme.name.startswith("high-contrast") else 4.5


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: theme.name)
@pytest.mark.parametrize("role", READ_ON_SURFACES)
def test_text_is_readable_on_every_surface(theme: Theme, role: str) -> None:
    for behind in ("background", "surface"):
        found = contrast_ratio(theme.colors[role], theme.colors[behind])
        assert found >= least(theme), f"{role} on {behind}: {found:.2f}"


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: theme.name)
def test_the_cursor_row_is_readable(theme: Theme) -> None:
    found = contrast_ratio(theme.colors["selection-text"], theme.colors["selection"])
    assert found >= max(7.0, least(theme))


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: theme.name)
def test_the_focused_edge_is_seen_and_unlike_the_others(theme: Theme) -> None:
    """Graphics need 3 to 1: https://www.w3.org/TR/WCAG22/#non-text-contrast."""
    focus, border = theme.colors["focus"], theme.colors["border"]
    for behind in ("background", "surface"):
        assert contrast_ratio(focus, theme.colors[behind]) >= 3.0
    assert contrast_ratio(focus, border) >= 1.5


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: theme.name)
def test_bars_and_the_cursor_row_are_seen(theme: Theme) -> None:
    colors = theme.colors
    assert len({colors[role] for role in ("background", "surface", "selection")}) == 3


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: theme.name)
def test_roles_that_stand_side_by_side_have_colours_of_their_own(theme: Theme) -> None:
    """A heading in a text is not its title, code is not a quotation."""
    colors = theme.colors
    assert colors["heading"] not in {colors["title"], colors["text"]}
    assert colors["code"] != colors["quote"]
    code = [colors[role] for role in loader.COLOR_ROLES if role.startswith("code")]
    shared = theme.name == "high-contrast-light in 256"  # which has no green with 7:1
    assert len(set(code)) == len(code) - shared


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: theme.name)
def test_text_on_an_accent_is_readable(theme: Theme) -> None:
    """Buttons and the input's cursor use the background colour on it."""
    for role in ("accent", "warning", "error", "text"):
        assert contrast_ratio(theme.colors["background"], theme.colors[role]) >= 4.5


@pytest.mark.parametrize("name", ["high-contrast-dark", "high-contrast-light"])
@pytest.mark.parametrize("role", ["selection", "border"])
def test_high_contrast_shows_lines_and_cursor_too(name: str, role: str) -> None:
    colors = loader.load_built_in_theme(name).colors
    assert contrast_ratio(colors[role], colors["background"]) >= 3.0


@pytest.mark.parametrize("theme", COLOURED, ids=lambda theme: theme.name)
def test_dark_themes_have_a_dark_background(theme: Theme) -> None:
    text, background = theme.colors["text"], theme.colors["background"]
    on_black = contrast_ratio(text, "#000000") > contrast_ratio(background, "#000000")
    assert theme.dark is on_black


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_every_theme_has_every_role(theme: Theme) -> None:
    assert list(theme.colors) == list(loader.COLOR_ROLES)
    assert set(theme.styles) == set(loader.STYLED_ROLES)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_nothing_is_distinguished_by_colour_alone(theme: Theme) -> None:
    """Case 128: unread, selected and matched text differ from plain text in style."""
    plain = theme.styles["text"]
    for role in ("unread", "selection-text", "match", "link", "heading", "error"):
        assert theme.styles[role] != plain, role
    assert theme.styles["match"] not in {theme.styles["unread"], theme.styles["selection-text"]}


@pytest.mark.parametrize("theme", PALETTE, ids=lambda theme: theme.name)
def test_terminal_themes_use_only_terminal_colours(theme: Theme) -> None:
    """Case 128: they look as the user configured the terminal."""
    assert all(color.startswith("ansi_") for color in theme.colors.values())
    for role in ("background", "surface", "text", "selection-text", "unread", "heading"):
        assert theme.colors[role] == "ansi_default"


def test_monochrome_has_no_colour_at_all() -> None:
    """Case 128: bold, dim, reverse and underline replace colours."""
    theme = loader.load_built_in_theme("monochrome")
    assert set(theme.colors.values()) == {"ansi_default"}
    words = {word for style in theme.styles.values() for word in style.split()}
    assert words == {"bold", "dim", "reverse", "underline", "none"}


def test_the_list_of_themes_matches_the_folder() -> None:
    files = {path.stem for path in Path(loader.__file__).parent.glob("*.toml")}
    assert set(loader.BUILT_IN_THEMES) == files
    assert [theme.name for theme in THEMES] == list(loader.BUILT_IN_THEMES)
    assert len({theme.label for theme in THEMES}) == len(THEMES)
    assert loader.BUILT_IN_THEMES[0] == "dark"


def test_an_unknown_theme() -> None:
    with pytest.raises(KeyError, match="drak"):
        loader.load_built_in_theme("drak")


def test_themes_need_nothing_of_ours_nor_the_terminal() -> None:
    code = (
        "import sys; from themes import loader; loader.load_built_in_theme('dark');"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(loader.__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.split())
    assert "themes" in loaded
    assert not loaded & {"textual", "rich", "store", "tui", "sample_articles", "difflib"}


@pytest.mark.parametrize(
    ("a", "b", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#ffffff", "#000000", 21.0),
        ("#123456", "#123456", 1.0),
        ("#777777", "#ffffff", 4.478),
        ("#0000ff", "#ffffff", 8.592),
        ("#040404", "#000000", 1.024),
    ],
)
def test_contrast_is_that_of_wcag(a: str, b: str, ratio: float) -> None:
    assert contrast_ratio(a, b) == pytest.approx(ratio, abs=0.001)


@pytest.mark.parametrize("color", ["ansi_red", "ansi_default", "#fff", "#12345g"])
def test_contrast_needs_rgb_colours(color: str) -> None:
    with pytest.raises(ValueError, match=r"is not #rrggbb|invalid literal"):
        contrast_ratio(color, "#000000")
