"""A process aside, in which what comes from the network is taken apart.

Parsers are given bytes by anybody. Here one that hangs, needs all the memory there is or crashes
costs one feed or page; and the reader's keys never wait for it. The process gets a request as a
line of JSON and the bytes behind it, and answers with a line of JSON; it ends with its input.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from store.model.errors import FetchFailed, InvalidInput

PARSE_TIMEOUT_SECONDS = 10
"""What one feed or page may take (cases 100 and 101)."""
MAX_PARSER_MEMORY_BYTES = 1_500_000_000
"""Bytes of address space; the libraries alone take a third of it."""
PARSER_BOOTSTRAP = "import sys; sys.path[:] = sys.argv[1:]; from store.feeds.parser_process import run_parser_worker; run_parser_worker()"


class ParserProcess:
    """One such process; started when it is first needed, and again after it has failed."""

    def __init__(self, seconds: int = PARSE_TIMEOUT_SECONDS) -> None:
        self._timeout = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def parse(self, kind: str, about: Mapping[str, Any], data: bytes) -> dict[str, Any]:
        """Have something taken apart.

        Args:
            kind: `feed` or `page`.
            about: What is known of it.
            data: Its bytes.

        Raises:
            BadInput: It is not what it should be.
            FetchFailed: It took too long or too much.
        """
        with self._lock:
            process = self._ensure_running()
            head = {"kind": kind, "size": len(data), "seconds": self._timeout, **about}
            answer = b""
            if process.stdin is not None and process.stdout is not None:
                with contextlib.suppress(OSError):  # it has ended: below is said why
                    process.stdin.write(orjson.dumps(head) + b"\n" + data)
                    process.stdin.flush()
                    answer = process.stdout.readline()
            if not answer:
                raise FetchFailed(self._describe_exit(process))
        found: dict[str, Any] = orjson.loads(answer)
        if problem := found.get("problem"):
            raise InvalidInput(problem)
        return found

    def _ensure_running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            root = str(Path(__file__).resolve().parents[2])
            paths = [root, *(each for each in sys.path if each)]
            self._process = subprocess.Popen(  # noqa: S603 - ourselves
                [sys.executable, "-P", "-c", PARSER_BOOTSTRAP, *paths],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        return self._process

    def _describe_exit(self, process: subprocess.Popen[bytes]) -> str:
        self.close()
        if process.returncode == -signal.SIGALRM:
            return f"reading it took longer than {self._timeout} seconds"
        return "reading it took too much memory, or failed"

    def close(self) -> None:
        """End the process, whatever it is doing."""
        process = self._process
        if process is None:
            return
        self._process = None
        process.kill()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):  # what was not sent is not wanted
                    stream.close()
        process.wait()


# -- in the process ------------------------------------------------------------------------


def run_parser_worker() -> None:
    """Answer requests until there are no more."""
    import resource

    os.nice(10)
    for limit, value in ((resource.RLIMIT_AS, MAX_PARSER_MEMORY_BYTES), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):  # not every system has it
            resource.setrlimit(limit, (value, value))
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    while line := asked.readline():
        head = orjson.loads(line)
        signal.alarm(head["seconds"])  # which ends the process: no code can hold it up
        answers.write(
            orjson.dumps(_handle_request(head, _read_exactly(asked, head["size"]))) + b"\n"
        )
        answers.flush()
        signal.alarm(0)


def _read_exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


def _handle_request(head: Mapping[str, Any], data: bytes) -> Mapping[str, Any]:
    from store.feeds import parser_worker

    try:
        return parser_worker.REQUEST_PARSERS[head["kind"]](head, data)
    except InvalidInput as error:
        return {"problem": str(error)}
    except MemoryError:
        return {"problem": "reading it takes too much memory"}
    except Exception as error:  # noqa: BLE001 - a parser failed on what anybody may send
        return {"problem": f"it cannot be read ({type(error).__name__})"}
