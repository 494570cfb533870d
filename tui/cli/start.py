"""`newstui` without a command: start the reader.

Only what the splash screen needs is imported here; `ReaderRun.run` imports the rest.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from store.system.openssl import without_openssl
from tui import __version__
from tui.cli.exit_codes import CommandRunner, ExitCode
from tui.config.library_choice import choose_library
from tui.reader.run import ReaderRun
from tui.terminal.environment import find_startup_problem
from tui.terminal.session import TerminalSession
from tui.terminal.splash import compute_splash_signature, draw_splash

SCREEN_FD = 2
"""Textual draws on standard error."""
MAX_FRAMES_PER_SECOND = "120"
"""Textual draws at most this often, so that a change waits at most 8 ms."""
MAX_ESCDELAY = 1000
"""The longest delay of the escape key, in milliseconds, that is believed."""
SLOW_START = 1.0
"""Seconds without an answer of the disk after which the user is told."""
SLOW_DISK = "waiting for the library"
STILL_SAVING = (
    "the library does not answer; waiting until the last changes are saved (ctrl+c gives up)"
)
THREAD_END_TIMEOUT = 0.02
"""Seconds an idle thread has to end."""


def start_reader(library: str | None, run_command: CommandRunner, *, slow: bool = False) -> int:
    """Run the reader and return its exit code; `slow` saves bandwidth."""
    if reason := find_startup_problem(os.environ):
        sys.stderr.write(f"newstui: {reason}\n")
        return ExitCode.USAGE
    # Imported modules live as long as the process: collecting their garbage costs 20 ms at the start
    # and 80 ms at the end, and frees nothing.
    gc.disable()
    _ignore_environment()
    with without_openssl():
        paths = choose_library(os.environ, library).paths
    run = ReaderRun(paths, slow=slow)
    with TerminalSession(run.request_stop, run.flush_changes) as session:
        size = os.get_terminal_size(SCREEN_FD)
        with _told_if_slow():
            look = compute_splash_signature(
                paths, (size.columns, size.lines), os.environ, __version__
            )
        session.disable_echo()
        session.has_drawn = draw_splash(paths.cache, look, SCREEN_FD)
        code = run.run(session.restore_echo)
        if run.is_saving:
            _print_message(STILL_SAVING)
            run.finish_saving()
    if run.final_message:
        _print_message(run.final_message)
        code = code or ExitCode.FAILED
    if session.exit_code is None and run.follow_up_command:
        _run_follow_up(run.follow_up_command, library, run_command)
        return start_reader(library, run_command, slow=slow)
    code = code if session.exit_code is None else session.exit_code
    _exit_process(code)
    return code


@contextmanager
def _told_if_slow() -> Iterator[None]:
    """Tell the user what the start waits for, such as a disk that has to spin up, before a screen says so."""
    timer = threading.Timer(SLOW_START, _print_message, [SLOW_DISK])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _print_message(message: str) -> None:
    from tui.cli.console import print_message  # which nearly no run needs

    print_message(message)


def _ignore_environment() -> None:
    """Remove what Textual would read when it is imported: switches for developing with it.

    They replace the driver, press keys or end the app, and nonsense in them ends it as well.
    """
    for name in [each for each in os.environ if each.startswith("TEXTUAL_")]:
        del os.environ[name]
    if not os.environ.get("ESCDELAY", "").isdecimal() or int(os.environ["ESCDELAY"]) > MAX_ESCDELAY:
        os.environ.pop("ESCDELAY", None)
    os.environ["TEXTUAL_FPS"] = MAX_FRAMES_PER_SECOND


def _exit_process(code: int) -> None:
    """End the process without taking it apart: freeing 100,000 rows takes longer than the rest.

    By now everything is saved and closed. If a thread is still working, do nothing: Python waits for
    it as usual.
    """
    others = {*threading.enumerate()} - {threading.main_thread()}
    working = [thread for thread in others if not thread.daemon]
    for thread in working:
        thread.join(THREAD_END_TIMEOUT)
    if any(thread.is_alive() for thread in working):
        return
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def _run_follow_up(
    arguments: Sequence[str], library: str | None, run_command: CommandRunner
) -> None:
    """Run a command on the restored terminal; if it fails, wait until its messages were read."""
    before = signal.getsignal(signal.SIGPIPE)
    try:
        if run_command(arguments, library) != ExitCode.OK:
            with suppress(EOFError, KeyboardInterrupt):
                input("Press enter to return to the reader ")
    finally:
        signal.signal(signal.SIGPIPE, before)  # ends a command, but not the reader
