"""The library that the pictures show: made-up feeds in folders, and a year of reading."""

from __future__ import annotations

import random
import shutil
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from store.feeds.feed_store import FeedState, FetchResult
from store.feeds.subscriptions import Subscription
from store.importers.article_builder import build_article
from store.library.folder import FolderLibrary
from store.library.protocol import Library
from store.model.article import ParsedArticle
from store.model.times import format_timestamp
from tui.rendering.wording import LATER_TAG

ARTICLES = Path(__file__).with_name("picture_library.toml")
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
WEEKS = 52
"""Weeks before now of which each column has an article."""
READ_SHARE = 0.8
"""The share of the columns' articles that were read."""
MARKS = {"read": ("read",), "starred": ("read", "starred"), "later": ("tagged",)}


class Clock:
    """A clock that is set by hand."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Return the time it is set to."""
        return self.now


def make_picture_library(folder: Path) -> None:
    """Make the library in a folder, with its index."""
    clock = Clock(NOW)
    data = tomllib.loads(ARTICLES.read_text(encoding="utf-8"))
    feeds = {feed["name"]: _subscription(feed) for feed in data["feed"]}
    fetched = FeedState(tried=format_timestamp(NOW), succeeded=format_timestamp(NOW))
    with closing(_open(folder, clock)) as library:
        library.feeds.update(put=list(feeds.values()))
        library.feeds.save_results([FetchResult(each, fetched) for each in feeds.values()])
        library.searches.put(data["searches"])
        _add_columns(library, clock, feeds, data["column"])
        _add_articles(library, clock, feeds, data["feed"])
        for _ in library.update_index():
            pass


@contextmanager
def open_picture_library(made: Path) -> Iterator[Library]:
    """Open a copy of a library that was made, so that no picture changes the next one."""
    with TemporaryDirectory(prefix="newstui-picture-") as folder:
        copy = Path(folder, "copy")
        shutil.copytree(made, copy)
        with closing(_open(copy, lambda: NOW)) as library:
            yield library


def _open(folder: Path, clock: Callable[[], datetime]) -> FolderLibrary:
    return FolderLibrary(folder / "library", folder / "cache", "picture", clock)


def join_lines(text: str) -> str:
    """Return a text with the lines of each paragraph joined, and those of code as they are."""
    lines: list[str] = []
    is_code = False
    for line in text.strip().split("\n"):
        is_fence = line.startswith("```")
        is_code ^= is_fence
        if line and lines and lines[-1] and not is_code and not is_fence:
            lines[-1] += f" {line}"
        else:
            lines.append(line)
    return "\n".join(lines)


def _subscription(feed: Mapping[str, Any]) -> Subscription:
    return Subscription(
        f"{feed['site']}/feed.xml", title=feed["name"], category=feed["folder"], site=feed["site"]
    )


def _make_article(
    feed: Subscription, number: int, when: datetime, facts: Mapping[str, Any]
) -> ParsedArticle:
    """Return an article of a feed."""
    url = f"{feed.site}/{when:%Y/%m/%d}/{number}"
    date = format_timestamp(when)
    about = {"url": url, "date": date, "category": feed.category, "feed": feed.key, "guid": url}
    return build_article({**facts, **about}, source="feed", now=date)


def _add(library: Library, articles: list[ParsedArticle]) -> None:
    for _ in library.add(articles):
        pass


def _add_columns(
    library: Library,
    clock: Clock,
    feeds: Mapping[str, Subscription],
    columns: list[Mapping[str, Any]],
) -> None:
    """Add an article of each column for every week, most of which were read within days."""
    chance = random.Random(7)  # noqa: S311 - the same pictures each time
    articles, readings = [], []
    for week in range(WEEKS, 0, -1):
        for place, column in enumerate(columns):
            when = NOW - timedelta(weeks=week, hours=31 * place)
            words = {"number": WEEKS - week + 1, "count": chance.randint(3, 19)}
            facts = {name: column[name].format(**words) for name in ("title", "text")}
            article = _make_article(feeds[column["feed"]], place, when, facts)
            articles.append(article)
            if chance.random() < READ_SHARE:
                delay = timedelta(hours=chance.randint(1, 24 * 9))
                readings.append((min(when + delay, NOW), article.article.id))
    _add(library, articles)
    for clock.now, article_id in sorted(readings):
        library.record("opened", [article_id])
        library.record("read", [article_id])
    clock.now = NOW


def _add_articles(
    library: Library,
    clock: Clock,
    feeds: Mapping[str, Subscription],
    data: list[Mapping[str, Any]],
) -> None:
    """Add the written articles, with what was done to them."""
    for feed in data:
        for number, facts in enumerate(feed["article"], 100):
            age, given = timedelta(hours=facts["hours"]), {"text": join_lines(facts["text"])}
            given |= {name: facts[name] for name in ("title", "authors") if name in facts}
            article = _make_article(feeds[feed["name"]], number, NOW - age, given)
            _add(library, [article])
            clock.now = NOW - age / 2
            for event in MARKS.get(facts.get("mark", ""), ()):
                more = {"tag": LATER_TAG} if event == "tagged" else {}
                library.record(event, [article.article.id], **more)
            clock.now = NOW
