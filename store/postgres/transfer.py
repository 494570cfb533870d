"""A library on PostgreSQL as it is stored, to copy it to another library or another one to it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from operator import attrgetter
from typing import Any

import orjson

from store.journal.events import Event, NewEvent, stamp_to_order
from store.library.transfer import Mark, TransferMarks
from store.model.article import Body, ParsedArticle, Rejection, TextVersion
from store.model.errors import LibraryReadOnly
from store.model.times import to_unix_seconds
from store.postgres.access import Access
from store.postgres.adding import MANY_ARTICLES, Addition
from store.postgres.article_writer import move_items
from store.postgres.changes import Changes
from store.postgres.connection import Cursor
from store.postgres.events import (
    EVENT_COLUMNS,
    Owner,
    StoredEvent,
    event_from_columns,
    insert_events,
    locate_and_lock,
    part_event,
)
from store.postgres.state_changes import recompute_states
from store.postgres.states import SHARED_ACCOUNT
from store.postgres.values import storable_text
from store.segments.documents import DOCUMENT_ERRORS, article_from_document

BATCH_SIZE = 1000
"""Articles or events that are read or written at once."""
TEXTS_AT_ONCE = 100
"""Articles that are read with their texts at once."""
SHARED_KINDS = frozenset({"edited", "deleted", "restored"})
"""Events that may count for everyone, and have been stored by somebody else."""

IDENTITY = "select applied_at::text from newstui.migration where version = 1"
SINCE = (
    "library = any(%(libraries)s)"
    " and got > coalesce((%(since)s::jsonb ->> library::text)::bigint, 0)"
)
FIRST = "array_position(%(libraries)s::int[], library)"
LIST = (
    "select distinct on (id) added, id, words, facts ->> 'created', facts ->> 'updated'"
    f" from newstui.article where {SINCE}"
    f" order by id, {FIRST}"
)
LIST_EVENTS = (
    f"select {EVENT_COLUMNS} from newstui.event where {SINCE} order by machine, ord, kind, {FIRST}"
)
READ = (
    "select wanted, a.facts, b.text, b.summary, b.summary_origin, b.summary_complete, b.similar_titles"
    " from unnest(%s::text[]) with ordinality as list(wanted, place), lateral ("
    "   select * from newstui.article where id = wanted and library = any(%s)"
    "   order by array_position(%s::int[], library) limit 1"
    " ) a left join newstui.body b on b.library = a.library and b.id = a.id order by place"
)
FIND = "select id, words, facts ->> 'updated' from newstui.article where id = any(%s)"
FIND_EVENTS = (
    "select e.machine, e.ord, e.kind, e.articles from unnest(%s::text[], %s::bigint[]) as wanted(m, o)"
    " join newstui.event e on e.library = any(%s) and e.account = session_user"
    "   and e.machine = m and e.ord = o"
    " union all select machine, ord, kind, articles from newstui.event"
    " where shared and account <> session_user and articles && %s::text[]"
)
FIND_UNDONE = (
    f"select {EVENT_COLUMNS} from newstui.event"
    " where library = any(%s) and account = session_user and ord = any(%s) and kind <> 'undone'"
)
NO_VERSION = TextVersion(-1)
NUMBERS = (
    "select l, (select coalesce(max(got), 0) from newstui.{table} where library = l)"
    " from unnest(%s::int[]) l"
)


class PostgresTransfer:
    """The `Transfer` of a library on PostgreSQL: what the account may see of it."""

    def __init__(self, access: Access, changes: Changes, note_changes: Callable[[], None]) -> None:
        """Read nothing yet; `note_changes` is called when lists have changed."""
        self._access = access
        self._changes = changes
        self._note_changes = note_changes
        self._written = 0
        """Articles since the server looked last how many there are."""

    # -- reading ---------------------------------------------------------------------------

    def check_format(self) -> None:
        """Check that no newer version made the library."""
        if self._access.has_newer_schema:
            raise LibraryReadOnly(self._access.read_only_reason)

    def list_articles(self, since: Mark) -> Generator[Mapping[str, TextVersion], None, Mark]:
        """Yield the articles in the order in which they were added."""
        mark = self._read_mark("article")
        found = sorted(self._access.connection.rows(LIST, self._parameters(since)))
        batches = iter(found)
        while batch := list(islice(batches, BATCH_SIZE)):
            yield {article: TextVersion.from_facts(*facts) for _, article, *facts in batch}
        return mark

    def read_articles(self, ids: Iterable[str]) -> Iterator[ParsedArticle | Rejection]:
        """Yield articles as they were added."""
        libraries, remaining = list(self._access.libraries), iter(ids)
        while batch := list(islice(remaining, TEXTS_AT_ONCE)):
            for columns in self._access.connection.rows(READ, [batch, libraries, libraries]):
                yield self._to_article(*columns)

    def _to_article(
        self, article: str, facts: Any, text: str | None, *others: Any
    ) -> ParsedArticle | Rejection:
        location = f"{self._access.connection.shown_url}: article {article}"
        try:
            found = article_from_document({**facts, "id": article})
        except DOCUMENT_ERRORS as error:
            return Rejection(location, f"cannot be read ({error})")
        if text is None:
            return (
                ParsedArticle(found, Body())
                if not found.words
                else Rejection(location, "has no text")
            )
        summary, origin, is_complete, similar = others
        return ParsedArticle(found, Body(text, summary, origin, is_complete, tuple(similar)))

    def read_events(self, since: Mark) -> Generator[Sequence[Event], None, Mark]:
        """Yield the events of the account and those that are shared, machine by machine.

        What was one event about articles of several libraries is one again.
        """
        mark = self._read_mark("event")
        connection = self._access.connection
        with connection.snapshot(), connection.raw.cursor("copied") as rows:
            rows.itersize = BATCH_SIZE  # of the server: there may be many
            rows.execute(LIST_EVENTS.encode(), self._parameters(since))
            events = iter(_join_parts(map(event_from_columns, rows)))
            while batch := list(islice(events, BATCH_SIZE)):
                yield batch
        return mark

    def has_reached(self, marks: TransferMarks) -> bool:
        """Return True if the numbers of this library are as great as those of the marks."""
        for table, mark in (("article", marks.articles), ("event", marks.events)):
            now = self._read_mark(table)
            if mark and (
                mark.get("library") != now["library"]
                or any(
                    now["got"].get(name, number) < number for name, number in mark["got"].items()
                )
            ):
                return False
        return True

    def _read_mark(self, table: str) -> dict[str, Any]:
        connection = self._access.connection
        made = connection.row(IDENTITY)
        numbers = connection.rows(NUMBERS.format(table=table), [list(self._access.libraries)])
        return {
            "library": f"{made[0] if made else ''} {self._access.account}",
            "got": {str(library): got for library, got in numbers},
        }

    def _parameters(self, since: Mark) -> dict[str, Any]:
        return {
            "libraries": list(self._access.libraries),
            "since": orjson.dumps(since.get("got", {})).decode(),
        }

    # -- writing ---------------------------------------------------------------------------

    def find_missing(self, versions: Mapping[str, TextVersion]) -> list[str]:
        """Return the articles that the account does not see, or sees with an older text."""
        known: dict[str, TextVersion] = {}
        for article, words, updated in self._access.connection.rows(FIND, [list(versions)]):
            found = TextVersion(words, to_unix_seconds(updated))
            known[article] = max(found, known.get(article, found))
        return [
            article
            for article, version in versions.items()
            if known.get(storable_text(article), NO_VERSION) < version
        ]

    def write_articles(self, found: Sequence[ParsedArticle]) -> int:
        """Add articles to the library that is theirs: that of their feed, or of their category."""
        self._start_change()
        written = self._access.connection.change(
            lambda cursor: Addition(cursor, self._access).copy(found)
        )
        self._written += written
        if self._written >= MANY_ARTICLES:
            self._written = 0
            self._access.connection.rows("select newstui.update_statistics()")
        self._note_changes()
        return written

    def write_events(self, events: Sequence[Event]) -> int:
        """Add events of this account, with what they change, in one transaction."""
        self._start_change()
        storable = [
            event._replace(articles=tuple(map(storable_text, event.articles)))
            for event in sorted(events, key=attrgetter("order"))
        ]
        written = self._access.connection.change(lambda cursor: self._write(cursor, storable))
        self._note_changes()
        return written

    def _start_change(self) -> None:
        self._changes.check_writable()
        self._changes.finish()

    def _write(self, cursor: Cursor, events: Sequence[Event]) -> int:
        libraries, _ = locate_and_lock(
            cursor, self._access, {article for event in events for article in event.articles}
        )
        new = self._find_new(cursor, events)
        undone = self._find_undone(cursor, new)
        parts = [part for event in new for part in self._part(event, libraries, undone)]
        insert_events(cursor, self._access, parts)
        changed: dict[Owner, set[str]] = {}
        for owner, event in parts:
            changed.setdefault(owner, set()).update(event.articles)
        for owner, articles in changed.items():
            for _ in recompute_states(cursor, owner, articles, BATCH_SIZE):
                pass
        items = [
            NewEvent(event.kind, event.articles, event.data)
            for event in new
            if event.kind == "edited" and "item" in event.data["to"] and len(event.articles) == 1
        ]
        move_items(
            cursor, {k: v for k, v in libraries.items() if v in self._access.writable}, items
        )
        return len(new)

    def _find_undone(self, cursor: Cursor, events: Iterable[Event]) -> Mapping[int, str]:
        """Return the kinds of the events that some of these undo, by their stamps."""
        kinds = {event.stamp: event.kind for event in events}
        wanted = {event.data["of"] for event in events if event.kind == "undone"} - kinds.keys()
        if wanted:
            orders = [stamp_to_order(stamp) for stamp in wanted]
            cursor.execute(FIND_UNDONE, [list(self._access.libraries), orders])
            kinds |= {each.stamp: each.kind for each in map(event_from_columns, cursor.fetchall())}
        return kinds

    def _part(
        self, event: Event, libraries: Mapping[str, int], undone: Mapping[int, str]
    ) -> list[StoredEvent]:
        """Return the parts of an event: what a feed has changed counts for everyone.

        An event that undoes another one counts for whom that counts.
        """
        if event.kind == "undone":
            as_undone = event._replace(kind=undone.get(event.data["of"], ""))
            parts = part_event(as_undone, self._access, libraries)
            return [StoredEvent(o, each._replace(kind=event.kind)) for o, each in parts]
        parts = part_event(event, self._access, libraries)
        if not (event.kind == "edited" and event.imported):
            return parts
        return [
            StoredEvent(owner._replace(account=SHARED_ACCOUNT), each)
            for owner, each in parts
            if owner.library in self._access.writable
        ]

    def _find_new(self, cursor: Cursor, events: Sequence[Event]) -> list[Event]:
        """Return the events, or the parts of them, that are not stored."""
        shared = {a for e in events if e.kind in SHARED_KINDS for a in e.articles}
        cursor.execute(
            FIND_EVENTS,
            [
                [event.machine for event in events],
                [event.order for event in events],
                list(self._access.libraries),
                list(shared),
            ],
        )
        known = {
            (machine, order, kind, article)
            for machine, order, kind, articles in cursor.fetchall()
            for article in articles
        }
        new: list[Event] = []
        for event in events:
            ids = {each: (event.machine, event.order, event.kind, each) for each in event.articles}
            if lacking := tuple(each for each in event.articles if ids[each] not in known):
                known.update(ids.values())
                new.append(event._replace(articles=lacking))
        return new


def _join_parts(events: Iterable[Event]) -> Iterator[Event]:
    """Yield events in their order, the parts of one as one."""
    for _, group in groupby(
        events, key=lambda each: (each.machine, each.order, each.kind, each.at)
    ):
        parts = list(group)
        first = parts[0]
        if all(each.data == first.data for each in parts):
            yield first._replace(articles=tuple(a for each in parts for a in each.articles))
        else:  # of two clones of a machine
            yield from parts
