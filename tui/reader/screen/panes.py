"""The three panes: which of them are shown at which terminal size, and which one has the focus."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from textual.screen import Screen
from textual.widget import Widget

from tui.config.commands import ALL_PANES, PANES, Pane
from tui.reader.screen.reader_state import ReaderState
from tui.reader.widgets.line_view import PANE_CLASS, LineView

LayoutKind = Literal["tiny", "narrow", "stacked", "beside", "wide"]

LAYOUT_KINDS: tuple[LayoutKind, ...] = ("tiny", "narrow", "stacked", "beside", "wide")
MIN_TERMINAL_SIZE = (40, 10)
"""Columns and rows below which nothing useful can be shown."""
MIN_HEADER_ROWS = 16
"""Height from which there is room for the header."""
MIN_EDGE_ROWS = 14
"""Height from which an article that is alone on the screen has an edge, for the trail."""
MIN_STACKED_COLUMNS, MIN_BESIDE_COLUMNS, MIN_WIDE_COLUMNS = 76, 90, 110
"""Minimum widths for list above article, list beside article, and all three panes."""
MIN_PLACES_COLUMNS = 150
"""From this width on the places are a column of their own; below they fill the screen while one is in them."""


@dataclass(frozen=True, slots=True)
class PaneLayout:
    """The shape of the screen, the panes shown, and the order `tab` goes through them."""

    kind: LayoutKind
    visible_panes: tuple[Pane, ...]
    tab_order: tuple[Pane, ...]


def choose_pane_layout(
    columns: int,
    rows: int,
    pane: Pane,
    *,
    zoomed: bool = False,
    side: bool | None = None,
    listing: bool = False,
) -> PaneLayout:
    """Choose the layout for a terminal size.

    Args:
        columns: Width of the terminal.
        rows: Height of the terminal.
        pane: The pane with the focus, which is shown where there is room for one only.
        zoomed: Show the side pane alone if it has the focus, else the article.
        side: Whether the user wants the side pane where there is room for all; None if they have not
            said so.
        listing: Whether only the list matters: nothing is open, or a search is on.
    """
    if columns < MIN_TERMINAL_SIZE[0] or rows < MIN_TERMINAL_SIZE[1]:
        return PaneLayout("tiny", (), ())
    kind: LayoutKind
    if columns < MIN_STACKED_COLUMNS:
        return PaneLayout("narrow", (pane,), ALL_PANES if pane == "places" else PANES)
    if columns >= MIN_WIDE_COLUMNS:
        kind = "wide"
    else:
        kind = "beside" if columns >= MIN_BESIDE_COLUMNS else "stacked"
    if pane == "places" and columns < MIN_PLACES_COLUMNS:
        return PaneLayout(kind, ("places",), ALL_PANES)
    if zoomed:
        alone: tuple[Pane, ...] = ("side",) if pane == "side" else ("article",)
        return PaneLayout(kind, alone, alone)
    if kind == "stacked":
        is_list_alone = listing and pane == "list"
        shown = ("side",) if pane == "side" else PANES[: 1 if is_list_alone else 2]
        return PaneLayout(kind, shown, PANES)
    if kind == "beside":
        return PaneLayout(kind, PANES[1:] if pane == "side" else PANES[:2], PANES)
    panes = PANES[:2] if side is False else PANES
    if columns >= MIN_PLACES_COLUMNS:
        panes = ("places", *panes)
    return PaneLayout(kind, panes, panes)


@dataclass(eq=False)
class Panes:
    """Shows and focuses the panes, and keeps what the user wants to see of them."""

    screen: Screen[None]
    state: ReaderState
    widgets: dict[Pane, LineView]
    update_status: Callable[[], None]
    """Called when the user is in another pane, or other panes are shown: updates the bottom line."""
    follow_article: Callable[[], None]
    """Called when commands may apply to another article, or another pane shows it."""
    enter_article: Callable[[bool], None]
    """Called when the user goes from the list into the article pane: focuses it.

    The argument is whether they may only pass through it.
    """
    list_places: Callable[[], None]
    """Called when the places come on the screen: asks for them."""
    layout: PaneLayout = PaneLayout("wide", PANES, PANES)
    is_zoomed: bool = field(default=False, init=False)
    is_side_wanted: bool | None = field(default=None, init=False)
    """Whether the user wants the side pane; None if they have not said so."""
    _is_covered: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        """Give every pane the frame."""
        for widget in self.widgets.values():
            widget.add_class(PANE_CLASS)
        self._light_current()

    @property
    def current_widget(self) -> LineView:
        """The widget of the pane the user is in."""
        return self.widgets[self.state.current_pane]

    @property
    def shows_list_beside(self) -> bool:
        """True if the list stays on the screen while an article is read."""
        return self.layout.kind not in ("tiny", "narrow") and not self.is_zoomed

    def is_visible(self, pane: Pane) -> bool:
        """Return True if a pane is shown."""
        return pane in self.layout.visible_panes

    def update(self, columns: int = 0, rows: int = 0) -> None:
        """Choose the layout again, for a new size or with the current one, and apply it."""
        size, pane = self.screen.app.size, self.state.current_pane
        had_places = self.is_visible("places")
        self.layout = choose_pane_layout(
            columns or size.width,
            rows or size.height,
            pane,
            zoomed=self.is_zoomed and pane not in ("places", "list"),
            side=self.is_side_wanted,
            listing=self.state.is_searching or not self.state.requested_article,
        )
        visible = self.layout.visible_panes
        self._set_classes(rows or size.height)
        for name, widget in self.widgets.items():
            widget.display = name in visible
        self.screen.query_one("#reading").display = not {"article", "side"}.isdisjoint(visible)
        self.screen.query_one("#header").display = (rows or size.height) >= MIN_HEADER_ROWS
        self.update_status()
        if "places" in visible and not had_places:
            self.list_places()
        if visible and pane not in visible:
            self.enter("list" if "list" in visible else visible[0])
        elif visible:
            self.follow_article()

    def _set_classes(self, rows: int) -> None:
        """Give the screen the classes of the layout, and style its widgets once."""
        visible, before = self.layout.visible_panes, self.screen.classes
        wanted = {
            **{f"-{kind}": kind == self.layout.kind for kind in LAYOUT_KINDS},
            "-alone": len(visible) == 1,
            "-list": "list" in visible,
            "-places": "places" in visible,
            "-low": rows < MIN_EDGE_ROWS,
        }
        for name, is_wanted in wanted.items():
            self.screen.set_class(is_wanted, name, update=False)
        if self.screen.classes != before:
            self.screen.update_node_styles()

    def focus(self, pane: Pane, *, passing: bool = False) -> None:
        """Focus a pane; where there is room for one only, it takes the place of the other.

        Args:
            pane: The pane.
            passing: Whether the user may only pass through it: they do not read what it previews.
        """
        if self.layout.visible_panes == ("side",) and pane != "side":
            self.is_zoomed = False
        self._set_current(pane, passing=passing)
        if not self.is_visible(pane) or self.layout.kind == "beside":  # the list comes back there
            self.update()
        self.screen.set_focus(self.widgets[pane])
        self.follow_article()

    def enter(self, pane: Pane, *, passing: bool = False) -> None:
        """Focus a pane, as the user asks for; unless they may only pass, the article pane opens its article."""
        if pane == "article" and not self.state.is_reading:
            self.enter_article(passing)
        else:
            self.focus(pane)

    def receive_focus(self, widget: Widget) -> None:
        """Note the pane the user is in, however they got there; the event may come too late."""
        for name, pane in self.widgets.items():
            if widget is pane is self.screen.focused:
                if name == self.state.current_pane:
                    self._set_current(name, passing=True)
                else:
                    self.enter(name)

    def _set_current(self, pane: Pane, *, passing: bool = False) -> None:
        self.state.current_pane = pane
        self._light_current()
        self.update_status()
        if pane == "list":  # in the others the user may still be reading
            self.state.is_reading = False
        elif pane == "article" and not passing:
            self.state.is_reading = bool(self.state.requested_article)

    def set_covered(self, *, covered: bool) -> None:
        """Light no pane while a dialog over them has the keys."""
        self._is_covered = covered
        self._light_current()

    def show_as_started(self) -> tuple[Pane, ...]:
        """Light the list, as the next start does; return the panes that it shows."""
        for pane, widget in self.widgets.items():
            widget.set_active(active=pane == "list")
        size = self.screen.app.size
        layout = choose_pane_layout(*size, "list", side=self.is_side_wanted, listing=True)
        return layout.visible_panes

    def _light_current(self) -> None:
        for pane, widget in self.widgets.items():
            active = pane == self.state.current_pane and not self._is_covered
            if active != widget.is_active:
                widget.set_active(active=active)

    def return_to_list(self) -> None:
        """Focus the list, and show it even if the article was zoomed."""
        self.is_zoomed = False
        self.focus("list")
        self.update()

    def step(self, by: int) -> None:
        """Focus the next (1) or the previous (-1) pane."""
        if order := self.layout.tab_order:
            pane = order[(order.index(self.state.current_pane) + by) % len(order)]
            self.enter(pane, passing=True)

    def toggle_side(self) -> None:
        """Show or hide the side pane; where it takes the place of the list, go there and back."""
        if self.layout.kind != "wide":
            previous: Pane = "article" if self.state.is_reading else "list"
            self.focus(previous if self.state.current_pane == "side" else "side")
            return
        self.is_side_wanted = not self.is_visible("side")
        self.is_zoomed = False
        self.update()
