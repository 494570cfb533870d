"""All mistakes in the user's files: settings, keys, saved searches and themes, one line each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from store.model.errors import InvalidQuery
from tui.config.keymaps import Keymap
from tui.config.settings import LoadedSettings
from tui.config.settings_file import SETTINGS_FILE
from tui.config.theme_choice import ThemeChoice


def list_config_faults(
    loaded: LoadedSettings, keymap: Keymap, themes: ThemeChoice
) -> tuple[str, ...]:
    """Return the mistakes in the settings, in the user's keys and in the user's themes."""
    keys = (f"{SETTINGS_FILE}: {fault}" for fault in keymap.faults)
    return (*loaded.faults, *themes.faults, *keys)


def find_search_faults(searches: Mapping[str, str]) -> Iterator[str]:
    """Yield the mistakes in the saved searches of the settings; the reader shows them at their places."""
    from store.search.language import parse_query  # imported here: the reader starts without it

    for name, text in searches.items():
        try:
            parse_query(text, 0)
        except InvalidQuery as error:
            yield f"{SETTINGS_FILE}: searches.{name}: {error}"
