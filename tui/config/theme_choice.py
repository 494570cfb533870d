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

from store.system.files import make_folder, write_atomic
from themes import BUILT_IN, Theme, built_in, built_in_theme, user_themes
from themes.faults import nearest
from tui.config.settings import FILE, Settings

AUTO = "auto"
STATE_FILE = "theme.json"
FEW_COLORS, NO_COLORS = "terminal", "monochrome"
"""The themes for terminals with sixteen colours, and for those who want none."""
DARK_HALF = {*range(7), 8}
"""The colours of the sixteen that are dark."""

Background = Literal["dark", "light"]


@dataclass(frozen=True, slots=True)
class Kept:
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
        self._state = state
        self._few = colors_of(env) == "few"
        self.fixed = NO_COLORS if env.get("NO_COLOR") else ""
        """The theme that nothing can change."""
        self._own, faults = user_themes(config / "themes") if config else ({}, [])
        self._kept = _read(state)
        told = background_of(env) or self._kept.background
        self.background: Background = "light" if told == "light" else "dark"
        self.faults = (*(f"themes/{each}" for each in faults), *self._unknown())

    @property
    def names(self) -> tuple[str, ...]:
        """Every theme, the user's own first."""
        return (*self._own, *(name for name in BUILT_IN if name not in self._own))

    def _unknown(self) -> list[str]:
        settings, names = self._settings, self.names
        wanted = {
            "theme": settings.theme if settings.theme != AUTO else settings.theme_dark,
            "theme_dark": settings.theme_dark,
            "theme_light": settings.theme_light,
        }
        return [
            f'{FILE}: {key}: there is no theme "{name}"{hint and f"; {hint}"}'
            for key, name in wanted.items()
            if name not in names
            for hint in [nearest(name, names)]
        ]

    @property
    def chosen(self) -> str:
        """The name of a theme, or `auto`: by the background of the terminal."""
        kept = self._kept
        wanted = self._settings.theme
        if kept.chosen and kept.over == wanted and kept.chosen in (AUTO, *self.names):
            return kept.chosen
        return wanted if wanted in self.names else AUTO

    @property
    def follows_terminal(self) -> bool:
        """Whether the terminal's background decides, so that it is worth asking for."""
        return not self.fixed and self.chosen == AUTO and not self._few

    @property
    def current(self) -> str:
        """The name of the theme that is on."""
        return self.fixed or self.meant(self.chosen)

    def meant(self, name: str) -> str:
        """The theme that a name means here, where it may be `auto`."""
        if name != AUTO:
            return name
        if self._few:
            return FEW_COLORS
        settings = self._settings
        wanted = settings.theme_light if self.background == "light" else settings.theme_dark
        return wanted if wanted in self.names else self.background

    def theme(self, name: str) -> Theme:
        """The theme of that name."""
        return self._own.get(name) or built_in_theme(name)

    def is_own(self, name: str) -> bool:
        """Whether it is one of the user's own."""
        return name in self._own

    def everything(self) -> dict[str, Theme]:
        """Every theme by name, the user's own first."""
        return {**self._own, **{k: v for k, v in built_in().items() if k not in self._own}}

    def choose(self, name: str) -> None:
        """Use a theme, or `auto`, from now on.

        Raises:
            NewsError: It cannot be kept for the next session; for this one it is chosen.
        """
        self._keep(replace(self._kept, chosen=name, over=self._settings.theme))

    def see(self, background: Background) -> None:
        """Know the background that the terminal told.

        Raises:
            NewsError: It cannot be kept for the next session.
        """
        self.background = background
        if background != self._kept.background:
            self._keep(replace(self._kept, background=background))

    def _keep(self, kept: Kept) -> None:
        self._kept = kept
        if self._state is not None:
            make_folder(self._state)
            write_atomic(self._state / STATE_FILE, orjson.dumps(kept))


def _read(state: Path | None) -> Kept:
    if state is not None:
        try:
            data = orjson.loads((state / STATE_FILE).read_bytes())
            names = [each.name for each in fields(Kept)]
            found = {name: data[name] for name in names if isinstance(data.get(name), str)}
            return Kept(**found)
        except (OSError, ValueError, AttributeError):
            pass  # never chosen, or damaged: the settings hold
    return Kept()


def background_of(env: Mapping[str, str]) -> Background | None:
    """The terminal's background as `COLORFGBG` tells it: `15;0`, `0;default;15`."""
    last = env.get("COLORFGBG", "").rpartition(";")[2]
    if not last.isdecimal() or int(last) > 15:
        return None
    return "dark" if int(last) in DARK_HALF else "light"


def background_told(red: str, green: str, blue: str) -> Background:
    """The background from the answer to OSC 11: one to four hexadecimal digits a colour."""
    parts = [int(part, 16) / (16 ** len(part) - 1) for part in (red, green, blue)]
    light = 0.299 * parts[0] + 0.587 * parts[1] + 0.114 * parts[2]
    return "light" if light > 0.5 else "dark"


def colors_of(env: Mapping[str, str]) -> Literal["many", "few"]:
    """Whether the terminal has more than its sixteen colours, as Rich decides it."""
    if env.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit"):
        return "many"
    term = env.get("TERM", "").strip().lower()
    return "many" if not term or term.rpartition("-")[2] in ("256color", "kitty") else "few"
