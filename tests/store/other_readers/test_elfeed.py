"""Moving in from elfeed, with files that elfeed 3.4.1 and Emacs 28 wrote."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from store.feeds.subscriptions import Subscription
from store.model.article import ParsedArticle, Rejection
from store.model.errors import InvalidInput
from store.other_readers.elfeed import translate_filter
from store.other_readers.lisp import (
    MAX_DEPTH,
    Symbol,
    as_text,
    get_property,
    read_records,
    read_value,
)
from store.other_readers.programs import open_other_reader
from store.search.language import parse_query

FILES = Path(__file__).with_name("elfeed-3.4.1")
PACKED = Path(__file__).with_name("elfeed-3.4.1-packed")
SEA, PUMPS = "http://127.0.0.1:8199/sea.xml", "http://127.0.0.1:8199/tech.xml"
TEXTS = {
    "水のポンプ": "Plain & simple: 1 < 2.",
    "A pump <than any": "It lifts water with `x < y`.",
    "An old notice": "To be deleted.",
    "A song of the harbour": "Listen to it.\n\n[Audio, 1.0 MB](http://127.0.0.1:8199/song.mp3)",
    "Fog at the quay": "Nobody saw the wall for a day.",
    "The ferry is late": "The ferry came two hours late on **Monday**.\n\nFog was the reason.",
}
OUTLINE = """\
* Blogs :elfeed:
** Sea :sea:
*** http://127.0.0.1:8199/sea.xml :late:
*** [[https://b.example/feed][Bo's]]
** https://c.example/feed
* Elsewhere
** https://d.example/feed
"""
NOW = "2026-11-29T18:00:00Z"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the files, to be changed."""
    return Path(shutil.copytree(FILES, tmp_path / "elfeed"))


def move(*paths: Path) -> tuple[Sequence[Subscription], dict[str, Any], Sequence[Rejection]]:
    """Return the subscriptions, the articles and errors by title, and what was rejected."""
    with open_other_reader("elfeed", paths, {}) as contents:
        found = list(contents.build_articles(contents.subscriptions, NOW))
        by_title = {
            each.article.title if isinstance(each, ParsedArticle) else each.reason: each
            for each in found
        }
        return contents.subscriptions, by_title, contents.rejected


def test_feeds_and_filters_of_elfeed() -> None:
    with open_other_reader("elfeed", [FILES], {}) as contents:
        assert list(contents.subscriptions) == [
            Subscription(SEA, 'The "Sea"'),
            Subscription(PUMPS, "Pumps and Valves", "tech", tags=("pumps",)),
        ]
        assert contents.searches == {
            "Stars": "newer:6m is:starred",
            "Fog news": "newer:2w is:unread -tag:later (fog or quay) feed:pumps",
        }
        assert contents.rejected == []


@pytest.mark.parametrize("files", [FILES, PACKED])
def test_articles_of_elfeed(files: Path) -> None:
    _, found, _ = move(files / "index")
    assert {title: each.body.text for title, each in found.items()} == TEXTS
    notice, song, pump, ferry = (
        found[title] for title in (*list(TEXTS)[2:4], "A pump <than any", "The ferry is late")
    )
    assert (notice.reading.read, notice.reading.starred) == (True, True)
    assert notice.article.tags == ("a/b",)
    assert (song.reading.read, song.reading.starred, song.article.tags) == (True, False, ("later",))
    assert not pump.reading.read
    assert pump.article.tags == ("pumps", "tech")
    assert (ferry.article.authors, ferry.article.date) == (("Ann Lee",), "2026-11-02T08:00:00Z")
    assert ferry.article.extra == {"feed": SEA, "guid": "sea-1"}
    assert ferry.article.category == 'The "Sea"'


def test_a_database_alone_has_its_feeds_without_tags() -> None:
    subscriptions, _, _ = move(PACKED)
    assert subscriptions == [
        Subscription(PUMPS, "Pumps and Valves"),
        Subscription(SEA, 'The "Sea"'),
    ]


def test_an_outline_of_elfeed_org(folder: Path) -> None:
    (folder / "feeds.org").write_text(OUTLINE)
    (folder / "init.el").unlink()
    subscriptions, _, _ = move(folder / "feeds.org")
    assert subscriptions == [
        Subscription(SEA, category="sea", tags=("late",)),
        Subscription("https://b.example/feed", "Bo's", "sea"),
        Subscription("https://c.example/feed"),
    ]


def test_feeds_that_cannot_be_fetched(tmp_path: Path) -> None:
    code = '(setq elfeed-feeds \'("file:///a" ("fever+https://ann:x@b.example" y) "http://\u0007"))'
    (tmp_path / "init.el").write_text(code)
    subscriptions, _, rejected = move(tmp_path)
    assert subscriptions == []
    assert [(each.location.rpartition(": ")[2], each.reason) for each in rejected[1:]] == [
        ("file:///a", "not an http or https URL"),
        ("fever+https://…@b.example", "not an http or https URL"),
        ("http://", "not an http or https URL"),
    ]


@pytest.mark.parametrize(
    ("code", "urls"),
    [
        ("(setq elfeed-feeds '(\"https://a.example/f\" (\"https://b.example/f\" x)))", "a x:b"),
        ("(setq elfeed-feeds (quote ((\"https://b.example/f\" x y))))", "x:b"),
        ("(use-package elfeed :custom (elfeed-feeds '(\"https://a.example/f\")))", "a"),
        ("(setq elfeed-feeds (list \"https://a.example/f\"))", "a"),
        ("(setq my-elfeed-feeds-2 '(\"https://a.example/f\"))", ""),
        ("(setq elfeed-feeds (my-list))\n(setq elfeed-feeds '(\"https://a.example/f\"", ""),
    ],
)  # fmt: skip
def test_the_variable_of_the_feeds(tmp_path: Path, code: str, urls: str) -> None:
    (tmp_path / "init.el").write_text(code)
    subscriptions, _, rejected = move(tmp_path)
    shown = (f"{each.category}:{each.url[8]}".lstrip(":") for each in subscriptions)
    assert " ".join(shown) == urls
    assert rejected == [Rejection("elfeed", "no index: its articles are not taken")]


def test_the_usual_places(folder: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / ".config/emacs").mkdir(parents=True)
    (folder / "init.el").rename(home / ".emacs")
    (folder / "bookmarks").rename(home / ".config/emacs/bookmarks")
    folder.rename(home / ".elfeed")
    (home / "index").write_text("not of elfeed")
    with open_other_reader("elfeed", [], {"HOME": str(home)}) as contents:
        assert len(contents.subscriptions) == len(contents.searches) == 2
        assert len(list(contents.build_articles([], NOW))) == len(TEXTS)


# -- damage ----------------------------------------------------------------------------------


def test_a_truncated_index_loses_its_end(folder: Path) -> None:
    index = (folder / "index").read_text()
    (folder / "index").write_text(index[: index.index("A song of the harbour") + 5])
    _, found, _ = move(folder)
    assert sorted(found) == sorted(
        [
            "A pump <than any",
            "Fog at the quay",
            "The ferry is late",
            "damaged (articles lost: 1)",
            "水のポンプ",
        ]
    )


def test_a_damaged_place_costs_only_the_article_there(folder: Path) -> None:
    data = (folder / "index").read_bytes()
    place = data.index(b"The ferry is late")
    (folder / "index").write_bytes(data[: place - 20] + bytes(60) + data[place + 40 :])
    _, found, _ = move(folder)
    assert set(TEXTS) - set(found) == {"The ferry is late"}


def test_texts_that_are_gone(folder: Path) -> None:
    shutil.rmtree(folder / "data")
    _, found, _ = move(folder)
    assert found.pop("texts missing: 6")
    assert found["The ferry is late"].body.text == ""
    assert set(found) == set(TEXTS)


def test_a_damaged_archive(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(PACKED, tmp_path / "elfeed"))
    archive = folder / "data/archive.gz"
    archive.write_bytes(archive.read_bytes()[:80])
    _, found, _ = move(folder)
    (problem,) = set(found) - set(TEXTS)
    assert problem == "damaged (the texts in it are lost)"
    assert found["The ferry is late"].body.text == ""


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("index", "", "not an index of elfeed"),
        ("index", "<html>", "not an index of elfeed"),
        ("bookmarks", "(", "not a file of bookmarks: ends in the middle of a value"),
    ],
)
def test_files_that_are_something_else(folder: Path, name: str, content: str, reason: str) -> None:
    (folder / name).write_text(content)
    if name == "bookmarks":
        assert move(folder)[2] == [Rejection(str(folder / name), reason)]
    else:
        with pytest.raises(InvalidInput) as error:
            move(folder)
        assert str(error.value) == f"{folder / name}: {reason}"


