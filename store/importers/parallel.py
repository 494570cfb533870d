"""Articles of large files are built by several processes, a batch each at a time.

Building is most of an import: HTML to text, cleaning, counting. A process gets a batch of items by a
pipe and answers with articles; it ends with its input, so none outlives the import, however that
ends. The order stays, and a process that fails costs time alone: its batch is built here.
"""

from __future__ import annotations

import contextlib
import io
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import IO, Any, cast

from store.importers.article_builder import ArticleBuilder, BuildResults
from store.importers.containers import ImportItem
from store.model.article import Article, Body, ParsedArticle, ReadingStatus, Rejection

BATCH_SIZE = 100
"""Items a process gets at once."""
LENGTH_PREFIX_BYTES = 8
"""Bytes in which the size of a message is told."""
BUILDER_BOOTSTRAP = "import sys; sys.path[:] = sys.argv[1:]; from store.importers.parallel import run_build_worker; run_build_worker()"

ItemBatch = Sequence[ImportItem | Rejection]


def build_in_parallel(
    builder: ArticleBuilder, items: Iterable[ImportItem | Rejection], processes: int
) -> BuildResults:
    """What the builder makes of the items, by that many processes."""
    remaining = iter(items)
    with contextlib.ExitStack() as stack:
        idle = deque(stack.enter_context(_BuildProcess(builder)) for _ in range(processes))
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
    """One process that builds, and the batch it is given."""

    def __init__(self, builder: ArticleBuilder) -> None:
        self._builder = builder
        self._batch: ItemBatch = ()

    def __enter__(self) -> _BuildProcess:
        root = str(Path(__file__).resolve().parents[2])
        paths = [root, *(each for each in sys.path if each)]
        self._process = subprocess.Popen(  # noqa: S603 (ourselves)
            [sys.executable, "-P", "-c", BUILDER_BOOTSTRAP, *paths],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # ctrl+c is for the import, which then ends this
        )
        self._send(self._builder)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        with contextlib.suppress(OSError), self._process:  # what was not sent is not wanted
            pass

    def submit(self, batch: ItemBatch) -> None:
        """Have a batch built."""
        self._batch = batch
        self._send(batch)

    def collect(self) -> BuildResults:
        """What was built of the batch, once it is."""
        answer = _receive_message(cast("IO[bytes]", self._process.stdout))
        yield from self._builder.build_all(self._batch) if answer is None else answer

    def _send(self, message: object) -> None:
        with contextlib.suppress(OSError):  # it has ended, which its answer tells
            _send_message(cast("IO[bytes]", self._process.stdin), message)


def _make_reducer(kind: type) -> Callable[[Any], tuple[Any, ...]]:
    """How a value of our own is pickled: as a call of its type, a third of what it takes else."""
    values = attrgetter(*(each.name for each in fields(kind)))
    return lambda value: (kind, values(value))


PICKLE_REDUCERS: Mapping[type, Callable[[Any], tuple[Any, ...]]] = {
    each: _make_reducer(each) for each in (Article, Body, ParsedArticle, ReadingStatus, Rejection)
}


def _send_message(stream: IO[bytes], message: object) -> None:
    packed = io.BytesIO()
    pickler = pickle.Pickler(packed, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = PICKLE_REDUCERS
    pickler.dump(message)
    data = packed.getbuffer()
    stream.write(len(data).to_bytes(LENGTH_PREFIX_BYTES, "big"))
    stream.write(data)
    stream.flush()


def _receive_message(stream: IO[bytes]) -> Any:
    """The next message; None where there is none any more."""
    size = stream.read(LENGTH_PREFIX_BYTES)
    data = stream.read(int.from_bytes(size, "big")) if len(size) == LENGTH_PREFIX_BYTES else b""
    try:
        return pickle.loads(data) if data else None  # noqa: S301 (of our own process)
    except (EOFError, pickle.UnpicklingError):  # it ended while it was writing
        return None


def run_build_worker() -> None:
    """Build batches until there are no more; this is what such a process does."""
    builder = _receive_message(sys.stdin.buffer)
    while (batch := _receive_message(sys.stdin.buffer)) is not None:
        _send_message(sys.stdout.buffer, list(builder.built(batch)))
