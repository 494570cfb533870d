"""User themes: validated as a whole, every fault reported once with file and key."""

from __future__ import annotations

import tomllib

import pytest

from themes import loader
from themes.loader import Theme, ThemeError, check_theme

COLORS = dict.fromkeys(loader.COLOR_ROLES, "#102030")


def toml(head: str = "", styles: str = "", drop: tuple[str, ...] = (), **colors: str) -> str:
    """Return a valid theme file with changes: lines at the top, roles dropped, colours replaced."""
    chosen = {**COLORS, **{role.replace("_", "-"): value for role, value in colors.items()}}
    lines = [f'{role} = "{value}"' for role, value in chosen.items() if role not in drop]
    own = {line.split(" = ")[0] for line in head.splitlines()}
    sound = {"name": '"sea"', "label": '"Sea"', "dark": "true"}
    rest = [f"{key} = {value}" for key, value in sound.items() if key not in own]
    return "\n".join([*rest, head, "[colors]", *lines, styles])


def parse_theme(text: str, file: str = "sea.toml") -> Theme:
    return check_theme(tomllib.loads(text), file)


def test_a_valid_theme() -> None:
    theme = parse_theme(
        toml('label = " Open sea "', '[styles]\nunread = "bold  italic"', text="#ABCDEF"),
        "sea.toml",
    )
    assert (theme.name, theme.label, theme.dark, theme.uses_terminal_colors) == (
        "sea",
        "Open sea",
        True,
        False,
    )
    assert theme.colors == {**COLORS, "text": "#abcdef"}
    assert theme.styles == {**loader.DEFAULT_STYLES, "unread": "bold italic"}


def test_terminal_colours_can_be_mixed_with_others() -> None:
    """A theme with the terminal's background keeps its transparency."""
    theme = parse_theme(toml(background="default", accent="ansi_bright_blue"), "sea.toml")
    assert theme.colors["background"] == "ansi_default"
    assert theme.colors["accent"] == "ansi_bright_blue"
    assert theme.uses_terminal_colors


@pytest.mark.parametrize(("role", "other"), loader.FALLBACK_ROLES.items())
def test_a_theme_without_a_newer_role_uses_an_older_one(role: str, other: str) -> None:
    """Themes of earlier versions are read as before."""
    rest = "[styles]\n" + (f'{other} = "italic"' if other in loader.STYLED_ROLES else "")
    colors = {other.replace("-", "_"): "#abcdef"}
    old = parse_theme(toml(styles=rest, drop=tuple(loader.FALLBACK_ROLES), **colors), "old")
    assert old.colors[role] == "#abcdef"
    assert role not in loader.STYLED_ROLES or old.styles[role] == "italic"


def test_a_newer_role_that_is_set_keeps_its_own_style() -> None:
    theme = parse_theme(toml(styles='[styles]\nheading = "italic"', title="#ffffff"), "sea")
    assert (theme.colors["title"], theme.styles["title"]) == ("#ffffff", "bold")
    alone = parse_theme(toml(styles='[styles]\ntitle = "dim"', drop=("title",)), "sea")
    assert (alone.colors["title"], alone.styles["title"]) == (COLORS["heading"], "dim")


STYLE_RULE = "use bold, dim, italic, underline, reverse, strike, or none alone"

BROKEN = {
    "bad hex": (
        toml(text="#12345"),
        ['colors.text: "#12345" is not a colour; use #rrggbb, an ansi_ name or "default"'],
    ),
    "short hex": (
        toml(link="#fff"),
        ['colors.link: "#fff" is not a colour; use #rrggbb, an ansi_ name or "default"'],
    ),
    "misspelt palette colour": (
        toml(error="ansi_rde"),
        ['colors.error: "ansi_rde" is not a colour; did you mean "ansi_red"?'],
    ),
    "colour by a name we do not take": (
        toml(error="rebeccapurple"),
        ['colors.error: "rebeccapurple" is not a colour; use #rrggbb, an ansi_ name or "default"'],
    ),
    "colour that is no text": (
        toml(drop=("star",)) + "\nstar = 5",
        ['colors.star: 5 is not a colour; use #rrggbb, an ansi_ name or "default"'],
    ),
    "style sheet smuggled in": (
        toml(text="#123456; color: red"),
        [
            'colors.text: "#123456; color: red" is not a colour; '
            'use #rrggbb, an ansi_ name or "default"'
        ],
    ),
    "misspelt role": (
        toml(drop=("background",)) + '\nbakground = "#000000"',
        [
            "colors.background: missing",
            'colors: unknown role "bakground"; did you mean "background"?',
        ],
    ),
    "role unlike any other": (toml() + '\nzzz = "#000000"', ['colors: unknown role "zzz"']),
    "several roles missing": (
        toml(drop=("border", "quote")),
        ["colors.border: missing", "colors.quote: missing"],
    ),
    "empty file": (
        "",
        ["name: missing", "label: missing", "dark: missing", "colors: missing"],
    ),
    "wrong kinds": (
        'name = 1\nlabel = ["x"]\ndark = "yes"\ncolors = "blue"\nstyles = false',
        [
            "name: 1 must be lower-case letters, digits and hyphens",
            "label: ['x'] must be 1 to 40 printable characters",
            'dark: "yes" must be true or false',
            'colors: "blue" must be a table of colours',
            "styles: false must be a table of styles",
        ],
    ),
    "misspelt key": (
        toml("lable = 1"),
        ['unknown key "lable"; did you mean "label"?'],
    ),
    "name that could not be a class": (
        toml('name = "My Theme"'),
        ['name: "My Theme" must be lower-case letters, digits and hyphens'],
    ),
    "escape sequences": (
        toml('label = "\\u001b[31mred"\n"\\u001b[2J" = 1'),
        [
            'label: "\\x1b[31mred" must be 1 to 40 printable characters',
            'unknown key "\\x1b[2J"',
        ],
    ),
    "misspelt style": (
        toml(styles='[styles]\nunread = "blod"\nmatch = "shiny"'),
        [
            'styles.unread: "blod" is not a style; did you mean "bold"?',
            f'styles.match: "shiny" is not a style; {STYLE_RULE}',
        ],
    ),
    "style and none": (
        toml(styles='[styles]\nunread = "none bold"\nmatch = ""'),
        [
            f'styles.unread: "none bold" is not a style; {STYLE_RULE}',
            f'styles.match: "" is not a style; {STYLE_RULE}',
        ],
    ),
    "style of what is not text": (
        toml(styles='[styles]\nsurface = "bold"'),
        ['styles: unknown role "surface"'],
    ),
}


@pytest.mark.parametrize(("text", "faults"), BROKEN.values(), ids=BROKEN)
def test_faults_name_file_and_key(text: str, faults: list[str]) -> None:
    with pytest.raises(ThemeError) as caught:
        parse_theme(text, "sea.toml")
    assert str(caught.value).splitlines() == [f"sea.toml: {fault}" for fault in faults]


def test_long_values_are_truncated_in_messages() -> None:
    with pytest.raises(ThemeError) as caught:
        parse_theme(toml(text="y" * 5000), "sea.toml")
    assert len(str(caught.value)) < 200
