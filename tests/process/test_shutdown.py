"""The reader quits or is stopped: the terminal is restored and the position saved."""

from __future__ import annotations

import re
import signal
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from tests.support.codebase import ROOT
from tests.support.reader_process import (
    LAST_STARTUP_MODE,
    NEWSTUI,
    PATIENT,
    QUIT_KEY,
    article_json,
    assert_clean_exit,
    faulty_reader,
    long_article_json,
    make_home,
    open_reader,
    read_row,
    show_json,
    start_reader,
    unread_row,
    wait_ready,
)
from tests.support.terminal import Terminal

pytestmark = pytest.mark.slow

SECRET = "Title 1"
IGNORING_HANGUP = ("sh", "-c", 'trap "" HUP; exec "$0" "$@"')


def open_patient_reader(home: Path, through: Sequence[str] = ()) -> Terminal:
    """Open a library with one long article; `through` runs the reader."""
    make_home(home, long_article_json(1))
    return open_reader(home, 1, command=[*through, *faulty_reader(home, PATIENT)])


def open_and_scroll(terminal: Terminal) -> Terminal:
    """Open the first article and scroll down a page."""
    terminal.write("\r")
    terminal.wait_for("Paragraph 1.")
    terminal.write(" ")
    terminal.wait_gone("Paragraph 1.")
    return terminal


def position(home: Path) -> int:
    """Return the reading position, as an offset into the text."""
    offset = show_json(home, 1)["position"]
    assert isinstance(offset, int)
    return offset


def test_quit(tmp_path: Path) -> None:
    """Ctrl+c quits with exit code 0, from any working directory."""
    make_home(tmp_path, article_json(1))
    command = ["sh", "-c", 'cd / && exec "$0" "$@"', *NEWSTUI]
    with open_reader(tmp_path, 1, command=command, env={"PYTHONPATH": str(ROOT)}) as terminal:
        assert terminal.changed_modes() >= {1049, 2004}
        terminal.write("\x03")
        assert_clean_exit(terminal, 0)


def test_the_position_is_restored(tmp_path: Path) -> None:
    """An article opens at its position in the next session."""
    with open_and_scroll(open_patient_reader(tmp_path)) as terminal:
        terminal.write(QUIT_KEY)
        assert_clean_exit(terminal, 0)
    with open_reader(tmp_path, 1) as terminal:
        terminal.write("\r")
        terminal.wait_for(re.compile(r"Paragraph [2-9]\."))
        terminal.wait_gone("Paragraph 1.")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal(tmp_path: Path, number: signal.Signals, code: int) -> None:
    """Cases 112, 114: orderly shutdown, terminal restored, position saved."""
    with open_and_scroll(open_patient_reader(tmp_path)) as terminal:
        terminal.signal(number)
        assert_clean_exit(terminal, code)
    assert position(tmp_path) > 0


def test_a_signal_during_startup(tmp_path: Path) -> None:
    """Case 114: before it takes the terminal, the reader writes no byte to it."""
    make_home(tmp_path, article_json(1))
    moment = "\n".join(
        (
            "import os, signal, tui.reader.run",
            "tui.reader.run.ReaderRun.run = lambda self, *_: (",
            "    os.kill(os.getpid(), signal.SIGTERM), signal.pause()",
            ")",
        )
    )
    with start_reader(tmp_path, command=faulty_reader(tmp_path, moment)) as terminal:
        assert terminal.wait_exit() == 143
        assert terminal.raw == b""


def test_hangup(tmp_path: Path) -> None:
    """Case 112: the terminal hangs up: exit code 129, position saved, library unlocked."""
    with open_and_scroll(open_patient_reader(tmp_path)) as terminal:
        terminal.hang_up()
        assert terminal.wait_exit() == 129
    assert position(tmp_path) > 0


def test_hangup_under_nohup(tmp_path: Path) -> None:
    """Case 113: the same with SIGHUP ignored, without a busy loop."""
    with open_and_scroll(open_patient_reader(tmp_path, IGNORING_HANGUP)) as terminal:
        terminal.signal(signal.SIGHUP)
        terminal.write("?")
        terminal.wait_for("Keys")
        terminal.hang_up()
        assert terminal.wait_exit() == 129
    assert position(tmp_path) > 0


