"""The file of the user's settings: read whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from themes.faults import parse_toml

SETTINGS_FILE = "settings.toml"
MAX_SETTINGS_BYTES = 1_000_000
"""A larger file is not read: it is something else by mistake."""


def read_settings_file(folder: Path, faults: list[str]) -> Mapping[str, object]:
    """Return what the settings file of a folder says; nothing, and a fault, if it cannot be read."""
    path = folder / SETTINGS_FILE
    try:
        if not path.exists():
            return {}
        if not path.is_file():  # reading a pipe might never end
            faults.append("not a file")
            return {}
        with path.open("rb") as file:
            data = file.read(MAX_SETTINGS_BYTES + 1)
        if len(data) > MAX_SETTINGS_BYTES:
            faults.append("too large for a settings file")
            return {}
        return parse_toml(data.decode("utf-8-sig"), faults)
    except OSError as error:
        faults.append(f"cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        faults.append("not UTF-8")
    return {}


def expand_home(path: str) -> str:
    """Return a path with a leading `~/` as the home folder; `~name` is no other user's, but a name."""
    return str(expand_user(path)) if path == "~" or path.startswith("~/") else path


def expand_user(path: str) -> Path:
    """Return a path with a leading `~` or `~name` as a home folder; that of nobody stays a name."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - the method raises for nobody
