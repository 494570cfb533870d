"""How well one colour can be read on another.

The formulas are those of WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio and
https://www.w3.org/TR/WCAG22/#dfn-relative-luminance: text needs 4.5 (level AA) or 7 (level AAA).
"""

from __future__ import annotations


def contrast_ratio(a: str, b: str) -> float:
    """The contrast ratio of two colours, from 1 (the same) to 21 (black and white).

    Args:
        a: A colour as `#rrggbb`.
        b: The other one; the order makes no difference.

    Raises:
        ValueError: One of them is a colour of the terminal, which only the terminal knows.
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
