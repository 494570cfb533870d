"""The terminal is restored, whatever happens to the reader, the link or the machine."""

from __future__ import annotations

import re
import signal
import sys
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.support.terminal import TIMEOUT, Terminal, is_running
from tui.terminal.session import RESET_SEQUENCE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


LEFT = b"\x1b[?1049l"
CURSOR = b"\x1b[?25h"
MODES_ON = {1000, 1003, 1004, 1006, 1015, 1049, 2004}

READER = """
import asyncio, os, signal, sys, time
from textual.app import App
from textual.widgets import Static
from tui.reader.driver import ReaderDriver
from tui.terminal.environment import find_startup_problem
from tui.terminal.session import TerminalSession

class Counter(App):
    BINDINGS = [("down", "count"), ("b", "block"), ("f", "flood"), ("x", "send"),
                ("z", "suspend_process"), ("t", "take_no_signals")]
    count = 0
    loop = None

    def compose(self):
        yield Static("count 0", markup=False)

    def on_mount(self):
        self.loop = asyncio.get_running_loop()

    def attach_driver(self, driver):
        self.driver = driver
        driver.before_suspend = lambda: note("flushed")

    def stop(self, code):
        if self.loop is None:
            return False
        self.loop.call_soon_threadsafe(lambda: self.exit(return_code=code))
        return True

    def action_count(self):
        self.count += 1
        self.query_one(Static).update(f"count {self.count}")

    def action_block(self):
        self.driver.send(b"blocked")
        time.sleep(60)

    def action_flood(self):
        while True:
            self.driver.send(b"x" * 4096)

    def action_take_no_signals(self):
        stops = {signal.SIGTSTP, signal.SIGCONT, signal.SIGWINCH}
        signal.pthread_sigmask(signal.SIG_BLOCK, stops)
        self.query_one(Static).update("taken elsewhere")

    def action_send(self):
        self.driver.send(b"\\x1b]52;c;eA==\\x07")

def note(text):
    with open(os.environ["NOTES"], "a") as file:
        file.write(text + "\\n")

reason = find_startup_problem(os.environ)
if reason:
    print(reason, file=sys.stderr)
    sys.exit(2)
app = Counter(driver_class=ReaderDriver)
grace = float(os.environ["GRACE"])
with TerminalSession(app.stop, lambda: note("saved"), grace=grace) as session:
    if "early" in sys.argv:
        print("early", file=sys.stderr, flush=True)
        time.sleep(60)
    app.run()
note("over")
sys.exit(session.exit_code or app.return_code)
"""


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Terminal]:
    """A tiny reader that runs and shows `count 0`."""
    with Terminal(command(tmp_path), tmp_path, env=notes_env(tmp_path)) as terminal:
        terminal.wait_for("count 0")
        terminal.wait_raw(b"\x1b[?2004h")
        yield terminal


@pytest.fixture
def hasty(tmp_path: Path) -> Iterator[Terminal]:
    """The same with a short grace period."""
    env = notes_env(tmp_path, grace=0.2)
    with Terminal(command(tmp_path), tmp_path, env=env) as terminal:
        terminal.wait_for("count 0")
        terminal.wait_raw(b"\x1b[?2004h")
        yield terminal


def command(tmp_path: Path, *arguments: str) -> list[str]:
    program = tmp_path / "reader.py"
    program.write_text(READER)
    return [sys.executable, str(program), *arguments]


def notes_env(tmp_path: Path, grace: float = TIMEOUT) -> dict[str, str]:
    return {"NOTES": str(tmp_path / "notes"), "GRACE": str(grace)}


def notes(tmp_path: Path) -> list[str]:
    path = tmp_path / "notes"
    return path.read_text().split() if path.exists() else []


def modes_left_on(raw: bytes) -> set[int]:
    """Return the private modes that were set and not reset."""
    state = {}
    for number, letter in re.findall(rb"\x1b\[\?(\d+)([hl])", raw):
        state[int(number)] = letter == b"h"
    return {number for number, on in state.items() if on} - {7, 25}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
