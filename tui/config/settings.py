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

from themes.faults import nearest, parse, shown, unknown, wrong
from tui.config.keymaps import PRESETS

FILE = "settings.toml"
LARGEST = 1_000_000
"""Bytes of the file that are read: a file of settings is never longer."""

Auto = Literal["auto"] | bool
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """What a setting may be."""

    rule: str
    """Completes "must be"."""
    read: Callable[[object], T | None]
    """The value of a setting, or None where it breaks the rule."""
    words: tuple[str, ...] = ()
    """The words it is one of."""


@dataclass(frozen=True, slots=True)
class Table(Generic[T]):
    """A table of names of the user's own, each with a value of one kind."""

    entry: Kind[T]

    @property
    def rule(self) -> str:
        """Completes "must be"."""
        return f"a table; each entry {self.entry.rule}"


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _line(value: object) -> str | None:
    sound = isinstance(value, str) and value.strip() and value.isprintable()
    return str(value).strip() if sound else None


def _auto(value: object) -> Auto | None:
    return "auto" if value == "auto" else _flag(value)


def _one_of(*words: str) -> Kind[str]:
    rule = f"{', '.join(words[:-1])} or {words[-1]}"
    return Kind(rule, lambda value: str(value) if value in words else None, words)


def _number(least: int, most: int) -> Kind[int]:
    def read(value: object) -> int | None:
        sound = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
        return cast("int", value) if sound else None

    return Kind(f"a whole number from {least:,} to {most:,}", read)


def _arguments(value: object) -> tuple[str, ...] | None:
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


def _keys(value: object) -> tuple[str, ...] | None:
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list) or not all(isinstance(key, str) for key in given):
        return None
    return tuple(key for key in given if key)


FLAG = Kind("true or false", _flag)
LINE = Kind("a text of one line", _line)
AUTO: Kind[Auto] = Kind('true, false or "auto"', _auto)
COMMAND = Kind("a list of a program and its arguments", _arguments)
KEYS = Kind("a key or a list of keys", _keys)


def setting(default: T, kind: Kind[T] | Table[Any], help: str) -> T:  # noqa: A002
    """Declare a setting of the class below."""
    data = {"kind": kind, "help": help}
    made: T = field(default_factory=lambda: default, metadata=data)
    return made


NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, in the order in which they are listed."""

    theme: str = setting(
        "auto",
        LINE,
        'a theme that `newstui themes` lists; "auto": by the background of the terminal',
    )
    theme_dark: str = setting("dark", LINE, 'the theme of `theme = "auto"` on a dark background')
    theme_light: str = setting("light", LINE, 'the theme of `theme = "auto"` on a light background')
    measure: int = setting(80, _number(30, 160), "cells a line of an article takes at most")
    preset: str = setting("default", _one_of(*PRESETS), "the keys to begin with")
    keys: Mapping[str, tuple[str, ...]] = setting(
        NONE, Table(KEYS), "other keys for commands, by their names in `newstui keys`"
    )
    mouse: bool = setting(False, FLAG, "whether the reader takes clicks and the wheel")
    cursor: bool = setting(
        True,
        FLAG,
        "whether the terminal's cursor is seen on the row or line one is on; screen readers and "
        "magnifiers follow it",
    )
    isolate: Literal["auto"] | bool = setting(
        "auto",
        AUTO,
        "whether text from right to left is marked, for terminals that order it and would mix the "
        "panes; \"auto\": in GNOME's and other VTE terminals, Konsole, Apple's Terminal and mlterm",
    )
    slow: Literal["auto"] | bool = setting(
        "auto", AUTO, 'whether the link is slow, so that less is sent; "auto": over SSH'
    )
    open_command: tuple[str, ...] = setting(
        (), COMMAND, "the program that opens URLs; the URL comes last"
    )
    copy_command: tuple[str, ...] = setting(
        (), COMMAND, "the program that copies what comes on its standard input"
    )
    pipe_command: tuple[str, ...] = setting(
        (), COMMAND, "the program that `|` offers first for the text of an article"
    )
    summary_command: tuple[str, ...] = setting(
        (), COMMAND, "a program that makes a summary of the text on its standard input"
    )
    summary_timeout: int = setting(60, _number(1, 3600), "seconds that `summary_command` may take")
    fetch_every: int = setting(
        0, _number(0, 10_080), "minutes between two fetches while the reader runs; 0: only on `r`"
    )
    on_new: tuple[str, ...] = setting((), COMMAND, "a program run after new articles came in")
    on_read: tuple[str, ...] = setting((), COMMAND, "a program run after an article was read")
    searches: Mapping[str, str] = setting(
        NONE, Table(LINE), "searches kept under a name, as lists of their own"
    )


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings as they were found."""

    settings: Settings = Settings()
    sources: Mapping[str, str] = field(default_factory=dict)
    """Where each comes from that is not at its default."""
    faults: tuple[str, ...] = ()
    """One line for each mistake."""


