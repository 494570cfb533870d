"""Moving in from newsboat, whose database was written by newsboat 2.21 itself."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from store.feeds.entry import FeedInfo
from store.feeds.parse import parse_feed
from store.feeds.subscriptions import Subscription
from store.model.article import ParsedArticle, Rejection
from store.model.errors import InvalidInput
from store.other_readers import database
from store.other_readers.contents import ReaderContents
from store.other_readers.programs import open_other_reader

FILE = Path(__file__).with_name("newsboat-2.21.db")
SEA, PUMPS = "http://127.0.0.1:8199/sea.xml", "http://127.0.0.1:8199/tech.xml"
URLS = f"""\
{SEA} sea "two words" "~The Sea"
{PUMPS} tech !hidden
"query:Unread fog:unread = \\"yes\\" and title =~ \\"fog\\""
exec:~/bin/feed.sh
"""
CONFIG = """\
auto-reload no
define-filter "Recent: pumps" "title =~ \\"pump\\" and age < 8"
define-filter "Old" "rssurl # \\"a\\""
"""
SEA_FEED = b"""<rss version="2.0"><channel><title>Sea</title><link>http://127.0.0.1:8199/sea/</link>
<item><title>The ferry is late</title><link>http://127.0.0.1:8199/sea/ferry</link><guid>sea-1</guid></item>
<item><title>Fog at the quay</title><link>http://127.0.0.1:8199/sea/fog</link></item>
<item><title>A song of the harbour</title><link>http://127.0.0.1:8199/sea/song</link><guid>sea-3</guid>
</item></channel></rss>"""
NOW = "2026-11-29T18:00:00Z"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as newsboat leaves it."""
    (tmp_path / "urls").write_text(URLS)
    (tmp_path / "config").write_text(CONFIG)
    shutil.copy(FILE, tmp_path / "cache.db")
    return tmp_path


@contextmanager
def move(*paths: Path, environ: Mapping[str, str] | None = None) -> Iterator[ReaderContents]:
    with open_other_reader("newsboat", paths, environ or {}) as contents:
        yield contents


def build(contents: ReaderContents) -> dict[str, ParsedArticle | Rejection]:
    found = contents.build_articles(contents.subscriptions, NOW)
    return {
        each.article.title if isinstance(each, ParsedArticle) else each.reason: each
        for each in found
    }


def titles(path: Path) -> list[str]:
    with move(path) as contents:
        return sorted(build(contents))


TITLES = sorted(
    [
        "A pump <than any",
        "A song of the harbour",
        "An old notice",
        "The ferry is late",
        "水のポンプ",
    ]
)
"""The articles in the file that were not deleted."""


def test_feeds_and_filters_of_newsboat(folder: Path) -> None:
    with move(folder) as contents:
        assert list(contents.subscriptions) == [
            Subscription(
                SEA, "The Sea", "sea", site="http://127.0.0.1:8199/sea/", tags=("two words",)
            ),
            Subscription(PUMPS, "Pumps and Valves", "tech", site=PUMPS),
        ]
        assert contents.searches == {
            "Recent pumps": "title:pump newer:8d",
            "Unread fog": "is:unread title:fog",
        }
        assert [(Path(each.location).name, each.reason) for each in contents.rejected] == [
            ("urls: line 4", "exec: is not supported"),
            ("config: line 3", "query: “rssurl #” cannot be translated"),
        ]


