"""The rows of the article list: what of a title and its facts is shown at which width."""

from __future__ import annotations

import pytest

from store.model.article import ArticleRow
from tui.rendering.cells import cell_width
from tui.rendering.list_rows import RowLook, build_one_line_row, build_two_line_row

NOW = 1_700_000_000
LOOK = RowLook(NOW)


def make_row(title: str) -> ArticleRow:
    return ArticleRow("id", title, "world", NOW - 2 * 86_400, NOW, 460, False, False, 0)


def plain(parts: object) -> str:
    return "".join(text for text, _ in parts)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("title", "first", "second"),
    [
        ("Short", " ●  Short", "                    world · 2d · 2′"),
        (
            "Eleven centimetres of water below the dam",
            " ●  Eleven centimetres of water",
            "    below the dam   world · 2d · 2′",
        ),
        (  # the category gives way
            "Eleven centimetres of water below the old dam",
            " ●  Eleven centimetres of water",
            "    below the old dam       2d · 2′",
        ),
        (  # the age and the minutes never do
            "Eleven centimetres of water below the old dam of the river Ilvane",
            " ●  Eleven centimetres of water",
            "    below the old dam of …  2d · 2′",
        ),
        ("深海の謎の音は庭師の一言が決め手に", " ●  深海の謎の音は庭師の一言が決め", "    手に            world · 2d · 2′"),
    ],
)  # fmt: skip
def test_two_lines(title: str, first: str, second: str) -> None:
    lines = [plain(line) for line in build_two_line_row(make_row(title), 35, LOOK, selected=False)]
    assert [line.rstrip() for line in lines] == [first, second]
    assert [cell_width(line) for line in lines] == [35, 35]


@pytest.mark.parametrize("width", [1, 3, 4, 5, 8, 20, 47, 48, 72, 200])
@pytest.mark.parametrize("title", ["", "x", "Wörter und mehr " * 9, "海" * 90, "a" * 300])
@pytest.mark.parametrize("selected", [False, True])
def test_two_lines_are_as_wide_as_the_pane(width: int, title: str, selected: bool) -> None:
    lines = build_two_line_row(make_row(title), width, LOOK, selected=selected)
    assert cell_width(plain(lines[1])) == width
    assert cell_width(plain(lines[0])) == max(width, 5)


def test_a_category_that_all_rows_have_is_not_shown() -> None:
    look = RowLook(NOW, has_category=False)
    for width in (40, 60, 100):
        assert "world" not in plain(
            build_one_line_row(make_row("Dam"), width, look, selected=False)
        )
    assert plain(build_two_line_row(make_row("Dam"), 30, look, selected=False)[1]).strip() == (
        "2d · 2′"
    )
