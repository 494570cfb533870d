"""Completion in the shell: `newstui completion SHELL` and the candidates for each argument.

argcomplete reads commands, options and choices from the parser; the functions here add the names in the
library.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from typing import get_args

from argcomplete import autocomplete
from argcomplete.completers import BaseCompleter
from argcomplete.shell_integration import shellcode

from store.library.folder import is_library
from store.library.protocol import Library
from store.model.errors import LibraryUnavailable, NewstuiError
from store.search.language import QUERY_FIELDS
from store.search.list_query import ListQuery
from store.search.syntax_tree import StateName
from store.system.paths import DATABASE_SCHEMES
from tui.cli.command_syntax import COMMAND_SYNTAXES
from tui.cli.console import print_data
from tui.cli.context import resolve_paths
from tui.cli.list import SHORT_ID_LENGTH
from tui.cli.parser import build_parser_with_subparsers
from tui.config.library_choice import choose_library
from tui.config.settings import AUTO_THEME_NAME, load_settings
from tui.config.settings_file import expand_user
from tui.config.theme_choice import ThemeChoice
from tui.services import open_library

MAX_IDS = 200
"""Articles offered at once, the newest ones: a shell lists no more."""

Candidates = Mapping[str, str]
"""Descriptions by what the shell inserts; fish and zsh show both."""


def run_completion(options: argparse.Namespace) -> None:
    """Print the script that makes a shell ask newstui for candidates."""
    print_data(shellcode(["newstui"], shell=options.shell).strip())


def complete_command_line() -> None:
    """Answer the shell that is completing a command line, and end the process."""
    autocomplete(
        build_parser_with_subparsers(),
        always_complete_options=False,
        default_completer=ValueCompleter(),
    )


class ValueCompleter(BaseCompleter):
    """Completes the values that have no fixed choices."""

    def __call__(
        self,
        *,
        prefix: str,
        action: argparse.Action,
        parser: argparse.ArgumentParser,
        parsed_args: argparse.Namespace,
    ) -> Candidates:
        """Return the candidates for a value; there are none if the library cannot be read."""
        for name in (*action.option_strings, action.metavar):
            if name in COMPLETERS:
                with suppress(NewstuiError, OSError):
                    return COMPLETERS[name](UnfinishedValue(parsed_args, prefix))
        return {}


@dataclass(frozen=True, slots=True)
class UnfinishedValue:
    """The value that is being typed; its methods return the candidates of one kind."""

    options: argparse.Namespace
    """The rest of the command line."""
    prefix: str
    """What is there of the value."""

    @contextmanager
    def _open_library(self, *, load: bool = True) -> Iterator[Library]:
        """Open the library of the command line.

        Raises:
            LibraryUnavailable: There is none: completing a command starts no library.
        """
        paths = resolve_paths(self.options)
        if not paths.database and not is_library(paths.library):
            raise LibraryUnavailable(f"no library in {paths.library}")
        with closing(open_library(paths)) as library:
            if load:
                for _ in library.load():
                    pass
            yield library

    def ids(self) -> Candidates:
        """Return short ids and titles, the newest first, without the ids that were given already."""
        given = set(getattr(self.options, "ids", None) or ())
        length = max(SHORT_ID_LENGTH, len(self.prefix))
        with self._open_library() as library:
            listing = library.listing(ListQuery())
            rows = (
                row
                for start in range(0, listing.total, MAX_IDS)
                for row in listing.window(start, MAX_IDS)
                if row.id.startswith(self.prefix) and row.id[:length] not in given
            )
            return {row.id[:length]: row.title for row in islice(rows, MAX_IDS)}

    def categories(self) -> Candidates:
        """Return the categories."""
        with self._open_library() as library:
            groups = [each for each in library.by("category") if each.name]
        return {each.name: f"{each.unread:,} unread of {each.total:,}" for each in groups}

    def feeds(self) -> Candidates:
        """Return the names of the feeds."""
        with self._open_library(load=False) as library:
            return {each.display_name: each.category for each in library.feeds.subscriptions()}

    def tags(self) -> Candidates:
        """Return the tags known so far."""
        with self._open_library() as library:
            return dict.fromkeys(library.tags(), "")

    def searches(self) -> Candidates:
        """Return the saved searches of the library with their queries."""
        with self._open_library(load=False) as library:
            return library.searches.read()

    def query(self) -> Candidates:
        """Return the fields of a query, or the values of the field that is being typed."""
        before, blank, word = self.prefix.rpartition(" ")
        field, colon, _ = word.partition(":")
        if not colon:
            found = {f"{name}:": spec.hint for name, spec in QUERY_FIELDS.items()}
        elif field in QUERY_VALUES:
            values = QUERY_VALUES[field](self)
            found = {f"{field}:{_quote_value(name)}": about for name, about in values.items()}
        else:
            found = {}
        return {f"{before}{blank}{name}": about for name, about in found.items()}

    def states(self) -> Candidates:
        """Return the reading states of a query."""
        return dict.fromkeys(get_args(StateName), "")

    def import_formats(self) -> Candidates:
        """Return the formats that can be imported."""
        from store.importers.read_files import IMPORT_FORMATS  # imported here: slow

        return dict.fromkeys(IMPORT_FORMATS, "")

    def themes(self) -> Candidates:
        """Return the themes, and `auto`."""
        paths = resolve_paths(self.options)
        settings = load_settings(paths.config).settings
        choice = ThemeChoice(settings, os.environ, paths.config, paths.state)
        return {AUTO_THEME_NAME: ""} | {
            name: theme.label for name, theme in choice.all_themes().items()
        }

    def commands(self) -> Candidates:
        """Return the commands of newstui."""
        return {each.name: each.help for each in COMMAND_SYNTAXES}

    def files(self) -> Candidates:
        """Return the files and folders whose path begins like this, folders with a slash."""
        folder, slash, name = self.prefix.rpartition("/")
        with os.scandir(expand_user(folder + slash or ".")) as entries:
            return {
                f"{folder}{slash}{each.name}{'/' if each.is_dir() else ''}": ""
                for each in sorted(entries, key=lambda each: each.name)
                if each.name.startswith(name) and (name or not each.name.startswith("."))
            }

    def folders(self) -> Candidates:
        """Return the folders whose path begins like this."""
        return {path: "" for path in self.files() if path.endswith("/")}

    def libraries(self) -> Candidates:
        """Return folders, and the URL of the user's database, or the beginning of one."""
        urls = [DATABASE_SCHEMES[0]] if self.prefix else []
        with suppress(NewstuiError):
            choice = choose_library(os.environ, None)
            urls = [choice.name] if choice.paths.database else urls
        found = {url: "a library on PostgreSQL" for url in urls if url.startswith(self.prefix)}
        with suppress(OSError):  # the beginning of a URL is no folder
            found.update(self.folders())
        return found


