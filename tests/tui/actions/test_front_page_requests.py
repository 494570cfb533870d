"""The front page asked for otherwise."""

from __future__ import annotations

import time
from datetime import datetime

import pytest

from store.library.front_page import FrontPageRequest
from tui.actions.front_page import change_minutes, change_since

NOON = int(datetime(2031, 5, 6, 12).timestamp())


@pytest.mark.parametrize(
    ("minutes", "steps", "expected"), [(20, 1, 25), (20, -2, 10), (5, -1, 5), (120, 1, 120)]
)
def test_minutes(minutes: int, steps: int, expected: int) -> None:
    assert change_minutes(FrontPageRequest(NOON, minutes), steps).minutes == expected


def test_since_goes_round() -> None:
    request, found = FrontPageRequest(NOON), []
    for _ in range(6):
        request = change_since(request)
        found.append(request.since)
    days = [NOON - number * 86_400 for number in (2, 7)]
    assert found == [NOON - 12 * 3600, *days, 0, None, NOON - 12 * 3600]
    assert time.localtime(found[0]).tm_hour == 0
