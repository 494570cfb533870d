"""The server of `newstui serve`, with a small program instead of the reader."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tui.web import pseudo_terminal, server
from tui.web.access import Access
from tui.web.server import (
    InvalidMessage,
    TerminalServer,
    listen,
    load_static_files,
    make_environment,
    parse_size,
)

PROGRAM = """
import os, signal, sys, termios, tty
def hang_up(*_):
    with open(sys.argv[1], "a") as log:
        log.write("hung up\\n")
    sys.exit()
def write(data):
    while data:  # a signal may end a write before all is written
        data = data[os.write(1, data):]
def show_size(*_):
    rows, columns = termios.tcgetwinsize(0)
    write(f"{columns}x{rows}\\n".encode())
signal.signal(signal.SIGHUP, hang_up)
signal.signal(signal.SIGWINCH, show_size)
tty.setraw(0)
show_size()
while (key := os.read(0, 1000)) != b"q":
    write(b"<" + key + b">")
"""
SIZE = json.dumps({"columns": 100, "rows": 30})
PATIENCE = 60.0
"""Seconds for anything to happen on a busy machine."""


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give pages and programs the time they need."""
    monkeypatch.setattr(server, "SIZE_TIMEOUT", PATIENCE)
    monkeypatch.setattr(pseudo_terminal, "STOP_TIMEOUT", PATIENCE)


class Page:
    """A page in a browser, as far as the server can tell."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.screen = b""

    async def receive(self) -> None:
        """Wait until the program has written something."""
        message = await self.connection.recv()
        assert isinstance(message, bytes)
        self.screen += message

    async def wait_for(self, text: bytes) -> None:
        """Wait until the program has written this."""
        async with asyncio.timeout(PATIENCE):
            while text not in self.screen:
                await self.receive()


class Server:
    """A running server."""

    def __init__(self, access: Access, log: Path) -> None:
        self.access = access
        self._log = log

    async def fetch(self, request: str) -> str:
        """Send lines of HTTP as they are, and return the answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.access.port)
        writer.write(request.replace("\n", "\r\n").encode())
        answer = await reader.read()
        writer.close()
        return answer.decode()

    @asynccontextmanager
    async def open(self, size: str | bytes = SIZE) -> AsyncIterator[Page]:
        """Open a page."""
        port, folder = self.access.port, self.access.folder
        async with connect(
            f"ws://127.0.0.1:{port}/{folder}/terminal",
            origin=f"http://127.0.0.1:{port}",  # type: ignore[arg-type]
            additional_headers={"Cookie": f"newstui={self.access.cookie}"},
            proxy=None,
            open_timeout=PATIENCE,
            ping_interval=None,
        ) as connection:
            await connection.send(size)
            yield Page(connection)

    async def wait_for_log(self, lines: int) -> None:
        """Wait until so many programs were hung up."""
        async with asyncio.timeout(PATIENCE):
            while len(self.read_log()) < lines:
                await asyncio.sleep(0.01)

    def read_log(self) -> Sequence[str]:
        """Return a line for each program that was hung up."""
        return self._log.read_text().splitlines() if self._log.exists() else []


@asynccontextmanager
async def serve(folder: Path, program: str = PROGRAM) -> AsyncIterator[Server]:
    """Run a server until the block ends."""
    log = folder / "log"
    listener = listen(0)
    access = Access(listener.getsockname()[1], load_static_files())
    command = [sys.executable, "-ISc", program, str(log)]
    server = TerminalServer(command, make_environment(os.environ), access)
    started = asyncio.Event()
    running = asyncio.create_task(server.run(listener, started.set))
    async with asyncio.timeout(PATIENCE):
        await started.wait()
    yield Server(access, log)
    if not running.done():  # else nobody handles the signal
        os.kill(os.getpid(), signal.SIGTERM)
    async with asyncio.timeout(PATIENCE):
        await running


async def test_keys_screen_and_size_go_through(tmp_path: Path) -> None:
    async with serve(tmp_path) as server, server.open() as page:
        await page.wait_for(b"100x30")
        await page.connection.send("j한".encode())
        await page.wait_for("<j한>".encode())
        await page.connection.send(b"\x03")  # ctrl+c is a key
        await page.wait_for(b"<\x03>")
        await page.connection.send(json.dumps({"columns": 60, "rows": 20}))
        await page.wait_for(b"60x20")
        assert page.screen.split() == [b"100x30", "<j한><\x03>60x20".encode()]


async def test_a_long_paste_arrives_whole(tmp_path: Path) -> None:
    async with serve(tmp_path) as server, server.open() as page:
        await page.wait_for(b"100x30")
        await page.connection.send(b"x" * 300_000)
        async with asyncio.timeout(PATIENCE):
            while page.screen.count(b"x") < 300_001:  # one is in the size
                await page.receive()
        assert page.screen.translate(None, b"<>") == b"100x30\n" + b"x" * 300_000


async def test_a_program_ends_with_its_page(tmp_path: Path) -> None:
    async with serve(tmp_path) as server:
        async with server.open() as first, server.open() as second:
            await first.wait_for(b"100x30")
            await second.wait_for(b"100x30")
            await first.connection.close()
            await server.wait_for_log(1)
            await second.connection.send(b"a")
            await second.wait_for(b"<a>")
            assert server.read_log() == ["hung up"]
        await server.wait_for_log(2)
        assert server.read_log() == ["hung up"] * 2


async def test_a_page_is_told_that_its_program_has_ended(tmp_path: Path) -> None:
    async with serve(tmp_path) as server, server.open() as page:
        await page.wait_for(b"100x30")
        await page.connection.send(b"q")
        with pytest.raises(ConnectionClosed):
            await page.wait_for(b"never")
        assert page.connection.close_code == 1000
        assert server.read_log() == []


