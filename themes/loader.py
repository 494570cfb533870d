"""Validate themes as a whole, so that all faults of a file are reported at once.

A theme file is TOML: `name`, `label`, `dark`, a table `[colors]` with every role but those that fall
back to another one, and optionally a table `[styles]` with the text style of roles.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from themes.faults import (
    add_unknown_key_faults,
    add_value_fault,
    make_printable,
    suggest_nearest,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BUILT_IN_THEMES = (
    "dark",
    "light",
    "high-contrast-dark",
    "high-contrast-light",
    "sepia",
    "lagoon",
    "dusk",
    "ember",
    "terminal",
    "monochrome",
)
"""The built-in themes, in the order they are offered; the first is the default."""

COLOR_ROLES: Mapping[str, str] = {
    "background": "behind the list and the article",
    "surface": "behind bars and the side pane",
    "border": "lines between panes",
    "focus": "the edge of the pane with the keys",
    "selection": "behind the row the cursor is on",
    "selection-text": "all text of that row",
    "text": "text",
    "muted": "secondary text: category, age, hints",
    "accent": "the title of the pane with the keys, keys, numbers",
    "unread": "titles of unread articles",
    "star": "the star",
    "match": "search hits",
    "link": "links",
    "section": "headings of lists: days, sections of a pane",
    "title": "the title of an article",
    "heading": "headings in an article, titles of dialogs",
    "quote": "quotations",
    "code": "code",
    "code-keyword": "keywords in code",
    "code-string": "strings in code, added lines",
    "code-comment": "comments in code",
    "code-number": "numbers and constants in code",
    "code-name": "names that code defines: functions, classes, tags",
    "error": "errors",
    "warning": "warnings",
}
"""The colours of a theme, and what each is used for."""

FALLBACK_ROLES: Mapping[str, str] = {
    "focus": "accent",
    "section": "heading",
    "title": "heading",
    "code": "text",
    "code-keyword": "warning",
    "code-string": "quote",
    "code-comment": "muted",
    "code-number": "star",
    "code-name": "accent",
}
"""The roles a theme may leave out, and the roles that then give their colour and style."""

SURFACE_ROLES = ("background", "surface", "border", "focus", "selection")
STYLED_ROLES = tuple(role for role in COLOR_ROLES if role not in SURFACE_ROLES)
"""The roles of text, which have a style as well as a colour."""

DEFAULT_STYLES: Mapping[str, str] = dict.fromkeys(STYLED_ROLES, "none") | {
    "selection-text": "bold",
    "unread": "bold",
    "match": "bold underline",
    "link": "underline",
    "section": "bold",
    "title": "bold",
    "heading": "bold",
    "error": "bold",
}
"""The styles a theme does not set: nothing is distinguished by colour alone."""

STYLE_WORDS = ("bold", "dim", "italic", "underline", "reverse", "strike", "none")
STYLE_RULE = f"{', '.join(STYLE_WORDS[:-1])}, or none alone"
ANSI_HUES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
TERMINAL_COLORS = (
    "default",
    "ansi_default",
    *(f"ansi_{hue}" for hue in ANSI_HUES),
    *(f"ansi_bright_{hue}" for hue in ANSI_HUES),
)
"""The terminal's own colours, which its user may have redefined."""

THEME_KEYS = ("name", "label", "dark", "colors", "styles")
HEX_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
THEME_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
MAX_LABEL_CHARS = 40


class ThemeError(ValueError):
    """A theme cannot be used; the text has one line for each fault, with file and key."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Theme:
    """A colour for every role, and a style for the roles of text."""

    name: str
    label: str
    dark: bool
    colors: Mapping[str, str]
    """`#rrggbb` in lower case, or `ansi_...` for a colour of the terminal's own."""
    styles: Mapping[str, str]
    """Words such as `bold underline`, or `none`."""

    @property
    def has_rgb_colors(self) -> bool:
        """True if the theme uses colours that not every terminal has."""
        return any(color.startswith("#") for color in self.colors.values())

    @property
    def uses_terminal_colors(self) -> bool:
        """True if the theme uses the terminal's own colours, which must be sent by name."""
        return any(color.startswith("ansi_") for color in self.colors.values())


