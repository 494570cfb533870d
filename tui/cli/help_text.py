"""The end of each `--help`: commands, examples, exit codes, files, and where the documentation is."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from store.model.errors import NewstuiError
from tui import DOCS_URL
from tui.cli.command_syntax import COMMAND_GROUPS
from tui.cli.examples import EXAMPLES, TOP_EXAMPLES, Example
from tui.cli.exit_codes import EXIT_CODE_HELP
from tui.config.library_choice import choose_library
from tui.config.settings_file import SETTINGS_FILE

COMMANDS_PAGE = f"{DOCS_URL}/commands"
NAME_CHARS = 14
EXAMPLE_CHARS = 40
"""A longer example has its explanation on the next line."""
REMARKS = """\
IDs can be shortened as long as they are unique. `newstui help COMMAND` explains a command. If the
terminal is ever left in a bad state, run `reset`."""


def top_notes() -> str:
    """Return what follows the options in `newstui --help`."""
    parts = (
        "\n".join(["commands:", *_command_lines()]),
        _format_examples(TOP_EXAMPLES),
        f"exit codes:\n{EXIT_CODE_HELP}",
        _format_places(os.environ),
        REMARKS,
        f"Documentation: {DOCS_URL}",
    )
    return "\n\n".join(parts)


def command_notes(name: str) -> str:
    """Return what follows the options in `newstui NAME --help`."""
    parts = (
        _format_examples(EXAMPLES.get(name, ())),
        _format_places(os.environ),
        f"Documentation: {COMMANDS_PAGE}",
    )
    return "\n\n".join(filter(None, parts))


def _command_lines() -> Iterator[str]:
    for group, commands in COMMAND_GROUPS.items():
        yield f"  {group}"
        yield from (f"    {each.name:<{NAME_CHARS}}{each.help}" for each in commands)


def _format_examples(examples: tuple[Example, ...]) -> str:
    return "\n".join(["examples:", *_example_lines(examples)]) if examples else ""


def _example_lines(examples: tuple[Example, ...]) -> Iterator[str]:
    for arguments, meaning in examples:
        command = f"newstui {arguments}".rstrip()
        if len(command) <= EXAMPLE_CHARS:
            yield f"  {command:<{EXAMPLE_CHARS}}  {meaning}"
        else:
            yield f"  {command}"
            yield f"  {'':<{EXAMPLE_CHARS}}  {meaning}"


def _format_places(environ: Mapping[str, str]) -> str:
    """Return the folders of this user; those below the home folder begin with `~`."""
    try:
        choice = choose_library(environ, None)
    except NewstuiError:  # no home folder, or wrong settings: no reason to explain nothing
        return ""
    paths = choice.paths
    places: dict[str, Path | str] = {
        "library": choice.name,
        "settings": paths.config / SETTINGS_FILE,
        "cache": paths.cache,
        "state": paths.state,
    }
    return "\n".join(
        ["files:", *(f"  {name:<9} {_shorten(path)}" for name, path in places.items())]
    )


def _shorten(path: Path | str) -> str:
    try:
        return str(Path("~", Path(path).relative_to(Path.home())))
    except (ValueError, RuntimeError):
        return str(path)
