"""The user's settings: declared once below, read from `settings.toml` and validated as a whole.

`newstui settings`, docs/settings.md and the example file are made from the same declarations.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Generic, Literal, TypeVar, cast

from store.search.list_query import SORTS, Sort
from store.system.paths import is_database_url
from store.text.clean import clean_line
from themes.faults import (
    add_unknown_key_faults,
    add_value_fault,
    make_printable,
    suggest_nearest,
)
from tui.config.keymaps import KEYMAP_PRESETS
from tui.config.settings_file import SETTINGS_FILE, expand_home, read_settings_file

AUTO_THEME_NAME = "auto"
"""The name that chooses a theme by the background of the terminal."""
DEFAULT_MEASURE, MIN_MEASURE, MAX_MEASURE = 80, 30, 160
"""Maximum line width of an article, in cells: beyond 80 the eye loses the next line."""

AutoOrBool = Literal["auto"] | bool
T = TypeVar("T")
ChoiceT = TypeVar("ChoiceT", bound=str)


@dataclass(frozen=True, slots=True)
class SettingType(Generic[T]):
    """The type of a setting."""

    rule: str
    """Completes "must be"."""
    parse: Callable[[object], T | None]
    """Returns the value of a setting, or None if it breaks the rule."""
    schema: Mapping[str, Any]
    """The rule as JSON Schema."""
    choices: tuple[str, ...] = ()
    """The allowed words, if there are only a few."""
    entry_type: SettingType[Any] | None = None
    """The type of the values in a table with names of the user's own."""


def _parse_bool(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _parse_line(value: object) -> str | None:
    sound = isinstance(value, str) and value.strip() and value.isprintable()
    return str(value).strip() if sound else None


def _parse_library(value: object) -> str | None:
    """Return the path of a folder, `~/` expanded, or a URL; empty for the default."""
    if not isinstance(value, str) or not value.isprintable():
        return None
    if is_database_url(value.strip()):
        return value.strip()
    path = expand_home(value.strip())
    return path if not path or Path(path).is_absolute() else None


def _parse_auto(value: object) -> AutoOrBool | None:
    return "auto" if value == "auto" else _parse_bool(value)


def _table_type(entry_type: SettingType[T]) -> SettingType[Mapping[str, T]]:
    rule = f"a table; each entry {entry_type.rule}"
    schema = {"type": "object", "additionalProperties": entry_type.schema}
    return SettingType(rule, lambda _: None, schema, entry_type=entry_type)


def _choice_type(*words: ChoiceT) -> SettingType[ChoiceT]:
    rule = f"{', '.join(words[:-1])} or {words[-1]}"
    schema = {"enum": list(words)}
    return SettingType(
        rule, lambda value: next((w for w in words if w == value), None), schema, words
    )


def _integer_type(least: int, most: int) -> SettingType[int]:
    def read(value: object) -> int | None:
        sound = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
        return cast("int", value) if sound else None

    schema = {"type": "integer", "minimum": least, "maximum": most}
    return SettingType(f"a whole number from {least:,} to {most:,}", read, schema)


def _parse_command(value: object) -> tuple[str, ...] | None:
    """Return a program and its arguments; `~/` before the program's name is the home folder."""
    try:
        words = shlex.split(value) if isinstance(value, str) else value
    except ValueError:  # an unclosed quote
        return None
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        return None
    if any("\0" in word for word in words) or (words and not words[0].strip()):
        return None
    return tuple(words[:1] and [expand_home(words[0]), *words[1:]])


def _parse_keys(value: object) -> tuple[str, ...] | None:
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list) or not all(isinstance(key, str) for key in given):
        return None
    return tuple(key for key in given if key)


