"""Waiting for the server of a library before the reader starts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from store.model.errors import InvalidInput, ServerUnreachable
from tui.reader import server_wait
from tui.reader.server_wait import ERASE_LINE, wait_for_server

URL = "postgresql://ann@host/news"
AWAY = ServerUnreachable("Connection refused", URL)


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, int]]:
    """The descriptor that keys are read from, and the one they are typed on; nothing is waited for."""
    monkeypatch.setattr(server_wait, "FIRST_DELAY", 0)
    reading, writing = os.pipe()
    yield reading, writing
    os.close(reading)


def answers(*results: object) -> Callable[[], object]:
    """Return what opens a library: it returns or raises one result after the other."""
    remaining = iter(results)

    def open_library() -> object:
        result = next(remaining)
        if isinstance(result, Exception):
            raise result
        return result

    return open_library


def test_it_opens_the_library_once_the_server_answers(keys: tuple[int, int]) -> None:
    shown, screen = os.pipe()
    results = answers(ServerUnreachable("the database system is starting up", URL), "library")
    assert wait_for_server(results, AWAY, ["q"], keys[0], screen) == "library"
    assert os.read(shown, 4096).decode().split(ERASE_LINE)[1:] == [
        "newstui: waiting for the server (q quits): Connection refused · postgresql://……",
        "newstui: waiting for the server (q quits): the database system is starting up …",
        "",
    ]


@pytest.mark.parametrize(
    ("typed", "quit_keys", "named"),
    [(b"q", ["q"], "q"), (b"jQ", ["Z Z", "Q"], "Q"), (b"\x1b[A:", [":", "q"], ":")],
)
def test_a_key_quits(keys: tuple[int, int], typed: bytes, quit_keys: list[str], named: str) -> None:
    os.write(keys[1], typed)
    shown, screen = os.pipe()
    assert wait_for_server(answers(*[AWAY] * 50), AWAY, quit_keys, keys[0], screen) is None
    assert f"({named} quits)" in os.read(shown, 4096).decode()


def test_other_errors_end_it(keys: tuple[int, int]) -> None:
    screen = os.open(os.devnull, os.O_WRONLY)
    with pytest.raises(InvalidInput, match="not a library"):
        wait_for_server(answers(InvalidInput("not a library")), AWAY, ["q"], keys[0], screen)
