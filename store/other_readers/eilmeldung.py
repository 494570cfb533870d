"""eilmeldung: its feeds and articles in the database of the news-flash library, and the queries in `config.toml`.

Source: the schema of news-flash 3.1 (https://docs.rs/crate/news-flash/3.1.0/source/src/schema.rs), and
eilmeldung's documentation of its files and queries (https://github.com/christo-auer/eilmeldung).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from store.feeds.entry import FeedEntry
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
from store.search.query_text import check_query, format_condition, join_choices, translate_pattern
from store.text.clean import clean_line
from store.text.toml import parse_toml

FILE_NAMES = ("database.sqlite", "config.toml")
ARTICLE_COLUMNS = (
    "article_id",
    "title",
    "author",
    "url",
    "date",
    "html",
    "summary",
    "unread",
    "marked",
    "scraped_content",
    "plain_text",
    "updated",
)
MAX_FOLDER_DEPTH = 20

QUERY_ENTRY = re.compile(r'query:\s*+(?:"((?:[^"\\]|\\.?)*+)"|(\S++))\s*+(.*)', re.DOTALL)
"""An entry of `feed_list` that is a query: its name and its text."""
QUERY_TOKEN = re.compile(
    r"""(?xs)
      (?P<tags>\#\w++(?>(?:,\#\w++)*))
    | (?P<regex>/(?:[^/\\]|\\.?)*+/)i?
    | (?P<quoted>"(?:[^"\\]|\\.?)*+")
    | (?P<key>[a-z]++:)
    | (?P<word>\w++|\*)
    | (?P<negation>~)
    | (?P<space>\s++)
    """
)
STATES = {
    "read": "is:read",
    "unread": "is:unread",
    "marked": "is:starred",
    "unmarked": "is:unstarred",
    "today": "newer:1d",
    "*": "",
}
OTHER_STATES = frozenset({"tagged", "flagged", "lastsync"})
"""States that our queries do not know."""
FIELDS = {
    "title:": "title",
    "summary:": "text",
    "author:": "author",
    "feed:": "feed",
    "feedurl:": "feed",
    "feedweburl:": "feed",
    "category:": "category",
    "all:": "",
}
UNITS = {"hour": "h", "day": "d", "week": "w", "month": "m", "year": "y"}
AGE = re.compile(r"(\d{1,4}|an?) (hour|day|week|month|year)s?(?: ago)?")
DAY = re.compile(r"\d{4}(?:-\d\d(?:-\d\d)?)?")


def list_places(base: BaseFolders) -> Sequence[Path]:
    """Return where eilmeldung keeps its files, the most likely place first."""
    folders = [each / "eilmeldung" for each in (base.state, base.data, base.config)]
    folders.append(base.home / "Library/Application Support/org.christo-auer.eilmeldung")
    return [folder / name for folder in folders for name in FILE_NAMES]


def name_file(path: Path) -> str:
    """Return the usual name of a file of eilmeldung that has another one."""
    return "database.sqlite" if is_database(path) else "config.toml"


@contextmanager
def open_eilmeldung(files: Mapping[str, Path]) -> Iterator[ReaderContents]:
    """Read what eilmeldung keeps in these files, by name.

    Raises:
        InvalidInput: The database is none of news-flash.
    """
    rejected: list[Rejection] = []
    problems: list[Rejection] = []
    searches = _read_queries(files.get("config.toml"), rejected)
    if (path := files.get("database.sqlite")) is None:
        reason = "no database.sqlite: its feeds and articles are not taken"
        yield ReaderContents([], searches, [*rejected, Rejection("eilmeldung", reason)])
        return
    with open_database_copy(path) as database:
        database.require_table("articles", "eilmeldung")
        feeds = _read_feeds(database)
        folders = _read_folders(database)
        wanted = (WantedFeed(feed, folders.get(feed_id, "")) for feed_id, feed in feeds.items())
        subscriptions = list(subscribe_each(wanted, path, rejected))
        entries = _iter_feeds(database, feeds, problems)
        yield ReaderContents(subscriptions, searches, rejected, entries, problems)


def _read_feeds(database: Database) -> dict[str, StoredFeed]:
    rows = database.rows("feeds", "feed_id", "label", "website", "feed_url")
    return {
        row.text("feed_id"): StoredFeed(
            row.text("feed_url"), row.text("label"), row.text("website")
        )
        for row in rows
    }


def _read_folders(database: Database) -> dict[str, str]:
    """Return the folder of each feed; that of a folder in another one is a path with slashes."""
    labels = {
        row.text("category_id"): clean_line(row.text("label").replace("/", "∕"), 100)
        for row in database.rows("categories", "category_id", "label")
    }
    parents = {
        row.text("category_id"): row.text("parent_id")
        for row in database.rows("category_mapping", "category_id", "parent_id")
    }
    folders = {}
    for row in database.rows("feed_mapping", "feed_id", "category_id"):
        names: list[str] = []
        folder = row.text("category_id")
        while folder in labels and len(names) < MAX_FOLDER_DEPTH:
            names.append(labels[folder])
            folder = parents.get(folder, "")
        folders[row.text("feed_id")] = "/".join(reversed(names))
    return folders


# -- articles --------------------------------------------------------------------------------


def _iter_feeds(
    database: Database, feeds: Mapping[str, StoredFeed], problems: list[Rejection]
) -> FeedEntries:
    tags = _read_tags(database)
    media = _read_enclosures(database)
    for feed_id, numbers in database.group_rows("articles", "feed_id").items():
        rows = (database.row("articles", number, *ARTICLE_COLUMNS) for number in reversed(numbers))
        entries = (
            _make_entry(
                row, tags.get(article := row.text("article_id"), []), media.get(article, [])
            )
            for row in rows
            if row
        )
        yield feeds.get(feed_id, StoredFeed("")), entries
    problems += database.list_problems()


def _read_tags(database: Database) -> dict[str, list[str]]:
    labels = {
        row.text("tag_id"): row.text("label") for row in database.rows("tags", "tag_id", "label")
    }
    tags: dict[str, list[str]] = {}
    for row in database.rows("taggings", "article_id", "tag_id"):
        if label := labels.get(row.text("tag_id")):
            tags.setdefault(row.text("article_id"), []).append(label)
    return tags


def _read_enclosures(database: Database) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for row in database.rows("enclosures", "article_id", "url", "mime_type"):
        media = {"url": row.text("url"), "type": row.text("mime_type")}
        found.setdefault(row.text("article_id"), []).append(media)
    return found


def _make_entry(
    row: Row, tags: Sequence[str], enclosures: Sequence[Mapping[str, str]]
) -> FeedEntry:
    """Return an entry; the longest text is taken, which may be that of the page."""
    html = max(row.text("scraped_content"), row.text("html"), key=len)
    return FeedEntry(
        link=row.text("url"),
        guid="" if row.text("url") else row.text("article_id"),
        title=row.text("title"),
        content=html or row.text("plain_text") or row.text("summary"),
        is_html=bool(html),
        authors=[row.text("author")],
        tags=tags,
        published=row.text("date"),
        updated=row.text("updated"),
        enclosures=enclosures,
        read=not row.number("unread"),
        starred=bool(row.number("marked")),
    )


# -- queries ---------------------------------------------------------------------------------


def _read_queries(path: Path | None, rejected: list[Rejection]) -> dict[str, str]:
    """Return the queries in the list of feeds, by name."""
    if path is None:
        return {}
    try:
        listed = parse_toml(read_text(path)).get("feed_list")
    except ValueError as error:
        rejected.append(Rejection(str(path), f"not TOML: {error}"))
        return {}
    searches = {}
    for entry in listed if isinstance(listed, list) else ():
        found = QUERY_ENTRY.fullmatch(entry.strip()) if isinstance(entry, str) else None
        if found is None:
            continue
        name = clean_line(found[1] or found[2] or "", 100)
        try:
            searches[name] = translate_query(found[3])
        except InvalidInput as error:
            rejected.append(Rejection(f"{path}: {name}", error.reason))
    return searches


def translate_query(text: str) -> str:
    """Return a query of eilmeldung as one of ours; its order is left out.

    Raises:
        InvalidInput: It is none, or has something that our queries cannot say; the text names it.
    """
    tokens = _iter_tokens(text)
    parts = []
    sign = ""
    for kind, value in tokens:
        if kind == "negation":
            sign = "-"
            continue
        if (part := _translate_token(kind, value, tokens)) is None:
            raise InvalidInput(f"query: “{clean_line(value, 60)}” cannot be translated")
        parts += [f"{sign}{part}"] if part else []
        sign = ""
    return check_query(" ".join(parts))


def _iter_tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        match = QUERY_TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise InvalidInput("query: not a query")
        at = match.end()
        if match.lastgroup != "space":
            yield match.lastgroup, match[match.lastgroup]


def _translate_token(kind: str, value: str, tokens: Iterator[tuple[str, str]]) -> str | None:
    """Return the condition that begins with this token; None if it cannot be translated."""
    if kind == "tags":
        return join_choices([format_condition("tag", tag[1:]) for tag in value.split(",")])
    if kind == "word" and value not in OTHER_STATES:
        return STATES[value] if value in STATES else format_condition("", value)
    if kind != "key":
        return None
    kind, term = next(tokens, ("", ""))
    if value == "sort:":
        return ""
    if value == "tag:" and kind == "tags":
        return _translate_token(kind, term, tokens)
    if value in FIELDS and kind == "regex":
        return translate_pattern(FIELDS[value], term[1:-1])
    text = re.sub(r"\\(.)", r"\1", term[1:-1]) if kind == "quoted" else term
    if value in ("newer:", "older:"):
        return _translate_time(value, text.strip().lower())
    if value in FIELDS and kind in ("word", "quoted") and text.strip() and '"' not in text:
        return format_condition(FIELDS[value], text.strip())
    return None


def _translate_time(key: str, text: str) -> str | None:
    if text == "yesterday":
        return f"{key}1d"
    if age := AGE.fullmatch(text):
        return f"{key}{1 if age[1].startswith('a') else age[1]}{UNITS[age[2]]}"
    if DAY.fullmatch(text):
        return f"date:{'>=' if key == 'newer:' else '<'}{text}"
    return None
