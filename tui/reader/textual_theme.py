"""Our themes as Textual themes, with a CSS variable for every role.

Style sheets use `$news-muted` and the like for colours and `$news-muted-style` for text styles;
the variables of Textual's own widgets (`$surface`, `$border`, ...) are derived from the same roles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.theme import Theme as TextualTheme

if TYPE_CHECKING:
    from collections.abc import Mapping

    from themes.loader import Theme

VARIABLE_PREFIX = "news-"

WIDGET_COLOR_ROLES: Mapping[str, str] = {
    "surface": "surface",
    "panel": "surface",
    "text": "text",
    "text-muted": "muted",
    "text-disabled": "muted",
    "text-primary": "accent",
    "text-secondary": "link",
    "text-accent": "accent",
    "text-success": "accent",
    "text-warning": "warning",
    "text-error": "error",
    "foreground-muted": "muted",
    "foreground-disabled": "muted",
    "border": "focus",
    "border-blurred": "border",
    "block-cursor-foreground": "selection-text",
    "block-cursor-background": "selection",
    "block-cursor-blurred-foreground": "text",
    "block-cursor-blurred-background": "surface",
    "block-hover-background": "surface",
    "input-cursor-foreground": "background",
    "input-cursor-background": "text",
    "input-selection-foreground": "selection-text",
    "input-selection-background": "selection",
    "screen-selection-foreground": "selection-text",
    "screen-selection-background": "selection",
    "button-foreground": "text",
    "button-color-foreground": "background",
    "footer-foreground": "text",
    "footer-background": "surface",
    "footer-key-foreground": "accent",
    "footer-description-foreground": "muted",
    "link-color": "link",
    "link-color-hover": "selection-text",
    "link-background-hover": "selection",
    "scrollbar": "border",
    "scrollbar-hover": "accent",
    "scrollbar-active": "accent",
    "scrollbar-background": "background",
    "scrollbar-background-hover": "background",
    "scrollbar-background-active": "background",
    "scrollbar-corner-color": "background",
    **{f"markdown-h{level}-color": "heading" for level in range(1, 7)},
    # These are used by Textual's rules for terminals with their own palette.
    "ansi-background": "surface",
    "ansi-foreground": "text",
}
"""The variables of Textual's own widgets, and the roles they are drawn in."""

WIDGET_STYLE_ROLES: Mapping[str, str] = {
    "block-cursor-text-style": "selection-text",
    "link-style": "link",
    "link-style-hover": "selection-text",
    **{f"markdown-h{level}-text-style": "heading" for level in range(1, 7)},
}


def textual_theme(theme: Theme) -> TextualTheme:
    """Return a theme for `App.register_theme`; then set `App.theme` to its name."""
    colors = theme.colors
    return TextualTheme(
        name=theme.name,
        primary=colors["accent"],
        secondary=colors["link"],
        accent=colors["accent"],
        success=colors["accent"],
        warning=colors["warning"],
        error=colors["error"],
        foreground=colors["text"],
        background=colors["background"],
        surface=colors["surface"],
        panel=colors["surface"],
        dark=theme.dark,
        ansi=theme.uses_terminal_colors,
        variables={**_widget_variables(theme), **role_variables(theme)},
    )


def role_variables(theme: Theme) -> dict[str, str]:
    """Return our own CSS variables: `news-<role>` for colours, `news-<role>-style` for styles.

    `App.get_theme_variable_defaults` returns those of the first theme, so that style sheets can
    be read before a theme is set.
    """
    return {
        **{f"{VARIABLE_PREFIX}{role}": color for role, color in theme.colors.items()},
        **{f"{VARIABLE_PREFIX}{role}-style": style for role, style in theme.styles.items()},
    }


def _widget_variables(theme: Theme) -> dict[str, str]:
    return {
        **{name: theme.colors[role] for name, role in WIDGET_COLOR_ROLES.items()},
        **{name: theme.styles[role] for name, role in WIDGET_STYLE_ROLES.items()},
    }
