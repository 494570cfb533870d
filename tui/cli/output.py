"""Lists on standard output: as JSON, by a template, tab-separated in a pipe, or fitted to a terminal."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from store.text.clean import clean_line
from tui.cli.console import page_size, print_json, write_output
from tui.cli.template import Template
from tui.rendering.cells import cell_width, fit_cells, pad_left, truncate_cells

Item = TypeVar("Item", contravariant=True)

Span = tuple[str, str]
"""A text, and the style it is shown in on a terminal; see `STYLES`."""
Line = Sequence[Span]

WRITTEN_ITEMS = 200
"""Items of a list that are written together to a pipe."""
STYLES: Mapping[str, str] = {
    "": "",
    "bold": "1",
    "dim": "2",
    "id": "33",
    "star": "1;33",
    "category": "36",
    "hit": "1;31",
    "problem": "31",
    "text": "",
    "muted": "2",
    "section": "1",
    "accent": "36",
}
"""The parameters of SGR (ECMA-48), by the names here or in a report: sixteen colours, so that they are the terminal's own."""


class ListForm(Protocol[Item]):
    """The forms in which the items of a list are printed."""

    def records(self, items: Sequence[Item]) -> Iterable[Mapping[str, Any]]:
        """Return the items as JSON, in their order."""

    def values(self, item: Item) -> Sequence[str]:
        """Return the values of an item for a pipe: whole, one a column."""

    def lines(self, item: Item, width: int) -> Iterable[Line]:
        """Return an item as lines for a terminal of that width."""


def print_list(items: Sequence[Item], form: ListForm[Item], options: argparse.Namespace) -> None:
    """Print the items of a list in the form that `--json`, `--format` or standard output asks for."""
    template: Template | None = getattr(options, "format", None)
    if options.json:
        for record in form.records(items):
            print_json(record)
    elif template is not None:
        for record in form.records(items):
            write_output(template.fill(record) + "\n")
    elif is_terminal():
        width = page_size()[0]
        for item in items:
            print_lines(form.lines(item, width), width)
    else:
        for start in range(0, len(items), WRITTEN_ITEMS):
            batch = items[start : start + WRITTEN_ITEMS]
            write_output("".join(_join_values(form.values(item)) for item in batch))


def print_values(values: Sequence[str]) -> None:
    """Print values separated by tabs; in a value a tab or a line end is a blank."""
    write_output(_join_values(values))


def _join_values(values: Sequence[str]) -> str:
    if not "".join(values).isprintable():
        values = [clean_line(each, 2 * len(each)) for each in values]
    return "\t".join(values) + "\n"


def print_lines(lines: Iterable[Line], width: int) -> None:
    """Print lines on a terminal; what is longer than its width is cut."""
    is_colored = has_colors(os.environ)
    for line in lines:
        write_output("".join(_paint(line, width, is_colored=is_colored)).rstrip() + "\n")


def is_terminal() -> bool:
    """Return True if standard output is a terminal."""
    return sys.stdout.isatty()


def has_colors(environ: Mapping[str, str]) -> bool:
    """Return True if output may be coloured; see no-color.org."""
    return not environ.get("NO_COLOR") and environ.get("TERM", "dumb") != "dumb"


def column(text: str, cells: int, style: str = "") -> Span:
    """Return a text in a column of that width."""
    return fit_cells(clean_line(text), cells), style


def right_column(text: str, cells: int, style: str = "") -> Span:
    """Return a text at the right of a column of that width."""
    return pad_left(clean_line(text), cells), style


def highlight(text: str, spans: Iterable[tuple[int, int]], style: str = "") -> Line:
    """Return a text with the parts at these offsets as hits."""
    parts, at = [], 0
    for start, end in spans:
        parts += [(text[at:start], style), (text[start:end], "hit")]
        at = end
    return [*parts, (text[at:], style)]


def _paint(line: Line, width: int, *, is_colored: bool) -> Iterable[str]:
    for text, style in line:
        if width <= 0:
            return
        shown = truncate_cells(text, width)
        width -= cell_width(shown)
        code = STYLES[style] if is_colored else ""
        yield f"\x1b[{code}m{shown}\x1b[m" if code and shown else shown