WORDS_SCHEMA = {"type": ["string", "array"], "items": {"type": "string"}}
BOOL_TYPE = SettingType("true or false", _parse_bool, {"type": "boolean"})
LINE_TYPE = SettingType("a string", _parse_line, {"type": "string", "minLength": 1})
LIBRARY_TYPE = SettingType(
    "a folder, absolute or in ~/, or postgresql://…",
    _parse_library,
    {"type": "string", "pattern": r"^\s*($|/|~($|/)|postgres(ql)?://)"},
)
AUTO_OR_BOOL_TYPE: SettingType[AutoOrBool] = SettingType(
    'true, false or "auto"', _parse_auto, {"enum": [True, False, "auto"]}
)
COMMAND_TYPE = SettingType("a program and its arguments, as a list", _parse_command, WORDS_SCHEMA)
KEYS_TYPE = SettingType("a key or a list of keys", _parse_keys, WORDS_SCHEMA)


def declare_setting(default: T, value_type: SettingType[T], help: str) -> T:  # noqa: A002
    """Declare a field of `Settings`."""
    data = {"default": default, "help": help, "value_type": value_type}
    made: T = field(default_factory=lambda: default, metadata=data)
    return made


EMPTY_TABLE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, in the order in which they are listed."""

    library: str = declare_setting(
        "",
        LIBRARY_TYPE,
        'the folder of the library, or its URL on PostgreSQL; "": the default, which'
        " `newstui doctor` shows",
    )
    password_command: tuple[str, ...] = declare_setting(
        (),
        COMMAND_TYPE,
        "a program that prints the password of a library on PostgreSQL; [] uses ~/.pgpass",
    )
    theme: str = declare_setting(
        AUTO_THEME_NAME,
        LINE_TYPE,
        'a theme from `newstui themes`; "auto": by the background of the terminal',
    )
    theme_dark: str = declare_setting(
        "dark", LINE_TYPE, 'the theme for a dark background, with `theme = "auto"`'
    )
    theme_light: str = declare_setting(
        "light", LINE_TYPE, 'the theme for a light background, with `theme = "auto"`'
    )
    measure: int = declare_setting(
        DEFAULT_MEASURE, _integer_type(MIN_MEASURE, MAX_MEASURE), "maximum line width, in columns"
    )
    rows: str = declare_setting(
        "auto",
        _choice_type("auto", "one", "two"),
        'the lines of an article in the list; "auto": two where the list is narrow',
    )
    preview: Literal["auto"] | bool = declare_setting(
        "auto",
        AUTO_OR_BOOL_TYPE,
        "show the article under the cursor beside the list before it is opened; "
        '"auto": unless `slow = true`, or `--slow`',
    )
    start: str = declare_setting(
        "last",
        _choice_type("last", "all", "unread", "today", "starred", "in progress", "later"),
        'the place to begin with; "last": where the last session ended',
    )
    sort: Sort = declare_setting(  # noqa: RUF009 - as all of them
        "date",
        _choice_type(*SORTS),
        'the order of lists; "date": newest first, "words": longest first',
    )
    copies: str = declare_setting(
        "shown",
        _choice_type("shown", "folded"),
        '"folded": one row for all articles that tell the very same story',
    )
    preset: str = declare_setting(
        "default", _choice_type(*KEYMAP_PRESETS), "the keymap to start from"
    )
    keys: Mapping[str, tuple[str, ...]] = declare_setting(
        EMPTY_TABLE, _table_type(KEYS_TYPE), "your own keys, by command id (see `newstui keys`)"
    )
    mouse: bool = declare_setting(False, BOOL_TYPE, "mouse clicks and wheel")
    cursor: bool = declare_setting(
        True,
        BOOL_TYPE,
        "show the terminal's cursor on the current row or line; screen readers and magnifiers follow it",
    )
    isolate: Literal["auto"] | bool = declare_setting(
        "auto",
        AUTO_OR_BOOL_TYPE,
        "isolate right-to-left text, for terminals that reorder it and would mix the panes; "
        '"auto": in VTE terminals (GNOME and others), Konsole, Apple Terminal and mlterm',
    )
    slow: Literal["auto"] | bool = declare_setting(
        "auto", AUTO_OR_BOOL_TYPE, 'save bandwidth (slow connections); "auto": over SSH'
    )
    open_command: tuple[str, ...] = declare_setting(
        (), COMMAND_TYPE, "the program that opens URLs, which are added as the last argument"
    )
    copy_command: tuple[str, ...] = declare_setting(
        (), COMMAND_TYPE, "the program that copies its standard input to the clipboard"
    )
    pager: tuple[str, ...] = declare_setting(
        (),
        COMMAND_TYPE,
        'the program that shows what is longer than a page; "cat": none; without it `PAGER`, or less',
    )
    pipe_command: tuple[str, ...] = declare_setting(
        (), COMMAND_TYPE, "the program that `article.pipe` suggests"
    )
    summary_command: tuple[str, ...] = declare_setting(
        (), COMMAND_TYPE, "a program that summarizes its standard input"
    )
    summary_timeout: int = declare_setting(
        60, _integer_type(1, 3600), "time limit of `summary_command`, in seconds"
    )
    fetch_every: int = declare_setting(
        0,
        _integer_type(0, 10_080),
        "minutes between fetches while the reader runs; 0: never automatically",
    )
    on_new: tuple[str, ...] = declare_setting(
        (), COMMAND_TYPE, "a program to run after new articles arrive"
    )
    on_read: tuple[str, ...] = declare_setting(
        (), COMMAND_TYPE, "a program to run after an article is read"
    )
    interests: bool = declare_setting(
        True,
        BOOL_TYPE,
        "order the front page by what you open, finish, star, tag and delete; what is learnt stays in the cache of this machine",
    )
    searches: Mapping[str, str] = declare_setting(
        EMPTY_TABLE,
        _table_type(LINE_TYPE),
        "saved searches by name, shown as places beside those of the library",
    )


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings, and where they come from."""

    settings: Settings = Settings()
    sources: Mapping[str, str] = field(default_factory=dict)
    """The source of each setting that is not at its default."""
    faults: tuple[str, ...] = ()
    """One line for each fault."""


