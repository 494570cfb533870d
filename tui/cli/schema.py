"""`newstui schema`: print the JSON Schema of what a command prints."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tui.cli.console import print_json
from tui.cli.output import Line, column, print_list
from tui.cli.schemas import OUTPUTS, make_schema

NAME_CELLS = 12


def run_schema(options: argparse.Namespace) -> None:
    """Print the schema of an output, or list the outputs."""
    if options.name is None:
        print_list(list(OUTPUTS), OutputForm(), options)
    else:
        print_json(make_schema(options.name), pretty=True)


class OutputForm:
    """The forms in which outputs are listed."""

    def records(self, items: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        """Yield the outputs as JSON."""
        for name in items:
            output = OUTPUTS[name]
            yield {
                "name": name,
                "title": output.title,
                "is_list": output.is_list,
                "version": output.version,
                "fields": list(output.fields),
            }

    def values(self, item: str) -> Sequence[str]:
        """Return name, `lines` or `object`, version and title."""
        output = OUTPUTS[item]
        form = "lines" if output.is_list else "object"
        return [item, form, str(output.version), output.title]

    def lines(self, item: str, width: int) -> Iterator[Line]:
        """Yield the line of an output."""
        output = OUTPUTS[item]
        form = "one object a line" if output.is_list else "one object"
        yield [column(item, NAME_CELLS, "bold"), (f"  {output.title}", ""), (f", {form}", "dim")]
