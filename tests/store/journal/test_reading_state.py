"""The reading state: the same in whatever order and on whatever machine events arrive."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.journal.events import NO_EVENT_DATA, Event
from store.journal.journal_file import MACHINE_NAME_PATTERN
from store.journal.reading_state import ArticleState, ReadingState, apply_event
from store.library.protocol import Library
from store.model.article import Body, ParsedArticle, ReadingStatus
from tests.support.libraries import (
    START,
    FakeClock,
    Machine,
    article,
    article_id,
    articles,
    example_folder,
    state,
)
from tests.support.libraries import add as add_articles

MACHINES = ("desk-00d1", "lap-00d2", "phone-00d3")
COPIES = (
    "{}.sync-conflict-20310506-07080{}-ABCDEFG",
    "{} (Ada's conflicted copy 2031-05-0{})",
    "{} (conflicted copy {})",
    "{}-HOST{}",
)
"""How sync tools name the copies they make of a conflict; some with a number."""
EXAMPLES = int(os.environ.get("NEWSTUI_EXAMPLES", "50"))
"""More than in everyday runs can be asked for."""


@contextmanager
def machines(count: int) -> Iterator[list[Machine]]:
    """Machines that share nothing but what is copied between them."""
    with example_folder() as folder:
        yield [Machine(folder / name, name) for name in MACHINES[:count]]


def carry(source: Machine, target: Machine, keep: float = 1.0) -> None:
    """What a file sync does: the files of other machines, whole or only their beginnings."""
    for kind in ("articles", "texts", "journal"):
        for path in (source.folder / kind).glob("*.json*"):
            copy = target.folder / kind / path.name
            if MACHINE_NAME_PATTERN.match(path.stem):
                if path.stem.endswith(ids_of(target)):
                    continue
            elif copy.exists() and copy.stat().st_size >= path.stat().st_size:
                continue  # a copy of a conflict: nobody changes it, so this is all of it
            shutil.copyfile(path, copy)
            if kind == "journal":
                os.truncate(copy, int(copy.stat().st_size * keep))


def ids_of(machine: Machine) -> tuple[str, str]:
    """How the names of a machine's own files end, whatever its host is called."""
    id_ = machine.name[-5:]
    return id_, f"{id_}-0001"


# -- any order, any copies -----------------------------------------------------------------

EVENTS = ("read", "unread", "starred", "unstarred", "opened", "position", "deleted", "restored")
DATA: dict[str, Callable[[int], dict[str, Any]]] = {
    "position": lambda number: {"position": number},
    "tagged": lambda number: {"tag": f"t{number % 2}"},
    "untagged": lambda number: {"tag": f"t{number % 2}"},
    "edited": lambda number: {"to": {("title", "category")[number % 2]: f"new {number}"}},
}
KINDS = (*EVENTS, "tagged", "untagged", "edited")

PAIRED = {"carry", "conflict"}
"""Steps of two machines."""

who = st.integers(0, 2)
STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("record"), who, st.sampled_from(KINDS), st.sets(st.integers(1, 3), min_size=1)
        ),
        st.tuples(st.just("undo"), who),
        st.tuples(st.just("refresh"), who),
        st.tuples(st.just("restart"), who),
        st.tuples(st.just("rename"), who),
        st.tuples(st.just("roll_back"), who, st.sampled_from([0.9, 0.5, 0.0]), st.booleans()),
        st.tuples(st.just("conflict"), who, who, st.sampled_from(COPIES), st.booleans()),
        st.tuples(st.just("clock"), who, st.integers(-7200, 7200)),
        st.tuples(st.just("import"), who, st.integers(0, 4), st.booleans()),
        st.tuples(st.just("carry"), who, who, st.sampled_from([1.0, 0.9, 0.5])),
    ),
    max_size=25,
)


def make_parsed(number: int, reading: ReadingStatus | None = None) -> ParsedArticle:
    """The article of that number, with a text of as many words."""
    found = article(number, reading, words=number)
    return replace(found, body=Body(" ".join([f"word{number}"] * number)))


def whole(library: Library) -> list[Any]:
    """Everything that can be seen of a library, texts and reading state, in its order."""
    entries = [library.get_article(article) for article in state(library)]
    for entry in entries:
        assert entry.body.text.split() == [f"word{entry.article.words}"] * entry.article.words
    return [*entries, *state(library).values()]