def test_articles_of_newsboat(folder: Path) -> None:
    with move(folder) as contents:
        found = build(contents)
    assert sorted(found) == TITLES
    ferry, notice, pump, song = (
        found[title]
        for title in (
            "The ferry is late",
            "An old notice",
            "A pump <than any",
            "A song of the harbour",
        )
    )
    assert isinstance(ferry, ParsedArticle)
    assert ferry.body.text == "The ferry came two hours late on **Monday**.\n\nFog was the reason."
    assert (ferry.article.category, ferry.article.tags) == ("sea", ("two words",))
    assert (ferry.article.authors, ferry.article.date) == (("Ann Lee",), "2026-11-02T08:00:00Z")
    assert ferry.article.extra == {"feed": SEA, "guid": "sea-1"}
    assert not ferry.reading.read
    assert isinstance(notice, ParsedArticle)
    assert notice.reading.read
    assert notice.article.tags == ("two words", "flag-a", "flag-s")
    assert isinstance(pump, ParsedArticle)
    assert pump.body.text == "It lifts water with `x < y`."
    assert isinstance(song, ParsedArticle)
    assert song.body.text.endswith("[Audio](http://127.0.0.1:8199/song.mp3)")


def test_a_fetch_knows_what_moved_in(folder: Path) -> None:
    fetched = parse_feed(SEA_FEED, "", FeedInfo(SEA, SEA, NOW))
    with move(folder) as contents:
        moved = build(contents)
    for each in fetched.articles:
        found = moved.get(each.article.title)
        if each.article.title == "Fog at the quay":  # deleted in newsboat
            assert found is None
        else:
            assert isinstance(found, ParsedArticle)
            assert (found.article.id, found.item) == (each.article.id, each.item)


def test_a_feed_that_has_moved_keeps_its_key(folder: Path) -> None:
    moved = Subscription("https://new.example/sea", category="Own", former_urls=(SEA,))
    with move(folder / "cache.db") as contents:
        found = contents.build_articles([moved], NOW)
        (ferry,) = (
            each
            for each in found
            if isinstance(each, ParsedArticle) and each.article.title == "The ferry is late"
        )
    assert (ferry.article.category, ferry.article.extra["feed"]) == ("Own", SEA)


def test_a_database_alone_has_the_feeds_too(folder: Path) -> None:
    renamed = (folder / "cache.db").rename(folder / "backup.sqlite")
    with move(renamed) as contents:
        assert [(each.url, each.title) for each in contents.subscriptions] == [
            (SEA, "Sea & Quay"),
            (PUMPS, "Pumps and Valves"),
        ]
        found = build(contents)["The ferry is late"]
    assert isinstance(found, ParsedArticle)
    assert found.article.category == "Sea & Quay"


def test_urls_without_a_database(folder: Path) -> None:
    with move(folder / "urls") as contents:
        assert len(contents.subscriptions) == 2
        assert build(contents) == {}
        assert contents.rejected[0] == Rejection(
            "newsboat", "no cache.db: its articles are not taken"
        )


@pytest.mark.parametrize(
    ("places", "environ"),
    [
        ({".newsboat": "urls cache.db"}, {}),
        ({".config/newsboat": "urls config", ".local/share/newsboat": "cache.db"}, {}),
        ({"c/newsboat": "urls", "d/newsboat": "cache.db"}, {"XDG_CONFIG_HOME": "c", "XDG_DATA_HOME": "d"}),
        ({".config/newsboat": "urls", ".newsboat": "cache.db"}, {"XDG_CONFIG_HOME": "relative"}),
    ],
)  # fmt: skip
def test_the_usual_places(
    folder: Path, places: Mapping[str, str], environ: Mapping[str, str]
) -> None:
    home = folder / "home"
    for place, names in places.items():
        (home / place).mkdir(parents=True)
        for name in names.split():
            shutil.copy(folder / name, home / place)
    given = {
        name: str(home / value) if value != "relative" else value for name, value in environ.items()
    }
    with move(environ={"HOME": str(home), **given}) as contents:
        assert len(contents.subscriptions) == 2
        assert sorted(build(contents)) == TITLES


