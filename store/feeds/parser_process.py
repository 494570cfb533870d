"""The process that parses what comes from the network.

Anybody may send bytes to a parser. One that hangs, needs all memory or crashes costs one feed or
page here, and the reader's keys never wait for it. The answers are JSON and not pickled, because
they come from a process that has read hostile input.
"""

from __future__ import annotations

import contextlib
import resource
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import orjson

from store.model.errors import FetchFailed, InvalidInput
from store.segments.documents import PlainValues, article_to_values
from store.system.helper_process import HelperProcess, read_message, write_message
from store.text.decoding import decode_document, detect_document_kind

if TYPE_CHECKING:
    from store.feeds.entry import FeedInfo, ParsedFeed

PARSE_TIMEOUT_SECONDS = 10
"""Seconds of processor time that one feed or page may take (cases 100 and 101)."""
WALL_CLOCK_FACTOR = 12
"""A busy machine may take this much longer; then the parser waits for something and hangs."""
MAX_PARSER_MEMORY_BYTES = 1_500_000_000
"""Bytes of address space; the libraries alone take a third of it."""
PARSER_WORKER_SCRIPT = (
    "import os; os.nice(10); "  # before the imports, which take the longest
    "import store.feeds.feed_parts, store.feeds.web_page; "  # before the limits of time and memory
    "from store.feeds.parser_process import run_parser_worker; run_parser_worker()"
)


class ParserProcess:
    """A parser in a process of its own; started when it is needed, and again after a failure."""

    def __init__(self, seconds: int = PARSE_TIMEOUT_SECONDS) -> None:
        self._timeout = seconds
        self._process = HelperProcess(PARSER_WORKER_SCRIPT)
        self._lock = threading.Lock()
        self.close = self._process.close

    def parse(self, kind: str, about: Mapping[str, Any], data: bytes) -> dict[str, Any]:
        """Parse a feed or a page; `about` is what the parser of that kind has to know about it.

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
        content = orjson.loads(answer)
        if "problem" in content:
            raise InvalidInput(content["problem"])
        found: dict[str, Any] = content["found"]
        return found

    def _describe_exit(self, code: int | None) -> str:
        if code in (-signal.SIGPROF, -signal.SIGALRM):
            return f"parsing took longer than {self._timeout} seconds"
        return "parsing failed or took too much memory"


# -- inside the process --------------------------------------------------------------------


def run_parser_worker() -> None:
    """Answer requests until the input ends; the main function of a parser process."""
    for limit, value in ((resource.RLIMIT_AS, MAX_PARSER_MEMORY_BYTES), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):  # not every system has it
            resource.setrlimit(limit, (value, value))
    while (message := read_message(sys.stdin.buffer)) is not None:
        head, _, data = message.partition(b"\n")
        about = orjson.loads(head)
        # The signals end the process: no code can hold that up.
        signal.setitimer(signal.ITIMER_PROF, about["seconds"])
        signal.alarm(WALL_CLOCK_FACTOR * about["seconds"])
        write_message(sys.stdout.buffer, orjson.dumps(_answer_request(about, data)))
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)


def _answer_request(about: PlainValues, data: bytes) -> PlainValues:
    try:
        return {"found": REQUEST_PARSERS[about["kind"]](about, data)}
    except InvalidInput as error:
        return {"problem": str(error)}
    except MemoryError:
        return {"problem": "parsing takes too much memory"}
    except Exception as error:  # noqa: BLE001 - a parser failed on what anybody may send
        return {"problem": f"cannot be parsed ({type(error).__name__})"}


def parse_feed_request(about: PlainValues, data: bytes) -> PlainValues:
    """Parse a feed; if it is a page instead, the error names the feed of that page."""
    from store.feeds.parse import parse_feed  # imported here: only the process needs it

    try:
        parsed = parse_feed(data, about["charset"], _feed_info(about))
    except InvalidInput as error:
        links = _find_links(data, about)
        raise InvalidInput(f"{error}; its feed is {links[0]}" if links else str(error)) from None
    return _feed_values(parsed)


def split_feed_request(about: PlainValues, data: bytes) -> PlainValues:
    """Split the feed in a file into parts that are parsed one by one."""
    from store.feeds.feed_parts import split_feed

    return split_feed(data, _feed_info(about))


def parse_part_request(about: PlainValues, data: bytes) -> PlainValues:
    """Parse a part of a feed; its articles are still to be identified."""
    from store.feeds.parse import parse_feed_part

    return _feed_values(parse_feed_part(data.decode(), _feed_info(about)))


def _feed_info(about: PlainValues) -> FeedInfo:
    from store.feeds.entry import FeedInfo

    return FeedInfo(
        about["key"], about["url"], about["now"], about["category"], about.get("tags", ())
    )


def _feed_values(parsed: ParsedFeed) -> PlainValues:
    return {
        "title": parsed.title,
        "site": parsed.site,
        "found": [article_to_values(each) for each in parsed.articles],
        "refused": [list(each) for each in parsed.rejected],
        "left_out": parsed.omitted_count,
        "incomplete": parsed.problem,
        "moved_to": parsed.moved_to,
    }


def _find_links(data: bytes, about: PlainValues) -> list[str]:
    from store.feeds.web_page import find_feed_links

    text = decode_document(data, about["charset"])
    return find_feed_links(text, about["url"]) if detect_document_kind(text) == "html" else []


def parse_page_request(about: PlainValues, data: bytes) -> PlainValues:
    """Parse a web page."""
    from store.feeds.web_page import parse_web_page

    return parse_web_page(data, about["charset"], about["url"], about["now"])


REQUEST_PARSERS: Mapping[str, Callable[[PlainValues, bytes], PlainValues]] = {
    "feed": parse_feed_request,
    "feed parts": split_feed_request,
    "feed part": parse_part_request,
    "page": parse_page_request,
}
