"""`newstui settings`: list the settings, their values and where these come from."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from typing import Any

from tui.cli.console import print_data, print_json, print_messages
from tui.cli.context import resolve_paths
from tui.config.settings import (
    LoadedSettings,
    SettingDeclaration,
    iter_setting_declarations,
    load_settings,
)
from tui.config.settings_file import SETTINGS_FILE
from tui.rendering.cells import fit_cells

DEFAULT_SOURCE = "default"
SETTING_CELLS = 45
TABLE_EXAMPLES = {
    "keys": ('# "article.toggle_star" = "*"', '# "move.down" = ["j", "down", "ctrl+n"]'),
    "searches": ('# week = "is:unread newer:7d"',),
}
"""Example lines of the tables in the settings file."""


def run_settings(options: argparse.Namespace) -> bool:
    """Print the settings; fail if the file has mistakes."""
    if options.example:
        print_data(example_settings())
        return False
    loaded = load_settings(resolve_paths(options).config)
    if options.json:
        for each in iter_setting_declarations():
            print_json(_setting_json(each, loaded))
    else:
        print_data("\n".join(_setting_lines(loaded)))
    print_messages(loaded.faults)
    return bool(loaded.faults)


def _setting_json(each: SettingDeclaration, loaded: LoadedSettings) -> dict[str, Any]:
    value, default = getattr(loaded.settings, each.name), each.default
    return {
        "name": each.name,
        "value": dict(value) if isinstance(value, Mapping) else value,
        "default": dict(default) if isinstance(default, Mapping) else default,
        "source": loaded.sources.get(each.name, DEFAULT_SOURCE),
        "must_be": each.value_type.rule,
        "help": each.help,
    }


def _setting_lines(loaded: LoadedSettings) -> Iterator[str]:
    for each in iter_setting_declarations():
        value = getattr(loaded.settings, each.name)
        source = loaded.sources.get(each.name, DEFAULT_SOURCE)
        if isinstance(value, Mapping):
            yield fit_cells(f"[{each.name}]", SETTING_CELLS) + source
            for key, entry in value.items():
                yield f"  {format_toml_value(key)} = {format_toml_value(entry)}"
        else:
            setting = f"{each.name} = {format_toml_value(value)}"
            yield f"{fit_cells(setting, SETTING_CELLS - 1)} {source}"


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
