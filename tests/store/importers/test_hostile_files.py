"""Files that were made, or damaged, to hold an import up: each costs its own articles at most."""

from __future__ import annotations

import gzip
import io
import json
import plistlib
import zipfile
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from store.importers.bookmark_trees import MAX_CATEGORY_CHARS
from store.importers.read_files import read_articles
from store.importers.xml_exports import CHUNK_BYTES
from store.model.article import ParsedArticle, Rejection
from tests.store.importers.test_bookmarks import CHROME, DOCTYPE, FIREFOX, safari_folder
from tests.store.importers.test_exports_of_readers import make_zip
from tests.support.reader_exports import EXPORTS, URL

NOW = "2031-05-06T07:08:09Z"
ARTICLE = '[{"title": "A"}]'


def read(data: str | bytes, name: str = "a") -> list[ParsedArticle | Rejection]:
    stream = io.BytesIO(data if isinstance(data, bytes) else data.encode())
    return list(read_articles(name, stream, now=NOW))


def reasons(found: list[ParsedArticle | Rejection]) -> list[str]:
    return [each.reason for each in found if isinstance(each, Rejection)]


# -- values of another type ------------------------------------------------------------------------

GHOST = {
    "posts": [{"id": 1, "title": "A"}],
    "tags": [{"id": 1, "name": "b"}],
    "posts_tags": [{"post_id": 1, "tag_id": 1, "sort_order": 0}],
}
KARAKEEP = {
    "bookmarks": [{"title": "A", "lists": ["1"], "content": {"url": URL}, "tags": [{"name": "b"}]}],
    "lists": [{"id": "1", "name": "C"}],
}
DOCUMENTS: dict[str, Any] = {
    name: json.loads(data) for name, (data, _) in EXPORTS.items() if data.startswith(("{", "["))
} | {"Chrome": CHROME, "Firefox": FIREFOX, "Ghost": {"db": [{"data": GHOST}]}, "karakeep": KARAKEEP}
OTHER_VALUES: tuple[Any, ...] = (5, [[]])
"""A value that cannot be walked through, and one that can be no key."""


def iter_variants(document: Any) -> Iterator[str]:
    """Yield a document as JSON with each of its values in turn replaced by others."""
    places: list[tuple[Any, Any]] = []
    waiting = [document]
    while waiting:
        value = waiting.pop()
        for key in value if isinstance(value, dict) else range(len(value)):
            places.append((value, key))
            if isinstance(value[key], dict | list):
                waiting.append(value[key])
    for holder, key in places:
        kept = holder[key]
        for other in OTHER_VALUES:
            holder[key] = other
            yield json.dumps(document)
        holder[key] = kept


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_value_of_another_type_costs_no_other_article(name: str) -> None:
    whole = deepcopy(DOCUMENTS[name])
    for text in iter_variants(whole):
        for found in read(text, "a.json"):
            assert isinstance(found, ParsedArticle) or found.reason, text
    assert whole == DOCUMENTS[name]


# -- nesting ---------------------------------------------------------------------------------------

DEEP = 900
MAIL = "From: a@b.example\nDate: Mon, 3 Mar 2014 10:00:00 +0100\nSubject: A\n"
COMMENT = "(" * 2_000 + ")" * 2_000 + " a@b"
MULTIPART = "Content-Type: multipart/mixed; boundary=b{0}\n\n--b{0}\n"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ('{"data":' * DEEP + "{}" + "}" * DEEP, "an article without title, text and URL"),
        ('{"feed": [' * 400 + "]}" * 400, "an article without title, text and URL"),
        (
            '{"items":' + "[" * DEEP + "]" * DEEP + "}",
            "expected an article (a JSON object), found a list",
        ),
        (MAIL.replace("a@b", COMMENT) + "\nText.", "nested too deeply"),
        (MAIL + "".join(map(MULTIPART.format, range(1_100))), "nested too deeply"),
        (MAIL + "Content-Type: message/rfc822\n\n" * 2_000, "nested too deeply"),
    ],
)
def test_what_is_nested_too_deeply_is_one_line(data: str, reason: str) -> None:
    """Case 104: no RecursionError."""
    assert reasons(read(data)) == [reason]


def test_a_message_that_is_nested_too_deeply_costs_no_other_one() -> None:
    start = "From n@a.example Mon Mar  3 10:00:00 2014\n"
    deep = MAIL.replace("a@b", COMMENT)
    rejected, found = read(f"{start}{deep}\nText.\n\n{start}{MAIL}\nText.")
    assert rejected == Rejection("a: message 1", "nested too deeply")
    assert isinstance(found, ParsedArticle)


