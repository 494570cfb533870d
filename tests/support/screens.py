"""The screen as the reader draws it, cell by cell."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

from rich.cells import cell_len
from rich.style import Style
from textual.app import App
from textual.geometry import Region
from textual.widget import Widget

from tui.rendering.cells import measure_cells

PLAIN = Style()


class Cell(NamedTuple):
    """One cell of the screen; the right half of a wide character is empty."""

    text: str = " "
    style: Style = PLAIN

    @property
    def style_letter(self) -> str:
        """The text style without colours as a letter: `r` reverse, `b` bold, `d` dim and so on."""
        style = self.style
        names = (
            ("U", style.bold and style.underline),
            ("R", style.reverse and style.bold), ("r", style.reverse), ("b", style.bold),
            ("d", style.dim), ("u", style.underline), ("i", style.italic),
        )  # fmt: skip
        return next((letter for letter, applies in names if applies), " ")


Grid = list[list[Cell]]


def screen_cells(app: App[Any]) -> Grid:
    """Return the screen with any dialogs over it."""
    width, height = app.size
    cells = [[Cell()] * width for _ in range(height)]
    for screen in app.screen_stack:
        for widget in screen.walk_children(Widget):
            _paint_widget(widget, cells)
    return cells


def _paint_widget(widget: Widget, cells: Grid) -> None:
    region = widget.region
    for y, strip in enumerate(widget.render_lines(Region(0, 0, *region.size)), region.y):
        if not 0 <= y < len(cells):
            continue
        x, line = region.x, cells[y]
        for text, style, _ in strip:
            x = _write_text(line, x, text, style or PLAIN)


def _write_text(line: list[Cell], x: int, text: str, style: Style) -> int:
    """Write text into a line from cell `x` on and return the cell after it."""
    if text.isascii():
        line[x : x + len(text)] = [Cell(char, style) for char in text[: max(0, len(line) - x)]]
        return x + len(text)
    _, starts = measure_cells(text)
    cell = x
    for index, char in enumerate(text):
        start, end = x + starts[index], x + starts[index + 1]
        if start == end and cell < len(line):
            line[cell] = Cell(line[cell].text + char, style)
        for at in range(start, min(end, len(line))):
            line[at] = Cell(char if at == start else "", style)
            cell = start
    return x + starts[-1]


def screen_lines(app: App[Any]) -> list[str]:
    """Return the text of every line of the screen."""
    return ["".join(cell.text for cell in line) for line in screen_cells(app)]


def screen_text(app: App[Any]) -> str:
    """Return all text on the screen."""
    return "\n".join(screen_lines(app))


def picture(app: App[Any], *, styles: bool = False) -> str:
    """Return the framed text of the screen, with `styles` also the style of every cell."""
    cells = screen_cells(app)
    text = ["".join(cell.text for cell in line) for line in cells]
    frame = "+" + "-" * len(cells[0]) + "+"
    pictures = [frame, *(f"|{line}|" for line in text), frame]
    if styles:
        pictures += [f"|{''.join(cell.style_letter for cell in line)}|" for line in cells]
        pictures.append(frame)
    return "\n".join(pictures) + "\n"


def fits(line: str, width: int) -> bool:
    """Return True if a line is within the width or is a single unbreakable cluster."""
    clusters = sum(after > before for before, after in pairwise(measure_cells(line)[1]))
    return cell_len(line) <= width or clusters == 1
