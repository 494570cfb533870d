"""What the reader has drawn, cell by cell: the widgets one over the other, as on the terminal."""

from __future__ import annotations

from typing import Any, NamedTuple

from rich.style import Style
from textual.app import App
from textual.geometry import Region
from textual.widget import Widget

from tui.rendering.cells import measure_cells

PLAIN = Style()


class Cell(NamedTuple):
    """One cell of the screen; the second half of a wide character is empty."""

    text: str = " "
    style: Style = PLAIN

    @property
    def mark(self) -> str:
        """How the text is set, colours aside: `r` reverse, `b` bold, `d` dim, or others."""
        set_as = self.style
        names = (
            ("U", set_as.bold and set_as.underline),
            ("R", set_as.reverse and set_as.bold), ("r", set_as.reverse), ("b", set_as.bold),
            ("d", set_as.dim), ("u", set_as.underline), ("i", set_as.italic),
        )  # fmt: skip
        return next((letter for letter, there in names if there), " ")


Grid = list[list[Cell]]


def grid(app: App[Any]) -> Grid:
    """The screen with whatever dialogs lie over it."""
    width, height = app.size
    cells = [[Cell()] * width for _ in range(height)]
    for screen in app.screen_stack:
        for widget in screen.walk_children(Widget):
            _paint(widget, cells)
    return cells


def _paint(widget: Widget, cells: Grid) -> None:
    region = widget.region
    for y, strip in enumerate(widget.render_lines(Region(0, 0, *region.size)), region.y):
        if not 0 <= y < len(cells):
            continue
        x, line = region.x, cells[y]
        for text, style, _ in strip:
            x = _write(line, x, text, style or PLAIN)


def _write(line: list[Cell], x: int, text: str, style: Style) -> int:
    """Write a text into a line from a cell on; tells the cell after it."""
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


def lines(app: App[Any]) -> list[str]:
    """The text of every line of the screen."""
    return ["".join(cell.text for cell in line) for line in grid(app)]


def drawn(app: App[Any]) -> str:
    """All text on the screen."""
    return "\n".join(lines(app))


def picture(app: App[Any], *, marks: bool = False) -> str:
    """The screen for a reviewer: its text, framed; with `marks` how it is set beside it."""
    cells = grid(app)
    text = ["".join(cell.text for cell in line) for line in cells]
    frame = "+" + "-" * len(cells[0]) + "+"
    pictures = [frame, *(f"|{line}|" for line in text), frame]
    if marks:
        pictures += [f"|{''.join(cell.mark for cell in line)}|" for line in cells]
        pictures.append(frame)
    return "\n".join(pictures) + "\n"
