"""The terminal is given back, whatever happens to the reader, the link or the machine."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
import termios
import threading
import time
from typing import TYPE_CHECKING, NoReturn

import psutil
import pytest

from tests.terminal import Terminal
from tui.terminal import (
    GIVE_BACK,
    UTF8_TRIED,
    Session,
    is_gone,
    modes,
    needs_utf8_mode,
    refusal,
    restore,
    start_again_in_utf8,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LEFT = b"\x1b[?1049l"
CURSOR = b"\x1b[?25h"
MODES_ON = {1000, 1003, 1004, 1006, 1015, 1049, 2004}

READER = """
import asyncio, os, sys, time
from textual.app import App
from textual.widgets import Static
from tui.driver import ReaderDriver
from tui.terminal import Session, refusal

class Counter(App):
    BINDINGS = [("down", "count"), ("b", "block"), ("f", "flood"), ("x", "send"),
                ("z", "suspend_process")]
    count = 0
    loop = None

    def compose(self):
        yield Static("count 0", markup=False)

    def on_mount(self):
        self.loop = asyncio.get_running_loop()

    def take_driver(self, driver):
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

    def action_send(self):
        self.driver.send(b"\\x1b]52;c;eA==\\x07")

def note(text):
    with open(os.environ["NOTES"], "a") as file:
        file.write(text + "\\n")

reason = refusal(os.environ)
if reason:
    print(reason, file=sys.stderr)
    sys.exit(2)
app = Counter(driver_class=ReaderDriver)
grace = float(os.environ.get("GRACE", "1.5"))
with Session(app.stop, lambda: note("saved"), grace=grace) as session:
    if "early" in sys.argv:
        print("early", file=sys.stderr, flush=True)
        time.sleep(60)
    app.run()
note("over")
sys.exit(session.code or app.return_code)
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
    """The same, but the process is not given long to end by itself."""
    env = notes_env(tmp_path) | {"GRACE": "0.2"}
    with Terminal(command(tmp_path), tmp_path, env=env) as terminal:
        terminal.wait_for("count 0")
        terminal.wait_raw(b"\x1b[?2004h")
        yield terminal


def command(tmp_path: Path, *arguments: str) -> list[str]:
    program = tmp_path / "reader.py"
    program.write_text(READER)
    return [sys.executable, str(program), *arguments]


def notes_env(tmp_path: Path) -> dict[str, str]:
    return {"NOTES": str(tmp_path / "notes")}


def notes(tmp_path: Path) -> list[str]:
    path = tmp_path / "notes"
    return path.read_text().split() if path.exists() else []


def modes_left_on(raw: bytes) -> set[int]:
    """The private modes that were set and not reset."""
    state = {}
    for number, letter in re.findall(rb"\x1b\[\?(\d+)([hl])", raw):
        state[int(number)] = letter == b"h"
    return {number for number, on in state.items() if on} - {7, 25}


