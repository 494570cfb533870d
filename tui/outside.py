"""How a URL gets opened and text gets copied: decided from the surroundings, done, honestly told.

`open_route` and `copy_route` decide and touch nothing; `open_url` and `copy` act on what was
decided. None of them needs the app, so `newstui doctor` can say what they would do.
"""

from __future__ import annotations

import base64
import contextlib
import re
import shlex
import signal
import subprocess
import termios
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Literal

from store.model.errors import BadInput
from store.text.clean import clean_line, clean_text
from store.text.urls import checked_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TEXT_BROWSERS = ("w3m", "lynx", "links", "elinks")
LAUNCHERS = ("wslview", "xdg-open")
PLAIN_PROGRAM = re.compile(r"[\w./+][\w./+-]*", re.ASCII)

PATIENCE = 0.2
"""Seconds to see whether a browser fails at once."""
TOOL_TIMEOUT = 5.0

OSC52_LIMIT = 74_994
"""Bytes of text: what fits, in base64, into the 100,000 bytes that terminals take as one sequence."""
SCREEN_CHUNK = 240
"""GNU screen's limit for one string is 256 bytes in its oldest versions, later 512 and 768."""

HINTS = {
    "tmux": "needs `set -g set-clipboard on` (or external) and a terminal that allows OSC 52",
    "screen": "the terminal outside of screen has to allow OSC 52; whether it does is not known",
}

Keep = Callable[[str], Path]
Write = Callable[[bytes], None]

COPIED = "Copied"
SENT = "Sent to the terminal's clipboard"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the reader runs in."""

    env: Mapping[str, str]
    platform: str
    """As `sys.platform`."""
    which: Callable[[str], str | None]
    """Where a program is, as `shutil.which`."""

    @property
    def remote(self) -> bool:
        """Whether the user sits at another machine, as far as anybody can tell."""
        return any(self.env.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"))

    @property
    def display(self) -> bool:
        """Whether there is a desktop that could show a browser; WSL has Windows."""
        names = ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME")
        return self.platform == "darwin" or any(self.env.get(name) for name in names)

    @property
    def multiplexer(self) -> Literal["tmux", "screen", ""]:
        """What stands between us and the terminal."""
        if self.env.get("TMUX"):
            return "tmux"
        inside = self.env.get("STY") or self.env.get("TERM", "").startswith("screen")
        return "screen" if inside else ""


@dataclass(frozen=True, slots=True)
class OpenRoute:
    """How a URL would be opened.

    `command` starts a program with windows of its own. `text-browser` needs the terminal: call
    `open_url` while the app is suspended. `show` starts nothing: the URL is to be shown, and
    copied with `copy_line`.
    """

    kind: Literal["command", "text-browser", "show"]
    argv: tuple[str, ...] = ()
    """The program and its arguments; the URL comes last."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What came of opening a URL."""

    state: Literal["opened", "failed", "shown"]
    url: str
    """As it was checked and handed over."""
    message: str
    """One line for the user."""


def open_route(s: Surroundings, open_command: tuple[str, ...] = ()) -> OpenRoute:
    """Decide how a URL gets opened.

    What the user has set goes first. Over SSH, or with no display, no browser is started, for it
    would run on the wrong machine or over the reader; but a text browser that `$BROWSER` names
    is wanted here.
    """
    if open_command:
        return _with_program(open_command)
    if s.remote:
        return OpenRoute("show")
    named = _named_browser(s)
    if named and (s.display or PurePath(named).name in TEXT_BROWSERS):
        return _with_program((named,))
    if not s.display:
        return OpenRoute("show")
    launchers = ("open",) if s.platform == "darwin" else LAUNCHERS
    for program in (*launchers, *TEXT_BROWSERS):
        if s.which(program):
            return _with_program((program,))
    return OpenRoute("show")


def _with_program(argv: tuple[str, ...]) -> OpenRoute:
    in_terminal = PurePath(argv[0]).name in TEXT_BROWSERS
    return OpenRoute("text-browser" if in_terminal else "command", argv)


