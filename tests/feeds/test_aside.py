"""The process aside: it is ended when it takes too long or too much, and the next one works."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from store.feeds.parser_process import Aside
from store.model.errors import BadInput, FetchFailed

ABOUT = {
    "charset": "",
    "key": "https://e.example/",
    "url": "https://e.example/",
    "now": "2026-11-22T12:00:00Z",
    "category": "",
}
FEED = b"<rss><channel><title>T</title><item><title>One</title></item></channel></rss>"


@pytest.fixture
def aside() -> Iterator[Aside]:
    aside = Aside(seconds=1)
    yield aside
    aside.close()


def test_it_answers_and_survives_what_it_is_given(aside: Aside) -> None:
    """Cases 93, 100 and 101: a process of its own, and a line for what it cannot read."""
    assert aside.ask("feed", ABOUT, FEED)["title"] == "T"
    with pytest.raises(BadInput, match="not a feed"):
        aside.ask("feed", ABOUT, b"/etc/passwd")
    nested = b"<rss><channel><item><description>" + b"<b>" * 1_000_000
    with pytest.raises((BadInput, FetchFailed)):  # time or memory, according to the machine
        aside.ask("feed", {**ABOUT, "charset": ["no charset"]}, nested)
    assert aside.ask("feed", ABOUT, FEED)["title"] == "T"


def test_it_is_ended_when_it_takes_too_long(aside: Aside, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cases 100 and 101: whatever it is doing then."""
    start = "import time, sys, signal; sys.stdin.buffer.readline(); signal.alarm(1); time.sleep(60)"
    with monkeypatch.context() as patched:
        patched.setattr("store.feeds.parser_process.START", start)
        with pytest.raises(FetchFailed, match="took longer than 1 seconds"):
            aside.ask("feed", ABOUT, FEED)
    with monkeypatch.context() as patched:
        patched.setattr("store.feeds.parser_process.START", "raise SystemExit")
        with pytest.raises(FetchFailed, match="failed"):
            aside.ask("feed", ABOUT, FEED)
    aside.close()
    aside.close()
