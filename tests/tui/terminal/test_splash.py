"""The screen of the last session, drawn before the reader is loaded."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tui.terminal.splash import SPLASH_FILE, draw_splash, save_splash

LINES = [(0, 0, "The ferry sails."), (0, 1, "A quay.")]
WRITE = os.write


@pytest.mark.parametrize("at_once", [3, 1_000])
def test_the_screen_is_drawn_as_it_was_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """However few bytes the system takes at once."""
    monkeypatch.setattr(os, "write", lambda file, data: WRITE(file, data[:at_once]))
    save_splash(tmp_path, "80x24", LINES)
    with (tmp_path / "screen").open("wb") as screen:
        assert not draw_splash(tmp_path, "50x15", screen.fileno())
        assert draw_splash(tmp_path, "80x24", screen.fileno())
    drawn = (tmp_path / "screen").read_bytes()
    assert drawn == b"\x1b[?1049h\x1b[?25l\x1b[1;1HThe ferry sails.\x1b[2;1HA quay."
    assert [each.name for each in tmp_path.iterdir() if each.name != "screen"] == [SPLASH_FILE]


def test_a_screen_that_is_not_saved_whole_is_not_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(file: int, data: bytes) -> int:
        raise OSError("disk full")

    monkeypatch.setattr(os, "write", fail)
    save_splash(tmp_path, "80x24", LINES)
    assert list(tmp_path.iterdir()) == []
    assert not draw_splash(tmp_path, "80x24", 1)
