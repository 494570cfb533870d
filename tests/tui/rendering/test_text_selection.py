"""Selecting text with the keyboard: cursor moves and the copied text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.rendering.text_layout import TextLayout
from tui.rendering.text_selection import TextSelection

TEXT = """# A heading

The first paragraph is longer than a line of it.

> A quote of *one* word
> and another

- an item
日本語の、文。
"""
MOVES = st.lists(
    st.tuples(
        st.sampled_from(["word", "line", "paragraph", "end"]), st.sampled_from([1, -1])
    ),
    max_size=12,
)  # fmt: skip


def word(selection: TextSelection, layout: TextLayout) -> str:
    """Return the selected words."""
    return selection.selected_text(layout)


def test_the_cursor_moves_by_words_lines_and_paragraphs() -> None:
    layout = TextLayout(TEXT, 20)
    selection = TextSelection(layout, (0, 0))
    seen = []
    for what, by in (
        ("word", 1), ("word", 1), ("word", 1), ("line", 1), ("line", 1), ("word", -1), ("paragraph", 1),
        ("paragraph", 1), ("paragraph", -1), ("end", 1), ("word", 1), ("word", -1), ("end", -1), ("word", -1),
    ):  # fmt: skip
        selection.move(layout, what, by)  # type: ignore[arg-type]
        seen.append(word(selection, layout))
    assert seen == [
        "heading", "The", "first", "longer", "of", "line", "it.",
        "word", "A", "文。", "文。", "の、", "A", "A",
    ]  # fmt: skip


def test_copied_text_is_not_wrapped() -> None:
    """Quotes keep their `>`; bullets are as shown; markup is not copied."""
    for width in (12, 20, 80):
        layout = TextLayout(TEXT, width)
        selection = TextSelection(layout, (0, 0))
        selection.move(layout, "paragraph", 1)
        selection.toggle_anchor()
        selection.move(layout, "end", 1)
        assert word(selection, layout) == (
            "heading\n\nThe first paragraph is longer than a line of it.\n\n"
            "> A quote of one word\n> and another\n\n• an item\n\n日本語の、文。"
        )
        selection.toggle_anchor()
        assert word(selection, layout) == "文。"


def test_from_a_quote_alone_only_words_are_copied() -> None:
    layout = TextLayout("> one\n> two", 20)
    selection = TextSelection(layout, (0, 0))
    selection.toggle_anchor()
    selection.move(layout, "end", 1)
    assert word(selection, layout) == "one\ntwo"


def test_selecting_backwards_copies_the_same() -> None:
    layout = TextLayout("one two three", 40)
    selection = TextSelection(layout, (0, 0))
    selection.move(layout, "end", 1)
    selection.toggle_anchor()
    selection.move(layout, "word", -1)
    assert word(selection, layout) == "two three"
    (line,) = layout
    (span,) = selection.line_spans(layout, line)
    assert line.text[span.start : span.end] == "two three"


@given(st.text("ab \n-*>|中。（é🎉\u0301", max_size=60), st.integers(3, 30), MOVES, MOVES)
def test_any_selection_is_part_of_the_text(
    text: str, width: int, before: list[tuple[str, int]], after: list[tuple[str, int]]
) -> None:
    layout = TextLayout(text, width)
    if not len(layout):
        return
    selection = TextSelection(layout, (0, 0))
    for what, by in before:
        selection.move(layout, what, by)  # type: ignore[arg-type]
    selection.toggle_anchor()
    for what, by in after:
        selection.move(layout, what, by)  # type: ignore[arg-type]
    first, last = selection.bounds(layout)
    assert first <= last
    marked = [
        line.text[s.start : s.end] for line in layout for s in selection.line_spans(layout, line)
    ]
    assert (
        "".join("".join(marked).split()).replace("↳", "").replace("│", "")
        == "".join(word(selection, layout).split())
        .replace(">", "")
        .replace("↳", "")
        .replace("│", "")
        or ">" in text
    )
