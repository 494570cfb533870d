"""The statistics of a library against a recount that knows nothing but its files."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from random import Random
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

import pytest

from store.feeds.subscriptions import Subscription
from store.library.protocol import Library
from store.library.statistics import Statistics, gather_statistics
from store.model.article import ReadingStatus
from tests.support.libraries import (
    Client,
    FakeClock,
    add,
    article,
    ids,
    load,
    open_folder_library,
    undo,
)

BEGIN = datetime(2026, 10, 20, 9, tzinfo=UTC)
"""Some days before the nights in which the clocks of Europe and America are set back."""
FEED, OTHER_FEED = "https://notes.example/feed", "https://gone.example/feed"
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati")


@dataclass
class Recount:
    """What the files of a library say, counted line by line."""

    read: set[str] = field(default_factory=set)
    starred: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    times_read: Counter[str] = field(default_factory=Counter)
    days: dict[date, list[str]] = field(default_factory=lambda: defaultdict(list))
    """The articles read on each day, one as often as it was read."""
    facts: dict[str, Any] = field(default_factory=dict)


def journal_lines(folder: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the events that were not undone, with their stamps, in the order of the stamps."""
    found = []
    for path in (folder / "journal").glob("*.jsonl"):
        for text in path.read_text().splitlines():
            line = json.loads(text)
            if "event" in line:
                at = datetime.fromisoformat(line["at"])
                micros = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
                stamp = line.get("order", micros) << 10 | crc32(path.stem.encode()) & 1023
                line["articles"] = line.get("articles") or [line["article"]]
                found.append((stamp, line))
    undone = {(line["of"], *line["articles"]) for _, line in found if line["event"] == "undone"}
    for stamp, line in sorted(found, key=lambda each: each[0]):
        if (stamp, *line["articles"]) not in undone:
            yield stamp, line


def recount(folder: Path, zone: tzinfo) -> Recount:
    """Count what the files say."""
    counted = Recount()
    for path in (folder / "articles").glob("*.json"):
        for facts in json.loads(path.read_text())["articles"].values():
            counted.facts[facts["id"]] = {**facts, **facts.get("extra", {})}
    sets = {"read": counted.read, "starred": counted.starred, "deleted": counted.deleted}
    opposites = {"unread": "read", "unstarred": "starred", "restored": "deleted"}
    for _, line in journal_lines(folder):
        kind, articles = line["event"], line["articles"]
        if kind in sets:
            sets[kind].update(articles)
        elif kind in opposites:
            sets[opposites[kind]].difference_update(articles)
        if kind == "read":
            counted.times_read.update({each: line.get("count", 1) for each in articles})
            if not line.get("imported"):
                day = datetime.fromisoformat(line["at"]).astimezone(zone).date()
                counted.days[day] += articles
    return counted


def check(found: Statistics, counted: Recount, today: date) -> None:
    """Compare statistics with a recount, number by number."""
    present = {each: facts for each, facts in counted.facts.items() if each not in counted.deleted}
    words = {each: facts["words"] for each, facts in present.items()}
    assert found.today == today
    assert found.articles == len(present)
    assert found.read == len(counted.read & present.keys())
    assert found.starred == len(counted.starred & present.keys())
    assert found.readings == (
        sum(counted.times_read[each] for each in present),
        sum(counted.times_read[each] * words[each] for each in present),
    )
    assert found.days == {
        day: (len(articles), sum(counted.facts[each]["words"] for each in articles))
        for day, articles in counted.days.items()
    }
    feeds = {each: facts.get("feed") or "" for each, facts in present.items()}
    in_feed = {each: "Notes" for each, feed in feeds.items() if feed == FEED}
    categories = {each: facts["category"] for each, facts in present.items()} | in_feed
    for shares, groups in ((found.categories, categories), (found.feeds, feeds | in_feed)):
        totals = Counter(groups.values())
        reads = Counter(groups[each] for each in counted.read & set(words))
        assert {share.name: (share.total, share.read) for share in shares} == {
            name: (total, reads[name]) for name, total in totals.items()
        }
    runs = [0]
    for offset in range(400):
        day = today - timedelta(days=399 - offset)
        runs.append(runs[-1] + 1 if day in counted.days else 0)
    assert found.longest_streak == max(runs)
    assert found.streak == (runs[-1] or runs[-2])


