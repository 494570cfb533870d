"""Colour themes as plain data: TOML files, and the loader that validates them."""

from __future__ import annotations

from themes.loader import (
    BUILT_IN_THEMES,
    COLOR_ROLES,
    DEFAULT_STYLES,
    STYLED_ROLES,
    Theme,
    ThemeError,
    load_built_in_theme,
    load_built_in_themes,
    load_user_themes,
    parse_theme,
)

__all__ = [
    "BUILT_IN_THEMES",
    "COLOR_ROLES",
    "DEFAULT_STYLES",
    "STYLED_ROLES",
    "Theme",
    "ThemeError",
    "load_built_in_theme",
    "load_built_in_themes",
    "load_user_themes",
    "parse_theme",
]