def _named_browser(s: Surroundings) -> str:
    """`$BROWSER` if it is one program and nothing else; it may be a list, or a line for a shell."""
    name = s.env.get("BROWSER", "")
    return name if PLAIN_PROGRAM.fullmatch(name) and s.which(name) else ""


def open_url(
    url: str,
    route: OpenRoute,
    env: Mapping[str, str],
    *,
    failed_later: Callable[[Opened], None] | None = None,
) -> Opened:
    """Open a URL by `route`; waits at most 0.2 s, but for a text browser as long as it runs.

    Args:
        url: From anywhere; it is checked before anything else.
        route: What `open_route` decided.
        env: The environment, handed on to the program.
        failed_later: Told, on another thread, when the program failed after we stopped waiting.

    Raises:
        UrlRefused: The URL is not one that is opened.
    """
    checked = checked_url(url)
    if route.kind == "show":
        return Opened("shown", checked, checked)
    argv = [*route.argv, checked]
    try:
        if route.kind == "text-browser":
            return _ended(_run_in_terminal(argv, env), argv)
        return _launch(argv, env, failed_later)
    except OSError as error:
        reason = error.strerror or str(error)
        return Opened("failed", checked, f"Not opened: {argv[0]}: {reason}")


def _ended(code: int, argv: list[str]) -> Opened:
    name = PurePath(argv[0]).name
    if code == 0:
        return Opened("opened", argv[-1], f"Opened with {name}")
    return Opened("failed", argv[-1], f"Not opened: {name} ended with exit code {code}")


