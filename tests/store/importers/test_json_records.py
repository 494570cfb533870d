"""newstui JSON in all its shapes, and what is rejected of it."""

from __future__ import annotations

import io
from typing import Any

import orjson
import pytest

from store.importers.containers import MAX_LINE_BYTES
from store.importers.read_files import read_articles
from store.model.article import ParsedArticle, Rejection

NOW = "2031-05-06T07:08:09Z"
TWO: list[dict[str, Any]] = [{"title": "One", "text": "a"}, {"title": "Two", "tags": ["x"]}]


class Stream(io.BytesIO):
    """A stream that remembers the largest read."""

    largest = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.largest = max(self.largest, 2**60 if size is None or size < 0 else size)
        return super().read(size)


def read(name: str, data: bytes, kind: str | None = None) -> tuple[list[str], list[Rejection]]:
    """Return the titles of the articles, and the rejections."""
    items = list(read_articles(name, io.BytesIO(data), now=NOW, kind=kind))
    titles = [item.article.title for item in items if isinstance(item, ParsedArticle)]
    return titles, [item for item in items if isinstance(item, Rejection)]


SHAPES = [
    orjson.dumps(TWO),
    orjson.dumps(TWO, option=orjson.OPT_INDENT_2),
    orjson.dumps({"articles": TWO, "version": 1}),
    orjson.dumps({"articles": TWO}, option=orjson.OPT_INDENT_2),
    b"\n".join(map(orjson.dumps, TWO)),
    b"\r\n\r\n".join([*map(orjson.dumps, TWO), b""]),
]


@pytest.mark.parametrize("data", SHAPES)
@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a", "-"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_every_shape_is_read(name: str, data: bytes, bom: bytes) -> None:
    if name == "a.jsonl" and b"\n  " in data:
        pytest.skip("an indented document is not JSON Lines")
    assert read(name, bom + data) == (["One", "Two"], [])


@pytest.mark.parametrize("data", [SHAPES[0], SHAPES[4]])
def test_utf16_with_a_byte_order_mark_is_read(data: bytes) -> None:
    assert read("a.json", data.decode().encode("utf-16")) == (["One", "Two"], [])


def test_one_object_is_one_article() -> None:
    assert read("a.json", b'{"title": "One"}') == (["One"], [])
    titles, rejected = read("a.json", b'{"title": 1.5, "tags": {}')
    assert titles == []
    assert rejected[0].location == "a.json"
    assert rejected[0].reason.startswith("not JSON: ")


def test_a_bad_line_is_one_rejection_and_the_rest_goes_on() -> None:
    """Case 102: each rejected item is one line with file, item and reason."""
    lines = [
        b'{"title": "One"}',
        b"",
        b'{"title": "Tw',
        b"[1, 2]",
        b'{"title": ["Four", "4"]}',
        b'"text"',
        b'{"title": "S\xff"}',
        b"{}",
        b'{"title": "Last"}',
    ]
    titles, rejected = read("feeds.jsonl", b"\n".join(lines))
    assert titles == ["One", "Last"]
    assert [item.location for item in rejected] == [
        f"feeds.jsonl: line {number}" for number in (3, 4, 4, 5, 6, 7, 8)
    ]
    reasons = [item.reason for item in rejected]
    assert reasons[0].startswith("not JSON: ")
    assert reasons[1] == "expected an article (a JSON object), found a number"
    assert reasons[3] == "title: expected text, found a list"
    assert reasons[4] == "expected an article (a JSON object), found text"
    assert reasons[5] == "not UTF-8 at byte 12"
    assert reasons[6] == "an article without title, text and URL"


def test_a_bad_article_of_an_array_is_reported_by_number() -> None:
    titles, rejected = read("a.json", orjson.dumps([*TWO, None, {"title": True}]))
    assert titles == ["One", "Two"]
    assert [item.location for item in rejected] == ["a.json: article 3", "a.json: article 4"]


def test_invalid_json_is_rejected_as_a_whole() -> None:
    titles, rejected = read("a.json", b'[\n{"title": "One"},\n{"title": }\n]')
    assert titles == []
    assert rejected[0].location == "a.json"
    assert rejected[0].reason.startswith("not JSON: ")
    assert rejected[0].reason.endswith("(line 3)")


