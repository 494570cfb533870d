"""Building the articles of large files in several processes.

Building is most of the work of an import: HTML to text, cleaning, counting words. Each process gets
a batch of items at a time and answers with articles. The order is kept, and a process that fails
costs only time: its batch is built here instead.
"""

from __future__ import annotations

import contextlib
import io
import pickle
import sys
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from itertools import islice
from operator import attrgetter
from typing import Any

from store.importers.article_builder import ArticleBuilder, BuildResults
from store.importers.containers import ImportItem
from store.model.article import Article, Body, ParsedArticle, ReadingStatus, Rejection
from store.system.helper_process import HelperProcess, read_message, write_message

BATCH_SIZE = 100
"""Items a process gets at once."""
BUILD_WORKER_SCRIPT = "from store.importers.parallel import run_build_worker; run_build_worker()"

ItemBatch = Sequence[ImportItem | ParsedArticle | Rejection]


def build_in_parallel(
    builder: ArticleBuilder,
    items: Iterable[ImportItem | ParsedArticle | Rejection],
    processes: int,
) -> BuildResults:
    """Yield what the builder makes of the items, in their order, using that many processes."""
    remaining = iter(items)
    with contextlib.ExitStack() as stack:
        idle = deque(_BuildProcess(builder) for _ in range(processes))
        for process in idle:
            stack.callback(process.close)
        busy: deque[_BuildProcess] = deque()
        while batch := tuple(islice(remaining, BATCH_SIZE)):
            if not idle:
                idle.append(busy.popleft())
                yield from idle[-1].collect()
            busy.append(idle.popleft())
            busy[-1].submit(batch)
        for process in busy:
            yield from process.collect()


class _BuildProcess:
    """A process that builds one batch at a time."""

    def __init__(self, builder: ArticleBuilder) -> None:
        self._builder = builder
        self._batch: ItemBatch = ()
        self._process = HelperProcess(BUILD_WORKER_SCRIPT)
        self._process.start()
        self.close = self._process.close

    def submit(self, batch: ItemBatch) -> None:
        self._batch = batch
        self._process.send(_pickle((self._builder, batch)))

    def collect(self) -> BuildResults:
        """Wait for the batch and yield its articles."""
        answer = self._process.receive()
        if answer is None:
            yield from self._builder.build_all(self._batch)
        else:
            yield from pickle.loads(answer)  # noqa: S301 (from our own process)


def run_build_worker() -> None:
    """Build batches until the input ends; the main function of a build process."""
    while (message := read_message(sys.stdin.buffer)) is not None:
        builder, batch = pickle.loads(message)  # noqa: S301 (from our own process)
        write_message(sys.stdout.buffer, _pickle(list(builder.build_all(batch))))


def _make_reducer(kind: type) -> Callable[[Any], tuple[Any, ...]]:
    """Pickle values of a dataclass as a call of it: a third of the default's time."""
    values = attrgetter(*(each.name for each in fields(kind)))
    return lambda value: (kind, values(value))


PICKLE_REDUCERS: Mapping[type, Callable[[Any], tuple[Any, ...]]] = {
    each: _make_reducer(each) for each in (Article, Body, ParsedArticle, ReadingStatus, Rejection)
}


def _pickle(message: object) -> memoryview:
    packed = io.BytesIO()
    pickler = pickle.Pickler(packed, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = PICKLE_REDUCERS
    pickler.dump(message)
    return packed.getbuffer()