def act(library: Library, random: Random) -> None:
    """Do one of the things that a reader does."""
    some = random.sample(ids(*range(1, 25)), random.choice((1, 1, 1, 2, 7)))
    kinds = ("read", "read", "read", "unread", "starred", "unstarred", "deleted", "restored")
    if random.random() < 0.2:
        undo(library)
    else:
        library.record(random.choice(kinds), some)


@pytest.mark.parametrize("zone_name", ZONES)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_statistics_are_what_a_recount_of_the_files_says(
    tmp_path: Path, zone_name: str, seed: int
) -> None:
    """Two machines, five weeks, undo, deletions, imports, and a day of 25 hours."""
    random, zone, clock = Random(seed), ZoneInfo(zone_name), FakeClock(BEGIN)
    folder = tmp_path / "library"
    desk, lap = (
        open_folder_library(folder, tmp_path / name, name, clock) for name in ("desk", "lap")
    )
    load(desk)
    desk.feeds.update([Subscription(FEED, "Notes")])
    imported = ReadingStatus(read=True, read_count=3, last_read="2026-10-22T10:00:00Z")
    origins = [{}, {"feed": FEED}, {"feed": OTHER_FEED}]
    found = [article(number, extra=origins[number % 3]) for number in range(1, 21)]
    found += [article(21, imported), article(22, ReadingStatus(read=True, read_count=1))]
    add(desk, [*found, article(23), article(24)])
    load(lap)
    for _ in range(120):
        clock.now += timedelta(minutes=random.choice((3, 50, 400, 900)))
        library = random.choice((desk, lap))
        library.refresh()
        act(library, random)
    desk.refresh()
    now = clock()
    *_, last = gather_statistics(desk, now, zone)
    assert last is not None
    check(last, recount(folder, zone), now.astimezone(zone).date())


@pytest.mark.parametrize(
    ("zone_name", "times", "days"),
    [
        # Berlin sets its clocks back at 01:00 UTC on October 25, a day from 22:00 to 23:00 UTC.
        (
            "Europe/Berlin",
            ["24T21:59:59", "24T22:00:00", "25T00:30:00", "25T01:30:00", "25T22:59:59", "25T23:00"],
            {24: 1, 25: 4, 26: 1},
        ),
        ("UTC", ["24T23:59:59", "25T00:00:00"], {24: 1, 25: 1}),
        ("Asia/Kathmandu", ["24T18:14:59", "24T18:15:00"], {24: 1, 25: 1}),
        ("Pacific/Kiritimati", ["24T09:59:59", "24T10:00:00"], {24: 1, 25: 1}),
    ],
)
def test_a_reading_belongs_to_the_day_of_the_readers_clock(
    client: Client, clock: FakeClock, zone_name: str, times: list[str], days: dict[int, int]
) -> None:
    clock.tick = timedelta(0)
    library = client.open()
    add(library, [article(number) for number in range(1, 10)])
    for number, time in enumerate(times, 1):
        clock.now = datetime.fromisoformat(f"2026-10-{time}+00:00")
        library.record("read", ids(number))
    *_, last = gather_statistics(library, clock(), ZoneInfo(zone_name))
    assert last is not None
    assert {day.day: tally.articles for day, tally in last.days.items()} == days


def test_the_same_import_on_two_machines_is_no_reading_on_either(client: Client) -> None:
    read = ReadingStatus(read=True, read_count=2, last_read="2031-05-01T10:00:00Z")
    for each in (client, client.beside("lap")):
        library = each.open_unloaded()
        add(library, [article(1, read)])
    load(library)
    *_, last = gather_statistics(library, client.clock(), UTC)
    assert last is not None
    assert (last.read, last.readings, last.days, last.streak) == (1, (2, 200), {}, 0)
