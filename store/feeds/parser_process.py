"""The process that parses what comes from the network.

Anybody may send bytes to a parser. One that hangs, needs all memory or crashes costs one feed or
page here, and the reader's keys never wait for it. The answers are JSON and not pickled, because
they come from a process that has read hostile input.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Mapping
from typing import Any

import orjson

from store.model.errors import FetchFailed, InvalidInput
from store.system.helper_process import HelperProcess

PARSE_TIMEOUT_SECONDS = 10
"""Seconds that one feed or page may take (cases 100 and 101)."""
PARSER_WORKER_SCRIPT = (
    "import os; os.nice(10); "  # before the imports, which take the longest
    "from store.feeds.parser_worker import run_parser_worker; run_parser_worker()"
)


class ParserProcess:
    """A parser in a process of its own; started when it is needed, and again after a failure."""

    def __init__(self, seconds: int = PARSE_TIMEOUT_SECONDS) -> None:
        self._timeout = seconds
        self._process = HelperProcess(PARSER_WORKER_SCRIPT)
        self._lock = threading.Lock()
        self.close = self._process.close

    def parse(self, kind: str, about: Mapping[str, Any], data: bytes) -> dict[str, Any]:
        """Parse a feed or a page.

        Args:
            kind: `feed` or `page`.
            about: What the parser has to know about the data, see `store.feeds.parser_worker`.
            data: What the server sent.

        Raises:
            InvalidInput: The data is not what it should be.
            FetchFailed: Parsing took too long or too much memory.
        """
        with self._lock:
            head = orjson.dumps({"kind": kind, "seconds": self._timeout, **about})
            self._process.send(head + b"\n" + data)
            answer = self._process.receive()
            if answer is None:
                raise FetchFailed(self._describe_exit(self._process.close()))
        found: dict[str, Any] = orjson.loads(answer)
        if problem := found.get("problem"):
            raise InvalidInput(problem)
        return found

    def _describe_exit(self, code: int | None) -> str:
        if code == -signal.SIGALRM:
            return f"parsing took longer than {self._timeout} seconds"
        return "parsing failed or took too much memory"