def _quote_value(value: str) -> str:
    return f'"{value}"' if " " in value else value


COMPLETERS: Mapping[object, Callable[[UnfinishedValue], Candidates]] = {
    "ID": UnfinishedValue.ids,
    "FEED": UnfinishedValue.feeds,
    "TAG": UnfinishedValue.tags,
    "QUERY": UnfinishedValue.query,
    "COMMAND": UnfinishedValue.commands,
    "FILE": UnfinishedValue.files,
    "PATH": UnfinishedValue.files,
    "DIR": UnfinishedValue.folders,
    "FROM": UnfinishedValue.libraries,
    "TO": UnfinishedValue.libraries,
    "LIBRARY": UnfinishedValue.libraries,
    "--category": UnfinishedValue.categories,
    "--as": UnfinishedValue.import_formats,
    "--use": UnfinishedValue.themes,
    "--save": UnfinishedValue.searches,
    "--remove": UnfinishedValue.searches,
}
"""By the name of an option, or the placeholder of an argument in `--help`."""
QUERY_VALUES: Mapping[str, Callable[[UnfinishedValue], Candidates]] = {
    "category": UnfinishedValue.categories,
    "feed": UnfinishedValue.feeds,
    "tag": UnfinishedValue.tags,
    "is": UnfinishedValue.states,
}
"""By the field of a query."""