async def test_stopping_the_server_hangs_up(tmp_path: Path) -> None:
    async with serve(tmp_path) as server, server.open() as page:
        await page.wait_for(b"100x30")
        os.kill(os.getpid(), signal.SIGTERM)
        await server.wait_for_log(1)
        assert server.read_log() == ["hung up"]


async def test_a_server_started_with_nohup_outlives_its_terminal(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        async with serve(tmp_path) as server, server.open() as page:
            await page.wait_for(b"100x30")
            os.kill(os.getpid(), signal.SIGHUP)
            await page.connection.send(b"a")
            await page.wait_for(b"<a>")
            assert page.screen.endswith(b"<a>")
            assert server.read_log() == []
    finally:
        signal.signal(signal.SIGHUP, before)


async def test_a_program_that_does_not_end_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pseudo_terminal, "STOP_TIMEOUT", 0.1)
    program = "import os, signal, time; signal.signal(1, 1); os.write(1, b'%d|' % os.getpid())\nwhile 1: time.sleep(9)"
    async with serve(tmp_path, program) as server:
        async with server.open() as page:
            await page.wait_for(b"|")
        pid = int(page.screen.partition(b"|")[0])
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_too_many_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.web.server.MAX_TERMINALS", 1)
    async with serve(tmp_path) as server, server.open() as page:
        await page.wait_for(b"100x30")
        with pytest.raises(ConnectionClosed) as error:
            async with server.open() as other:
                await other.wait_for(b"never")
        assert error.value.rcvd is not None
        assert error.value.rcvd.code == 1013


@pytest.mark.parametrize("size", [b"j", "", "{", "[]", "[" * 3000, '{"columns": 100, "rows": 0}'])
async def test_a_page_that_does_not_say_its_size(tmp_path: Path, size: str | bytes) -> None:
    async with serve(tmp_path) as server, server.open(size) as page:
        with pytest.raises(ConnectionClosed):
            await page.wait_for(b"never")
        assert page.connection.close_code == 1008


@pytest.mark.parametrize(
    "message",
    [
        '{"columns": 0, "rows": 24}',
        '{"columns": 1001, "rows": 24}',
        '{"columns": 80.5, "rows": 24}',
        '{"columns": true, "rows": 24}',
        '{"columns": "80", "rows": 24}',
        '{"columns": 80}',
        "null",
    ],
)
def test_what_is_no_size(message: str) -> None:
    with pytest.raises(InvalidMessage):
        parse_size(message)


# -- requests --------------------------------------------------------------------------------


async def test_the_page_and_its_files(tmp_path: Path) -> None:
    async with serve(tmp_path) as server:
        access = server.access
        head = f"Host: 127.0.0.1:{access.port}\n"
        moved = await server.fetch(f"GET /?token={access.token} HTTP/1.1\n{head}\n")
        assert moved.startswith("HTTP/1.1 303 ")
        assert f"Location: /{access.folder}/\r\n" in moved
        head += f"Cookie: newstui={access.cookie}\n"
        page = await server.fetch(f"GET /{access.folder}/ HTTP/1.1\n{head}\n")
        assert page.startswith("HTTP/1.1 200 ")
        assert '<script type="module" src="client.mjs">' in page
        assert "Server:" not in page


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        ("GET / HTTP/1.1\nHost: evil.example\n\n", "421"),
        ("GET / HTTP/1.1\nHost: 127.0.0.1:PORT\n\n", "403"),
        ("GET /%2e%2e/etc/passwd HTTP/1.1\nHost: 127.0.0.1:PORT\n\n", "404"),
        ("POST /?token=TOKEN HTTP/1.1\nHost: 127.0.0.1:PORT\nContent-Length: 0\n\n", "405"),
        ("nonsense\n\n", "400"),
    ],
)
async def test_other_requests(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], request_text: str, status: str
) -> None:
    async with serve(tmp_path) as server:
        text = request_text.replace("PORT", str(server.access.port))
        answer = await server.fetch(text.replace("TOKEN", server.access.token))
    assert answer.startswith(f"HTTP/1.1 {status}") or not answer
    assert "Set-Cookie" not in answer
    assert capfd.readouterr().err == ""


async def test_a_socket_of_another_origin(tmp_path: Path) -> None:
    async with serve(tmp_path) as server:
        port, folder = server.access.port, server.access.folder
        with pytest.raises(InvalidStatus) as error:
            await connect(
                f"ws://127.0.0.1:{port}/{folder}/terminal",
                origin="http://evil.example",  # type: ignore[arg-type]
                additional_headers={"Cookie": f"newstui={server.access.cookie}"},
                proxy=None,
                open_timeout=PATIENCE,
            )
    assert error.value.response.status_code == 403


def test_only_this_machine_can_connect() -> None:
    with listen(0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


def test_the_files_of_the_page_name_nothing_elsewhere() -> None:
    files = load_static_files()
    assert {"index.html", "client.mjs", "style.css", "xterm.mjs", "xterm.css"} <= files.keys()
    for name in ("index.html", "client.mjs", "style.css"):
        assert b"//" not in files[name].content.replace(b"// ", b"").replace(b"\n//\n", b"")


def test_the_environment_of_a_page() -> None:
    found = make_environment({"TMUX": "x", "HOME": "/h", "TERM": "dumb", "COLUMNS": "9"})
    assert found == {"HOME": "/h", "TERM": "xterm-256color", "COLORTERM": "truecolor"}
