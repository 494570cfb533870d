"""Fetches 200 local feeds of 50 items, 20 of them dead: `python -m benchmarks.feeds`.

They stand on 40 hosts; half of the dead ones refuse the connection, half take it and never say a word.
Measured are the whole time by the clock and of processors, and the memory of the process and of those
that take feeds apart. Then the reader, in a pseudo-terminal of 100x30 with a library of 1,000 articles,
fetches them as well, and each key `j` is timed until the next row is drawn. Linux only.
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

from benchmarks.made_up import PLACES, articles
from benchmarks.measures import percentile
from benchmarks.reader import NEWSTUI, environment, fill
from benchmarks.screen import Program, now
from store.feeds.feed_store import FeedStore
from store.feeds.subscriptions import Subscription
from store.library.folder import FolderLibrary
from store.model.times import system_clock
from tests.support.network import page, run_server
from tui.cli.fetch import FetchRound
from tui.services import make_fetch_context

HOSTS = 40
LONGEST = 300.0
"""Seconds the reader may take for all of them."""
TITLE = re.compile("|".join([*PLACES, "Story"]).encode())
"""How rows of the list begin."""
PARAGRAPH = "<p>Some <b>words</b> of story {} <a href='/x'>here</a> and there, by the harbour.</p>"
ITEM = (
    "<item><title>Story {0} of feed {1}</title><link>/{1}/{0}</link><guid>{1}-{0}</guid>"
    "<pubDate>Mon, 06 May 2024 07:{2:02}:09 GMT</pubDate><description><![CDATA[{3}]]></description></item>"
)


def feed(number: int, items: int) -> str:
    """A feed, some 100 KB."""
    inside = "".join(ITEM.format(n, number, n % 60, PARAGRAPH.format(n) * 20) for n in range(items))
    return f'<rss version="2.0"><channel><title>Feed {number}</title>{inside}</channel></rss>'


def serve(feeds: int, items: int) -> None:
    """Be the server, in a process of its own; say the port and end with standard input."""
    silent = socket.socket()
    silent.bind(("0.0.0.0", 0))
    silent.listen(64)
    with run_server(address="0.0.0.0") as site:
        for number in range(feeds):
            site.routes[f"/{number}"] = page(feed(number, items), "application/rss+xml")
        sys.stdout.write(f"{site.port} {silent.getsockname()[1]}\n")
        sys.stdout.flush()
        sys.stdin.read()


def memory(stop: threading.Event, most: list[int]) -> None:
    """Watch the memory of this process and its children."""
    me = psutil.Process()
    while not stop.wait(0.1):
        most[0] = max(most[0], me.memory_info().rss)
        children = [
            each
            for each in me.children()
            if "store.feeds.parser_worker" in " ".join(each.cmdline())
        ]
        most[1] = max(most[1], sum(each.memory_info().rss for each in children))


def measure(feeds: int, items: int, dead: int) -> None:
    """Fetch them all and print the figures."""
    command = [sys.executable, "-m", "benchmarks.feeds", "--serve", f"{feeds}", f"{items}"]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        port, silent = server.stdout.readline().split()
        every = feeds // dead if dead else feeds + 1
        ports = [("1", silent)[n // every % 2] if n % every == 0 else port for n in range(feeds)]
        given = [
            Subscription(
                f"http://127.0.0.{1 + number % HOSTS}:{each}/{number}", is_private_allowed=True
            )
            for number, each in enumerate(ports)
        ]
        for run in (fetch, fetch_in_reader):
            with tempfile.TemporaryDirectory() as folder:
                run(given, Path(folder))
        server.stdin.close()


def fetch(feeds: list[Subscription], folder: Path) -> None:
    """One round through all of them, the dead ones spread among the others."""
    library = FolderLibrary(folder / "library", folder / "cache", "desk", system_clock)
    for _ in library.load():
        pass
    book = FeedStore(folder / "library", folder / "cache")
    book.update(put=feeds)
    stop, most, base = threading.Event(), [0, 0], psutil.Process().memory_info().rss
    threading.Thread(target=memory, args=(stop, most), daemon=True).start()
    began = time.monotonic()
    round_ = FetchRound(library, book, make_fetch_context(), quiet=False)
    round_.fetch(feeds)
    took = time.monotonic() - began
    stop.set()
    used = os.times()
    ours, theirs = used.user + used.system, used.children_user + used.children_system
    print(
        f"{round_.feed_count} feeds, {round_.failed_count} failed, {len(round_.new_ids):,} new articles"
    )
    print(f"{took:.1f} s in all, {len(round_.new_ids) / took:,.0f} articles a second")
    print(f"processor: {ours:.1f} s here since the start, {theirs:.1f} s in the processes aside")
    print(f"memory: {base >> 20} MB before, {most[0] >> 20} MB at most; aside {most[1] >> 20} MB")


def fetch_in_reader(feeds: list[Subscription], home: Path) -> None:
    """The same in the reader, while keys are pressed."""
    fill(home, articles(1000))
    book = FeedStore(home / "data/newstui", home / "cache/newstui")
    book.update(put=feeds)
    with closing(Program(NEWSTUI, environment(home))) as program:
        program.until("articles")
        program.settle()
        before = keys(program, 100)
        program.press("r")
        began, during = time.monotonic(), list[float]()
        while len(book.states()) < len(feeds) and time.monotonic() - began < LONGEST:
            during += keys(program, 5)
        print(f"in the reader: {time.monotonic() - began:.1f} s, {program.memory():.0f} MB")
    for name, times in (("before", before), ("meanwhile", during)):
        p50, p95, most = (percentile(times, part) * 1000 for part in (0.5, 0.95, 1))
        print(f"  j {name}: p50 {p50:.1f} ms, p95 {p95:.1f} ms, most {most:.1f}, {len(times)} keys")


def keys(program: Program, number: int) -> list[float]:
    """Press `j` that often; seconds until the row that was gone to is drawn, each."""
    times = []
    for _ in range(number):
        began, seen = program.type("j"), b""
        while not TITLE.search(seen) and now() - began < LONGEST:
            seen += program.read(1.0)
        times.append(now() - began)
        program.rest(0.08)
    return times


def main() -> None:
    """Measure, or be the server."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--feeds", type=int, default=200)
    options.add_argument("--items", type=int, default=50)
    options.add_argument("--dead", type=int, default=20)
    options.add_argument("--serve", type=int, nargs=2, metavar=("FEEDS", "ITEMS"))
    given = options.parse_args()
    if given.serve:
        serve(*given.serve)
    else:
        measure(given.feeds, given.items, given.dead)


if __name__ == "__main__":
    main()
