"""Environments to test in: the variables of a process, and fake programs and hosts."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from tests.support.codebase import ROOT
from tui.terminal.clipboard import CopyMethod
from tui.terminal.environment import HostEnvironment

URL = "https://example.org/a?b=1"
DESKTOP = {"DISPLAY": ":0", "TERM": "xterm-256color"}
SSH = {"SSH_CONNECTION": "10.0.0.1 5 10.0.0.2 22"}
NO_COPY_COMMAND = CopyMethod("terminal")


def environment(home: Path, extra: Mapping[str, str]) -> dict[str, str]:
    """Return the same environment on every machine: no SSH, tmux or display, folders in `home`."""
    plain = {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": str(ROOT),
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_RUNTIME_DIR": str(home / "run"),
        "TERM": "xterm-256color",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
    }
    return {name: value for name, value in (plain | dict(extra)).items() if value}


def make_host(
    env: dict[str, str] | None = None, *programs: str, platform: str = "linux"
) -> HostEnvironment:
    """Return a host with these variables and programs and nothing else."""
    return HostEnvironment(env or {}, platform, lambda name: name if name in programs else None)


def make_program(folder: Path, name: str, script: str) -> Path:
    """Write a shell script to run as a program; `$LOG` is a file beside it."""
    path = folder / name
    log = shlex.quote(str(folder / "log"))
    path.write_text(f"#!/bin/sh\nLOG={log}\n{script}\n")
    path.chmod(0o755)
    return path


def read_log(folder: Path) -> str:
    path = folder / "log"
    return path.read_text() if path.exists() else ""
