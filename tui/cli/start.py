"""`newstui` without a command: the reader.

What has to stand before the first screen is imported here; all else is in `tui.run`.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tui import __version__
from tui.terminal.environment import find_startup_problem
from tui.terminal.session import TerminalSession
from tui.terminal.splash import compute_splash_signature, draw_splash

THREAD_END_TIMEOUT = 0.02
"""Seconds a thread that has done its work may take to end."""
SCREEN_FD = 2
"""Textual draws on standard error."""
MAX_FRAMES_PER_SECOND = "120"
"""Times a second Textual looks whether something is to be drawn: a text that has just come waits 8 ms."""


def start_reader(library: Path | None = None, *, slow: bool = False) -> int:
    """Run the reader.

    Args:
        library: Another library than the user's own.
        slow: Whether less should be sent than over a fast link.

    Returns:
        The exit code.
    """
    if reason := find_startup_problem(os.environ):
        sys.stderr.write(reason + "\n")
        return 2
    # What the imports leave behind lives as long as the process: collecting it costs a start 20 ms
    # and an end 80 ms, and frees nothing.
    gc.disable()
    os.environ.setdefault("TEXTUAL_FPS", MAX_FRAMES_PER_SECOND)  # read when Textual is imported
    from store.system.paths import platform_paths
    from tui.reader.run import ReaderRun

    paths = platform_paths(os.environ, library)
    running = ReaderRun(paths, slow=slow)
    with TerminalSession(running.request_stop, running.flush_changes) as session:
        size = os.get_terminal_size(SCREEN_FD)
        look = compute_splash_signature(paths, (size.columns, size.lines), os.environ, __version__)
        session.disable_echo()
        session.has_drawn = draw_splash(paths.cache, look, SCREEN_FD)
        code = running.run(session.restore_echo)
    if session.exit_code is None and running.follow_up_command:
        _run_command(running.follow_up_command, library)
        return start_reader(library, slow=slow)
    code = code if session.exit_code is None else session.exit_code
    _exit_process(code)
    return code


def _exit_process(code: int) -> None:
    """End the process as it is: to take 100,000 rows apart lasts longer than all else of an end.

    Everything is saved, closed and given back by now. Where a thread has still something to do, nothing
    is done: Python waits for it, as ever.
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


def _run_command(arguments: Sequence[str], library: Path | None) -> None:
    """Carry out a command on the terminal as it was, and let its messages be read if it failed."""
    from tui.cli import main

    before = signal.getsignal(signal.SIGPIPE)
    where = [] if library is None else ["--library", str(library)]
    try:
        if main([*where, *arguments]) != 0:
            with suppress(EOFError, KeyboardInterrupt):
                input("enter goes back to the reader ")
    finally:
        signal.signal(signal.SIGPIPE, before)  # a command ends by it, the reader does not
