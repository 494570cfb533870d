"""The reader starts: on an empty library, on articles, and where it cannot."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.support.codebase import ROOT
from tests.support.reader_process import (
    NEWSTUI,
    PARAGRAPH,
    QUIT_KEY,
    article_json,
    assert_clean_exit,
    faulty_reader,
    make_home,
    open_reader,
    run_newstui,
    start_reader,
    wait_ready,
)
from tests.support.terminal import Terminal

pytestmark = pytest.mark.slow

SAMPLES = sum(path.suffix in (".md", ".json") for path in (ROOT / "sample_articles").iterdir())

PAGE = f"""\
Delegates of both towns have met in the lighthouse for the first time in ten years.
The talks are expected to last until the tide turns.
{PARAGRAPH}
The talks are expected to last until the tide turns.
Similar Readings (2 items)
Two towns agree to talk
What the lighthouse keeper heard
Summary
Delegates of both towns met in the lighthouse, and the talks will last until the tide turns. They seek a guarantee that
Statistics
78
Words3
Read CountDetails
ID: 5a1b6c7d-1111-4222-8333-0123456789ab
Category ID: coast
URL: https://news.example/lighthouse/
Date: Feb. 28, 2022
Created: 2022/02/28 20:04
Updated: 2025/12/09 17:44
Last Read: 2022/02/28 20:04
"""


def files_below(folder: Path) -> list[str]:
    """Return the files below a folder."""
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]


def test_fill_the_library_from_the_reader(tmp_path: Path) -> None:
    """From the samples to an imported folder, guided by the screen alone."""
    folder = tmp_path / "my articles"
    folder.mkdir()
    (folder / "one.md").write_text("# The ferry is late\n\nIt was seen at noon.\n")
    with open_reader(tmp_path, SAMPLES) as terminal:
        terminal.wait_for("Your library is empty")
        terminal.write("g\r")
        terminal.wait_for("File or folder")
        for missing in (f"{tmp_path}/nowhere", "~nobody-of-this-name/x", "x" * 300):
            terminal.write(f"{missing}\r")
            terminal.wait_for("No such file or folder")
            terminal.write("\x15")
            terminal.wait_for("File or folder")
        terminal.write(f"{folder}\r")
        terminal.wait_for("The ferry is late")
        terminal.wait_gone("Sample articles")
        terminal.wait_for("1 unread of 1 ")
        terminal.write("q")
        assert_clean_exit(terminal, 0)


def test_the_first_start(tmp_path: Path) -> None:
    """An empty library shows samples and a hint; nothing of them is saved or backed up."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    with open_reader(tmp_path, SAMPLES, env={"TMPDIR": str(temporary)}) as terminal:
        terminal.wait_for("Browse the sample articles")
        terminal.write("\r")
        terminal.wait_gone("Your library is empty")
        terminal.wait_for("Samples: nothing is saved")
        terminal.wait_for("W to start your own")
        assert files_below(temporary)
        terminal.write("m")
        terminal.wait_for(re.compile(r"^> ", re.MULTILINE))
        terminal.write("s")
        terminal.wait_for("★")
        terminal.write("j\r")
        terminal.wait_for("page down")
        terminal.write(QUIT_KEY)
        assert_clean_exit(terminal, 0)
    assert list(temporary.iterdir()) == []
    assert files_below(tmp_path / "data") == []
    assert not [path for path in files_below(tmp_path) if path.endswith(".zip")]
    assert run_newstui(tmp_path, "list") == ""


def test_reading_page(tmp_path: Path) -> None:
    """Imported by a command and shown in the reader: text, summary, statistics, details."""
    (tmp_path / "page.txt").write_text(PAGE)
    run_newstui(tmp_path, "import", tmp_path / "page.txt")
    title = "Delegates of both towns have met in the lighthouse"
    with open_reader(tmp_path, 1, size=(120, 40)) as terminal:
        terminal.wait_for(re.compile(r"^>.. Delegates of both", re.MULTILINE))
        for text in (
            "Summary",
            "(truncated at the source)",
            "Similar Readings",
            "1 Two towns agree to talk",
            "not in library",
            "Statistics",
            "78 words   1 min   read 3×",
            "category  coast",
            "source    news.example",
            "date      2022-02-28",
            "created   2022-02-28 20:04",
            "updated   2025-12-09 17:44",
            "last read 2022-02-28 20:04",
        ):
            terminal.wait_for(text)
        terminal.write("\r")
        terminal.wait_for("nobody wrote them")
        shown = terminal.screen()
        assert sum("The talks are expected" in line for line in shown) == 1
        terminal.write(QUIT_KEY)
        assert_clean_exit(terminal, 0)
    assert title in run_newstui(tmp_path, "list")


