"""Measure the reader as the user experiences it, beside newsboat where that is installed.

    python -m benchmarks.reader 1000 10000 100000

Each program runs in a pseudo-terminal of 100x30, in a home folder of its own, with the same articles.
Times are to the last byte a key causes. Linux only.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.library import report
from benchmarks.metrics import percentile
from benchmarks.synthetic_articles import make_articles
from benchmarks.terminal_program import KeyCost, Program
from store.library.folder import FolderLibrary
from store.model.article import ParsedArticle
from store.model.times import system_clock, to_unix_seconds
from tests.support.environment import environment

KEY_COUNT, HELD_KEYS, KEYS_PER_SECOND = 200, 300, 30
OPENED_PER_END, STRIDE = 10, 37
"""Articles opened from each end of the list, and the distance between them."""
PAGES = 8
SEARCH_WORDS = ("harbour", "treaty", "vineyard", "council")
RARE_WORD = "zyzzogeton"
"""A word of a single article, a third down the list."""
LINE_COUNT = 100_000
MANY_LINES, ONE_LINE = "A text of many lines", "A text of one line"
LAST_LINE = "That is all there is"

Report = Callable[[str, str], None]


def main() -> int:
    """Measure at every given size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="+", metavar="ARTICLES")
    parser.add_argument("--only", choices=("newstui", "newsboat"), help="measure only this program")
    options = parser.parse_args()
    for size in options.sizes:
        with TemporaryDirectory(prefix="newstui-benchmark-") as folder:
            if options.only != "newsboat":
                measure_newstui(Path(folder) / "newstui", size)
            if options.only == "newstui":
                continue
            if shutil.which("newsboat"):
                measure_newsboat(Path(folder) / "newsboat", size)
            else:
                report(size, "newsboat", "not installed")
    return 0


def number_articles(size: int) -> Iterator[ParsedArticle]:
    """Yield the articles, newest first, each with its number in title and text."""
    for number, each in enumerate(make_articles(size)):
        text = f"Article {number} begins here.\n\n{each.body.text * (9 if number == 0 else 1)}"
        text += f" The word {RARE_WORD} stands here." if number == size // 3 else ""
        article = replace(each.article, title=f"{number} {each.article.title}")
        yield ParsedArticle(article, replace(each.body, text=text), each.reading)


