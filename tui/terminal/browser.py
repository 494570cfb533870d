"""How a URL gets opened and text gets copied: decided from the surroundings, done, honestly told.

`open_route` and `copy_route` decide and touch nothing; `open_url` and `copy` act on what was
decided. None of them needs the app, so `newstui doctor` can say what they would do.
"""

from __future__ import annotations

import contextlib
import re
import shlex
import signal
import subprocess
import termios
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Literal

from store.model.errors import UrlRejected
from store.text.urls import validate_url
from tui.terminal.clipboard import MULTIPLEXER_HINTS, choose_copy_method, describe_copy_method
from tui.terminal.environment import HostEnvironment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TEXT_BROWSERS = ("w3m", "lynx", "links", "elinks")
LAUNCHERS = ("wslview", "xdg-open")
PROGRAM_NAME = re.compile(r"[\w./+][\w./+-]*", re.ASCII)

BROWSER_START_TIMEOUT = 0.2
"""Seconds to see whether a browser fails at once."""


@dataclass(frozen=True, slots=True)
class OpenMethod:
    """How a URL would be opened.

    `command` starts a program with windows of its own. `text-browser` needs the terminal: call
    `open_url` while the app is suspended. `show` starts nothing: the URL is to be shown, and
    copied with `copy_line`.
    """

    kind: Literal["command", "text-browser", "show"]
    argv: tuple[str, ...] = ()
    """The program and its arguments; the URL comes last."""


@dataclass(frozen=True, slots=True)
class OpenResult:
    """What came of opening a URL."""

    state: Literal["opened", "failed", "shown"]
    url: str
    """As it was checked and handed over."""
    message: str
    """One line for the user."""


def choose_open_method(s: HostEnvironment, open_command: tuple[str, ...] = ()) -> OpenMethod:
    """Decide how a URL gets opened.

    What the user has set goes first. Over SSH, or with no display, no browser is started, for it
    would run on the wrong machine or over the reader; but a text browser that `$BROWSER` names
    is wanted here.
    """
    if open_command:
        return _open_method_for(open_command)
    if s.is_remote:
        return OpenMethod("show")
    named = _named_browser(s)
    if named and (s.has_display or PurePath(named).name in TEXT_BROWSERS):
        return _open_method_for((named,))
    if not s.has_display:
        return OpenMethod("show")
    launchers = ("open",) if s.platform == "darwin" else LAUNCHERS
    for program in (*launchers, *TEXT_BROWSERS):
        if s.which(program):
            return _open_method_for((program,))
    return OpenMethod("show")


def _open_method_for(argv: tuple[str, ...]) -> OpenMethod:
    in_terminal = PurePath(argv[0]).name in TEXT_BROWSERS
    return OpenMethod("text-browser" if in_terminal else "command", argv)


def _named_browser(s: HostEnvironment) -> str:
    """`$BROWSER` if it is one program and nothing else; it may be a list, or a line for a shell."""
    name = s.env.get("BROWSER", "")
    return name if PROGRAM_NAME.fullmatch(name) and s.which(name) else ""


def open_url(
    url: str,
    route: OpenMethod,
    env: Mapping[str, str],
    *,
    failed_later: Callable[[OpenResult], None] | None = None,
) -> OpenResult:
    """Open a URL by `route`; waits at most 0.2 s, but for a text browser as long as it runs.

    Args:
        url: From anywhere; it is checked before anything else.
        route: What `open_route` decided.
        env: The environment, handed on to the program.
        failed_later: Told, on another thread, when the program failed after we stopped waiting.
    """
    try:
        checked = validate_url(url)
    except UrlRejected as error:
        return OpenResult("failed", url, f"Not opened: {error}")
    if route.kind == "show":
        return OpenResult("shown", checked, checked)
    argv = [*route.argv, checked]
    try:
        if route.kind == "text-browser":
            return _open_result(_run_in_terminal(argv, env), argv)
        return _launch(argv, env, failed_later)
    except OSError as error:
        reason = error.strerror or str(error)
        return OpenResult("failed", checked, f"Not opened: {argv[0]}: {reason}")


def _open_result(code: int, argv: list[str]) -> OpenResult:
    name = PurePath(argv[0]).name
    if code == 0:
        return OpenResult("opened", argv[-1], f"Opened with {name}")
    return OpenResult("failed", argv[-1], f"Not opened: {name} ended with exit code {code}")


def _launch(
    argv: list[str], env: Mapping[str, str], failed_later: Callable[[OpenResult], None] | None
) -> OpenResult:
    process = subprocess.Popen(  # noqa: S603 - no shell, and the URL is checked
        argv,
        env=_safe_environment(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )

    def wait() -> None:
        opened = _open_result(process.wait(), argv)
        if opened.state == "failed" and failed_later is not None:
            failed_later(opened)

    try:
        return _open_result(process.wait(BROWSER_START_TIMEOUT), argv)
    except subprocess.TimeoutExpired:
        threading.Thread(target=wait, name="newstui-browser", daemon=True).start()
        return _open_result(0, argv)


def _safe_environment(env: Mapping[str, str]) -> dict[str, str]:
    """The environment without a `$BROWSER` that xdg-open would take apart and run."""
    kept = dict(env)
    if not PROGRAM_NAME.fullmatch(kept.get("BROWSER", "")):
        kept.pop("BROWSER", None)
    return kept


def _run_in_terminal(argv: list[str], env: Mapping[str, str]) -> int:
    with _ignore_interrupts():
        code = subprocess.run(argv, env=dict(env), check=False).returncode  # noqa: S603
    with contextlib.suppress(termios.error):  # keys that were meant for the browser
        termios.tcflush(0, termios.TCIFLUSH)
    return code


@contextlib.contextmanager
def _ignore_interrupts() -> Iterator[None]:
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


def describe_methods(
    s: HostEnvironment, open_command: tuple[str, ...] = (), copy_command: tuple[str, ...] = ()
) -> list[tuple[str, str]]:
    """What would be done here, as pairs of a name and a sentence, for `newstui doctor`."""
    copying = choose_copy_method(s, copy_command)
    lines = [
        ("browser", _describe_open_method(s, choose_open_method(s, open_command))),
        ("clipboard", describe_copy_method(copying)),
    ]
    if copying.multiplexer and copying.kind in ("tmux", "terminal"):
        lines.append((copying.multiplexer, MULTIPLEXER_HINTS[copying.multiplexer]))
    return lines


def _describe_open_method(s: HostEnvironment, route: OpenMethod) -> str:
    command = shlex.join(route.argv)
    if route.kind == "command":
        return f"{command} URL"
    if route.kind == "text-browser":
        return f"{command} URL, in this terminal"
    why = "over SSH" if s.is_remote else "no browser found" if s.has_display else "no display"
    return f"the URL is shown and copied ({why}); open_command in the settings changes that"
