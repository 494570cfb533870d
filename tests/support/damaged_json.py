"""Segment files to salvage, with content that confuses a scanner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from store.model.article import Article, Body
from store.segments.documents import article_to_document, body_to_document

TABLES = ("articles", "texts")
META = {"_meta": {"1": {"format": 1}}}


def article_document(number: int) -> dict[str, Any]:
    """Return article fields with quotes, braces and starts of documents inside strings."""
    extra = {"a": 1} if number % 3 else {"nested": {"7": {"id": "x"}}, 'odd"3': {"5": {}}}
    return article_to_document(
        Article(
            id=f"6f1d{number:04x}-0000-4000-8000-000000000000",
            title=f'Nº {number}: "7":{{ said “{{”, \\"8\\": {{"text": "no"}}',
            category="wörld" if number % 2 else "日本",
            url=f"https://example.org/{number}?a={{b}}\\",
            tags=("a}", "{b"),
            created="2022-02-28T20:04:00Z",
            words=number,
            extra=extra,
        )
    )


def body_document(number: int) -> dict[str, Any]:
    paragraphs = f'He said "{number}":{{}}\n\n\\ and }} “so on”. ' * 5
    summary = "Shört." if number % 2 else ""
    return body_to_document(Body(paragraphs, summary, "extract" if summary else "", True, ("One",)))


MAKERS: dict[str, Callable[[int], dict[str, Any]]] = {
    "articles": article_document,
    "texts": body_document,
}


def documents(table: str, count: int) -> dict[str, dict[str, Any]]:
    return {str(number): MAKERS[table](number) for number in range(1, count + 1)}


def encode_segment(table: str, count: int) -> bytes:
    return orjson.dumps({**META, table: documents(table, count)}, option=orjson.OPT_APPEND_NEWLINE)


def document_spans(data: bytes, table: str, count: int) -> list[tuple[int, int]]:
    """Return the start and end of each document in the file, its id included."""
    spans = []
    for number, document in documents(table, count).items():
        whole = b'"%s":%s' % (number.encode(), orjson.dumps(document))
        start = data.index(whole)
        spans.append((start, start + len(whole)))
    return spans


DEEPLY_NESTED = b'{"articles":{"1":{"id":"a","title":"b","extra":' + b"[" * 100_000
DAMAGED_FILES = [
    pytest.param(b"", "the file is empty", id="empty"),
    pytest.param(b" \n\t ", "the file is empty", id="whitespace"),
    pytest.param(b"\xef\xbb\xbf", "the file is empty", id="BOM alone"),
    pytest.param(bytes(512), "filled with NUL bytes", id="NUL"),
    pytest.param(b'{"a":{}}\n\0\0', "NUL bytes after byte 9", id="NUL behind"),
    pytest.param(b'{"a":{"1\0\0\0', "NUL bytes after byte 8", id="NUL tail"),
    pytest.param(b"null", "expected tables, found null", id="null"),
    pytest.param(b"[]", "expected tables, found a list", id="list"),
    pytest.param(b"true", "expected tables, found a boolean", id="boolean"),
    pytest.param(b"{}", "no table in it", id="no tables"),
    pytest.param(b'{"articles":[]}', "table “articles” is a list", id="table is a list"),
    pytest.param(b'{"articles":null}', "table “articles” is null", id="table is null"),
    pytest.param(
        b'{"texts":{"1":"x"}}', "table “texts”: document 1 is a string", id="document is a text"
    ),
    pytest.param(
        b'{"texts":{"1":3}}', "table “texts”: document 1 is a number", id="document is a number"
    ),
    pytest.param(b'{"texts":{"x":{}}}', "table “texts”: invalid document id “x”", id="odd id"),
    pytest.param(
        '{"texts":{"٣":{}}}'.encode(), "table “texts”: invalid document id “٣”", id="Arabic id"
    ),
    pytest.param(
        b'{"texts":{"%s":{}}}' % (b"1" * 4000),
        f"table “texts”: invalid document id “{'1' * 39}…”",
        id="endless id",
    ),
    pytest.param(b'{"\\u001b[2Ja":1}', "table “a” is a number", id="name that controls"),
    pytest.param(b'{"a":{"1":{"t":"\xe9"}}}', "not UTF-8 at byte 16", id="Latin-1"),
    pytest.param('\ufeff{"a":1}'.encode("utf-16-le"), "not UTF-8 at byte 0", id="UTF-16"),
    pytest.param(b'\xef\xbb\xbf{"a":"\xff"}', "not UTF-8 at byte 9", id="BOM, then Latin-1"),
    pytest.param(b'{"a":{}}x', "trailing garbage after byte 8", id="garbage"),
    pytest.param('{"ä":{}} {"ö":{}}'.encode(), "trailing garbage after byte 10", id="two"),
    pytest.param(b'\xef\xbb\xbf{"a":{}}x', "trailing garbage after byte 11", id="BOM, garbage"),
    pytest.param(b'{"a":{}', "truncated after byte 7", id="cut"),
    pytest.param('{"a":{"ü'.encode(), "truncated after byte 9", id="cut in a string"),
    pytest.param(b'{"a":\n{x}}', "not JSON at line 2, column 2", id="syntax"),
    pytest.param(b'{"a":NaN}', "not JSON at line 1, column 6", id="NaN"),
    pytest.param(b'{"a":-Infinity}', "not JSON at line 1, column 7", id="Infinity"),
    pytest.param(b'{"a":"\\ud800"}', "not JSON at line 1, column 7", id="surrogate"),
    pytest.param(b'{"a":%s}' % (b"1" * 4000), "not JSON at line 1, column 6", id="endless number"),
    pytest.param(DEEPLY_NESTED, "nested too deep", id="deep and cut"),
    pytest.param(DEEPLY_NESTED + b"]" * 100_000 + b"}}}", "nested too deep", id="deep"),
]
