"""Colour themes as plain data: TOML files, and the loader that reads and checks them."""

from __future__ import annotations

from themes.loader import (
    BUILT_IN,
    DEFAULT_STYLES,
    ROLES,
    STYLED_ROLES,
    Theme,
    ThemeError,
    built_in,
    built_in_theme,
    load,
    user_themes,
)
from themes.luminance import contrast

__all__ = [
    "BUILT_IN",
    "DEFAULT_STYLES",
    "ROLES",
    "STYLED_ROLES",
    "Theme",
    "ThemeError",
    "built_in",
    "built_in_theme",
    "contrast",
    "load",
    "user_themes",
]
