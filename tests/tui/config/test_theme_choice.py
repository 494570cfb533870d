"""The choice of a theme: settings, theme picker, the terminal's background."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from store.model.errors import NewstuiError
from tests.support.codebase import ROOT
from themes import loader
from tui.config.settings import Settings
from tui.config.theme_choice import (
    THEME_STATE_FILE,
    ThemeChoice,
    detect_background,
    detect_color_support,
    parse_background_reply,
)
from tui.terminal.input_filter import InputFilter

PAGE = (ROOT / "docs/themes.md").read_text(encoding="utf-8")
OWN = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)[0]


def own(folder: Path, text: str = OWN, name: str = "harbour.toml") -> Path:
    (folder / "themes").mkdir(exist_ok=True)
    (folder / "themes" / name).write_text(text)
    return folder


def test_the_theme_in_the_docs_is_valid() -> None:
    assert loader.check_theme(tomllib.loads(OWN), "harbour.toml").name == "harbour"


def test_the_settings_choose() -> None:
    assert ThemeChoice(Settings(), {}).current_name == "dark"
    assert ThemeChoice(Settings(theme="sepia"), {}).current_name == "sepia"
    light = Settings(theme_light="sepia")
    assert ThemeChoice(light, {"COLORFGBG": "0;15"}).current_name == "sepia"
    assert ThemeChoice(light, {"COLORFGBG": "15;0"}).current_name == "dark"


def test_no_color_and_sixteen_colours() -> None:
    """Case 128: NO_COLOR wins; `auto` depends on the number of colours."""
    fixed = ThemeChoice(Settings(theme="sepia"), {"NO_COLOR": "1"})
    assert (fixed.current_name, fixed.follows_terminal) == ("monochrome", False)
    few = ThemeChoice(Settings(), {"TERM": "xterm", "COLORFGBG": "0;15"})
    assert (few.current_name, few.follows_terminal) == ("terminal", False)
    assert ThemeChoice(Settings(theme="sepia"), {"TERM": "linux"}).current_name == "sepia"


@pytest.mark.parametrize(
    ("term", "name", "background"),
    [
        ("", "sepia", "#f4ead6"),
        ("xterm-256color", "sepia", "#f5f5f5"),
        ("xterm-256color", "terminal", "ansi_default"),
        ("linux", "sepia", "ansi_default"),
        ("linux", "monochrome", "ansi_default"),
    ],
)
def test_a_theme_is_drawn_in_the_colours_of_the_terminal(
    term: str, name: str, background: str
) -> None:
    """Case 128."""
    choice = ThemeChoice(Settings(), {"TERM": term})
    theme, drawn = choice.find_theme(name), choice.adapt_theme(name)
    assert (drawn.name, drawn.label) == (name, theme.label)
    assert drawn.colors["background"] == background
    if not theme.has_rgb_colors:
        assert drawn == theme


@pytest.mark.parametrize(
    ("env", "colors"),
    [
        ({}, "all"),
        ({"TERM": "xterm-256color"}, "256"),
        ({"TERM": "xterm-kitty"}, "256"),
        ({"TERM": "foot", "COLORTERM": "truecolor"}, "all"),
        ({"TERM": "screen"}, "16"),
        ({"TERM": "xterm-16color"}, "16"),
    ],
)
def test_color_support(env: dict[str, str], colors: str) -> None:
    """Case 128."""
    assert detect_color_support(env) == colors


@pytest.mark.parametrize(
    ("value", "background"),
    [
        ("15;0", "dark"),
        ("0;15", "light"),
        ("0;default;7", "light"),
        ("12;8", "dark"),
        ("0;default", None),
        ("", None),
        ("0;99", None),
    ],
)
def test_the_background_by_colorfgbg(value: str, background: str | None) -> None:
    assert detect_background({"COLORFGBG": value}) == background


def test_a_choice_applies_until_the_setting_changes(tmp_path: Path) -> None:
    choice = ThemeChoice(Settings(), {}, tmp_path, tmp_path / "state")
    choice.choose("sepia")
    assert choice.current_name == "sepia"
    again = ThemeChoice(Settings(), {}, tmp_path, tmp_path / "state")
    assert (again.current_name, again.follows_terminal) == ("sepia", False)
    other = ThemeChoice(Settings(theme="light"), {}, tmp_path, tmp_path / "state")
    assert other.current_name == "light"
    other.choose("auto")
    assert (
        ThemeChoice(Settings(theme="light"), {}, tmp_path, tmp_path / "state").current_name
        == "dark"
    )


def test_the_background_is_remembered(tmp_path: Path) -> None:
    choice = ThemeChoice(Settings(), {}, None, tmp_path)
    choice.set_background("light")
    assert choice.current_name == "light"
    assert ThemeChoice(Settings(), {}, None, tmp_path).current_name == "light"
    assert ThemeChoice(Settings(), {"COLORFGBG": "15;0"}, None, tmp_path).current_name == "dark"


@pytest.mark.parametrize(
    "data", [b"", b"[]", b'{"chosen": 1}', b'{"chosen": "gone", "over": "auto"}']
)
def test_an_invalid_state_file_is_ignored(tmp_path: Path, data: bytes) -> None:
    (tmp_path / THEME_STATE_FILE).write_bytes(data)
    assert ThemeChoice(Settings(), {}, None, tmp_path).current_name == "dark"


def test_a_choice_that_cannot_be_saved_applies_to_this_session(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    choice = ThemeChoice(Settings(), {}, None, tmp_path / "file/state")
    with pytest.raises(NewstuiError):
        choice.choose("sepia")
    assert choice.current_name == "sepia"


def test_user_themes(tmp_path: Path) -> None:
    """Each fault is reported in a line, the other files work, and a user's `dark` wins."""
    own(tmp_path)
    own(tmp_path, OWN.replace('"harbour"', '"dark"'), "dark.toml")
    own(tmp_path, OWN.replace("#10151a", "#xyz").replace("surface", "surfaec"), "wrong.toml")
    settings = Settings(theme="harbuor", theme_light="lihgt")
    choice = ThemeChoice(settings, {"COLORFGBG": "0;15"}, tmp_path)
    assert choice.names[:2] == ("dark", "harbour")
    assert choice.names.count("dark") == 1
    assert choice.find_theme("dark").label == "Harbour at night"
    assert choice.current_name == "light", "what is not there is `auto`"
    assert choice.faults == (
        'themes/wrong.toml: colors.background: "#xyz" is not a colour;'
        ' use #rrggbb, an ansi_ name or "default"',
        "themes/wrong.toml: colors.surface: missing",
        'themes/wrong.toml: colors: unknown role "surfaec"; did you mean "surface"?',
        'settings.toml: theme: unknown theme "harbuor"; did you mean "harbour"?',
        'settings.toml: theme_light: unknown theme "lihgt"; did you mean "light"?',
    )


