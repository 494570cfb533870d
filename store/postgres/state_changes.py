"""Apply events to reading states, in the transaction that stores the events.

The rules are those of `store.journal.reading_state`, because both engines give the same answers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from store.journal.events import Event
from store.journal.reading_state import ArticleState, ReadingState, apply_event
from store.postgres.connection import Cursor
from store.postgres.events import Owner, StoredEvent, events_about
from store.postgres.states import STATE_COLUMNS, state_from_columns, state_to_columns
from store.postgres.values import storable_json, storable_text

COLUMN_TYPES = {
    "read": "boolean",
    "read_stamp": "bigint",
    "starred": "boolean",
    "starred_stamp": "bigint",
    "position": "int",
    "position_stamp": "bigint",
    "deleted": "boolean",
    "deleted_stamp": "bigint",
    "count": "int",
    "imported_count": "int",
    "last_read": "bigint",
    "last_opened": "bigint",
    "tags": "jsonb",
    "edits": "jsonb",
    "title": "text",
    "title_key": "text",
    "category": "text",
    "edited_at": "bigint",
}
"""The columns of a state."""
REGISTERS = ("read", "starred", "position", "deleted")
MERGED_COLUMNS = (*REGISTERS, *(f"{name}_stamp" for name in REGISTERS), "count", "last_read", "last_opened", "tags")  # fmt: skip
"""The columns that an event which happened here may change, unless it is an edit."""

_INSERT = "insert into newstui.state as kept (library, account, article, {columns})"
_CONFLICT = " on conflict (library, account, article) do update set {changes}"

MERGE = (
    _INSERT.format(columns=", ".join(MERGED_COLUMNS))
    + " select %(library)s, %(account)s, article, "
    + ", ".join(f"%({name})s::{COLUMN_TYPES[name]}" for name in MERGED_COLUMNS)
    + " from unnest(%(articles)s::text[]) as changed(article)"
    + _CONFLICT.format(
        changes=", ".join(
            [
                *(
                    f"{name} = case when excluded.{name}_stamp > kept.{name}_stamp"
                    f" then excluded.{name} else kept.{name} end,"
                    f" {name}_stamp = greatest(excluded.{name}_stamp, kept.{name}_stamp)"
                    for name in REGISTERS
                ),
                "count = kept.count + excluded.count",
                "last_read = greatest(kept.last_read, excluded.last_read)",
                "last_opened = greatest(kept.last_opened, excluded.last_opened)",
                "tags = kept.tags || excluded.tags",
            ]
        )
    )
)
# Others have to hear of an article that is there again although its deletion was undone.
_PUT_VALUES = {"deleted_stamp": "greatest(excluded.deleted_stamp, least(kept.deleted_stamp, 0))"}
PUT = (
    _INSERT.format(columns=", ".join(COLUMN_TYPES))
    + " select %(library)s, %(account)s, * from unnest(%(articles)s::text[], "
    + ", ".join(f"%({name})s::text[]::{kind}[]" for name, kind in COLUMN_TYPES.items())
    + ") as changed"
    + _CONFLICT.format(
        changes=", ".join(
            f"{name} = {_PUT_VALUES.get(name, f'excluded.{name}')}" for name in COLUMN_TYPES
        )
    )
)
READ = (
    f"select article, {', '.join(STATE_COLUMNS)} from newstui.state"
    " where library = %s and account = %s and article = any(%s)"
)


def apply_events(cursor: Cursor, events: Iterable[StoredEvent]) -> None:
    """Apply events to the states of their articles; the libraries are locked."""
    by_owner: dict[Owner, list[Event]] = {}
    for owner, event in events:
        if _is_merged(event):
            _merge_event(cursor, owner, event)
        else:
            by_owner.setdefault(owner, []).append(event)
    for owner, others in by_owner.items():
        articles = {storable_text(each) for event in others for each in event.articles}
        states = _read_states(cursor, owner, articles)
        for event in others:
            for article in event.articles:
                apply_event(states.setdefault(article, ArticleState()), event, event.stamp)
        put_states(cursor, owner, states)


def _is_merged(event: Event) -> bool:
    """Return True if an event changes all of its articles in the same way, whatever their states.

    Such an event happened here, so its stamp is greater than any other of its account.
    """
    is_unique = len(set(event.articles)) == len(event.articles)
    return event.kind != "edited" and not event.imported and is_unique


def apply_in_steps(cursor: Cursor, events: Sequence[StoredEvent], size: int) -> Iterator[int]:
    """Apply one event, in parts, to `size` of its articles at a time; yield how many are done."""
    done = 0
    for owner, event in events:
        for start in range(0, len(event.articles), size):
            batch = event.articles[start : start + size]
            apply_events(cursor, [StoredEvent(owner, event._replace(articles=batch))])
            done += len(batch)
            yield done


def _merge_event(cursor: Cursor, owner: Owner, event: Event) -> None:
    """Apply an event to its articles in one statement."""
    state = ArticleState()
    apply_event(state, event, event.stamp)
    columns = state_to_columns(state)
    values = {name: columns[name] for name in MERGED_COLUMNS} | {
        "library": owner.library,
        "account": owner.account,
        "articles": list(event.articles),
        "tags": storable_json(columns["tags"]),
    }
    cursor.execute(MERGE, values)


def recompute_states(
    cursor: Cursor, owner: Owner, articles: Collection[str], size: int
) -> Iterator[int]:
    """Make the states of articles anew, from all events, `size` at a time; yield how many are done."""
    state = ReadingState()

    def without_undos() -> Iterator[Event]:
        for event in events_about(cursor, owner, articles):
            if event.kind == "undone":
                state.preload_undone([event])
            else:
                yield event

    for _ in state.recompute_in_steps(set(articles), without_undos()):
        yield 0
    ordered = list(articles)
    for start in range(0, len(ordered), size):
        batch = ordered[start : start + size]
        put_states(cursor, owner, {each: state.get(each) for each in batch})
        yield start + len(batch)


def _read_states(
    cursor: Cursor, owner: Owner, articles: Collection[str]
) -> dict[str, ArticleState]:
    cursor.execute(READ, [owner.library, owner.account, list(articles)])
    return {article: state_from_columns(columns) for article, *columns in cursor.fetchall()}


def put_states(cursor: Cursor, owner: Owner, states: Mapping[str, ArticleState]) -> None:
    """Write states whole."""
    rows = [state_to_columns(state) for state in states.values()]
    values: dict[str, object] = {
        name: [_to_text(row[name]) for row in rows] for name in COLUMN_TYPES
    }
    values |= {"library": owner.library, "account": owner.account, "articles": list(states)}
    cursor.execute(PUT, values)


def _to_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return storable_json(value)  # also a number or a truth value
