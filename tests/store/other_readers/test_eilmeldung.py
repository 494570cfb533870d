"""Moving in from eilmeldung, with a database of the schema that news-flash 3.1 documents."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from store.feeds.subscriptions import Subscription
from store.model.article import ParsedArticle, Rejection
from store.model.errors import InvalidInput
from store.other_readers.eilmeldung import translate_query
from store.other_readers.programs import open_other_reader
from store.search.language import parse_query

NOW = "2026-11-29T18:00:00Z"
SEA, PUMPS = "https://sea.example/feed", "https://pumps.example/feed"
SCHEMA = """
CREATE TABLE articles (article_id TEXT PRIMARY KEY NOT NULL, title TEXT, author TEXT, feed_id TEXT NOT NULL,
  url TEXT, date TEXT NOT NULL, synced TEXT NOT NULL, html TEXT, summary TEXT, direction INTEGER,
  unread INTEGER NOT NULL, marked INTEGER NOT NULL, scraped_content TEXT, plain_text TEXT, thumbnail_url TEXT,
  updated TEXT);
CREATE TABLE feeds (feed_id TEXT PRIMARY KEY NOT NULL, label TEXT NOT NULL, website TEXT, feed_url TEXT,
  icon_url TEXT, error_count INTEGER NOT NULL DEFAULT 0, error_message TEXT);
CREATE TABLE categories (category_id TEXT PRIMARY KEY NOT NULL, label TEXT NOT NULL);
CREATE TABLE category_mapping (parent_id TEXT NOT NULL, category_id TEXT NOT NULL, sort_index INTEGER,
  PRIMARY KEY (parent_id, category_id));
CREATE TABLE feed_mapping (feed_id TEXT NOT NULL, category_id TEXT NOT NULL, sort_index INTEGER,
  PRIMARY KEY (feed_id, category_id));
CREATE TABLE tags (tag_id TEXT PRIMARY KEY NOT NULL, label TEXT NOT NULL, color TEXT, sort_index INTEGER);
CREATE TABLE taggings (article_id TEXT NOT NULL, tag_id TEXT NOT NULL, PRIMARY KEY (article_id, tag_id));
CREATE TABLE enclosures (article_id TEXT NOT NULL, url TEXT NOT NULL, mime_type TEXT, title TEXT,
  PRIMARY KEY (article_id, url));
