"""The front page asked for otherwise: from another time on, for more or fewer minutes."""

from __future__ import annotations

from datetime import datetime, time

from store.library.front_page import FrontPageRequest
from store.model.times import DAY_SECONDS

MINUTES_STEP, MAX_MINUTES = 5, 120


def change_minutes(request: FrontPageRequest, steps: int) -> FrontPageRequest:
    """Return a request for so many times five minutes more, or fewer if it is negative."""
    minutes = request.minutes + steps * MINUTES_STEP
    return request._replace(minutes=min(max(MINUTES_STEP, minutes), MAX_MINUTES))


def change_since(request: FrontPageRequest) -> FrontPageRequest:
    """Return a request from the next time on: the last visit, today, 2 days ago, 7 days ago, ever."""
    midnight = datetime.combine(datetime.fromtimestamp(request.now).date(), time())
    times = (
        None,
        int(midnight.timestamp()),
        request.now - 2 * DAY_SECONDS,
        request.now - 7 * DAY_SECONDS,
        0,
    )
    place = times.index(request.since) if request.since in times else 0
    return request._replace(since=times[(place + 1) % len(times)])
