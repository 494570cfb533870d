"""Measures the reader as the person at the terminal feels it, beside newsboat where that is installed.

    python -m benchmarks.reader 1000 10000 100000

Each program runs in a pseudo-terminal of 100x30, in a home folder made for it, with the same articles.
Times are to the last byte a key causes. Linux only.
"""

from __future__ import annotations

import argparse
import os
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

from benchmarks.library import tell
from benchmarks.made_up import articles
from benchmarks.measures import percentile
from benchmarks.screen import Pressed, Program
from store.library.folder import FolderLibrary
from store.model.article import ParsedArticle
from store.model.times import system_clock, to_unix_seconds

KEYS, HELD, RATE = 200, 300, 30
OPENED, APART = 10, 37
"""Articles opened from each end of the list, and how far they stand apart."""
PAGES = 8
TYPED = ("harbour", "treaty", "vineyard", "council")
PLANTED = "zyzzogeton"
"""Stands in a single article, a third down the list."""
LINES = 100_000
LONG, WIDE = "A text of many lines", "A text of one line"
ENDS = "That is all there is"

Shown = Callable[[str, str], None]


def main() -> int:
    """Measure at every size that was named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="+", metavar="ARTICLES")
    parser.add_argument("--only", choices=("newstui", "newsboat"), help="leave the other one out")
    options = parser.parse_args()
    for size in options.sizes:
        with TemporaryDirectory(prefix="newstui-benchmark-") as folder:
            if options.only != "newsboat":
                of_newstui(Path(folder) / "newstui", size)
            if options.only == "newstui":
                continue
            if shutil.which("newsboat"):
                of_newsboat(Path(folder) / "newsboat", size)
            else:
                tell(size, "newsboat", "is not installed")
    return 0


def made(size: int) -> Iterator[ParsedArticle]:
    """The articles, newest first, each with its number in title and text."""
    for number, each in enumerate(articles(size)):
        text = f"Article {number} begins here.\n\n{each.body.text * (9 if number == 0 else 1)}"
        text += f" The word {PLANTED} stands here." if number == size // 3 else ""
        article = replace(each.article, title=f"{number} {each.article.title}")
        yield ParsedArticle(article, replace(each.body, text=text), each.reading)


def long_texts() -> Iterator[ParsedArticle]:
    """What no article should be, two days older than the first."""
    line = "the harbour master read the tide tables aloud, and nobody wrote them down"
    texts = {LONG: "\n".join([line] * LINES), WIDE: f"{line} " * (1_000_000 // len(line))}
    for (title, text), each in zip(texts.items(), articles(2), strict=True):
        article = replace(each.article, id=title.replace(" ", "-"), title=title, date="2031-01-01")
        yield ParsedArticle(article, replace(each.body, text=f"{text}\n\n{ENDS}"), each.reading)


def environment(home: Path) -> dict[str, str]:
    """The same on every machine: no SSH, no tmux, no display, folders below the home."""
    names = ("data", "cache", "state", "config")
    return {
        **{f"XDG_{name.upper()}_HOME": str(home / name) for name in names},
        "HOME": str(home),
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": str(Path(__file__).resolve().parents[1]),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LC_ALL": "C.UTF-8",
    }


# -- newstui -------------------------------------------------------------------------------

NEWSTUI = [sys.executable, "-m", "tui"]
CURSOR = r">[●★↻ ]* *{} "


def of_newstui(home: Path, size: int) -> None:
    """Measure newstui with a library of that many articles."""

    def say(what: str, figure: str) -> None:
        tell(size, f"newstui: {what}", figure)

    fill(home, reversed(list(made(size))))  # the oldest first, as they come in over the years
    env = environment(home)
    for start in ("first start", "second start"):  # which indexes; which finds what that has kept
        with closing(Program(NEWSTUI, env)) as program:
            say(f"{start}, list on the screen", ms(program.until(r"\b0 ") - program.began))
            say(f"{start}, all loaded", ms(program.settle(600) - program.began))
            leave(program, "q", say)
    for after in (0.1, 0.2, 0.3):
        with closing(Program(NEWSTUI, env)) as program:
            time.sleep(after)
            program.type("j")
            answered = program.until(CURSOR.format(1)) - program.began
            say(f"j pressed after {after} s is answered after", ms(answered))
    with closing(Program(NEWSTUI, env)) as program:
        program.until(r"\b0 ")
        program.settle()
        moving(program, "j", say)
        where = KEYS + HELD
        program.until(CURSOR.format(where))  # none was dropped
        opening(program, "h", range(where, where + OPENED * APART, APART), "j", say)
        program.press("G")
        opening(program, "h", range(size - 1, size - OPENED * APART, -APART), "k", say)
        for key in "gz":
            program.press(key)
        program.until("Article 0 begins")
        paging(program, say)
        program.press("h")
        searching(program, say)
        meanwhile(program, home, env, say)
        resting(program, say)
        leave(program, "q", say)
    fill(home, long_texts())
    with closing(Program(NEWSTUI, env)) as program:
        program.until(LONG)
        program.settle(600)
        long_opening(program, say)
        leave(program, "q", say)


def fill(home: Path, found: Iterator[ParsedArticle]) -> None:
    """Add articles to the library of this home folder."""
    library = FolderLibrary(home / "data/newstui", home / "cache/newstui", "made", system_clock)
    for _ in library.add(found):
        pass


def long_opening(program: Program, say: Shown) -> None:
    """Open a text of 100,000 lines, and one of a single line of a megabyte."""
    program.settle(600)
    for _ in range(2):
        what = LONG if re.search(f">.*{LONG}", program.shown()) else WIDE
        say(f"{what.lower()}, key to its first lines", ms(program.see("\r", "the harbour master")))
        settled = program.settle()
        pressed = [program.press(" ") for _ in range(PAGES)]
        say(f"{what.lower()}, page down, {settled and 'once settled'}", times(pressed))
        say(f"{what.lower()}, to its end", ms(program.see("G", ENDS)))
        program.press("h")
        program.press("j")


def searching(program: Program, say: Shown) -> None:
    """Type into the search; after each key what it finds is on the screen."""
    pressed = []
    for word in TYPED:
        program.press("/")
        pressed += [program.press(letter) for letter in word]
        program.press("\x1b", 2.0)
        program.settle()
    say("key of a search to its result", times(pressed))


def meanwhile(program: Program, home: Path, env: Mapping[str, str], say: Shown) -> None:
    """Press keys while another process imports articles, and while the reader indexes these."""
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
    say("j while articles are imported", times(pressed))
    pressed = [program.press("j") for _ in range(KEYS)]
    say("j while they are indexed", times(pressed))
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


def of_newsboat(home: Path, size: int) -> None:
    """Measure newsboat with the same articles in one feed."""

    def say(what: str, figure: str) -> None:
        tell(size, f"newsboat: {what}", figure)

    home.mkdir()
    (home / "config").mkdir()
    (home / "feed.xml").write_text("".join(feed(size)))
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
    env = environment(home)
    subprocess.run([*command, "-x", "reload"], env=env, check=True, stdout=subprocess.DEVNULL)
    with closing(Program(command, env)) as program:
        say("feeds on the screen, all loaded", ms(program.until("Made up", 600) - program.began))
        program.settle(600)
        say("list on the screen", ms(program.see("\r", r"\b0 ")))
        program.settle()
        moving(program, "j", say)
        where = KEYS + HELD
        opening(program, "q", range(where, where + OPENED * APART, APART), "j", say)
        program.press("G")
        opening(program, "q", range(size - 1, size - OPENED * APART, -APART), "k", say)
        program.press("g")
        program.see("\r", "Article 0 begins")
        paging(program, say)
        program.press("q")
        say("search to its result", ms(program.see(f"/{PLANTED}\r", f"[^/]{size // 3} ")))
        program.press("q")
        resting(program, say)
        program.press("q")
        leave(program, "q", say)


def feed(size: int) -> Iterator[str]:
    """The articles as RSS."""
    yield "<rss version='2.0'><channel><title>Made up</title>"
    for each in made(size):
        facts, text = each.article, escape(each.body.text).replace("\n\n", "&lt;p&gt;")
        when = datetime.fromtimestamp(to_unix_seconds(facts.date), UTC)
        yield f"<item><title>{escape(facts.title)}</title><link>{facts.url}</link>"
        yield f"<pubDate>{format_datetime(when)}</pubDate>"
        yield f"<description>{text}</description></item>\n"
    yield "</channel></rss>"


# -- both ----------------------------------------------------------------------------------


def moving(program: Program, key: str, say: Shown) -> None:
    """Press a key in the list, then hold it."""
    say(f"{key} in the list", times([program.press(key) for _ in range(KEYS)]))
    count, due = len(program.chunks), time.perf_counter()
    for _ in range(HELD):
        while (left := due - time.perf_counter()) > 0:
            program.read(left)
        when = program.type(key)
        due += 1 / RATE
    lag = program.settle() - when
    say(f"{key} held, {RATE} a second", f"{program.sent(count) / HELD:.0f} bytes, lag {ms(lag)}")


def opening(program: Program, back: str, numbers: Sequence[int], on: str, say: Shown) -> None:
    """Open these articles, which the key `on` leads to."""
    seen = []
    for number in numbers:
        seen.append(program.see("\r", f"Article {number} begins"))
        program.settle()
        program.press(back)
        program.type(on * APART)
        program.settle()
    say(
        "open, key to its text",
        f"p50 {ms(percentile(seen, 0.5))}, p95 {ms(percentile(seen, 0.95))}",
    )


def paging(program: Program, say: Shown) -> None:
    """Page through an article that fills the screen."""
    program.settle()
    pressed, text = [], 0
    for _ in range(PAGES):
        pressed.append(program.press(" "))
        text += len("".join(program.shown().splitlines()[:-1]).replace(" ", ""))
    whole = sum(each.size for each in pressed)
    say("page down", f"{times(pressed)}, {whole / max(1, text):.2f} of the text")


def resting(program: Program, say: Shown) -> None:
    """Do nothing for a while."""
    program.settle()
    say("memory (RSS)", f"{program.memory():.0f} MB")
    count, before, end = len(program.chunks), program.cpu(), time.perf_counter() + 5
    while (left := end - time.perf_counter()) > 0:
        program.read(left)
    say("idle for 5 s", f"{program.sent(count)} bytes, {ms(program.cpu() - before)} of processor")


def leave(program: Program, key: str, say: Shown) -> None:
    """Quit."""
    when = program.type(key)
    say("quit", ms(program.ended() - when))


def ms(seconds: float) -> str:
    """Milliseconds."""
    return f"{seconds * 1000:.1f} ms"


def times(pressed: Sequence[Pressed]) -> str:
    """Median and 95th percentile of what keys took, and of what they sent."""
    took, sizes = [each.seconds for each in pressed], [each.size for each in pressed]
    return (
        f"p50 {ms(percentile(took, 0.5))}, p95 {ms(percentile(took, 0.95))}, "
        f"max {ms(max(took, default=0.0))}; {percentile(sizes, 0.5):.0f} bytes, "
        f"mean {sum(sizes) / max(1, len(sizes)):.0f}"
    )


if __name__ == "__main__":
    sys.exit(main())
