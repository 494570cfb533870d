"""An exported article can be imported again without loss."""

from __future__ import annotations

import io
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from store.exporters.export_files import article_to_markdown, get_export_writer
from store.exporters.formats import ArticleCollection
from store.importers.article_builder import build_article
from store.importers.read_files import read_articles
from store.model.article import FullArticle, ParsedArticle
from store.model.errors import InvalidInput

NOW = "2031-05-06T07:08:09Z"

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
MARKUP = st.sampled_from(
    ["---", "# A", "\n\n", "\n", "    code", "a  \nb", "- x\n- y", "> q", "\\", "+++", "newstui: 1"]
)
PROSE = st.lists(TEXT | MARKUP, max_size=8).map("".join)
PLAIN = st.none() | st.booleans() | st.integers(-(2**40), 2**40) | TEXT
FIELDS = st.fixed_dictionaries(
    {"title": TEXT.map(lambda text: f"T {text}"), "text": PROSE},
    optional={
        "summary": PROSE,
        "category": TEXT,
        "url": st.just("https://news.example/a?b=1"),
        "authors": st.lists(TEXT, max_size=2),
        "tags": st.lists(st.text("abc .:-", max_size=5), max_size=3),
        "date": st.sampled_from(["2022-02-28", "2022-02-28T20:04:00Z"]),
        "created": st.just("2022-03-01T01:02:03.5Z"),
        "language": st.sampled_from(["en", "no", "nb-NO"]),
        "similar": st.lists(TEXT, max_size=3),
        "read": st.booleans(),
        "starred": st.booleans(),
        "read_count": st.integers(0, 9),
        "last_read": st.just("2022-03-02T01:02:03Z"),
        "position": st.integers(0, 50),
        "odd": PLAIN | st.lists(PLAIN, max_size=3) | st.dictionaries(TEXT, PLAIN, max_size=3),
    },
)


def build(fields: dict[str, Any]) -> ParsedArticle:
    """Return the article of these fields, or a minimal one if they are rejected."""
    try:
        return build_article(fields, source="import", now=NOW)
    except InvalidInput:
        return build_article({"title": "T"}, source="import", now=NOW)


def import_article(data: bytes, name: str) -> ParsedArticle:
    """Import an export of one article."""
    (found,) = read_articles(name, io.BytesIO(data), now="1999-01-01T00:00:00Z")
    assert isinstance(found, ParsedArticle), found
    return found


@settings(max_examples=75)
@given(FIELDS)
def test_json_and_markdown_round_trips_lose_nothing(fields: dict[str, Any]) -> None:
    first = build(fields)
    entry = FullArticle(first.article, first.body, first.reading)
    out = io.BytesIO()
    list(get_export_writer("json")(ArticleCollection("B", NOW, ["T"], [entry]), out))
    assert import_article(out.getvalue(), "a.json") == first
    assert import_article(article_to_markdown(entry).encode(), "a.md") == first
