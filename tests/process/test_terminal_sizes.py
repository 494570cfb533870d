"""Terminals of any size, resized any number of times."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.reader_process import (
    QUIT_KEY,
    article_json,
    assert_clean_exit,
    long_article_json,
    make_home,
    open_reader,
    position_in,
    start_reader,
)

pytestmark = pytest.mark.slow

TOO_SMALL = "Terminal too small (need 40×10)"


def test_shrink_to_one_cell_and_back(tmp_path: Path) -> None:
    """Case 124: below 40x10 a line says so, and nothing crashes; enlarged, all is as before."""
    make_home(tmp_path, article_json(1), article_json(2))
    with open_reader(tmp_path, 2, size=(40, 10)) as terminal:
        terminal.write("j")
        terminal.wait_for(re.compile(r"^>●. Title 1 ", re.MULTILINE))
        for columns, rows in ((39, 9), (20, 5), (1, 1), (80, 2), (2, 30)):
            terminal.resize(columns, rows)
            if columns > len(TOO_SMALL):
                terminal.wait_for(TOO_SMALL)
            elif columns > 4:
                terminal.wait_for("Need 40×10")
            terminal.write("j")
            terminal.wait_quiet(0.05)
        for columns, rows in ((40, 10), (500, 200)):
            terminal.resize(columns, rows)
            terminal.wait_for(position_in(2))
            terminal.wait_for(re.compile(r">●. Title 1 "))
            assert not terminal.shows("too small")
        terminal.wait_for("category  harbour")  # the panes that appear are filled
        terminal.wait_for(re.compile(r"◆ All +2 "))
        terminal.write("\r")
        terminal.wait_for("The words of article 1.")
        terminal.wait_for("Summary")
        terminal.write(QUIT_KEY)
        assert_clean_exit(terminal, 0)


@pytest.mark.parametrize("size", [(1, 1), (0, 0), (39, 9)])
def test_start_at_any_size(tmp_path: Path, size: tuple[int, int]) -> None:
    """Case 124: the reader starts, and ctrl+q works."""
    make_home(tmp_path, article_json(1))
    with start_reader(tmp_path, size=size) as terminal:
        terminal.wait_raw(b"\x1b[?2004h")
        if size[0] > 4:
            terminal.wait_for(TOO_SMALL[: size[0] - 4])
        if not any(size):
            terminal.wait_for(" Title 1 ")
        terminal.write("\x11")
        assert_clean_exit(terminal, 0)


def test_minimum_size(tmp_path: Path) -> None:
    """Case 124: at 40x10 every pane, the help and a picker work."""
    make_home(tmp_path, long_article_json(1), article_json(2))
    with open_reader(tmp_path, 2, size=(40, 10)) as terminal:
        terminal.write("j\r")
        terminal.wait_for("Paragraph 1.")
        terminal.write("i")
        terminal.wait_for("Summary")
        terminal.write("i")
        terminal.wait_for("Paragraph 1.")
        terminal.write("h")
        terminal.wait_for(re.compile(r"^>.. Title 1 ", re.MULTILINE))
        terminal.write("?")
        terminal.wait_for("Keys")
        terminal.write("q")
        terminal.wait_for(re.compile(r"^>.. Title 1 ", re.MULTILINE))
        terminal.write("f")
        terminal.wait_for("starred")
        terminal.write("q")
        terminal.wait_gone("starred")
        terminal.write("q")
        assert_clean_exit(terminal, 0)


def test_rapid_resizing(tmp_path: Path) -> None:
    """Case 125: after 200 changes in two seconds the last size is right and keys work."""
    make_home(tmp_path, long_article_json(1), article_json(2))
    with open_reader(tmp_path, 2) as terminal:
        terminal.write("j\r")
        terminal.wait_for("Paragraph 1.")
        for turn in range(200):
            terminal.resize(30 + turn * 7 % 90, 5 + turn * 3 % 20)
            terminal.read_for(0.01)
        terminal.resize(72, 17)
        terminal.wait_for(re.compile(r"\A.*\n(.*\n){15} \d+ % .* q back$"))
        terminal.wait_quiet()
        assert all(len(line.rstrip()) <= 72 for line in terminal.screen())
        assert terminal.shows("Paragraph")
        terminal.write(QUIT_KEY)
        assert_clean_exit(terminal, 0)
