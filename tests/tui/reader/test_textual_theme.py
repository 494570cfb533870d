"""Our themes as Textual draws them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import pytest
from rich.color import ColorType
from textual.app import App, ComposeResult
from textual.color import Color
from textual.geometry import Region
from textual.widget import Widget
from textual.widgets import Button, Footer, Input, OptionList, Static

import tui
from tests.support.reader import run_app
from themes import loader
from themes.loader import Theme
from tui.reader.textual_theme import role_variables, textual_theme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.segment import Segment
    from textual.binding import BindingType

THEMES = [loader.load_built_in_theme(name) for name in loader.BUILT_IN_THEMES]
EVERY = pytest.mark.parametrize("theme", THEMES, ids=lambda theme: str(theme.name))
OWN_PALETTE = {ColorType.DEFAULT, ColorType.STANDARD}


class Sample(App[None]):
    """One line for every role, and the widgets of Textual that the reader uses."""

    CSS_PATH = Path(tui.__file__).with_name("reader") / "textual_theme.tcss"
    CSS = "\n".join(
        f"#{role} {{ color: $news-{role}; text-style: $news-{role}-style; }}"
        for role in loader.STYLED_ROLES
    )
    BINDINGS: ClassVar[list[BindingType]] = [("x", "bell", "Ring")]

    def __init__(self, theme: Theme, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        self.register_theme(textual_theme(theme))
        self.theme = theme.name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return role_variables(loader.load_built_in_theme("dark"))

    def compose(self) -> ComposeResult:
        for role in loader.STYLED_ROLES:
            yield Static(role, id=role)
        yield Input("typed")
        yield Button("Press", variant="primary")
        yield OptionList(*(f"option {n}" for n in range(20)))
        yield Footer()


def segments(app: App[None]) -> Iterator[Segment]:
    """Return everything the widgets draw, as it would be sent."""
    for widget in app.screen.walk_children(Widget):
        for strip in widget.render_lines(Region(0, 0, *widget.outer_size)):
            yield from strip


def color_types(app: App[None]) -> set[ColorType]:
    styles = [segment.style for segment in segments(app) if segment.style]
    colors = [color for style in styles for color in (style.color, style.bgcolor) if color]
    return {color.type for color in colors}


@EVERY
async def test_roles_are_drawn_as_in_the_theme(theme: Theme) -> None:
    """Case 128: in every theme, unread, selected and matched text differs in style as well as colour."""
    app = Sample(theme)
    async with app.run_test(size=(60, 40)):
        for role in loader.STYLED_ROLES:
            style = app.query_one(f"#{role}", Static).visual_style
            assert style.foreground == Color.parse(theme.colors[role])
            set_as = theme.styles[role].split()
            for word in ("bold", "dim", "italic", "underline", "reverse", "strike"):
                assert bool(getattr(style, word)) is (word in set_as), (role, word)
        assert app.screen.styles.background == Color.parse(theme.colors["background"])


@pytest.mark.parametrize("name", ["terminal", "monochrome"])
async def test_terminal_themes_send_only_terminal_colours(name: str) -> None:
    """Case 128: only the default and the sixteen colours that the user configured."""
    app = Sample(loader.load_built_in_theme(name))
    async with run_app(app, (60, 40), notifications=True) as running:
        app.notify("gone wrong", severity="error")
        app.query_one(Input).focus()
        await running.settle()
        assert color_types(app) <= OWN_PALETTE


async def test_monochrome_sends_no_colour() -> None:
    """Case 128."""
    app = Sample(loader.load_built_in_theme("monochrome"))
    async with run_app(app, (60, 40)) as running:
        app.query_one(Input).focus()
        await running.settle()
        assert color_types(app) == {ColorType.DEFAULT}


async def test_no_color_hides_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 128: with NO_COLOR, `ansi_color=True` makes every theme use default colours."""
    monkeypatch.setenv("NO_COLOR", "1")
    app = Sample(loader.load_built_in_theme("monochrome"), ansi_color=True)
    async with run_app(app, (60, 40)) as running:
        assert color_types(app) == {ColorType.DEFAULT}
        app.register_theme(textual_theme(loader.load_built_in_theme("dark")))
        app.theme = "dark"
        await running.settle()
        assert color_types(app) == {ColorType.DEFAULT}


async def test_themes_can_be_changed_at_run_time() -> None:
    app = Sample(loader.load_built_in_theme("dark"))
    app.register_theme(textual_theme(loader.load_built_in_theme("terminal")))
    async with run_app(app, (60, 40)) as running:
        assert color_types(app) == {ColorType.TRUECOLOR}
        app.theme = "terminal"
        await running.settle()
        assert color_types(app) <= OWN_PALETTE
        app.theme = "textual-light"
        await running.settle()
        muted = app.query_one("#muted", Static).visual_style.foreground
        assert muted == Color.parse(loader.load_built_in_theme("dark").colors["muted"])


@EVERY
def test_every_variable_is_a_colour_or_a_style(theme: Theme) -> None:
    made = textual_theme(theme)
    assert (made.name, made.dark, made.ansi) == (theme.name, theme.dark, theme.uses_terminal_colors)
    for name, value in made.variables.items():
        if name.endswith("-style") or "-style-" in name:
            assert value in theme.styles.values(), name
        else:
            assert Color.parse(value), name
    assert role_variables(theme).items() <= made.variables.items()