def test_a_lone_sigcont(tmp_path: Path) -> None:
    """Case 116: nothing is redrawn, no thread is added, and every key counts once."""
    make_home(tmp_path, *(article_json(n) for n in range(1, 28)))
    with open_reader(tmp_path, 27) as terminal:
        terminal.wait_idle(0.5, cpu_seconds=0.2)
        process = psutil.Process(terminal.pid)
        threads = process.num_threads()
        for _ in range(3):
            terminal.signal(signal.SIGCONT)
        terminal.read_for(0.3)
        assert terminal.raw.count(b"\x1b[?1049h") == 1
        terminal.write("\x1b[B" * 20)
        terminal.wait_for(re.compile(r"^>●. Title 7 ", re.MULTILINE))
        terminal.wait_quiet()
        assert terminal.shows(re.compile(r"^>●. Title 7 ", re.MULTILINE))
        terminal.wait_until(lambda: process.num_threads() <= threads)


def test_suspend_and_resume(tmp_path: Path) -> None:
    """Case 117: ctrl+z saves and restores the terminal; fg redraws at the new size and the same position."""
    make_home(tmp_path, long_article_json(1))
    with start_reader(tmp_path, command=["sh", "-i"], env={"PS1": "prompt> "}) as terminal:
        terminal.wait_for("prompt>")
        terminal.write(" ".join(NEWSTUI) + "\n")
        open_and_scroll(wait_ready(terminal, 1))
        terminal.write("\x1a")
        terminal.wait_raw(b"prompt>")
        terminal.wait_for("prompt>")
        terminal.wait_until(lambda: terminal.changed_modes() == set())
        assert position(tmp_path) > 0  # it may be killed while it is stopped
        terminal.resize(70, 15)
        terminal.raw = b""
        terminal.write("fg\n")
        terminal.wait_raw(LAST_STARTUP_MODE)
        terminal.wait_for(re.compile(r"^ \d+ % .*q back", re.MULTILINE))
        assert terminal.shows(re.compile(r"Paragraph \d\."))
        terminal.write(QUIT_KEY)
        terminal.wait_for("prompt>")
        terminal.wait_until(lambda: terminal.changed_modes() == set())


def test_kill_after_marking(tmp_path: Path) -> None:
    """Cases 1, 118: a change shown on screen is there at the next start."""
    make_home(tmp_path, *(article_json(n) for n in range(1, 6)))
    for number in (5, 4):
        with open_reader(tmp_path, 5) as terminal:
            terminal.wait_for(unread_row(f"Title {number}"))
            terminal.write("j" * (5 - number) + "m")
            terminal.wait_for(read_row(f"Title {number}"))
            terminal.signal(signal.SIGKILL)
            assert terminal.wait_exit() == -signal.SIGKILL
    with open_reader(tmp_path, 5) as terminal:
        for number in range(1, 6):
            terminal.wait_for((read_row if number > 3 else unread_row)(f"Title {number}"))


HUNG = """
import time
from pathlib import Path
from store.library.folder import FolderLibrary

record = FolderLibrary.record

def wait(self, *args, **facts):
    while not Path(__file__).with_name("answers").exists():
        time.sleep(0.01)
    return record(self, *args, **facts)

FolderLibrary.record = wait
"""


@pytest.mark.parametrize("gives_up", [False, True])
def test_quit_while_the_library_does_not_answer(tmp_path: Path, *, gives_up: bool) -> None:
    """A network folder hangs: the reader says so, and ends once the changes are saved, or on ctrl+c."""
    make_home(tmp_path, article_json(1))
    command = faulty_reader(tmp_path, HUNG)
    with open_reader(tmp_path, 1, command=command) as terminal:
        terminal.write("m")
        terminal.wait_for("waiting for the library")
        terminal.write("q")
        terminal.wait_for("waiting until the last changes are saved (ctrl+c gives up)")
        assert terminal.changed_modes() == set()
        if gives_up:
            terminal.signal(signal.SIGINT)
        else:
            (tmp_path / "answers").touch()
        assert terminal.wait_exit() == (130 if gives_up else 0)
    assert show_json(tmp_path, 1)["read"] is not gives_up


