"""Line breaks of plain text in feeds: those that are meant stay, those that wrap a paragraph do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.text.html_to_text import html_to_text
from store.text.line_breaks import mark_line_breaks

WRAPPED = (
    "The ferry from the old harbour to the islands was late again, and those\n"
    "who had waited for two hours went home by bus."
)
ADDRESS = "https://h.example/"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one\ntwo\nthree", "one\ntwo\nthree"),
        ("one\r\ntwo\r\n\r\nthree", "one\ntwo\n\nthree"),
        ("  one\n    two\n  ", "one\ntwo"),
        ("Roses are red,\nviolets are blue.", "Roses are red,\nviolets are blue."),
        (f"Guests:\n- Ann\n- Bo\n{ADDRESS}\n00:00 Start", f"Guests:\n\\- Ann\n\\- Bo\n{ADDRESS}\n00:00 Start"),
        ("a < b\nc > d &amp; e", "a < b\nc > d & e"),
        (WRAPPED, WRAPPED.replace("\n", " ")),
        (f"{WRAPPED}\n\n{WRAPPED}", "\n\n".join([WRAPPED.replace("\n", " ")] * 2)),
        (f"{WRAPPED}\n(12:30) A chapter", WRAPPED.replace("\n", " ") + "\n(12:30) A chapter"),
        ("That is it.\n" + WRAPPED, "That is it.\n" + WRAPPED.replace("\n", " ")),
        ("Long sentence. " * 9 + "\nSecond", "Long sentence. " * 8 + "Long sentence.\nSecond"),
        ("\n".join(f"Chapter {number}: the crossing of the sound in a storm at night." for number in (1, 2, 3)),
         "\n".join(f"Chapter {number}: the crossing of the sound in a storm at night." for number in (1, 2, 3))),
        ("海上有雾\n渡轮停航", "海上有雾\n渡轮停航"),
        # -- HTML, with words marked up and wrapped at any width
        ("Line <b>one</b>\nLine two", "Line **one** Line two"),
        (f"Notes:\n<a href='{ADDRESS}'>The longer line of both of them</a>", f"Notes:\n[The longer line of both of them]({ADDRESS})"),
        ("See <a>this</a>.\n\nThen <b>that</b>.", "See this.\n\nThen **that**."),
        ("<p>one\ntwo</p>", "one two"),
        ("one\ntwo<br>three", "one two\nthree"),
        ("one <!-- x -->\ntwo", "one two"),
    ],
)  # fmt: skip
def test_line_breaks(text: str, expected: str) -> None:
    assert html_to_text(mark_line_breaks(text)) == expected


@given(st.text("ab .-1:<>b/\n\r ", max_size=40))
def test_no_word_is_lost(text: str) -> None:
    marked = mark_line_breaks(text)
    assert marked.replace("<br>", " ").split() == text.replace("<br>", " ").split()