@pytest.mark.parametrize("depth", [3, 2_000])
def test_folders_in_folders(depth: int) -> None:
    """The path of a folder does not grow for ever: memory and time would with its square."""
    html = "<DT><H3>Sea</H3><DL>" * depth + f"<A HREF='{URL}'>A</A>"
    xml = "<dict><key>Title</key><string>Sea</string><key>Children</key><array>" * depth
    (found,) = read(DOCTYPE + html)
    assert isinstance(found, ParsedArticle)
    assert found.article.category.startswith("Sea/Sea/Sea")
    assert len(found.article.category) <= MAX_CATEGORY_CHARS
    assert reasons(read(f"<plist>{xml}</plist>")) == ["not a whole property list"]


# -- long tags -------------------------------------------------------------------------------------

LONG = "x" * 2 * CHUNK_BYTES


@pytest.mark.parametrize(
    "data",
    [
        f"<posts><!--{LONG}--><post href='{URL}'/></posts>",
        f"<posts><?{LONG} ?><post href='{URL}'/></posts>",
        f"<posts><post hash='{LONG}' href='{URL}'/></posts>",
        f"<posts>{' ' * (CHUNK_BYTES - 20)}<post href='{URL}'/></posts>",
        "<plist a='{}'>{}".format(LONG, plistlib.dumps(safari_folder("", {"URLString": URL})).decode()
                                  .partition('<plist version="1.0">')[2]),
        MAIL + f"X-Long: {LONG}\nContent-Type: text/plain; {'a=b; ' * 50_000}\n\nText.",
        MAIL.replace("A", "=?utf-8?q?A?= " * 50_000) + "\nText.",
    ],
)  # fmt: skip
def test_articles_beside_long_tags_and_headers_are_read(data: str) -> None:
    (found,) = read(data)
    assert isinstance(found, ParsedArticle)


def test_articles_before_the_end_of_a_truncated_file_are_read() -> None:
    found, *rest = read(f"<posts>{' ' * (CHUNK_BYTES - 20)}<post href='{URL}'/>")
    assert isinstance(found, ParsedArticle)
    assert [each.partition(":")[0] for each in reasons(rest)] == ["not XML after article 1"]


@pytest.mark.parametrize("tag", ["<!--", "<A A=B ", "<SCRIPT>"])
def test_a_tag_without_an_end_is_told(tag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.importers.bookmarks.MAX_TAG_CHARS", 1 << 16)
    found, *rest = read(f"{DOCTYPE}<A HREF='{URL}'>A</A>{tag}" + "a=b " * (1 << 16))
    assert isinstance(found, ParsedArticle)
    assert reasons(rest) == ["a tag without an end after bookmark 1"]


# -- archives --------------------------------------------------------------------------------------

COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_a_damaged_zip_gives_nothing_else(compression: int) -> None:
    """Each byte in turn is another one: what cannot be read is no article, and never an error of ours."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", compression) as archive:
        archive.writestr("a.json", ARTICLE)
        archive.writestr("b.json", ARTICLE.replace("A", "B"))
    whole = data.getvalue()
    for at in range(len(whole)):
        found = read(whole[:at] + bytes([whole[at] ^ 0xA5]) + whole[at + 1 :], "a.zip")
        titles = {each.article.title for each in found if isinstance(each, ParsedArticle)}
        assert titles <= {"A", "B"}, at


def test_a_damaged_file_in_a_zip_costs_no_other_one() -> None:
    data = make_zip(**{"a.json": ARTICLE, "b.json": ARTICLE.replace("A", "B")})
    at = data.index(b"a.json") + len("a.json")
    rejected, found = read(data[:at] + b"\xff" + data[at + 1 :], "a.zip")
    assert isinstance(found, ParsedArticle)
    assert isinstance(rejected, Rejection)
    assert rejected.location == "a.zip: a.json"
    assert rejected.reason.startswith("not readable: ")


def test_a_zip_in_gzip_is_not_copied_without_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.importers.read_files.MAX_COPIED_BYTES", 1 << 20)
    packed = gzip.compress(make_zip(**{"a.json": ARTICLE}), mtime=0)
    (found,) = read(packed)
    assert isinstance(found, ParsedArticle)
    bomb = gzip.compress(b"PK\x03\x04" + bytes(2 << 20), mtime=0)
    assert [each[:12] for each in reasons(read(bomb))] == ["larger than "]
