"""A headless Chromium, driven by the Chrome DevTools Protocol.

Source: https://chromedevtools.github.io/devtools-protocol/.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
ENDPOINT = re.compile(rb"DevTools listening on (ws://\S+)")
TIMEOUT = 120.0


def find_chromium() -> str | None:
    """Return a program that is Chromium; None if there is none."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


class BrowserPage:
    """A page in a browser."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._numbers = itertools.count(1)
        self._session: dict[str, str] = {}
        self.problems: list[str] = []
        """What the page has logged as an error, such as what its policy has stopped."""

    async def start(self) -> None:
        """Open the tab."""
        target = await self.call("Target.createTarget", url="about:blank")
        attached = await self.call(
            "Target.attachToTarget", targetId=target["targetId"], flatten=True
        )
        self._session = {"sessionId": attached["sessionId"]}
        for domain in ("Page", "Runtime", "Log"):
            await self.call(f"{domain}.enable")

    async def call(self, method: str, **parameters: Any) -> Any:
        """Call a method of the protocol, and return its result."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters, **self._session}
        await self._connection.send(orjson.dumps(message).decode())
        async with asyncio.timeout(TIMEOUT):
            while (answer := orjson.loads(await self._connection.recv())).get("id") != number:
                self._note(answer)
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def _note(self, event: dict[str, Any]) -> None:
        if event.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown"):
            self.problems.append(str(event["params"]))

    async def evaluate(self, script: str) -> Any:
        """Return the value of an expression, which may be a promise."""
        found = await self.call(
            "Runtime.evaluate",
            expression=script,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    async def wait_for(self, text: str, element: str = ".xterm-rows") -> str:
        """Wait until an element has this text, and return all of its text."""
        script = f"document.querySelector({orjson.dumps(element).decode()})?.innerText ?? ''"
        async with asyncio.timeout(TIMEOUT):
            while text not in (shown := (await self.evaluate(script)).replace("\xa0", " ")):
                await asyncio.sleep(0.05)
        return str(shown)

    async def press(self, key: str) -> None:
        """Press a key that is a character."""
        await self.call("Input.dispatchKeyEvent", type="keyDown", text=key, key=key)
        await self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    async def take_picture(self, path: Path) -> None:
        """Save what the page shows as PNG."""
        picture = await self.call("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(picture["data"]))


@asynccontextmanager
async def open_browser(program: str, profile: Path) -> AsyncIterator[BrowserPage]:
    """Start a browser with a page."""
    process = await asyncio.create_subprocess_exec(
        program,
        "--headless=new",
        "--no-sandbox",  # tests in containers run as root
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--window-size=1200,800",
        f"--user-data-dir={profile}",
        "--remote-debugging-port=0",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(TIMEOUT):
            while not (found := ENDPOINT.match(await process.stderr.readline())):
                pass
        drain = asyncio.create_task(process.stderr.read())
        async with connect(found[1].decode(), max_size=None, proxy=None) as connection:
            page = BrowserPage(connection)
            await page.start()
            yield page
        drain.cancel()
    finally:
        process.terminate()
        await process.wait()
