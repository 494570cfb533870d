"""Make `pictures/browser.png`, the reader of `newstui serve` in Chromium: `python docs/browser_picture.py`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from docs.picture_library import make_picture_library  # noqa: E402
from tests.support.chromium import find_chromium, open_browser  # noqa: E402
from tui.cli.serve import make_reader_command  # noqa: E402
from tui.web.access import Access  # noqa: E402
from tui.web.server import TerminalServer, listen, load_static_files  # noqa: E402

PICTURE = ROOT / "docs/pictures/browser.png"
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "TERM": "xterm-256color", "COLORTERM": "truecolor"}


async def take_picture(program: str, folder: Path) -> None:
    """Serve the library of the pictures, and take one of the first screen."""
    listener = listen(0)
    access = Access(listener.getsockname()[1], load_static_files())
    environ = {**ENVIRONMENT, "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    server = TerminalServer(make_reader_command(str(folder / "library")), environ, access)
    serving = asyncio.create_task(server.run(listener, lambda: None))
    async with open_browser(program, folder / "profile") as page:
        await page.call("Page.navigate", url=access.link)
        while "searching" in await page.wait_for("Statistics"):
            await asyncio.sleep(0.2)
        await page.take_picture(PICTURE)
    serving.cancel()


def main() -> None:
    """Take the picture."""
    program = find_chromium()
    if program is None:
        sys.exit("Chromium is not installed")
    with TemporaryDirectory(prefix="newstui-picture-") as folder:
        make_picture_library(Path(folder))
        asyncio.run(take_picture(program, Path(folder)))


if __name__ == "__main__":
    main()