def is_running(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
def test_a_signal_ends_it_in_order(
    reader: Terminal, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    """Case 114: the terminal is restored and the exit code says which signal it was."""
    assert modes_left_on(reader.raw) >= MODES_ON
    reader.signal(number)
    assert reader.wait_exit(5) == code
    assert modes_left_on(reader.raw) == set()
    assert b"\x1b[<u" in reader.raw
    assert reader.raw.rindex(CURSOR) > reader.raw.rindex(b"\x1b[?25l")
    assert notes(tmp_path) == ["over"]


@pytest.mark.slow
def test_a_signal_before_the_app_runs(tmp_path: Path) -> None:
    """Case 114: a signal that comes while the reader still starts ends it at once."""
    with Terminal(command(tmp_path, "early"), tmp_path, env=notes_env(tmp_path)) as terminal:
        terminal.wait_for("early")
        terminal.signal(signal.SIGTERM)
        assert terminal.wait_exit(5) == 143


@pytest.mark.slow
def test_a_dropped_link(reader: Terminal, tmp_path: Path) -> None:
    """Case 112: the terminal goes away, SIGHUP comes: the reader is gone with exit 129."""
    reader.hangup()
    assert reader.wait_exit(5) == 129
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
        terminal.hangup()
        assert terminal.wait_exit() == 129
    assert notes(tmp_path) == ["over"]


@pytest.mark.slow
def test_a_lone_sigcont_changes_nothing(reader: Terminal) -> None:
    """Case 116: no second thread that reads keys, no repaint, every key counts once."""
    process = psutil.Process(reader.pid)
    threads = process.num_threads()
    reader.read_for(0.2)
    for _ in range(3):
        reader.signal(signal.SIGCONT)
        assert reader.read_for(0.1) == b""
    for count in range(1, 51):
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
def test_as_a_job_of_a_shell(tmp_path: Path) -> None:
    """Case 117: ctrl+z, fg and bg; a stopped job that is killed ends in order."""
    line = " ".join(command(tmp_path))
    env = notes_env(tmp_path) | {"PS1": "prompt> "}
    with Terminal(["sh", "-i"], tmp_path, env=env) as terminal:
        terminal.wait_for("prompt>")
        terminal.write(f"{line}\n")
        terminal.wait_raw(b"count 0")
        for back in ("fg", "bg; sleep 1.5; fg"):
            terminal.raw = b""
            terminal.write("z")
            terminal.wait_raw(b"prompt>")
            assert modes_left_on(terminal.raw) == set()
            terminal.write(f"{back}\n")
            terminal.wait_raw(b"count 0")
        terminal.raw = b""
        terminal.write("z")
        terminal.wait_raw(b"prompt>")
        [job] = psutil.Process(terminal.pid).children()
        terminal.write("kill %1; kill -CONT %1\n")
        while is_running(job.pid):
            time.sleep(0.01)
        for _ in range(50):  # the shell may learn of the end a moment later than we do
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
    """Case 115: after the grace the unsaved is saved, the terminal restored, the process gone."""
    hasty.write("b")
    hasty.wait_for("blocked")
    hasty.signal(number)
    assert hasty.wait_exit() == 128 + number
    assert modes_left_on(hasty.raw) == set()
    assert hasty.raw.endswith(GIVE_BACK)
    assert notes(tmp_path) == ["saved"]


@pytest.mark.slow
def test_a_stalled_link(hasty: Terminal, tmp_path: Path) -> None:
    """Case 115: the terminal takes nothing any more; when it does again, it is restored."""
    hasty.write("f")
    hasty.wait_raw(b"x" * 4096)
    time.sleep(0.5)  # the link stalls: nobody reads, until every buffer is full
    hasty.signal(signal.SIGTERM)
    assert hasty.wait_exit(reading=False) == 143
    assert hasty.raw.endswith(GIVE_BACK)
    assert notes(tmp_path) == ["saved"]


@pytest.mark.slow
def test_idle_costs_nothing(reader: Terminal) -> None:
    """Case 113: the guard sleeps; only Textual's own ten looks a second at the keys remain."""
    reader.read_for(0.3)
    before = psutil.Process(reader.pid).cpu_times()
    assert reader.read_for(1) == b""
    after = psutil.Process(reader.pid).cpu_times()
    assert after.user + after.system - before.user - before.system < 0.1


@pytest.mark.slow
def test_an_app_sends_bytes_of_its_own(reader: Terminal) -> None:
    """Case 75: OSC 52 reaches the terminal through the driver."""
    reader.write("x")
    reader.wait_raw(b"\x1b]52;c;eA==\x07")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("redirect", "reason"),
    [
        ("</dev/null", "stdin is not one"),
        ("<&-", "stdin is not one"),
        ("2>{}", "stderr is not one"),
    ],
)
def test_not_a_terminal(tmp_path: Path, redirect: str, reason: str) -> None:
    """Case 121: one line, exit 2, not one escape byte."""
    errors = tmp_path / "errors"
    line = f"exec {' '.join(command(tmp_path))} {redirect.format(errors)}"
    with Terminal(["sh", "-c", line], tmp_path, env=notes_env(tmp_path)) as terminal:
        assert terminal.wait_exit() == 2
        said = terminal.raw + (errors.read_bytes() if errors.exists() else b"")
    assert said.decode().strip() == f"newstui: needs a terminal ({reason})"


@pytest.mark.slow
def test_standard_output_may_be_a_pipe(tmp_path: Path) -> None:
    """Case 121: `| cat` alone works."""
    line = f"{' '.join(command(tmp_path))} | cat"
    with Terminal(["sh", "-c", line], tmp_path, env=notes_env(tmp_path)) as terminal:
        terminal.wait_for("count 0")
        terminal.write("\x11")
        assert terminal.wait_exit() == 0
        assert modes_left_on(terminal.raw) == set()


@pytest.mark.parametrize(
    ("term", "ttys", "reason"),
    [
        ("xterm", {0, 1, 2}, None),
        ("xterm", {0, 2}, None),
        ("xterm", {1, 2}, "stdin is not one"),
        ("xterm", {0, 1}, "stderr is not one"),
        ("dumb", {0, 1, 2}, "TERM is dumb; newstui --plain works here"),
        ("", {0, 1, 2}, "TERM is not set; newstui --plain works here"),
    ],
)
def test_refusal(term: str, ttys: set[int], reason: str | None) -> None:
    """Cases 121 and 122: what is missing is named."""
    expected = reason and f"newstui: needs a terminal ({reason})"
    assert refusal({"TERM": term} if term else {}, ttys.__contains__) == expected


def test_restore_gives_modes_and_screen_back() -> None:
    """Case 114: the bytes, and the modes from before."""
    master, slave = os.openpty()
    try:
        before = modes(slave)
        assert before is not None
        raw = [*before]
        raw[3] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(slave, termios.TCSANOW, raw)
        restore(slave, before)
        assert modes(slave) == before
        assert os.read(master, 1000) == GIVE_BACK
        assert os.get_blocking(slave)
    finally:
        os.close(master)
        os.close(slave)


def test_restore_never_blocks() -> None:
    """Case 115: a terminal that takes nothing is left; one that is gone, or none, does no harm."""
    master, slave = os.openpty()
    os.set_blocking(slave, False)
    with contextlib.suppress(BlockingIOError):
        while os.write(slave, b"x" * 4096):
            pass
    os.set_blocking(slave, True)
    restore(slave)
    assert not is_gone(slave)
    os.close(master)
    assert is_gone(slave)
    restore(slave)
    os.close(slave)
    restore(slave)


def test_restore_writes_to_terminals_only(tmp_path: Path) -> None:
    """Case 121: a file on standard error gets no escape bytes."""
    path = tmp_path / "errors"
    with path.open("wb") as file:
        restore(file.fileno())
    assert path.read_bytes() == b""


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_session_restores_after_an_exception(error: type[BaseException]) -> None:
    """Case 119: an exception that comes out of the app's run leaves the terminal restored."""
    master, slave = os.openpty()
    handlers = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)]
    with pytest.raises(error), session(slave):
        raise error
    assert os.read(master, 1000) == GIVE_BACK
    assert handlers == [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)]
    os.close(master)
    os.close(slave)


