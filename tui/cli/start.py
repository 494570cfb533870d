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
from tui.terminal.session import Session, refusal
from tui.terminal.splash import draw, signature

WIND_UP = 0.02
"""Seconds a thread that has done its work may take to end."""
SCREEN = 2
"""Textual draws on standard error."""
FRAMES = "120"
"""Times a second Textual looks whether something is to be drawn: a text that has just come waits 8 ms."""


def start(library: Path | None = None, *, slow: bool = False) -> int:
    """Run the reader.

    Args:
        library: Another library than the user's own.
        slow: Whether less should be sent than over a fast link.

    Returns:
        The exit code.
    """
    if reason := refusal(os.environ):
        sys.stderr.write(reason + "\n")
        return 2
    # What the imports leave behind lives as long as the process: collecting it costs a start 20 ms
    # and an end 80 ms, and frees nothing.
    gc.disable()
    os.environ.setdefault("TEXTUAL_FPS", FRAMES)  # read when Textual is imported
    from store.system.paths import platform_paths
    from tui.reader.run import Running

    paths = platform_paths(os.environ, library)
    running = Running(paths, slow=slow)
    with Session(running.ask_to_stop, running.save) as session:
        size = os.get_terminal_size(SCREEN)
        look = signature(paths, (size.columns, size.lines), os.environ, __version__)
        session.hush()
        session.drawn = draw(paths.cache, look, SCREEN)
        code = running.run(session.unhush)
    if session.code is None and running.then:
        _carry_out(running.then, library)
        return start(library, slow=slow)
    code = code if session.code is None else session.code
    _end_at_once(code)
    return code


def _end_at_once(code: int) -> None:
    """End the process as it is: to take 100,000 rows apart lasts longer than all else of an end.

    Everything is saved, closed and given back by now. Where a thread has still something to do, nothing
    is done: Python waits for it, as ever.
    """
    others = {*threading.enumerate()} - {threading.main_thread()}
    working = [thread for thread in others if not thread.daemon]
    for thread in working:
        thread.join(WIND_UP)
    if any(thread.is_alive() for thread in working):
        return
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def _carry_out(arguments: Sequence[str], library: Path | None) -> None:
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
