"""The styles of the roles of text in the current theme.

Textual would keep them as component classes, and look up each of them again for each view whenever a
view is mounted or its styles change: more than for everything else at the start.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from rich.style import Style
from textual.color import Color

from tui.reader.textual_theme import VARIABLE_PREFIX
from tui.rendering.code_spans import CODE_ROLES


class RoleLook(NamedTuple):
    """The look of a role that the themes lack, or that has a background of its own."""

    color: str
    """The role whose colour and style it has."""
    style: str = ""
    """Text styles instead of those of the role."""
    background: str = ""
    """A role; by default the background of the view."""


ROLE_LOOKS: Mapping[str, RoleLook] = {
    **{role: RoleLook(role, background="surface") for role in CODE_ROLES},
    "code-deleted": RoleLook("error", background="surface"),
    "edge": RoleLook("border", "none"),
    "edge-lit": RoleLook("focus", "none"),
    "edge-title": RoleLook("accent", "bold"),
    "em": RoleLook("text", "italic"),
    "selection": RoleLook("selection-text", background="selection"),
    "strong": RoleLook("text", "bold"),
    "text": RoleLook("text", "none"),
}
"""Every other role is a role of the themes, on the background of the view."""


def make_role_style(role: str, variables: Mapping[str, str], view_style: Style) -> Style:
    """Return the style of a role.

    Args:
        role: One of `themes.loader.STYLED_ROLES` or `ROLE_LOOKS`.
        variables: The CSS variables of the theme.
        view_style: The style of the view, for its background.

    Raises:
        KeyError: There is no such role.
    """
    look = ROLE_LOOKS.get(role) or RoleLook(role)
    color = variables[f"{VARIABLE_PREFIX}{look.color}"]
    style = look.style or variables[f"{VARIABLE_PREFIX}{look.color}-style"]
    background = look.background and variables[f"{VARIABLE_PREFIX}{look.background}"]
    return _make_style(color, style, background, view_style)


@lru_cache(maxsize=1000)
def _make_style(color: str, style: str, background: str, view_style: Style) -> Style:
    behind = Color.parse(background).rich_color if background else None
    return view_style + Style.parse(style) + Style.from_color(Color.parse(color).rich_color, behind)
