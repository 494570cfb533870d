"""Templates of `--format`, such as `{title} {url}`: the fields are those of the JSON."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from string import Formatter
from typing import Any, NamedTuple

from store.text.clean import clean_text
from tui.cli.console import format_json
from tui.cli.schemas import OUTPUTS
from tui.cli.syntax import describe_unknown

_ESCAPES = {"t": "\t", "n": "\n", "\\": "\\"}
_ESCAPE = re.compile(r"\\([tn\\])")
_CONTROL_CHARACTER = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class TemplatePart(NamedTuple):
    """A text, and the field after it; empty if there is none."""

    text: str
    field: str


class Template(NamedTuple):
    """A line of output with places for fields."""

    parts: tuple[TemplatePart, ...]

    def fill(self, record: Mapping[str, Any]) -> str:
        """Return the line of a record."""
        return "".join(f"{text}{_format(record.get(field))}" for text, field in self.parts)


def parse_template(text: str, fields: Collection[str]) -> Template:
    """Parse a template.

    Raises:
        ArgumentTypeError: It is none, or names a field that is none of `fields`.
    """
    if _CONTROL_CHARACTER.search(text):
        raise argparse.ArgumentTypeError("the template has a control character")
    try:
        return Template(tuple(_parse_parts(text, fields)))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"invalid template: {error}") from error


def _parse_parts(text: str, fields: Collection[str]) -> Iterator[TemplatePart]:
    for literal, field, format_, conversion in Formatter().parse(text):
        if format_ or conversion:
            raise argparse.ArgumentTypeError(
                f"expected {{{field}}} without {format_ or conversion!r}"
            )
        if field is not None and field not in fields:
            raise argparse.ArgumentTypeError(describe_unknown("field", field, fields))
        yield TemplatePart(_ESCAPE.sub(lambda found: _ESCAPES[found[1]], literal), field or "")


def template_parser(
    output: str, names: Collection[str] = (), aliases: Mapping[str, str] | None = None
) -> Callable[[str], Template | str]:
    """Return a function that parses a value of `--format`.

    Args:
        output: The output whose fields a template may have.
        names: Formats that are named and not described.
        aliases: Other names of some of them.
    """

    def parse(text: str) -> Template | str:
        name = (aliases or {}).get(text, text)
        if name in names:
            return name
        if names and "{" not in text:
            known = describe_unknown("format", text, names, aliases or ())
            raise argparse.ArgumentTypeError(f"{known} (a template has fields: {{title}})")
        return parse_template(text, OUTPUTS[output].fields)

    return parse


def _format(value: Any) -> str:
    """Return a value of a record as text: lists with commas, nothing for null."""
    if value is None:
        return ""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
        return ", ".join(map(clean_text, value))
    return format_json(value)
