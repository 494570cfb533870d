"""Keys as a fast typist or a slow link brings them: several at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.reader_process import (
    article_json,
    assert_clean_exit,
    make_home,
    open_reader,
    unread_row,
)

pytestmark = pytest.mark.slow


def test_a_search_typed_at_once(tmp_path: Path) -> None:
    """A slow link brings `/` and the words in one piece: none is a command. Escape ends it."""
    make_home(tmp_path, article_json(1, title="March"), article_json(2, title="Smoke"))
    with open_reader(tmp_path, 2) as terminal:
        terminal.write("/mar")
        terminal.wait_for(re.compile(r"^ /mar · 1 found ", re.MULTILINE))
        assert terminal.shows(unread_row("March"))
        terminal.write("\t")  # keeps what was found; one escape shows everything again
        terminal.wait_quiet()
        terminal.write("\x1b")
        terminal.wait_for(re.compile(r"^ 2 articles", re.MULTILINE))


def test_a_head_stays_readable(tmp_path: Path) -> None:
    """An article marked from the list of a narrow terminal still has its head in whole lines."""
    with open_reader(make_home(tmp_path, article_json(1)), 1, size=(60, 20)) as terminal:
        terminal.write("\r")
        terminal.wait_for("The words of article 1.")
        terminal.write("h")
        terminal.wait_for(re.compile("^>.. Title 1 ", re.MULTILINE))
        terminal.write("s")
        terminal.wait_for(re.compile("^>.★ Title 1 ", re.MULTILINE))
        terminal.write("\r")
        terminal.wait_for(re.compile("^ Title 1\n harbour · ", re.MULTILINE))


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    """A terminal that sends Latin-1, or anything, is no reason to end."""
    with open_reader(make_home(tmp_path, article_json(1)), 1) as terminal:
        for data in (b"\xe9", b"\xff\xfe\x80", b"\xf0\x9f\x93"):
            terminal.write(data)
            terminal.wait_quiet(0.03)
        terminal.write("?")
        terminal.wait_for("Keys")
        terminal.write("\x1b")
        terminal.wait_gone("Keys")
        terminal.write("q")
        assert_clean_exit(terminal, 0)


def test_the_background_that_the_terminal_tells(tmp_path: Path) -> None:
    """Case 47: its answer comes late and in two pieces; the colours follow, and no key comes of it."""
    with open_reader(make_home(tmp_path, article_json(1), article_json(2)), 2) as terminal:
        assert terminal.raw.count(b"\x1b]11;?\x1b\\") == 1
        before = terminal.screen()
        terminal.write("\x1b]11;rgb:ffff/ff")
        terminal.wait_quiet(0.1)
        terminal.write("ff/ffff\x1b\\")
        kept = tmp_path / "state/newstui/theme.json"
        terminal.wait_until(kept.exists)
        terminal.wait_quiet()
        assert b'"background":"light"' in kept.read_bytes()
        assert terminal.screen() == before
        terminal.write("q")
        assert_clean_exit(terminal, 0)
