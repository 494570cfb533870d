"""The help: which keys it names, in which words, and how its groups fill the screen."""

from __future__ import annotations

import pytest

from tui.config.commands import ALL_PANES, COMMANDS, COMMANDS_BY_ID, format_key, format_keys
from tui.config.keymaps import make_keymap
from tui.rendering.cells import cell_width
from tui.rendering.key_help import (
    HelpGroup,
    HelpLayout,
    HelpLine,
    find_help,
    lay_out_groups,
    lay_out_help,
    list_help_groups,
)

KEYMAP = make_keymap()
SIZES = {"80x24": (76, 22), "120x40": (116, 38), "200x50": (196, 48)}


def texts(layout: HelpLayout) -> list[str]:
    return ["".join(piece for piece, _ in line).rstrip() for line in layout.lines]


@pytest.mark.parametrize("place", [*ALL_PANES, "find", "select", "story", "triage", "picker"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("preset", ["default", "vim", "newsboat", "emacs"])
def test_the_keys_of_a_pane_fit_without_scrolling(place: str, size: str, preset: str) -> None:
    keymap = make_keymap(preset)
    width, height = SIZES[size]
    layout = lay_out_help(keymap, place, width, height, all_places=False)
    assert len(layout.lines) <= height
    assert all(len(line) <= layout.width <= width for line in texts(layout))
    shown = " ".join(texts(layout))
    for command in COMMANDS:
        if place in command.places and not command.id.startswith("similar."):
            assert format_key(keymap.keys[command.id][0]) in shown, command.id


def test_the_first_lines_at_80x24() -> None:
    layout = lay_out_help(KEYMAP, "list", 76, 22, all_places=None)
    assert texts(layout)[0].split() == ["READ", "FIND", "VIEW"]
    assert texts(layout)[1].startswith("enter l open              /     search")
    assert "n p   next, prev unread" in texts(layout)[3]


@pytest.mark.parametrize(
    ("size", "all_places", "there", "missing"),
    [
        ("80x24", None, ("next, prev unread",), ("SIGNS", "HITS")),
        ("80x24", True, ("SIGNS", "HITS", "next, prev unread"), ()),
        ("120x40", None, ("SIGNS", "next, prev unread", "changed by its publisher"), ("HITS",)),
        ("200x50", None, ("SIGNS", "HITS", "SELECT", "PLACES", "go up a page"), ()),
        ("200x50", False, ("SIGNS", "next, prev unread"), ("HITS",)),
    ],
)
def test_there_are_as_many_words_as_there_is_room_for(
    size: str, all_places: bool | None, there: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    layout = lay_out_help(KEYMAP, "list", *SIZES[size], all_places=all_places)
    shown = "\n".join(texts(layout))
    assert [each for each in there if each not in shown] == []
    assert [each for each in missing if each in shown] == []


@pytest.mark.parametrize(
    ("place", "heading", "line"),
    [
        ("list", "Read", HelpLine("enter l", "open")),
        ("find", "Hits", HelpLine("n N", "next, previous")),
        ("triage", "Triage", HelpLine("t", "tag as later")),
        ("select", "Select", HelpLine("v space", "begin, cancel")),
        ("places", "Places", HelpLine("space", "fold")),
    ],
)
def test_what_only_one_place_has_comes_first(place: str, heading: str, line: HelpLine) -> None:
    first = list_help_groups(KEYMAP, place)[0]
    assert (first.heading, first.lines[0]) == (heading, line)


def test_hits_have_the_keys_of_the_article_that_they_leave_free() -> None:
    lines = [line for group in list_help_groups(KEYMAP, "find") for line in group.lines]
    assert HelpLine("o", "open in browser") in lines
    assert not any("unread" in line.text and "n" in line.keys.split() for line in lines)


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("list", HelpLine("space b", "page")),
        ("places", HelpLine("page-down b", "page")),
        ("places", HelpLine("space", "fold")),
        ("triage", HelpLine("j k", "skip, back")),
        ("", HelpLine("j k", "down, up")),
        ("", HelpLine("space b", "page")),
    ],
)
def test_a_line_has_the_keys_of_its_place(place: str, line: HelpLine) -> None:
    assert line in [each for group in list_help_groups(KEYMAP, place) for each in group.lines]


def test_keys_stand_in_a_column_where_there_is_room() -> None:
    groups = [
        HelpGroup("Move", [HelpLine("j k", "down, up"), HelpLine("shift+tab", "previous pane")]),
        HelpGroup("Find", [HelpLine("/", "search"), HelpLine("ctrl+alt+x", "a line of words")]),
    ]
    assert texts(lay_out_groups(groups, 50)) == [
        "MOVE                      FIND",
        "j k       down, up        /     search",
        "shift+tab previous pane   ctrl+alt+x",
        "                                a line of words",
    ]


def test_the_whole_wording_has_a_line_for_every_command() -> None:
    lines = [line for group in list_help_groups(KEYMAP, "", "whole") for line in group.lines]
    for command in COMMANDS:
        if not command.id.startswith("similar."):
            assert HelpLine(format_keys(command.keys), command.help) in lines, command.id
    assert HelpLine("1-5", "similar reading") in lines


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("J", [("Read", [HelpLine("J", COMMANDS_BY_ID["move.next_article"].help)])]),
        ("UNDO history", [("Change", [HelpLine("U", "show the undo history")])]),
        ("publisher", [("Signs", [HelpLine("↻", "changed by its publisher since you read it")])]),
        (
            "reason",
            [("Signs", [HelpLine("!", "a feed that could not be fetched, with the reason below")])],
        ),
        ("clear highlights", [("Hits", [HelpLine("escape", "clear the highlights")])]),
        ("zebra", []),
    ],
)
def test_a_search_finds_keys_and_words_in_all_places_if_not_here(
    words: str, found: list[tuple[str, list[HelpLine]]]
) -> None:
    groups = find_help(KEYMAP, "list", words)
    assert [(each.heading, list(each.lines)) for each in groups] == found


def test_nothing_found_is_said() -> None:
    assert texts(lay_out_groups([], 40)) == ["No matching commands"]


def test_columns_are_of_about_the_same_height() -> None:
    groups = [HelpGroup(f"g{n}", [HelpLine("x", "word")] * n) for n in (5, 1, 3)]
    assert texts(lay_out_groups(groups, 50)) == [
        "G5                        G1",
        "x     word                x     word",
        "x     word",
        "x     word                G3",
        "x     word                x     word",
        "x     word                x     word",
        "                          x     word",
    ]


@pytest.mark.parametrize("place", ["list", "article", "places", "find", "select", ""])
@pytest.mark.parametrize("preset", ["default", "vim", "newsboat", "emacs"])
def test_one_column_aligns_long_keys(place: str, preset: str) -> None:
    """What keys do stands below each other, beside the keys or on the line after them."""
    groups = list_help_groups(make_keymap(preset), place)
    lines = [line for line in lay_out_groups(groups, 46).lines if line[0][1] == "accent"]
    assert len({cell_width(line[0][0]) for line in lines if line[1][0].strip()}) == 1


def test_long_keys_are_never_cut() -> None:
    group = HelpGroup("Move", [HelpLine("ctrl+f space page-down", "go down a page")])
    assert texts(lay_out_groups([group], 30)) == [
        "MOVE",
        "ctrl+f space page-down",
        "          go down a page",
    ]
