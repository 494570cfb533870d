"""Exchange between libraries: afterwards both are the same, and the next time only what is new is compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from store.feeds.subscriptions import Subscription
from store.library.protocol import Library
from store.library.sync import SyncMarks, SyncResult, read_marks, sync_libraries, write_marks
from store.library.transfer import Changes, Entries, find_changes
from store.search.list_query import ListQuery
from tests.support.libraries import (
    FakeClock,
    add,
    articles,
    ids,
    list_numbers,
    list_rows,
    load,
    open_folder_library,
)
from tests.support.steps import run_steps


def exchange(
    one: Library,
    other: Library,
    marks: SyncMarks | None = None,
    meanwhile: Callable[[int], None] = lambda step: None,
) -> SyncResult:
    """Exchange what is new and return the result; `meanwhile` is called after each step."""
    return run_steps(sync_libraries(one, other, marks or SyncMarks()), meanwhile)


def open_three(folder: Path) -> tuple[Library, Library, Library]:
    """Open libraries of two laptops, and one between them."""
    clock = FakeClock()
    names = ("lap", "desk", "between")
    opened = (open_folder_library(folder / n, folder / f"{n}-cache", n, clock) for n in names)
    lap, desk, between = map(load, opened)
    return lap, desk, between


def numbers(done: SyncResult) -> tuple[int, int, int, int]:
    """Return the articles and events sent, and those received."""
    return done.sent.articles, done.sent.events, done.received.articles, done.received.events


def test_two_laptops_meet_in_a_third_library(tmp_path: Path) -> None:
    lap, desk, between = open_three(tmp_path)
    add(lap, articles([1, 2]))
    add(desk, articles([2, 3]))
    lap.record("read", ids(2))
    desk.record("starred", ids(2, 3))
    lap.record("tagged", ids(1), tag="harbour")
    assert numbers(exchange(lap, between)) == (2, 2, 0, 0)
    assert numbers(exchange(desk, between)) == (1, 1, 1, 2)
    assert numbers(exchange(lap, between)) == (0, 0, 1, 1)
    for library in (lap, desk, between):
        rows = list_rows(library, ListQuery())
        assert [(row.id, row.read, row.starred) for row in rows] == [
            (ids(3)[0], False, True),
            (ids(2)[0], True, True),
            (ids(1)[0], False, False),
        ]
        assert library.tags() == ["harbour"]


def test_marks_limit_what_is_compared(tmp_path: Path) -> None:
    lap, _, between = open_three(tmp_path)
    add(lap, articles([1, 2]))
    lap.record("read", ids(1))
    first = exchange(lap, between)
    file = tmp_path / "cache" / "marks.json"
    write_marks(file, first.marks)
    again = exchange(lap, between, read_marks(file))
    assert numbers(again) == (0, 0, 0, 0)
    assert (again.sent.existing, again.received.existing) == (0, 0)  # nothing was compared
    assert exchange(lap, between).sent.existing == 2


@pytest.mark.parametrize(
    "cursor", [None, [], [1, 2], [-1, "", ""], [10**20, "", ""], [1.5, "", ""], [1, "z", 3]]
)
def test_damaged_marks_limit_nothing(tmp_path: Path, cursor: object) -> None:
    lap, _, between = open_three(tmp_path)
    add(lap, articles([1, 2]))
    marks = exchange(lap, between).marks
    damaged = replace(marks.sent, events={"lap.jsonl": cursor})
    again = exchange(lap, between, replace(marks, sent=damaged))
    assert numbers(again) == (0, 0, 0, 0)
    assert again.sent.existing == 2


@pytest.mark.parametrize("lost", ["articles/lap-0001.json", "journal/lap.jsonl"])
def test_a_library_that_lost_files_gets_them_again(tmp_path: Path, lost: str) -> None:
    lap, _, between = open_three(tmp_path)
    add(lap, articles([1, 2]))
    lap.record("read", ids(1))
    marks = exchange(lap, between).marks
    lap.close()
    (tmp_path / "lap" / lost).unlink()
    lap = load(open_folder_library(tmp_path / "lap", tmp_path / "new-cache", "lap"))
    done = exchange(lap, between, marks)
    assert numbers(done) in {(0, 0, 2, 0), (0, 0, 0, 1)}
    assert list_numbers(lap, show="unread") == [2]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"sent":{},"received":{"what":{}}}', b'{"sent":{"feeds":3}}']
)
def test_unreadable_marks_are_none(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "marks.json"
    file.write_bytes(content)
    assert read_marks(file) == SyncMarks()
    assert read_marks(tmp_path / "none.json") == SyncMarks()


@pytest.mark.parametrize(
    ("before", "source", "target", "expected"),
    [
        ({}, {"a": "1"}, {}, (["a"], [])),
        ({}, {"a": "1"}, {"a": "2"}, ([], [])),
        ({}, {}, {"a": "1"}, ([], [])),
        ({"a": "1"}, {}, {"a": "1"}, ([], ["a"])),
        ({"a": "1"}, {}, {"a": "2"}, ([], [])),  # changed there in the meantime
        ({"a": "1"}, {"a": "1"}, {}, ([], [])),  # removed there
        ({"a": "1"}, {"a": "2"}, {"a": "1"}, (["a"], [])),
        ({"a": "1"}, {"a": "1"}, {"a": "2"}, ([], [])),
        ({"a": "1"}, {"a": "2"}, {"a": "3"}, ([], [])),
        ({"a": "1"}, {"a": "2"}, {}, ([], [])),
        ({"a": "1"}, {"a": "1"}, {"a": "1"}, ([], [])),
    ],
)
def test_changes_of_entries(
    before: Entries, source: Entries, target: Entries, expected: tuple[list[str], list[str]]
) -> None:
    assert find_changes(before, source, target) == Changes(*expected)


def test_feeds_and_searches_that_are_removed(tmp_path: Path) -> None:
    lap, _, between = open_three(tmp_path)
    feeds = [Subscription(f"https://{name}.example/feed") for name in "abc"]
    lap.feeds.update(feeds)
    lap.searches.put({"Dams": "dam", "Ports": "harbour"})
    marks = exchange(lap, between).marks
    lap.feeds.update(remove=feeds[:1])
    between.feeds.update(put=[Subscription(feeds[1].url, paused=True)], remove=feeds[2:])
    lap.searches.remove("Dams")
    between.searches.put({"Ports": "port"})
    done = exchange(lap, between, marks)
    assert (done.sent.feeds, done.received.feeds) == (1, 2)
    for library in (lap, between):
        assert [(each.url, each.paused) for each in library.feeds.subscriptions()] == [
            (feeds[1].url, True)
        ]
        assert library.searches.read() == {"Ports": "port"}


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("moment", range(4))
def test_what_is_removed_or_changed_during_an_exchange(
    side: int, moment: int, tmp_path: Path
) -> None:
    """Case 38: it is what the next exchange finds, and nothing comes back."""
    lap, _, between = open_three(tmp_path)
    feeds = [Subscription(f"https://{name}.example/feed") for name in "abcd"]
    lap.feeds.update(feeds[:2])
    between.feeds.update(feeds[2:])
    lap.searches.put({"Dams": "dam"})
    between.searches.put({"Ports": "harbour"})
    changed = (lap, between)[side]

    def change(step: int) -> None:
        if step != moment:
            return
        existing = {each.url: each for each in changed.feeds.subscriptions()}
        changed.feeds.update(
            put=[
                replace(existing[each.url], paused=True)
                for each in feeds[1::2]
                if each.url in existing
            ],
            remove=[each for each in feeds[::2] if each.url in existing],
        )
        for name in changed.searches.read():
            changed.searches.remove(name)
            forgotten.append(name)
        removed.extend(each.url for each in feeds[::2] if each.url in existing)
        paused.extend(each.url for each in feeds[1::2] if each.url in existing)

    removed: list[str] = []
    paused: list[str] = []
    forgotten: list[str] = []
    marks = exchange(lap, between, meanwhile=change).marks
    for _ in range(2):
        marks = exchange(lap, between, marks).marks
    assert removed
    assert paused
    assert forgotten
    for library in (lap, between):
        found = {each.url: each.paused for each in library.feeds.subscriptions()}
        assert found == {each.url: each.url in paused for each in feeds if each.url not in removed}
        assert not library.searches.read().keys() & set(forgotten)
