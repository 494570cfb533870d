"""The articles of a list that an event changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from store.journal.reading_state import apply_tag_events
from store.library.event_targets import Targets
from store.postgres.access import Access
from store.text.names import clean_name, name_key

_IS_GONE = "(gone or coalesce(own.deleted, false))"
_TESTS: Mapping[str, str] = {
    "read": "not coalesce(own.read, false)",
    "unread": "own.read",
    "starred": "not coalesce(own.starred, false)",
    "unstarred": "own.starred",
    "restored": _IS_GONE,
}
"""What is true of the articles that an event changes; the other events change every article."""
# Laterals with a limit are looked up one by one by their keys, whatever the planner knows of the tables.
FIND = (
    "select wanted.id, found.tags, coalesce(own.tags, '{{}}')"
    " from unnest(%(ids)s::text[]) with ordinality as wanted(id, place) cross join lateral ("
    "   select library, gone, tags from unnest(%(libraries)s::int[]) with ordinality as mine(id, turn)"
    "   join newstui.article on library = mine.id and article.id = wanted.id order by turn limit 1"
    " ) found left join lateral ("
    "   select * from newstui.state where state.library = found.library"
    "   and account = session_user and article = wanted.id limit 1"
    " ) own on true where {test} order by place"
)


def find_targets(
    access: Access, event: str, batches: Iterable[Sequence[str]], data: Mapping[str, Any]
) -> Iterator[Targets]:
    """Find the articles that an event changes among those with these ids, in steps."""
    test = _TESTS.get(event, "true")
    if event != "restored":
        test = f"not {_IS_GONE} and {test}"
    statement = FIND.format(test=test)
    key = name_key(clean_name(str(data.get("tag", ""))))
    for ids in batches:
        parameters = {"ids": list(ids), "libraries": list(access.libraries)}
        rows = access.connection.rows(statement, parameters)
        if event in ("tagged", "untagged"):
            rows = [row for row in rows if _has_tag(key, *row[1:]) is (event == "untagged")]
        yield len(ids), [article for article, *_ in rows]


def _has_tag(key: str, tags: Sequence[str], changes: Mapping[str, tuple[int, bool]]) -> bool:
    """Return True if an article has a tag, with those that the user gave it or took from it."""
    kept = apply_tag_events(tags, changes) if changes else tags
    return key in map(name_key, kept)
