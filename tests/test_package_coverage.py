"""Tests of the report of coverage by package."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.package_coverage import find_misses, sum_up


def measured(covered: int, statements: int, branches: tuple[int, int] = (0, 0)) -> dict[str, Any]:
    """Return what coverage says about a file."""
    summary = {
        "covered_lines": covered,
        "num_statements": statements,
        "covered_branches": branches[0],
        "num_branches": branches[1],
    }
    return {"summary": summary}


def test_a_package_and_its_rooms_are_summed_up() -> None:
    assert sum_up(
        {
            "store/text/names.py": measured(10, 10, (4, 6)),
            "store/text/tables/greek.py": measured(2, 4),
            "store/net/client.py": measured(5, 10),
            "tui/__init__.py": measured(1, 1),
            "themes/py.py": measured(0, 0),
        }
    ) == {
        "store": 70.0,
        "store.net": 50.0,
        "store.text": 80.0,
        "themes": 0.0,
        "total": pytest.approx(100 * 22 / 31),
        "tui": 100.0,
    }


@pytest.mark.parametrize(
    ("percentages", "misses"),
    [
        ({"store": 95.0, "total": 90.0, "tui": 1.0}, []),
        ({"store": 94.94, "total": 97}, ["coverage of store: 94.9 % (at least 95 % expected)"]),
        ({"store": 99.0, "total": 89}, ["coverage of total: 89.0 % (at least 90 % expected)"]),
        ({"total": 95.0}, ["coverage of store: 0.0 % (at least 95 % expected)"]),
    ],
)
def test_the_bounds(percentages: dict[str, float], misses: list[str]) -> None:
    assert find_misses(percentages) == misses
