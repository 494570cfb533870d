"""Surroundings to test with: programs of our own making, and a terminal that notes."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from tui.terminal.clipboard import CopyMethod
from tui.terminal.environment import HostEnvironment

if TYPE_CHECKING:
    from pathlib import Path


URL = "https://example.org/a?b=1"
DESKTOP = {"DISPLAY": ":0", "TERM": "xterm-256color"}
SSH = {"SSH_CONNECTION": "10.0.0.1 5 10.0.0.2 22"}
NO_COMMAND = CopyMethod("terminal")


def around(
    env: dict[str, str] | None = None, *programs: str, platform: str = "linux"
) -> HostEnvironment:
    """Surroundings with these variables and programs and nothing else."""
    return HostEnvironment(env or {}, platform, lambda name: name if name in programs else None)


def program(folder: Path, name: str, script: str) -> Path:
    """A fake program; `$LOG` is a file beside it."""
    path = folder / name
    log = shlex.quote(str(folder / "log"))
    path.write_text(f"#!/bin/sh\nLOG={log}\n{script}\n")
    path.chmod(0o755)
    return path


def logged(folder: Path) -> str:
    path = folder / "log"
    return path.read_text() if path.exists() else ""