class Crowd:
    """Some machines, and what happens to them."""

    def __init__(self, crowd: list[Machine]) -> None:
        self.machines = crowd
        self.open: list[Library] = [machine.open() for machine in crowd]
        add_articles(self.open[0], [make_parsed(1), make_parsed(2)])
        for machine in crowd[1:]:
            carry(crowd[0], machine)
        self.number = 0

    def record(self, who: int, kind: str, which: set[int]) -> None:
        self.number += 1
        data = DATA[kind](self.number) if kind in DATA else {}
        self.open[who].record(kind, [article_id(number) for number in sorted(which)], **data)

    def undo(self, who: int) -> None:
        self.open[who].undo()

    def refresh(self, who: int) -> None:
        self.open[who].refresh()

    def restart(self, who: int) -> None:
        self.open[who] = self.machines[who].open()

    def rename(self, who: int) -> None:
        machine = self.machines[who]
        self.open[who].refresh()
        machine.name = f"x{machine.name}"
        self.restart(who)

    def roll_back(self, who: int, keep: float, gone: bool) -> None:
        """An older copy of its journal, or none, is put in the place of its own."""
        path = self.machines[who].journal
        if path.exists():
            self.open[who].refresh()
            older = path.with_name("older")
            older.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
            older.replace(path)
            if gone:
                path.unlink()
            self.open[who].refresh()

    def conflict(self, who: int, of: int, pattern: str, clone: bool) -> None:
        """Files of a machine turn up as copies of a conflict, perhaps with what a clone did."""
        self.number += 1
        here, other = self.machines[who], self.machines[of]
        with TemporaryDirectory() as folder:
            clock = FakeClock(START + timedelta(days=500 * self.number))  # two never agree so well
            copy = Machine(Path(folder), other.name, clock)
            shutil.copytree(other.folder, copy.folder)
            if clone:
                library = copy.open()
                library.record("read", [article_id(1)])
                library.undo()
                library.record("starred", [article_id(2)])
                add_articles(library, [make_parsed(4 + self.number % 2)])
            for kind in ("articles", "texts", "journal"):
                for path in (copy.folder / kind).glob(f"{other.name}*.json*"):
                    if MACHINE_NAME_PATTERN.match(path.stem):
                        name = pattern.format(path.stem, self.number) + path.suffix
                        shutil.copyfile(path, here.folder / kind / name)

    def clock(self, who: int, seconds: int) -> None:
        clock = self.machines[who].clock
        clock.now += seconds * clock.tick

    def import_(self, who: int, count: int, read: bool) -> None:
        came = ReadingStatus(
            read=read, read_count=count, last_read="2030-01-01T00:00:00Z", position=count
        )
        add_articles(self.open[who], [make_parsed(3, came)])

    def carry(self, source: int, target: int, keep: float) -> None:
        if source != target:
            carry(self.machines[source], self.machines[target], keep)


@settings(
    max_examples=EXAMPLES,
    derandomize=EXAMPLES == 50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.integers(2, 3), STEPS)
def test_all_machines_converge(count: int, steps: list[Any]) -> None:
    """Cases 35, 39 and 42: files in any order, partly, again and as copies of conflicts."""
    with machines(count) as crowd:
        game = Crowd(crowd)
        for name, *given_ in steps:
            numbers = [
                each % count if i < 1 + (name in PAIRED) else each for i, each in enumerate(given_)
            ]
            getattr(game, "import_" if name == "import" else name)(*numbers)
        for _ in range(2):  # what one has only from another reaches the third in the second round
            for source in crowd:
                for target in crowd:
                    if source is not target:
                        carry(source, target)
        for library in game.open:
            library.refresh()
        states = [whole(library) for library in game.open]
        states += [whole(machine.open()) for machine in crowd]
        reader = Machine(crowd[0].home / "reader", "reader-00d4")
        reader.open()
        carry(crowd[-1], reader)
        states.append(whole(reader.open()))
        assert all(each == states[0] for each in states)


STAMPED = st.builds(
    Event,
    st.sampled_from(EVENTS),
    st.just(("a",)),
    st.integers(0, 3),
    st.integers(0, 3),
    st.sampled_from(MACHINES),
    st.fixed_dictionaries(
        {"position": st.integers(0, 99)},
        optional={"imported": st.just(True), "count": st.integers(0, 9), "undated": st.just(True)},
    ),
)


@given(st.lists(STAMPED, max_size=8, unique_by=lambda event: event.stamp), st.randoms())
def test_events_give_the_same_state_in_any_order(events: list[Event], rng: Any) -> None:
    """Also those that came with an import, which may be of the same time."""
    shuffled = rng.sample(events, len(events))
    one, other = ArticleState(), ArticleState()
    for event in events:
        apply_event(one, event, event.stamp)
    for event in shuffled:
        apply_event(other, event, event.stamp)
    assert one == other
    assert ArticleState.from_json(one.to_json()) == one


