"""Copy text: to the desktop's clipboard, through tmux, or by the terminal itself (OSC 52)."""

from __future__ import annotations

import base64
import shlex
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Literal

from store.model.errors import InvalidInput, ProgramFailed
from store.text.clean import clean_line, clean_text
from tui.rendering.wording import join_nonempty
from tui.terminal.environment import HostEnvironment

COPY_COMMAND_TIMEOUT = 5.0
"""Seconds a program may take to copy."""
TERMINALS_WITHOUT_CLIPBOARD = ("", "dumb", "linux")
"""Values of TERM; the console of Linux takes OSC 52 and drops it."""
MAX_OSC52_BYTES = 74_994
"""Bytes of text that fit, in base64, into the 100,000 bytes that terminals take in one sequence."""
SCREEN_CHUNK_BYTES = 240
"""GNU screen limits a string to 256 bytes in its oldest versions, later to 512 and 768."""
MULTIPLEXER_HINTS = {
    "tmux": "needs `set -g set-clipboard on` (or external) and a terminal that allows OSC 52",
    "screen": "needs a terminal that allows OSC 52, which cannot be verified",
}
COPIED_MESSAGE = "Copied"
PASSED_MESSAGE = "Passed to {}"
"""For a program that took the text: whether it copied is known to the program alone."""
TMUX_MESSAGE = "Copied in tmux (prefix ] pastes)"
SENT_MESSAGE = "Sent to the terminal's clipboard"

SaveText = Callable[[str], Path]


@dataclass(frozen=True, slots=True)
class CopyMethod:
    """A way to copy text.

    `command` runs the user's own program with the text on standard input; `tmux` passes the text to
    tmux, which sends it on; `terminal` sends OSC 52; `none` has no terminal that takes it.
    """

    kind: Literal["command", "tmux", "terminal", "none"]
    argv: tuple[str, ...] = ()
    multiplexer: Literal["tmux", "screen", ""] = ""
    desktop_first: bool = False
    """True to use the desktop's clipboard, and the terminal only if that fails."""


def choose_copy_method(host: HostEnvironment, copy_command: tuple[str, ...] = ()) -> CopyMethod:
    """Decide how to copy text; over SSH never into the clipboard of the remote machine."""
    if copy_command:
        return CopyMethod("command", copy_command, host.multiplexer)
    desktop_first = host.has_display and not host.is_remote
    if host.multiplexer == "tmux" and host.which("tmux"):
        return CopyMethod("tmux", ("tmux", "load-buffer", "-w", "-"), "tmux", desktop_first)
    has_clipboard = host.env.get("TERM", "") not in TERMINALS_WITHOUT_CLIPBOARD
    kind: Literal["terminal", "none"] = "terminal" if has_clipboard else "none"
    return CopyMethod(kind, (), host.multiplexer, desktop_first)


class ClipboardTooLarge(InvalidInput):
    """The text is more than terminals take in one sequence."""


def copy_to_clipboard(
    text: str,
    method: CopyMethod,
    write: Callable[[bytes], None],
    save: SaveText | None = None,
    *,
    one_line: bool = False,
) -> str:
    """Sanitize and copy untrusted text, if need be as one line, and return a message.

    The message says "Copied" only if the text could be pasted. Where the desktop's clipboard fails,
    the terminal is used: `write` sends bytes to it. Text that is too large for it is saved to a file
    by `save`, which returns the path.

    Raises:
        ClipboardTooLarge: Text is too large for the terminal, and there is no `save`.
        InvalidInput: The user's `copy_command` failed, or there is no clipboard.
    """
    text = clean_line(text, 2 * len(text)) if one_line else clean_text(text)
    if not text:
        return "Nothing to copy"
    if method.kind == "command":
        return _run_copy_command(text, method.argv)
    if not method.desktop_first:
        return _send_to_terminal(text, method, write, save)
    from tui.terminal.desktop_clipboard import copy_to_desktop  # late: most runs copy nothing

    result = copy_to_desktop(text)
    if result.state == "copied":
        return COPIED_MESSAGE
    if result.state == "passed":
        return PASSED_MESSAGE.format(result.mechanism)
    failure = f"{result.mechanism}: {result.problem}" if result.state == "failed" else ""
    try:
        message = _send_to_terminal(text, method, write, save)
    except InvalidInput as error:
        raise InvalidInput(join_nonempty((str(error), failure), "; ")) from error
    return f"{message} ({failure})" if failure else message


