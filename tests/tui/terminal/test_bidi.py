"""Isolating right-to-left text on terminals that reorder it."""

from __future__ import annotations

import pyte
import pytest

from tui.terminal.environment import terminal_reorders_bidi
from tui.terminal.screen_diff import (
    ISOLATE_END,
    ISOLATE_START,
    NO_OP_SEQUENCE,
    ScreenDiff,
    isolate_rtl,
)

HELLO = "שלום עולם"


def shown(text: str) -> str:
    """Return a row with its marks as `<` and `>`."""
    marked = "".join(each for each, _ in isolate_rtl([(char, "") for char in text]))
    assert marked.replace(ISOLATE_START, "").replace(ISOLATE_END, "") == text
    return marked.replace(ISOLATE_START, "<").replace(ISOLATE_END, ">")


@pytest.mark.parametrize(
    ("row", "marked"),
    [
        ("plain text", "plain text"),
        (f"●★ {HELLO}…   world  2y", f"●★ <{HELLO}…>   world  2y"),
        (f" {HELLO}▏ {HELLO}.", f" <{HELLO}>▏ <{HELLO}.>"),
        (f"  (שלום BBC 27 עולם)  {HELLO} x", f"  <(שלום BBC 27 עולם)>  <{HELLO}> x"),
        (" سكان أسفل نهر إلفان", " <سكان أسفل نهر إلفان>"),
        (HELLO, HELLO),
    ],
)
def test_every_run_is_isolated(row: str, marked: str) -> None:
    """Cases 48, 55: no pane is mixed with the one next to it, nor a title with what follows."""
    assert shown(row) == marked


def test_terminals_that_reorder_text() -> None:
    """Case 55: other terminals get no marks."""
    assert terminal_reorders_bidi({"VTE_VERSION": "7200"})
    assert terminal_reorders_bidi({"TERM_PROGRAM": "Apple_Terminal"})
    assert not any(
        terminal_reorders_bidi({"TERM": term}) for term in ("xterm", "linux", "screen", "")
    )


def test_a_terminal_without_marks_loses_no_text() -> None:
    """Case 55: pyte drops the text after a mark up to the next sequence, and still shows everything."""
    screens = [pyte.Screen(40, 2) for _ in range(2)]
    frames = [
        f"\x1b[1;1H\x1b[31m> {HELLO}, she said\x1b[0m  | 日本 {HELLO}\x1b[2;1H",
        f"\x1b[1;1H\x1b[31m  {HELLO}, he  said\x1b[0m  | 日本 {HELLO}\x1b[2;1H",
        "\x1b[1;1H\x1b[32mshort\x1b[0m",
    ]
    outgoing = ScreenDiff()
    outgoing.isolates_rtl = True
    for frame in frames:
        pyte.Stream(screens[0]).feed(frame)
        sent = outgoing.filter(frame)
        assert sent.count("\u2067") == sent.count("\u2069") == sent.count(NO_OP_SEQUENCE) / 2
        pyte.Stream(screens[1]).feed(sent)
        assert screens[1].display == screens[0].display
    assert "\u2067" not in ScreenDiff().filter(frames[0])