def test_session_leaves_nothing_behind() -> None:
    """Case 114: a run that ends by itself writes nothing and gives handlers and files back."""
    master, slave = os.openpty()
    files = psutil.Process().num_fds()
    threads = threading.active_count()
    with session(slave) as one:
        pass
    assert one.code is None
    assert psutil.Process().num_fds() == files
    assert threading.active_count() == threads
    assert modes(slave) is not None
    os.set_blocking(master, False)
    with pytest.raises(BlockingIOError):
        os.read(master, 1)
    os.close(master)
    os.close(slave)


def session(slave: int) -> Session:
    def unasked(*_: object) -> bool:
        raise AssertionError("nobody asked")

    return Session(unasked, lambda: None, stdin=slave, screen=slave, leave=unasked)


@pytest.mark.parametrize(
    ("env", "encoding", "needed"),
    [
        ({}, "ANSI_X3.4-1968", True),
        ({}, "iso8859-1", True),
        ({}, "UTF-8", False),
        ({}, "utf_8", False),
        ({}, "utf8", False),
        ({UTF8_TRIED: "1"}, "ascii", False),
    ],
)
def test_needs_utf8_mode(env: dict[str, str], encoding: str, needed: bool) -> None:
    """Case 123: once, and only where the locale is not UTF-8."""
    assert needs_utf8_mode(env, encoding) is needed


@pytest.mark.slow
def test_starting_again_in_utf8(tmp_path: Path) -> None:
    """Case 123: Japanese in a POSIX locale comes out as Japanese, options and arguments kept."""
    program = tmp_path / "print.py"
    program.write_text(
        "import os, sys\n"
        "from tui.terminal import needs_utf8_mode, start_again_in_utf8\n"
        "if needs_utf8_mode(os.environ, sys.stderr.encoding):\n"
        "    start_again_in_utf8(os.environ, sys.orig_argv)\n"
        "print('\\u65e5', sys.argv[1:], sys.dont_write_bytecode, file=sys.stderr)\n"
    )
    env = {"LC_ALL": "POSIX", "PYTHONUTF8": "0"}
    with Terminal([sys.executable, "-B", program, "a b"], tmp_path, env=env) as terminal:
        assert terminal.wait_exit() == 0
        assert terminal.raw.decode().strip() == "日 ['a b'] True"


