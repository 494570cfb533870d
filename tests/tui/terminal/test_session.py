"""The terminal session step by step, and the harness the tests observe it with."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
import termios
import threading
from pathlib import Path
from typing import NoReturn

import pytest

from tests.support.terminal import Terminal, is_running
from tui.terminal.environment import (
    UTF8_TRIED_VARIABLE,
    find_startup_problem,
    needs_utf8_mode,
    restart_in_utf8_mode,
)
from tui.terminal.session import (
    RESET_SEQUENCE,
    TerminalSession,
    is_hung_up,
    read_terminal_modes,
    restore_terminal,
)


@pytest.mark.parametrize(
    ("term", "ttys", "reason"),
    [
        ("xterm", {0, 1, 2}, None),
        ("xterm", {0, 2}, None),
        ("xterm", {1, 2}, "stdin is not a terminal; newstui --plain works here"),
        ("xterm", {0, 1}, "stderr is not a terminal"),
        ("dumb", {0, 1, 2}, "TERM is dumb; newstui --plain works here"),
        ("", {0, 1, 2}, "TERM is not set; newstui --plain works here"),
    ],
)
def test_startup_problems(term: str, ttys: set[int], reason: str | None) -> None:
    """Cases 121 and 122: the message names the problem."""
    assert find_startup_problem({"TERM": term} if term else {}, ttys.__contains__) == reason


def test_restore_gives_modes_and_screen_back() -> None:
    """Case 114: the reset sequence, and the earlier modes."""
    master, slave = os.openpty()
    try:
        before = read_terminal_modes(slave)
        assert before is not None
        raw = [*before]
        raw[3] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(slave, termios.TCSANOW, raw)
        restore_terminal(slave, before)
        assert read_terminal_modes(slave) == before
        assert os.read(master, 1000) == RESET_SEQUENCE
        assert os.get_blocking(slave)
    finally:
        os.close(master)
        os.close(slave)


def read_all(master: int) -> bytes:
    """Return what a terminal has not read yet."""
    os.set_blocking(master, False)
    pending = b""
    with contextlib.suppress(BlockingIOError):
        while found := os.read(master, 4096):
            pending += found
    return pending


def test_restore_never_blocks() -> None:
    """Case 115: a stalled terminal makes room; one that is gone, or none, does no harm."""
    master, slave = os.openpty()
    os.set_blocking(slave, False)
    with contextlib.suppress(BlockingIOError):
        while os.write(slave, b"x" * 4096):
            pass
    os.set_blocking(slave, True)
    restore_terminal(slave)
    assert not is_hung_up(slave)
    assert read_all(master).endswith(RESET_SEQUENCE)
    os.close(master)
    assert is_hung_up(slave)
    restore_terminal(slave)
    os.close(slave)
    restore_terminal(slave)


def test_restore_writes_to_terminals_only(tmp_path: Path) -> None:
    """Case 121: a file on standard error gets no escape bytes."""
    path = tmp_path / "errors"
    with path.open("wb") as file:
        restore_terminal(file.fileno())
    assert path.read_bytes() == b""


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_session_restores_after_an_exception(error: type[BaseException]) -> None:
    """Case 119: after an exception of the app the terminal is restored."""
    master, slave = os.openpty()
    handlers = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)]
    with pytest.raises(error), session(slave):
        raise error
    assert os.read(master, 1000) == RESET_SEQUENCE
    assert handlers == [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)]
    os.close(master)
    os.close(slave)


def test_session_leaves_nothing_behind() -> None:
    """Case 114: a run that ends by itself writes nothing and restores handlers and files."""
    master, slave = os.openpty()
    files, threads = open_descriptors(), set(threading.enumerate())
    with session(slave) as one:
        pass
    assert one.exit_code is None
    # What earlier tests have left may end at any time.
    assert open_descriptors() <= files
    assert set(threading.enumerate()) <= threads
    assert read_terminal_modes(slave) is not None
    os.set_blocking(master, False)
    with pytest.raises(BlockingIOError):
        os.read(master, 1)
    os.close(master)
    os.close(slave)


def open_descriptors() -> set[str]:
    return {each.name for each in Path("/dev/fd").iterdir()}


def session(slave: int) -> TerminalSession:
    def unasked(*_: object) -> bool:
        raise AssertionError("nobody asked")

    return TerminalSession(unasked, lambda: None, stdin=slave, screen=slave, exit_process=unasked)


@pytest.mark.parametrize(
    ("env", "encoding", "needed"),
    [
        ({}, "ANSI_X3.4-1968", True),
        ({}, "iso8859-1", True),
        ({}, "UTF-8", False),
        ({}, "utf_8", False),
        ({}, "utf8", False),
        ({UTF8_TRIED_VARIABLE: "1"}, "ascii", False),
    ],
)
def test_needs_utf8_mode(env: dict[str, str], encoding: str, needed: bool) -> None:
    """Case 123: once, and only where the locale is not UTF-8."""
    assert needs_utf8_mode(env, encoding) is needed


@pytest.mark.slow
def test_restart_in_utf8_mode(tmp_path: Path) -> None:
    """Case 123: Japanese in a POSIX locale comes out as Japanese, options and arguments kept."""
    program = tmp_path / "print.py"
    program.write_text(
        "import os, sys\n"
        "from tui.terminal.environment import needs_utf8_mode, restart_in_utf8_mode\n"
        "if needs_utf8_mode(os.environ, sys.stderr.encoding):\n"
        "    restart_in_utf8_mode(os.environ, sys.orig_argv)\n"
        "print('\\u65e5', sys.argv[1:], sys.dont_write_bytecode, file=sys.stderr)\n"
    )
    env = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    with Terminal([sys.executable, "-B", program, "a b"], tmp_path, env=env) as terminal:
        assert terminal.wait_exit() == 0
        assert terminal.raw.decode().strip() == "日 ['a b'] True"


def test_restart_keeps_the_environment() -> None:
    """Case 123: the guard against a second try is in the new environment."""
    calls = []
    before = {"A": "1", "PYTHONIOENCODING": "latin-1"}

    def execve(path: str, command: list[str], env: dict[str, str]) -> NoReturn:
        calls.append((path, command, env))
        raise SystemExit

    with pytest.raises(SystemExit):
        restart_in_utf8_mode(before, ["python", "-m", "x"], execve)
    [(path, command, env)] = calls
    assert (path, command) == (sys.executable, [sys.executable, "-m", "x"])
    assert env == {"A": "1", "PYTHONUTF8": "1", UTF8_TRIED_VARIABLE: "1"}
    assert not needs_utf8_mode(env, "ascii")


@pytest.mark.parametrize("module", ["tui.terminal.session", "tui.terminal.browser"])
def test_imports_no_textual(tmp_path: Path, module: str) -> None:
    """The modules a command uses import no Textual."""
    line = f"import sys, {module}; print('textual' in sys.modules)"
    with Terminal([sys.executable, "-c", line], tmp_path) as terminal:
        assert terminal.wait_exit() == 0
        assert terminal.raw.strip() == b"False"


class TestHarness:
    """The terminal that these tests use."""

    def test_shows_and_types(self, tmp_path: Path) -> None:
        """The output of a program is on the screen, and typed keys arrive."""
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
            terminal.hang_up()
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
