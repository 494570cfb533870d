"""Copy text: by a program of the desktop, through tmux, or by the terminal itself (OSC 52)."""

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


MAX_OSC52_BYTES = 74_994
"""Bytes of text: what fits, in base64, into the 100,000 bytes that terminals take as one sequence."""


SCREEN_CHUNK_BYTES = 240
"""GNU screen's limit for one string is 256 bytes in its oldest versions, later 512 and 768."""


MULTIPLEXER_HINTS = {
    "tmux": "needs `set -g set-clipboard on` (or external) and a terminal that allows OSC 52",
    "screen": "the terminal outside of screen has to allow OSC 52; whether it does is not known",
}


SaveText = Callable[[str], Path]


WriteBytes = Callable[[bytes], None]


COPIED_MESSAGE = "Copied"


SENT_MESSAGE = "Sent to the terminal's clipboard"


@dataclass(frozen=True, slots=True)
class CopyMethod:
    """How text would be copied.

    `command` is the user's own and takes the text on standard input; `local` is a tool of this
    desktop; `tmux` hands it to tmux, which sends it on; `terminal` sends OSC 52.
    """

    kind: Literal["command", "local", "tmux", "terminal"]
    argv: tuple[str, ...] = ()
    multiplexer: Literal["tmux", "screen", ""] = ""


def choose_copy_method(s: HostEnvironment, copy_command: tuple[str, ...] = ()) -> CopyMethod:
    """Decide how text gets copied; over SSH never into the clipboard of the remote machine."""
    if copy_command:
        return CopyMethod("command", copy_command, s.multiplexer)
    if not s.is_remote and (tool := _desktop_clipboard_tool(s)):
        return CopyMethod("local", tool, s.multiplexer)
    if s.multiplexer == "tmux" and s.which("tmux"):
        return CopyMethod("tmux", ("tmux", "load-buffer", "-w", "-"), "tmux")
    return CopyMethod("terminal", (), s.multiplexer)


def _desktop_clipboard_tool(s: HostEnvironment) -> tuple[str, ...]:
    """The desktop's own program for its clipboard.

    Run here and not by a library, because its exit code is what tells whether it has copied, and
    its complaints must not land on the screen.
    """
    tools = [
        (s.platform == "darwin", ("pbcopy",)),
        (bool(s.env.get("WAYLAND_DISPLAY")), ("wl-copy",)),
        (bool(s.env.get("DISPLAY")), ("xclip", "-selection", "clipboard")),
        (bool(s.env.get("DISPLAY")), ("xsel", "--clipboard", "--input")),
    ]
    return next((argv for fits, argv in tools if fits and s.which(argv[0])), ())


class ClipboardTooLarge(InvalidInput):
    """More than terminals take, of which they would take nothing or half."""


def copy_to_clipboard(
    text: str, route: CopyMethod, write: WriteBytes, keep: SaveText | None = None
) -> str:
    """Copy text, cleaned, and say what is known of it.

    Where a tool of the desktop or tmux fails, the terminal is asked instead.

    Args:
        text: Several lines, from anywhere.
        route: What `copy_route` decided.
        write: Sends bytes to the terminal.
        keep: Puts into a file what is too large for the terminal, and tells which.

    Returns:
        `Copied` where a program said so, `Sent to the terminal's clipboard`, or that it was too
        large and where it was saved.

    Raises:
        TooLarge: For the terminal, and there is no `keep`.
        BadInput: The user's `copy_command` failed.
    """
    return _copy(clean_text(text), route, write, keep)


def copy_line_to_clipboard(
    text: str, route: CopyMethod, write: WriteBytes, keep: SaveText | None = None
) -> str:
    """`copy` for a URL or a link: one line whatever is in it, with no line end."""
    return _copy(clean_line(text, 2 * len(text)), route, write, keep)


def _copy(text: str, route: CopyMethod, write: WriteBytes, keep: SaveText | None) -> str:
    if route.kind == "command":
        _run_copy_command(text, route.argv)
        return COPIED_MESSAGE
    if route.kind == "local" and _run_with_input(route.argv, text) == 0:
        return COPIED_MESSAGE
    try:  # first, for tmux would take what its terminal cannot
        sequence = encode_osc52(text, route.multiplexer)
    except ClipboardTooLarge as error:
        if keep is None:
            raise
        return f"{error}, saved to {clean_line(str(keep(text)))}"
    if not (route.kind == "tmux" and _run_with_input(route.argv, text) == 0):
        write(sequence)
    return SENT_MESSAGE


def _run_copy_command(text: str, argv: tuple[str, ...]) -> None:
    code = _run_with_input(argv, text)
    if code != 0:
        what = "cannot be run, or does not end" if code is None else f"ended with exit code {code}"
        raise InvalidInput(f"Not copied: copy_command {PurePath(argv[0]).name} {what}")


def _run_with_input(argv: tuple[str, ...], text: str) -> int | None:
    """The exit code of a program that got `text`; None if it could not be run or did not end.

    In a session of its own: what xclip leaves running keeps the clipboard when the reader ends.
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
    """The sequence that asks a terminal to take `text` into its clipboard.

    xterm control sequences, "Operating System Commands", Ps = 52; inside tmux and screen wrapped
    so that they pass it on.

    Raises:
        TooLarge: Over 74,994 bytes.
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


def describe_copy_method(route: CopyMethod) -> str:
    """Describe in words how text is copied."""
    if route.kind == "terminal":
        return "sent to the terminal (OSC 52); whether it takes it is not known"
    if route.kind == "tmux":
        return f"{shlex.join(route.argv)}, and tmux sends it to the terminal"
    return shlex.join(route.argv)
