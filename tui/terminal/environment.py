"""The environment the reader runs in: remote or local, its display, its terminal, its encoding."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Literal, NamedTuple, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

UTF8_TRIED_VARIABLE = "NEWSTUI_UTF8_TRIED"
"""Set in the environment of a restarted process, so that it does not restart again."""
ENCODING_VARIABLE = "PYTHONIOENCODING"
"""Overrides the encoding of standard streams in UTF-8 mode, too."""


class HostEnvironment(NamedTuple):
    """The machine and session, for choosing programs; no dataclass, which the splash would wait for."""

    env: Mapping[str, str]
    platform: str
    """As `sys.platform`."""
    which: Callable[[str], str | None]
    """Finds a program, as `shutil.which`."""

    @property
    def is_remote(self) -> bool:
        """True if the user is at another machine."""
        return is_remote(self.env)

    @property
    def has_display(self) -> bool:
        """True if there is a desktop to show a browser on; under WSL that is Windows."""
        names = ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME")
        return self.platform == "darwin" or any(self.env.get(name) for name in names)

    @property
    def multiplexer(self) -> Literal["tmux", "screen", ""]:
        """The terminal multiplexer around us."""
        if self.env.get("TMUX"):
            return "tmux"
        inside = self.env.get("STY") or self.env.get("TERM", "").startswith("screen")
        return "screen" if inside else ""


def is_remote(env: Mapping[str, str]) -> bool:
    """Return True over SSH, as far as the environment tells."""
    return any(env.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"))


def find_startup_problem(
    env: Mapping[str, str], isatty: Callable[[int], bool] = os.isatty
) -> str | None:
    """Return why the reader cannot start, or None if it can.

    Standard output does not matter: Textual reads from standard input and draws on standard
    error, so `newstui | cat` works and `newstui 2>file` cannot.
    """
    term = env.get("TERM", "")
    if not isatty(0):
        return "stdin is not a terminal; newstui --plain works here"
    if not isatty(2):
        return "stderr is not a terminal"
    if term in ("", "dumb"):
        return f"TERM is {term or 'not set'}; newstui --plain works here"
    return None


def erases_in_color(env: Mapping[str, str]) -> bool:
    """Return True if the terminal erases with the current background; GNU screen does not."""
    return bool(env.get("TMUX")) or not env.get("TERM", "").startswith("screen")


def needs_utf8_mode(env: Mapping[str, str], encoding: str) -> bool:
    """Return True if the stream to draw on is not UTF-8, and a restart was not tried yet."""
    is_utf8 = encoding.lower().replace("_", "-") in ("utf-8", "utf8")
    return not is_utf8 and not env.get(UTF8_TRIED_VARIABLE)


def restart_in_utf8_mode(
    env: Mapping[str, str],
    arguments: Sequence[str],
    execve: Callable[[str, list[str], dict[str, str]], NoReturn] = os.execve,
) -> NoReturn:
    """Restart the command, given as in `sys.orig_argv`, in UTF-8 mode."""
    command = [sys.executable, *arguments[1:]]
    kept = {name: value for name, value in env.items() if name != ENCODING_VARIABLE}
    execve(sys.executable, command, {**kept, "PYTHONUTF8": "1", UTF8_TRIED_VARIABLE: "1"})


def terminal_reorders_bidi(env: Mapping[str, str]) -> bool:
    """Return True for terminals known to reorder right-to-left text: VTE, Konsole, Apple, mlterm."""
    return (
        any(env.get(name) for name in ("VTE_VERSION", "KONSOLE_VERSION", "MLTERM"))
        or env.get("TERM_PROGRAM") == "Apple_Terminal"
        or env.get("TERM", "").startswith("mlterm")
    )