def long_texts() -> Iterator[ParsedArticle]:
    """Yield two extremely long articles, dated so that they come first."""
    line = "the harbour master read the tide tables aloud, and nobody wrote them down"
    texts = {
        MANY_LINES: "\n".join([line] * LINE_COUNT),
        ONE_LINE: f"{line} " * (1_000_000 // len(line)),
    }
    for (title, text), each in zip(texts.items(), make_articles(2), strict=True):
        article = replace(each.article, id=title.replace(" ", "-"), title=title, date="2031-01-01")
        yield ParsedArticle(
            article, replace(each.body, text=f"{text}\n\n{LAST_LINE}"), each.reading
        )


# -- newstui -------------------------------------------------------------------------------

COLOURS = {"COLORTERM": "truecolor"}
NEWSTUI = [sys.executable, "-m", "tui"]
QUIT_KEY = "\x11"
"""ctrl+q."""
SELECTED_ROW = r">[●★↻ ]* *{} "


def measure_newstui(home: Path, size: int) -> None:
    """Measure newstui with a library of that many articles."""

    def show(measure: str, figure: str) -> None:
        report(size, f"newstui: {measure}", figure)

    # Oldest first, as they would arrive over the years.
    fill_library(home, reversed(list(number_articles(size))))
    env = environment(home, COLOURS)
    for start in ("first start", "second start"):  # the first one indexes
        with closing(Program(NEWSTUI, env)) as program:
            show(
                f"{start}, list on the screen",
                format_ms(program.wait_for(r"\b0 ") - program.start_time),
            )
            show(f"{start}, all loaded", format_ms(program.settle(600) - program.start_time))
            measure_quit(program, QUIT_KEY, show)
    for after in (0.1, 0.2, 0.3):
        with closing(Program(NEWSTUI, env)) as program:
            time.sleep(after)
            program.type("j")
            answered = program.wait_for(SELECTED_ROW.format(1)) - program.start_time
            show(f"response to j pressed after {after} s", format_ms(answered))
    with closing(Program(NEWSTUI, env)) as program:
        program.wait_for(r"\b0 ")
        program.settle()
        measure_moving(program, "j", show)
        program.wait_for(SELECTED_ROW.format(KEY_COUNT + HELD_KEYS))  # no key was dropped
        measure_opening_both_ends(program, "h", size, show)
        for key in "gz":
            program.press(key)
        program.wait_for("Article 0 begins")
        measure_paging(program, show)
        program.press("h")
        measure_search(program, show)
        measure_background_import(program, home, env, show)
        measure_idle(program, show)
        measure_quit(program, QUIT_KEY, show)
    fill_library(home, long_texts())
    with closing(Program(NEWSTUI, env)) as program:
        program.settle(600)
        program.type_and_wait("g", MANY_LINES)  # the session before ended elsewhere
        measure_long_texts(program, show)
        measure_quit(program, QUIT_KEY, show)


def fill_library(home: Path, found: Iterator[ParsedArticle]) -> None:
    """Add articles to the library of this home folder."""
    library = FolderLibrary(
        home / "data/newstui", home / "cache/newstui", "benchmark", system_clock
    )
    for _ in library.add(found):
        pass


def measure_long_texts(program: Program, show: Report) -> None:
    """Open a text of 100,000 lines, and one with a single line of a megabyte."""
    program.settle(600)
    for _ in range(2):
        what = MANY_LINES if re.search(f">.*{MANY_LINES}", program.screen_text()) else ONE_LINE
        show(
            f"{what.lower()}, key to its first lines",
            format_ms(program.type_and_wait("\r", "the harbour master")),
        )
        settled = program.settle()
        pressed = [program.press(" ") for _ in range(PAGES)]
        show(f"{what.lower()}, page down, {settled and 'once settled'}", format_costs(pressed))
        show(f"{what.lower()}, to its end", format_ms(program.type_and_wait("G", LAST_LINE)))
        program.press("h")
        program.press("j")


def measure_search(program: Program, show: Report) -> None:
    """Type into the search; a key is handled when its results are on the screen."""
    pressed = []
    for word in SEARCH_WORDS:
        program.press("/")
        pressed += [program.press(letter) for letter in word]
        program.press("\x1b", 2.0)
        program.settle()
    show("key of a search to its result", format_costs(pressed))


def measure_background_import(
    program: Program, home: Path, env: Mapping[str, str], show: Report
) -> None:
    """Press keys while another process imports articles, and while the reader indexes them."""
    source = home / "more.jsonl"
    lines = (
        f'{{"title": "More {number}", "url": "https://more.example/{number}", "text": "{text}"}}\n'
        for number, text in enumerate(["word " * 300] * 3000)
    )
    source.write_text("".join(lines))
    importing = subprocess.Popen(
        [*NEWSTUI, "import", str(source)],
        env=dict(env),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    pressed = []
    while importing.poll() is None:
        pressed.append(program.press("j"))
    show("j during an import", format_costs(pressed))
    pressed = [program.press("j") for _ in range(KEY_COUNT)]
    show("j during indexing", format_costs(pressed))
    program.settle(600)


# -- newsboat ------------------------------------------------------------------------------

CONFIG = """auto-reload no
max-items 0
confirm-exit no
bind-key j down
bind-key k up
bind-key g home
bind-key G end
"""


def measure_newsboat(home: Path, size: int) -> None:
    """Measure newsboat with the same articles in one feed."""

    def show(measure: str, figure: str) -> None:
        report(size, f"newsboat: {measure}", figure)

    home.mkdir()
    (home / "config").mkdir()
    (home / "feed.xml").write_text("".join(make_feed(size)))
    (home / "urls").write_text(f"file://{home}/feed.xml\n")
    (home / "settings").write_text(CONFIG)
    command: list[str | Path] = [
        "newsboat",
        "-C",
        home / "settings",
        "-u",
        home / "urls",
        "-c",
        home / "cache.db",
    ]
    env = environment(home, COLOURS)
    subprocess.run([*command, "-x", "reload"], env=env, check=True, stdout=subprocess.DEVNULL)
    with closing(Program(command, env)) as program:
        show(
            "feeds on the screen, all loaded",
            format_ms(program.wait_for("Made up", 600) - program.start_time),
        )
        program.settle(600)
        show("list on the screen", format_ms(program.type_and_wait("\r", r"\b0 ")))
        program.settle()
        measure_moving(program, "j", show)
        measure_opening_both_ends(program, "q", size, show)
        program.press("g")
        program.type_and_wait("\r", "Article 0 begins")
        measure_paging(program, show)
        program.press("q")
        show(
            "search to its result",
            format_ms(program.type_and_wait(f"/{RARE_WORD}\r", f"[^/]{size // 3} ")),
        )
        program.press("q")
        measure_idle(program, show)
        program.press("q")
        measure_quit(program, "q", show)


def make_feed(size: int) -> Iterator[str]:
    """Yield an RSS feed of the articles."""
    yield "<rss version='2.0'><channel><title>Made up</title>"
    for each in number_articles(size):
        facts, text = each.article, escape(each.body.text).replace("\n\n", "&lt;p&gt;")
        when = datetime.fromtimestamp(to_unix_seconds(facts.date), UTC)
        yield f"<item><title>{escape(facts.title)}</title><link>{facts.url}</link>"
        yield f"<pubDate>{format_datetime(when)}</pubDate>"
        yield f"<description>{text}</description></item>\n"
    yield "</channel></rss>"


# -- both ----------------------------------------------------------------------------------


def measure_moving(program: Program, key: str, show: Report) -> None:
    """Press a key in the list, then hold it; the preview follows once the key is released."""
    show(f"{key} in the list", format_costs([program.press(key) for _ in range(KEY_COUNT)]))
    count, due = len(program.chunks), time.perf_counter()
    for _ in range(HELD_KEYS):
        while (left := due - time.perf_counter()) > 0:
            program.read(left)
        when = program.type(key)
        due += 1 / KEYS_PER_SECOND
    lag = program.read_until_silent() - when
    show(
        f"{key} held, {KEYS_PER_SECOND} a second",
        f"{program.bytes_since(count) / HELD_KEYS:.0f} bytes, lag {format_ms(lag)}",
    )
    program.settle()


def measure_opening(
    program: Program, back: str, numbers: Sequence[int], on: str, show: Report
) -> None:
    """Open these articles, moving with the key `on`.

    A text that is previewed is on the screen already: then the time is to the first output.
    """
    seen = []
    for number in numbers:
        seen.append(program.type_and_wait("\r", f"Article {number} begins"))
        program.settle()
        program.press(back)
        program.type(on * STRIDE)
        program.settle()
    show(
        "open, key to its text",
        f"p50 {format_ms(percentile(seen, 0.5))}, p95 {format_ms(percentile(seen, 0.95))}",
    )


def measure_opening_both_ends(program: Program, back: str, size: int, show: Report) -> None:
    """Open articles from the cursor down, then from the end of the list up."""
    where = KEY_COUNT + HELD_KEYS
    measure_opening(program, back, range(where, where + OPENED_PER_END * STRIDE, STRIDE), "j", show)
    program.press("G")
    measure_opening(
        program, back, range(size - 1, size - OPENED_PER_END * STRIDE, -STRIDE), "k", show
    )


def measure_paging(program: Program, show: Report) -> None:
    """Page through an article that fills the screen."""
    program.settle()
    pressed, text = [], 0
    for _ in range(PAGES):
        pressed.append(program.press(" "))
        text += len("".join(program.screen_text().splitlines()[:-1]).replace(" ", ""))
    whole = sum(each.size for each in pressed)
    show("page down", f"{format_costs(pressed)}, {whole / max(1, text):.2f} of the text")


def measure_idle(program: Program, show: Report) -> None:
    """Measure memory, and five idle seconds."""
    program.settle()
    show("memory (RSS)", f"{program.memory():.0f} MB")
    count, before, end = len(program.chunks), program.cpu(), time.perf_counter() + 5
    while (left := end - time.perf_counter()) > 0:
        program.read(left)
    show(
        "idle for 5 s",
        f"{program.bytes_since(count)} bytes, {format_ms(program.cpu() - before)} CPU",
    )


def measure_quit(program: Program, key: str, show: Report) -> None:
    """Quit the program."""
    when = program.type(key)
    show("quit", format_ms(program.wait_ended() - when))


def format_ms(seconds: float) -> str:
    """Return milliseconds as text."""
    return f"{seconds * 1000:.1f} ms"


def format_costs(pressed: Sequence[KeyCost]) -> str:
    """Return percentiles of time and bytes for keys."""
    seconds, sizes = [each.seconds for each in pressed], [each.size for each in pressed]
    return (
        f"p50 {format_ms(percentile(seconds, 0.5))}, p95 {format_ms(percentile(seconds, 0.95))}, "
        f"max {format_ms(max(seconds, default=0.0))}; {percentile(sizes, 0.5):.0f} bytes, "
        f"mean {sum(sizes) / max(1, len(sizes)):.0f}"
    )


if __name__ == "__main__":
    sys.exit(main())
