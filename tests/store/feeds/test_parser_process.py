"""The process aside: it is ended when it takes too long or too much, and the next one works."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from store.feeds.parser_process import ParserProcess
from store.model.errors import FetchFailed, InvalidInput

ABOUT = {
    "charset": "",
    "key": "https://e.example/",
    "url": "https://e.example/",
    "now": "2026-11-22T12:00:00Z",
    "category": "",
}
FEED = b"<rss><channel><title>T</title><item><title>One</title></item></channel></rss>"


@pytest.fixture
def aside() -> Iterator[ParserProcess]:
    aside = ParserProcess(seconds=1)
    yield aside
    aside.close()


def test_it_answers_and_survives_what_it_is_given(aside: ParserProcess) -> None:
    """Cases 93, 100 and 101: a process of its own, and a line for what it cannot read."""
    assert aside.parse("feed", ABOUT, FEED)["title"] == "T"
    with pytest.raises(InvalidInput, match="not a feed"):
        aside.parse("feed", ABOUT, b"/etc/passwd")
    nested = b"<rss><channel><item><description>" + b"<b>" * 1_000_000
    with pytest.raises((InvalidInput, FetchFailed)):  # time or memory, according to the machine
        aside.parse("feed", {**ABOUT, "charset": ["no charset"]}, nested)
    assert aside.parse("feed", ABOUT, FEED)["title"] == "T"


def test_it_is_ended_when_it_takes_too_long(
    aside: ParserProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cases 100 and 101: whatever it is doing then."""
    start = "import time, sys, signal; sys.stdin.buffer.readline(); signal.alarm(1); time.sleep(60)"
    with monkeypatch.context() as patched:
        patched.setattr("store.feeds.parser_process.PARSER_BOOTSTRAP", start)
        with pytest.raises(FetchFailed, match="took longer than 1 seconds"):
            aside.parse("feed", ABOUT, FEED)
    with monkeypatch.context() as patched:
        patched.setattr("store.feeds.parser_process.PARSER_BOOTSTRAP", "raise SystemExit")
        with pytest.raises(FetchFailed, match="failed"):
            aside.parse("feed", ABOUT, FEED)
    aside.close()
    aside.close()
