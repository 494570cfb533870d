"""The user's own themes: every `*.toml` in the folder `themes` beside the settings."""

from __future__ import annotations

from pathlib import Path

from themes.faults import make_printable
from themes.loader import Theme, ThemeError, check_theme
from tui.config.settings_file import read_user_toml

MAX_THEME_BYTES = 100_000


def load_user_themes(folder: Path) -> tuple[dict[str, Theme], list[str]]:
    """Load the themes of a folder, which need not exist.

    Returns:
        The valid themes by name, and a line for every fault of the others.
    """
    themes: dict[str, Theme] = {}
    faults: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            theme = _load_theme(path)
        except ThemeError as error:
            faults += error.faults
        else:
            if theme.name in themes:
                faults.append(f'{make_printable(path.name)}: name: "{theme.name}" is already used')
            themes.setdefault(theme.name, theme)
    return themes, faults


def _load_theme(path: Path) -> Theme:
    faults: list[str] = []
    data = read_user_toml(path, "a theme", MAX_THEME_BYTES, faults)
    if faults:
        raise ThemeError([f"{make_printable(path.name)}: {fault}" for fault in faults])
    return check_theme(data, path.name)
