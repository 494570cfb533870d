"""The parser of the command line, made from the syntax of its commands."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial

from tui.cli.argument_parser import SafeArgumentParser
from tui.cli.command_syntax import COMMAND_SYNTAXES, QUERY_DEST, TOP_PARTS, common_options
from tui.cli.help_text import command_notes, top_notes
from tui.cli.syntax import Argument, CommandSyntax, Requirement

USAGE = "newstui [OPTION]... [COMMAND [ARGUMENT]...]"


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the command line; on a usage error, print it and exit with code 2."""
    parser = build_parser()
    place = _find_command(arguments)
    options = parser.parse_whole(arguments[:place])
    if place == len(arguments):
        return options
    command = parser.find_command(arguments[place])
    options.command = arguments[place]
    if options.plain or options.slow:
        parser.error(
            f"--{'plain' if options.plain else 'slow'} is for the reader, not for a command"
        )
    command.parse_whole(arguments[place + 1 :], options)
    _check_requirements(command, options)
    return options


def _find_command(arguments: Sequence[str]) -> int:
    """Return the place of the command: the first argument that is no option, nor the value of one."""
    place = 0
    while place < len(arguments) and arguments[place].startswith("-"):
        takes_value = len(arguments[place]) > 2 and "--library".startswith(arguments[place])
        place += 2 if takes_value else 1
    return min(place, len(arguments))


def _check_requirements(command: SafeArgumentParser, options: argparse.Namespace) -> None:
    given = {name for name, value in vars(options).items() if value != command.get_default(name)}
    for each in options.requirements:
        is_due = not each.with_any_of or given.intersection(each.with_any_of)
        if is_due and not given.intersection(each.any_of):
            command.error(f"needs {each.description}")


def build_parser() -> SafeArgumentParser:
    """Return the parser of the command line.

    `--help`, the completions and the manual page are made from it.
    """
    parser = SafeArgumentParser(
        prog="newstui",
        usage=USAGE,
        description="Read and keep the news in your terminal. Without a command, start the reader.",
    )
    parser.make_notes = top_notes
    parser.add_parts(TOP_PARTS)
    # Suppressed, because argparse would list the commands without their groups.
    subparsers = parser.add_subparsers(
        dest="command", metavar="COMMAND", help=argparse.SUPPRESS, prog=parser.prog
    )
    for syntax in COMMAND_SYNTAXES:
        command = subparsers.add_parser(
            syntax.name,
            help=syntax.help,
            description=syntax.description or f"{syntax.help[0].upper()}{syntax.help[1:]}.",
        )
        command.make_notes = partial(command_notes, syntax.name)
        requirements = [each for each in syntax.parts if isinstance(each, Requirement)]
        command.set_defaults(parser=command, requirements=requirements)
        command.query_options = _short_options_beside_query(syntax)
        # Suppressed, so that it does not undo a --library before the command.
        command.add_parts((*syntax.parts, *common_options()))
        parser.commands[syntax.name] = command
    return parser


def _short_options_beside_query(syntax: CommandSyntax) -> frozenset[str] | None:
    arguments = [each for each in syntax.parts if isinstance(each, Argument)]
    names = [name for each in arguments for name in each.names]
    return frozenset(name for name in names if len(name) == 2) if QUERY_DEST in names else None
