"""The base of all panes: views that build and draw only the lines on the screen."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.reader.widgets.role_styles import make_role_style
from tui.rendering.cells import StyledText, cell_width, truncate_cells

MAX_DOCUMENT_CELLS = 80
"""Maximum line width in cells."""
WHEEL_LINES = 3
"""Lines that a step of the mouse wheel scrolls."""
LEFT_BUTTON = 1
"""The number of the mouse button that clicks; the others do nothing."""
PANE_CLASS = "pane"
"""The class of a view that is framed as a pane; see `frame.tcss`."""
EDGE_SIGNS = {False: ("┌", "─"), True: ("┏", "━")}
"""Corner and line of the upper edge of a pane; the edge of the pane that has the keys is heavy."""
TITLE_MARGIN_CELLS = 4
"""Cells of the upper edge that no title takes."""
LineWriter = Callable[[int], Sequence[Sequence[StyledText]]]
"""Returns the lines for a width."""


class LineView(ScrollView, can_focus=True):
    """A scrolling view of lines that subclasses build as styled text."""

    FOCUS_ON_CLICK = False  # `on_click` has to know whether the view had the focus before
    _kept_shape = (0, 0, 0)
    """Width, height and first line of the view that the lines below were drawn for."""
    title = ""
    """The title of the pane, for its upper edge."""
    _edge_title = ""
    """The title as it was drawn last, for the width."""
    is_active = False
    """True if the keys are meant for this view; if not, its edge and its cursor are not lit."""

    def __init__(self, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        self._kept_lines: dict[int, Strip] = {}
        """The lines drawn since their content changed last, by their place on the screen."""
        self._role_styles: dict[str, Style] = {}
        super().__init__(id=id)

    @abstractmethod
    def build_line(self, y: int, width: int) -> Sequence[StyledText]:
        """Return line `y` of the content, at most `width` cells."""

    @property
    def caret(self) -> Offset:
        """The position of the terminal's cursor while the view has the focus."""
        return Offset(0, 0)

    # -- the focus -----------------------------------------------------------------------------

    # Textual draws a widget anew when it gains or loses the focus, and looks up all its styles. A view
    # has no style for that: the lit edge tells who has the keys, and only the caret has to move.

    def on_focus(self, event: events.Focus) -> None:
        """Move the terminal's cursor here."""
        event.prevent_default()
        self.has_focus = True
        self._refresh_lines(range(self.caret.y, self.caret.y + 1))
        self.screen.post_message(events.DescendantFocus(self))

    def on_blur(self, event: events.Blur) -> None:
        """Leave the terminal's cursor to another widget."""
        event.prevent_default()
        self.has_focus = False
        self.screen.post_message(events.DescendantBlur(self))

    def watch_has_focus(self, has_focus: bool) -> None:
        """Keep the styles: none depends on the focus."""

    # -- the edge ----------------------------------------------------------------------------

    # A pane draws its upper edge itself: with a change of its title or its class Textual would look up
    # all styles of the view, and draw all of its lines again.

    def set_active(self, *, active: bool) -> None:
        """Light the edge and the cursor of a pane, or stop lighting them."""
        self.is_active = active
        self._refresh_edge()
        self._refresh_lines(self.lit_lines)

    @property
    def has_edge(self) -> bool:
        """True for a pane, unless there is no room for its edge."""
        return self.has_class(PANE_CLASS) and bool(self.styles.border_top[0])

    def _refresh_edge(self) -> None:
        if self.has_edge:
            left = self.content_offset.x
            self.refresh(Region(-left, -1, self.size.width + left, 1))

    @property
    def lit_lines(self) -> range:
        """The lines on the screen that look different while the keys are meant for this view."""
        return range(self.size.height)

    def _refresh_lines(self, lines: range) -> None:
        if lines:
            self.refresh(Region(0, lines.start, self.size.width, len(lines)))

    def build_title(self, width: int) -> str:
        """Return the title in at most `width` cells; what is longer is cut off."""
        return self.title

    def update_title(self) -> None:
        """Write the title into the upper edge, if it has changed."""
        width = self.size.width - TITLE_MARGIN_CELLS
        title = truncate_cells(self.build_title(width), width)
        if title != self._edge_title:
            self._edge_title = title
            self._refresh_edge()

    def build_edge(self, width: int) -> Sequence[StyledText]:
        """Return the upper edge: a corner where there is an edge at the left, and the title."""
        role, title_role = ("edge-lit", "edge-title") if self.is_active else ("edge", "muted")
        corner, line = EDGE_SIGNS[self.is_active]
        start = f"{corner if self.styles.border_left[0] else ''}{line}"
        title = f" {self._edge_title} " if self._edge_title else ""
        rest = line * (width - len(start) - cell_width(title))
        return [(start, role), (title, title_role), (rest, role)]

    def on_resize(self) -> None:
        """Write the title for the new width."""
        if self.has_class(PANE_CLASS):
            self.update_title()

    # -- the mouse ---------------------------------------------------------------------------

    @dataclass
    class LineClicked(Message):
        """A line was clicked."""

        view: LineView
        line: int
        x: int = 0
        """The cell of the line."""

    def on_click(self, event: events.Click) -> None:
        """Take the keys, and do what a click means here."""
        if event.button != LEFT_BUTTON:
            return
        had_keys = self.has_focus or not self.can_focus
        if not had_keys:
            self.focus(scroll_visible=False)
        if (place := event.get_content_offset(self)) is not None:
            self.click_line(self.top_line + place.y, place.x, had_keys=had_keys)

    def click_line(self, line: int, x: int, *, had_keys: bool) -> None:
        """Do nothing, or in a subclass what a click on a cell of a line means.

        Args:
            line: The line of the content.
            x: The cell of the line.
            had_keys: False if the keys were meant for another view until then: the user may want no more
                than that they are meant for this one.
        """

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll down, whichever pane has the keys."""
        self._turn_wheel(event, WHEEL_LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll up, whichever pane has the keys."""
        self._turn_wheel(event, -WHEEL_LINES)

    def _turn_wheel(self, event: events.MouseEvent, lines: int) -> None:
        event.stop()
        event.prevent_default()
        self.scroll_by_wheel(lines)

    def scroll_by_wheel(self, lines: int) -> None:
        """Scroll down (or, if negative, up) by some lines; a cursor stays where it is."""
        self.scroll_to_line(self.top_line + lines)

    # -- drawing -----------------------------------------------------------------------------

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        """Draw regions of the screen, or everything, again."""
        for region in regions:
            for y in region.line_range:
                self._kept_lines.pop(y, None)
        if not regions:
            self._kept_lines.clear()
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def notify_style_update(self) -> None:
        """Draw everything again in other colours."""
        self._role_styles.clear()
        self.refresh()
        super().notify_style_update()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw lines."""
        shape = (*self.size, self.top_line)
        if shape != self._kept_shape:
            self._kept_shape = shape
            self._kept_lines.clear()
        strips = super().render_lines(crop)
        if self.has_edge and crop.y == 0 and strips:
            strips[0] = self._render_edge().crop(*crop.column_span)
        return strips

    def _render_edge(self) -> Strip:
        width = self.region.width
        strip = self.to_strip(self.build_edge(width), width)
        for line_filter in self.get_line_filters():
            strip = strip.apply_filter(line_filter, self.background_colors[1])
        return strip

    def render_line(self, y: int) -> Strip:
        """Draw line `y` of the screen; every cell gets a style."""
        strip = self._kept_lines.get(y)
        if strip is None:
            width, _, top_line = self._kept_shape  # to look them up for each line takes long
            strip = self.to_strip(self.build_line(top_line + y, width), width)
            self._kept_lines[y] = strip
        return strip

    def build_splash_line(self, y: int, width: int) -> Sequence[StyledText]:
        """Return line `y` as it will look at the next start."""
        return []

    def splash_lines(self, console: Console) -> Iterator[tuple[int, int, str]]:
        """Yield column, row and content of the lines as they will look at the next start."""
        if not self.display:
            return
        region, edge = self.region, self.gutter
        for y, strip in enumerate(self.render_lines(Region(0, 0, *region.size))):
            if y >= edge.top:
                pieces = self.build_splash_line(y - edge.top, self.size.width)
                text = self.to_strip(pieces, self.size.width)
                strip = Strip.join([strip.crop(0, edge.left), text])
            yield region.x, region.y + y, strip.render(console)

    def to_strip(self, pieces: Sequence[StyledText], width: int) -> Strip:
        """Return a strip of that width."""
        segments = [Segment(text, self.role_style(role)) for text, role in pieces if text]
        used = sum(cell_width(segment.text) for segment in segments)
        if used < width:
            segments.append(Segment(" " * (width - used), self.role_style("text")))
        return Strip(segments, max(used, width))

    def role_style(self, role: str) -> Style:
        """Return the style of a role in the current theme."""
        style = self._role_styles.get(role)
        if style is None:
            style = make_role_style(role, self.app.theme_variables, self.rich_style)
            self._role_styles[role] = style
        return style

    def set_line_count(self, lines: int, *, redraw: bool = True) -> None:
        """Set the number of lines; the view stays where it is if it can."""
        # Set without its watchers: without scrollbars nothing else has to be laid out again.
        self.set_reactive(LineView.virtual_size, Size(self.size.width, lines))
        if self.top_line > self.max_top_line:
            self.scroll_to(y=self.max_top_line, animate=False, force=True)
        if redraw:
            self.refresh()

    @property
    def top_line(self) -> int:
        """The first line on the screen."""
        return self.scroll_offset.y

    @property
    def max_top_line(self) -> int:
        """The last line that can be the first on the screen."""
        return max(0, self.virtual_size.height - self.size.height)

    def scroll_to_line(self, line: int) -> None:
        """Make this line the first on the screen, without animation."""
        self.scroll_to(y=min(max(0, line), self.max_top_line), animate=False, force=True)

    def scroll_lines(self, lines: int) -> None:
        """Scroll down (or, if negative, up) by some lines."""
        self.scroll_to_line(self.top_line + lines)

    @property
    def page_size(self) -> int:
        """Lines of a page: one less than fit, so that the eye finds its place."""
        return max(1, self.size.height - 1)


class DocumentView(LineView):
    """Shows the lines a function returns for the width, in the middle of a wide screen.

    Attributes:
        max_cells: The greatest width of the lines.
    """

    def __init__(self, *, focusable: bool = True) -> None:
        """Make an empty view.

        Args:
            focusable: Whether it takes the focus, and with it the terminal's cursor.
        """
        super().__init__()
        self.can_focus = focusable
        self._line_writer: LineWriter = lambda _: []
        self._lines: Sequence[Sequence[StyledText]] = []
        self._margin = 1
        self.max_cells = MAX_DOCUMENT_CELLS
        self._centered_line = 0
        self.find_centered_line: Callable[[], int] | None = None
        """Returns the line to keep in the middle."""
        self.lines_below: int | None = None
        """If it is set, the line is only brought to the middle once it or so many lines below it would
        not be seen: most moves then draw few lines."""

    def show(self, write: LineWriter) -> None:
        """Show other lines; the view stays where it is if it can."""
        self._line_writer = write
        self.on_resize()

    def on_resize(self) -> None:
        """Get the lines for the new width."""
        width = min(self.size.width - 2, self.max_cells)
        if width < 1:
            return
        self._margin = max(1, (self.size.width - width) // 2)
        self._lines = self._line_writer(width)
        self.set_line_count(len(self._lines))
        if self.find_centered_line is not None:
            self._centered_line = self.find_centered_line()
            if self.lines_below is None or not self._sees(self._centered_line, self.lines_below):
                self.scroll_to_line(self._centered_line - self.size.height // 2)
        self.refresh()

    def _sees(self, line: int, lines_below: int) -> bool:
        """Return True if a line and some below it are on the screen, with one above if there is."""
        last = min(line + lines_below, len(self._lines) - 1)
        return self.top_line <= max(0, line - 1) and last < self.top_line + self.size.height

    @property
    def caret(self) -> Offset:
        """The position of the terminal's cursor: the line kept in the middle, or the first."""
        line = 0 if self.find_centered_line is None else self._centered_line
        row = min(max(0, line - self.top_line), max(0, self.size.height - 1))
        return Offset(self._margin, row)

    def click_line(self, line: int, x: int, *, had_keys: bool) -> None:
        """Tell the screen which line was clicked."""
        self.post_message(self.LineClicked(self, line, x - self._margin))

    def build_line(self, y: int, width: int) -> Sequence[StyledText]:
        """Return one line, centred."""
        if y >= len(self._lines):
            return []
        return [(" " * self._margin, "text"), *self._lines[y]]
