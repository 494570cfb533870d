"""The user's settings: each declared once below, read from `settings.toml` whole and checked whole.

`newstui settings`, docs/settings.md and the example file are made from the same declarations.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Generic, Literal, TypeVar, cast

from themes.faults import (
    add_unknown_key_faults,
    add_value_fault,
    make_printable,
    parse_toml,
    suggest_nearest,
)
from tui.config.keymaps import KEYMAP_PRESETS

SETTINGS_FILE = "settings.toml"
MAX_SETTINGS_BYTES = 1_000_000
"""Bytes of the file that are read: a file of settings is never longer."""

AutoOrBool = Literal["auto"] | bool
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SettingType(Generic[T]):
    """What a setting may be."""

    rule: str
    """Completes "must be"."""
    parse: Callable[[object], T | None]
    """The value of a setting, or None where it breaks the rule."""
    choices: tuple[str, ...] = ()
    """The words it is one of."""


@dataclass(frozen=True, slots=True)
class TableSettingType(Generic[T]):
    """A table of names of the user's own, each with a value of one kind."""

    entry_type: SettingType[T]

    @property
    def rule(self) -> str:
        """Completes "must be"."""
        return f"a table; each entry {self.entry_type.rule}"


def _parse_bool(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _parse_line(value: object) -> str | None:
    sound = isinstance(value, str) and value.strip() and value.isprintable()
    return str(value).strip() if sound else None


def _parse_auto(value: object) -> AutoOrBool | None:
    return "auto" if value == "auto" else _parse_bool(value)


def _choice_type(*words: str) -> SettingType[str]:
    rule = f"{', '.join(words[:-1])} or {words[-1]}"
    return SettingType(rule, lambda value: str(value) if value in words else None, words)


def _integer_type(least: int, most: int) -> SettingType[int]:
    def read(value: object) -> int | None:
        sound = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
        return cast("int", value) if sound else None

    return SettingType(f"a whole number from {least:,} to {most:,}", read)


def _parse_command(value: object) -> tuple[str, ...] | None:
    """A program and its arguments; `~/` before the program's name is the home folder."""
    try:
        words = shlex.split(value) if isinstance(value, str) else value
    except ValueError:  # a quote that does not end
        return None
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        return None
    if any("\0" in word for word in words) or (words and not words[0].strip()):
        return None
    return tuple(words[:1] and [str(Path(words[0]).expanduser()), *words[1:]])


def _parse_keys(value: object) -> tuple[str, ...] | None:
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list) or not all(isinstance(key, str) for key in given):
        return None
    return tuple(key for key in given if key)


BOOL_TYPE = SettingType("true or false", _parse_bool)
LINE_TYPE = SettingType("a text of one line", _parse_line)
AUTO_OR_BOOL_TYPE: SettingType[AutoOrBool] = SettingType('true, false or "auto"', _parse_auto)
COMMAND_TYPE = SettingType("a list of a program and its arguments", _parse_command)
KEYS_TYPE = SettingType("a key or a list of keys", _parse_keys)


def declare_setting(default: T, kind: SettingType[T] | TableSettingType[Any], help: str) -> T:  # noqa: A002
    """Declare a setting of the class below."""
    data = {"kind": kind, "help": help}
    made: T = field(default_factory=lambda: default, metadata=data)
    return made


