"""Several processes on one library: each sees the changes of the others within seconds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.reader_process import (
    article_json,
    assert_clean_exit,
    make_home,
    open_reader,
    position_in,
    read_row,
    run_newstui,
    show_json,
    unread_row,
    write_json,
)

pytestmark = pytest.mark.slow


def test_two_readers_and_two_commands(tmp_path: Path) -> None:
    """Cases 36, 38: all see the changes and articles of each, and no cursor moves."""
    make_home(tmp_path, *(article_json(n) for n in range(1, 6)))
    with open_reader(tmp_path, 5) as one, open_reader(tmp_path, 5) as other:
        other.write("jj")
        here = re.compile(r"^>.. Title 3 ", re.MULTILINE)
        other.wait_for(here)
        one.write("m")
        one.wait_for(read_row("Title 5"))
        other.wait_for(read_row("Title 5"))
        run_newstui(tmp_path, "mark", "00000003", "--read", "--star")
        for terminal in (one, other):
            terminal.wait_for(re.compile(r"^. ★ Title 3 ", re.MULTILINE))
        run_newstui(tmp_path, "import", write_json(tmp_path / "new.jsonl", article_json(9)))
        for terminal in (one, other):
            terminal.wait_for(unread_row("Title 9"))
            terminal.wait_for(position_in(6))
        other.wait_for(re.compile(r"^> ★ Title 3 ", re.MULTILINE))
        one.wait_for(re.compile(r"^>.. Title 5 ", re.MULTILINE))
        other.write("u")
        other.wait_for(re.compile(r"Undone|Nothing"))
        for terminal in (one, other):
            terminal.write("q")
            assert_clean_exit(terminal, 0)


def test_changes_of_two_readers_add_up(tmp_path: Path) -> None:
    """Cases 36, 38: two that mark at the same time lose no change of each other."""
    count = 16
    make_home(tmp_path, *(article_json(n) for n in range(1, count + 1)))
    with (
        open_reader(tmp_path, count, size=(80, 20)) as one,
        open_reader(tmp_path, count, size=(80, 20)) as two,
    ):
        two.write("G")
        two.wait_for(re.compile(r"^>.. Title 1 ", re.MULTILINE))
        for _ in range(count // 2):
            one.write("mj")
            two.write("sk")
        for terminal in (one, two):
            terminal.wait_for(read_row("Title 9"))
            terminal.wait_for(re.compile(r"^.●★ Title 8 ", re.MULTILINE))
            assert not terminal.shows(re.compile(r"^.●★ Title (9|1\d)", re.MULTILINE))
            terminal.write("q")
            assert_clean_exit(terminal, 0)
    states = [show_json(tmp_path, number) for number in (1, 8, 9, 16)]
    assert [(state["read"], state["starred"]) for state in states] == [
        (False, True),
        (False, True),
        (True, False),
        (True, False),
    ]
    assert len(run_newstui(tmp_path, "list", "--unread").splitlines()) == count // 2