def test_start_again_keeps_the_environment() -> None:
    """Case 123: the guard against a second try is in the new environment."""
    calls = []

    def execve(path: str, command: list[str], env: dict[str, str]) -> NoReturn:
        calls.append((path, command, env))
        raise SystemExit

    with pytest.raises(SystemExit):
        start_again_in_utf8({"A": "1"}, ["python", "-m", "x"], execve)
    [(path, command, env)] = calls
    assert (path, command) == (sys.executable, [sys.executable, "-m", "x"])
    assert env == {"A": "1", "PYTHONUTF8": "1", UTF8_TRIED: "1"}
    assert not needs_utf8_mode(env, "ascii")


@pytest.mark.parametrize("module", ["tui.terminal", "tui.outside"])
def test_imports_no_textual(tmp_path: Path, module: str) -> None:
    """Section 2 of the design: what a command uses imports no Textual."""
    line = f"import sys, {module}; print('textual' in sys.modules)"
    with Terminal([sys.executable, "-c", line], tmp_path) as terminal:
        assert terminal.wait_exit() == 0
        assert terminal.raw.strip() == b"False"


class TestHarness:
    """The terminal that these tests use."""

    def test_shows_and_types(self, tmp_path: Path) -> None:
        """What a program writes is on the screen, what is typed arrives."""
        with Terminal(["sh", "-c", "stty -echo; echo ready; cat"], tmp_path) as terminal:
            terminal.wait_for("ready")
            terminal.write("typed\n")
            terminal.wait_for(re.compile("^typed$", re.MULTILINE))
            assert terminal.screen()[:2] == ["ready".ljust(80), "typed".ljust(80)]
            assert terminal.cursor() == (0, 2)

    def test_has_the_size_it_is_given(self, tmp_path: Path) -> None:
        """The size arrives, and so does a change of it."""
        line = "trap 'stty size' WINCH; stty size; while :; do sleep 0.05; done"
        with Terminal(["sh", "-c", line], tmp_path, size=(100, 30)) as terminal:
            terminal.wait_for("30 100")
            terminal.resize(60, 10)
            terminal.wait_for("10 60")
            assert len(terminal.screen()) == 10

    def test_survives_what_pyte_does_not_know(self, tmp_path: Path) -> None:
        """Private modes, queries and device control strings, whole or in pieces, leave no trace."""
        odd = rb"\033[>5ua\033[<ub\033[=1;2uc\033[?2026$pd\033P1$r0m\033\\e\033[>"
        line = f"printf '{odd.decode()}'; sleep 0.1; printf '1qf'"
        with Terminal(["sh", "-c", line], tmp_path) as terminal:
            assert terminal.wait_exit() == 0
            assert terminal.screen()[0].rstrip() == "abcdef"

    def test_hangup_and_exit_codes(self, tmp_path: Path) -> None:
        """A program gets SIGHUP when its terminal goes, and its exit code is told."""
        with Terminal(["sh", "-c", "exit 3"], tmp_path) as terminal:
            assert terminal.wait_exit() == 3
        with Terminal(["sh", "-c", "echo up; exec sleep 60"], tmp_path) as terminal:
            terminal.wait_for("up")
            terminal.hangup()
            assert terminal.wait_exit() == -signal.SIGHUP

    def test_close_ends_the_program(self, tmp_path: Path) -> None:
        """Nothing that a test has started outlives it, even if it ignores SIGHUP."""
        with Terminal(["sh", "-c", "trap '' HUP TERM; echo up; sleep 60"], tmp_path) as terminal:
            terminal.wait_for("up")
        assert not is_running(terminal.pid)

    def test_environment_is_clean(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """No SSH, no tmux, no display from outside; the home folder is the test's."""
        for name in ("SSH_TTY", "TMUX", "DISPLAY"):
            monkeypatch.setenv(name, "outside")
        with Terminal(["env"], tmp_path, env={"EXTRA": "1", "TZ": ""}) as terminal:
            terminal.wait_exit()
            said = terminal.raw.decode()
        assert "outside" not in said
        assert f"HOME={tmp_path}\r\n" in said
        assert "EXTRA=1\r\n" in said
        assert "TZ=" not in said

    def test_wait_for_says_what_is_there(self, tmp_path: Path) -> None:
        """A test that fails shows the screen."""
        with Terminal(["echo", "something else"], tmp_path) as terminal:
            terminal.wait_exit()
            with pytest.raises(AssertionError, match="something else"):
                terminal.wait_for("expected", 0.1)
