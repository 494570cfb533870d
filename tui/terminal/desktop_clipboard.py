"""The desktop's clipboard, by pyperclip in a child process; see `tui.terminal.pyperclip_process`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

from store.model.errors import ProgramFailed
from store.system.helper_process import python_command
from store.system.programs import run_program
from store.text.clean import clean_line

DESKTOP_TIMEOUT = 5.0
"""Seconds to wait for the desktop's clipboard; with xclip it takes less than a tenth."""
SCRIPT = "from tui.terminal.pyperclip_process import {0}; {0}()"


@dataclass(frozen=True, slots=True)
class DesktopCopy:
    """The result of copying a text to the desktop's clipboard.

    `copied` was verified by pasting, `passed` could not be; `missing` means there is no clipboard.
    """

    state: Literal["copied", "passed", "failed", "missing"]
    mechanism: str = "the desktop's clipboard"
    problem: str = ""
    """Why it failed, in a few words."""


def copy_to_desktop(text: str) -> DesktopCopy:
    """Copy a text and paste it again to see that it was kept."""
    try:
        result = json.loads(_run("copy_input", text))
    except ProgramFailed:
        return DesktopCopy("failed", problem="did not answer")
    mechanism, problem = clean_line(result["mechanism"]), clean_line(result["problem"])
    return DesktopCopy(result["state"], mechanism, problem)


def find_desktop_mechanism() -> str:
    """Return the name of what pyperclip would copy with, empty if there is nothing."""
    try:
        return clean_line(json.loads(_run("print_mechanism", ""))["mechanism"])
    except ProgramFailed:
        return ""


def _run(function: str, text: str) -> str:
    return run_program(python_command(SCRIPT.format(function)), text, DESKTOP_TIMEOUT)
