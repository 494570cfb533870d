"""Any history of a reader with two machines: PostgreSQL and a folder give the same answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import chain
from typing import Any, NamedTuple

from hypothesis import example, given, settings
from hypothesis import strategies as st

from store.library.protocol import Library
from store.model.article import ParsedArticle, ReadingStatus
from store.search.list_query import SHOWS, SORTS, ListQuery
from tests.support.closing import close_libraries
from tests.support.libraries import (
    Client,
    FakeClock,
    NewClient,
    add,
    article,
    ids,
    state,
)

EXAMPLES = 15
ARTICLES = ids(*range(1, 9))
FEEDS = ("", "https://a.example/feed", "https://b.example/feed")
CATEGORIES = ("news", "News/World", "Caf\xe9", "Cafe\u0301/bar", "")
READ = ReadingStatus(read=True, read_count=2, last_read="2030-01-02T03:04:05Z", position=5)
DATA: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "tagged": st.fixed_dictionaries({"tag": st.sampled_from(["a", "B", "b", "\xf6l", "o\u0308l"])}),
    "untagged": st.fixed_dictionaries({"tag": st.sampled_from(["A", "b", "came"])}),
    "position": st.fixed_dictionaries({"position": st.integers(0, 2)}),
    "edited": st.fixed_dictionaries(
        {
            "to": st.fixed_dictionaries(
                {},
                optional={
                    "title": st.sampled_from(["\xc4 title", "Title 3", ""]),
                    "category": st.sampled_from(CATEGORIES),
                    "date": st.sampled_from(["2031-05-01", "1950-01-01T00:00:00Z", "never"]),
                },
            )
        }
    ),
}
KINDS = ("opened", "read", "unread", "starred", "unstarred", "deleted", "restored", *DATA)
"""The events; those with data last."""


class Act(NamedTuple):
    """Something that a reader does on one of two machines."""

    what: str
    """The kind of an event, or something else that is done."""
    machine: int
    articles: Sequence[str]
    data: Any


MACHINES = st.integers(0, 1)
SOME = st.lists(st.sampled_from([*ARTICLES, "unknown"]), min_size=1, max_size=4, unique=True)
NONE: st.SearchStrategy[Any] = st.just(())


def acts(
    what: st.SearchStrategy[str],
    articles: st.SearchStrategy[Any] = NONE,
    data: st.SearchStrategy[Any] = NONE,
) -> st.SearchStrategy[Act]:
    """Return a strategy for acts on either machine."""
    return st.builds(Act, what, MACHINES, articles, data)


ACTS = st.lists(
    st.one_of(
        acts(st.just("add"), SOME, st.sampled_from(FEEDS)),
        st.sampled_from(KINDS).flatmap(
            lambda kind: acts(st.just(kind), SOME, DATA.get(kind, st.just({})))
        ),
        acts(st.just("all read"), data=st.sampled_from(SHOWS)),
        acts(st.sampled_from(["undo", "undo", "restart"])),
    ),
    min_size=3,
    max_size=20,
)


def made(article_id: str, feed: str) -> ParsedArticle:
    """Return the article with an id; what it is depends on its number, and sometimes on its feed."""
    number = 9 if article_id == "unknown" else int(article_id[:4], 16)
    return article(
        number,
        READ if number % 4 == 1 else None,
        category=CATEGORIES[number % len(CATEGORIES)],
        tags=("came", "b") if number % 3 == 0 else (),
        date=None if number == 7 else f"2031-05-0{number}",
        extra={"feed": feed} if feed else {},
    )


def play(client: Client, history: Sequence[Act]) -> list[Library]:
    """Let a reader with two machines act on a new library, and return it as each has it then."""
    machines = [client, client.beside("laptop")]
    opened = [each.open() for each in machines]
    add(opened[0], [made(each, "") for each in ARTICLES[:6]])
    for act in history:
        client.clock.now += timedelta(hours=7)
        library = opened[act.machine]
        library.refresh()  # a folder knows what others have done from then on, a database at once
        match act.what:
            case "add":
                add(library, [made(each, act.data) for each in act.articles])
            case "all read":
                for _ in library.record_all("read", library.listing(ListQuery(act.data))):
                    pass
            case "undo":
                library.undo()
            case "restart":
                opened[act.machine] = machines[act.machine].open()
            case kind:
                library.record(kind, act.articles, **act.data)
    for library in opened:
        library.refresh()
    return opened


def sum_readings(library: Library) -> dict[int, tuple[int, int]]:
    """Return the numbers of readings and of their words by quarter of an hour."""
    found: dict[int, tuple[int, int]] = {}
    for batch in library.readings():
        for quarter, (readings, words) in batch.items():
            before = found.get(quarter, (0, 0))
            found[quarter] = before[0] + readings, before[1] + words
    return found


def describe(library: Library) -> dict[str, Any]:
    """Return what a library answers."""
    queries: dict[str, ListQuery] = {
        **{show: ListQuery(show) for show in SHOWS},
        **{f"in {name}": ListQuery(category=name) for name in CATEGORIES},
        **{f"of {feed}": ListQuery("unread", feeds=frozenset([feed])) for feed in FEEDS},
    }
    return {
        "articles": {
            each: (row._replace(item_key=0), *facts)  # a hash of each engine's own
            for each, (row, *facts) in state(library).items()
        },
        "lists": {
            (name, sort): [*chain.from_iterable(library.listing(ListQuery(name, sort=sort)).ids())]
            for name in SHOWS
            for sort in SORTS
        },
        "counts": dict(library.counts(queries)),
        "groups": (library.by("category"), library.by("feed")),
        "undoable": library.undoable(),
        "readings": sum_readings(library),
        "titles": [library.title(each) for each in ARTICLES],
        "events": sorted(
            (event.machine, event.order, event.kind, event.articles)
            for batch in library.events(set(KINDS))
            for event in batch
        ),
    }


@given(ACTS)
@example([Act("read", 0, ids(1, 8), {}), Act("add", 0, ids(8), "")])  # read before it came
@settings(max_examples=EXAMPLES)
def test_both_engines_give_the_same_answers(
    new_folder_client: NewClient, new_postgres_client: NewClient, history: Sequence[Act]
) -> None:
    close_libraries()  # of the example before
    answers = []
    for new_client in (new_folder_client, new_postgres_client):
        client = new_client(FakeClock(tick=timedelta(0)))
        answers.append([describe(library) for library in play(client, history)])
    for folder, postgres in zip(*answers, strict=True):
        for name, answer in folder.items():
            assert postgres[name] == answer, name
