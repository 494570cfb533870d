"""Highlights and notes of other programs, in one form."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from store.importers.annotations import collect_annotations
from store.importers.read_files import read_articles
from store.model.article import ParsedArticle
from tests.store.importers.test_exports_of_readers import make_zip
from tests.support.reader_exports import as_csv

NOW = "2031-05-06T07:08:09Z"
URL = "https://news.example/ferry"
TEXT = "The *ferry* sails\n\nat [eight](https://a.example/), they said."


def read(data: str | bytes, name: str = "export") -> list[ParsedArticle]:
    stream = io.BytesIO(data if isinstance(data, bytes) else data.encode())
    found = list(read_articles(name, stream, now=NOW))
    assert all(isinstance(each, ParsedArticle) for each in found), found
    return [each for each in found if isinstance(each, ParsedArticle)]


@pytest.mark.parametrize(
    ("given", "annotations"),
    [
        (
            {"quote": "sails", "text": "Does it?"},
            [{"quote": "sails", "note": "Does it?", "position": 12}],
        ),
        (
            {"highlight": {"text": "sails"}, "comment": "Yes."},
            [{"quote": "sails", "note": "Yes.", "position": 12}],
        ),
        ({"text": "sails", "note": "Yes."}, [{"quote": "sails", "note": "Yes.", "position": 12}]),
        ({"quote": "ferry sails"}, [{"quote": "ferry sails", "position": 5}]),
        ({"quote": "sails at eight"}, [{"quote": "sails at eight", "position": 12}]),
        ({"quote": "nowhere"}, [{"quote": "nowhere"}]),
        ({"note": "all of it"}, [{"note": "all of it"}]),
        (
            {"content": "zz", "createdAt": "2023-01-02T03:04:05.000Z"},
            [{"quote": "zz", "time": "2023-01-02T03:04:05Z"}],
        ),
        (
            {"quote": "zz", "created_at": 1672628645},
            [{"quote": "zz", "time": "2023-01-02T03:04:05Z"}],
        ),
        ({"quote": "zz", "color": "red", "id": 7}, [{"quote": "zz", "color": "red"}]),
        ([{"quote": "zz"}, {"quote": "zz"}], [{"quote": "zz"}]),
        ("> zz\n> b\n\nnote\n\n> c", [{"quote": "zz\nb", "note": "note"}, {"quote": "c"}]),
        ("> zz [⤴️](https://o.example/x)", [{"quote": "zz"}]),
        ("Highlight:zz\nNote:b\n\nHighlight:c", [{"quote": "zz", "note": "b"}, {"quote": "c"}]),
        ("plain words", [{"quote": "plain words"}]),
        (["one", "two"], [{"quote": "one"}, {"quote": "two"}]),
        (
            {"text": "mine", "target": [{"selector": [{"type": "x"}, {"exact": "sails"}]}]},
            [{"quote": "sails", "note": "mine", "position": 12}],
        ),
        ({"text": "a page note", "target": [{"source": URL}]}, [{"note": "a page note"}]),
        (7, []),
        ({}, []),
        ([None, {"ranges": []}], []),
    ],
)
def test_annotations_have_one_form(given: object, annotations: list[dict[str, Any]]) -> None:
    found = collect_annotations([given], TEXT)
    assert found == annotations
    assert collect_annotations([found], TEXT) == annotations


def test_what_is_no_annotation_is_kept() -> None:
    (found,) = read(json.dumps({"title": "A", "highlights": 3}))
    assert found.article.extra == {"highlights": 3}


def test_an_export_of_hypothesis_is_one_article_per_page() -> None:
    record = {
        "uri": URL,
        "created": "2023-01-02T03:04:05.000000+00:00",
        "text": "mine",
        "tags": ["sea"],
        "document": {"title": ["The ferry"]},
        "target": [
            {"source": URL, "selector": [{"type": "TextQuoteSelector", "exact": "It sails"}]}
        ],
    }
    other = {**record, "uri": "https://news.example/quay", "document": {}}
    first, second = read(json.dumps({"annotations": [record, {**record, "text": "more"}, other]}))
    assert (first.article.title, first.article.url) == ("The ferry", URL)
    assert first.article.extra["annotations"] == [
        {"quote": "It sails", "note": note, "time": "2023-01-02T03:04:05Z", "tags": ["sea"]}
        for note in ("mine", "more")
    ]
    assert second.article.url == "https://news.example/quay"


def test_highlights_of_readwise_reader_belong_to_their_document() -> None:
    base = {"source_url": URL, "reading_progress": 0, "location": "new", "tags": {}}
    document = {
        **base,
        "id": "d",
        "title": "The ferry",
        "content": "<p>It sails.</p>",
        "parent_id": None,
    }
    highlight = {
        **base,
        "id": "h",
        "content": "sails",
        "parent_id": "d",
        "created_at": "2023-01-02T03:04:05Z",
    }
    note = {**base, "id": "n", "content": "Does it?", "parent_id": "h"}
    (found,) = read(json.dumps({"results": [note, highlight, document]}))
    assert found.body.text == "It sails."
    assert found.article.extra["annotations"] == [
        {
            "quote": "sails",
            "note": "Does it?",
            "time": "2023-01-02T03:04:05Z",
            "position": 3,
            "location": "new",
        }
    ]


def test_a_csv_of_highlights_is_one_article_per_book() -> None:
    header = "Highlight,Book Title,Book Author,Amazon Book ID,Note,Color,Tags,Location Type,Location,Highlighted at,Document tags"
    rows = "It sails.,The ferry,Ada Berg,,good,,,offset,12,2023-01-02 03:04:05+00:00,sea"
    more = "Again.,The ferry,Ada Berg,,,,,offset,99,,sea\nElse.,The quay,,,,,,,,,"
    first, second = read(as_csv(header, f"{rows}\n{more}"))
    assert (first.article.title, first.article.authors) == ("The ferry", ("Ada Berg",))
    assert first.body.text == "> It sails.\n\n> Again."
    assert first.article.extra["annotations"] == [
        {
            "quote": "It sails.",
            "note": "good",
            "time": "2023-01-02T03:04:05Z",
            "location": "12",
            "position": 2,
        },
        {"quote": "Again.", "location": "99", "position": 15},
    ]
    assert second.article.title == "The quay"


def test_a_zip_of_pocket_has_lists_and_annotations() -> None:
    highlights = [
        {
            "url": URL,
            "title": "The ferry",
            "highlights": [{"quote": "sails", "created_at": 1672628645}],
        }
    ]
    other = [{"url": "https://news.example/quay", "title": "Quay", "highlights": [{"quote": "q"}]}]
    data = make_zip(
        **{
            "pocket/annotations/part_000000.json": json.dumps(highlights + other),
            "pocket/part_000000.csv": as_csv(
                "title,url,time_added,tags,status", f"The ferry,{URL},1672628645,sea|north,archive"
            ),
        }
    )
    ferry, quay = read(data, "pocket.zip")
    assert (ferry.reading.read, ferry.article.tags) == (True, ("sea", "north"))
    assert ferry.article.extra["annotations"] == [
        {"quote": "sails", "time": "2023-01-02T03:04:05Z"}
    ]
    assert quay.article.extra["annotations"] == [{"quote": "q"}]
