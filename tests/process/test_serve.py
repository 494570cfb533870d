"""`newstui serve` with the real reader, by a WebSocket and in a headless Chromium."""

from __future__ import annotations

import asyncio
import re
import signal
import struct
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest
from websockets.asyncio.client import connect

from tests.support.chromium import find_chromium, open_browser
from tests.support.environment import environment
from tests.support.reader_process import article_json, run_newstui, write_json
from tests.support.terminal import TIMEOUT

TITLES = ("深海の謎の音は「ししおどし」", "سكان أسفل نهر إلفان", "👩🏽‍🎨 paints")
LINK = re.compile(r"http://127\.0\.0\.1:(\d+)/\?token=[\w-]+")


class ServedReader:
    """A running `newstui serve`."""

    def __init__(self, process: asyncio.subprocess.Process, link: str) -> None:
        self.process = process
        self.link = link

    async def wait_until_alone(self) -> None:
        """Wait until no reader runs."""
        async with asyncio.timeout(TIMEOUT):
            while psutil.Process(self.process.pid).children(recursive=True):
                await asyncio.sleep(0.05)


@asynccontextmanager
async def serve(home: Path) -> AsyncIterator[ServedReader]:
    """Serve a library until the block ends."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tui", "serve", "--library", str(home / "data/newstui")),
        env=environment(home, {}),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(TIMEOUT):
            link = (await process.stdout.readline()).decode().strip()
        yield ServedReader(process, link)
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = await process.communicate()
    assert (process.returncode, errors.decode().splitlines()) == (
        0,
        ["newstui: open this link in a browser on this machine; ctrl+c stops serving"],
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder with a library of three articles."""
    home = tmp_path / "home"
    home.mkdir()
    articles = (article_json(number, title=title) for number, title in enumerate(TITLES, 1))
    run_newstui(home, "import", write_json(tmp_path / "articles.jsonl", *articles))
    return home


async def fetch_headers(link: str) -> str:
    port = int(LINK.fullmatch(link)[1])  # type: ignore[index]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    target = link.partition(str(port))[2]
    writer.write(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    answer = (await reader.read()).decode()
    writer.close()
    return answer


@pytest.mark.slow
async def test_a_reader_for_each_page(home: Path) -> None:
    async with serve(home) as served:
        headers = await fetch_headers(served.link)
        folder = re.search(r"Location: (/\S+/)", headers)[1]  # type: ignore[index]
        cookie = re.search(r"Set-Cookie: (newstui=[\w-]+);", headers)[1]  # type: ignore[index]
        port = LINK.fullmatch(served.link)[1]  # type: ignore[index]
        async with connect(
            f"ws://127.0.0.1:{port}{folder}terminal",
            origin=f"http://127.0.0.1:{port}",  # type: ignore[arg-type]
            additional_headers={"Cookie": cookie},
            proxy=None,
            open_timeout=TIMEOUT,
        ) as page:
            await page.send('{"columns": 100, "rows": 30}')
            screen = b""
            async with asyncio.timeout(TIMEOUT):
                while TITLES[0].encode() not in screen:
                    message = await page.recv()
                    assert isinstance(message, bytes)
                    screen += message
            children = psutil.Process(served.process.pid).children(recursive=True)
            assert children
        await served.wait_until_alone()


@pytest.mark.slow
@pytest.mark.skipif(find_chromium() is None, reason="Chromium is not installed")
async def test_the_reader_in_chromium(home: Path, tmp_path: Path) -> None:
    program = find_chromium()
    assert program is not None
    async with serve(home) as served, open_browser(program, tmp_path / "profile") as page:
        await page.call("Page.navigate", url=served.link)
        for text in (*TITLES, "1/3"):  # the last line is drawn last
            await page.wait_for(text)
        assert "token" not in await page.evaluate("location.href")
        # every line is as wide as the screen: wide, joined and Arabic characters keep their cells
        widths = await page.evaluate(
            "[...document.querySelectorAll('.xterm-rows > div')].map("
            "row => Math.round([...row.children].reduce((sum, each) => sum + each.getBoundingClientRect().width, 0)))"
        )
        assert max(widths) - min(widths) <= 2
        # keys arrive, and what the reader copies is in the clipboard of the browser
        origin = await page.evaluate("location.origin")
        await page.call(
            "Browser.grantPermissions",
            origin=origin,
            permissions=["clipboardReadWrite", "clipboardSanitizedWrite"],
        )
        await page.call("Page.bringToFront")
        await page.press("j")
        await page.press("y")
        await page.wait_for("Sent to the terminal's clipboard")
        async with asyncio.timeout(TIMEOUT):
            while await page.evaluate("navigator.clipboard.readText()") != "https://news.example/2":
                await asyncio.sleep(0.05)
        picture = tmp_path / "browser.png"
        await page.take_picture(picture)
        width, height = struct.unpack(">II", picture.read_bytes()[16:24])
        assert width > 700
        assert height > 400
        # the page is told when the reader ends
        await page.press("q")
        await page.wait_for("newstui has ended.", "#ended")
        await served.wait_until_alone()
        # nothing was loaded from elsewhere, and the policy stopped nothing
        assert page.problems == []
        names = await page.evaluate(
            "performance.getEntriesByType('resource').map(each => new URL(each.name).origin)"
        )
        assert set(names) == {origin}
