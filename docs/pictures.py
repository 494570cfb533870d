"""Make the pictures of the documentation: `python docs/pictures.py [NAME...]`.

The reader runs without a terminal on the library of `docs/picture_library.toml`, at a fixed time, and
Textual exports the screen as SVG. Names choose pictures by the beginning of their file names. Where
rsvg-convert is installed, `--png` adds PNG files for review.
"""

from __future__ import annotations

import asyncio
import html
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from rich.cells import cell_len  # noqa: E402
from textual.pilot import Pilot  # noqa: E402

from docs.picture_library import NOW, make_picture_library, open_picture_library  # noqa: E402
from docs.recording import Frame, animate  # noqa: E402
from tui.config.settings import Settings  # noqa: E402
from tui.reader.app import NewsApp  # noqa: E402 - importable from any folder
from tui.reader.gateway import Gateway  # noqa: E402
from tui.reader.screen.link_actions import choose_external_methods  # noqa: E402

FOLDER = ROOT / "docs/pictures"
Size = tuple[int, int]
SIZES: Sequence[Size] = ((120, 40), (80, 24), (50, 15))
READER_SIZES: Sequence[Size] = (*SIZES, (200, 50), (40, 10))
"""The sizes at which the first screen is shown."""
SCREENS: Mapping[str, Sequence[str]] = {
    "reader": ["j", "k"],
    "article": ["enter"],
    "code": ["j", "enter"],
    "search": ["/", *"build"],
    "places": ["F"],
    "links": ["enter", ";"],
    "story": ["t"],
    "front": ["B", "f", "f", "f"],
    "triage": ["T"],
    "statistics": ["S"],
    "help": ["?"],
}
"""The keys that open each screen."""
THEMES = ("dusk", "ember", "lagoon", "light")
"""Themes that are shown with the article that has code."""
RECORDING_SIZE: Size = (100, 30)
RECORDING: Sequence[tuple[str, float]] = (
    ("", 1.6), ("j", 0.5), ("j", 0.9), ("k", 0.4), ("k", 0.9), ("enter", 1.3), ("space", 1.6),
    ("1", 2.2), ("[", 1.4), ("q", 0.8), ("/", 0.7), ("k", 0.2), ("n", 0.2), ("o", 0.2), ("c", 0.2),
    ("k", 1.4), ("enter", 1.8), ("q", 0.8), ("escape", 0.8), ("t", 2.2), ("q", 0.8), ("S", 2.4),
    ("q", 1.0),
)  # fmt: skip
"""Keys, and the seconds for which the screen is shown after each: reading, a jump, a search, a story."""
CELL = 12.2
"""Width of a cell in the SVG."""
FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
"""Remote fonts, which are removed: viewing a picture fetches nothing."""
TEXT = re.compile(r'(<text [^>]*?x=")([\d.]+)(" y="[\d.]+" textLength=")[\d.]+("[^>]*>)([^<]*)<')


@dataclass(frozen=True, slots=True)
class RunningReader:
    """The reader without a terminal."""

    app: NewsApp
    pilot: Pilot[None]
    gateway: Gateway

    async def press(self, key: str) -> None:
        """Press a key, and wait until the screen shows what follows."""
        await self.pilot.press(key)
        await self.settle()

    async def settle(self) -> None:
        """Wait for the library, the index and what runs on the side."""
        await self.pilot.pause(0.3)  # what is shown once the cursor rests
        while self.gateway.is_busy or self.gateway.lists.is_indexing:
            await self.pilot.pause(0.05)
        await self.app.workers.wait_for_complete()
        await self.pilot.pause(0.2)

    def draw(self) -> str:
        """Return the screen as SVG."""
        svg = self.app.export_screenshot(title="newstui")
        return TEXT.sub(place_text, FONTS.sub("", svg))


@asynccontextmanager
async def run_reader(made: Path, size: Size, theme: str = "dark") -> AsyncIterator[RunningReader]:
    """Run the reader on a copy of the library that was made for the pictures."""
    gateways: list[Gateway] = []
    with open_picture_library(made) as library:

        def make_gateway(post: object) -> Gateway:
            gateways.append(Gateway(library, post))  # type: ignore[arg-type]
            return gateways[-1]

        methods = choose_external_methods({}, Settings(), ROOT)
        app = NewsApp(make_gateway, lambda: int(NOW.timestamp()), methods, "")
        async with app.run_test(size=size) as pilot:
            running = RunningReader(app, pilot, gateways[0])
            await pilot.pause(0.5)
            app.apply_theme(theme)
            await running.settle()
            yield running
            app.save_position()


async def draw_picture(made: Path, size: Size, keys: Sequence[str], theme: str = "dark") -> str:
    """Return the reader at a size, after some keys, as SVG."""
    async with run_reader(made, size, theme) as running:
        for key in keys:
            await running.press(key)
        return running.draw()


async def draw_recording(made: Path) -> str:
    """Return the recording as SVG."""
    frames = []
    async with run_reader(made, RECORDING_SIZE) as running:
        for key, seconds in RECORDING:
            if key:
                await running.press(key)
            frames.append(Frame(running.draw(), seconds))
    return animate(frames)


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


def list_drawings() -> dict[str, Callable[[Path], Coroutine[None, None, str]]]:
    """Return what draws each picture, by its name."""
    drawings: dict[str, Callable[[Path], Coroutine[None, None, str]]] = {
        f"{name}-{columns}x{rows}": partial(draw_picture, size=(columns, rows), keys=keys)
        for name, keys in SCREENS.items()
        for columns, rows in (READER_SIZES if name == "reader" else SIZES)
    }
    for theme in THEMES:
        keys = SCREENS["code"]
        drawings[f"theme-{theme}"] = partial(draw_picture, size=SIZES[0], keys=keys, theme=theme)
    return {**drawings, "recording": draw_recording}


def main() -> None:
    """Write the pictures, and the recording."""
    wanted = tuple(name for name in sys.argv[1:] if not name.startswith("-"))
    FOLDER.mkdir(exist_ok=True)
    convert = shutil.which("rsvg-convert") if "--png" in sys.argv else None
    with TemporaryDirectory(prefix="newstui-pictures-") as made:
        make_picture_library(Path(made))
        for name, draw in list_drawings().items():
            if not wanted or name.startswith(wanted):
                file = FOLDER / f"{name}.svg"
                file.write_text(asyncio.run(draw(Path(made))), encoding="utf-8")
                if convert:
                    png = file.with_suffix(".png")
                    subprocess.run([convert, file, "-o", png], check=True)  # noqa: S603


if __name__ == "__main__":
    main()
