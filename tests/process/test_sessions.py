"""Stalled connections, multiplexers, and the terminal's cursor."""

from __future__ import annotations

import base64
import re
import signal
from pathlib import Path

import pytest

from tests.support.reader_process import (
    NEWSTUI,
    PATIENT,
    QUIT_KEY,
    article_json,
    assert_clean_exit,
    faulty_reader,
    long_article_json,
    make_home,
    open_reader,
    show_json,
)
from tests.support.terminal import Terminal

pytestmark = pytest.mark.slow

CURSOR_HIDDEN = 25
MOUSE = {9, 1000, 1002, 1003, 1005, 1006, 1015, 1016}


def test_stalled_connection(tmp_path: Path) -> None:
    """Case 115: nobody reads the output; a signal still stops the reader, and the position is saved."""
    make_home(tmp_path, long_article_json(1))
    command = faulty_reader(tmp_path, PATIENT)
    with open_reader(tmp_path, 1, size=(150, 50), command=command) as terminal:
        terminal.write("\r")
        terminal.wait_for("Paragraph 1.")
        terminal.write(" ")
        terminal.wait_gone("Paragraph 1.")
        for turn in range(40):  # a frame each, until every buffer is full
            terminal.resize(150 - turn % 2, 50)
            terminal.stall()
        terminal.signal(signal.SIGTERM)
        assert terminal.wait_exit(reading=False) == 143
        assert terminal.changed_modes() == set()
    assert show_json(tmp_path, 1)["position"] > 0


def test_the_cursor_follows_the_focus(tmp_path: Path) -> None:
    """Cases 126, 129: it is visible on the current row, line or input; the mouse is not captured."""
    make_home(tmp_path, long_article_json(1), article_json(2), article_json(3))

    def wait_for_cursor(what: str) -> None:
        terminal.wait_until(lambda: what in terminal.screen()[terminal.cursor()[1]])

    with open_reader(tmp_path, 3, size=(120, 30)) as terminal:
        assert not terminal.changed_modes() & MOUSE
        wait_for_cursor(" Title 3 ")
        assert CURSOR_HIDDEN not in terminal.changed_modes()
        terminal.write("f")
        terminal.wait_for("starred")
        terminal.write("j")
        wait_for_cursor("unread  ")
        terminal.write("q")
        wait_for_cursor(" Title 3 ")
        terminal.write("j")
        wait_for_cursor(" Title 2 ")
        terminal.write("j\r")
        terminal.wait_for("Paragraph 1.")
        terminal.write("\x04")
        terminal.wait_gone("Paragraph 1.")
        terminal.wait_until(lambda: terminal.cursor()[0] > 30)
        terminal.write("\t")
        terminal.wait_until(lambda: terminal.cursor()[0] > 80)
        terminal.write("hh/")
        terminal.wait_for("words, “phrases”")
        wait_for_cursor("words, “phrases”")
        terminal.write("harb")
        terminal.wait_for(re.compile("^ ?harb", re.MULTILINE))
        terminal.wait_until(
            lambda: terminal.cursor()[0] == terminal.screen()[terminal.cursor()[1]].rindex("b") + 1
        )
        for _ in range(4):
            terminal.write("\x7f")
        terminal.write("\x1b")
        wait_for_cursor(" Title 1 ")
        assert terminal.raw.count(b"\x1b[?25h") == 1, "shown once, then only moved"
        terminal.write("q")
        assert_clean_exit(terminal, 0)


def test_in_gnu_screen(tmp_path: Path) -> None:
    """Cases 75, 78: copies pass through GNU screen in chunks it accepts; never "copied"."""
    url = "https://news.example/" + "long/" * 80
    make_home(tmp_path, article_json(1, url=url))
    env = {"TERM": "screen-256color", "STY": "1.pts-0.host", "PATH": "/nowhere"}
    with open_reader(tmp_path, 1, env=env) as terminal:
        terminal.write("y")
        terminal.wait_for(re.compile("^ Sent to the terminal's clipboard", re.MULTILINE))
        pieces = re.findall(rb"\x1bP([^\x1b]*(?:\x1b[^\\][^\x1b]*)*)\x1b\\", terminal.raw)
        assert all(len(piece) < 250 for piece in pieces)
        sent = re.search(rb"\x1b\]52;c;([^\x07]*)\x07", b"".join(pieces))
        assert sent is not None
        assert base64.b64decode(sent[1]).decode() == url
        terminal.write("q")
        assert_clean_exit(terminal, 0)


def test_open_and_copy_commands(tmp_path: Path) -> None:
    """Cases 70, 76: the commands of the settings are used, also over SSH; the cursor is hidden."""
    (tmp_path / "config/newstui").mkdir(parents=True)
    for name in ("open", "copy"):
        program = tmp_path / f"my-{name}"
        program.write_text(
            f'#!/bin/sh\necho "$*" > {tmp_path}/{name}.args; cat > {tmp_path}/{name}.in\n'
            f"touch {tmp_path}/{name}.done\n"
        )
        program.chmod(0o700)
    (tmp_path / "config/newstui/settings.toml").write_text(
        f'open_command = ["{tmp_path}/my-open", "--new"]\ncopy_command = ["{tmp_path}/my-copy"]\n'
        "cursor = false\n"
    )
    make_home(tmp_path, article_json(1))
    env = {"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"}
    with open_reader(tmp_path, 1, env=env) as terminal:
        terminal.write("o")
        terminal.wait_for("Opened with my-open")
        terminal.wait_until((tmp_path / "open.done").exists)  # it is said while it runs, too
        terminal.write("y")
        terminal.wait_for(re.compile("^ Passed to my-copy", re.MULTILINE))
        assert b"\x1b]52" not in terminal.raw
        assert CURSOR_HIDDEN in terminal.changed_modes()
        terminal.write("q")
        assert_clean_exit(terminal, 0)
    assert (tmp_path / "open.args").read_text() == "--new https://news.example/1\n"
    assert (tmp_path / "copy.in").read_text() == "https://news.example/1"


def test_detach_and_attach(tmp_path: Path, tmux: list[str]) -> None:
    """Case 127: tmux is detached and attached again at another size; nothing is lost."""
    make_home(tmp_path, long_article_json(1), article_json(2))
    with Terminal([*tmux, "new-session", *NEWSTUI], tmp_path, size=(100, 30)) as first:
        first.wait_for(re.compile("^>●. Title 2 ", re.MULTILINE))
        first.write("j")
        first.wait_for(re.compile("^>●. Title 1 ", re.MULTILINE))
        first.hang_up()
        first.wait_exit()
    with Terminal([*tmux, "attach"], tmp_path, size=(72, 20)) as second:
        second.wait_for(re.compile("^>●. Title 1 ", re.MULTILINE))
        second.write("\r")
        second.wait_for("Paragraph 1.")
        second.write(QUIT_KEY)
        assert second.wait_exit() == 0
