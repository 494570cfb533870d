"""The recording: each content of a line is drawn once, and shown in its time."""

from __future__ import annotations

import re
from importlib import import_module
from xml.etree import ElementTree as ET

import pytest

from docs.picture_library import join_lines
from docs.recording import Frame, animate
from tui.config.commands import COMMANDS


def picture(number: int, *lines: str) -> str:
    """Return a picture as Rich exports it."""
    name = f"terminal-{number}"
    drawn = "".join(
        f'<rect fill="#111111" x="0" y="{1.5 + 24.4 * y:.1f}" width="12.2" height="24.65" />'
        f'<rect fill="#111111" x="12.2" y="{1.5 + 24.4 * y:.1f}" width="24.4" height="24.65" />'
        f'<text class="{name}-r1" x="0" y="{20 + 24.4 * y:.1f}" textLength="36.6"'
        f' clip-path="url(#{name}-line-{y})">{text}</text>'
        for y, text in enumerate(lines)
    )
    return (
        f'<svg viewBox="0 0 100 90" xmlns="http://www.w3.org/2000/svg"><style>\n'
        f".{name}-r1 {{ fill: #aabbcc;font-weight: bold }}\n</style>"
        f'<defs><clipPath id="{name}-line-0"></clipPath></defs><rect fill="#222222"/>'
        f'<g transform="translate(26,22)"><circle cx="0" cy="0" r="7"/></g>\n'
        f'<g transform="translate(9, 41)" clip-path="url(#{name}-clip)">{drawn}</g>\n</svg>'
    )


def test_what_changes_is_shown_in_its_time() -> None:
    frames = [
        Frame(picture(1, "same", "one"), 1.0),
        Frame(picture(2, "same", "two"), 2.0),
        Frame(picture(3, "same", "one"), 1.0),
    ]
    svg = animate(frames)
    ET.fromstring(svg)
    shown = re.findall(
        r'<g(?: display="(\w+)")?>(?:<animate[^>]*values="([^"]*)" keyTimes="([^"]*)"'
        r' dur="([^"]*)"[^>]*/>)?<rect[^>]*width="36.6"[^>]*/><text[^>]*>(\w+)<',
        svg,
    )
    assert shown == [
        ("", "", "", "", "same"),
        ("inline", "inline;none", "0.0000;0.2500", "4.00s", "one"),
        ("none", "none;inline;none", "0.0000;0.2500;0.7500", "4.00s", "two"),
        ("none", "none;inline", "0.0000;0.7500", "4.00s", "one"),
    ]  # fmt: skip
    assert svg.count("fill: #aabbcc") == 1
    assert "circle" in svg
    assert "clip-path" not in svg


def test_what_is_no_picture_is_rejected() -> None:
    with pytest.raises(ValueError, match="not a picture"):
        animate([Frame("<svg></svg>", 1.0)])


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("\na\nb\n\nc\n", "a b\n\nc"),
        ("a\n\n```x\nb\n\n  c\n```\n\nd\ne", "a\n\n```x\nb\n\n  c\n```\n\nd e"),
        ("> a\n\n## b\n\nc", "> a\n\n## b\n\nc"),
    ],
)
def test_lines_of_a_paragraph_are_joined(text: str, joined: str) -> None:
    assert join_lines(text) == joined


def test_the_keys_of_pictures_are_bound() -> None:
    """A key that is bound to nothing would draw a message instead of a screen."""
    pictures = import_module("docs.pictures")  # its name is that of a folder, too
    bound = {key for command in COMMANDS for key in command.keys}
    first_keys = [keys[0] for keys in pictures.SCREENS.values()]
    assert {
        *first_keys,
        *(key for key, _ in pictures.RECORDING if key and not key.isalpha()),
    } <= bound