def test_nothing_to_move(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_bytes(FILE.read_bytes()[:100])
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE a (b)").connection.close()
    for path, reason in {
        tmp_path / "none": "No such file or directory",
        tmp_path: "no cache.db, urls or config in it",
        tmp_path / "other.db": "not a database of newsboat",
        tmp_path / "notes.db": "damaged: ",
    }.items():
        with pytest.raises(InvalidInput) as error, move(path):
            pass
        assert str(error.value).startswith(f"{path}: {reason}")
    with (
        pytest.raises(InvalidInput, match=r"nothing found in .*newsboat"),
        move(environ={"HOME": str(tmp_path)}),
    ):
        pass


# -- while newsboat runs, and after a disk failed ------------------------------------------------


def test_a_database_in_the_middle_of_a_change_is_as_before(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "LOCK_TIMEOUT", 0.0)
    path = folder / "cache.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA cache_size = 1")  # so that half of it is in the file already
        writer.execute("BEGIN EXCLUSIVE")
        writer.execute("UPDATE rss_item SET title = 'half', content = hex(randomblob(30000))")
        assert path.with_name("cache.db-journal").stat().st_size > 0
        assert titles(folder) == TITLES
        writer.execute("ROLLBACK")
    assert titles(folder) == TITLES


def test_a_database_with_a_write_ahead_log(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "cache.db", isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("UPDATE rss_item SET title = 'Late again' WHERE title LIKE '%ferry%'")
        assert "Late again" in titles(folder)


def test_a_damaged_database_loses_only_what_is_damaged(folder: Path) -> None:
    path = folder / "cache.db"
    with closing(sqlite3.connect(path)) as writer, writer:
        rows = ((f"http://127.0.0.1:8199/sea/{n}", f"Story {n}", 500 * "fog ") for n in range(100))
        writer.executemany(
            "INSERT INTO rss_item (guid, title, author, url, feedurl, pubDate, content, unread)"
            f" VALUES ('', ?2, '', ?1, '{SEA}', 1700000000, ?3, 1)",
            rows,
        )
    before = set(titles(folder))
    data = bytearray(path.read_bytes())
    place = data.index(b"Story 50")
    start = place // 4096 * 4096
    data[start : start + 4096] = bytes(4096)
    path.write_bytes(data)
    after = set(titles(folder))
    lost = before - after
    assert lost
    assert lost <= {f"Story {n}" for n in range(45, 56)}
    (problem,) = after - before
    assert problem == (f"damaged (articles lost: {len(lost)} at most)")


def test_a_truncated_database_keeps_what_is_left(folder: Path) -> None:
    path = folder / "cache.db"
    with closing(sqlite3.connect(path)) as writer, writer:
        for number in range(40):
            writer.execute(
                "INSERT INTO rss_item (guid, title, author, url, feedurl, pubDate, content, unread)"
                f" VALUES ('', 'Story {number}', '', '', '{SEA}', 1, hex(randomblob(900)), 1)"
            )
    whole = set(titles(folder))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    left = set(titles(folder))
    left.remove("damaged (articles lost: unknown number)")
    assert left < whole
    assert "The ferry is late" in left


def test_a_damaged_schema_with_text_that_is_not_utf_8(folder: Path) -> None:
    path = folder / "cache.db"
    path.write_bytes(
        path.read_bytes().replace(b"CREATE TABLE rss_item ", b"CREATE T\xffBLE rss_item ")
    )
    with pytest.raises(InvalidInput, match="damaged: "), move(folder):
        pass


def test_text_that_is_not_utf_8_and_values_of_other_types(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "cache.db")) as writer, writer:
        writer.execute("UPDATE rss_item SET title = CAST(x'466fff67' AS TEXT) WHERE id = 1")
        writer.execute("UPDATE rss_item SET author = x'00', flags = 7, pubDate = 'x' WHERE id = 4")
    with move(folder) as contents:
        found = build(contents)
    assert "Fo\ufffdg" in found
    ferry = found["The ferry is late"]
    assert isinstance(ferry, ParsedArticle)
    assert (ferry.article.authors, ferry.article.date) == ((), None)
