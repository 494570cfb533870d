"""The JSON Schema of the settings accepts what newstui accepts, and nothing else."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tui.cli.settings import example_settings
from tui.config.keymaps import make_keymap
from tui.config.settings import iter_setting_declarations, load_settings
from tui.config.settings_file import SETTINGS_FILE
from tui.config.settings_schema import settings_schema

VALIDATOR = Draft202012Validator(json.loads(json.dumps(settings_schema())))


@pytest.mark.parametrize(
    ("text", "is_valid"),
    [
        ("", True),
        ('library = "~/news"', True),
        ('library = ""', True),
        ('library = "news"', False),
        ('library = "~news"', False),
        ('theme = "sepia"', True),
        ("theme = 3", False),
        ("measure = 30", True),
        ("measure = 29", False),
        ("measure = 80.5", False),
        ('preview = "auto"', True),
        ("preview = false", True),
        ('preview = "no"', False),
        ('sort = "read count"', True),
        ('sort = "size"', False),
        ('pager = "less -S"', True),
        ('pager = ["less", "-S"]', True),
        ("pager = [1]", False),
        ("mouse = true", True),
        ("mouse = 1", False),
        ("colour = true", False),
        ('[keys]\n"move.down" = "j"', True),
        ('[keys]\nmove.down = ["j", "down"]', True),
        ('[keys]\n"move.dwon" = "j"', False),
        ('keys = "j"', False),
        ('[searches]\nweek = "newer:7d"', True),
        ("[searches]\nweek = 7", False),
    ],
)
def test_the_schema_agrees_with_newstui(text: str, is_valid: bool, tmp_path: Path) -> None:
    (tmp_path / SETTINGS_FILE).write_text(text)
    loaded = load_settings(tmp_path)
    faults = (*loaded.faults, *make_keymap("default", loaded.settings.keys).faults)
    assert (not faults) is is_valid
    assert VALIDATOR.is_valid(tomllib.loads(text)) is is_valid


def test_the_defaults_are_valid() -> None:
    lines = [line.removeprefix("# ") for line in example_settings().splitlines()]
    text = "\n".join(
        line for line in lines if (" = " in line and "`" not in line) or line[:1] == "["
    )
    settings = tomllib.loads(text)
    assert set(settings) == {each.name for each in iter_setting_declarations()}
    assert list(VALIDATOR.iter_errors(settings)) == []


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(json.loads(json.dumps(settings_schema())))
