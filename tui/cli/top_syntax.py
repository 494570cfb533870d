"""The options before a command, and those of all commands.

They have a module of their own because `newstui` and `newstui --version` need no commands.
"""

from __future__ import annotations

import argparse

from tui.cli.argument_parser import PrintSpec, PrintVersion
from tui.cli.syntax import Argument, flag, parse_library


def common_options(
    library: str | None = argparse.SUPPRESS, is_quiet: object = argparse.SUPPRESS
) -> tuple[Argument, ...]:
    """Return the options that all commands have, with their defaults."""
    help_ = "library: a folder (default on Linux: ~/.local/share/newstui), or postgresql://…"
    quiet = flag("quiet", "print messages only if something fails, for cron")
    return (
        Argument(
            ("--library",),
            {"metavar": "LIBRARY", "default": library, "type": parse_library, "help": help_},
        ),
        Argument(quiet.names, {**quiet.parameters, "default": is_quiet}),
    )


TOP_PARTS = (
    Argument(
        ("-V", "--version"), {"action": PrintVersion, "nargs": 0, "help": "print the version"}
    ),
    Argument(("--spec",), {"action": PrintSpec, "nargs": 0, "help": "print the commands as JSON"}),
    *common_options(None, is_quiet=False),
    flag("slow", "save bandwidth (slow connections)"),
    flag("plain", "line mode, for screen readers and pipes"),
)
