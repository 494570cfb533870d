"""The TOML files of the user's settings: read whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from store.text.toml import parse_toml
from themes.faults import make_printable

SETTINGS_FILE = "settings.toml"
MAX_SETTINGS_BYTES = 1_000_000
"""A larger file is not read: it is something else by mistake."""


def read_settings_file(folder: Path, faults: list[str]) -> Mapping[str, object]:
    """Return what the settings file of a folder says; nothing, and a fault, if it cannot be read."""
    path = folder / SETTINGS_FILE
    if not path.exists():
        return {}
    return read_user_toml(path, "a settings file", MAX_SETTINGS_BYTES, faults)


def read_user_toml(
    path: Path, kind: str, max_bytes: int, faults: list[str]
) -> Mapping[str, object]:
    """Return what a TOML file of the user says; nothing, and a fault, if it cannot be read.

    Args:
        path: The file.
        kind: What it should be, for the fault that it is too large: `a theme`.
        max_bytes: A larger file is not read.
        faults: Takes the fault, as one printable line without the name of the file.
    """
    try:
        if path.exists() and not path.is_file():  # reading a pipe might never end
            faults.append("not a file")
            return {}
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
        if len(data) > max_bytes:
            faults.append(f"too large for {kind}")
            return {}
        return parse_toml(data.decode("utf-8-sig"))
    except OSError as error:
        faults.append(f"cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        faults.append("not UTF-8")
    except ValueError as error:  # also for numbers with thousands of digits
        faults.append(f"not TOML: {make_printable(str(error))}")
    return {}


def expand_home(path: str) -> str:
    """Return a path with a leading `~/` as the home folder; `~name` is no other user's, but a name."""
    return str(expand_user(path)) if path == "~" or path.startswith("~/") else path


def expand_user(path: str) -> Path:
    """Return a path with a leading `~` or `~name` as a home folder; that of nobody stays a name."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - the method raises for nobody
