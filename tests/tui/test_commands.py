"""The table of commands: the one source of keys, actions, help and palette."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from textual.binding import Binding

from tui.commands import BY_ID, COMMANDS, FOOTER, GROUPS, command, groups, key_names
from tui.screens.actions import Reader
from tui.screens.bindings import reader_bindings
from tui.screens.sheet import help_lines


def marked() -> Iterator[str]:
    """The commands that tests of the reader say they press the keys of."""
    for path in Path(__file__).parent.glob("test_reader_*.py"):
        names = {"JUMPS": [f"similar.jump:{n}" for n in range(1, 6)]}
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.command"):
                continue
            for argument in node.args:
                if isinstance(argument, ast.Constant):
                    yield str(argument.value)
                elif isinstance(argument, ast.Starred):
                    yield from names[ast.unparse(argument.value)]


def test_every_command_has_a_test_with_real_keys() -> None:
    assert set(marked()) == set(BY_ID)


@pytest.mark.parametrize("each", COMMANDS, ids=lambda each: str(each.id))
def test_every_command_has_an_action(each: object) -> None:
    action = getattr(each, "action").partition("(")[0]  # noqa: B009 - the parameter is an id too
    assert callable(getattr(Reader, f"action_{action}"))


def test_every_action_has_a_command() -> None:
    """Case 129: whatever the reader does has a key."""
    own = {
        name for base in Reader.__mro__ if base.__module__.startswith("tui.") for name in vars(base)
    }
    actions = {name.removeprefix("action_") for name in own if name.startswith("action_")}
    assert actions == {each.action.partition("(")[0] for each in COMMANDS}


def test_ids_and_keys_are_unique() -> None:
    keys = list(chain.from_iterable(each.keys for each in COMMANDS))
    assert len(set(keys)) == len(keys)
    assert len(BY_ID) == len(COMMANDS)
    assert all(each.keys and each.label and each.help for each in COMMANDS)


def test_bindings_carry_ids_for_rebinding() -> None:
    bindings = [each for each in reader_bindings() if isinstance(each, Binding)]
    assert [each.id for each in bindings] == [each.id for each in COMMANDS]
    comma = next(each for each in bindings if each.id == "list.sort")
    assert comma.key == "comma"


def test_groups_keep_every_command_under_one_heading() -> None:
    listed = [each for _, commands in groups() for each in commands]
    assert listed == list(COMMANDS)
    headings = [heading for heading, _ in groups()]
    assert len(set(headings)) == len(headings)
    assert set(headings) == set(GROUPS.values())


def test_help_and_footer() -> None:
    lines = help_lines()
    for each in COMMANDS:
        assert f"{key_names(each.keys)}\t{each.help}" in lines
    assert all(command(each).keys for each in FOOTER)
    assert key_names(("space", "pagedown")) == "space page-down"
    with pytest.raises(KeyError):
        command("no.such")


async def test_keys_can_be_rebound_by_id() -> None:
    """Every command's id is what `set_keymap` takes."""
    assert {each.id for each in reader_bindings() if isinstance(each, Binding)} == set(BY_ID)
