"""`newstui settings`: every setting, the value in force and where it comes from."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from typing import Any

from tui.cli.console import put, put_json, tell
from tui.cli.context import paths_of
from tui.config.settings import FILE, Declared, Loaded, Table, declared, load_settings
from tui.rendering.cells import fit

DEFAULT = "default"


def print_settings(options: argparse.Namespace) -> int:
    """Print the settings in force; the exit code is 1 if the file has mistakes."""
    if options.example:
        put(example())
        return 0
    loaded = load_settings(paths_of(options).config)
    if options.json:
        for each in declared():
            put_json(_fields(each, loaded))
    else:
        put("\n".join(_lines(loaded)))
    for fault in loaded.faults:
        tell(fault)
    return 1 if loaded.faults else 0


def _fields(each: Declared, loaded: Loaded) -> dict[str, Any]:
    value, default = getattr(loaded.settings, each.name), each.default
    return {
        "name": each.name,
        "value": dict(value) if isinstance(value, Mapping) else value,
        "default": dict(default) if isinstance(default, Mapping) else default,
        "source": loaded.sources.get(each.name, DEFAULT),
        "must_be": each.kind.rule,
        "help": each.help,
    }


def _lines(loaded: Loaded) -> Iterator[str]:
    for each in declared():
        value = getattr(loaded.settings, each.name)
        source = loaded.sources.get(each.name, DEFAULT)
        if isinstance(value, Mapping):
            yield fit(f"[{each.name}]", 45) + source
            yield from (f"  {json.dumps(name)} = {as_toml(one)}" for name, one in value.items())
        else:
            yield f"{fit(f'{each.name} = {as_toml(value)}', 44)} {source}"


def as_toml(value: object) -> str:
    """A value as it is written in the file."""
    return json.dumps(value, ensure_ascii=False)


def example() -> str:
    """A file of settings with every default, all of it commented out."""
    lines = [f"# {FILE} of newstui: take away the # before what you want to change.", ""]
    tables = []
    for each in declared():
        about = [f"# {each.help}", f"#   {each.kind.rule}"]
        if isinstance(each.kind, Table):
            tables += [*about, f"# [{each.name}]", *EXAMPLES[each.name], ""]
        else:
            lines += [*about, f"# {each.name} = {as_toml(each.default)}", ""]
    return "\n".join([*lines, *tables]).rstrip()


EXAMPLES = {
    "keys": ('# "article.toggle_star" = "*"', '# "move.down" = ["j", "down", "ctrl+n"]'),
    "searches": ('# week = "is:unread newer:7d"',),
}
"""What a table of the user's own may hold."""
