"""Fast typing, held keys, and what a slow connection delivers at once."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from tests.support.reader_process import (
    LAST_STARTUP_MODE,
    NEWSTUI,
    QUIT_KEY,
    article_json,
    assert_clean_exit,
    faulty_reader,
    make_home,
    open_reader,
    position_in,
    show_json,
    start_reader,
    unread_row,
)

pytestmark = pytest.mark.slow

PRESSES_A_SECOND = 30
"""The repeat rate of a held key."""


def test_a_search_typed_at_once(tmp_path: Path) -> None:
    """`/` and the words arrive in one chunk: none is a command. Escape ends the search."""
    make_home(tmp_path, article_json(1, title="March"), article_json(2, title="Smoke"))
    with open_reader(tmp_path, 2) as terminal:
        terminal.write("/mar")
        terminal.wait_for(re.compile(r"/mar .* 1 found "))
        terminal.wait_for(unread_row("March"))
        terminal.write("\t")  # keeps the results; one escape shows everything again
        terminal.wait_quiet()
        terminal.write("\x1b")
        terminal.wait_for(position_in(2))
        for title in ("March", "Smoke"):  # no letter of the search marked or deleted one
            terminal.wait_for(unread_row(title))
        terminal.write(QUIT_KEY)
        assert_clean_exit(terminal, 0)


def test_the_header_keeps_its_lines(tmp_path: Path) -> None:
    """The header of an article starred in the list of a narrow terminal is drawn in full."""
    with open_reader(make_home(tmp_path, article_json(1)), 1, size=(60, 20)) as terminal:
        terminal.write("\r")
        terminal.wait_for("The words of article 1.")
        terminal.write("h")
        terminal.wait_for(re.compile(r"^>.. Title 1\b", re.MULTILINE))
        terminal.write("s")
        terminal.wait_for(re.compile(r"^>.. Title 1\b", re.MULTILINE))
        terminal.write("\r")
        header = re.compile(r"^ Title 1\b.*\n news\.example · .* · ★", re.MULTILINE)
        terminal.wait_for(header)
        terminal.wait_quiet()
        assert terminal.shows(header), "nothing drawn after it takes a line away"
        terminal.write(QUIT_KEY)
        assert_clean_exit(terminal, 0)


def test_bytes_that_are_not_text(tmp_path: Path) -> None:
    """The reader survives Latin-1 and any other bytes."""
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


def test_background_reply(tmp_path: Path) -> None:
    """Case 47: a late reply in two chunks sets the colours and is not taken for keys."""
    with open_reader(make_home(tmp_path, article_json(1), article_json(2)), 2) as terminal:
        assert terminal.raw.count(b"\x1b]11;?\x1b\\") == 1
        terminal.wait_for("The words of article 2.")  # the preview, the last to be drawn
        terminal.wait_quiet()
        before = terminal.screen()
        terminal.write("\x1b]11;rgb:ffff/ff")
        terminal.wait_quiet(0.1)
        terminal.write("ff/ffff\x1b\\")
        kept = tmp_path / "state/newstui/theme.json"
        terminal.wait_until(kept.exists)
        assert b'"background":"light"' in kept.read_bytes()
        terminal.write("?")  # read after the reply
        terminal.wait_for("Keys")
        terminal.write("q")
        terminal.wait_until(lambda: terminal.screen() == before)
        terminal.write("q")
        assert_clean_exit(terminal, 0)


def test_a_held_key(tmp_path: Path) -> None:
    """Case 27: two seconds of `j`: each press moves a row, across headings too."""
    articles = [
        article_json(n, title=f"Held {n:03}", date=f"20{n - 1:02}-01-01") for n in range(1, 101)
    ]
    with open_reader(make_home(tmp_path, *articles), 100, size=(120, 30)) as terminal:
        for _ in range(2 * PRESSES_A_SECOND):
            terminal.write("j")
            time.sleep(1 / PRESSES_A_SECOND)
        terminal.wait_for(f">●  Held {100 - 2 * PRESSES_A_SECOND:03} ")
        terminal.write("k" * PRESSES_A_SECOND)
        terminal.wait_for(f">●  Held {100 - PRESSES_A_SECOND:03} ")
        terminal.write("q")
        assert_clean_exit(terminal, 0)


@pytest.mark.parametrize("enter", ["\n", "\r"], ids=repr)
def test_enter_typed_while_the_program_starts(tmp_path: Path, enter: str) -> None:
    """The line discipline makes a newline of it until the terminal is the reader's."""
    make_home(tmp_path, article_json(1), article_json(2))
    with start_reader(tmp_path) as terminal:
        terminal.write(f"j{enter}")
        terminal.wait_for("The words of article 1.")
        terminal.write("qq")
        assert_clean_exit(terminal, 0)


def slow_reader(folder: Path) -> list[str | Path]:
    """Return a command that runs the reader on a library that is loaded once the file `go` exists."""
    patch = f"""
import time
from pathlib import Path
from tui.reader.gateway.lists import Lists

load_steps = Lists._load_steps

def load_late(self):
    while not Path({str(folder / "go")!r}).exists():
        time.sleep(0.01)
        yield
    yield from load_steps(self)

Lists._load_steps = load_late
"""
    return faulty_reader(folder, patch)


def test_keys_typed_before_the_list_is_there(tmp_path: Path) -> None:
    """They wait for it, whether it takes a second or a minute."""
    make_home(tmp_path, article_json(1), article_json(2))
    with start_reader(tmp_path, command=slow_reader(tmp_path)) as terminal:
        terminal.wait_raw(LAST_STARTUP_MODE)
        terminal.write("jm/title 2\r")
        terminal.wait_quiet()
        (tmp_path / "go").touch()
        terminal.wait_for("The words of article 2.")
        terminal.write(QUIT_KEY)
        assert_clean_exit(terminal, 0)
    assert [show_json(tmp_path, number)["read"] for number in (1, 2)] == [True, False]


@pytest.mark.parametrize("keys", ["q", "\x03", QUIT_KEY, f"jj/q{QUIT_KEY}"], ids=repr)
def test_quitting_before_the_list_is_there(tmp_path: Path, keys: str) -> None:
    make_home(tmp_path, article_json(1))
    with start_reader(tmp_path, command=slow_reader(tmp_path)) as terminal:
        terminal.wait_raw(LAST_STARTUP_MODE)
        terminal.write(keys)
        assert_clean_exit(terminal, 0)
    assert show_json(tmp_path, 1)["read"] is False


def test_lines_typed_while_line_mode_starts(tmp_path: Path) -> None:
    make_home(tmp_path, article_json(1), article_json(2))
    with start_reader(tmp_path, command=(*NEWSTUI, "--plain")) as terminal:
        terminal.write("2\nq\nq\n")
        terminal.wait_for("The words of article 1.")
        assert terminal.wait_exit() == 0


@pytest.mark.parametrize("flood", ["jk", "jjkk", "Gg", "\t\x1b[Z", "\x1b[B\x1b[A", "MQ"], ids=repr)
def test_a_flood_of_keys(tmp_path: Path, flood: str) -> None:
    """The keys behind it are meant for the row that it leads to."""
    make_home(tmp_path, *(article_json(number) for number in range(1, 4)))
    with open_reader(tmp_path, 3) as terminal:
        terminal.write(flood * 20_000 + "j")
        terminal.wait_for(re.compile("^>●. Title 2 ", re.MULTILINE))
        terminal.write(flood * 20_000 + QUIT_KEY)
        assert_clean_exit(terminal, 0)
