"""The argparse parser of newstui: safe messages, suggestions, and queries that begin with a minus."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NoReturn

from store.text.clean import clean_line, clean_text
from themes.faults import quote_value, suggest_nearest
from tui import __version__
from tui.cli.console import print_json, write_output
from tui.cli.syntax import Argument, OneOf, SyntaxPart

MAX_ERROR_CHARS = 2000
QUERY_OPTION = "--matching"
"""The option whose value is a query."""


class SafeArgumentParser(argparse.ArgumentParser):
    """A parser whose messages are free of control characters, whatever was typed."""

    query_options: frozenset[str] | None = None
    """The short options of a command that takes a query; None if it takes none."""

    make_notes: Callable[[], str] | None = None
    """Makes what follows the options in `--help`."""

    def __init__(self, *arguments: Any, **parameters: Any) -> None:
        """Create a parser; see `argparse.ArgumentParser`."""
        self.option_names: list[str] = []
        self._has_exclusive_positional = False
        self.commands: Mapping[str, SafeArgumentParser] = {}
        super().__init__(*arguments, **parameters)

    def add_parts(self, parts: Iterable[SyntaxPart]) -> None:
        """Add the arguments of a command."""
        for each in parts:
            if isinstance(each, Argument):
                self._add_part(self, each)
            elif isinstance(each, OneOf):
                group = self.add_mutually_exclusive_group(required=each.required)
                for one in each.arguments:
                    self._has_exclusive_positional |= not one.names[0].startswith("-")
                    self._add_part(group, one)

    def _add_part(self, to: Any, part: Argument) -> None:
        self.option_names += [name for name in part.names if name.startswith("--")]
        to.add_argument(*part.names, **part.parameters)

    def parse_whole(
        self, arguments: Sequence[str], namespace: argparse.Namespace | None = None
    ) -> argparse.Namespace:
        """Parse all arguments; those of a query may begin with a minus, as in `-category:sport`.

        One that is unknown is an error of this parser, and of no other.
        """
        if self.query_options is not None:
            arguments = list(_protect_query(arguments, self.query_options))
        arguments = list(_protect_values(arguments))
        # Options may stand between words; behind `--` argparse would take words for options.
        is_plain = self._has_exclusive_positional or "--" in arguments
        parse = self.parse_known_args if is_plain else self.parse_known_intermixed_args
        options, unknown = parse(arguments, namespace)
        for each in unknown:
            name = each.partition("=")[0]
            if not name.startswith("-"):
                self.error(f"unexpected argument {quote_value(each)}")
            hint = self._place_option(name) or suggest_nearest(name, self.option_names)
            self.error(f"unknown option {name}" + (hint and f"; {hint}"))
        return options

    def _place_option(self, name: str) -> str:
        """Return where an option belongs that is of a command and stands before it; empty if of none."""
        owners = (each for each, parser in self.commands.items() if name in parser.option_names)
        command = next(owners, "")
        return command and f"it follows a command, as in `newstui {command} {name}`"

    def find_command(self, name: str) -> SafeArgumentParser:
        """Return the parser of a command; if there is none, name the nearest and exit with code 2."""
        if name not in self.commands:
            hint = suggest_nearest(name, self.commands) or "`newstui help` lists the commands"
            self.error(f"unknown command {quote_value(name)}; {hint}")
        return self.commands[name]

    def format_help(self) -> str:
        """Return the text of `--help`."""
        notes = self.make_notes() if self.make_notes else ""
        return f"{super().format_help()}\n{notes}\n" if notes else super().format_help()

    def print_help(self, file: Any = None) -> None:
        """Print the text of `--help`.

        Raises:
            NewstuiError: Standard output cannot be written; argparse would say nothing.
        """
        write_output(f"{clean_text(self.format_help())}\n")

    def error(self, message: str) -> NoReturn:
        """Print a usage error and exit with code 2."""
        super().error(clean_line(message, limit=MAX_ERROR_CHARS))


class PrintVersion(argparse.Action):
    """Prints the version and exits."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        """Print the version.

        Raises:
            NewstuiError: Standard output cannot be written.
        """
        write_output(f"{parser.prog} {__version__}\n")
        parser.exit()


class PrintSpec(argparse.Action):
    """Prints the commands as JSON and exits."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        """Print the commands.

        Raises:
            NewstuiError: Standard output cannot be written.
        """
        from tui.cli.spec import make_spec  # imported here: it describes this very parser

        print_json(make_spec(), pretty=True)
        parser.exit()


def _protect_values(arguments: Sequence[str]) -> Iterator[str]:
    """Put a blank before the query of an option if it begins with a minus."""
    is_query = False
    for argument in arguments:
        yield f" {argument}" if is_query and argument.startswith("-") else argument
        is_query = argument == QUERY_OPTION


def _protect_query(arguments: Sequence[str], options: frozenset[str]) -> Iterator[str]:
    """Put a blank before what begins with one minus and is no option, or it would be taken for one.

    Behind `--`, which is left out, nothing is an option.
    """
    remaining = iter(arguments)
    for argument in remaining:
        if argument == "--":
            yield from (f" {word}" if word[:1] == "-" else word for word in remaining)
            return
        is_short_option = argument.partition("=")[0] in ("-", "-h", *options)
        is_option = is_short_option or argument.startswith("--")
        yield f" {argument}" if argument[:1] == "-" and not is_option else argument
