"""The lines of the help: the commands of a place, the signs, keys that are never truncated."""

from __future__ import annotations

import pytest
from textual.geometry import Size

from tui.config.keymaps import make_keymap
from tui.reader.dialogs.help import keymap_help_lines
from tui.reader.dialogs.text_dialog import TextDialogView

KEYMAP = make_keymap("vim")


@pytest.mark.parametrize(
    ("place", "heading", "line"),
    [
        ("list", "List:", "/\tsearch the library as you type"),
        ("find", "Find in the article:", "n\tgo to the next hit"),
        ("triage", "Triage:", "t\ttag as later"),
        ("select", "Select:", "l right w\tgo to the next word"),
    ],
)
def test_commands_of_the_place_come_first(place: str, heading: str, line: str) -> None:
    lines = keymap_help_lines(KEYMAP, place)
    assert lines[0] == heading
    assert lines[1].startswith(line[: line.index("\t")])


def test_find_lists_the_article_keys_it_leaves_free() -> None:
    lines = keymap_help_lines(KEYMAP, "find")
    assert any(line.startswith("o\t") for line in lines)
    assert not any("go to the next unread article" in line for line in lines), (
        "n is the next hit there"
    )


def test_signs_are_explained_and_searchable() -> None:
    assert "●\tunread" in keymap_help_lines(KEYMAP, "list")
    assert keymap_help_lines(KEYMAP, "list", "publisher")[-2:] == [
        "Signs:",
        "↻\tchanged by its publisher since you read it",
    ]


def test_long_keys_get_a_line_of_their_own() -> None:
    view = TextDialogView(["ctrl+f space page-down\ta page down"])
    assert view.get_content_height(Size(76, 20), Size(76, 20), 76) == 2
