"""elfeed: its database, and what the user wrote for it in the files of Emacs.

The feeds and their tags are in the variable `elfeed-feeds` or, with elfeed-org, in an outline; the saved filters
are bookmarks of Emacs.

Source: elfeed 3.4.1, `elfeed-db.el` and `elfeed-search.el`, and the files that it writes.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from store.feeds.entry import FeedEntry
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
from store.other_readers.files import BaseFolders, read_text
from store.other_readers.lisp import as_text, get_property, read_records, read_value
from store.search.query_text import check_query, format_condition, join_choices, translate_pattern
from store.system.files import open_regular, read_regular
from store.text.clean import clean_line

SETTINGS_NAMES = ("init.el", ".emacs", "custom.el", "config.el")
FILE_NAMES = ("index", "elfeed.org", "bookmarks", *SETTINGS_NAMES)
FEED_FIELDS = ("id", "url", "title", "author", "meta")
ENTRY_FIELDS = (
    "id", "title", "link", "date", "content", "content-type", "enclosures", "tags", "feed-id", "meta",
)  # fmt: skip
UNREAD_TAG = "unread"
STAR_TAGS = frozenset({"star", "starred"})
"""The tags by which users mark what they want to keep."""
CONTENT_ID = re.compile(r"[0-9a-f]{40}")
MAX_ARCHIVE_BYTES = 2_000_000_000

FEEDS_VARIABLE = re.compile(r"\belfeed-feeds\b[\s'`]*+(?=\()")
ORG_HEADING = re.compile(r"(\*++) ++(.*)")
ORG_TAGS = re.compile(r"(?:\A|\s):((?>(?:[\w@#%]++:)+))\s*+\Z")
ORG_LINK = re.compile(r"\[\[(https?://[^\]\s]++)\](?:\[([^\]]*+)\])?\]|(https?://\S++)")
ORG_ROOT_TAG = "elfeed"

AGE = re.compile(r"(\d{1,4})-?(hour|day|week|month|year)s?(?:-ago|-old)?")
UNITS = {"hour": "h", "day": "d", "week": "w", "month": "m", "year": "y"}
EMACS_SIGN = re.compile(r"\\([(){}|])|([(){}|])")

Fields = Mapping[str, Any]


def list_places(base: BaseFolders) -> Sequence[Path]:
    """Return where elfeed and Emacs keep their files, the most likely place first."""
    emacs = base.home / ".emacs.d", base.config / "emacs"
    databases = (
        each / name for each in emacs for name in ("elfeed", "var/elfeed/db", ".local/elfeed/db")
    )
    settings = *emacs, base.config / "doom", base.home / ".doom.d"
    return [
        *(folder / "index" for folder in (base.home / ".elfeed", *databases)),
        *(folder / name for folder in settings for name in FILE_NAMES if name != "index"),
        base.home / ".emacs",
        base.home / "org/elfeed.org",
    ]


def name_file(path: Path) -> str:
    """Return the usual name of a file that has another one."""
    return {".org": "elfeed.org", ".el": "init.el"}.get(path.suffix, "index")


@contextmanager
def open_elfeed(files: Mapping[str, Path]) -> Iterator[ReaderContents]:
    """Read what elfeed keeps in these files, by name.

    Raises:
        InvalidInput: The database cannot be read.
    """
    rejected: list[Rejection] = []
    problems: list[Rejection] = []
    index = files.get("index")
    text = _read_index(index) if index else ""
    feeds = {each.url: each for each in _read_feeds(text)}
    searches = _read_bookmarks(files.get("bookmarks"), rejected)
    if not index:
        reason = "no index: its articles are not taken"
        rejected.append(Rejection("elfeed", reason))
    entries = _iter_feeds(index, text, feeds, problems) if index else ()
    chosen = list(_read_settings(files, rejected))
    if not chosen and index:
        chosen = list(subscribe_each(map(WantedFeed, feeds.values()), index, rejected))
    subscriptions = [feeds.get(each.url, StoredFeed(each.url)).describe(each) for each in chosen]
    yield ReaderContents(subscriptions, searches, rejected, entries, problems)


def _read_index(path: Path) -> str:
    text = read_text(path)
    if ":version" not in text:
        raise InvalidInput("not an index of elfeed", file=path)
    return text


# -- feeds -----------------------------------------------------------------------------------


def _read_feeds(index: str) -> Iterator[StoredFeed]:
    for slots in read_records(index, "elfeed-feed"):
        if not isinstance(slots, InvalidInput):
            feed = dict(zip(FEED_FIELDS, slots, strict=False))
            title = as_text(get_property(feed.get("meta"), ":title")) or as_text(feed.get("title"))
            yield StoredFeed(as_text(feed.get("id")), title)


def _read_settings(files: Mapping[str, Path], rejected: list[Rejection]) -> Iterator[Subscription]:
    """Yield the feeds that the user has written down."""
    for name in (*SETTINGS_NAMES, "elfeed.org"):
        if path := files.get(name):
            text = read_text(path)
            wanted = _read_outline(text) if name == "elfeed.org" else _read_variable(text)
            yield from subscribe_each(wanted, path, rejected)


def _read_variable(text: str) -> Iterator[WantedFeed]:
    """Yield the feeds that a file of Emacs sets `elfeed-feeds` to; those made by code are not known."""
    for found in FEEDS_VARIABLE.finditer(text):
        try:
            value = read_value(text, found.end()).value
        except InvalidInput:
            continue
        if value[:1] == ["quote"] and isinstance(value[-1], list):
            value = value[-1]
        for each in value:
            url, *tags = each if isinstance(each, list) and each else [each]
            if as_text(url):
                yield _want(url, filter(None, map(_as_name, tags)))


def _as_name(value: object) -> str:
    return value if isinstance(value, str) and not value.startswith(":") else ""


def _want(url: str, tags: Iterable[str], title: str = "") -> WantedFeed:
    """Return a feed to subscribe to; the first tag is its category."""
    category, *others = list(dict.fromkeys(tags)) or [""]
    return WantedFeed(StoredFeed(as_text(url), title), category, others)


def _read_outline(text: str) -> Iterator[WantedFeed]:
    """Yield the feeds in an outline of elfeed-org: headings that are URLs, with the tags of those above."""
    above: list[tuple[int, list[str]]] = []
    for line in text.splitlines():
        if (heading := ORG_HEADING.fullmatch(line)) is None:
            continue
        level, title = len(heading[1]), heading[2]
        tags = ORG_TAGS.search(title)
        while above and above[-1][0] >= level:
            above.pop()
        above.append((level, tags[1].split(":") if tags else []))
        link = ORG_LINK.match(title)
        names = [name for _, found in above for name in found if name]
        if link and ORG_ROOT_TAG in names:
            names = [name for name in names if name != ORG_ROOT_TAG]
            yield _want(link[1] or link[3], names, link[2] or "")


# -- articles --------------------------------------------------------------------------------


class ContentStore:
    """The texts of entries: a file each below `data`, or all in one archive."""

    def __init__(self, index: Path) -> None:
        self._folder = index.parent / "data"
        self.archive = self._folder / "archive.gz"
        self.missing_count = 0
        self.is_archive_damaged = False

    def read(self, content: object) -> str:
        """Return the text that an entry has or refers to; empty if there is none."""
        if not (isinstance(content, list) and len(content) > 1):
            return as_text(content)
        name = as_text(content[1])
        if CONTENT_ID.fullmatch(name) is None:
            return ""
        try:
            return read_regular(self._folder / name[:2] / name).decode("utf-8", "replace")
        except OSError:
            pass
        if name in self._places:
            start, end = self._places[name]
            return self._archive[start:end]
        self.missing_count += 1
        return ""

    @cached_property
    def _places(self) -> Mapping[str, tuple[int, int]]:
        """Start and end of each text in the archive, in characters."""
        try:
            text = read_regular(self._folder / "archive.index").decode("utf-8", "replace")
            table = get_property(read_value(text).value[1:], "data") or []
        except (OSError, InvalidInput):
            return {}
        return {
            as_text(name): (int(place[0]), int(place[1]))
            for name, place in zip(table[::2], table[1::2], strict=False)
            if isinstance(place, list)
            and len(place) == 2
            and all(isinstance(n, float) for n in place)
        }

    @cached_property
    def _archive(self) -> str:
        try:
            with open_regular(self.archive) as stream:
                data = gzip.GzipFile(fileobj=stream).read(MAX_ARCHIVE_BYTES)
        except (OSError, EOFError, zlib.error):
            self.is_archive_damaged = True
            return ""
        return data.decode("utf-8", "replace")


def _iter_feeds(
    index: Path, text: str, feeds: Mapping[str, StoredFeed], problems: list[Rejection]
) -> FeedEntries:
    contents = ContentStore(index)
    by_feed: dict[str, list[Fields]] = {}
    damaged = 0
    for slots in read_records(text, "elfeed-entry"):
        if isinstance(slots, InvalidInput):
            damaged += 1
        else:
            fields = dict(zip(ENTRY_FIELDS, slots, strict=False))
            by_feed.setdefault(as_text(fields.get("feed-id")), []).append(fields)
    for url, found in by_feed.items():
        found.sort(key=_entry_date, reverse=True)
        yield feeds.get(url) or StoredFeed(url), (_make_entry(each, contents) for each in found)
    if damaged:
        problems.append(Rejection(str(index), f"damaged (articles lost: {damaged:,})"))
    if contents.is_archive_damaged:
        problems.append(Rejection(str(contents.archive), "damaged (the texts in it are lost)"))
    if contents.missing_count:
        reason = f"texts missing: {contents.missing_count:,}"
        problems.append(Rejection(str(index), reason))


def _entry_date(fields: Fields) -> float:
    date = fields.get("date")
    return date if isinstance(date, float) else 0.0


def _make_entry(fields: Fields, contents: ContentStore) -> FeedEntry:
    names = fields.get("tags")
    tags = [_as_name(tag) for tag in names] if isinstance(names, list) else []
    identity = fields.get("id")
    media = fields.get("enclosures")
    return FeedEntry(
        link=as_text(fields.get("link")),
        guid=as_text(identity[1]) if isinstance(identity, list) and len(identity) > 1 else "",
        title=as_text(fields.get("title")),
        content=contents.read(fields.get("content")),
        is_html=fields.get("content-type") is not None,
        authors=list(_author_names(get_property(fields.get("meta"), ":authors"))),
        tags=[tag for tag in tags if tag and tag != UNREAD_TAG and tag not in STAR_TAGS],
        published=_entry_date(fields),
        enclosures=list(_enclosures(media)),
        read=UNREAD_TAG not in tags,
        starred=not STAR_TAGS.isdisjoint(tags),
    )


def _author_names(authors: object) -> Iterator[str]:
    for each in authors if isinstance(authors, list) else ():
        yield as_text(get_property(each, ":name")) or as_text(get_property(each, ":email"))


def _enclosures(media: object) -> Iterator[dict[str, str]]:
    for each in media if isinstance(media, list) else ():
        if isinstance(each, list):
            yield dict(zip(("url", "type", "length"), map(as_text, each), strict=False))


# -- filters ---------------------------------------------------------------------------------


def _read_bookmarks(path: Path | None, rejected: list[Rejection]) -> dict[str, str]:
    """Return the filters among the bookmarks of Emacs, by name."""
    if path is None:
        return {}
    try:
        bookmarks = read_value(read_text(path)).value
    except InvalidInput as error:
        rejected.append(Rejection(str(path), f"not a file of bookmarks: {error.reason}"))
        return {}
    searches = {}
    for each in bookmarks if isinstance(bookmarks, list) else ():
        facts = {fact[0]: fact[1] for fact in each[1:] if isinstance(fact, list) and len(fact) == 2}
        if facts.get("handler") != "elfeed-search-bookmark-handler":
            continue
        name = clean_line(as_text(each[0]), 100)
        try:
            searches[name] = translate_filter(as_text(facts.get("location")))
        except InvalidInput as error:
            rejected.append(Rejection(f"{path}: {name}", error.reason))
    return searches


def translate_filter(text: str) -> str:
    """Return a filter of elfeed as a query; the number of articles that it shows is left out.

    Raises:
        InvalidInput: It has something that our queries cannot say; the text names it.
    """
    parts: list[str] = []
    feeds: list[str] = []
    for word in text.split():
        sign, rest = word[0], word[1:]
        if sign == "#":
            continue
        if (part := _translate_word(sign, rest, word)) is None:
            raise InvalidInput(f"query: “{clean_line(word, 60)}” cannot be translated")
        (feeds if sign == "=" else parts).append(part)
    return check_query(" ".join([*parts, *([join_choices(feeds)] if feeds else [])]))


def _translate_word(sign: str, rest: str, word: str) -> str | None:
    if sign in "+-":
        condition = _translate_tag(rest)
        return condition if sign == "+" else f"-{condition}"
    if sign == "@":
        return _translate_age(rest)
    field = "feed" if sign in "=~" else ""
    pattern = EMACS_SIGN.sub(
        lambda found: found[1] or f"\\{found[2]}", rest if sign in "=~!" else word
    )
    condition = translate_pattern(field, pattern) or ""
    return (f"-{condition}" if sign in "~!" else condition) if condition else None


def _translate_tag(tag: str) -> str:
    if tag == UNREAD_TAG:
        return "is:unread"
    return "is:starred" if tag in STAR_TAGS else format_condition("tag", tag)


def _translate_age(text: str) -> str | None:
    """Return the condition for an age such as `6-months-ago`, or for one between two."""
    found = [AGE.fullmatch(part) for part in text.split("--")]
    ages = [f"{each[1]}{UNITS[each[2]]}" for each in found if each]
    if len(ages) != len(found) or len(ages) > 2:
        return None
    return f"newer:{ages[0]}" if len(ages) == 1 else f"newer:{ages[0]} older:{ages[1]}"
