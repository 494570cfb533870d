"""Newsboat: its feeds and filters in `urls` and `config`, and its articles in `cache.db`.

Source: the files that newsboat 2.21 writes, and its manual
(https://newsboat.org/releases/2.40/docs/newsboat.html).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from store.feeds.entry import FeedEntry
from store.feeds.newsboat import (
    flag_tag,
    parse_newsboat_urls,
    split_words,
    translate_query_feed,
)
from store.feeds.subscriptions import Subscription
from store.model.article import Rejection
from store.model.errors import InvalidInput
from store.other_readers.contents import (
    FeedEntries,
    ReaderContents,
    StoredFeed,
    WantedFeed,
    subscribe_each,
)
from store.other_readers.database import Database, Row, is_database, open_database_copy
from store.other_readers.files import BaseFolders, read_text
from store.text.line_breaks import mark_line_breaks

FILE_NAMES = ("cache.db", "urls", "config")
ITEM_COLUMNS = (
    "guid",
    "title",
    "author",
    "url",
    "pubDate",
    "content",
    "unread",
    "enclosure_url",
    "enclosure_type",
    "flags",
    "deleted",
    "base",
    "content_mime_type",
)
MADE_GUID = re.compile(r"(?:\w{3},? )?\d{1,2} \w{3,9} \d{4}\b.*")
"""The date that newsboat appends to the link of an item without guid."""


def list_places(base: BaseFolders) -> Sequence[Path]:
    """Return where newsboat keeps its files, the most likely place first."""
    folders = base.config / "newsboat", base.data / "newsboat", base.home / ".newsboat"
    return [folder / name for folder in folders for name in FILE_NAMES]


def name_file(path: Path) -> str:
    """Return the usual name of a file of newsboat that has another one."""
    return "cache.db" if is_database(path) else "config" if path.suffix == ".conf" else "urls"


@contextmanager
def open_newsboat(files: Mapping[str, Path]) -> Iterator[ReaderContents]:
    """Read what newsboat keeps in these files, by name.

    Raises:
        InvalidInput: The database is none of newsboat.
    """
    rejected: list[Rejection] = []
    problems: list[Rejection] = []
    with ExitStack() as stack:
        database = None
        if path := files.get("cache.db"):
            database = stack.enter_context(open_database_copy(path))
            database.require_table("rss_item", "newsboat")
        else:
            rejected.append(Rejection("newsboat", "no cache.db: its articles are not taken"))
        feeds = {each.url: each for each in _stored_feeds(database)}
        subscriptions, searches = _read_urls(files.get("urls"), rejected)
        if "urls" not in files:
            wanted = map(WantedFeed, feeds.values())
            subscriptions = list(subscribe_each(wanted, path or Path(), rejected))
        yield ReaderContents(
            [feeds.get(each.url, StoredFeed(each.url)).describe(each) for each in subscriptions],
            {**_read_filters(files.get("config"), rejected), **searches},
            rejected,
            _iter_feeds(database, feeds, problems) if database else (),
            problems,
        )


def _stored_feeds(database: Database | None) -> Iterator[StoredFeed]:
    for row in database.rows("rss_feed", "rssurl", "url", "title") if database else ():
        yield StoredFeed(row.text("rssurl"), row.text("title"), row.text("url"))


def _read_urls(
    path: Path | None, rejected: list[Rejection]
) -> tuple[list[Subscription], Mapping[str, str]]:
    if path is None:
        return [], {}
    try:
        feeds, searches = parse_newsboat_urls(read_text(path))
    except InvalidInput as error:
        rejected.append(Rejection(str(path), error.reason))
        return [], {}
    rejected += (Rejection(f"{path}: {each.location}", each.reason) for each in feeds.rejected)
    return list(feeds), searches


def _read_filters(path: Path | None, rejected: list[Rejection]) -> dict[str, str]:
    """Return the filters that `config` gives a name, as queries."""
    searches = {}
    for number, line in enumerate(read_text(path).splitlines() if path else (), 1):
        words = split_words(line)
        if len(words) != 3 or words[0] != "define-filter":
            continue
        try:
            name, query = translate_query_feed(f"query:{words[1].replace(':', ' ')}:{words[2]}")
            searches[name] = query
        except InvalidInput as error:
            rejected.append(Rejection(f"{path}: line {number}", error.reason))
    return searches


def _iter_feeds(
    database: Database, feeds: Mapping[str, StoredFeed], problems: list[Rejection]
) -> FeedEntries:
    for url, numbers in database.group_rows("rss_item", "feedurl").items():
        rows = (database.row("rss_item", number, *ITEM_COLUMNS) for number in reversed(numbers))
        entries = (_make_entry(row) for row in rows if row and not row.number("deleted"))
        yield feeds.get(url) or StoredFeed(url), entries
    problems += database.list_problems()


def _make_entry(row: Row) -> FeedEntry:
    link, guid = row.text("url"), row.text("guid")
    if link and MADE_GUID.fullmatch(guid.removeprefix(link)):
        guid = ""
    media = row.text("enclosure_url")
    is_html = row.text("content_mime_type") != "text/plain"
    return FeedEntry(
        link=link,
        guid=guid,
        title=row.text("title"),
        content=mark_line_breaks(row.text("content")) if is_html else row.text("content"),
        is_html=is_html,
        authors=[row.text("author")],
        tags=[flag_tag(flag) for flag in row.text("flags")],
        published=row.number("pubDate"),
        enclosures=[{"url": media, "type": row.text("enclosure_type")}] if media else [],
        base_url=row.text("base"),
        read=not row.number("unread"),
    )
