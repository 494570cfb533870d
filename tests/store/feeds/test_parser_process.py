"""The parser process: a request that takes too long or too much costs itself alone."""

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
HANGING_SCRIPT = "import time, signal; sys.stdin.buffer.readline(); signal.alarm(1); time.sleep(60)"

SPINNING_SCRIPT = """import store.feeds.parser_process as process
def spin(about, data):
    while True:
        pass
process.REQUEST_PARSERS = {"feed": spin}
process.run_parser_worker()
"""


@pytest.fixture
def parser() -> Iterator[ParserProcess]:
    parser = ParserProcess(seconds=60)
    yield parser
    parser.close()


def test_it_answers_and_survives_bad_input(
    parser: ParserProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cases 93, 100 and 101: what cannot be parsed costs one line."""
    assert parser.parse("feed", ABOUT, FEED)["title"] == "T"
    for kind in ("feed", "feed parts"):  # a document that is not whole is no failure
        assert parser.parse(kind, ABOUT, FEED)["incomplete"] == ""
        cut = parser.parse(kind, ABOUT, FEED[:-10])
        assert (cut["title"], cut["incomplete"]) == (
            "T",
            "not a whole feed: truncated after entry 1",
        )
    with pytest.raises(InvalidInput, match="not a feed"):
        parser.parse("feed", ABOUT, b"/etc/passwd")
    nested = b"<rss><channel><item><description>" + b"<b>" * 1_000_000 + b"</item></rss>"
    monkeypatch.setattr(parser, "_timeout", 1)
    with pytest.raises((InvalidInput, FetchFailed)):  # time or memory, depending on the machine
        parser.parse("feed", {**ABOUT, "charset": ["no charset"]}, nested)
    monkeypatch.undo()
    assert parser.parse("feed", ABOUT, FEED)["title"] == "T"


def test_it_is_killed_when_it_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cases 100 and 101: whatever it is doing."""
    for script, reason in (
        (HANGING_SCRIPT, "took longer than 1 seconds"),
        (SPINNING_SCRIPT, "took longer than 1 seconds"),
        ("sys.exit()", "failed"),
    ):
        monkeypatch.setattr("store.feeds.parser_process.PARSER_WORKER_SCRIPT", script)
        parser = ParserProcess(seconds=1)
        with pytest.raises(FetchFailed, match=reason):
            parser.parse("feed", ABOUT, FEED)
        parser.close()
        parser.close()
