"""`newstui settings`: list the settings, their values and where these come from."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from store.model.errors import InvalidInput
from tui.cli.console import print_data, print_json, print_messages
from tui.cli.context import find_config_faults, resolve_library, resolve_paths
from tui.cli.output import Line, column, print_list
from tui.config.library_choice import LIBRARY_SETTING
from tui.config.settings import (
    LoadedSettings,
    SettingDeclaration,
    iter_setting_declarations,
    load_settings,
)
from tui.config.settings_file import SETTINGS_FILE
from tui.config.settings_schema import settings_schema

DEFAULT_SOURCE = "default"
SETTING_CELLS, SOURCE_CELLS = 45, 14
MIN_SETTING_CELLS = 20
TABLE_EXAMPLES = {
    "keys": ('# "feeds.fetch_all" = "f5"', '# "move.down" = ["j", "down", "ctrl+e"]'),
    "searches": ('# week = "is:unread newer:7d"',),
}
"""Example lines of the tables in the settings file."""


def run_settings(options: argparse.Namespace) -> bool:
    """Print the settings; fail if the file has mistakes."""
    if options.example:
        print_data(example_settings())
        return False
    if options.schema:
        print_json(settings_schema(), pretty=True)
        return False
    paths = resolve_paths(options)
    loaded = load_settings(paths.config)
    shown = _with_chosen_library(loaded, options)
    print_list(list(iter_setting_declarations()), SettingForm(shown), options)
    faults = find_config_faults(paths, loaded)
    print_messages(faults)
    return bool(faults)


def _with_chosen_library(loaded: LoadedSettings, options: argparse.Namespace) -> LoadedSettings:
    """Return the settings with the library that `--library` or `NEWSTUI_LIBRARY` names instead."""
    with suppress(InvalidInput):  # a mistake in the file, which is reported with all others
        choice = resolve_library(options)
        is_as_written = choice.source in ("", SETTINGS_FILE) and not choice.paths.database
        if not is_as_written:
            settings = replace(loaded.settings, library=choice.name)
            sources = {**loaded.sources, LIBRARY_SETTING: choice.source}
            return replace(loaded, settings=settings, sources=sources)
    return loaded


class SettingForm:
    """The forms in which settings are listed."""

    def __init__(self, loaded: LoadedSettings) -> None:
        self._loaded = loaded

    def _value(self, item: SettingDeclaration) -> Any:
        value = getattr(self._loaded.settings, item.name)
        return dict(value) if isinstance(value, Mapping) else value

    def _source(self, item: SettingDeclaration) -> str:
        return self._loaded.sources.get(item.name, DEFAULT_SOURCE)

    def records(self, items: Sequence[SettingDeclaration]) -> Iterator[Mapping[str, Any]]:
        """Yield the settings as JSON."""
        for item in items:
            default = item.default
            yield {
                "name": item.name,
                "value": self._value(item),
                "default": dict(default) if isinstance(default, Mapping) else default,
                "source": self._source(item),
                "must_be": item.value_type.rule,
                "help": item.help,
            }

    def values(self, item: SettingDeclaration) -> Sequence[str]:
        """Return name, value and source."""
        return [item.name, format_toml_value(self._value(item)), self._source(item)]

    def lines(self, item: SettingDeclaration, width: int) -> Iterator[Line]:
        """Yield the line of a setting; of a table also its entries."""
        value, source = self._value(item), self._source(item)
        style = "dim" if source == DEFAULT_SOURCE else "bold"
        cells = max(MIN_SETTING_CELLS, min(SETTING_CELLS, width - SOURCE_CELLS))
        if isinstance(value, dict):
            yield [column(f"[{item.name}]", cells, style), (source, "dim")]
            for key, entry in value.items():
                yield [(f"  {format_toml_value(key)} = {format_toml_value(entry)}", "")]
        else:
            setting = f"{item.name} = {format_toml_value(value)}"
            yield [column(setting, cells - 1, style), (f" {source}", "dim")]


def format_toml_value(value: object) -> str:
    """Return a value as it is written in the settings file."""
    return json.dumps(value, ensure_ascii=False)


def example_settings() -> str:
    """Return a settings file with every default, commented out."""
    lines = [f"# {SETTINGS_FILE} of newstui: uncomment the settings you want to change.", ""]
    tables = []
    for each in iter_setting_declarations():
        about = [f"# {each.help}", f"#   {each.value_type.rule}"]
        if each.value_type.entry_type:
            tables += [*about, f"# [{each.name}]", *TABLE_EXAMPLES[each.name], ""]
        else:
            lines += [*about, f"# {each.name} = {format_toml_value(each.default)}", ""]
    return "\n".join([*lines, *tables]).rstrip()