# -- the terminal is asked -----------------------------------------------------------------


@pytest.mark.parametrize("end", ["\x07", "\x1b\\"])
@pytest.mark.parametrize("cut", range(28))
def test_the_reply_is_removed_however_it_is_split(cut: int, end: str) -> None:
    """Case 47: it is not taken for keys; keys typed before and after are kept."""
    told: list[tuple[str, ...]] = []
    incoming = InputFilter(lambda *colors: told.append(colors))
    text = f"j\x1b]11;rgb:fdfd/f6f6/e3e3{end}k"
    passed = incoming.feed(text[:cut], 0.0) + incoming.feed(text[cut:], 0.0)
    assert passed == ["j", "k"]
    assert told == [("fdfd", "f6f6", "e3e3")]


def test_keys_pass_while_the_reply_is_expected() -> None:
    incoming = InputFilter(lambda *_: None)
    for keys in ("\x1b[A", "j", "\x1bOP", "]"):
        assert incoming.feed(keys, 0.0) == [keys]


@pytest.mark.parametrize(
    ("colors", "background"),
    [
        (("ffff", "ffff", "ffff"), "light"),
        (("fd", "f6", "e3"), "light"),
        (("0", "2", "3"), "dark"),
        (("1515", "1818", "1e1e"), "dark"),
        (("0000", "0000", "ffff"), "dark"),
    ],
)
def test_light_or_dark(colors: tuple[str, str, str], background: str) -> None:
    assert parse_background_reply(*colors) == background
