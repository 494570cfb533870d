"""Every format stays valid, whatever stands in titles, metadata and texts."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import orjson
import pytest
import yaml

from store.exporters.export_files import article_to_markdown, get_export_writer
from store.exporters.formats import ArticleCollection
from store.feeds.subscriptions import Subscription, read_subscriptions
from store.model.article import FullArticle
from store.system.paths import SUBSCRIPTIONS_FILE
from tests.support.libraries import Machine, add, articles, ids

HOSTILE = {
    "escape": "A\x1b[31mB",
    "nul": "A\0B",
    "C1": "A\x9b31mB",
    "surrogate": "A\ud800B",
    "byte of argv": "A\udc80B",
    "not a character": "A\ufffe\uffffB",
    "line ends": "A\r\n\x85\u2028B",
    "bidi": "A\u202eB",
    "markup": "A</title><script>]]>&#27;&#xD800;&amp;B",
    "entity": "A&nbsp;&bogus;B",
    "control reference": "A&#1;&#0;B",
    "nothing": "",
    "only controls": "\x01\x02",
    "CDATA": "A<![CDATA[\x0c]]>B",
    "long": "A" * 5000 + "B",
}


def hostile_entry(machine: Machine, text: str) -> FullArticle:
    """Return an article every field of which is this text, in files that were edited by hand."""
    add(machine.open(), articles([1]))
    for folder, table in (("articles", "articles"), ("texts", "texts")):
        path = machine.folder / folder / "desk-0001.json"
        content = orjson.loads(path.read_bytes())
        for document in content[table].values():
            for name in ("title", "category", "text", "summary", "language", "url"):
                if name in document or name == "summary":
                    document[name] = f"T {text}"
            if table == "articles":
                document |= {"authors": [text], "tags": [text], "extra": {"x": text}}
        path.write_text(json.dumps(content), encoding="utf-8")  # it takes surrogates
    return machine.open().get_article(ids(1)[0])


def check_epub(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        assert book.testzip() is None
        for name in book.namelist():
            if name != "mimetype":
                ET.fromstring(book.read(name))
        title = ET.fromstring(book.read("book.opf")).find(
            ".//{http://purl.org/dc/elements/1.1/}title"
        )
        assert title is not None
        assert title.text


def check_html(data: bytes) -> None:
    text = data.decode()
    assert text.count("<title>") == text.count("</title>") == 1
    ET.fromstring(text.replace("<!doctype html>", ""))


def check_json(data: bytes) -> None:
    assert len(orjson.loads(data)) == 1


def check_json_lines(data: bytes) -> None:
    assert orjson.loads(data)["id"] == ids(1)[0]


CHECKS: dict[str, Callable[[bytes], None]] = {
    "epub": check_epub,
    "html": check_html,
    "json": check_json,
    "jsonl": check_json_lines,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_every_format_is_valid(tmp_path: Path, text: str) -> None:
    """Cases 45, 52 and 111."""
    entry = hostile_entry(Machine(tmp_path), text)
    for name, check in CHECKS.items():
        out = io.BytesIO()
        collection = ArticleCollection(text, "1970-01-01T00:00:00Z", [entry.article.title], [entry])
        for _ in get_export_writer(name)(collection, out):
            pass
        check(out.getvalue())
    front = article_to_markdown(entry).encode().split(b"---\n")[1]
    assert yaml.safe_load(front)["id"] == ids(1)[0]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_the_list_of_feeds_is_valid(tmp_path: Path, text: str) -> None:
    """Case 45: names and categories of feeds, given by the user or by a server."""
    subscriptions = read_subscriptions(tmp_path)
    feed = Subscription("https://news.example/feed", title=text, category=f"a/{text}", tags=(text,))
    subscriptions.put(feed)
    data = subscriptions.to_bytes()
    ET.fromstring(data)
    (tmp_path / SUBSCRIPTIONS_FILE).write_bytes(data)
    (again,) = read_subscriptions(tmp_path)
    assert again.url == feed.url
