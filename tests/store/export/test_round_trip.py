"""What is exported comes in again as the same article."""

from __future__ import annotations

import io
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from store.exporters import Book, writer
from store.exporters.markdown import markdown_of
from store.importers.article_builder import build
from store.importers.read import read
from store.model.article import Entry, Found
from store.model.errors import BadInput

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


def made(fields: dict[str, Any]) -> Found:
    """The article of these fields; a summary alone is one, too."""
    try:
        return build(fields, source="import", now=NOW)
    except BadInput:
        return build({"title": "T"}, source="import", now=NOW)


def again(data: bytes, name: str) -> Found:
    """The one article that an export holds."""
    (found,) = read(name, io.BytesIO(data), now="1999-01-01T00:00:00Z")
    assert isinstance(found, Found), found
    return found


@settings(max_examples=150)
@given(FIELDS)
def test_json_markdown_and_back_lose_nothing(fields: dict[str, Any]) -> None:
    first = made(fields)
    entry = Entry(first.article, first.body, first.reading)
    out = io.BytesIO()
    list(writer("json")(Book("B", NOW, ["T"], [entry]), out))
    assert again(out.getvalue(), "a.json") == first
    assert again(markdown_of(entry).encode(), "a.md") == first