@dataclass(frozen=True, slots=True)
class Declared:
    """One setting as it is declared."""

    name: str
    default: object
    help: str
    kind: Kind[Any] | Table[Any]


def declared() -> Iterator[Declared]:
    """Every setting, in the order in which they are listed."""
    for each in fields(Settings):
        yield Declared(each.name, _default(each), each.metadata["help"], each.metadata["kind"])


def _default(each: Field[Any]) -> object:
    return cast("Callable[[], object]", each.default_factory)()


def load_settings(folder: Path, *, slow: bool = False) -> Loaded:
    """The settings of the file in a folder; what is wrong with it is told, and the rest works.

    Args:
        folder: Where `settings.toml` is; it need not be there.
        slow: Whether the command line says that the link is slow.
    """
    faults: list[str] = []
    found = _checked(_read(folder / FILE, faults), faults)
    sources = dict.fromkeys(found, FILE)
    if slow:
        found["slow"], sources["slow"] = True, "--slow"
    lines = tuple(f"{FILE}: {fault}" for fault in faults)
    return Loaded(replace(Settings(), **found), sources, lines)


def is_slow(settings: Settings, env: Mapping[str, str]) -> bool:
    """Whether little should be sent: so it is set, or it is left open and this is SSH."""
    if settings.slow == "auto":
        return any(env.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"))
    return settings.slow


def _read(path: Path, faults: list[str]) -> Mapping[str, object]:
    try:
        if not path.exists():
            return {}
        if not path.is_file():  # reading a pipe would never end
            faults.append("is not a file")
            return {}
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            faults.append("is too large for settings")
            return {}
        return parse(data.decode("utf-8-sig"), faults)
    except OSError as error:
        faults.append(f"cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        faults.append("is not UTF-8 text")
    return {}


def _checked(data: Mapping[str, object], faults: list[str]) -> dict[str, Any]:
    known = {each.name: each.kind for each in declared()}
    unknown("", data, known, faults)
    given = {name: data[name] for name in known if name in data}
    values = {name: _value(known[name], name, value, faults) for name, value in given.items()}
    return {name: value for name, value in values.items() if value is not None}


def _value(kind: Kind[Any] | Table[Any], name: str, value: object, faults: list[str]) -> object:
    if isinstance(kind, Table) and isinstance(value, dict):
        entries = {
            inner: _value(kind.entry, f"{name}.{shown(inner)}", each, faults)
            for inner, each in _flat(value)
        }
        return {inner: each for inner, each in entries.items() if each is not None}
    result = None if isinstance(kind, Table) else kind.read(value)
    if result is None:
        words: Collection[str] = () if isinstance(kind, Table) else kind.words
        hint = nearest(value, words) if isinstance(value, str) and words else ""
        wrong(name, value, f"must be {kind.rule}{hint and f'; {hint}'}", faults)
    return result


def _flat(table: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """The entries of a table; `move.down = "x"` without quotes makes TOML a table of it."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from ((f"{name}.{inner}", each) for inner, each in _flat(value))
        else:
            yield name, value
