"""The lines of pickers: names give way to the values beside them."""

from __future__ import annotations

import pytest

from tui.reader.dialogs.picker import format_columns

NAMES = ["All", "Engineering blogs of people I have met"]
VALUES = ["1,097 unread of 1,114", "2 unread of 12"]


@pytest.mark.parametrize(
    ("names", "values", "room", "lines"),
    [
        (["date", "read count"], [], 20, ["date", "read count"]),
        (["date", "read count"], [], 6, ["date", "read …"]),
        (
            NAMES,
            VALUES,
            61,
            [
                "All                                     1,097 unread of 1,114",
                "Engineering blogs of people I have met         2 unread of 12",
            ],
        ),
        (
            NAMES,
            VALUES,
            39,
            [
                "All               1,097 unread of 1,114",
                "Engineering blogs of p…  2 unread of 12",
            ],
        ),
        (["Notes/Science and more/JSON Diary"], [], 20, ["Notes/…/JSON Diary"]),
        (
            ["Notes/Science and more/JSON Diary"],
            ["12 unread of 12"],
            40,
            ["Notes/…/JSON Diary       12 unread of 12"],
        ),
        (["all"], ["7"], 60, ["all                                  7"]),
        (["all"], ["1,097 unread of 1,114"], 10, ["…  1,097 unread of 1,114"]),
    ],
)
def test_a_name_is_cut_and_a_count_never(
    names: list[str], values: list[str], room: int, lines: list[str]
) -> None:
    assert format_columns(names, values, room) == lines
