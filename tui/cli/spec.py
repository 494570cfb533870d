"""`newstui --spec`: the command line as JSON, for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from tui import DOCS_URL, __version__
from tui.cli.command_syntax import COMMAND_GROUPS
from tui.cli.examples import EXAMPLES, TOP_EXAMPLES, Example
from tui.cli.exit_codes import EXIT_CODES
from tui.cli.parser import build_parser
from tui.cli.schemas import OUTPUTS
from tui.cli.syntax import Argument, CommandSyntax, OneOf, Requirement, SyntaxPart
from tui.cli.top_syntax import TOP_PARTS, common_options

SPEC_VERSION = OUTPUTS["spec"].version


def make_spec() -> dict[str, Any]:
    """Return the commands with their arguments, examples and outputs."""
    parser = build_parser()
    return {
        "spec": SPEC_VERSION,
        "name": parser.prog,
        "version": __version__,
        "help": parser.description,
        "documentation": DOCS_URL,
        "exit_codes": [{"code": int(code), "help": text} for code, text in EXIT_CODES.items()],
        "arguments": _describe_arguments(TOP_PARTS),
        "examples": _describe_examples(TOP_EXAMPLES),
        "commands": [
            _describe_command(each, group, parser.commands[each.name].format_usage())
            for group, commands in COMMAND_GROUPS.items()
            for each in commands
        ],
    }


def _describe_command(syntax: CommandSyntax, group: str, usage: str) -> dict[str, Any]:
    parts = (*syntax.parts, *common_options(None, is_quiet=False))
    return {
        "name": syntax.name,
        "group": group,
        "help": syntax.help,
        "description": syntax.description,
        "usage": " ".join(usage.removeprefix("usage: ").split()),
        "arguments": _describe_arguments(parts),
        "exclusive": [
            [_name(each) for each in part.arguments] for part in parts if isinstance(part, OneOf)
        ],
        "needs": [part.description for part in parts if isinstance(part, Requirement)],
        "examples": _describe_examples(EXAMPLES.get(syntax.name, ())),
        "output": syntax.name if syntax.name in OUTPUTS else None,
    }


def _describe_arguments(parts: Sequence[SyntaxPart]) -> list[dict[str, Any]]:
    return [_describe_argument(each) for each in _iter_arguments(parts)]


def _iter_arguments(parts: Iterable[SyntaxPart]) -> Iterator[Argument]:
    return chain.from_iterable(
        (part,) if isinstance(part, Argument) else getattr(part, "arguments", ()) for part in parts
    )


def _describe_argument(argument: Argument) -> dict[str, Any]:
    given = argument.parameters
    is_option = argument.names[0].startswith("-")
    takes_value = given.get("action") in (None, "append")
    nargs, choices = given.get("nargs"), given.get("choices")
    default = given.get("default")
    return {
        "name": _name(argument),
        "names": list(argument.names) if is_option else [],
        "value": _value_name(argument) if takes_value else None,
        "help": given["help"],
        "choices": list(choices) if choices else None,
        "default": default if takes_value and isinstance(default, str | int) else None,
        "required": not is_option and nargs not in ("?", "*"),
        "repeats": nargs in ("*", "+") or given.get("action") == "append",
    }


def _name(argument: Argument) -> str:
    return argument.names[-1] if argument.names[0].startswith("-") else _value_name(argument)


def _value_name(argument: Argument) -> str:
    metavar = argument.parameters.get("metavar")
    return str(metavar or argument.names[-1].lstrip("-").upper())


def _describe_examples(examples: Iterable[Example]) -> list[Mapping[str, str]]:
    return [
        {"command": f"newstui {arguments}".rstrip(), "help": meaning}
        for arguments, meaning in examples
    ]