UNSAVED = """
from store.library.folder import FolderLibrary
from store.model.errors import SaveFailed

def fail(self):
    raise SaveFailed("No space left on device")

FolderLibrary.close = fail
"""


def test_the_last_changes_cannot_be_saved(tmp_path: Path) -> None:
    """One line says why, and the exit code tells."""
    make_home(tmp_path, article_json(1))
    with open_reader(tmp_path, 1, command=faulty_reader(tmp_path, UNSAVED)) as terminal:
        terminal.write("q")
        assert_clean_exit(terminal, 1)
        last = terminal.raw.rpartition(b"\x1b[?1004l")[2].decode()
    assert last == "newstui: Not saved: No space left on device\r\n"


CRASH = """
from tui.reader.screen.list_actions import ListActions

def fail(self):
    row = self.article_list.rows[0]
    raise RuntimeError("injected")

ListActions.request_filters = fail
"""


def test_crash(tmp_path: Path) -> None:
    """Case 119: terminal restored, one line, a private log without texts, position saved."""
    make_home(tmp_path, long_article_json(1))
    command = faulty_reader(tmp_path, PATIENT + CRASH)
    with open_and_scroll(open_reader(tmp_path, 1, command=command)) as terminal:
        terminal.write("f")
        assert_clean_exit(terminal, 1)
        last = terminal.raw.rpartition(b"\x1b[?1004l")[2].decode()
    log = tmp_path / "state/newstui/crash.log"
    assert last == f"newstui: the reader crashed; crash log: {log}\r\n"
    assert log.stat().st_mode & 0o777 == 0o600
    text = log.read_text()
    assert "RuntimeError: injected" in text
    assert "damaged.py" in text
    for kept in ("Paragraph", "harbour master", SECRET):
        assert kept not in text
    assert position(tmp_path) > 0


def test_crash_during_startup(tmp_path: Path) -> None:
    """Case 119: the screen is cleared, and the line is printed."""
    make_home(tmp_path, article_json(1))
    patch = CRASH.replace("list_actions import ListActions", "reader_screen import Reader")
    patch = patch.replace("ListActions.request_filters", "Reader.on_mount")
    with start_reader(tmp_path, command=faulty_reader(tmp_path, patch)) as terminal:
        assert terminal.wait_exit() == 1
        assert terminal.changed_modes() == set()
        assert terminal.raw.count(b"\n") - terminal.raw.count(b"\n\x1b") == 1
        assert b"crash.log" in terminal.raw


JOB = """
from store.library.folder import FolderLibrary

def fail(self, limit=50):
    raise RuntimeError("injected\\x1b[31m [/] [@click=app.quit]x[/]")

FolderLibrary.undoable = fail
"""


def test_exception_in_the_worker(tmp_path: Path) -> None:
    """Case 120: a status line, as plain text, and the reader goes on."""
    make_home(tmp_path, article_json(1))
    with open_reader(tmp_path, 1, command=faulty_reader(tmp_path, JOB)) as terminal:
        terminal.write("U")
        terminal.wait_for(re.compile(r"^! injected \[/\] \[@click=app.quit\]x", re.MULTILINE))
        assert b"\x1b[31m" not in terminal.raw
        terminal.write("m")
        terminal.wait_for(read_row("Title 1"))
        terminal.write("q")
        assert_clean_exit(terminal, 0)
    assert show_json(tmp_path, 1)["read"] is True


def test_unwritable_crash_log(tmp_path: Path) -> None:
    """Cases 119, 131: the line still names the error."""
    make_home(tmp_path, article_json(1))
    command = faulty_reader(tmp_path, CRASH)
    (tmp_path / "state/newstui/crash.log").mkdir(parents=True)
    with open_reader(tmp_path, 1, command=command) as terminal:
        terminal.write("f")
        assert_clean_exit(terminal, 1)
        assert b"RuntimeError: injected\r\n" in terminal.raw
