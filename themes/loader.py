"""Reads themes and checks them whole, so that every fault of a file is told at once.

A theme file is TOML: `name`, `label`, `dark`, a table `[colors]` with every role, and if wanted a
table `[styles]` that says how a role's text is set.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from themes.faults import nearest, parse, shown, unknown, wrong

if TYPE_CHECKING:
    from collections.abc import Mapping

BUILT_IN = (
    "dark",
    "light",
    "high-contrast-dark",
    "high-contrast-light",
    "sepia",
    "lagoon",
    "terminal",
    "monochrome",
)
"""The themes that come with newstui, in the order they are offered; the first is the default."""

ROLES: Mapping[str, str] = {
    "background": "behind the list and the article",
    "surface": "behind bars and the side pane",
    "border": "lines between panes",
    "selection": "behind the row the cursor is on",
    "selection-text": "all text of that row",
    "text": "text",
    "muted": "what matters less: category, age, hints",
    "accent": "the focused pane, keys, headings of the side pane",
    "unread": "titles of unread articles",
    "star": "the star",
    "match": "words a search has found",
    "link": "links",
    "heading": "titles and headings of an article",
    "quote": "quotations",
    "error": "what went wrong",
    "warning": "what needs attention",
}
"""Every colour a theme has, and what is drawn in it."""

SURFACES = ("background", "surface", "border", "selection")
STYLED_ROLES = tuple(role for role in ROLES if role not in SURFACES)
"""The roles that are text, and so have a style as well as a colour."""

DEFAULT_STYLES: Mapping[str, str] = dict.fromkeys(STYLED_ROLES, "none") | {
    "selection-text": "bold",
    "unread": "bold",
    "match": "bold underline",
    "link": "underline",
    "heading": "bold",
    "error": "bold",
}
"""How text is set where a theme does not say: nothing is told apart by its colour alone."""

STYLE_WORDS = ("bold", "dim", "italic", "underline", "reverse", "strike", "none")
STYLE_RULE = f"{', '.join(STYLE_WORDS[:-1])}, or none alone"
HUES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
PALETTE = (
    "default",
    "ansi_default",
    *(f"ansi_{hue}" for hue in HUES),
    *(f"ansi_bright_{hue}" for hue in HUES),
)
"""The colours that are the terminal's own, whatever the user has made of them."""

KEYS = ("name", "label", "dark", "colors", "styles")
HEX = re.compile(r"#[0-9a-fA-F]{6}")
NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
LONGEST_LABEL = 40


class ThemeError(ValueError):
    """A theme that cannot be used; one line for each fault, with file and key."""


@dataclass(frozen=True, slots=True)
class Theme:
    """One colour theme: a colour for every role, and a style for those that are text."""

    name: str
    label: str
    dark: bool
    colors: Mapping[str, str]
    """`#rrggbb` in lower case, or `ansi_...` for a colour of the terminal's own."""
    styles: Mapping[str, str]
    """Words such as `bold underline`, or `none`."""

    @property
    def ansi(self) -> bool:
        """Whether it uses colours of the terminal's own, which must reach it by name."""
        return any(color.startswith("ansi_") for color in self.colors.values())


def load(text: str, file: str) -> Theme:
    """The theme that `text` describes.

    Args:
        text: The TOML.
        file: Its file's name, for messages.

    Raises:
        ThemeError: With a line for every fault.
    """
    faults: list[str] = []
    data = parse(text, faults)
    if not faults:
        theme = Theme(
            name=_name(data, faults),
            label=_label(data, faults),
            dark=_dark(data, faults),
            colors=_colors(data, faults),
            styles=_styles(data, faults),
        )
        unknown("", data, KEYS, faults)
    if faults:
        raise ThemeError("\n".join(f"{shown(file)}: {fault}" for fault in faults))
    return theme


