"""A key that is held down: every press is carried out, however fast they come."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.support.reader_process import article_json, assert_clean_exit, make_home, open_reader

pytestmark = pytest.mark.slow

A_SECOND = 30
"""Presses that a held key makes."""


def test_a_held_key_drops_nothing(tmp_path: Path) -> None:
    """Case 27: two seconds of `j`; each press is a row, headings between them or not."""
    articles = [
        article_json(n, title=f"Held {n:03}", date=f"20{n - 1:02}-01-01") for n in range(1, 101)
    ]
    with open_reader(make_home(tmp_path, *articles), 100, size=(120, 30)) as terminal:
        for _ in range(2 * A_SECOND):
            terminal.write("j")
            time.sleep(1 / A_SECOND)
        terminal.wait_for(f">●  Held {100 - 2 * A_SECOND:03} ")
        terminal.write("k" * A_SECOND)
        terminal.wait_for(f">●  Held {100 - A_SECOND:03} ")
        terminal.write("q")
        assert_clean_exit(terminal, 0)
