"""`newstui settings`: every setting, the value in force and where it comes from."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from typing import Any

from tui.cli.console import print_data, print_json, print_message
from tui.cli.context import resolve_paths
from tui.config.settings import (
    SETTINGS_FILE,
    LoadedSettings,
    SettingDeclaration,
    TableSettingType,
    iter_setting_declarations,
    load_settings,
)
from tui.rendering.cells import fit_cells

DEFAULT_SOURCE = "default"


def run_settings(options: argparse.Namespace) -> int:
    """Print the settings in force; the exit code is 1 if the file has mistakes."""
    if options.example:
        print_data(example_settings())
        return 0
    loaded = load_settings(resolve_paths(options).config)
    if options.json:
        for each in iter_setting_declarations():
            print_json(_setting_json(each, loaded))
    else:
        print_data("\n".join(_setting_lines(loaded)))
    for fault in loaded.faults:
        print_message(fault)
    return 1 if loaded.faults else 0


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
            yield fit_cells(f"[{each.name}]", 45) + source
            yield from (
                f"  {json.dumps(name)} = {format_toml_value(one)}" for name, one in value.items()
            )
        else:
            yield f"{fit_cells(f'{each.name} = {format_toml_value(value)}', 44)} {source}"


def format_toml_value(value: object) -> str:
    """A value as it is written in the file."""
    return json.dumps(value, ensure_ascii=False)


def example_settings() -> str:
    """A file of settings with every default, all of it commented out."""
    lines = [f"# {SETTINGS_FILE} of newstui: take away the # before what you want to change.", ""]
    tables = []
    for each in iter_setting_declarations():
        about = [f"# {each.help}", f"#   {each.value_type.rule}"]
        if isinstance(each.value_type, TableSettingType):
            tables += [*about, f"# [{each.name}]", *TABLE_EXAMPLES[each.name], ""]
        else:
            lines += [*about, f"# {each.name} = {format_toml_value(each.default)}", ""]
    return "\n".join([*lines, *tables]).rstrip()


TABLE_EXAMPLES = {
    "keys": ('# "article.toggle_star" = "*"', '# "move.down" = ["j", "down", "ctrl+n"]'),
    "searches": ('# week = "is:unread newer:7d"',),
}
"""What a table of the user's own may hold."""
