"""Which theme is on: what the settings say, what was chosen in the reader, what the terminal shows.

What is chosen is kept in the state folder, so that nothing is ever written into the settings; it
holds until the setting that it was chosen over is another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Literal

import orjson

from store.system.files import make_folder, write_atomically
from themes import (
    BUILT_IN_THEMES,
    Theme,
    load_built_in_theme,
    load_built_in_themes,
    load_user_themes,
)
from themes.faults import suggest_nearest
from tui.config.settings import SETTINGS_FILE, Settings

AUTO_THEME_NAME = "auto"
THEME_STATE_FILE = "theme.json"
SIXTEEN_COLOR_THEME, NO_COLOR_THEME = "terminal", "monochrome"
"""The themes for terminals with sixteen colours, and for those who want none."""
DARK_ANSI_COLORS = {*range(7), 8}
"""The colours of the sixteen that are dark."""

TerminalBackground = Literal["dark", "light"]


@dataclass(frozen=True, slots=True)
class ThemeState:
    """What is remembered from one session to the next."""

    chosen: str = ""
    """The theme that was chosen in the reader."""
    over: str = ""
    """What the settings said then."""
    background: str = ""
    """What the terminal was like when it last told."""


class ThemeChoice:
    """The themes there are, and the one that is on."""

    def __init__(
        self,
        settings: Settings,
        env: Mapping[str, str],
        config: Path | None = None,
        state: Path | None = None,
    ) -> None:
        """Find out which theme to begin with.

        Args:
            settings: What the user has set.
            env: Says how many colours the terminal has, and perhaps its background.
            config: The folder of the settings, with the user's own themes in `themes`.
            state: The folder in which a choice is kept.
        """
        self._settings = settings
        self._state_folder = state
        self._has_few_colors = detect_color_support(env) == "few"
        self.forced_name = NO_COLOR_THEME if env.get("NO_COLOR") else ""
        """The theme that nothing can change."""
        self._user_themes, faults = load_user_themes(config / "themes") if config else ({}, [])
        self._theme_state = _read_state(state)
        told = detect_background(env) or self._theme_state.background
        self.background: TerminalBackground = "light" if told == "light" else "dark"
        self.faults = (*(f"themes/{each}" for each in faults), *self._unknown_theme_faults())

    @property
    def names(self) -> tuple[str, ...]:
        """Every theme, the user's own first."""
        return (
            *self._user_themes,
            *(name for name in BUILT_IN_THEMES if name not in self._user_themes),
        )

    def _unknown_theme_faults(self) -> list[str]:
        settings, names = self._settings, self.names
        wanted = {
            "theme": settings.theme if settings.theme != AUTO_THEME_NAME else settings.theme_dark,
            "theme_dark": settings.theme_dark,
            "theme_light": settings.theme_light,
        }
        return [
            f'{SETTINGS_FILE}: {key}: there is no theme "{name}"{hint and f"; {hint}"}'
            for key, name in wanted.items()
            if name not in names
            for hint in [suggest_nearest(name, names)]
        ]

    @property
    def chosen_name(self) -> str:
        """The name of a theme, or `auto`: by the background of the terminal."""
        kept = self._theme_state
        wanted = self._settings.theme
        if kept.chosen and kept.over == wanted and kept.chosen in (AUTO_THEME_NAME, *self.names):
            return kept.chosen
        return wanted if wanted in self.names else AUTO_THEME_NAME

    @property
    def follows_terminal(self) -> bool:
        """Whether the terminal's background decides, so that it is worth asking for."""
        return (
            not self.forced_name
            and self.chosen_name == AUTO_THEME_NAME
            and not self._has_few_colors
        )

    @property
    def current_name(self) -> str:
        """The name of the theme that is on."""
        return self.forced_name or self.resolve(self.chosen_name)

    def resolve(self, name: str) -> str:
        """The theme that a name means here, where it may be `auto`."""
        if name != AUTO_THEME_NAME:
            return name
        if self._has_few_colors:
            return SIXTEEN_COLOR_THEME
        settings = self._settings
        wanted = settings.theme_light if self.background == "light" else settings.theme_dark
        return wanted if wanted in self.names else self.background

    def find_theme(self, name: str) -> Theme:
        """The theme of that name."""
        return self._user_themes.get(name) or load_built_in_theme(name)

    def is_user_theme(self, name: str) -> bool:
        """Whether it is one of the user's own."""
        return name in self._user_themes

    def all_themes(self) -> dict[str, Theme]:
        """Every theme by name, the user's own first."""
        return {
            **self._user_themes,
            **{k: v for k, v in load_built_in_themes().items() if k not in self._user_themes},
        }

    def choose(self, name: str) -> None:
        """Use a theme, or `auto`, from now on.

        Raises:
            NewsError: It cannot be kept for the next session; for this one it is chosen.
        """
        self._save_state(replace(self._theme_state, chosen=name, over=self._settings.theme))

    def set_background(self, background: TerminalBackground) -> None:
        """Know the background that the terminal told.

        Raises:
            NewsError: It cannot be kept for the next session.
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
            data = orjson.loads((state / THEME_STATE_FILE).read_bytes())
            names = [each.name for each in fields(ThemeState)]
            found = {name: data[name] for name in names if isinstance(data.get(name), str)}
            return ThemeState(**found)
        except (OSError, ValueError, AttributeError):
            pass  # never chosen, or damaged: the settings hold
    return ThemeState()


def detect_background(env: Mapping[str, str]) -> TerminalBackground | None:
    """The terminal's background as `COLORFGBG` tells it: `15;0`, `0;default;15`."""
    last = env.get("COLORFGBG", "").rpartition(";")[2]
    if not last.isdecimal() or int(last) > 15:
        return None
    return "dark" if int(last) in DARK_ANSI_COLORS else "light"


def parse_background_reply(red: str, green: str, blue: str) -> TerminalBackground:
    """The background from the answer to OSC 11: one to four hexadecimal digits a colour."""
    parts = [int(part, 16) / (16 ** len(part) - 1) for part in (red, green, blue)]
    light = 0.299 * parts[0] + 0.587 * parts[1] + 0.114 * parts[2]
    return "light" if light > 0.5 else "dark"


def detect_color_support(env: Mapping[str, str]) -> Literal["many", "few"]:
    """Whether the terminal has more than its sixteen colours, as Rich decides it."""
    if env.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return "many"
    term = env.get("TERM", "").strip().lower()
    return "many" if not term or term.rpartition("-")[2] in ("256color", "kitty") else "few"
