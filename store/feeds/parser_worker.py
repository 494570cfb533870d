"""The parser process from the inside: a feed or a page in, articles as plain values out."""

from __future__ import annotations

import contextlib
import resource
import signal
import sys
from collections.abc import Callable, Mapping

import orjson

from store.feeds.entries import FeedInfo
from store.feeds.parse import parse_feed
from store.feeds.web_page import find_feed_links, parse_web_page
from store.model.errors import InvalidInput
from store.segments.documents import PlainValues, article_to_values
from store.system.helper_process import read_message, write_message
from store.text.decoding import decode_document, detect_document_kind

MAX_PARSER_MEMORY_BYTES = 1_500_000_000
"""Bytes of address space; the libraries alone take a third of it."""


def run_parser_worker() -> None:
    """Answer requests until the input ends; the main function of a parser process."""
    for limit, value in ((resource.RLIMIT_AS, MAX_PARSER_MEMORY_BYTES), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):  # not every system has it
            resource.setrlimit(limit, (value, value))
    while (message := read_message(sys.stdin.buffer)) is not None:
        head, _, data = message.partition(b"\n")
        about = orjson.loads(head)
        signal.alarm(about["seconds"])  # ends the process: no code can hold that up
        write_message(sys.stdout.buffer, orjson.dumps(_answer_request(about, data)))
        signal.alarm(0)


def _answer_request(about: PlainValues, data: bytes) -> PlainValues:
    try:
        return REQUEST_PARSERS[about["kind"]](about, data)
    except InvalidInput as error:
        return {"problem": str(error)}
    except MemoryError:
        return {"problem": "parsing takes too much memory"}
    except Exception as error:  # noqa: BLE001 - a parser failed on what anybody may send
        return {"problem": f"cannot be parsed ({type(error).__name__})"}


def parse_feed_request(about: PlainValues, data: bytes) -> PlainValues:
    """Parse a feed; if it is a page instead, the error names the feed of that page."""
    names = ("key", "url", "now", "category")
    try:
        parsed = parse_feed(data, about["charset"], FeedInfo(*(about[name] for name in names)))
    except InvalidInput as error:
        links = _find_links(data, about)
        raise InvalidInput(f"{error}; its feed is {links[0]}" if links else str(error)) from None
    return {
        "title": parsed.title,
        "site": parsed.site,
        "found": [article_to_values(each) for each in parsed.articles],
        "refused": [f"{each.location}: {each.reason}" for each in parsed.rejected],
        "left_out": parsed.omitted_count,
    }


def _find_links(data: bytes, about: PlainValues) -> list[str]:
    text = decode_document(data, about["charset"])
    return find_feed_links(text, about["url"]) if detect_document_kind(text) == "html" else []


def parse_page_request(about: PlainValues, data: bytes) -> PlainValues:
    """Parse a web page."""
    return parse_web_page(data, about["charset"], about["url"], about["now"])


REQUEST_PARSERS: Mapping[str, Callable[[PlainValues, bytes], PlainValues]] = {
    "feed": parse_feed_request,
    "page": parse_page_request,
}