@pytest.mark.parametrize("value", [b'"\\ud800 b"', b'"\\ud800 b\\udc00"', b'"\xed\xa0\x80 b"'])
def test_lone_surrogates(value: bytes) -> None:
    """Case 52: as an escape they become U+FFFD; as bytes they are not UTF-8."""
    titles, rejected = read("a.jsonl", b'{"title": ' + value + b"}")
    assert (titles == []) is (b"\xed" in value)
    assert all(title.startswith("\ufffd b") for title in titles)
    assert all(item.reason == "not UTF-8 at byte 11" for item in rejected)


def test_numbers_that_json_does_not_allow() -> None:
    (found,) = read_articles(
        "a.json", io.BytesIO(b'{"title": "A", "x": NaN, "y": [1e999, 1]}'), now=NOW
    )
    assert isinstance(found, ParsedArticle)
    assert found.article.extra == {"x": None, "y": ["inf", 1]}
    assert orjson.dumps(found.article.extra)


@pytest.mark.parametrize("depth", [100, 1_000, 100_000])
@pytest.mark.parametrize("field", ["x", "date", "title", "tags", "similar", "extra", "text"])
def test_deep_nesting(field: str, depth: int) -> None:
    """Case 104: no RecursionError."""
    value = b"[" * depth + b"]" * depth
    items = list(
        read_articles(
            "a.json", io.BytesIO(b'{"title": "A", "%s": %s}' % (field.encode(), value)), now=NOW
        )
    )
    assert len(items) == 1


def test_json_lines_are_never_read_whole() -> None:
    """Case 102: a file of 2 GB is a matter of time, not of memory."""
    line = orjson.dumps({"title": "One", "text": "a" * 1000})
    stream = Stream(b"\n".join([line] * 500))
    assert sum(1 for _ in read_articles("a.jsonl", stream, now=NOW)) == 500
    assert stream.largest <= 64 * 1024


def test_the_first_article_comes_before_the_file_ends() -> None:
    line = orjson.dumps({"title": "One", "text": "a" * 1000}) + b"\n"
    stream = io.BytesIO(line * 500)
    assert isinstance(next(read_articles("a.jsonl", stream, now=NOW)), ParsedArticle)
    assert stream.tell() < 100_000


def test_an_endless_line_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.importers.containers.MAX_LINE_BYTES", 100_000)
    assert MAX_LINE_BYTES > 100_000
    data = b'{"title": "One"}\n{"title": "' + b"a" * 500_000 + b'"}\n{"title": "Last"}'
    titles, rejected = read("a.jsonl", data)
    assert titles == ["One", "Last"]
    assert rejected == [Rejection("a.jsonl: line 2", "the line is too long")]


def test_trailing_nulls_cost_no_article() -> None:
    titles, rejected = read("a.jsonl", b'{"title": "One"}\n' + b"\0" * 100)
    assert titles == ["One"]
    assert [item.location for item in rejected] == ["a.jsonl: line 2"]


@pytest.mark.parametrize(
    "data",
    [
        '{"title": "A"}{"title": "B"}',
        '{\n "title": "A"\n}\n{\n "title": "B"\n}\n',
        '[{"title": "A"}]\n[{"title": "B"}]',
        '{"data": [{"title": "A"}, {"title": "B"}]}',
        '{"_embedded": {"items": [{"title": "A"}, {"title": "B"}]}}',
        '{"data": {"search": {"edges": [{"node": {"title": "A"}}, {"node": {"title": "B"}}]}}}',
        '{"list": {"1": {"title": "A"}, "2": {"title": "B"}}}',
        '{"feed": {"entries": [{"title": "A"}, {"title": "B"}]}}',
        '{"hits": [{"title": "A"}, {"title": "B"}]}',
        '{"Reading List": [{"title": "A", "url": "https://a.example"}, {"title": "B", "url": "https://b.example"}]}',
        '{"data": [{"type": "x", "attributes": {"title": "A"}}, {"title": "B"}]}',
        '{"kind": "Listing", "data": {"children": [{"kind": "t3", "data": {"title": "A"}}, {"title": "B"}]}}',
        '{"lists": [{"title": "x", "cards": [{"title": "A"}, {"title": "B"}]}]}',
        '{"orderedItems": [{"type": "Create", "object": {"title": "A"}}, {"title": "B"}]}',
    ],
)
def test_values_in_a_row_and_answers(data: str) -> None:
    name = "a.jsonl" if "\n" in data else "a.json"
    found = list(read_articles(name, io.BytesIO(data.encode()), now=NOW))
    assert [each.article.title for each in found if isinstance(each, ParsedArticle)] == ["A", "B"]
    assert len(found) == 2


