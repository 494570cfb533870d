"""The code of the child process that uses the desktop's clipboard by pyperclip.

pyperclip waits for the desktop's programs without limit, lets them write on our terminal and ignores
their exit codes. A child process can be killed, its output stays off the screen, and only pasting
proves that a program kept the text.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import TextIO

import pyperclip

PASTE_SECONDS = 0.5
"""Time for a program to offer the text: xsel lets go of us before it has the clipboard."""
PASTE_INTERVAL = 0.02
MAX_PROBLEM_BYTES = 4096
MAX_SECONDS = 10
"""A backstop: after this time the process kills its programs and itself, if its reader is gone."""
MAX_MEMORY_BYTES = 1024**3
"""pyperclip keeps whatever a program prints when asked to paste, however much that is."""

SHORT_LIVED = ("qtpy", "PyQt5")
"""Packages whose clipboard ends with the process that fills it: pyperclip must not find them."""
XSEL, XSEL_PIECE_BYTES = "xsel", 4000
"""A longer text xsel hands over in pieces. Where it is slower than who pastes, it ends with an error after
the last one, and the text is gone."""
UNVERIFIED = ("clip.exe",)
"""Mechanisms that are not pasted from: under WSL that starts PowerShell, which takes seconds."""
MECHANISM_NAMES = {
    "wl": "wl-copy",
    "osx_pbcopy": "pbcopy",
    "osx_pyobjc": "the macOS pasteboard",
    "wsl": "clip.exe",
}
"""Of pyperclip's functions, which are named `copy_…`; the others are named after their program."""

PYPERCLIP_ERRORS = (
    OSError,
    RuntimeError,  # its own errors
    ValueError,  # bytes that are no UTF-8
    AssertionError,  # of Klipper's answers
    subprocess.SubprocessError,
)

Copy = Callable[[str], None]
Paste = Callable[[], str]


def print_mechanism() -> None:
    """Print the name of pyperclip's mechanism here as JSON; an empty one if it has none."""
    report, _ = _redirect_output()
    print(json.dumps({"mechanism": _find_mechanism()[0]}), file=report)


def copy_input() -> None:
    """Copy standard input, paste it to see that it was kept, and print the result as JSON.

    `state`, `mechanism` and `problem` are those of `tui.terminal.desktop_clipboard.DesktopCopy`.
    """
    signal.signal(signal.SIGALRM, lambda *_: os.killpg(os.getpgrp(), signal.SIGKILL))
    signal.alarm(MAX_SECONDS)
    with contextlib.suppress(ValueError, OSError):  # not every system has this limit
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    report, printed = _redirect_output()
    text = sys.stdin.buffer.read().decode()
    mechanism, copy, paste = _find_mechanism()
    state, problem = "missing", ""
    if mechanism:
        try:
            copy(text)
            if mechanism in UNVERIFIED:
                state = "passed"
            else:
                state = "copied" if _can_paste(text, paste) else "failed"
                if (
                    state == "copied"
                    and mechanism == XSEL
                    and len(text.encode()) > XSEL_PIECE_BYTES
                ):
                    copy(text)  # again, for who pastes next
        except PYPERCLIP_ERRORS as error:
            state, problem = "failed", getattr(error, "strerror", "") or str(error)
    if state == "failed":
        problem = _last_line(printed) or problem or "did not keep the text"
    print(json.dumps({"state": state, "mechanism": mechanism, "problem": problem}), file=report)


def _redirect_output() -> tuple[TextIO, int]:
    """Point standard output and error at a pipe, for the programs that we start.

    A pipe bounds what they print. Our report goes to the old output, which they do not inherit: one
    that stays, as xclip does, would keep whoever reads the report waiting for its end.

    Returns:
        The old standard output, and the end of the pipe to read from.
    """
    report = os.fdopen(os.dup(1), "w", encoding="utf-8")
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    for descriptor in (1, 2):
        os.dup2(writing, descriptor)
    os.close(writing)
    return report, reading


def _find_mechanism() -> tuple[str, Copy, Paste]:
    """Return pyperclip's mechanism here and its name, which is empty if it has none."""
    sys.modules.update(dict.fromkeys(SHORT_LIVED))  # type: ignore[arg-type]  # None: not importable
    copy, paste = pyperclip.determine_clipboard()
    name = getattr(copy, "__name__", "").removeprefix("copy_")
    return MECHANISM_NAMES.get(name, name), copy, paste


def _can_paste(text: str, paste: Paste) -> bool:
    deadline = time.monotonic() + PASTE_SECONDS
    while not (found := _try_paste(paste) == text) and time.monotonic() < deadline:
        time.sleep(PASTE_INTERVAL)
    return found


def _try_paste(paste: Paste) -> str | None:
    try:
        return paste()
    except PYPERCLIP_ERRORS:
        return None


def _last_line(printed: int) -> str:
    try:
        output = os.read(printed, MAX_PROBLEM_BYTES)
    except BlockingIOError:  # nothing was printed
        return ""
    return output.decode("utf-8", "replace").strip().rpartition("\n")[2]
