"""Exports of one article: to a file, and as Markdown to a program."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from store.model.errors import InvalidInput
from store.text.clean import clean_line
from tui.config.settings_file import expand_user

if TYPE_CHECKING:
    from store.model.article import FullArticle

PIPE_TIMEOUT = 60.0
"""Seconds a program has for an article."""

# The exporters are imported when something is exported: starting must not wait for them.


def suggest_export_path(entry: FullArticle) -> str:
    """Return the path of a Markdown file in the home folder, named after the article."""
    from store.exporters.export_files import make_file_name

    return f"~/{make_file_name(entry.article, '.md')}"


def export_article(entry: FullArticle, path: Path) -> str:
    """Write a new file, as Markdown unless the suffix says otherwise; return a status line."""
    from store.exporters.export_files import write_article

    write_article(entry, path)
    return f"Exported to {clean_line(str(path))}"


def find_export_fault(text: str, *, many: bool) -> str:
    """Return what is wrong with a path for one article, or for many; nothing if it is empty."""
    from store.exporters.export_files import check_target

    try:
        if name := text.strip():
            check_target(expand_user(name), many=many)
    except InvalidInput as error:
        return clean_line(str(error))
    return ""


def render_markdown(entry: FullArticle) -> str:
    """Return an article as Markdown with front matter."""
    from store.exporters.export_files import article_to_markdown

    return article_to_markdown(entry)


def parse_pipe_command(text: str) -> list[str]:
    """Split a command line as a shell does; nothing is expanded.

    Raises:
        InvalidInput: A quotation is not closed.
    """
    try:
        return shlex.split(text)
    except ValueError as error:
        raise InvalidInput(f"not a command: {error}".lower()) from None


def run_pipe_command(arguments: list[str], text: str) -> str:
    """Give a text to a program, and return what it writes.

    Raises:
        ProgramFailed: It could not be run, failed, or took longer than `PIPE_TIMEOUT`.
    """
    from store.system.programs import run_program

    return run_program(arguments, text, PIPE_TIMEOUT)


def describe_pipe_end(arguments: list[str]) -> str:
    """Return the status line for a program that ended without an error."""
    return f"{clean_line(arguments[0])}: done"
