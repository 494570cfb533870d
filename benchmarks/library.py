"""Measures the library: import, loading, lists, a durable mark.

    python -m benchmarks.library 1000 10000 100000

Every line names what was measured, at how many articles, and the figure with its unit.
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
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.made_up import articles
from store.library.folder import FolderLibrary
from store.model.times import system_clock
from store.search import SORTS, ListQuery

MARKS = 200


def main() -> int:
    """Measure at every size that was named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="+", metavar="ARTICLES")
    for size in parser.parse_args().sizes:
        with TemporaryDirectory(prefix="newstui-benchmark-") as folder:
            measure(size, Path(folder))
    return 0


def measure(size: int, folder: Path) -> None:
    """Measure a library of that many articles in an empty folder."""
    made = list(articles(size))
    with told(size, "add", per=size):
        for _ in opened(folder).add(made):
            pass
    del made
    library = opened(folder)
    with told(size, "load, the first screen"):
        steps = library.load()
        next(steps, None)
    with told(size, "load, the rest"):
        for _ in steps:
            pass
    for sort in SORTS:
        with told(size, f"list by {sort}"):
            rows = library.rows(ListQuery(sort=sort))
    ids = [row.id for row in rows]
    with told(size, "open an article, the mean", per=MARKS):
        for article in ids[:: max(1, size // MARKS)][:MARKS]:
            library.get_article(article)
    marks = [timed(partial(library.record, "read", [article])) for article in ids[:MARKS]]
    tell_times(size, "mark read, durable", marks)
    journal = next((folder / "library" / "journal").glob("*.jsonl"))
    tell(size, "journal, bytes a mark", f"{journal.stat().st_size / MARKS:.0f}")
    with told(size, "mark all read, durable"):
        library.record("read", ids)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    tell(size, "peak memory so far, with the made-up articles", f"{peak:.0f} MB")


def opened(folder: Path) -> FolderLibrary:
    """The library in a folder, nothing of it read yet."""
    return FolderLibrary(folder / "library", folder / "cache", "benchmark", system_clock)


@contextmanager
def told(size: int, what: str, per: int = 0) -> Iterator[None]:
    """Measure the block and tell it, as a time or as so many a second."""
    start = time.perf_counter()
    yield
    passed = time.perf_counter() - start
    tell(size, what, f"{passed * 1000:.1f} ms" + (f", {per / passed:,.0f} a second" if per else ""))


def timed(call: Callable[[], object]) -> float:
    """Seconds a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def tell_times(size: int, what: str, times: list[float]) -> None:
    """Tell median and 95th percentile."""
    cuts = statistics.quantiles(times, n=20)
    tell(size, what, f"p50 {cuts[9] * 1000:.2f} ms, p95 {cuts[18] * 1000:.2f} ms")


def tell(size: int, what: str, figure: str) -> None:
    """One line of the report."""
    print(f"{size:>8,}  {what:<48} {figure}")


if __name__ == "__main__":
    sys.exit(main())
