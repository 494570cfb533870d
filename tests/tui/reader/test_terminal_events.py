"""Tokens of terminal input become events; what a terminal cannot mean becomes none."""

from __future__ import annotations

import pytest
from textual import events
from textual.message import Message

from tui.reader.terminal_events import EventReader, KeyBatch, KeyPress, clamp_size, parse_keys
from tui.terminal.input_filter import InputFilter


def _read(text: str) -> list[Message]:
    return list(EventReader().read(InputFilter().feed(text, 0.0)))


@pytest.mark.parametrize(
    ("token", "keys"),
    [
        ("j", ["j"]),
        ("\x1b", ["escape"]),
        ("\x1bx", ["alt+x"]),
        ("\x1b[A", ["up"]),
        ("\x1b[1;1:1A", ["up"]),
        ("\x1b[1;1:2A", ["up"]),
        ("\x1b[1;1:3A", []),
        ("\x1b[1;5C", ["ctrl+right"]),
        ("\x1b[3~", ["delete"]),
        ("\x1b[3;1:3~", []),
        ("\x1b[106;1u", ["j"]),
        ("\x1b[106:74;2;74u", ["J"]),
        ("\x1b[106;129u", ["j"]),
        ("\x1b[57399;1:1u", ["0"]),
        ("\x1b[57399;1:3u", []),
        ("\x1b[1114112u", []),
        ("\x1b[9999999u", []),
        ("\x1b[55296u", []),
        ("\x1b[0u", []),
        ("\x1b[106;999u", []),
        ("\x1b[106;1;1114112u", []),
        ("\x1b[106;1;3u", []),
        ("\x1b[106;1:1:3u", []),
        ("\x1b[99z", []),
        ("\x1b[?1;2c", []),
    ],
)
def test_keys(token: str, keys: list[str]) -> None:
    """Kitty's event types, alternate keys and code points that are none do no harm."""
    assert [key for key, _ in parse_keys(token)] == keys


@pytest.mark.parametrize(
    ("report", "size"),
    [
        ("\x1b[48;24;80;0;0t", (80, 24)),
        ("\x1b[48;50;150;800;1200t", (150, 50)),
        ("\x1b[48;99999;99999;0;0t", None),
        ("\x1b[48;65535;65535;1;1t", None),
        ("\x1b[48;0;0;0;0t", None),
    ],
)
def test_sizes_that_a_terminal_reports(report: str, size: tuple[int, int] | None) -> None:
    found = [each for each in _read(report) if isinstance(each, events.Resize)]
    assert [tuple(each.size) for each in found] == ([size] if size else [])
    assert all(each.pixel_size is not None and each.pixel_size.area for each in found)


@pytest.mark.parametrize(
    ("size", "clamped"),
    [((80, 24), (80, 24)), ((0, 0), (80, 24)), ((65535, 65535), (1000, 500)), ((0, 40), (80, 40))],
)
def test_sizes_are_clamped(size: tuple[int, int], clamped: tuple[int, int]) -> None:
    assert clamp_size(*size) == clamped


def test_keys_of_one_read_come_together() -> None:
    """A flood is one event, and what means nothing is not in it."""
    [batch] = _read("j" * 5000 + "\0" * 5000 + "\x1b[B" * 3 + "q")
    assert isinstance(batch, KeyBatch)
    found = [each.key for each in batch.keys if isinstance(each, KeyPress)]
    assert found == ["j"] * 5000 + ["down"] * 3 + ["q"]