# -- filters ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("@6-months-ago +unread", "newer:6m is:unread"),
        ("@5-days-ago--1-day-ago", "newer:5d older:1d"),
        ("@1week", "newer:1w"),
        ("+star -unread +a/b", 'is:starred -is:unread tag:"a/b"'),
        ("linux ferry #50", "linux ferry"),
        ("!sponsored =bbc =nhk", "-sponsored (feed:bbc or feed:nhk)"),
        ("~ads", "-feed:ads"),
        (r"\(fog\|quay\)", "(fog or quay)"),
        (r"C\+\+", '"C++"'),
        ("", ""),
        ("@2021-01-01", None),
        ("^The", None),
        ("=a.*b", None),
        ("!", None),
    ],
)
def test_a_filter_of_elfeed(text: str, query: str | None) -> None:
    if query is None:
        with pytest.raises(InvalidInput, match="cannot be translated"):
            translate_filter(text)
    else:
        assert translate_filter(text) == query
        parse_query(query, 0)


# -- Lisp ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("nil", None),
        ("abc", Symbol("abc")),
        (":key", Symbol(":key")),
        (r"c\+\ x", Symbol("c+ x")),
        ("-12", -12.0),
        ("1.5e3", 1500.0),
        ("12-3", Symbol("12-3")),
        (r'"a \"b\" \\ c"', r'a "b" \ c'),
        ('"a\nb"', "a\nb"),
        ('(a . "b")', [Symbol("a"), "b"]),
        ("'(1 (2 [3]) ; note )\n 4)", [1.0, [2.0, [3.0]], 4.0]),
        ("#s(point 1 2)", [Symbol("point"), 1.0, 2.0]),
        ('#("text" 0 4 (face bold))', ["text", 0.0, 4.0, [Symbol("face"), Symbol("bold")]]),
        (r"(?a ?\( ?))", [Symbol("?a"), Symbol("?("), Symbol("?)")]),
        ("(#1=(1) #1# #'car)", [[1.0], Symbol("#1#"), Symbol("car")]),
        ("(.5 a.b)", [0.5, Symbol("a.b")]),
    ],
)
def test_a_lisp_value(text: str, value: object) -> None:
    found = read_value(text).value
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "ends in the middle"),
        ("(1 2", "ends in the middle"),
        ('("a', "ends in the middle"),
        (")", "unmatched closing bracket"),
        ("(" * (MAX_DEPTH + 1), "nested too deeply"),
    ],
)
def test_what_is_no_lisp_value(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        read_value(text)


def test_records_by_name() -> None:
    text = '#s(a 1 #s(b 2)) #s(ab 3) #s(a "b) [cl-struct-a 4] #s(a 5'
    first, broken, second, truncated = read_records(text, "a")
    assert (first, second) == ([1.0, [Symbol("b"), 2.0]], [4.0])
    assert isinstance(broken, InvalidInput)
    assert isinstance(truncated, InvalidInput)


def test_properties_and_texts() -> None:
    assert get_property([Symbol(":a"), 1, Symbol(":b"), 2], ":b") == 2
    assert get_property([Symbol(":a")], ":a") is None
    assert get_property(None, ":a") is None
    assert (as_text("a"), as_text(["a", 0.0]), as_text(Symbol("a")), as_text(1.0)) == (
        "a",
        "a",
        "",
        "",
    )
