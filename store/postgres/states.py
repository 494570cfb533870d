"""Reading states as rows of the table `state`, and back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from store.journal.reading_state import UNSET_REGISTER, ArticleState, Register
from store.model.times import to_sort_seconds

SHARED_ACCOUNT = ""
"""The account of the states that count for everyone of a library."""

STATE_COLUMNS = (
    "read", "read_stamp", "starred", "starred_stamp", "position", "position_stamp", "deleted",
    "deleted_stamp", "count", "imported_count", "last_read", "last_opened", "tags", "edits",
)  # fmt: skip
"""The columns of an `ArticleState`, in the order of `state_from_columns`."""


def list_state_columns(table: str) -> str:
    """Return the columns of a state for a query, of a table by its name in there."""
    return ", ".join(f"{table}.{name}" for name in STATE_COLUMNS)


def state_from_columns(columns: Iterable[Any]) -> ArticleState:
    """Return the state that `state_to_columns` encoded."""
    (
        read, read_at, starred, starred_at, position, position_at, deleted, deleted_at,
        count, imported_count, last_read, last_opened, tags, edits,
    ) = columns  # fmt: skip
    return ArticleState(
        _register(read, read_at),
        _register(starred, starred_at),
        _register(position, position_at),
        _register(deleted, deleted_at),
        count,
        imported_count,
        last_read,
        last_opened,
        {tag: (stamp, value) for tag, (stamp, value) in tags.items()},
        {name: (stamp, value) for name, (stamp, value) in edits.items()},
    )


def _register(value: Any, stamp: int) -> Register:
    return UNSET_REGISTER if stamp == UNSET_REGISTER[0] else (stamp, value)


def state_to_columns(state: ArticleState) -> dict[str, Any]:
    """Return the columns of a state, with those that lists are made from."""
    edited = state.edited_facts() if state.edits else {}
    return {
        "read": bool(state.read[1]),
        "read_stamp": state.read[0],
        "starred": bool(state.starred[1]),
        "starred_stamp": state.starred[0],
        "position": int(state.position[1] or 0),
        "position_stamp": state.position[0],
        "deleted": bool(state.deleted[1]),
        "deleted_stamp": state.deleted[0],
        "count": state.count,
        "imported_count": state.imported_count,
        "last_read": state.last_read,
        "last_opened": state.last_opened,
        "tags": {tag: list(register) for tag, register in state.tags.items()},
        "edits": {name: list(register) for name, register in state.edits.items()},
        "title": edited.get("title"),
        "title_key": edited["title"].casefold() if "title" in edited else None,
        "category": edited.get("category"),
        "edited_at": to_sort_seconds(edited["date"], 0) if "date" in edited else None,
    }


def merge_states(shared: ArticleState | None, own: ArticleState | None) -> ArticleState:
    """Return the state that an account sees: its own, with what counts for everyone."""
    if shared is None:
        return own or ArticleState()
    if own is None:
        return shared
    edits = dict(shared.edits)
    for name, register in own.edits.items():
        if edits.get(name, UNSET_REGISTER)[0] <= register[0]:
            edits[name] = register
    deleted = max(shared.deleted, own.deleted, key=lambda register: register[0])
    return replace(own, edits=edits, deleted=shared.deleted if shared.deleted[1] else deleted)