def built_in_theme(name: str) -> Theme:
    """The theme of that name that comes with newstui.

    Raises:
        KeyError: There is none.
    """
    if name not in BUILT_IN:
        raise KeyError(name)
    # Not importlib.resources: that import alone takes longer than reading all eight files.
    path = Path(__file__).with_name(f"{name}.toml")
    return load(path.read_text(encoding="utf-8"), path.name)


def built_in() -> dict[str, Theme]:
    """All themes that come with newstui, by name, in the order they are offered."""
    return {name: built_in_theme(name) for name in BUILT_IN}


def user_themes(folder: Path) -> tuple[dict[str, Theme], list[str]]:
    """The user's own themes: every `*.toml` in `folder`.

    Args:
        folder: Need not exist.

    Returns:
        The themes that can be used, by name, and a line for every fault of the others.
    """
    themes: dict[str, Theme] = {}
    faults: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            theme = load(path.read_text(encoding="utf-8-sig"), path.name)
        except ThemeError as error:
            faults += str(error).splitlines()
        except OSError as error:
            faults.append(f"{shown(path.name)}: cannot be read: {error.strerror}")
        except UnicodeDecodeError:
            faults.append(f"{shown(path.name)}: is not UTF-8 text")
        else:
            if theme.name in themes:
                faults.append(f'{shown(path.name)}: name: "{theme.name}" is taken')
            themes.setdefault(theme.name, theme)
    return themes, faults


def _name(data: Mapping[str, object], faults: list[str]) -> str:
    value = data.get("name")
    if isinstance(value, str) and NAME.fullmatch(value):
        return value
    wrong("name", value, "must be lower-case letters, digits and hyphens", faults)
    return ""


def _label(data: Mapping[str, object], faults: list[str]) -> str:
    value = data.get("label")
    if isinstance(value, str) and value.isprintable() and 0 < len(value.strip()) <= LONGEST_LABEL:
        return value.strip()
    wrong("label", value, f"must be 1 to {LONGEST_LABEL} letters that can be printed", faults)
    return ""


def _dark(data: Mapping[str, object], faults: list[str]) -> bool:
    value = data.get("dark")
    if isinstance(value, bool):
        return value
    wrong("dark", value, "must be true or false", faults)
    return True


def _colors(data: Mapping[str, object], faults: list[str]) -> dict[str, str]:
    given = data.get("colors")
    if not isinstance(given, dict):
        wrong("colors", given, "must be a table of colours", faults)
        return {}
    colors = {role: _color(role, given.get(role), faults) for role in ROLES}
    unknown("colors.", given, ROLES, faults)
    return colors


def _color(role: str, value: object, faults: list[str]) -> str:
    if isinstance(value, str):
        if HEX.fullmatch(value):
            return value.lower()
        if value in PALETTE:
            return "ansi_default" if value == "default" else value
    known = PALETTE if isinstance(value, str) and not value.startswith("#") else ()
    rule = nearest(str(value), known) or 'use #rrggbb, an ansi_ name or "default"'
    wrong(f"colors.{role}", value, f"is not a colour; {rule}", faults)
    return ""


def _styles(data: Mapping[str, object], faults: list[str]) -> dict[str, str]:
    given = data.get("styles", {})
    if not isinstance(given, dict):
        wrong("styles", given, "must be a table of styles", faults)
        return {}
    own = {role: _style(role, given[role], faults) for role in STYLED_ROLES if role in given}
    unknown("styles.", given, STYLED_ROLES, faults)
    return {**DEFAULT_STYLES, **own}


def _style(role: str, value: object, faults: list[str]) -> str:
    words = value.split() if isinstance(value, str) else []
    if not words or ("none" in words and len(words) > 1):
        wrong(f"styles.{role}", value, f"is not a style; use {STYLE_RULE}", faults)
    for word in words:
        if word not in STYLE_WORDS:
            rule = nearest(word, STYLE_WORDS) or f"use {STYLE_RULE}"
            wrong(f"styles.{role}", word, f"is not a style; {rule}", faults)
    return " ".join(words)
