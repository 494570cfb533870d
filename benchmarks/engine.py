"""Measure a library on PostgreSQL: adding, lists, marks, searches, many readers at once, the reader.

    python -m benchmarks.engine 200000 --readers 20

The server is one of our own, in a temporary folder on disk, and syncs every commit. Every line has the
number of articles, the measure, and the figure with its unit. Linux only.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from benchmarks.library import measure_seconds, report, report_time, report_times
from benchmarks.memory import make_texts
from benchmarks.reader import COLOURS, NEWSTUI, format_ms, measure_moving
from benchmarks.synthetic_articles import make_articles
from benchmarks.terminal_program import Program
from store.library.protocol import Library
from store.model.article import Body, ParsedArticle
from store.model.times import system_clock
from store.postgres.library import PostgresLibrary
from store.search.list_query import SHOWS, ListQuery, SearchQuery
from tests.support.environment import environment
from tests.support.postgres_server import PostgresServer, find_programs, run_postgres

SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "256MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "timezone": "UTC",
}
"""Settings of the server; the others are those of an installation."""
REPEATS, WINDOW_ROWS, SCREEN_ROWS, SEARCH_LIMIT = 100, 600, 30, 200
THINK_SECONDS = 0.5
"""Seconds between two acts of a reader."""
TEXTS = 5000
"""Different texts; the articles have them in turn."""
ACTS = {"page": 10, "article": 5, "mark": 4, "search": 1}
"""What readers do, and how often in proportion."""
READY_TIMEOUT = 120.0


def main() -> int:
    """Measure at every given size, or be one of many readers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", metavar="ARTICLES")
    parser.add_argument("--readers", type=int, default=20, help="how many at once (20)")
    parser.add_argument("--seconds", type=float, default=30, help="how long they read (30)")
    parser.add_argument("--read", metavar="URL", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        print(json.dumps(read_for(options.read, options.seconds)))
        return 0
    for size in options.sizes:
        with run_durable_server() as server:
            measure(size, server, options.readers, options.seconds)
    return 0


@contextmanager
def run_durable_server() -> Iterator[PostgresServer]:
    """Run a server that loses nothing, on a disk."""
    programs = find_programs()
    if programs is None:
        sys.exit("PostgreSQL is not installed")
    with TemporaryDirectory(prefix="newstui-engine-") as folder:
        Path(folder).chmod(0o755)  # the server may run as another user
        with run_postgres(programs, Path(folder), SETTINGS) as server:
            yield server


def measure(size: int, server: PostgresServer, readers: int, seconds: float) -> None:
    """Measure a library of that many articles."""
    database = server.create_database()
    accounts = [server.create_reader() for _ in range(readers + 1)]
    urls = [server.url(database, each) for each in accounts]
    with closing(open_library(urls[0])) as library:
        fill(size, library, server)
    with server.administer(database) as connection:
        connection.execute("vacuum analyze")
        connection.execute(
            "insert into newstui.member (library, account, may_write) select id, unnest(%s::name[]),"
            " true from newstui.library where owner = %s",
            [accounts[1:], accounts[0]],
        )
        report_size(size, connection.execute("select pg_database_size(%s)", [database]).fetchone())
    with report_time(size, "open, the first screen"):
        library = open_library(urls[0])
        first_screen(library)
    with closing(library):
        measure_lists(size, library)
        measure_marks(size, library)
        measure_searches(size, library)
    measure_readers(size, urls[1:], seconds)
    measure_program(size, urls[0])


def open_library(url: str) -> PostgresLibrary:
    """Open the library and load it, which reads nothing."""
    library = PostgresLibrary(url, Path("/nonexistent"), "benchmark", system_clock)
    for _ in library.load():
        pass
    return library


def report_size(size: int, found: Sequence[int] | None) -> None:
    """Report the size of the database."""
    report(size, "database", f"{(found or [0])[0] / 1e6:,.0f} MB")


def fill(size: int, library: Library, server: PostgresServer) -> None:
    """Add the articles, the oldest first as they arrive over the years, and index them."""
    steps: Mapping[str, Callable[[], Iterator[object]]] = {
        "add, durable": lambda: library.add(made_articles(size)),
        "index": library.update_index,
    }
    for what, start in steps.items():
        own, others = time.process_time(), server_time(server)
        with report_time(size, what, per=size):
            for _ in start():
                pass
        spent = time.process_time() - own, server_time(server) - others
        reader, served = (f"{seconds / size * 1000:.2f} ms" for seconds in spent)
        report(size, f"{what}: processor time of an article", f"{reader}, of the server {served}")


def server_time(server: PostgresServer) -> float:
    """Return the processor time of a server and its connections so far, in seconds."""
    process = psutil.Process(server.process.pid if server.process else None)
    ended = process.cpu_times()
    seconds = ended.user + ended.system + ended.children_user + ended.children_system
    for child in process.children():
        with suppress(psutil.Error):  # it has ended
            seconds += sum(child.cpu_times()[:2])
    return seconds


def made_articles(size: int) -> Iterator[ParsedArticle]:
    """Yield articles of 900 words as frequent and as rare as those of a newspaper."""
    texts = list(make_texts(min(size, TEXTS)))
    for number, each in enumerate(reversed(list(make_articles(size)))):
        body = Body(f"{texts[number % len(texts)]} Number {number}.", each.body.summary)
        yield replace(each, body=body)


def first_screen(library: Library) -> None:
    """Ask what the first screen shows."""
    library.listing(ListQuery()).window(0, SCREEN_ROWS)
    library.counts({show: ListQuery(show) for show in SHOWS})
    library.by("category")
    library.by("feed")


def report_calls(size: int, what: str, calls: Sequence[Callable[[], object]]) -> None:
    """Report the time of each of some calls."""
    report_times(size, what, [measure_seconds(call) for call in calls])


def measure_lists(size: int, library: Library) -> None:
    """Measure lists, and the questions about one that a key may need."""
    chance = random.Random(size)
    queries: dict[str, ListQuery] = {show: ListQuery(show) for show in SHOWS}
    report_calls(size, "first screen, once more", [partial(first_screen, library)] * REPEATS)
    report_calls(size, "count every list of a show", [partial(library.counts, queries)] * REPEATS)
    for sort in ("date", "title"):
        lists = [partial(library.listing, ListQuery(sort=sort))] * 20
        report_calls(size, f"list by {sort}", lists)
    listing = library.listing(ListQuery())
    starts = [chance.randrange(size) for _ in range(REPEATS)]
    windows = [partial(listing.window, start, WINDOW_ROWS) for start in starts]
    report_calls(size, f"{WINDOW_ROWS} rows of a list, anywhere", windows)
    ids = [row.id for start in starts for row in listing.window(start, 1)]
    report_calls(size, "place of an article", [partial(listing.place, each) for each in ids])
    steps = [partial(listing.step, start, 1, unread=True) for start in starts]
    report_calls(size, "next unread article", steps)
    report_calls(size, "open an article", [partial(library.get_article, each) for each in ids])


def measure_marks(size: int, library: Library) -> None:
    """Measure durable changes."""
    chance = random.Random(size + 1)
    listing = library.listing(ListQuery())
    ids = [listing.window(chance.randrange(size), 1)[0].id for _ in range(REPEATS)]
    marks = [partial(library.record, kind, [each]) for each in ids for kind in ("read", "starred")]
    report_calls(size, "mark, durable", marks)
    with report_time(size, "mark all read, durable"):
        for _ in library.record_all("read", listing):
            pass
    with report_time(size, "undo that"):
        for _ in library.undo_in_steps():
            pass


def find_words(library: Library, number: int) -> list[str]:
    """Return words of random articles, so that frequent words are more likely."""
    chance = random.Random(number)
    listing, words = library.listing(ListQuery()), list[str]()
    while len(words) < number:
        row = listing.window(chance.randrange(listing.total), 1)[0]
        words += [
            word.lower() for word in library.read_text(row.id).split()[:: 1 + chance.randrange(200)]
        ]
    return chance.sample(words, number)


def measure_searches(size: int, library: Library) -> None:
    """Measure searches and similar articles."""
    words = [word.strip(".") for word in find_words(library, REPEATS + 1)]
    pairs = [f"{one} {other}" for one, other in pairwise(words)]

    def search(text: str, **how: bool) -> None:
        matches = library.search(SearchQuery(text, **how), SEARCH_LIMIT)
        library.snippets(matches, [row.id for row in matches.rows[:SCREEN_ROWS]])

    kinds: Mapping[str, list[Callable[[], object]]] = {
        "a word, best first": [partial(search, each) for each in words],
        "a word, newest first": [partial(search, each, newest_first=True) for each in words],
        "two words": [partial(search, each) for each in pairs],
        "a phrase": [partial(search, f'"{each}"') for each in pairs],
        "three letters, typing": [partial(search, each[:3], is_typing=True) for each in words],
        "a word, unread": [partial(search, f"{each} is:unread") for each in words],
    }
    for what, calls in kinds.items():
        report_calls(size, f"search and snippets: {what}", calls)
    rows = [library.search(SearchQuery(each), 1).rows for each in words]
    entries = [library.get_article(found[0].id) for found in rows if found]
    report_calls(size, "similar articles", [partial(library.similar, each) for each in entries])


# -- many readers --------------------------------------------------------------------------


def read_for(url: str, seconds: float) -> dict[str, list[float]]:
    """Read as a person does for a while; return the seconds that each act took."""
    library = open_library(url)
    chance = random.Random(url)
    listing = library.listing(ListQuery())
    rows = listing.window(0, WINDOW_ROWS)
    words = find_words(library, 50)

    acts: dict[str, Callable[[], object]] = {
        "page": lambda: listing.window(chance.randrange(listing.total), WINDOW_ROWS),
        "article": lambda: library.get_article(chance.choice(rows).id),
        "mark": lambda: library.record("read", [chance.choice(rows).id]),
        "search": lambda: library.search(SearchQuery(chance.choice(words)), SEARCH_LIMIT),
    }
    times: dict[str, list[float]] = {name: [] for name in acts}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(chance.uniform(0, 2 * THINK_SECONDS))
        (name,) = chance.choices(list(ACTS), list(ACTS.values()))
        times[name].append(measure_seconds(acts[name]))
    return times


def measure_readers(size: int, urls: Sequence[str], seconds: float) -> None:
    """Let several accounts read one library at once."""
    command = [sys.executable, "-m", "benchmarks.engine", "--seconds", f"{seconds}", "--read"]
    running = [subprocess.Popen([*command, url], stdout=subprocess.PIPE, text=True) for url in urls]
    times: dict[str, list[float]] = {name: [] for name in ACTS}
    for process in running:
        output, _ = process.communicate()
        for name, found in json.loads(output).items():
            times[name] += found
    for name, found in times.items():
        if len(found) > 1:
            report_times(size, f"{len(urls)} readers at once: {name}", found)


# -- the reader ----------------------------------------------------------------------------


def measure_program(size: int, url: str) -> None:
    """Measure the reader in a terminal."""

    def show(what: str, figure: str) -> None:
        report(size, f"reader: {what}", figure)

    with TemporaryDirectory(prefix="newstui-engine-home-") as home:
        env = environment(Path(home), COLOURS | {"NEWSTUI_LIBRARY": url})
        for start in ("first start", "second start"):
            with closing(Program(NEWSTUI, env)) as program:
                seen = program.wait_for(r"number \d+", READY_TIMEOUT) - program.start_time
                show(f"{start}, list on the screen", format_ms(seen))
                program.settle()
                measure_moving(program, "j", show)
                for _ in range(SCREEN_ROWS):
                    program.press("\r")
                    program.press("h")
                    program.press("j")
                show("memory", f"{program.memory():.0f} MB, at most {program.peak_memory():.0f}")


if __name__ == "__main__":
    sys.exit(main())
