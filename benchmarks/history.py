"""Measures a long history: what a mark costs, opening with and without the snapshot, compacting.

    python -m benchmarks.history 1000000 --articles 100000

Events are spread over the articles as reading spreads them: opened, left at a position, read, some
starred, some changes taken back. Only the journal is made; there are no segments.
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

from benchmarks.library import opened, tell
from store.journal.events import JOURNAL_FORMAT, Event, encode_event, encode_line
from store.library.folder import FolderLibrary
from store.maintenance.compact import compact_library
from store.model.times import system_clock, to_microseconds

KINDS = ("opened", "position", "position", "read", "opened", "position", "starred", "unread")
TAKEN_BACK = 500
"""One `undone` to so many events."""
LONGEST = 300
"""Bytes that a mark may take."""
STEP = 20_000
"""Lines written at once."""


def main() -> int:
    """Measure a journal of as many events as was said."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("events", type=int, metavar="EVENTS")
    parser.add_argument("--articles", type=int, default=100_000, metavar="N")
    options = parser.parse_args()
    line_lengths()
    with TemporaryDirectory(prefix="newstui-benchmark-") as folder:
        measure(options.events, options.articles, Path(folder))
    return 0


@contextmanager
def told(events: int, what: str, per: int = 0) -> Iterator[None]:
    """Measure the block and tell it, with the time on a processor: others may be working, too."""
    start, busy = time.perf_counter(), time.process_time()
    yield
    passed, busy = time.perf_counter() - start, time.process_time() - busy
    each = f", {1000 * passed / per:.3f} ms each" if per else ""
    tell(events, what, f"{passed:.2f} s, {busy:.2f} s of it on a processor{each}")


def line_lengths() -> None:
    """The line of every kind of event, with an id that is a UUID."""
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
        tell(1, f"line of {kind}", f"{size} bytes" + (" TOO LONG" if size > LONGEST else ""))


def measure(events: int, articles: int, folder: Path) -> None:
    """Measure a journal of that many events about that many articles, in an empty folder."""
    journal = folder / "library/journal/benchmark.jsonl"
    opened(folder)
    with told(events, "make the journal", per=events):
        write(journal, made(events, articles))
    tell(events, "journal", f"{journal.stat().st_size / 1e6:.0f} MB")
    memory(events, "before")
    with told(events, "open without the snapshot", per=events):
        library = _loaded(folder)
    memory(events, "with everything loaded")
    with told(events, "open with the snapshot"):
        _loaded(folder)
    tell(events, "snapshot", f"{(folder / 'cache/reading.json').stat().st_size / 1e6:.0f} MB")
    for kind, more in (("read", {}), ("position", {"position": 77})):
        with told(events, f"{kind}, durable", per=100):
            for number in range(100):
                library.record(kind, [_id(number)], **more)
    with told(events, "compact", per=events):
        for _ in (steps := compact_library(folder / "library", "benchmark", system_clock)):
            pass
    del steps
    tell(events, "journal, compacted", f"{journal.stat().st_size / 1e6:.0f} MB")
    with told(events, "see that it was rewritten and read it again"):
        library.refresh()
    memory(events, "at the end")


def made(events: int, articles: int) -> Iterator[Event]:
    """That many events, one a second, the last one now."""
    chance = random.Random(events)
    at = to_microseconds(system_clock()) - events * 1_000_000
    last = None
    for number in range(events):
        at += 1_000_000
        if number % TAKEN_BACK == TAKEN_BACK - 1 and last is not None:
            yield Event("undone", last.articles, at, at, "benchmark", {"of": last.stamp})
            continue
        kind = KINDS[number % len(KINDS)]
        data = {"position": chance.randrange(5000)} if kind == "position" else {}
        event = Event(kind, (_id(chance.randrange(articles)),), at, at, "benchmark", data)
        last = event if kind in {"read", "unread", "starred"} else last
        yield event


def write(path: Path, events: Iterator[Event]) -> None:
    """Write a journal, without locks and without syncing."""
    with path.open("wb") as file:
        file.write(encode_line({"format": JOURNAL_FORMAT, "machine": path.stem}))
        while lines := list(map(encode_event, islice(events, STEP))):
            file.write(b"".join(lines))


def memory(events: int, when: str) -> None:
    """Tell the most memory this process has had."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    tell(events, f"peak memory, {when}", f"{peak:.0f} MB")


def _id(number: int) -> str:
    return str(UUID(int=number << 64 | 0x4000_8000_0000_0000))


def _loaded(folder: Path) -> FolderLibrary:
    library = opened(folder)
    for _ in library.load():
        pass
    return library


if __name__ == "__main__":
    sys.exit(main())
