"""Measure the memory of a reader that gets new articles while it runs: `python -m benchmarks.memory`.

A reader with 1,000 articles, in a pseudo-terminal of 100x30, gets 3,400 more: imported by another process,
fetched by another process, or fetched by itself. The memory (RSS) is reported before, after they are
indexed, after some were opened, and of a reader that is started anew. Linux only.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape

from benchmarks.reader import COLOURS, NEWSTUI, fill_library
from benchmarks.synthetic_articles import make_articles
from benchmarks.terminal_program import Program
from store.feeds.folder_feeds import FolderFeedStore
from store.feeds.subscriptions import Subscription
from tests.support.environment import environment
from tests.support.network import page, run_server

ITEMS_PER_FEED = 50
VOCABULARY, WORDS_PER_ARTICLE, WORDS_PER_PARAGRAPH = 60_000, 900, 75
SYLLABLES = [
    "ar",
    "bel",
    "cor",
    "dun",
    "est",
    "fal",
    "gar",
    "hol",
    "ist",
    "jur",
    "kel",
    "lor",
    "mun",
    "nev",
    "os",
    "pra",
    "quel",
    "rin",
    "sta",
    "tor",
    "ul",
    "vei",
    "wex",
    "yl",
    "zan",
]
OPENED = 30
TIMEOUT = 600.0

Route = Callable[[Path, Mapping[str, str], Program], None]
"""Brings the new articles into the library while the reader runs."""


def make_texts(count: int) -> Iterator[str]:
    """Yield texts with as many different words as a newspaper has, frequent and rare ones (Zipf)."""
    chance = random.Random(11)
    words = ["".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in range(VOCABULARY)]
    weights = [1 / rank for rank in range(1, VOCABULARY + 1)]
    for _ in range(count):
        chosen = chance.choices(words, weights, k=WORDS_PER_ARTICLE)
        yield "\n\n".join(
            " ".join(chosen[at : at + WORDS_PER_PARAGRAPH]).capitalize() + "."
            for at in range(0, WORDS_PER_ARTICLE, WORDS_PER_PARAGRAPH)
        )


def import_elsewhere(home: Path, env: Mapping[str, str], _: Program) -> None:
    """Import the articles in another process."""
    subprocess.run(
        [*NEWSTUI, "import", home / "more.jsonl"], env=env, check=True, capture_output=True
    )


def fetch_elsewhere(_: Path, env: Mapping[str, str], __: Program) -> None:
    """Fetch the articles in another process."""
    subprocess.run([*NEWSTUI, "fetch"], env=env, check=True, capture_output=True)


def fetch_inside(_: Path, __: Mapping[str, str], program: Program) -> None:
    """Fetch the articles in the reader."""
    program.press("r")
    program.wait_for("new articles", TIMEOUT)


ROUTES: Mapping[str, Route] = {
    "imported by another process": import_elsewhere,
    "fetched by another process": fetch_elsewhere,
    "fetched in the reader": fetch_inside,
}


def write_import(path: Path, texts: Sequence[str]) -> None:
    """Write the articles as JSON Lines."""
    with path.open("w") as file:
        for number, text in enumerate(texts):
            url = f"https://more.example/{number}"
            file.write(json.dumps({"title": f"More {number}", "url": url, "text": text}) + "\n")


@contextmanager
def feed_server(texts: Sequence[str]) -> Iterator[list[Subscription]]:
    """Serve the articles as feeds, each on a host of its own."""
    with run_server(address="0.0.0.0") as site:
        subscriptions = []
        for number, first in enumerate(range(0, len(texts), ITEMS_PER_FEED)):
            items = "".join(
                f"<item><title>More {at} of {number}</title><link>/{number}/{at}</link>"
                f"<description>{escape(text)}</description></item>"
                for at, text in enumerate(texts[first : first + ITEMS_PER_FEED])
            )
            feed = f'<rss version="2.0"><channel><title>{number}</title>{items}</channel></rss>'
            site.routes[f"/{number}"] = page(feed, "application/rss+xml")
            url = f"http://127.0.0.{1 + number}:{site.port}/{number}"
            subscriptions.append(Subscription(url, is_private_allowed=True))
        yield subscriptions


def measure(base: int, texts: Sequence[str], name: str, home: Path) -> None:
    """Report the memory of a reader whose library grows by one of the routes."""

    def show(what: str, program: Program) -> None:
        memory = f"{program.memory():.0f} MB, at most {program.peak_memory():.0f} MB so far"
        print(f"{len(texts):>6,} {name}, {what}: {memory}", flush=True)

    fill_library(home, make_articles(base))
    env = environment(home, COLOURS)
    with feed_server(texts) as feeds:
        FolderFeedStore(home / "data/newstui", home / "cache/newstui").update(put=feeds)
        write_import(home / "more.jsonl", texts)
        with closing(start(env, base)) as program:
            show("before", program)
            ROUTES[name](home, env, program)
            program.wait_for(f"unread of {base + len(texts):,}", TIMEOUT)
            program.settle(TIMEOUT)
            show("indexed", program)
            for _ in range(OPENED):
                for key in "j\rh":
                    program.press(key)
            program.settle()
            show(f"{OPENED} opened", program)
    with closing(start(env, base + len(texts))) as program:
        show("started anew", program)


def start(env: Mapping[str, str], articles: int) -> Program:
    """Start the reader and wait until it is idle."""
    program = Program(NEWSTUI, env)
    program.wait_for(f"unread of {articles:,}", TIMEOUT)
    program.settle(TIMEOUT)
    return program


def main() -> int:
    """Measure each route."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=int, default=1000, help="articles before")
    parser.add_argument("--new", type=int, default=3400, help="articles that come in")
    parser.add_argument("--route", choices=ROUTES, action="append")
    options = parser.parse_args()
    texts = list(make_texts(options.new))
    for name in options.route or ROUTES:
        with TemporaryDirectory(prefix="newstui-benchmark-") as folder:
            measure(options.base, texts, name, Path(folder) / "home")
    return 0


if __name__ == "__main__":
    sys.exit(main())
