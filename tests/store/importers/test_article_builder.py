"""Fields become valid articles, or are rejected with the name of the field."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.importers.article_builder import build_article
from store.model.article import Body, ParsedArticle, ReadingStatus
from store.model.errors import InvalidInput
from store.text.prose import count_words

NOW = "2031-05-06T07:08:09Z"
ID = "0b7c2c1e-5a64-4a4b-9d2e-5b1f0a6f7c11"


def build(**fields: Any) -> ParsedArticle:
    return build_article(fields, source="import", now=NOW)


def as_newstui_json(found: ParsedArticle) -> dict[str, Any]:
    """Return the newstui JSON of an article: the inverse of `build_article`."""
    similar = [{"id": None, "title": title, "origin": "import"} for title in found.body.similar]
    by_index = {"id": ID, "title": "Found by the index", "origin": "index"}
    body = asdict(found.body)
    del body["is_missing"]  # a state of the library
    return {
        **asdict(found.article),
        **body,
        **asdict(found.reading),
        "similar": [*similar, by_index],
        "minutes": 1,
    }


def test_all_fields_arrive() -> None:
    found = build(
        id=ID.upper(),
        title="Ferry returns",
        category="harbour",
        url="https://example.org/ferry",
        authors=["Ida Holm", "Per Lund"],
        tags=["sea", "traffic"],
        date="2030-01-02",
        created="2030-01-03T04:05:06Z",
        updated="2030-01-04T00:00:00Z",
        language="en",
        text="The ferry is back.\n\nIt sails twice a day.",
        summary="It sails again.",
        similar=["Ferry gone", {"title": "Ferry sold"}],
        read=True,
        starred=True,
        read_count=2,
        last_opened="2030-02-01T00:00:00Z",
        last_read="2030-02-02T00:00:00Z",
        position=7,
    )
    article = found.article
    assert article.id == ID
    assert (article.title, article.category) == ("Ferry returns", "harbour")
    assert article.authors == ("Ida Holm", "Per Lund")
    assert article.tags == ("sea", "traffic")
    assert (article.date, article.created) == ("2030-01-02", "2030-01-03T04:05:06Z")
    assert (article.words, article.source, article.extra) == (9, "import", {})
    assert found.body == Body(
        "The ferry is back.\n\nIt sails twice a day.",
        "It sails again.",
        "import",
        True,
        ("Ferry gone", "Ferry sold"),
    )
    assert found.reading == ReadingStatus(
        True, True, 2, "2030-02-01T00:00:00Z", "2030-02-02T00:00:00Z", 7
    )


LINES = st.text(max_size=40)
NAMES = st.lists(LINES, max_size=3)
DATES = st.dates(date(1970, 1, 1), date(2100, 1, 1)).map(date.isoformat)
TIMES = st.datetimes().map(lambda time: time.replace(microsecond=0).isoformat() + "Z")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | LINES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(LINES, inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.fixed_dictionaries(
    {"title": st.text(min_size=1, max_size=600), "text": st.text(max_size=300)},
    optional={
        "id": st.uuids().map(str) | LINES,
        "url": st.sampled_from(["https://example.org/a?b=1", "http://[x", "mailto:me", "/etc"]),
        "category": LINES,
        "authors": NAMES,
        "tags": NAMES | LINES,
        "date": DATES | TIMES | LINES,
        "created": TIMES,
        "updated": TIMES | LINES,
        "words": st.integers(0, 5000),
        "language": LINES,
        "summary": LINES,
        "summary_origin": st.sampled_from(["import", "extract", "command", "else"]),
        "summary_complete": st.booleans(),
        "similar": NAMES,
        "read": st.booleans(),
        "starred": st.booleans(),
        "read_count": st.integers(0, 99),
        "last_opened": TIMES,
        "last_read": TIMES,
        "position": st.integers(0, 400),
        "source": st.sampled_from(["import", "feed", "page", "sample", "Some paper"]),
        "extra": st.dictionaries(LINES, JSON, max_size=3),
        "rating": JSON,
    },
)


@given(FIELDS)
@settings(max_examples=100, deadline=None)
def test_building_again_changes_nothing(fields: dict[str, Any]) -> None:
    try:
        found = build_article(fields, source="import", now=NOW)
    except InvalidInput:
        return  # nothing was in it but characters that are never shown
    again = build_article(as_newstui_json(found), source="import", now="1999-01-01T00:00:00Z")
    assert again == found


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ["a", "b"]),
        ("title", True),
        ("url", {"href": "https://example.org"}),
        ("category", ["a"]),
        ("text", {"html": "x"}),
        ("tags", [["a"]]),
        ("tags", [{"colour": "red"}]),
        ("authors", 1.5j),
        ("read", "sometimes"),
        ("read", 3),
        ("read_count", -1),
        ("read_count", "many"),
        ("read_count", 2.5),
        ("read_count", 2**70),
        ("position", [7]),
        ("similar", [7j]),
        ("summary", ["a", {}]),
        ("summary_complete", "maybe"),
        ("words", True),
    ],
)
def test_a_wrong_type_names_its_field(field: str, value: Any) -> None:
    with pytest.raises(InvalidInput, match=f"^{field}: expected .*, found "):
        build(**{"title": "A title", "summary": "Short.", field: value})


@pytest.mark.parametrize(
    ("fields", "name", "expected"),
    [
        ({"title": 2026}, "title", "2026"),
        ({"title": date(2026, 1, 2)}, "title", "2026-01-02"),
        ({"tags": "sea, air,, sea"}, "tags", ("sea", "air")),
        ({"tags": [{"label": "sea"}, {"name": "air"}, 2026]}, "tags", ("sea", "air", "2026")),
        ({"tags": {"sea": {}, "air": {}}}, "tags", ("sea", "air")),
        ({"author": "Holm, Ida"}, "authors", ("Holm, Ida",)),
        ({"authors": {"name": "Ida Holm"}}, "authors", ("Ida Holm",)),
        ({"link": "https://example.org/"}, "url", "https://example.org/"),
        ({"published": "2030-01-02"}, "date", "2030-01-02"),
        ({"published_at": "2030-01-02T03:04:05+01:00"}, "date", "2030-01-02T02:04:05Z"),
        ({"date_published": "Feb. 28, 2022"}, "date", "2022-02-28"),
        ({"created": "2022/02/28 20:04"}, "updated", "2022-02-28T20:04:00Z"),
        ({}, "created", NOW),
        ({}, "updated", NOW),
        ({"words": "1,234"}, "words", 1234),
        ({"source": "feed"}, "source", "feed"),
    ],
)
def test_other_field_names_are_accepted(fields: Any, name: str, expected: Any) -> None:
    assert getattr(build(**{"title": "A title", **fields}).article, name) == expected


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"content": "One.\n\nTwo."}, "One.\n\nTwo."),
        ({"body": "One."}, "One."),
        ({"text": ["One.", "Two."]}, "One.\n\nTwo."),
        ({"html": "<p>One.<p>Two."}, "One.\n\nTwo."),
        ({"content_html": "One &amp; two"}, "One & two"),
        ({"content": "<p>One.</p><script>x()</script>"}, "One."),
        ({"text": "<p>is a tag"}, "<p>is a tag"),
        ({"content": "a < b"}, "a < b"),
    ],
)
def test_a_text_may_have_other_field_names(fields: Any, text: str) -> None:
    assert build(title="A title", **fields).body.text == text


@pytest.mark.parametrize(
    ("given_date", "kept"),
    [
        (None, None),
        ("", None),
        ("soon", "soon"),
        ("2022-02-31", "2022-02-31"),
        ("2022-01-01T10:00:00+99:00", "2022-01-01T10:00:00+99:00"),
        (-(10**30), None),
        (float("inf"), "inf"),
        ([2022, 1], [2022, 1]),
        ({"year": 0}, {"year": 0}),
    ],
)
def test_an_unparsable_date_is_kept_in_extra(given_date: Any, kept: Any) -> None:
    """Case 97: no date is invented, and the original is kept."""
    article = build(title="A title", date=given_date).article
    assert article.date is None
    if given_date == -(10**30):
        kept = str(given_date)
    assert article.extra.get("date") == kept


def test_unknown_fields_are_kept() -> None:
    found = build(title="A title", rating=4, extra={"shelf": "b"}, link="", site={"name": "X"})
    assert found.article.extra == {"rating": 4, "shelf": "b", "site": {"name": "X"}}
    assert build(title="A title", extra="loose").article.extra == {"extra": "loose"}
    assert build(title="A title", source="The Paper").article.extra == {"source": "The Paper"}
    assert build(title="A", url="https://a.example/", link="https://b.example/").article.extra == {
        "link": "https://b.example/"
    }


def test_values_that_json_cannot_represent_become_text() -> None:
    found = build(title="A title", a=date(2030, 1, 2), b=[float("nan")], c={"d": 2**80}, e={1})
    assert found.article.extra == {
        "a": "2030-01-02",
        "b": ["nan"],
        "c": {"d": str(2**80)},
        "e": "{1}",
    }


def test_an_id_that_is_not_a_uuid_is_kept_in_extra() -> None:
    found = build(id=4711, title="A title", url="https://example.org/a")
    assert found.article.extra == {"id": 4711}
    assert uuid.UUID(found.article.id).version == 5
    nil = build(id="00000000-0000-0000-0000-000000000000", title="A title")
    assert nil.article.id != "00000000-0000-0000-0000-000000000000"
    assert build(id=f"urn:uuid:{ID}", title="A title").article.id == ID


def test_ids_are_the_same_on_every_machine() -> None:
    one, two = (build(title=title, url="https://example.org/a") for title in ("A", "B"))
    assert one.article.id == two.article.id
    assert one.article.id != build(title="A", url="https://example.org/b").article.id
    fields = {"title": "A", "date": "2030-01-02", "text": "Some text."}
    assert build(**fields).article.id == build(**fields, tags=["x"]).article.id
    assert build(**fields).article.id != build(**{**fields, "date": "2030-01-03"}).article.id
    assert build(**fields).article.id == build(**fields, url="javascript:x").article.id


@pytest.mark.parametrize("fields", [{}, {"title": "\x1b[2J", "text": " \n"}, {"tags": ["a"]}])
def test_empty_fields_are_rejected(fields: Any) -> None:
    with pytest.raises(InvalidInput, match="without title, text and URL"):
        build(**fields)


def test_a_url_alone_is_an_article() -> None:
    long = "https://example.org/" + "a" * 3000
    article = build(url=long).article
    assert article.url == long
    assert article.title.startswith("https://example.org/aaa")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("The ferry is back. It sails.", "The ferry is back."),
        ("The ferry is back", "The ferry is back"),
        ("Dr. Holm of the U.S. Navy spoke. Nobody came.", "Dr. Holm of the U.S. Navy spoke."),
        ("It rose 3.5 percent. Then fell.", "It rose 3.5 percent."),
        ("“Is it back?” she asked. Yes.", "“Is it back?” she asked."),
        ("渡し船が戻った。明日から。", "渡し船が戻った。"),
        ("## A heading\n\nText.", "A heading"),
        ("- [The ferry](https://example.org/a) is **back**", "The ferry is back"),
        ("***\n\nReal text.", "Real text."),
        ("***", "***"),
        ("The ferry - a boat - is back. Yes.", "The ferry - a boat - is back."),
        ("1. The ferry is back. Yes.", "The ferry is back."),
        ("2022 was the year. Yes.", "2022 was the year."),
        ("word " * 40, "word " * 18 + "word word…"),
        ("a" * 150, "a" * 99 + "…"),
        ("One line\nof a paragraph.", "One line of a paragraph."),
        (
            "![a](https://e.org/a.jpg) The ferry [![b](https://e.org/b)](https://e.org/)is back.",
            "The ferry is back.",
        ),
        ("![A ferry](https://e.org/a.jpg)", "A ferry"),
    ],
)
def test_a_missing_title_is_taken_from_the_text(text: str, title: str) -> None:
    found = build(text=text).article.title
    assert len(found) <= 100
    assert found == title


@pytest.mark.parametrize(
    ("summary", "complete"),
    [
        ("It sails.", True),
        ("It sails", False),
        ("It sails, they say, because of the", False),
        ("Does it sail?", True),
        ("“It sails!”", True),
        ("(It sails.)", True),
        ("And so on…", True),
        ("船が戻った。", True),
        ("「戻った」", False),
        ("「戻った。」", True),
        ("क्या हुआ।", True),
        ("هل عادت؟", True),
        ("", True),
    ],
)
def test_a_truncated_summary_is_detected(summary: str, complete: bool) -> None:
    body = build(title="A title", summary=summary).body
    assert body.summary_complete is complete
    assert body.summary_origin == ("import" if summary else "")
    assert build(title="A", summary="Cut of", summary_complete=True).body.summary_complete


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("one two\n\nthree", 3),
        ("one – two * three", 3),
        ("it's 3.5 %", 2),
        ("新聞を読む", 3),
        ("新聞", 1),
        ("Tokyo 新聞 news", 3),
        ("신문을 읽다", 2),
        ("one\n\n```\nx = 1\n```", 3),
        ("one\n\n```python\nx = 1\n```", 3),
        ("one\n\n~~~~c++\nx = 1\n~~~~", 3),
        ("one ```two``` three", 3),
    ],
)
def test_words_are_counted_as_a_reader_would(text: str, words: int) -> None:
    assert count_words(text) == words


def test_a_different_word_count_is_kept_in_extra() -> None:
    assert build(title="A", text="one two", words=2).article.extra == {}
    other = build(title="A", text="one two", words=5).article
    assert (other.words, other.extra) == (2, {"words": 5})
    assert build(title="A", words=5).article.words == 5


@pytest.mark.parametrize(
    ("fields", "reading"),
    [
        ({}, ReadingStatus()),
        ({"read_count": 2}, ReadingStatus(read=True, read_count=2)),
        ({"read_count": 2, "read": False}, ReadingStatus(read_count=2)),
        ({"read": "yes", "starred": 1}, ReadingStatus(read=True, starred=True)),
        ({"last_read": "2030-01-02"}, ReadingStatus(read=True, last_read="2030-01-02")),
        ({"position": 10**6}, ReadingStatus(position=4)),
    ],
)
def test_reading_state(fields: Any, reading: ReadingStatus) -> None:
    assert build(title="A", text="Text", **fields).reading == reading


def test_every_text_is_cleaned() -> None:
    """Cases 45, 51, 52, 94: no control character, line break or surrogate gets into a field."""
    bad = "a\x1b]52;c;x\x07\u202eb\ud800\r\nc\u2028d\0"
    found = build(
        title=bad,
        category=bad,
        url=bad,
        authors=[bad],
        tags=[bad],
        language=bad,
        text=bad,
        summary=bad,
        similar=[bad],
        **{bad: {bad: [bad]}},
    )
    every = repr(found)  # repr escapes what may not be shown
    for escape in ("\\x1b", "\\u202e", "\\ud800", "\\r", "\\u2028", "\\x00", "\\x07"):
        assert escape not in every
    assert "\n" not in found.article.title + found.article.url + found.article.tags[0]
    assert "\ufffd" in found.article.title


def test_an_html_summary_becomes_text() -> None:
    found = build_article(
        {"title": "A", "summary": "<p><b>It</b> sails &amp; sinks.</p>"}, source="feed", now=NOW
    )
    assert (found.body.summary, found.body.summary_complete) == ("It sails & sinks.", True)


@pytest.mark.parametrize(
    ("language", "expected"), [("de", "2024-04-03"), ("en-US", "2024-03-04"), ("", "2024-03-04")]
)
def test_the_language_decides_about_dates(language: str, expected: str) -> None:
    article = build(title="T", date="03/04/2024", updated="03/04/2024", language=language).article
    assert (article.date, article.updated) == (expected, expected)


@pytest.mark.parametrize(
    ("given_authors", "expected"),
    [
        ("Ann Moar <ann@moar.example>", ("Ann Moar",)),
        ("ann@moar.studio", ("ann",)),
        (["Ann Moar (ann@moar.example)", "Bo Fry", "ann moar"], ("Ann Moar", "Bo Fry")),
        ({"name": "Ann Moar <ann@moar.example>"}, ("Ann Moar",)),
        ("noreply@moar.example", ()),
        ("Moar, Ann", ("Moar, Ann",)),
    ],
)
def test_authors_have_no_addresses(given_authors: Any, expected: tuple[str, ...]) -> None:
    assert build(title="T", authors=given_authors).article.authors == expected