@pytest.mark.parametrize(
    "data",
    [
        '["https://a.example/"]',
        '{"orderedItems": [{"type": "Like", "object": "https://a.example/"}]}',
    ],
)
def test_a_url_is_a_record(data: str) -> None:
    (found,) = read_articles("a.json", io.BytesIO(data.encode()), now=NOW)
    assert isinstance(found, ParsedArticle)
    assert found.article.url == "https://a.example/"


def test_the_values_before_a_mistake_are_taken() -> None:
    article, rejected = read_articles("a.json", io.BytesIO(b'{"title": "A"} {"title'), now=NOW)
    assert isinstance(article, ParsedArticle)
    assert isinstance(rejected, Rejection)


def test_an_article_may_have_fields_of_an_answer() -> None:
    data = b'{"title": "A", "data": [{"title": "B"}], "list": {"1": {}}}'
    (found,) = read_articles("a.json", io.BytesIO(data), now=NOW)
    assert isinstance(found, ParsedArticle)
    assert found.article.title == "A"


@pytest.mark.parametrize(
    ("given", "authors", "tags"),
    [
        ({"Authors": ["Ann", "Bo"], "Tags": ["sea"]}, ("Ann", "Bo"), ("sea",)),
        ({"Author": {"name": "Ann"}, "TAGS": "sea, fog"}, ("Ann",), ("sea", "fog")),
        ({"Creator": [{"name": "Ann"}, "Bo"], "Keywords": ["sea"]}, ("Ann", "Bo"), ("sea",)),
        ({"author": [{"@type": "Person", "name": "Ann"}, "Bo"]}, ("Ann", "Bo"), ()),
        ({"Byline": "By Ann Moar and Bo Fry"}, ("Ann Moar", "Bo Fry"), ()),
        ({"Authors": [1, 2]}, (), ()),
    ],
)
def test_lists_under_names_in_any_case(
    given: dict[str, Any], authors: tuple[str, ...], tags: tuple[str, ...]
) -> None:
    data = orjson.dumps([{"Title": "T", **given}])
    (found,) = read_articles("x.json", io.BytesIO(data), now=NOW)
    assert isinstance(found, ParsedArticle)
    assert (found.article.authors, found.article.tags) == (authors, tags)


@pytest.mark.parametrize(
    ("field", "text"),
    [("html", "one\ntwo"), ("content_html", "one\r\ntwo"), ("content", "one\ntwo")],
)
def test_lines_of_html_without_tags(field: str, text: str) -> None:
    data = orjson.dumps([{"title": "T", field: text}])
    (found,) = read_articles("x.json", io.BytesIO(data), now=NOW)
    assert isinstance(found, ParsedArticle)
    assert found.body.text == "one\ntwo"


