"""Fixtures for tests of real processes."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[list[str]]:
    """Return the command line of a tmux server for this test."""
    program = shutil.which("tmux")
    if program is None:
        pytest.skip("tmux is not installed")
    config = tmp_path / "tmux.conf"
    config.write_text("set -g set-clipboard on\nset -g status off\nset -sg escape-time 0\n")
    command = [program, "-u", "-S", str(tmp_path / "socket"), "-f", str(config)]
    yield command
    subprocess.run([*command, "kill-server"], capture_output=True, check=False)
