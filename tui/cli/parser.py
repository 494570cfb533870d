"""The parser of the command line, made from the syntax of its commands.

What only commands and `--help` need is imported when it is asked for.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial

from tui.cli.argument_parser import SafeArgumentParser
from tui.cli.syntax import QUERY_DEST, Argument, CommandSyntax, Requirement
from tui.cli.top_syntax import TOP_PARTS, common_options

PROGRAM = "newstui"
USAGE = f"{PROGRAM} [OPTION]... [COMMAND [ARGUMENT]...]"


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

    `--help` and the manual page are made from it.
    """
    parser = SafeArgumentParser(
        prog=PROGRAM,
        usage=USAGE,
        description="Read and keep the news in your terminal. Without a command, start the reader.",
    )
    parser.make_notes = _top_notes
    parser.add_parts(TOP_PARTS)
    parser.set_defaults(command=None)
    parser.commands = _Commands()
    return parser


def build_parser_with_subparsers() -> SafeArgumentParser:
    """Return the parser of the command line with all commands as argparse knows them."""
    parser = build_parser()
    # Suppressed, because argparse would list the commands without their groups.
    subparsers = parser.add_subparsers(
        dest="command", metavar="COMMAND", help=argparse.SUPPRESS, prog=parser.prog
    )
    for syntax in _load_syntaxes().values():
        _add_syntax(subparsers.add_parser(syntax.name, help=syntax.help), syntax)
    return parser


class _Commands(Mapping[str, SafeArgumentParser]):
    """The parsers of the commands by name, each made when it is asked for.

    To make them all takes longer than many a command.
    """

    def __init__(self) -> None:
        self._made: dict[str, SafeArgumentParser] = {}

    def __getitem__(self, name: str) -> SafeArgumentParser:
        if name not in self._made:
            syntax = _load_syntaxes()[name]
            self._made[name] = SafeArgumentParser(prog=f"{PROGRAM} {name}")
            _add_syntax(self._made[name], syntax)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_load_syntaxes())

    def __len__(self) -> int:
        return len(_load_syntaxes())


@cache
def _load_syntaxes() -> Mapping[str, CommandSyntax]:
    from tui.cli.command_syntax import COMMAND_SYNTAXES

    return {each.name: each for each in COMMAND_SYNTAXES}


def _top_notes() -> str:
    from tui.cli.help_text import top_notes

    return top_notes()


def _command_notes(name: str) -> str:
    from tui.cli.help_text import command_notes

    return command_notes(name)


def _add_syntax(parser: SafeArgumentParser, syntax: CommandSyntax) -> None:
    """Add to the parser of a command what its syntax says."""
    parser.description = syntax.description or f"{syntax.help[0].upper()}{syntax.help[1:]}."
    parser.make_notes = partial(_command_notes, syntax.name)
    requirements = [each for each in syntax.parts if isinstance(each, Requirement)]
    parser.set_defaults(parser=parser, requirements=requirements)
    parser.query_options = _short_options_beside_query(syntax)
    # Suppressed, so that it does not undo a --library before the command.
    parser.add_parts((*syntax.parts, *common_options()))


def _short_options_beside_query(syntax: CommandSyntax) -> frozenset[str] | None:
    arguments = [each for each in syntax.parts if isinstance(each, Argument)]
    names = [name for each in arguments for name in each.names]
    return frozenset(name for name in names if len(name) == 2) if QUERY_DEST in names else None
