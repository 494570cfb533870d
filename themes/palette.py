"""Themes for terminals with 256 colours, whose palette is fixed.

Rounded one by one, the colours of a theme lose their harmony: a dark green becomes navy blue beside teal, and
text on it is hard to read. Here a surface becomes a colour of the palette that is as light and no more
tinted, and a text one that is readable on the surfaces as they are then.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from math import dist, hypot
from typing import TYPE_CHECKING, NamedTuple

from themes.loader import STYLED_ROLES, Theme

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CUBE_LEVELS = (0, 95, 135, 175, 215, 255)
"""The levels of red, green and blue: https://en.wikipedia.org/wiki/ANSI_escape_code#8-bit"""
GREY_STEPS = 25
"""Rich takes greys by their lightness, in so many steps from black to white."""
MAX_SURFACE_TINT, MAX_TINT = 1.0, 1.5
"""How much more tinted a surface, or anything else, may become: nearly grey ones become grey."""
GREY_TINT = 1e-3
"""The tint of greys, but for rounding, is less."""
MINIMUM_CONTRAST, ENHANCED_CONTRAST = 4.5, 7.0
"""The contrast that text keeps, and that of themes in which all has it: https://www.w3.org/TR/WCAG22/"""
LARGE_SURFACES = ("background", "surface")
READ_ROLES = ("focus", *STYLED_ROLES)
"""The roles that have to be told from the surfaces around them."""


class PaletteColor(NamedTuple):
    """A colour as it is seen."""

    color: str
    """`#rrggbb`; for one of the palette that from which Rich rounds to it."""
    luminance: float
    """Relative, from 0 to 1: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    light: float
    green_red: float
    blue_yellow: float
    """Lightness and tint as they are seen: https://bottosson.github.io/posts/oklab/"""

    @property
    def tint(self) -> float:
        """The distance from grey."""
        return hypot(self.green_red, self.blue_yellow)

    def distance(self, other: PaletteColor) -> float:
        """Return how different another colour looks."""
        return dist(self[2:], other[2:])

    def contrast(self, other: PaletteColor) -> float:
        """Return the contrast to another colour, from 1 to 21."""
        darker, lighter = sorted((self.luminance, other.luminance))
        return (lighter + 0.05) / (darker + 0.05)


def fit_palette(theme: Theme) -> Theme:
    """Return a theme with its `#rrggbb` colours replaced by those of the palette of 256."""
    old = {role: _see(color) for role, color in theme.colors.items() if color.startswith("#")}
    new: dict[str, PaletteColor] = {}
    for role in [each for each in (*LARGE_SURFACES, "border", "selection") if each in old]:
        different = {new[each] for each in LARGE_SURFACES if each in new and old[each] != old[role]}
        ranked = _rank(old[role], MAX_SURFACE_TINT if role in LARGE_SURFACES else MAX_TINT)
        new[role] = next(each for each in ranked if each not in different)
    contrasts = {role: _least_contrast(role, old[role], old) for role in old if role in READ_ROLES}
    least = min((ENHANCED_CONTRAST, *contrasts.values()))
    level = ENHANCED_CONTRAST if least >= ENHANCED_CONTRAST else MINIMUM_CONTRAST
    for role, contrast in contrasts.items():
        ranked = _rank(old[role], MAX_TINT)
        needed = min(contrast, level)
        readable = (each for each in ranked if _least_contrast(role, each, new) >= needed)
        new[role] = next(readable, ranked[0])
    return replace(
        theme, colors={**theme.colors, **{role: each.color for role, each in new.items()}}
    )


def _least_contrast(role: str, color: PaletteColor, surfaces: Mapping[str, PaletteColor]) -> float:
    """Return the contrast of a colour to the surfaces on which it is seen, as far as they are known."""
    around = ("selection",) if role == "selection-text" else LARGE_SURFACES
    return min(
        (color.contrast(surfaces[each]) for each in around if each in surfaces), default=21.0
    )


def _rank(color: PaletteColor, max_tint: float) -> Sequence[PaletteColor]:
    """Return the palette, the nearest colour first, without those that are too tinted."""
    most = max_tint * color.tint + GREY_TINT
    return sorted((each for each in _palette() if each.tint <= most), key=color.distance)


@cache
def _palette() -> Sequence[PaletteColor]:
    levels = CUBE_LEVELS
    cube = [(red, green, blue) for red in levels for green in levels for blue in levels]
    colors = [_see(_format(each)) for each in cube if len(set(each)) > 1]
    for step in range(GREY_STEPS + 1):
        level = {0: 0, GREY_STEPS: 255}.get(step, 10 * step - 2)
        rounded = _format((round(255 * step / GREY_STEPS),) * 3)
        colors.append(_see(_format((level, level, level)))._replace(color=rounded))
    return colors


def _see(color: str) -> PaletteColor:
    red, green, blue = (_linear(int(color[at : at + 2], 16)) for at in (1, 3, 5))
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return PaletteColor(
        color,
        0.2126 * red + 0.7152 * green + 0.0722 * blue,
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


@cache
def _linear(level: int) -> float:
    part = level / 255
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _format(color: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)
