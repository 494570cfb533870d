"""A JSON Schema for `settings.toml`: editors complete and check the file with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui import DOCS_URL
from tui.config.commands import COMMANDS
from tui.config.settings import SettingDeclaration, iter_setting_declarations
from tui.config.settings_file import SETTINGS_FILE

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def settings_schema() -> dict[str, Any]:
    """Return the schema; an unknown setting is a mistake in it, as it is for newstui."""
    return {
        "$schema": DIALECT,
        "title": f"{SETTINGS_FILE} of newstui",
        "description": f"{DOCS_URL}/settings",
        "type": "object",
        "properties": {each.name: _property(each) for each in iter_setting_declarations()},
        "additionalProperties": False,
    }


def _property(each: SettingDeclaration) -> Mapping[str, Any]:
    default = {} if each.value_type.entry_type else {"default": each.default}
    schema = {"description": each.help, **default, **each.value_type.schema}
    return {**schema, **_keys_by_command(each)} if each.name == "keys" else schema


def _keys_by_command(each: SettingDeclaration) -> Mapping[str, Any]:
    """Return the commands by id; TOML makes a table of the first half of an id without quotes."""
    entry = each.value_type.entry_type
    keys = entry.schema if entry else {}
    commands = {command.id: {"description": command.help, **keys} for command in COMMANDS}
    tables = {
        name.partition(".")[0]: {"type": "object", "additionalProperties": keys}
        for name in commands
    }
    return {"properties": {**tables, **commands}, "additionalProperties": False}
