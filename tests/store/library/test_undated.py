"""Articles without a date, before 1970 or in the future: their places in the list."""

from __future__ import annotations

import pytest

from store.model.times import UNDATED, to_sort_seconds


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (None, UNDATED),
        ("soon", UNDATED),
        ("1949-03-02", -657504000),
        ("1970-01-01", 0),
        ("2001-09-09T01:46:40Z", 1_000_000_000),
        ("2001-09-10T01:00:00Z", 1_000_083_600),  # a zone that was wrong
        ("2099-01-01", 1_000_000_000),
    ],
)
def test_seconds_of_a_row(date: str | None, expected: int) -> None:
    assert to_sort_seconds(date, 1_000_000_000) == expected