def test_json_in_another_charset() -> None:
    data = '[{"title": "Fähre nach Göteborg, bei schönem Wetter"}]'.encode("cp1252")
    (found,) = read_articles("a.json", io.BytesIO(data), now=NOW)
    assert isinstance(found, ParsedArticle)
    assert found.article.title == "Fähre nach Göteborg, bei schönem Wetter"


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"title": {"rendered": "Fog &amp; <i>sea</i>"}, "content": {"rendered": "Fog <b>lay</b>."}, "author": 3,
          "date": "2024-03-05T11:00:00", "date_gmt": "2024-03-05T10:00:00", "link": "https://h.example/a", "tags": [4],
          "_links": {}, "_embedded": {"author": [{"name": "Ann"}], "wp:term": [[{"name": "sea"}]]}},
         ("Fog & sea", "https://h.example/a", "Fog **lay**.", ("Ann",), ("sea",))),
        ({"title": "Fog", "url": "https://h.example/a", "author": "Ann", "tags": ["sea"], "date": "2024-03-05",
          "_links": {"self": {"href": "https://h.example/api/1"}}},
         ("Fog", "https://h.example/a", "", ("Ann",), ("sea",))),
        ({"message": {"items": [{"title": ["Fog"], "URL": "https://h.example/a", "type": "journal-article",
          "author": [{"given": "Ann", "family": "Moar"}], "container-title": ["Sea"],
          "issued": {"date-parts": [[2024, 3, 5]]}}]}},
         ("Fog", "https://h.example/a", "", ("Ann Moar",), ())),
        ({"data": {"publication": {"title": "Sea", "posts": {"edges": [{"node": {"title": "Fog",
          "url": "https://h.example/a", "content": {"markdown": "*Fog*", "html": "<i>Fog</i>"}, "publishedAt": "2024-03-05"}}]}}}},
         ("Fog", "https://h.example/a", "*Fog*", (), ())),
        ({"data": {"posts": {"nodes": [{"title": "Fog", "uri": "/a", "link": "https://h.example/a", "date": "2024-03-05",
          "author": {"node": {"name": "Ann"}}, "tags": {"nodes": [{"name": "sea"}]}}]}}},
         ("Fog", "https://h.example/a", "", ("Ann",), ("sea",))),
        ({"hits": [{"title": "Fog", "url": "https://h.example/a", "author": "ann", "story_text": "Is <i>it</i>?",
          "created_at_i": 1709632800, "_tags": ["story"]}]},
         ("Fog", "https://h.example/a", "Is *it*?", ("ann",), ())),
        ({"hits": {"hits": [{"_id": "1", "_source": {"title": "Fog", "url": "https://h.example/a", "date": "2024-03-05"}}]}},
         ("Fog", "https://h.example/a", "", (), ())),
        ({"response": {"docs": [{"web_url": "https://h.example/a", "headline": {"main": "Fog"}, "pub_date": "2024-03-05",
          "byline": {"original": "By Ann"}, "keywords": [{"name": "subject", "value": "sea"}]}]}},
         ("Fog", "https://h.example/a", "", ("Ann",), ("sea",))),
        ({"results": [{"webTitle": "Fog", "webUrl": "https://h.example/a", "webPublicationDate": "2024-03-05",
          "fields": {"bodyText": "It lay.", "byline": "Ann"}}]},
         ("Fog", "https://h.example/a", "It lay.", ("Ann",), ())),
        ({"rss": {"channel": {"title": "Sea", "link": "https://h.example", "item": [{"title": "Fog",
          "link": "https://h.example/a", "pubDate": "Tue, 05 Mar 2024 10:00:00 GMT", "content:encoded": "<p>It lay."}]}}},
         ("Fog", "https://h.example/a", "It lay.", (), ())),
        ({"entries": [{"title": "Fog", "link": "https://h.example/a", "published": "2024-03-05",
          "content": [{"type": "text/html", "value": "<p>It lay."}], "tags": [{"term": "sea"}]}]},
         ("Fog", "https://h.example/a", "It lay.", (), ("sea",))),
        ({"@graph": [{"headline": "Fog", "mainEntityOfPage": {"@id": "https://h.example/a"}, "datePublished": "2024-03-05"}]},
         ("Fog", "https://h.example/a", "", (), ())),
        ({"https://h.example/a": {"title": "Fog", "date": {"$date": {"$numberLong": "1709632800000"}}}},
         ("Fog", "https://h.example/a", "", (), ())),
        ([{"data": {"posts": [{"title": "Fog", "url": "https://h.example/a", "date": "2024-03-05", "user": {"name": "Ann"}}]}}],
         ("Fog", "https://h.example/a", "", ("Ann",), ())),
    ],
)  # fmt: skip
def test_answers_of_services(record: Any, expected: tuple[object, ...]) -> None:
    (found,) = read_articles("x.json", io.BytesIO(orjson.dumps(record)), now=NOW)
    assert isinstance(found, ParsedArticle)
    article = found.article
    values = (article.title, article.url, found.body.text, article.authors, article.tags)
    assert values == expected
    assert (article.date or "").startswith("2024-03-05")


def test_all_lists_of_an_answer_are_read() -> None:
    data = {
        name: [{"title": name, "url": f"https://h.example/{name}"}] for name in ("unread", "old")
    }
    assert read("a.json", orjson.dumps(data)) == (["unread", "old"], [])