def _send_to_terminal(
    text: str, method: CopyMethod, write: Callable[[bytes], None], save: SaveText | None
) -> str:
    if method.kind == "none":
        raise InvalidInput("Not copied: this terminal has no clipboard")
    try:  # first, because tmux would take what its terminal cannot
        sequence = encode_osc52(text, method.multiplexer)
    except ClipboardTooLarge as error:
        if save is None:
            raise
        return f"{error}, saved to {clean_line(str(save(text)))}"
    if method.kind == "tmux" and _run_with_input(method.argv, text) == 0:
        return SENT_MESSAGE if _has_tmux_client(method.argv[0]) else TMUX_MESSAGE
    write(sequence)
    return SENT_MESSAGE


def _has_tmux_client(tmux: str) -> bool:
    """Return True unless every terminal is detached from tmux, whose buffer has the text all the same."""
    from store.system.programs import run_program

    try:
        return bool(run_program([tmux, "list-clients"], "", COPY_COMMAND_TIMEOUT))
    except ProgramFailed:
        return False


def _run_copy_command(text: str, argv: tuple[str, ...]) -> str:
    name = clean_line(PurePath(argv[0]).name)
    code = _run_with_input(argv, text)
    if code != 0:
        what = "cannot be run, or timed out" if code is None else f"exited with code {code}"
        raise InvalidInput(f"Not copied: copy_command {name} {what}")
    return PASSED_MESSAGE.format(name)


def _run_with_input(argv: tuple[str, ...], text: str) -> int | None:
    """Run a program with `text` as input; return its exit code, or None if it failed to run or end.

    In a session of its own: the process xclip leaves behind keeps the clipboard after the reader ends.
    """
    from store.system.programs import kill_with_children

    try:
        process = subprocess.Popen(  # noqa: S603 - the user's command or one of ours, no shell
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return None
    with process:
        try:
            process.communicate(text.encode(errors="replace"), COPY_COMMAND_TIMEOUT)
        except (OSError, subprocess.TimeoutExpired):
            return None
        finally:
            kill_with_children(process)
        return process.returncode


def encode_osc52(text: str, multiplexer: Literal["tmux", "screen", ""] = "") -> bytes:
    """Return the sequence that makes a terminal copy `text`.

    See xterm control sequences, "Operating System Commands", Ps = 52; wrapped for tmux and screen to pass
    it on.

    Raises:
        ClipboardTooLarge: The text has more than 74,994 bytes.
    """
    data = text.encode(errors="replace")
    if len(data) > MAX_OSC52_BYTES:
        raise ClipboardTooLarge(f"too large for the terminal ({len(data) / 1000:.0f} KB)")
    sequence = b"\x1b]52;c;" + base64.b64encode(data) + b"\x07"
    if multiplexer == "tmux":
        return b"\x1bPtmux;" + sequence.replace(b"\x1b", b"\x1b\x1b") + b"\x1b\\"
    if multiplexer == "screen":
        starts = range(0, len(sequence), SCREEN_CHUNK_BYTES)
        return b"".join(
            b"\x1bP" + sequence[at : at + SCREEN_CHUNK_BYTES] + b"\x1b\\" for at in starts
        )
    return sequence


def describe_copy_method(method: CopyMethod) -> str:
    """Describe how text is copied; a child process finds out what the desktop offers."""
    if method.kind == "command":
        return shlex.join(method.argv)
    terminal = {
        "tmux": f"{shlex.join(method.argv)}, and tmux sends it to the terminal",
        "terminal": "sent to the terminal (OSC 52), which cannot be verified",
        "none": "this terminal has no clipboard",
    }[method.kind]
    if not method.desktop_first:
        return terminal
    from tui.terminal.desktop_clipboard import find_desktop_mechanism

    if mechanism := find_desktop_mechanism():
        return f"{mechanism}, by pyperclip; if that fails: {terminal}"
    return f"no clipboard program found; {terminal}"