def test_an_undo_may_be_read_before_its_event() -> None:
    """Case 42: nobody says in which order files arrive."""
    read = Event("read", ("a",), 5, 5, "desk")
    undone = Event("undone", ("a",), 6, 6, "desk", {"of": read.stamp})
    for events in ([read, undone], [undone, read]):
        reading = ReadingState()
        for event in events:
            reading.recompute(reading.apply([event]), [read, undone])
        assert reading.get("a").to_reading() == ReadingStatus()


CLONED = st.builds(
    Event,
    st.sampled_from(("read", "unread", "starred", "opened")),
    st.sampled_from((("a",), ("b",), ("a", "b"))),
    st.just(1_000),
    st.integers(5, 6),
    st.just("desk"),
    st.just(NO_EVENT_DATA),
)


@given(
    st.lists(CLONED, max_size=6, unique_by=lambda event: event[:5]),
    st.sets(st.integers(0, 5)),
    st.randoms(),
)
def test_an_undo_reverts_one_of_two_events_at_the_same_time(
    events: list[Event], taken_back: set[int], rng: Any
) -> None:
    """Case 42: two clones with one name may write at the same microsecond; all agree in the end."""
    gone = [events[number] for number in taken_back if number < len(events)]
    history_ = events + [
        Event("undone", each.articles, 2_000, 7 + number, "desk", {"of": each.stamp})
        for number, each in enumerate(gone)
    ]
    named = {(each.stamp, each.articles) for each in gone}
    whole, alone = ReadingState(), ReadingState()
    whole.preload_undone(history_)
    assert whole.apply(history_) == set()
    alone.apply(each for each in events if (each.stamp, each.articles) not in named)
    piecemeal, arrived = ReadingState(), list[Event]()
    for event in rng.sample(history_, len(history_)):
        arrived.append(event)
        piecemeal.recompute(piecemeal.apply([event]), arrived)
    for article_ in "ab":
        assert whole.get(article_) == alone.get(article_) == piecemeal.get(article_)


# -- two and more --------------------------------------------------------------------------


def test_an_undo_counts_nothing_twice(tmp_path: Path) -> None:
    """Case 38: what was appended while events are added up anew is counted once."""
    desk = Machine(tmp_path)
    add_articles(desk.open(), articles([1]))
    here, there = desk.open(), desk.open()
    here.record("read", [article_id(1)])
    here.record("starred", [article_id(1)])
    lap = Machine(tmp_path, "lap", desk.clock)  # another machine on the same network home
    append = here._journal.append

    def interrupted(changes: Any) -> Any:
        events = append(changes)
        there.record("read", [article_id(1)])
        lap.open().record("read", [article_id(1)])
        return events

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(here._journal, "append", interrupted)
        here.undo()
    here.refresh()
    assert here.get_article(article_id(1)).reading.read_count == 3
    assert state(here) == state(desk.open())


def test_a_machine_restored_from_an_older_state(tmp_path: Path) -> None:
    """Case 39: a journal that shrinks is read anew, and again when it is whole."""
    desk, lap = Machine(tmp_path / "desk"), Machine(tmp_path / "lap", "lap")
    library = desk.open()
    add_articles(library, articles([1, 2]))
    other = lap.open()
    carry(desk, lap)
    for event in ("read", "starred", "unread"):
        other.record(event, [article_id(1)])
    carry(lap, desk)
    assert set(library.refresh().rows) == {article_id(1)}
    whole = state(library)
    carry(lap, desk, keep=0.6)
    assert set(library.refresh().rows) == {article_id(1)}
    assert library.get_article(article_id(1)).reading.starred is False
    library.record("read", [article_id(2)])
    carry(lap, desk)
    library.refresh()
    assert state(library)[article_id(1)] == whole[article_id(1)]
    (desk.folder / "journal" / "lap.jsonl").unlink()
    assert set(library.refresh().rows) == {article_id(1)}
    assert library.get_article(article_id(1)).reading == ReadingStatus()


def test_the_copy_added_first_is_valid(tmp_path: Path) -> None:
    """Case 42: an article that came in on two machines is one."""
    desk, lap = Machine(tmp_path / "desk"), Machine(tmp_path / "lap", "lap")
    one, two = desk.open(), lap.open()
    add_articles(one, [article(1, title="Later", created="2031-01-02T00:00:00Z")])
    add_articles(two, [article(1, title="First", created="2031-01-01T00:00:00Z")])
    for source, target, library in ((desk, lap, two), (lap, desk, one)):
        carry(source, target)
        assert library.refresh().is_list_stale
    for library in (one, two, desk.open(), lap.open()):
        row = library.get_row(article_id(1))
        assert row is not None
        assert row.title == "First"
    for path in [desk.folder / "articles" / "lap-0001.json"]:
        path.unlink()
    assert one.refresh().is_list_stale
    row = one.get_row(article_id(1))
    assert row is not None
    assert row.title == "Later"
