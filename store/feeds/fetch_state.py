"""What is known of each feed since it was last fetched; derived, and rebuilt if it is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import orjson

from store.system.files import make_folder, write_atomically

FEED_STATES_FILE = "feeds.json"


@dataclass(frozen=True, slots=True)
class FeedState:
    """One feed, as this machine last saw it."""

    etag: str = ""
    modified: str = ""
    tried: str = ""
    """When it was last asked."""
    succeeded: str = ""
    """When it last answered as it should."""
    error: str = ""
    """Why it last did not, in words; empty if it did."""
    not_before: str = ""
    """The server wants to be left alone until then."""
    moved: str = ""
    """Where it says it has moved to for good, and how often it has said so."""
    times: int = 0
    seen: tuple[str, ...] = ()
    """Ids of the items it had, where their pages are fetched: each page is fetched once."""


def read_feed_states(cache: Path) -> dict[str, FeedState]:
    """The states by key of subscription; what cannot be understood is left out."""
    try:
        found = orjson.loads((cache / FEED_STATES_FILE).read_bytes())
    except (OSError, ValueError):
        return {}
    return (
        {key: _parse_state(value) for key, value in found.items()}
        if isinstance(found, dict)
        else {}
    )


def _parse_state(value: Any) -> FeedState:
    if not isinstance(value, dict):
        return FeedState()
    kept: dict[str, Any] = {}
    for each in fields(FeedState):
        given = value.get(each.name)
        if isinstance(given, list) and each.name == "seen":
            kept["seen"] = tuple(map(str, given))
        elif type(given) is type(each.default):
            kept[each.name] = given
    return FeedState(**kept)


def write_feed_states(cache: Path, states: Mapping[str, FeedState]) -> None:
    """Keep the states.

    Raises:
        LibraryUnavailable, NotSaved: They could not be; the next fetch takes a little longer.
    """
    make_folder(cache)
    values = {
        key: {name: value for name, value in asdict(state).items() if value}
        for key, state in states.items()
    }
    write_atomically(cache / FEED_STATES_FILE, orjson.dumps(values))