EMPTY_TABLE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, in the order in which they are listed."""

    theme: str = declare_setting(
        "auto",
        LINE_TYPE,
        'a theme that `newstui themes` lists; "auto": by the background of the terminal',
    )
    theme_dark: str = declare_setting(
        "dark", LINE_TYPE, 'the theme of `theme = "auto"` on a dark background'
    )
    theme_light: str = declare_setting(
        "light", LINE_TYPE, 'the theme of `theme = "auto"` on a light background'
    )
    measure: int = declare_setting(
        80, _integer_type(30, 160), "cells a line of an article takes at most"
    )
    preset: str = declare_setting(
        "default", _choice_type(*KEYMAP_PRESETS), "the keys to begin with"
    )
    keys: Mapping[str, tuple[str, ...]] = declare_setting(
        EMPTY_TABLE,
        TableSettingType(KEYS_TYPE),
        "other keys for commands, by their names in `newstui keys`",
    )
    mouse: bool = declare_setting(False, BOOL_TYPE, "whether the reader takes clicks and the wheel")
    cursor: bool = declare_setting(
        True,
        BOOL_TYPE,
        "whether the terminal's cursor is seen on the row or line one is on; screen readers and "
        "magnifiers follow it",
    )
    isolate: Literal["auto"] | bool = declare_setting(
        "auto",
        AUTO_OR_BOOL_TYPE,
        "whether text from right to left is marked, for terminals that order it and would mix the "
        "panes; \"auto\": in GNOME's and other VTE terminals, Konsole, Apple's Terminal and mlterm",
    )
    slow: Literal["auto"] | bool = declare_setting(
        "auto",
        AUTO_OR_BOOL_TYPE,
        'whether the link is slow, so that less is sent; "auto": over SSH',
    )
    open_command: tuple[str, ...] = declare_setting(
        (), COMMAND_TYPE, "the program that opens URLs; the URL comes last"
    )
    copy_command: tuple[str, ...] = declare_setting(
        (), COMMAND_TYPE, "the program that copies what comes on its standard input"
    )
    pipe_command: tuple[str, ...] = declare_setting(
        (), COMMAND_TYPE, "the program that `|` offers first for the text of an article"
    )
    summary_command: tuple[str, ...] = declare_setting(
        (), COMMAND_TYPE, "a program that makes a summary of the text on its standard input"
    )
    summary_timeout: int = declare_setting(
        60, _integer_type(1, 3600), "seconds that `summary_command` may take"
    )
    fetch_every: int = declare_setting(
        0,
        _integer_type(0, 10_080),
        "minutes between two fetches while the reader runs; 0: only on `r`",
    )
    on_new: tuple[str, ...] = declare_setting(
        (), COMMAND_TYPE, "a program run after new articles came in"
    )
    on_read: tuple[str, ...] = declare_setting(
        (), COMMAND_TYPE, "a program run after an article was read"
    )
    searches: Mapping[str, str] = declare_setting(
        EMPTY_TABLE,
        TableSettingType(LINE_TYPE),
        "searches kept under a name, as lists of their own",
    )


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """Settings as they were found."""

    settings: Settings = Settings()
    sources: Mapping[str, str] = field(default_factory=dict)
    """Where each comes from that is not at its default."""
    faults: tuple[str, ...] = ()
    """One line for each mistake."""


@dataclass(frozen=True, slots=True)
class SettingDeclaration:
    """One setting as it is declared."""

    name: str
    default: object
    help: str
    value_type: SettingType[Any] | TableSettingType[Any]


def iter_setting_declarations() -> Iterator[SettingDeclaration]:
    """Every setting, in the order in which they are listed."""
    for each in fields(Settings):
        yield SettingDeclaration(
            each.name, _default_value(each), each.metadata["help"], each.metadata["kind"]
        )


def _default_value(each: Field[Any]) -> object:
    return cast("Callable[[], object]", each.default_factory)()


def load_settings(folder: Path, *, slow: bool = False) -> LoadedSettings:
    """The settings of the file in a folder; what is wrong with it is told, and the rest works.

    Args:
        folder: Where `settings.toml` is; it need not be there.
        slow: Whether the command line says that the link is slow.
    """
    faults: list[str] = []
    found = _validate(_read_file(folder / SETTINGS_FILE, faults), faults)
    sources = dict.fromkeys(found, SETTINGS_FILE)
    if slow:
        found["slow"], sources["slow"] = True, "--slow"
    lines = tuple(f"{SETTINGS_FILE}: {fault}" for fault in faults)
    return LoadedSettings(replace(Settings(), **found), sources, lines)


def resolve_auto(value: AutoOrBool, detected: bool) -> bool:
    """Return the value of a setting, or what was detected where it is left at "auto"."""
    return detected if value == "auto" else value


def _read_file(path: Path, faults: list[str]) -> Mapping[str, object]:
    try:
        if not path.exists():
            return {}
        if not path.is_file():  # reading a pipe would never end
            faults.append("is not a file")
            return {}
        with path.open("rb") as file:
            data = file.read(MAX_SETTINGS_BYTES + 1)
        if len(data) > MAX_SETTINGS_BYTES:
            faults.append("is too large for settings")
            return {}
        return parse_toml(data.decode("utf-8-sig"), faults)
    except OSError as error:
        faults.append(f"cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        faults.append("is not UTF-8 text")
    return {}


def _validate(data: Mapping[str, object], faults: list[str]) -> dict[str, Any]:
    known = {each.name: each.value_type for each in iter_setting_declarations()}
    add_unknown_key_faults("", data, known, faults)
    given = {name: data[name] for name in known if name in data}
    values = {
        name: _validate_value(known[name], name, value, faults) for name, value in given.items()
    }
    return {name: value for name, value in values.items() if value is not None}


def _validate_value(
    kind: SettingType[Any] | TableSettingType[Any], name: str, value: object, faults: list[str]
) -> object:
    if isinstance(kind, TableSettingType) and isinstance(value, dict):
        entries = {
            inner: _validate_value(kind.entry_type, f"{name}.{make_printable(inner)}", each, faults)
            for inner, each in _flatten(value)
        }
        return {inner: each for inner, each in entries.items() if each is not None}
    result = None if isinstance(kind, TableSettingType) else kind.parse(value)
    if result is None:
        words: Collection[str] = () if isinstance(kind, TableSettingType) else kind.choices
        hint = suggest_nearest(value, words) if isinstance(value, str) and words else ""
        add_value_fault(name, value, f"must be {kind.rule}{hint and f'; {hint}'}", faults)
    return result


def _flatten(table: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """The entries of a table; `move.down = "x"` without quotes makes TOML a table of it."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{inner}", each) for inner, each in _flatten(value))
        else:
            yield name, value
