"""Fetch 200 local feeds of 50 items, 20 of them dead: `python -m benchmarks.feeds`.

They are on 40 hosts; half of the dead ones refuse the connection, half accept it and never answer. The
report has wall-clock and CPU time, and the memory of the process and of the parser processes. Then the
reader, in a pseudo-terminal of 100x30 with a library of 1,000 articles, fetches them as well, and each
key `j` is timed until the next row is drawn. Linux only.
"""

from __future__ import annotations

import argparse
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

import psutil

from benchmarks.metrics import percentile
from benchmarks.reader import COLOURS, NEWSTUI, fill_library
from benchmarks.synthetic_articles import PLACES, make_articles
from benchmarks.terminal_program import Program, now
from store.feeds.folder_feeds import FolderFeedStore
from store.feeds.subscriptions import Subscription
from store.library.folder import FolderLibrary
from store.model.times import system_clock
from tests.support.environment import environment
from tests.support.network import page, run_server
from tui.cli.fetch import FetchRound
from tui.services import make_fetch_context

HOSTS = 40
FETCH_TIMEOUT = 300.0
"""Seconds the reader may take for all feeds."""
TITLE_START = re.compile("|".join([*PLACES, "Story"]).encode())
"""Matches the start of a row's title."""
PARAGRAPH = "<p>Some <b>words</b> of story {} <a href='/x'>here</a> and there, by the harbour.</p>"
ITEM = (
    "<item><title>Story {0} of feed {1}</title><link>/{1}/{0}</link><guid>{1}-{0}</guid>"
    "<pubDate>Mon, 06 May 2024 07:{2:02}:09 GMT</pubDate><description><![CDATA[{3}]]></description></item>"
)


def make_feed(number: int, items: int) -> str:
    """Return a feed of some 100 KB."""
    inside = "".join(ITEM.format(n, number, n % 60, PARAGRAPH.format(n) * 20) for n in range(items))
    return f'<rss version="2.0"><channel><title>Feed {number}</title>{inside}</channel></rss>'


def serve(feeds: int, items: int) -> None:
    """Run the server in a process of its own: print the ports, stop at the end of standard input."""
    silent = socket.socket()
    silent.bind(("0.0.0.0", 0))
    silent.listen(64)
    with run_server(address="0.0.0.0") as site:
        for number in range(feeds):
            site.routes[f"/{number}"] = page(make_feed(number, items), "application/rss+xml")
        sys.stdout.write(f"{site.port} {silent.getsockname()[1]}\n")
        sys.stdout.flush()
        sys.stdin.read()


def watch_memory(stop: threading.Event, peaks: list[int]) -> None:
    """Record the peak memory of this process and of its parser processes."""
    me = psutil.Process()
    while not stop.wait(0.1):
        peaks[0] = max(peaks[0], me.memory_info().rss)
        children = [
            each for each in me.children() if "run_parser_worker" in " ".join(each.cmdline())
        ]
        peaks[1] = max(peaks[1], sum(each.memory_info().rss for each in children))


def measure(feeds: int, items: int, dead: int) -> None:
    """Fetch all feeds and print the figures."""
    command = [sys.executable, "-m", "benchmarks.feeds", "--serve", f"{feeds}", f"{items}"]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        port, silent = server.stdout.readline().split()
        every = feeds // dead if dead else feeds + 1
        ports = [("1", silent)[n // every % 2] if n % every == 0 else port for n in range(feeds)]
        subscriptions = [
            Subscription(
                f"http://127.0.0.{1 + number % HOSTS}:{each}/{number}", is_private_allowed=True
            )
            for number, each in enumerate(ports)
        ]
        for run in (fetch, fetch_in_reader):
            with tempfile.TemporaryDirectory() as folder:
                run(subscriptions, Path(folder))
        server.stdin.close()


def fetch(feeds: list[Subscription], folder: Path) -> None:
    """Fetch all feeds once, the dead ones spread among the others."""
    library = FolderLibrary(folder / "library", folder / "cache", "desk", system_clock)
    for _ in library.load():
        pass
    feed_store = FolderFeedStore(folder / "library", folder / "cache")
    feed_store.update(put=feeds)
    stop, peaks, base = threading.Event(), [0, 0], psutil.Process().memory_info().rss
    threading.Thread(target=watch_memory, args=(stop, peaks), daemon=True).start()
    began = time.monotonic()
    round_ = FetchRound(library, feed_store, make_fetch_context(), quiet=False)
    round_.fetch(feeds)
    took = time.monotonic() - began
    stop.set()
    used = os.times()
    ours, theirs = used.user + used.system, used.children_user + used.children_system
    print(
        f"{round_.feed_count} feeds, {round_.failed_count} failed, {len(round_.new_ids):,} new articles"
    )
    print(f"{took:.1f} s in all, {len(round_.new_ids) / took:,.0f} articles a second")
    print(f"CPU: {ours:.1f} s here since the start, {theirs:.1f} s in parser processes")
    print(
        f"memory: {base >> 20} MB before, {peaks[0] >> 20} MB at most; parsers {peaks[1] >> 20} MB"
    )


def fetch_in_reader(feeds: list[Subscription], home: Path) -> None:
    """Fetch all feeds in the reader, while keys are pressed."""
    fill_library(home, make_articles(1000))
    feed_store = FolderFeedStore(home / "data/newstui", home / "cache/newstui")
    feed_store.update(put=feeds)
    with closing(Program(NEWSTUI, environment(home, COLOURS))) as program:
        program.wait_for("unread of")
        program.settle()
        before = press_j(program, 100)
        program.press("r")
        began, during = time.monotonic(), list[float]()
        while len(feed_store.states()) < len(feeds) and time.monotonic() - began < FETCH_TIMEOUT:
            during += press_j(program, 5)
        print(f"in the reader: {time.monotonic() - began:.1f} s, {program.memory():.0f} MB")
    for name, times in (("before", before), ("during the fetch", during)):
        p50, p95, slowest = (percentile(times, part) * 1000 for part in (0.5, 0.95, 1))
        print(
            f"  j {name}: p50 {p50:.1f} ms, p95 {p95:.1f} ms, max {slowest:.1f}, {len(times)} keys"
        )


def press_j(program: Program, number: int) -> list[float]:
    """Press `j` that many times and return the seconds until each next row is drawn."""
    times = []
    for _ in range(number):
        began, seen = program.type("j"), b""
        while not TITLE_START.search(seen) and now() - began < FETCH_TIMEOUT:
            seen += program.read(1.0)
        times.append(now() - began)
        program.read_until_silent(0.08)
    return times


def main() -> None:
    """Measure, or run the server."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=200)
    parser.add_argument("--items", type=int, default=50)
    parser.add_argument("--dead", type=int, default=20)
    parser.add_argument("--serve", type=int, nargs=2, metavar=("FEEDS", "ITEMS"))
    options = parser.parse_args()
    if options.serve:
        serve(*options.serve)
    else:
        measure(options.feeds, options.items, options.dead)


if __name__ == "__main__":
    main()
