"""Open URLs: by a program with a window, by a text browser in this terminal, or by showing them.

`choose_open_method` only decides, so that `newstui doctor` can tell what would be done; `open_url` acts.
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
from store.text.clean import clean_line
from store.text.urls import validate_url
from tui.terminal.clipboard import MULTIPLEXER_HINTS, choose_copy_method, describe_copy_method
from tui.terminal.environment import HostEnvironment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TEXT_BROWSERS = ("w3m", "lynx", "links", "elinks")
LAUNCHERS = ("wslview", "xdg-open")
PROGRAM_NAME = re.compile(r"[\w./+][\w./+-]*", re.ASCII)

BROWSER_START_TIMEOUT = 0.2
"""Seconds to wait for a browser that fails at once."""


@dataclass(frozen=True, slots=True)
class OpenMethod:
    """A way to open URLs.

    `command` starts a program with windows of its own. `text-browser` needs the terminal: call
    `open_url` while the app is suspended. `show` starts nothing: the caller shows the URL, and copies it
    with `copy_to_clipboard`.
    """

    kind: Literal["command", "text-browser", "show"]
    argv: tuple[str, ...] = ()
    """The program and its arguments; the URL is added."""


@dataclass(frozen=True, slots=True)
class OpenResult:
    """The result of opening a URL."""

    state: Literal["opened", "failed", "shown"]
    url: str
    message: str
    """One line for the user."""


def choose_open_method(host: HostEnvironment, open_command: tuple[str, ...] = ()) -> OpenMethod:
    """Decide how to open URLs.

    The user's setting comes first. Over SSH or without a display no browser is started: it would run
    on the wrong machine, or over the reader. Locally, a text browser named by `$BROWSER` is wanted.
    """
    if open_command:
        return _open_method_for(open_command)
    if host.is_remote:
        return OpenMethod("show")
    named = _named_browser(host)
    if named and (host.has_display or PurePath(named).name in TEXT_BROWSERS):
        return _open_method_for((named,))
    if not host.has_display:
        return OpenMethod("show")
    launchers = ("open",) if host.platform == "darwin" else LAUNCHERS
    for program in (*launchers, *TEXT_BROWSERS):
        if host.which(program):
            return _open_method_for((program,))
    return OpenMethod("show")


def _open_method_for(argv: tuple[str, ...]) -> OpenMethod:
    in_terminal = PurePath(argv[0]).name in TEXT_BROWSERS
    return OpenMethod("text-browser" if in_terminal else "command", argv)


def _named_browser(host: HostEnvironment) -> str:
    """Return `$BROWSER` if it is a single program; it may also be a list or a shell command."""
    name = host.env.get("BROWSER", "")
    return name if PROGRAM_NAME.fullmatch(name) and host.which(name) else ""


def open_url(
    url: str,
    method: OpenMethod,
    env: Mapping[str, str],
    *,
    failed_later: Callable[[OpenResult], None] | None = None,
) -> OpenResult:
    """Open an untrusted URL; wait at most 0.2 s, but for a text browser as long as it runs.

    If the program fails after we stopped waiting, `failed_later` is called on another thread.
    """
    try:
        checked = validate_url(url)
    except UrlRejected as error:
        return OpenResult("failed", url, f"Not opened: {error}")
    if method.kind == "show":
        return OpenResult("shown", checked, checked)
    argv = [*method.argv, checked]
    try:
        if method.kind == "text-browser":
            return _open_result(_run_in_terminal(argv, env), argv)
        return _launch(argv, env, failed_later)
    except OSError as error:
        reason = error.strerror or str(error)
        return OpenResult("failed", checked, f"Not opened: {argv[0]}: {reason}")


def _open_result(code: int, argv: list[str]) -> OpenResult:
    name = clean_line(PurePath(argv[0]).name)
    if code == 0:
        return OpenResult("opened", argv[-1], f"Opened with {name}")
    return OpenResult("failed", argv[-1], f"Not opened: {name} exited with code {code}")


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
    """Return the environment without a `$BROWSER` that xdg-open would split and run."""
    kept = dict(env)
    if not PROGRAM_NAME.fullmatch(kept.get("BROWSER", "")):
        kept.pop("BROWSER", None)
    return kept


def _run_in_terminal(argv: list[str], env: Mapping[str, str]) -> int:
    with _ignore_interrupts():
        code = subprocess.run(argv, env=dict(env), check=False).returncode  # noqa: S603
    with contextlib.suppress(termios.error):  # keys typed for the browser
        termios.tcflush(0, termios.TCIFLUSH)
    return code


@contextlib.contextmanager
def _ignore_interrupts() -> Iterator[None]:
    """Let ctrl+c end the program that has the terminal, and not this one.

    By a handler and not SIG_IGN, which the other program would inherit.
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
    host: HostEnvironment, open_command: tuple[str, ...] = (), copy_command: tuple[str, ...] = ()
) -> list[tuple[str, str]]:
    """Describe how URLs would be opened and text copied, as pairs of name and description."""
    copy_method = choose_copy_method(host, copy_command)
    lines = [
        ("browser", _describe_open_method(host, choose_open_method(host, open_command))),
        ("clipboard", describe_copy_method(copy_method)),
    ]
    if copy_method.multiplexer and copy_method.kind in ("tmux", "terminal"):
        lines.append((copy_method.multiplexer, MULTIPLEXER_HINTS[copy_method.multiplexer]))
    return lines


def _describe_open_method(host: HostEnvironment, method: OpenMethod) -> str:
    command = clean_line(shlex.join(method.argv))
    if method.kind == "command":
        return f"{command} URL"
    if method.kind == "text-browser":
        return f"{command} URL, in this terminal"
    why = "over SSH" if host.is_remote else "no browser found" if host.has_display else "no display"
    return f"shows and copies the URL ({why}); the setting open_command changes that"
