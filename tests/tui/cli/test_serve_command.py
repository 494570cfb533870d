"""`newstui serve`: what keeps it from starting. `tests/process/test_serve.py` starts it."""

from __future__ import annotations

import sys

import pytest

from tests.tui.cli.conftest import Run
from tui.cli.serve import make_reader_command
from tui.web.server import listen


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "１"])
def test_a_port_that_is_none(run: Run, port: str) -> None:
    result = run("serve", f"--port={port}")
    assert result.code == 2
    assert "is not a port from 1 to 65535" in result.err


def test_a_port_in_use(run: Run) -> None:
    with listen(0) as other:
        port = other.getsockname()[1]
        result = run("serve", "--port", str(port))
    assert (result.code, result.out) == (1, "")
    assert result.err == f"newstui: cannot listen on port {port}: Address already in use\n"


def test_without_the_extra(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "tui.web.server", raising=False)
    for name in [name for name in sys.modules if name.startswith("websockets")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "websockets", None)
    result = run("serve")
    assert (result.code, result.err) == (
        1,
        "newstui: newstui serve needs websockets: pip install 'newstui[serve]'\n",
    )


def test_the_reader_of_a_page_has_the_library_of_the_server() -> None:
    assert make_reader_command("a/b")[-2:] == ["--library", "a/b"]
    assert make_reader_command(None)[-1] == "tui"