def _launch(
    argv: list[str], env: Mapping[str, str], failed_later: Callable[[Opened], None] | None
) -> Opened:
    process = subprocess.Popen(  # noqa: S603 - no shell, and the URL is checked
        argv,
        env=_without_tricks(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )

    def wait() -> None:
        opened = _ended(process.wait(), argv)
        if opened.state == "failed" and failed_later is not None:
            failed_later(opened)

    try:
        return _ended(process.wait(PATIENCE), argv)
    except subprocess.TimeoutExpired:
        threading.Thread(target=wait, name="newstui-browser", daemon=True).start()
        return _ended(0, argv)


def _without_tricks(env: Mapping[str, str]) -> dict[str, str]:
    """The environment without a `$BROWSER` that xdg-open would take apart and run."""
    kept = dict(env)
    if not PLAIN_PROGRAM.fullmatch(kept.get("BROWSER", "")):
        kept.pop("BROWSER", None)
    return kept


def _run_in_terminal(argv: list[str], env: Mapping[str, str]) -> int:
    with _interrupt_is_theirs():
        code = subprocess.run(argv, env=dict(env), check=False).returncode  # noqa: S603
    with contextlib.suppress(termios.error):  # keys that were meant for the browser
        termios.tcflush(0, termios.TCIFLUSH)
    return code


@contextlib.contextmanager
def _interrupt_is_theirs() -> Iterator[None]:
    """While another program has the terminal, ctrl+c ends that program and not this one.

    A handler and not SIG_IGN, which the other program would inherit.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@dataclass(frozen=True, slots=True)
class CopyRoute:
    """How text would be copied.

    `command` is the user's own and takes the text on standard input; `local` is a tool of this
    desktop; `tmux` hands it to tmux, which sends it on; `terminal` sends OSC 52.
    """

    kind: Literal["command", "local", "tmux", "terminal"]
    argv: tuple[str, ...] = ()
    multiplexer: Literal["tmux", "screen", ""] = ""


def copy_route(s: Surroundings, copy_command: tuple[str, ...] = ()) -> CopyRoute:
    """Decide how text gets copied; over SSH never into the clipboard of the remote machine."""
    if copy_command:
        return CopyRoute("command", copy_command, s.multiplexer)
    if not s.remote and (tool := _desktop_tool(s)):
        return CopyRoute("local", tool, s.multiplexer)
    if s.multiplexer == "tmux" and s.which("tmux"):
        return CopyRoute("tmux", ("tmux", "load-buffer", "-w", "-"), "tmux")
    return CopyRoute("terminal", (), s.multiplexer)


def _desktop_tool(s: Surroundings) -> tuple[str, ...]:
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


class TooLarge(BadInput):
    """More than terminals take, of which they would take nothing or half."""


def copy(text: str, route: CopyRoute, write: Write, keep: Keep | None = None) -> str:
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


def copy_line(text: str, route: CopyRoute, write: Write, keep: Keep | None = None) -> str:
    """`copy` for a URL or a link: one line whatever is in it, with no line end."""
    return _copy(clean_line(text, 2 * len(text)), route, write, keep)


def _copy(text: str, route: CopyRoute, write: Write, keep: Keep | None) -> str:
    if route.kind == "command":
        _run_copy_command(text, route.argv)
        return COPIED
    if route.kind == "local" and _feed(route.argv, text) == 0:
        return COPIED
    try:  # first, for tmux would take what its terminal cannot
        sequence = osc52(text, route.multiplexer)
    except TooLarge as error:
        if keep is None:
            raise
        return f"{error}, saved to {clean_line(str(keep(text)))}"
    if not (route.kind == "tmux" and _feed(route.argv, text) == 0):
        write(sequence)
    return SENT


def _run_copy_command(text: str, argv: tuple[str, ...]) -> None:
    code = _feed(argv, text)
    if code != 0:
        what = "cannot be run, or does not end" if code is None else f"ended with exit code {code}"
        raise BadInput(f"Not copied: copy_command {PurePath(argv[0]).name} {what}")


def _feed(argv: tuple[str, ...], text: str) -> int | None:
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
            timeout=TOOL_TIMEOUT,
            check=False,
        ).returncode
    except (OSError, subprocess.TimeoutExpired):
        return None


def osc52(text: str, multiplexer: Literal["tmux", "screen", ""] = "") -> bytes:
    """The sequence that asks a terminal to take `text` into its clipboard.

    xterm control sequences, "Operating System Commands", Ps = 52; inside tmux and screen wrapped
    so that they pass it on.

    Raises:
        TooLarge: Over 74,994 bytes.
    """
    data = text.encode(errors="replace")
    if len(data) > OSC52_LIMIT:
        raise TooLarge(f"too large for the terminal ({len(data) / 1000:.0f} KB)")
    sequence = b"\x1b]52;c;" + base64.b64encode(data) + b"\x07"
    if multiplexer == "tmux":
        return b"\x1bPtmux;" + sequence.replace(b"\x1b", b"\x1b\x1b") + b"\x1b\\"
    if multiplexer == "screen":
        starts = range(0, len(sequence), SCREEN_CHUNK)
        return b"".join(b"\x1bP" + sequence[at : at + SCREEN_CHUNK] + b"\x1b\\" for at in starts)
    return sequence


def describe(
    s: Surroundings, open_command: tuple[str, ...] = (), copy_command: tuple[str, ...] = ()
) -> list[tuple[str, str]]:
    """What would be done here, as pairs of a name and a sentence, for `newstui doctor`."""
    copying = copy_route(s, copy_command)
    lines = [
        ("browser", _tell_opening(s, open_route(s, open_command))),
        ("clipboard", _tell_copying(copying)),
    ]
    if copying.multiplexer and copying.kind in ("tmux", "terminal"):
        lines.append((copying.multiplexer, HINTS[copying.multiplexer]))
    return lines


def _tell_opening(s: Surroundings, route: OpenRoute) -> str:
    command = shlex.join(route.argv)
    if route.kind == "command":
        return f"{command} URL"
    if route.kind == "text-browser":
        return f"{command} URL, in this terminal"
    why = "over SSH" if s.remote else "no browser found" if s.display else "no display"
    return f"the URL is shown and copied ({why}); open_command in the settings changes that"


def _tell_copying(route: CopyRoute) -> str:
    if route.kind == "terminal":
        return "sent to the terminal (OSC 52); whether it takes it is not known"
    if route.kind == "tmux":
        return f"{shlex.join(route.argv)}, and tmux sends it to the terminal"
    return shlex.join(route.argv)
