"""Programs of the user: their input, their limits, and how they fail."""

from __future__ import annotations

import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from store.model.errors import ProgramFailed
from store.system import programs
from store.system.programs import MAX_OUTPUT_BYTES, ProgramRun, run_program
from tests.support.terminal import has_ended

PATIENCE = 600.0
"""Seconds that a program may take on a busy machine."""


def test_input_and_output() -> None:
    text = "The tide\n" * 20_000
    assert run_program(["tr", "a-z", "A-Z"], text, PATIENCE) == text.upper()


def test_program_ignores_its_input() -> None:
    before = signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # as commands have it
    try:
        assert run_program(["true"], "x" * 1_000_000, PATIENCE) == ""
    finally:
        signal.signal(signal.SIGPIPE, before)


def test_no_shell() -> None:
    """Case 68: nothing is expanded, nothing else is run."""
    assert run_program(["echo", "$(id); `id` *"], "", PATIENCE) == "$(id); `id` *\n"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["/no/such/program"], "/no/such/program cannot be started: No such file or directory"),
        (["a\0b"], "cannot be started: embedded null byte"),
        (["false"], "false failed with exit code 1"),
        ([sys.executable, "-c", "import sys; sys.exit('first\\nno ink')"], "exit code 1: no ink"),
        (["sleep", "60"], "sleep timed out after 0.2 seconds"),
    ],
)
def test_failures(arguments: list[str], reason: str) -> None:
    with pytest.raises(ProgramFailed) as raised:
        run_program(arguments, "text", 0.2 if arguments[0] == "sleep" else PATIENCE)
    assert reason in str(raised.value)


@pytest.mark.parametrize("printed", ["y\n", "é", "long " * 10_000])
def test_endless_output_is_cut(printed: str) -> None:
    """It ends the program, which would otherwise go on until the time is up."""
    endless = f"import sys\nwhile True: sys.stdout.write({printed!r})"
    out = run_program([sys.executable, "-X", "utf8", "-c", endless], "", PATIENCE)
    assert MAX_OUTPUT_BYTES - 4 < len(out.encode()) <= MAX_OUTPUT_BYTES
    assert (printed * (len(out) // len(printed) + 1)).startswith(out)


def test_endless_errors_are_not_kept() -> None:
    """Their last line is the reason, however much is printed before it."""
    script = "import sys\nfor _ in range(300): sys.stderr.write('ink ' * 5000 + chr(10))\nsys.exit('no tide')"
    with pytest.raises(ProgramFailed, match=r"exit code 1: no tide$") as raised:
        run_program([sys.executable, "-c", script], "", PATIENCE)
    assert len(str(raised.value)) < 1000


def test_a_program_that_closes_its_output_is_timed_out() -> None:
    with pytest.raises(ProgramFailed, match=r"timed out after 0\.2 seconds"):
        run_program(["sh", "-c", "exec >&- 2>&-; sleep 60"], "", 0.2)


def is_written(file: Path) -> bool:
    """Return True if a program has written its line into a file."""
    return file.exists() and file.read_text().endswith("\n")


def cancel_once_written(program: ProgramRun, file: Path) -> BaseException | None:
    """Run a program on another thread, kill it once it has written a file, and return what its run raised."""
    with ThreadPoolExecutor(1) as thread:
        running = thread.submit(program.run, "", PATIENCE)
        while not is_written(file):
            time.sleep(0.005)
        program.kill()
        return running.exception(PATIENCE)


def test_killing_a_run_before_and_after_its_start(tmp_path: Path) -> None:
    """Its children are killed too."""
    child = tmp_path / "child"
    program = ProgramRun(["sh", "-c", f"sleep 600 & echo $! > {child}; wait"])
    assert isinstance(cancel_once_written(program, child), ProgramFailed)
    assert has_ended(int(child.read_text()))
    with pytest.raises(ProgramFailed, match="was cancelled"):
        program.run("", PATIENCE)


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_children_of_a_program_that_has_ended_are_killed(
    tmp_path: Path, is_cancelled: bool
) -> None:
    """They hold its output open, so that there would be no end to it."""
    child, seconds = tmp_path / "child", 0.3
    command = ["sh", "-c", f"sleep 600 & echo $! > {child}"]
    if is_cancelled:
        cancel_once_written(ProgramRun(command), child)
    while not is_written(child):  # a busy machine has not come so far
        with pytest.raises(ProgramFailed, match="timed out"):
            run_program(command, "", seconds)
        seconds *= 2
    assert has_ended(int(child.read_text()))


@pytest.mark.parametrize("ending", [KeyboardInterrupt, SystemExit])
def test_what_ends_the_wait_for_a_program_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: type[BaseException]
) -> None:
    """Ctrl+c, or a terminal that is gone: nobody waits for it, and its children, any longer."""
    child = tmp_path / "child"

    def interrupt(*_: object) -> None:
        while not is_written(child):
            time.sleep(0.005)
        raise ending

    monkeypatch.setattr(programs, "_read_output", interrupt)
    with pytest.raises(ending):
        run_program(["sh", "-c", f"sleep 600 & echo $! > {child}; wait"], "", PATIENCE)
    assert has_ended(int(child.read_text()))
