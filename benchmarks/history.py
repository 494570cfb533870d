"""Measure a long history: a mark, opening with and without the snapshot, compaction.

    python -m benchmarks.history 1000000 --articles 100000

Events are distributed over the articles as in real reading: opened, left at a position, read, some
starred, some changes undone. Only the journal is written; there are no segments.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from benchmarks.library import open_library, report
from store.journal.events import JOURNAL_FORMAT, Event, encode_event, encode_line
from store.library.folder import FolderLibrary
from store.maintenance.compact import compact_library
from store.model.times import system_clock, to_microseconds

KINDS = ("opened", "position", "position", "read", "opened", "position", "starred", "unread")
UNDO_INTERVAL = 500
"""Events per `undone`."""
MAX_EVENT_BYTES = 300
"""The most bytes that one event may take."""
BATCH_LINES = 20_000
"""Lines per write."""


def main() -> int:
    """Measure a journal of the given number of events."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("events", type=int, metavar="EVENTS")
    parser.add_argument("--articles", type=int, default=100_000, metavar="N")
    options = parser.parse_args()
    report_line_lengths()
    with TemporaryDirectory(prefix="newstui-benchmark-") as folder:
        measure(options.events, options.articles, Path(folder))
    return 0


@contextmanager
def report_time(events: int, what: str, per: int = 0) -> Iterator[None]:
    """Measure the block and report wall-clock and CPU time."""
    start, cpu = time.perf_counter(), time.process_time()
    yield
    passed, cpu = time.perf_counter() - start, time.process_time() - cpu
    each = f", {1000 * passed / per:.3f} ms each" if per else ""
    report(events, what, f"{passed:.2f} s, {cpu:.2f} s of it CPU{each}")


def report_line_lengths() -> None:
    """Report the length of a line of every event kind, for a UUID as id."""
    now = to_microseconds(system_clock())
    data: dict[str, dict[str, object]] = {
        "position": {"position": 123_456},
        "tagged": {"tag": "a tag of some words"},
        "untagged": {"tag": "a tag of some words"},
        "edited": {
            "to": {"title": "A title of the usual length, of a dozen words or so, says more"}
        },
        "undone": {"of": now << 10},
    }
    kinds = ("opened", "read", "unread", "starred", "unstarred", "deleted", "restored", *data)
    for kind in kinds:
        event = Event(kind, (_id(1),), now, now + 1, "desk", data.get(kind, {}))
        size = len(encode_event(event))
        report(
            1, f"line of {kind}", f"{size} bytes" + (" TOO LONG" if size > MAX_EVENT_BYTES else "")
        )


def measure(events: int, articles: int, folder: Path) -> None:
    """Measure a journal of that many events about that many articles, in an empty folder."""
    journal = folder / "library/journal/benchmark.jsonl"
    open_library(folder)
    with report_time(events, "make the journal", per=events):
        write_journal(journal, make_events(events, articles))
    report(events, "journal", f"{journal.stat().st_size / 1e6:.0f} MB")
    report_peak_memory(events, "before")
    with report_time(events, "open without the snapshot", per=events):
        library = _load_library(folder)
    report_peak_memory(events, "fully loaded")
    with report_time(events, "open with the snapshot"):
        _load_library(folder)
    report(events, "snapshot", f"{(folder / 'cache/reading.json').stat().st_size / 1e6:.0f} MB")
    for kind, more in (("read", {}), ("position", {"position": 77})):
        with report_time(events, f"{kind}, durable", per=100):
            for number in range(100):
                library.record(kind, [_id(number)], **more)
    with report_time(events, "compact", per=events):
        for _ in (steps := compact_library(folder / "library", "benchmark", system_clock)):
            pass
    del steps
    report(events, "journal, compacted", f"{journal.stat().st_size / 1e6:.0f} MB")
    with report_time(events, "notice the rewrite and reread the journal"):
        library.refresh()
    report_peak_memory(events, "at the end")


def make_events(events: int, articles: int) -> Iterator[Event]:
    """Yield that many events, one per second, the last one now."""
    chance = random.Random(events)
    at = to_microseconds(system_clock()) - events * 1_000_000
    last = None
    for number in range(events):
        at += 1_000_000
        if number % UNDO_INTERVAL == UNDO_INTERVAL - 1 and last is not None:
            yield Event("undone", last.articles, at, at, "benchmark", {"of": last.stamp})
            continue
        kind = KINDS[number % len(KINDS)]
        data = {"position": chance.randrange(5000)} if kind == "position" else {}
        event = Event(kind, (_id(chance.randrange(articles)),), at, at, "benchmark", data)
        last = event if kind in {"read", "unread", "starred"} else last
        yield event


def write_journal(path: Path, events: Iterator[Event]) -> None:
    """Write a journal, without locks and without syncing."""
    with path.open("wb") as file:
        file.write(encode_line({"format": JOURNAL_FORMAT, "machine": path.stem}))
        while lines := list(map(encode_event, islice(events, BATCH_LINES))):
            file.write(b"".join(lines))


def report_peak_memory(events: int, when: str) -> None:
    """Report the peak memory of this process."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report(events, f"peak memory, {when}", f"{peak:.0f} MB")


def _id(number: int) -> str:
    return str(UUID(int=number << 64 | 0x4000_8000_0000_0000))


def _load_library(folder: Path) -> FolderLibrary:
    library = open_library(folder)
    for _ in library.load():
        pass
    return library


if __name__ == "__main__":
    sys.exit(main())
