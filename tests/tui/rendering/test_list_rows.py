"""The rows of the article list: what of a title and its facts is shown at which width."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from store.model.article import ArticleRow
from tui.rendering.cells import cell_width
from tui.rendering.list_rows import (
    RowLook,
    build_one_line_row,
    build_two_line_row,
    compare_facts,
)

NOW = 1_700_000_000
LOOK = RowLook(NOW)


def make_row(title: str, source: str = "", category: str = "world") -> ArticleRow:
    row = ArticleRow("id", title, category, NOW - 2 * 86_400, NOW, 460, False, False, 0)
    return row._replace(source_name=source)


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


def test_what_was_searched_is_highlighted_in_both_lines() -> None:
    look = replace(LOOK, find_highlights=lambda text: [m.span() for m in re.finditer("Dam", text)])
    row = make_row("Dam after dam: the Dam that will not be a Dam")
    lines = build_two_line_row(row, 35, look, selected=False)
    shown = [[text for text, role in line if role == "match"] for line in lines]
    assert shown == [["Dam", "Dam"], ["Dam"]]
    assert plain(lines[1]) == "    will not be a Dam       2d · 2′"


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


BOTH = RowLook(NOW, has_source=True, source_cells=7)
SOURCE = RowLook(NOW, has_category=False, has_source=True, source_cells=7)


@pytest.mark.parametrize(
    ("row", "look", "facts"),
    [
        (make_row("Dam", "Gazette"), BOTH, "Gazette · world · 2d · 2′"),
        (make_row("Dam", "Gazette"), SOURCE, "Gazette · 2d · 2′"),
        (make_row("Dam", "Gazette"), LOOK, "world · 2d · 2′"),
        (make_row("Dam", "Gazette", "Gazette"), BOTH, "Gazette · 2d · 2′"),
        (make_row("Dam", ""), BOTH, "world · 2d · 2′"),
        (make_row("Dam", "kastelburg-mercury.example"), SOURCE, "kastelburg-me… · 2d · 2′"),
        (make_row("Dam", "深海の謎の音は深海"), SOURCE, "深海の謎の音… · 2d · 2′"),
        # The category gives way first, then the source.
        (make_row("Eleven centimetres of it below the dam", "Gazette"), BOTH, "Gazette · 2d · 2′"),
        (make_row("Dam", "Gazette", "Science/" * 9), BOTH, "Gazette · 2d · 2′"),
        (
            make_row("Eleven centimetres of water below dams", "Gazette " * 9),
            BOTH,
            "world · 2d · 2′",
        ),
        (make_row("Eleven centimetres of water below the old dam", "Gazette"), BOTH, "2d · 2′"),
        (make_row("Eleven centimetres of water below the old dam", "Gazette"), SOURCE, "2d · 2′"),
    ],
)
def test_the_facts_at_the_end_of_two_lines(row: ArticleRow, look: RowLook, facts: str) -> None:
    last = plain(build_two_line_row(row, 35, look, selected=False)[1])
    assert (last.endswith(facts), cell_width(last)) == (True, 35)
    assert last.removesuffix(facts)[-2:] == "  "


@pytest.mark.parametrize(
    ("width", "look", "source", "category", "facts"),
    [
        (46, SOURCE, "Gazette", "world", "Gazet…   2d"),
        (60, SOURCE, "Gazette", "world", "Gazette   2d   2′"),
        (60, BOTH, "Gazette", "world", "Gazette    2d   2′"),
        (60, BOTH, "Gazette", "Gazette", "Gazette    2d   2′"),
        (60, BOTH, "", "world", "world      2d   2′"),
        (60, BOTH, "news.example", "world", "world      2d   2′"),
        (60, BOTH, "news.example", "science/physics", "news.ex…   2d   2′"),
        (46, BOTH, "Gazette", "world", "world    2d"),
        (76, BOTH, "", "world", "world        2d   2′"),
        (76, BOTH, "Gazette", "world", "Gazette      2d   2′"),  # one of them, and whole
        (77, BOTH, "Gazette", "world", "Gazette world        2d   2′"),
        (90, BOTH, "Gazette", "world", "Gazette world        2d   2′"),
        (90, BOTH, "Gazette", "Gazette", "Gazette              2d   2′"),
        (90, SOURCE, "Gazette", "world", "Gazette   2d   2′"),
    ],
)
def test_columns(width: int, look: RowLook, source: str, category: str, facts: str) -> None:
    row = make_row("Dam", source, category)
    built = plain(build_one_line_row(row, width, look, selected=False))
    assert (built.removeprefix(" ●  Dam").lstrip(), cell_width(built)) == (facts, width)


@pytest.mark.parametrize("width", [60, 85, 120])
@pytest.mark.parametrize("name", ["x" * 40, "深海の謎の音は深海の謎の音は", "", "👩🏽‍🎨 Café"])
def test_a_long_name_is_cut_at_fourteen_cells(width: int, name: str) -> None:
    look = RowLook(NOW, has_source=True, source_cells=cell_width(name))
    line = plain(build_one_line_row(make_row("T" * 200, name), width, look, selected=False))
    assert cell_width(line) == width
    title, _, facts = line.partition("…")
    assert cell_width(title) >= (44 if width > 60 else 32)
    assert cell_width(re.split("world|  2d", facts)[0]) <= 16


@pytest.mark.parametrize(
    ("facts", "differ"),
    [
        ([], (False, False)),
        ([("world", "Gazette")], (False, False)),
        ([("world", "Gazette"), ("world", "Quay")], (False, True)),
        ([("world", "Gazette"), ("north", "Gazette")], (True, False)),
        ([("world", "Gazette"), ("north", "Quay")], (True, True)),
        # What a category says that the source does not.
        ([("Gazette", "Gazette"), ("Quay", "Quay")], (False, True)),
        ([("Gazette", "Gazette"), ("", "Quay")], (False, True)),
        ([("Gazette", "Gazette"), ("north", "Quay")], (True, True)),
    ],
)
def test_the_facts_in_which_rows_differ(
    facts: list[tuple[str, str]], differ: tuple[bool, bool]
) -> None:
    rows = [make_row("Dam", source, category) for category, source in facts]
    assert compare_facts(rows) == differ