def test_a_signal_ends_it_in_order(
    reader: Terminal, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    """Case 114: the terminal is restored, and the exit code tells the signal."""
    assert modes_left_on(reader.raw) >= MODES_ON
    reader.signal(number)
    assert reader.wait_exit() == code
    assert modes_left_on(reader.raw) == set()
    assert b"\x1b[<u" in reader.raw
    assert reader.raw.rindex(CURSOR) > reader.raw.rindex(b"\x1b[?25l")
    assert notes(tmp_path) == ["over"]


@pytest.mark.slow
def test_a_signal_before_the_app_runs(tmp_path: Path) -> None:
    """Case 114: a signal during the start ends the reader at once."""
    with Terminal(command(tmp_path, "early"), tmp_path, env=notes_env(tmp_path)) as terminal:
        terminal.wait_for("early")
        terminal.signal(signal.SIGTERM)
        assert terminal.wait_exit() == 143


@pytest.mark.slow
def test_a_dropped_link(reader: Terminal, tmp_path: Path) -> None:
    """Case 112: the terminal goes away, SIGHUP comes: the reader is gone with exit 129."""
    reader.hang_up()
    assert reader.wait_exit() == 129
    assert notes(tmp_path) == ["over"]


@pytest.mark.slow
def test_a_dropped_link_under_nohup(tmp_path: Path) -> None:
    """Case 113: the same where SIGHUP is ignored, within 3 s and without spinning."""
    line = f"trap '' HUP; exec {' '.join(command(tmp_path))}"
    with Terminal(["sh", "-c", line], tmp_path, env=notes_env(tmp_path)) as terminal:
        terminal.wait_for("count 0")
        terminal.signal(signal.SIGHUP)
        terminal.write("\x1b[B")
        terminal.wait_for("count 1")
        terminal.hang_up()
        assert terminal.wait_exit() == 129
    assert notes(tmp_path) == ["over"]


@pytest.mark.slow
def test_a_lone_sigcont_changes_nothing(reader: Terminal) -> None:
    """Case 116: no second thread that reads keys, no repaint, every key counts once."""
    reader.write("\x1b[B")
    reader.wait_for("count 1")  # by now all its threads run
    process = psutil.Process(reader.pid)
    threads, drawn = process.num_threads(), reader.raw.count(b"count 1")
    for _ in range(3):
        reader.signal(signal.SIGCONT)
        reader.read_for(0.1)
    reader.write("\x1b[B")
    reader.wait_for("count 2")
    assert (reader.raw.count(b"count 1"), reader.raw.count(b"\x1b[?1049h")) == (drawn, 1)
    for count in range(3, 51):
        reader.write("\x1b[B")
        if count % 10 == 0:
            reader.wait_for(f"count {count}")
    reader.read_for(0.2)
    assert reader.shows(re.compile(r"count 50$", re.MULTILINE))
    assert process.num_threads() == threads


@pytest.mark.slow
def test_stopped_and_continued(reader: Terminal, tmp_path: Path) -> None:
    """Case 117: SIGTSTP restores, flushes and stops; SIGCONT draws again at the new size."""
    process = psutil.Process(reader.pid)
    threads = process.num_threads()
    for turn in (1, 2):
        reader.signal(signal.SIGTSTP)
        reader.wait_raw(LEFT)
        while process.status() != psutil.STATUS_STOPPED:
            time.sleep(0.01)
        reader.screen()
        assert modes_left_on(reader.raw) == set()
        assert notes(tmp_path) == ["flushed"] * turn
        reader.raw = b""
        reader.resize(60 + turn, 20)
        reader.signal(signal.SIGCONT)
        reader.wait_raw(b"\x1b[?2004h")  # and at once again, while it still draws
    reader.write("\x1b[B")
    reader.wait_for("count 1")
    assert process.num_threads() == threads


@pytest.mark.slow
def test_signals_that_another_thread_takes(reader: Terminal) -> None:
    """Case 117: the kernel gives a signal to any thread, and the main thread may sleep meanwhile."""
    process = psutil.Process(reader.pid)
    reader.write("t")
    reader.wait_for("taken elsewhere")
    reader.signal(signal.SIGTSTP)
    reader.wait_until(lambda: process.status() == psutil.STATUS_STOPPED)
    reader.screen()
    assert modes_left_on(reader.raw) == set()
    reader.raw = b""
    reader.signal(signal.SIGCONT)
    reader.wait_raw(b"\x1b[?2004h")
    assert modes_left_on(reader.raw) >= MODES_ON
    reader.resize(70, 20)
    reader.wait_raw(b"\x1b[20;")
    reader.write("\x1b[B")
    reader.wait_for("count 1")


@pytest.mark.slow
def test_as_a_job_of_a_shell(tmp_path: Path) -> None:
    """Case 117: ctrl+z, fg and bg; a stopped job that is killed ends in order."""
    line = " ".join(command(tmp_path))
    env = notes_env(tmp_path) | {"PS1": "prompt> "}
    with Terminal(["sh", "-i"], tmp_path, env=env) as terminal:
        terminal.wait_for("prompt>")
        terminal.write(f"{line}\n")
        terminal.wait_raw(b"\x1b[?2004h")
        for back in ("fg", "bg; sleep 1.5; fg"):
            terminal.wait_raw(b"count 0")
            terminal.raw = b""
            terminal.write("z")
            terminal.wait_raw(b"prompt>")
            assert modes_left_on(terminal.raw) == set()
            terminal.write(f"{back}\n")
            terminal.wait_raw(b"\x1b[?2004h")  # "count 0" may still be of the drawing before
        terminal.raw = b""
        terminal.write("z")
        terminal.wait_raw(b"prompt>")
        [job] = psutil.Process(terminal.pid).children()
        terminal.write("kill %1; kill -CONT %1\n")
        while is_running(job.pid):
            time.sleep(0.01)
        for _ in range(600):  # the shell may learn of the end a moment later than we do
            terminal.write("jobs\n")
            terminal.read_for(0.1)
            if b"143" in terminal.raw:
                break
        assert b"143" in terminal.raw
        assert LEFT not in terminal.raw.partition(b"prompt>")[2]
    assert notes(tmp_path) == ["flushed"] * 3 + ["over"]


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_blocked_main_thread(hasty: Terminal, tmp_path: Path, number: signal.Signals) -> None:
    """Case 115: after the grace period changes are saved, the terminal restored, the process gone."""
    hasty.write("b")
    hasty.wait_for("blocked")
    hasty.signal(number)
    assert hasty.wait_exit() == 128 + number
    assert modes_left_on(hasty.raw) == set()
    assert hasty.raw.endswith(RESET_SEQUENCE)
    assert notes(tmp_path) == ["saved"]


@pytest.mark.slow
def test_a_stalled_link(hasty: Terminal, tmp_path: Path) -> None:
    """Case 115: a terminal that stalls is restored once it goes on."""
    hasty.write("f")
    hasty.wait_raw(b"x" * 4096)
    time.sleep(0.5)  # the link stalls: nobody reads, until every buffer is full
    hasty.signal(signal.SIGTERM)
    assert hasty.wait_exit(reading=False) == 143
    assert hasty.raw.endswith(RESET_SEQUENCE)
    assert notes(tmp_path) == ["saved"]


@pytest.mark.slow
def test_idle_costs_nothing(reader: Terminal) -> None:
    """Case 113: the watcher sleeps; only Textual's ten polls a second for keys remain."""
    reader.wait_idle(1, cpu_seconds=0.1)
    assert is_running(reader.pid)


@pytest.mark.slow
def test_an_app_can_send_bytes(reader: Terminal) -> None:
    """Case 75: OSC 52 reaches the terminal through the driver."""
    reader.write("x")
    reader.wait_raw(b"\x1b]52;c;eA==\x07")
    assert reader.raw.count(b"\x1b]52;") == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("redirect", "reason"),
    [
        ("</dev/null", "stdin is not a terminal; newstui --plain works here"),
        ("<&-", "stdin is not a terminal; newstui --plain works here"),
        ("2>{}", "stderr is not a terminal"),
    ],
)
def test_not_a_terminal(tmp_path: Path, redirect: str, reason: str) -> None:
    """Case 121: one line, exit 2, not one escape byte."""
    errors = tmp_path / "errors"
    line = f"exec {' '.join(command(tmp_path))} {redirect.format(errors)}"
    with Terminal(["sh", "-c", line], tmp_path, env=notes_env(tmp_path)) as terminal:
        assert terminal.wait_exit() == 2
        said = terminal.raw + (errors.read_bytes() if errors.exists() else b"")
    assert said.decode().strip() == reason


@pytest.mark.slow
def test_standard_output_may_be_a_pipe(tmp_path: Path) -> None:
    """Case 121: `| cat` alone works."""
    line = f"{' '.join(command(tmp_path))} | cat"
    with Terminal(["sh", "-c", line], tmp_path, env=notes_env(tmp_path)) as terminal:
        terminal.wait_for("count 0")
        terminal.write("\x11")
        assert terminal.wait_exit() == 0
        assert modes_left_on(terminal.raw) == set()
