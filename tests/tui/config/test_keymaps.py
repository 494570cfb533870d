"""Keymaps: presets, the user's own keys, and key sequences."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.config.commands import ALL_PLACES, COMMANDS, COMMANDS_BY_ID, PANES
from tui.config.keymaps import (
    KEYMAP_PRESETS,
    Keymap,
    PendingKeys,
    make_keymap,
    parse_keys,
    resolve_key,
)
from tui.reader.key_queue import keymap_name
from tui.reader.terminal_events import KeyPress


def typed(keymap: Keymap, keys: str, place: str = "list") -> list[tuple[str, int]]:
    """Return the commands and counts of a sequence of keys."""
    pending, found = PendingKeys(), []
    for key in keys.split():
        pressed = resolve_key(keymap, place, pending, key)
        pending = pressed.pending
        if pressed.command:
            found.append((pressed.command.id, pressed.count))
    return found


@pytest.mark.parametrize("preset", KEYMAP_PRESETS)
def test_every_command_has_a_key_in_every_preset(preset: str) -> None:
    """Case 129: and no key is bound twice in the same place."""
    keymap = make_keymap(preset)
    assert keymap.faults == ()
    assert list(keymap.keys) == list(COMMANDS_BY_ID)
    assert [name for name, keys in keymap.keys.items() if not keys] == []
    assert set(KEYMAP_PRESETS[preset]) <= set(COMMANDS_BY_ID)
    for keys in keymap.keys.values():
        assert list(keys) == [" ".join(parse_keys(key)) for key in keys]


def test_the_default_keys() -> None:
    keymap = make_keymap()
    assert typed(keymap, "j g 1 5 j") == [
        ("move.down", 0),
        ("move.start", 0),
        ("similar.jump:1", 0),
        ("similar.jump:5", 0),
        ("move.down", 0),
    ]


def test_vim_counts_and_sequences() -> None:
    keymap = make_keymap("vim")
    assert typed(keymap, "5 j") == [("move.down", 5)]
    assert typed(keymap, "1 0 k j") == [("move.up", 10), ("move.down", 0)]
    assert typed(keymap, "g g G 1 2 G") == [("move.start", 0), ("move.end", 0), ("move.end", 12)]
    assert typed(keymap, "g 1 g 5 3 g 2") == [
        ("similar.jump:1", 0),
        ("similar.jump:5", 0),
        ("similar.jump:2", 3),
    ]
    assert typed(keymap, "9 9 9 9 9 9 j") == [("move.down", 9999)]
    assert resolve_key(keymap, "list", PendingKeys(), "0").is_handled is False
    assert resolve_key(keymap, "links", PendingKeys(), "2").is_handled is False, (
        "there it is a link's number"
    )


def test_an_unknown_sequence_is_dropped() -> None:
    """Its last key is not run as a command: a mistyped `gm` does not toggle read."""
    keymap = make_keymap("vim")
    assert typed(keymap, "g m j") == [("move.down", 0)]
    assert typed(keymap, "5 escape j") == [("article.back", 5), ("move.down", 0)]
    begun = resolve_key(keymap, "list", PendingKeys((), 4), "g")
    assert (begun.pending.display_text, begun.is_handled) == ("4g", True)
    assert resolve_key(keymap, "list", begun.pending, "escape").is_handled
    assert resolve_key(make_keymap(), "list", PendingKeys(), "f9").is_handled is False


def test_emacs_sequences() -> None:
    keymap = make_keymap("emacs")
    keys = "ctrl+n ctrl+x u ctrl+x ctrl+c"
    assert [name for name, _ in typed(keymap, keys)] == ["move.down", "app.undo", "app.quit"]


def test_keys_of_the_users_own() -> None:
    keymap = make_keymap(
        "vim", {"article.toggle_star": ("%",), "move.down": (), "app.undo": ("zu",)}
    )
    assert keymap.keys["article.toggle_star"] == ("%",)
    assert keymap.keys["move.down"] == ()
    assert typed(keymap, "% j s") == [("article.toggle_star", 0)]
    assert keymap.faults == ('keys: "z" of view.zoom is taken by app.undo',)


def test_conflicts_and_mistakes_are_reported() -> None:
    own = {
        "article.toggle_star": ("d",),
        "article.opne": ("x",),
        "article.star": ("x",),
        "list.open": ("x",),
        "article.xyzzy": ("x",),
        "list.sort": ("entre", "ctrl+", "g"),
        "list.filter": ("d",),
    }
    keymap = make_keymap("default", own)
    assert keymap.faults == (
        'keys: unknown command "article.opne"; did you mean "article.open"?',
        'keys: unknown command "article.star"; did you mean "article.toggle_star"?',
        'keys: unknown command "list.open"; did you mean "article.open"?',
        'keys: unknown command "article.xyzzy"',
        'keys.list.sort: unknown key "entre"; did you mean "enter"?',
        'keys.list.sort: unknown key "ctrl+"; did you mean "ctrl+z"?',
        'keys: "d" of list.filter is taken by article.toggle_star',
        'keys: "g" of move.start is taken by list.sort',
        'keys: "d" of article.delete is taken by article.toggle_star',
    )
    assert keymap.keys["article.delete"] == ()
    assert keymap.keys["move.start"] == ("home",)


def test_a_key_may_be_bound_differently_elsewhere() -> None:
    keymap = make_keymap()
    assert resolve_key(keymap, "source", PendingKeys(), "s").command is None
    assert (
        resolve_key(keymap, "list", PendingKeys(), "s").command
        is COMMANDS_BY_ID["article.toggle_star"]
    )
    assert resolve_key(keymap, "", PendingKeys(), "s").is_handled is False
    assert {place for each in COMMANDS for place in each.places} == {
        *(*ALL_PLACES, "find", "select", "places")
    }
    assert set(keymap.commands_by_place) > set(ALL_PLACES) >= set(PANES)


READ = {
    "j": ("j",), "J": ("J",), "gg": ("g", "g"), "g g": ("g", "g"), "f1": ("f1",), "?": ("?",),
    "ctrl+x u": ("ctrl+x", "u"), "Ctrl+X": ("ctrl+x",), "shift+ctrl+up": ("ctrl+shift+up",),
    "shift+j": ("J",), "page-down": ("pagedown",), "Esc": ("escape",), "+": ("+",),
    "ctrl++": ("ctrl++",), "ctrl+_": ("ctrl+_",), "é": ("é",), "F12": ("f12",), "++": ("+", "+"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "keys"), READ.items(), ids=READ)
def test_parsing_keys(text: str, keys: tuple[str, ...]) -> None:
    assert parse_keys(text) == keys


@pytest.mark.parametrize("text", ["", " ", "entre", "hyper+x", "ctrl+", "j\x1b", "\x1b", "ctrl+xy"])
def test_unknown_keys(text: str) -> None:
    with pytest.raises(ValueError, match="key"):
        parse_keys(text)


@given(st.text(max_size=12))
def test_any_text_is_a_key_or_a_fault(text: str) -> None:
    keys: tuple[str, ...] = ()
    with suppress(ValueError):
        keys = parse_keys(text)
    assert parse_keys(" ".join(keys) or "j") == (keys or ("j",))


@pytest.mark.parametrize(
    ("press", "name"),
    [
        (KeyPress("question_mark", "?"), "?"),
        (KeyPress("J", "J"), "J"),
        (KeyPress("plus", "+"), "+"),
        (KeyPress("space", " "), "space"),
        (KeyPress("tab", "\t"), "tab"),
        (KeyPress("escape", "\x1b"), "escape"),
        (KeyPress("enter", "\r"), "enter"),
        (KeyPress("pagedown", None), "pagedown"),
        (KeyPress("ctrl+x", "\x18"), "ctrl+x"),
        (KeyPress("ctrl+underscore", "\x1f"), "ctrl+_"),
        (KeyPress("alt+v", "v"), "alt+v"),
        (KeyPress("shift+tab", None), "shift+tab"),
        (KeyPress("é", "é"), "é"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_keys_as_the_terminal_sends_them(press: KeyPress, name: str) -> None:
    assert keymap_name(press) == name


def test_a_place_inherits_keys() -> None:
    """In a text search `n` goes to the next hit; keys not bound there keep their binding."""
    keymap = make_keymap(own={"find.previous": ["x x"], "article.toggle_star": ["x"]})
    assert resolve_key(keymap, "find", PendingKeys(), "n").command is COMMANDS_BY_ID["find.next"]
    assert (
        resolve_key(keymap, "find", PendingKeys(), "m").command
        is COMMANDS_BY_ID["article.toggle_read"]
    )
    assert resolve_key(keymap, "find", PendingKeys(), "x").pending == PendingKeys(("x",))
    assert (
        resolve_key(keymap, "article", PendingKeys(), "x").command
        is COMMANDS_BY_ID["article.toggle_star"]
    )
