"""Tables with aligned columns."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.rendering.cells import measure_cells
from tui.rendering.markdown import align_columns, find_table_rows
from tui.rendering.text_layout import TextLayout

CELL = st.text("ab é中🎉*[]`\\", max_size=8)


def shown(text: str, width: int = 60) -> list[str]:
    return [line.text for line in TextLayout(text, width)]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("| Port | Tons |\n|:--|--:|\n| Eld | 7 |\n| *Os* | 1200 |",
         ["Port │ Tons", "─────┼─────", "Eld  │    7", "Os   │ 1200"]),
        ("a | b\n--|--\nlonger | c | more", ["a      │ b", "───────┼───┼─────", "longer │ c │ more"]),
        ("日本 | x\n--|--\na | y", ["日本 │ x", "─────┼──", "a    │ y"]),
        ("Port | Tons\nEld | 7\nOs | 1200", ["Port │ Tons", "Eld  │ 7", "Os   │ 1200"]),
        ("[a](http://x/a|b) | c\n--|--\nd | e", ["[a](http://x/a │ b) │ c", "───────────────┼────┼──", "d              │ e"]),
        ("x\n\n| a | b |\n\ny", ["x", "", "a │ b", "", "y"]),
        ("- a | b\n- c | d", ["• a | b", "• c | d"]),
        ("- - a-b - c\n  - d\n2. - e", ["• • a-b - c", "  • d", "2. • e"]),
        ("either | or\n\nthis | that", ["either | or", "", "this | that"]),
        ("a \\| b | c\n--|--\nd | e", ["a | b │ c", "──────┼──", "d     │ e"]),
        ("|x|\n|-|\n||", ["x", "─", ""]),
    ],
)  # fmt: skip
def test_columns_are_aligned(text: str, lines: list[str]) -> None:
    assert [line.rstrip() for line in shown(text)] == lines


def test_a_long_row_continues_below_with_a_prefix() -> None:
    assert shown("a | bbbbbbbbbb\n--|--\nc | d", 10)[:2] == ["a │ bbbbbb", "↳ bbbb"]


def test_links_in_tables_are_numbered() -> None:
    text = "[x](http://x) | y\n--|--\n[z](http://z) | [w](http://w)\n\n[after](http://a)"
    layout = TextLayout(text, 60, numbered=True)
    assert [line.text.split() for line in layout][::2] == [
        ["x[1]", "│", "y"], ["z[2]", "│", "w[3]"], ["after[4]"],
    ]  # fmt: skip
    assert [(link.number, link.text) for link in layout.links] == [
        (1, "x"), (2, "z"), (3, "w"), (4, "after"),
    ]  # fmt: skip


def test_a_very_wide_table_is_not_aligned() -> None:
    """Case 65: the cost of aligning columns is bounded."""
    text = "|" + "a|" * 300 + "\n|" + "-|" * 300
    assert shown(text, 80)[0].startswith("|a|a|")


@given(st.lists(st.lists(CELL, min_size=2, max_size=3), min_size=1, max_size=4))
def test_bars_are_in_one_column(rows: list[list[str]]) -> None:
    """Case 55: for any cell content."""
    text = "\n".join(["h | h | h", "--|--|--", *(" | ".join(["x", *row]) for row in rows)])
    lines = shown(text, 400)
    bars = [
        [measure_cells(line)[1][at] for at, char in enumerate(line) if char in "│┼"]
        for line in lines
        if line
    ]
    assert all(each == bars[1][: len(each)] for each in bars)


class CountedLines(list[str]):
    """Lines that count how many of them are looked at."""

    looked_at = 0

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        self.looked_at += len(found) if isinstance(key, slice) else 1
        return found


@pytest.mark.parametrize("line", ["|", "|||", "|a|b", "a|b|", "\\|", "|" * 90])
def test_lines_of_bars_that_are_no_table_are_looked_at_once(line: str) -> None:
    lines = CountedLines([line] * 3_000)
    assert find_table_rows(lines, 0) == []
    assert lines.looked_at <= 2


@pytest.mark.parametrize("row", ["a | " + "b" * 2_000, " | ".join("ab" * 70)])
def test_a_table_with_a_huge_row_is_not_aligned(row: str) -> None:
    rows = find_table_rows([row, "|-|-|", "a | b", "", "c"], 0)
    assert rows == [row, "|-|-|", "a | b"]
    assert align_columns(rows) == []
