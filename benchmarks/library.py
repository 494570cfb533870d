"""Measure the library: import, loading, lists, a durable mark.

    python -m benchmarks.library 1000 10000 100000

Every line has the number of articles, the measure, and the figure with its unit.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.synthetic_articles import make_articles
from store.library.folder import FolderLibrary
from store.model.times import system_clock
from store.search.list_query import SHOWS, SORTS, ListQuery

MARKS, WINDOW_ROWS = 200, 600


def main() -> int:
    """Measure at every given size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="+", metavar="ARTICLES")
    for size in parser.parse_args().sizes:
        with TemporaryDirectory(prefix="newstui-benchmark-") as folder:
            measure(size, Path(folder))
    return 0


def measure(size: int, folder: Path) -> None:
    """Measure a library of that many articles in an empty folder."""
    created = list(make_articles(size))
    with report_time(size, "add", per=size):
        for _ in open_library(folder).add(created):
            pass
    del created
    library = open_library(folder)
    with report_time(size, "load, the first screen"):
        steps = library.load()
        next(steps, None)
    with report_time(size, "load, the rest"):
        for _ in steps:
            pass
    for sort in SORTS:
        with report_time(size, f"list by {sort}"):
            listing = library.listing(ListQuery(sort=sort))
    measure_listing(size, library)
    ids = list(chain.from_iterable(listing.ids()))
    with report_time(size, "open an article, mean", per=MARKS):
        for article in ids[:: max(1, size // MARKS)][:MARKS]:
            library.get_article(article)
    marks = [measure_seconds(partial(library.record, "read", [article])) for article in ids[:MARKS]]
    report_times(size, "mark read, durable", marks)
    journal = next((folder / "library" / "journal").glob("*.jsonl"))
    report(size, "journal, bytes a mark", f"{journal.stat().st_size / MARKS:.0f}")
    with report_time(size, "mark all read, durable"):
        library.record("read", ids)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report(size, "peak memory so far, with the synthetic articles", f"{peak:.0f} MB")


def measure_listing(size: int, library: FolderLibrary) -> None:
    """Measure counts, and the questions about a list that a key may need."""
    queries: dict[str, ListQuery] = {show: ListQuery(show) for show in SHOWS}
    for what in ("the first time", "later"):
        with report_time(size, f"count {len(queries)} lists, {what}"):
            library.counts(queries)
    with report_time(size, "count every category and feed"):
        _ = library.by("category"), library.by("feed")
    listing = library.listing(ListQuery())
    articles = [row.id for row in listing.window(size // 2, WINDOW_ROWS)]
    with report_time(size, f"{WINDOW_ROWS} rows of a list"):
        listing.window(size // 2, WINDOW_ROWS)
    with report_time(size, "places of articles", per=len(articles)):
        for article in articles:
            listing.place(article)
    with report_time(size, "next unread article"):
        listing.step(size // 2, 1, unread=True)


def open_library(folder: Path) -> FolderLibrary:
    """Open the library in a folder without loading it."""
    return FolderLibrary(folder / "library", folder / "cache", "benchmark", system_clock)


@contextmanager
def report_time(size: int, what: str, per: int = 0) -> Iterator[None]:
    """Measure the block and report its time, and its rate for `per` items."""
    start = time.perf_counter()
    yield
    passed = time.perf_counter() - start
    report(
        size, what, f"{passed * 1000:.1f} ms" + (f", {per / passed:,.0f} a second" if per else "")
    )


def measure_seconds(call: Callable[[], object]) -> float:
    """Return the seconds a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def report_times(size: int, what: str, times: list[float]) -> None:
    """Report the median and the 95th percentile."""
    cuts = statistics.quantiles(times, n=20)
    report(size, what, f"p50 {cuts[9] * 1000:.2f} ms, p95 {cuts[18] * 1000:.2f} ms")


def report(size: int, what: str, figure: str) -> None:
    """Print one line of the report."""
    print(f"{size:>8,}  {what:<48} {figure}")


if __name__ == "__main__":
    sys.exit(main())
