"""The choice of a theme: from the settings, the reader's theme picker, and the terminal's background.

A theme chosen in the reader is saved in the state folder and never written into the settings; it
applies until the setting that it overrides changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Literal

import orjson

from store.system.files import make_folder, read_regular, write_atomically
from themes.faults import suggest_nearest
from themes.loader import BUILT_IN_THEMES, Theme, load_built_in_theme
from themes.palette import fit_palette
from tui.config.settings import AUTO_THEME_NAME, Settings
from tui.config.settings_file import SETTINGS_FILE
from tui.config.user_themes import load_user_themes

THEME_STATE_FILE = "theme.json"
SIXTEEN_COLOR_THEME, NO_COLOR_THEME = "terminal", "monochrome"
"""The themes for terminals with sixteen colours, and for NO_COLOR."""
DARK_ANSI_COLORS = {*range(7), 8}
"""The dark ones of the sixteen ANSI colours."""

TerminalBackground = Literal["dark", "light"]
ColorSupport = Literal["all", "256", "16"]


@dataclass(frozen=True, slots=True)
class ThemeState:
    """The state saved from one session to the next."""

    chosen: str = ""
    """The theme chosen in the reader."""
    over: str = ""
    """The setting at that time."""
    background: str = ""
    """The terminal's background when it last reported one."""


class ThemeChoice:
    """The available themes, and the current one."""

    def __init__(
        self,
        settings: Settings,
        env: Mapping[str, str],
        config: Path | None = None,
        state: Path | None = None,
    ) -> None:
        """Load the user's themes from `config`, and the last choice from `state`, where it is saved.

        The environment tells how many colours the terminal has, and perhaps its background.
        """
        self._settings = settings
        self._state_folder = state
        self._color_support = detect_color_support(env)
        self.forced_name = NO_COLOR_THEME if env.get("NO_COLOR") else ""
        """The theme that cannot be changed, if there is one."""
        self._user_themes, faults = load_user_themes(config / "themes") if config else ({}, [])
        self._theme_state = _read_state(state)
        background = detect_background(env) or self._theme_state.background
        self.background: TerminalBackground = "light" if background == "light" else "dark"
        self.faults = (*(f"themes/{each}" for each in faults), *self._unknown_theme_faults())

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all themes, the user's own first."""
        return tuple(dict.fromkeys((*self._user_themes, *BUILT_IN_THEMES)))

    def _unknown_theme_faults(self) -> list[str]:
        settings, names = self._settings, self.names
        wanted = {
            "theme": settings.theme if settings.theme != AUTO_THEME_NAME else settings.theme_dark,
            "theme_dark": settings.theme_dark,
            "theme_light": settings.theme_light,
        }
        return [
            f'{SETTINGS_FILE}: {key}: unknown theme "{name}"{hint and f"; {hint}"}'
            for key, name in wanted.items()
            if name not in names
            for hint in [suggest_nearest(name, names)]
        ]

    @property
    def chosen_name(self) -> str:
        """The name of the chosen theme, or `auto`: by the background of the terminal."""
        kept = self._theme_state
        wanted = self._settings.theme
        if kept.chosen and kept.over == wanted and kept.chosen in (AUTO_THEME_NAME, *self.names):
            return kept.chosen
        return wanted if wanted in self.names else AUTO_THEME_NAME

    @property
    def follows_terminal(self) -> bool:
        """True if the terminal's background decides, and so has to be queried."""
        is_fixed = self.forced_name or self._color_support == "16"
        return not is_fixed and self.chosen_name == AUTO_THEME_NAME

    @property
    def current_name(self) -> str:
        """The name of the current theme."""
        return self.forced_name or self.resolve(self.chosen_name)

    def resolve(self, name: str) -> str:
        """Return the name of a theme, for a name that may be `auto`."""
        if name != AUTO_THEME_NAME:
            return name
        if self._color_support == "16":
            return SIXTEEN_COLOR_THEME
        settings = self._settings
        wanted = settings.theme_light if self.background == "light" else settings.theme_dark
        return wanted if wanted in self.names else self.background

    def find_theme(self, name: str) -> Theme:
        """Return the theme of that name."""
        return self._user_themes.get(name) or load_built_in_theme(name)

    def adapt_theme(self, name: str) -> Theme:
        """Return the theme of that name in colours that the terminal has."""
        theme = self.find_theme(name)
        if self._color_support == "all" or not theme.has_rgb_colors:
            return theme
        if self._color_support == "256":
            return fit_palette(theme)
        drawn = load_built_in_theme(SIXTEEN_COLOR_THEME)
        return replace(drawn, name=theme.name, label=theme.label)

    def is_user_theme(self, name: str) -> bool:
        """Return True for one of the user's own themes."""
        return name in self._user_themes

    def all_themes(self) -> dict[str, Theme]:
        """Return all themes by name, the user's own first."""
        return {name: self.find_theme(name) for name in self.names}

    def choose(self, name: str) -> None:
        """Use a theme, or `auto`, from now on.

        Raises:
            NewstuiError: The choice applies, but could not be saved for the next session.
        """
        self._save_state(replace(self._theme_state, chosen=name, over=self._settings.theme))

    def set_background(self, background: TerminalBackground) -> None:
        """Set the background that the terminal reported.

        Raises:
            NewstuiError: It could not be saved for the next session.
        """
        self.background = background
        if background != self._theme_state.background:
            self._save_state(replace(self._theme_state, background=background))

    def _save_state(self, kept: ThemeState) -> None:
        self._theme_state = kept
        if self._state_folder is not None:
            make_folder(self._state_folder)
            write_atomically(self._state_folder / THEME_STATE_FILE, orjson.dumps(kept))


def _read_state(state: Path | None) -> ThemeState:
    if state is not None:
        try:
            data = orjson.loads(read_regular(state / THEME_STATE_FILE))
            names = [each.name for each in fields(ThemeState)]
            found = {name: data[name] for name in names if isinstance(data.get(name), str)}
            return ThemeState(**found)
        except (OSError, ValueError, AttributeError):
            pass  # never chosen, or damaged: the settings apply
    return ThemeState()


def detect_background(env: Mapping[str, str]) -> TerminalBackground | None:
    """Return the terminal's background by `COLORFGBG`: `15;0`, `0;default;15`."""
    last = env.get("COLORFGBG", "").rpartition(";")[2]
    if not last.isdecimal() or int(last) > 15:
        return None
    return "dark" if int(last) in DARK_ANSI_COLORS else "light"


def parse_background_reply(red: str, green: str, blue: str) -> TerminalBackground:
    """Return the background by the reply to OSC 11: one to four hexadecimal digits a colour."""
    parts = [int(part, 16) / (16 ** len(part) - 1) for part in (red, green, blue)]
    light = 0.299 * parts[0] + 0.587 * parts[1] + 0.114 * parts[2]
    return "light" if light > 0.5 else "dark"


def detect_color_support(env: Mapping[str, str]) -> ColorSupport:
    """Return how many colours the terminal has, by the rules of Rich."""
    term = env.get("TERM", "").strip().lower()
    if not term or env.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return "all"
    return "256" if term.rpartition("-")[2] in ("256color", "kitty") else "16"
