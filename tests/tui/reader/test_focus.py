"""The focus is seen: a heavy edge, and one lit row, in every theme and any number of colours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from rich.color import Color, ColorSystem
from rich.style import Style

from tests.support.reader import FakePrograms, Start
from tests.support.screens import screen_cells, screen_lines
from themes.loader import BUILT_IN_THEMES
from tui.config.commands import Pane
from tui.config.settings import LoadedSettings, Settings

WIDE = (120, 24)
ALL_PANES: tuple[Pane, ...] = ("list", "article", "side")
CONTROL_SEQUENCE = re.compile(r"\x1b\[[\d;]*m")
GROUNDS = ("background", "surface")
LOOKS = [*BUILT_IN_THEMES, "NO_COLOR"]
"""The themes, and what the environment makes of any of them."""


def begin(start: Start, programs: FakePrograms, look: str, size: tuple[int, int] = WIDE) -> Any:
    """Start the reader in a theme."""
    if look == "NO_COLOR":
        return start(size=size, routes=programs.methods({"NO_COLOR": "1"}))
    settings = replace(Settings(), theme=look)
    env = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    return start(size=size, loaded=LoadedSettings(settings), routes=programs.methods(env))


def heavy_panes(running: Any) -> list[str]:
    """Return the panes whose upper edge is heavy."""
    cells = screen_cells(running.app)
    widgets = running.reader.panes.widgets
    found: list[str] = []
    for pane in running.reader.panes.layout.visible_panes:
        region = widgets[pane].region
        start = region.x + bool(widgets[pane].styles.border_left[0])
        edge = cells[region.y][start].text
        assert edge in ("━", "─")
        found += [pane] * (edge == "━")
    return found


def lit_rows(
    running: Any,
    system: ColorSystem = ColorSystem.TRUECOLOR,
    panes: Sequence[Pane] = ALL_PANES,
) -> list[int]:
    """Return the lines that begin in reverse, or on a ground of their own, in one of the panes."""
    colors = (running.app.theme_variables[f"news-{name}"] for name in GROUNDS)
    grounds = [Color.parse(color) for color in colors if color.startswith("#")]
    usual = {each.downgrade(system) for each in (Color.default(), *grounds)}
    cells = screen_cells(running.app)

    def is_lit(style: Style) -> bool:
        ground = (style.bgcolor or Color.default()).downgrade(system)
        return bool(style.reverse) or ground not in usual

    regions = [running.reader.panes.widgets[pane].content_region for pane in panes]
    return [
        y
        for region in regions
        for y in range(region.y, region.bottom)
        if any(is_lit(cell.style) for cell in cells[y][region.x : region.x + 6])
    ]


@pytest.mark.parametrize("look", LOOKS)
async def test_the_pane_with_the_keys_is_seen(
    start: Start, programs: FakePrograms, look: str
) -> None:
    async with begin(start, programs, look) as running:
        reader = running.reader
        for pane in ALL_PANES:
            assert reader.state.current_pane == pane
            assert heavy_panes(running) == [pane]
            own = reader.panes.widgets[pane]
            caret = own.content_region.y + own.caret.y
            for system in (ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT):
                assert lit_rows(running, system) == ([] if pane == "article" else [caret])
            await running.press("tab")


@pytest.mark.parametrize("term", ["xterm", "linux", "screen"])
async def test_the_lit_row_is_seen_in_sixteen_colours(
    start: Start, programs: FakePrograms, term: str
) -> None:
    async with start(size=WIDE, routes=programs.methods({"TERM": term})) as running:
        assert (heavy_panes(running), lit_rows(running, ColorSystem.STANDARD)) == (["list"], [2])
        await running.press("j", "j")
        assert lit_rows(running, ColorSystem.STANDARD) == [6], "two lines each, and a heading"
        await running.press("tab")
        assert (heavy_panes(running), lit_rows(running, ColorSystem.STANDARD)) == (["article"], [])


@pytest.mark.parametrize("size", [(120, 24), (100, 24), (80, 24), (50, 15)], ids=str)
async def test_a_list_without_the_keys_still_shows_its_cursor(
    start: Start, size: tuple[int, int]
) -> None:
    async with start(size=size) as running:
        await running.press("j", "enter")
        for pane in heavy_panes(running):
            assert pane == "article"
        if "list" in running.reader.panes.layout.visible_panes:
            row = next(line for line in screen_lines(running.app) if line.startswith(">"))
            assert "Article number 11" in row
        assert lit_rows(running) == []


@pytest.mark.parametrize("keys", [("f",), ("?",), ("U",), ("C",)], ids=str)
async def test_under_a_dialog_no_pane_is_lit(start: Start, keys: tuple[str, ...]) -> None:
    """And the bottom line names no key: those of the dialog are in its border."""
    async with start(size=WIDE) as running:
        await running.press("enter", "h", *keys)
        assert running.app.screen is not running.reader
        assert not any(pane.is_active for pane in running.reader.panes.widgets.values())
        assert lit_rows(running, panes=["list"]) == []
        assert screen_lines(running.app)[-1].split() == ["1/12"]
        await running.resize(140, 40)
        assert screen_lines(running.app)[-1].split() == ["1/12"]
        await running.press("escape")
        assert heavy_panes(running) == ["list"]
        assert screen_lines(running.app)[-1].split()[-2:] == ["q", "quit"]


async def test_a_search_belongs_to_the_list(start: Start) -> None:
    """The row that enter opens stays lit while the query is typed."""
    async with start(size=WIDE) as running:
        await running.press("tab", "tab", "/")
        await running.type("harbour")
        assert heavy_panes(running) == ["list"]
        assert lit_rows(running, panes=["list"]) == [2]


@pytest.mark.parametrize("size", [(160, 24), (120, 24), (80, 24), (50, 15)], ids=str)
async def test_the_first_screen_of_the_next_start_has_the_edges(
    start: Start, size: tuple[int, int]
) -> None:
    async with start(size=size) as running:
        await running.settle()
        drawn = {
            (column, row): CONTROL_SEQUENCE.sub("", text)
            for column, row, text in running.reader.splash_lines()
        }
        lines = screen_lines(running.app)
        assert drawn[0, 0] == lines[0][: len(drawn[0, 0])]
        for pane in running.reader.panes.layout.visible_panes:
            region = running.reader.panes.widgets[pane].region
            assert drawn[region.x, region.y] == lines[region.y][region.x : region.right]
        assert drawn[0, size[1] - 1] == lines[-1]


@pytest.mark.parametrize(
    "keys",
    [("j", "enter"), ("j", "enter", "J", "tab"), ("tab",), ("enter", "h", "?")],
    ids=str,
)
async def test_the_next_start_is_lit_in_the_list(start: Start, keys: tuple[str, ...]) -> None:
    """Wherever the user has left it."""
    async with start(size=WIDE) as running:
        await running.settle()
        first = screen_lines(running.app)[1]
        await running.press(*keys)
        edge = [
            (column, CONTROL_SEQUENCE.sub("", text))
            for column, row, text in running.reader.splash_lines()
            if row == 1
        ]
        assert "".join(text for _, text in sorted(edge)) == first


async def test_the_next_start_draws_only_what_it_shows(start: Start) -> None:
    """With an article open the list is short, and at the next start it is alone."""
    async with start(size=(80, 24)) as running:
        await running.press("enter")
        widgets = running.reader.panes.widgets
        drawn = {row for _, row, _ in running.reader.splash_lines()}
        assert drawn == {0, 23, *widgets["list"].region.line_range}


async def test_the_focus_draws_two_edges_and_the_row_of_the_cursor(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No line of a text is built again, and no style looked up."""
    built: list[tuple[str, int]] = []
    styled: list[object] = []
    async with start(size=WIDE) as running:
        await running.press("j")
        for name in ("list", "article"):  # and the side pane says that it was opened
            widget = running.reader.panes.widgets[name]
            build = widget.build_line

            def build_and_note(y: int, width: int, name: str = name, build: Any = build) -> Any:
                built.append((name, y))
                return build(y, width)

            monkeypatch.setattr(widget, "build_line", build_and_note)
        update = running.app.stylesheet.update_nodes

        def update_and_note(nodes: Any, *args: Any, **kwargs: Any) -> None:
            styled.extend(nodes)
            update(nodes, *args, **kwargs)

        monkeypatch.setattr(running.app.stylesheet, "update_nodes", update_and_note)
        await running.press("enter")
        assert heavy_panes(running) == ["article"]
        row = running.reader.article_list.lit_lines
        caret = running.reader.article_view.caret.y
        assert set(built) == {("list", y) for y in row} | {("article", caret)}
        assert styled == []
