"""Make the pictures of the documentation: `python docs/pictures.py`.

The reader runs without a terminal on the sample articles, at a fixed time, and Textual exports the
screen as SVG. Where rsvg-convert is installed, `--png` adds PNG files for review.
"""

from __future__ import annotations

import asyncio
import html
import re
import shutil
import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from rich.cells import cell_len  # noqa: E402

from tui.config.settings import Settings  # noqa: E402
from tui.reader.app import NewsApp  # noqa: E402 - importable from any folder
from tui.reader.gateway import Gateway  # noqa: E402
from tui.reader.screen.link_actions import choose_external_methods  # noqa: E402
from tui.services import open_sample_library  # noqa: E402

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SIZES = ((120, 40), (80, 24), (50, 15))
SCREENS = {
    "reader": ["j", "j", "m", "j", "s"],
    "article": ["j", "j", "j", "enter"],
    "search": ["/", "d", "a", "m"],
    "story": ["j", "j", "j", "t"],
    "triage": ["T"],
    "statistics": ["m", "j", "m", "S"],
    "help": ["?"],
}
"""The keys that open each screen."""
PICTURES = {
    f"{name}-{size[0]}x{size[1]}": (size, keys) for name, keys in SCREENS.items() for size in SIZES
}
CELL = 12.2
"""Width of a cell in the SVG."""
FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
"""Remote fonts, which are removed: viewing a picture fetches nothing."""
TEXT = re.compile(r'(<text [^>]*?x=")([\d.]+)(" y="[\d.]+" textLength=")[\d.]+("[^>]*>)([^<]*)<')


async def draw_picture(size: tuple[int, int], keys: list[str]) -> str:
    """Return the reader at a size, after some keys, as SVG."""
    with ExitStack() as stack:
        library = stack.enter_context(open_sample_library(lambda: NOW))
        app = NewsApp(
            lambda post: Gateway(library, post),
            lambda: int(NOW.timestamp()),
            choose_external_methods({}, Settings(), ROOT),
            "",
        )
        async with app.run_test(size=size) as pilot:
            await pilot.pause(1.0)
            for key in keys:
                await pilot.press(key)
                await pilot.pause(0.2)
            await pilot.pause(0.5)
            svg = app.export_screenshot(title="newstui")
            app.save_position()
    return TEXT.sub(place_text, FONTS.sub("", svg))


def place_text(match: re.Match[str]) -> str:
    """Return a text element without outer spaces, positioned and as wide as its cells.

    The export counts a wide character as one cell, and not every program keeps spaces.
    """
    before, x, between, after, content = match.groups()
    text = html.unescape(content)
    stripped = text.strip("\xa0")
    left = float(x) + CELL * (len(text) - len(text.lstrip("\xa0")))
    width = f"{CELL * cell_len(stripped):.1f}"
    return f"{before}{left:.1f}{between}{width}{after}{html.escape(stripped)}<"


def main() -> None:
    """Write every picture."""
    folder = ROOT / "docs/pictures"
    folder.mkdir(exist_ok=True)
    convert = shutil.which("rsvg-convert") if "--png" in sys.argv else None
    for name, (size, keys) in PICTURES.items():
        file = folder / f"{name}.svg"
        file.write_text(asyncio.run(draw_picture(size, keys)), encoding="utf-8")
        if convert:
            subprocess.run([convert, file, "-o", file.with_suffix(".png")], check=True)  # noqa: S603


if __name__ == "__main__":
    main()
