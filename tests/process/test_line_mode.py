"""`newstui read` and `newstui --plain` as processes."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.environment import environment
from tests.support.reader_process import (
    NEWSTUI,
    article_json,
    long_article_json,
    make_home,
    run_newstui,
    show_json,
    start_reader,
)

pytestmark = pytest.mark.slow

PLAIN = (*NEWSTUI, "--plain")


def test_read_to_a_pipe(tmp_path: Path) -> None:
    """Lines of 80 columns, no escape sequence, and the article is not marked as read."""
    make_home(tmp_path, long_article_json(1, 3))
    lines = run_newstui(tmp_path, "read", "00000001").splitlines()
    assert lines[0] == "Title 1"
    assert 70 < max(map(len, lines)) <= 80
    assert "\x1b" not in "".join(lines)
    assert not show_json(tmp_path, 1)["read"]


def test_commands_from_a_pipe(tmp_path: Path) -> None:
    """Cases 121, 122: it needs no terminal and survives input that is not UTF-8."""
    make_home(tmp_path, article_json(1), article_json(2))
    result = subprocess.run(
        [sys.executable, "-m", "tui", "--plain"],
        input=b"2m\n\xff\xfe\n1\ns\nq\n",
        capture_output=True,
        env=environment(tmp_path, {"NEWSTUI_MACHINE": "desk", "TERM": ""}),
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, b"")
    text = result.stdout.decode()
    assert text.startswith("1. Title 2 (unread; harbour; 2024-01-02; 1 minute)\n")
    assert "Marked as read: Title 1. u to undo." in text
    assert "Number, command" not in text, "no prompt without a terminal"
    assert (show_json(tmp_path, 1)["read"], show_json(tmp_path, 2)["starred"]) == (True, True)


def test_dumb_terminal(tmp_path: Path) -> None:
    """Cases 112, 122: no escape sequence, pages of its height, position saved on a signal."""
    make_home(tmp_path, long_article_json(1))
    env = {"TERM": "dumb"}
    with start_reader(tmp_path, command=PLAIN, env=env, size=(60, 12)) as terminal:
        terminal.wait_for("List. Number, command, or ?:")
        terminal.write("1\n")
        terminal.wait_for("Paragraph 1.")
        terminal.write("\n\n")
        terminal.wait_for(re.compile(r"Paragraph [3-9]\."))
        terminal.write("y\n")
        terminal.wait_for("https://news.example/1\nNot copied: this terminal has no clipboard")
        terminal.write("?\n")
        terminal.wait_for("q: go back one step; from the list, quit")
        terminal.signal(signal.SIGTERM)
        assert terminal.wait_exit() == 143
        assert b"\x1b" not in terminal.raw
    assert show_json(tmp_path, 1)["position"] > 0