@pytest.mark.parametrize(
    ("env", "redirect", "reason"),
    [
        ({"TERM": "dumb"}, "", "TERM is dumb; newstui --plain works here"),
        ({"TERM": ""}, "", "TERM is not set; newstui --plain works here"),
        ({}, "</dev/null", "stdin is not a terminal; newstui --plain works here"),
        ({}, "2>&1 | cat", "stderr is not a terminal"),
    ],
)
def test_no_terminal(tmp_path: Path, env: dict[str, str], redirect: str, reason: str) -> None:
    """Cases 121, 122: one line, exit code 2, no escape sequence."""
    line = f'unset COLUMNS; "$0" -m tui {redirect}'
    if "|" in redirect:
        line = f'("$0" -m tui; echo "exit $?") {redirect}'
    command = ["bash" if "|" in redirect else "sh", "-c", line, sys.executable]
    with start_reader(tmp_path, env=env, command=command) as terminal:
        code = terminal.wait_exit()
        output = terminal.raw.decode().replace("\r\n", "\n")
    expected = f"newstui: {reason}\n"
    assert (code, output) == ((0, f"{expected}exit 2\n") if "|" in redirect else (2, expected))
    assert files_below(tmp_path) == []


def test_a_locale_that_is_not_utf_8(tmp_path: Path) -> None:
    """Case 123: titles are drawn as UTF-8, without escapes."""
    make_home(tmp_path, article_json(1, title="日本 – “Zürich”"))
    env = {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "POSIX"}
    with open_reader(tmp_path, 1, env=env) as terminal:
        terminal.wait_raw("日本 – “Zürich”".encode())
        assert b"\\u" not in terminal.raw
        terminal.write("q")
        assert_clean_exit(terminal, 0)


SLOW_DISK = """
import time
from pathlib import Path
from tui.cli import start

compute = start.compute_splash_signature

def wait(*args):
    while not Path(__file__).with_name("answers").exists():
        time.sleep(0.01)
    return compute(*args)

start.compute_splash_signature = wait
"""


def test_a_disk_that_has_to_spin_up(tmp_path: Path) -> None:
    """The terminal does not stay empty without a word."""
    make_home(tmp_path, article_json(1))
    with start_reader(tmp_path, command=faulty_reader(tmp_path, SLOW_DISK)) as terminal:
        terminal.wait_for("newstui: waiting for the library")
        (tmp_path / "answers").touch()
        wait_ready(terminal, 1)
        terminal.write(QUIT_KEY)
        assert_clean_exit(terminal, 0)


def test_idle(tmp_path: Path) -> None:
    """An idle reader writes nothing: no blinking, no clock, no timed repaint."""
    with open_reader(
        make_home(tmp_path, article_json(1), article_json(2)), 2, size=(120, 40)
    ) as terminal:
        terminal.wait_for("category  ")
        assert not terminal.shows("sample")  # they are shown in an empty library only
        terminal.wait_idle(2.2, cpu_seconds=0.3)
        terminal.write("q")
        assert_clean_exit(terminal, 0)


def test_standard_output_can_be_a_pipe(tmp_path: Path) -> None:
    """Case 121: `newstui | cat` works."""
    make_home(tmp_path, article_json(1))
    command = ["sh", "-c", '"$0" -m tui | cat', sys.executable]
    with wait_ready(start_reader(tmp_path, command=command), 1) as terminal:
        terminal.write("q")
        assert_clean_exit(terminal, 0)


def test_home_folder_that_cannot_be_created(tmp_path: Path) -> None:
    """Case 29: one line with path and reason, exit code 1, no escape sequence."""
    (tmp_path / "file").touch()
    with Terminal(NEWSTUI, tmp_path, env={"XDG_DATA_HOME": str(tmp_path / "file")}) as terminal:
        assert terminal.wait_exit() == 1
        [line] = terminal.raw.decode().splitlines()
    assert line.startswith("newstui: cannot create ")