@dataclass(frozen=True, slots=True)
class SettingDeclaration:
    """The declaration of one setting."""

    name: str
    default: object
    help: str
    value_type: SettingType[Any]


def iter_setting_declarations() -> Iterator[SettingDeclaration]:
    """Return the declarations, in the order in which settings are listed."""
    return (SettingDeclaration(each.name, **each.metadata) for each in fields(Settings))


def load_settings(folder: Path, *, slow: bool = False) -> LoadedSettings:
    """Load the settings of a folder; faults are collected, and the settings without fault apply.

    `slow` is switched on by the command line.
    """
    faults: list[str] = []
    found = _validate(read_settings_file(folder, faults), faults)
    sources = dict.fromkeys(found, SETTINGS_FILE)
    if slow:
        found["slow"], sources["slow"] = True, "--slow"
    lines = tuple(f"{SETTINGS_FILE}: {fault}" for fault in faults)
    return LoadedSettings(replace(Settings(), **found), sources, lines)


def resolve_auto(value: AutoOrBool, detected: bool) -> bool:
    """Return the value of a setting, or what was detected where it is left at "auto"."""
    return detected if value == "auto" else value


def _validate(data: Mapping[str, object], faults: list[str]) -> dict[str, Any]:
    known = {each.name: each.value_type for each in iter_setting_declarations()}
    add_unknown_key_faults("setting", data, known, faults)
    values = {
        name: validate_value(value_type, name, data[name], faults)
        for name, value_type in known.items()
        if name in data
    }
    return {name: value for name, value in values.items() if value is not None}


def validate_value(
    value_type: SettingType[Any], name: str, value: object, faults: list[str]
) -> object:
    """Return the value of a setting or of an entry; None, and a fault, if it breaks the rule."""
    if (inner := value_type.entry_type) and isinstance(value, dict):
        entries = {
            clean_line(key): validate_value(inner, f"{name}.{make_printable(key)}", each, faults)
            for key, each in _flatten(value)
        }
        return {key: each for key, each in entries.items() if each is not None}
    result = value_type.parse(value)
    if result is None:
        hint = suggest_nearest(value, value_type.choices) if isinstance(value, str) else ""
        add_value_fault(name, value, f"must be {value_type.rule}{hint and f'; {hint}'}", faults)
    return result


def _flatten(table: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Yield the entries of a table; TOML makes nested tables of an unquoted `move.down = "x"`."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{inner}", each) for inner, each in _flatten(value))
        else:
            yield name, value