"""
ROWS: Mapping[str, Sequence[Sequence[str | int | None]]] = {
    "feeds": [
        ("f1", "The Sea", "https://sea.example/", SEA, None, 0, None),
        ("f2", "Pumps", None, PUMPS, None, 0, None),
        ("f3", "Elsewhere", None, None, None, 0, None),
    ],
    "categories": [("c1", "News"), ("c2", "Sea/side")],
    "category_mapping": [("NewsFlash.Toplevel", "c1", 0), ("c1", "c2", 0)],
    "feed_mapping": [("f1", "c2", 0), ("f2", "NewsFlash.Toplevel", 0)],
    "tags": [("t1", "later", "#ff0000", 0), ("t2", "fog", None, 1)],
    "taggings": [("a1", "t1"), ("a1", "t2")],
    "enclosures": [("a2", "https://sea.example/song.mp3", "audio/mpeg", None)],
    "articles": [
        (
            "a1", "The ferry &amp; the fog", "Ann Lee", "f1", "https://sea.example/ferry",
            "2026-11-02 08:00:00+00:00", NOW, "<p>Two hours late.</p>", "Two hours", None, 1, 1,
            "<p>Two hours late, on <b>Monday</b>.</p>", None, None, "2026-11-03 08:00:00.123456+00:00",
        ),
        (
            "a2", "A song", None, "f1", None, "2026-11-04 10:00:00+00:00", NOW, None, None, None,
            0, 0, None, "Listen: 1 < 2.", None, None,
        ),
        (
            "a3", "Of a feed that is gone", None, "f9", "https://gone.example/1",
            "2026-11-05 10:00:00+00:00", NOW, "<p>Gone.</p>", None, None, 0, 0, None, None, None, None,
        ),
    ],
}  # fmt: skip
CONFIG = """\
refresh_fps = 10
feed_list = [
  'query: "Read Later" #later unread',
  "feeds",
  'query: Loud title:/^!/',
  'query:"Ferries" title:/ferry|boat/ newer:"1 week ago" sort:"date"',
]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a database and a configuration."""
    with closing(sqlite3.connect(tmp_path / "database.sqlite")) as made, made:
        made.executescript(SCHEMA)
        for table, rows in ROWS.items():
            marks = ", ".join("?" * len(rows[0]))
            made.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
    (tmp_path / "config.toml").write_text(CONFIG)
    return tmp_path


def build(path: Path) -> Sequence[ParsedArticle | Rejection]:
    with open_other_reader("eilmeldung", [path], {}) as contents:
        return list(contents.build_articles(contents.subscriptions, NOW))


def test_feeds_and_queries_of_eilmeldung(folder: Path) -> None:
    with open_other_reader("eilmeldung", [folder], {}) as contents:
        assert list(contents.subscriptions) == [
            Subscription(SEA, "The Sea", "News/Sea∕side", "https://sea.example/"),
            Subscription(PUMPS, "Pumps"),
        ]
        assert contents.searches == {
            "Read Later": "tag:later is:unread",
            "Ferries": "(title:ferry or title:boat) newer:1w",
        }
        assert [(each.location, each.reason) for each in contents.rejected] == [
            (f"{folder / 'config.toml'}: Loud", "query: “title:” cannot be translated"),
            (f"{folder / 'database.sqlite'}: Elsewhere", "not an http or https URL"),
        ]


def test_articles_of_eilmeldung(folder: Path) -> None:
    song, ferry, gone = build(folder)
    assert isinstance(ferry, ParsedArticle)
    assert ferry.body.text == "Two hours late, on **Monday**."
    assert ferry.reading.starred
    assert not ferry.reading.read
    found = ferry.article
    assert (found.title, found.authors) == ("The ferry & the fog", ("Ann Lee",))
    assert (found.category, found.tags) == ("News/Sea∕side", ("later", "fog"))
    assert (found.date, found.updated) == ("2026-11-02T08:00:00Z", "2026-11-03T08:00:00Z")
    assert found.extra == {"feed": SEA}
    assert isinstance(song, ParsedArticle)
    assert song.body.text == "Listen: 1 < 2.\n\n[Audio](https://sea.example/song.mp3)"
    assert song.reading.read
    assert isinstance(gone, ParsedArticle)
    assert (gone.article.category, gone.article.extra) == ("", {})


@pytest.mark.parametrize("damaged", ["feed_list = [", "x = " + "1" * 5000, "x = " + "[" * 5000])
def test_a_configuration_alone_and_one_that_is_broken(folder: Path, damaged: str) -> None:
    with open_other_reader("eilmeldung", [folder / "config.toml"], {}) as contents:
        assert len(contents.searches) == 2
        assert contents.rejected[-1].reason.startswith("no database.sqlite")
    (folder / "config.toml").write_text(damaged)
    with open_other_reader("eilmeldung", [folder], {}) as contents:
        assert contents.searches == {}
        assert contents.rejected[0].reason.startswith("not TOML: ")
        assert len(contents.subscriptions) == 2


def test_folders_that_contain_each_other(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "database.sqlite")) as made, made:
        made.execute("UPDATE category_mapping SET parent_id = 'c2' WHERE category_id = 'c1'")
    with open_other_reader("eilmeldung", [folder], {}) as contents:
        assert contents.subscriptions[0].category.count("News") == 10


@pytest.mark.parametrize("place", [".local/state", ".local/share"])
def test_the_usual_places(folder: Path, place: str) -> None:
    state, config = folder / place / "eilmeldung", folder / ".config/eilmeldung"
    for name, target in (("database.sqlite", state), ("config.toml", config)):
        target.mkdir(parents=True)
        (folder / name).rename(target / name)
    with open_other_reader("eilmeldung", [], {"HOME": str(folder)}) as contents:
        assert (len(contents.subscriptions), len(contents.searches)) == (2, 2)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("today unread", "newer:1d is:unread"),
        ("read", "is:read"),
        ("~read", "-is:read"),
        ("marked", "is:starred"),
        ("unmarked", "is:unstarred"),
        ("*", ""),
        ("#a,#b", "(tag:a or tag:b)"),
        ("tag:#a ~#b", "tag:a -tag:b"),
        ("title:rust", "title:rust"),
        ('title:"Rust \\"book\\""', None),
        ('title:"two words"', 'title:"two words"'),
        ("title:/(rust|python)/i", "(title:rust or title:python)"),
        ("author:smith summary:fog", "author:smith text:fog"),
        ("feedurl:a feed:bbc category:x", "feed:a feed:bbc category:x"),
        ("all:climate harbour", "climate harbour"),
        ("or", '"or"'),
        ('newer:"1 week ago"', "newer:1w"),
        ('newer:"an hour ago"', "newer:1h"),
        ('older:"3 days"', "older:3d"),
        ('older:"yesterday"', "older:1d"),
        ('newer:"2024-01-01"', "date:>=2024-01-01"),
        ('older:"2024-01-01"', "date:<2024-01-01"),
        ('unread sort:"date"', "is:unread"),
        ('newer:"next moon"', None),
        ("tagged", None),
        ("~lastsync", None),
        ("tagged:x", None),
        ("syncedafter:x", None),
        ("title:/^a.*b/", None),
        ("title:", None),
        ("/a/", None),
        ('"a"', None),
        ("(a)", None),
    ],
)
def test_a_query_of_eilmeldung(query: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(InvalidInput, match="query: "):
            translate_query(query)
    else:
        assert translate_query(query) == expected
        parse_query(expected, 0)