def check_theme(data: Mapping[str, object], file: str) -> Theme:
    """Return the theme that a TOML file describes; `file` names it in messages.

    Raises:
        ThemeError: The theme has faults.
    """
    faults: list[str] = []
    theme = _make_theme(data, faults)
    add_unknown_key_faults("key", data, THEME_KEYS, faults)
    if faults:
        raise ThemeError([f"{make_printable(file)}: {fault}" for fault in faults])
    return theme


def load_built_in_theme(name: str) -> Theme:
    """Load a built-in theme.

    Raises:
        KeyError: There is none of that name.
    """
    if name not in BUILT_IN_THEMES:
        raise KeyError(name)
    import tomllib  # imported here: most commands draw nothing

    # Not importlib.resources: that import alone takes longer than reading all files.
    path = Path(__file__).with_name(f"{name}.toml")
    return check_theme(tomllib.loads(path.read_text(encoding="utf-8")), path.name)


def _make_theme(data: Mapping[str, object], faults: list[str]) -> Theme:
    name, label, dark = (data.get(key) for key in ("name", "label", "dark"))
    if not (isinstance(name, str) and THEME_NAME.fullmatch(name)):
        add_value_fault("name", name, "must be lower-case letters, digits and hyphens", faults)
    title = label.strip() if isinstance(label, str) and label.isprintable() else ""
    if not 0 < len(title) <= MAX_LABEL_CHARS:
        rule = f"must be 1 to {MAX_LABEL_CHARS} printable characters"
        add_value_fault("label", label, rule, faults)
    if not isinstance(dark, bool):
        add_value_fault("dark", dark, "must be true or false", faults)
    colors, styles = _check_colors(data, faults), _check_styles(data, faults)
    return Theme(str(name), title, bool(dark), colors, styles)


def _check_colors(data: Mapping[str, object], faults: list[str]) -> dict[str, str]:
    given = data.get("colors")
    if not isinstance(given, dict):
        add_value_fault("colors", given, "must be a table of colours", faults)
        return {}
    colors = {
        role: _check_color(role, given.get(role), faults)
        for role in COLOR_ROLES
        if role in given or role not in FALLBACK_ROLES
    }
    add_unknown_key_faults("colors: role", given, COLOR_ROLES, faults)
    return {role: colors[role if role in colors else FALLBACK_ROLES[role]] for role in COLOR_ROLES}


def _check_color(role: str, value: object, faults: list[str]) -> str:
    if isinstance(value, str):
        if HEX_COLOR.fullmatch(value):
            return value.lower()
        if value in TERMINAL_COLORS:
            return "ansi_default" if value == "default" else value
    known = TERMINAL_COLORS if isinstance(value, str) and not value.startswith("#") else ()
    rule = suggest_nearest(str(value), known) or 'use #rrggbb, an ansi_ name or "default"'
    add_value_fault(f"colors.{role}", value, f"is not a colour; {rule}", faults)
    return ""


def _check_styles(data: Mapping[str, object], faults: list[str]) -> dict[str, str]:
    given = data.get("styles", {})
    if not isinstance(given, dict):
        add_value_fault("styles", given, "must be a table of styles", faults)
        return {}
    own = {role: _check_style(role, given[role], faults) for role in STYLED_ROLES if role in given}
    add_unknown_key_faults("styles: role", given, STYLED_ROLES, faults)
    colors = data.get("colors")
    set_roles = own.keys() | (colors.keys() if isinstance(colors, dict) else set())
    styles = {**DEFAULT_STYLES, **own}
    return {
        role: styles[role if role in set_roles else FALLBACK_ROLES.get(role, role)]
        for role in STYLED_ROLES
    }


def _check_style(role: str, value: object, faults: list[str]) -> str:
    words = value.split() if isinstance(value, str) else []
    if not words or ("none" in words and len(words) > 1):
        add_value_fault(f"styles.{role}", value, f"is not a style; use {STYLE_RULE}", faults)
    for word in words:
        if word not in STYLE_WORDS:
            rule = suggest_nearest(word, STYLE_WORDS) or f"use {STYLE_RULE}"
            add_value_fault(f"styles.{role}", word, f"is not a style; {rule}", faults)
    return " ".join(words)
