"""Copy text: by a desktop program, through tmux, or by the terminal itself (OSC 52)."""

from __future__ import annotations

import base64
import shlex
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Literal

from store.model.errors import InvalidInput
from store.text.clean import clean_line, clean_text
from tui.terminal.environment import HostEnvironment

CLIPBOARD_TOOL_TIMEOUT = 5.0
"""Seconds a program may take to copy."""
MAX_OSC52_BYTES = 74_994
"""Bytes of text that fit, in base64, into the 100,000 bytes that terminals take in one sequence."""
SCREEN_CHUNK_BYTES = 240
"""GNU screen limits a string to 256 bytes in its oldest versions, later to 512 and 768."""
MULTIPLEXER_HINTS = {
    "tmux": "needs `set -g set-clipboard on` (or external) and a terminal that allows OSC 52",
    "screen": "needs a terminal that allows OSC 52, which cannot be verified",
}
COPIED_MESSAGE = "Copied"
SENT_MESSAGE = "Sent to the terminal's clipboard"

SaveText = Callable[[str], Path]


@dataclass(frozen=True, slots=True)
class CopyMethod:
    """A way to copy text.

    `command` runs the user's own program with the text on standard input; `local` a tool of this
    desktop; `tmux` passes the text to tmux, which sends it on; `terminal` sends OSC 52.
    """

    kind: Literal["command", "local", "tmux", "terminal"]
    argv: tuple[str, ...] = ()
    multiplexer: Literal["tmux", "screen", ""] = ""


def choose_copy_method(host: HostEnvironment, copy_command: tuple[str, ...] = ()) -> CopyMethod:
    """Decide how to copy text; over SSH never into the clipboard of the remote machine."""
    if copy_command:
        return CopyMethod("command", copy_command, host.multiplexer)
    if not host.is_remote and (tool := _desktop_clipboard_tool(host)):
        return CopyMethod("local", tool, host.multiplexer)
    if host.multiplexer == "tmux" and host.which("tmux"):
        return CopyMethod("tmux", ("tmux", "load-buffer", "-w", "-"), "tmux")
    return CopyMethod("terminal", (), host.multiplexer)


def _desktop_clipboard_tool(host: HostEnvironment) -> tuple[str, ...]:
    """Return the desktop's clipboard program.

    Not a clipboard library: the exit code tells whether it copied, and its error messages must not reach
    the screen.
    """
    tools = [
        (host.platform == "darwin", ("pbcopy",)),
        (bool(host.env.get("WAYLAND_DISPLAY")), ("wl-copy",)),
        (bool(host.env.get("DISPLAY")), ("xclip", "-selection", "clipboard")),
        (bool(host.env.get("DISPLAY")), ("xsel", "--clipboard", "--input")),
    ]
    return next((argv for fits, argv in tools if fits and host.which(argv[0])), ())


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

    If a desktop tool or tmux fails, the terminal is used instead: `write` sends bytes to it. Text
    that is too large for it is saved to a file by `save`, which returns the path.

    Raises:
        ClipboardTooLarge: Text is too large for the terminal, and there is no `save`.
        InvalidInput: The user's `copy_command` failed.
    """
    text = clean_line(text, 2 * len(text)) if one_line else clean_text(text)
    if method.kind == "command":
        _run_copy_command(text, method.argv)
        return COPIED_MESSAGE
    if method.kind == "local" and _run_with_input(method.argv, text) == 0:
        return COPIED_MESSAGE
    try:  # first, because tmux would take what its terminal cannot
        sequence = encode_osc52(text, method.multiplexer)
    except ClipboardTooLarge as error:
        if save is None:
            raise
        return f"{error}, saved to {clean_line(str(save(text)))}"
    if not (method.kind == "tmux" and _run_with_input(method.argv, text) == 0):
        write(sequence)
    return SENT_MESSAGE


def _run_copy_command(text: str, argv: tuple[str, ...]) -> None:
    code = _run_with_input(argv, text)
    if code != 0:
        what = "cannot be run, or timed out" if code is None else f"exited with code {code}"
        raise InvalidInput(f"Not copied: copy_command {clean_line(PurePath(argv[0]).name)} {what}")


def _run_with_input(argv: tuple[str, ...], text: str) -> int | None:
    """Run a program with `text` as input; return its exit code, or None if it failed to run or end.

    In a session of its own: the process xclip leaves behind keeps the clipboard after the reader ends.
    """
    try:
        return subprocess.run(  # noqa: S603 - the user's command or one of ours, no shell
            argv,
            input=text.encode(errors="replace"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            timeout=CLIPBOARD_TOOL_TIMEOUT,
            check=False,
        ).returncode
    except (OSError, subprocess.TimeoutExpired):
        return None


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
    """Describe how text is copied."""
    if method.kind == "terminal":
        return "sent to the terminal (OSC 52), which cannot be verified"
    if method.kind == "tmux":
        return f"{shlex.join(method.argv)}, and tmux sends it to the terminal"
    return shlex.join(method.argv)
