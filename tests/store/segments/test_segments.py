"""Segments: TinyDB files of up to a thousand articles, facts and texts side by side."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import orjson
import pytest
from tinydb import TinyDB, where

from store.model.article import Article, Body, ParsedArticle, Rejection
from store.model.errors import LibraryDamaged, LibraryUnavailable, SaveFailed
from store.segments.documents import (
    article_from_document,
    article_to_document,
    body_from_document,
    body_to_document,
)
from store.segments.segments import ArticleLocation, Segments, read_tables
from store.segments.storage import BadContent, JsonStorage
from tests.support.libraries import Machine, add, article, articles, list_numbers


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("store.segments.segments", "store.library.folder"):
        monkeypatch.setattr(f"{module}.SEGMENT_SIZE", 10)


@pytest.fixture
def segments(tmp_path: Path) -> Segments:
    """The segments of an empty library."""
    for folder in Segments(tmp_path, "desk").folders:
        folder.mkdir()
    return Segments(tmp_path, "desk")


def sizes(segments: Segments, table_name: str) -> dict[str, int]:
    folder = segments.folders[table_name == "texts"]
    return {
        path.stem: len(read_tables(path, table_name)[table_name])
        for path in sorted(folder.glob("*.json"))
    }


@pytest.mark.parametrize("batches", [[25], [1] * 25, [9, 1, 1, 14], [10, 10, 5]])
def test_segments_are_filled_one_after_the_other(segments: Segments, batches: list[int]) -> None:
    places, number = [], 0
    for size in batches:
        places += segments.append(articles(range(number, number + size)))
        number += size
    assert sizes(segments, "articles") == {"desk-0001": 10, "desk-0002": 10, "desk-0003": 5}
    assert sizes(segments, "texts") == sizes(segments, "articles")
    assert places == [ArticleLocation(f"desk-{n // 10 + 1:04d}", n % 10 + 1) for n in range(25)]
    for number, place in enumerate(places):
        assert segments.read_article(place) == article(number).article
        assert segments.read_body(place) == article(number).body


def test_plain_tinydb_opens_every_file(segments: Segments) -> None:
    segments.append(articles(range(12)))
    for folder, name in zip(segments.folders, ("articles", "texts"), strict=True):
        for path in folder.glob("*.json"):
            with TinyDB(path, access_mode="r") as database:
                assert database.tables() == {"_meta", name}
                assert database.table("_meta").get(doc_id=1) == {"format": 1}
                assert len(database.table(name)) == (10 if path.stem == "desk-0001" else 2)
    with TinyDB(segments.facts_path("desk-0001"), access_mode="r") as database:
        (found,) = database.table("articles").search(where("title") == "Title 3")
        assert found.doc_id == 4


def test_segments_come_latest_first_whoever_wrote_them(segments: Segments) -> None:
    for name, time in (("desk-0001", 5), ("lap-0009", 7), ("desk-0002", 6)):
        segments.facts_path(name).write_bytes(b"{}")
        os.utime(segments.facts_path(name), (time, time))
    copy = "desk-0001.sync-conflict-20310506-070809-ABC"
    for name in ("notes", "desk-1", copy, ".newstui-0001"):
        (segments.folders[0] / f"{name}.json").write_bytes(b"{}")
    os.utime(segments.facts_path(copy), (4, 4))
    segments.facts_path("gone-0001").symlink_to("nowhere")
    assert list(segments.signatures()) == ["lap-0009", "desk-0002", "desk-0001", copy]


def test_no_folder_and_no_permission(tmp_path: Path) -> None:
    """Cases 28 and 29."""
    assert Segments(tmp_path / "none", "desk").signatures() == {}
    (tmp_path / "articles").write_text("")
    with pytest.raises(LibraryUnavailable, match=r"cannot read .*/articles: Not a directory"):
        Segments(tmp_path, "desk").signatures()


def test_similar_machine_names(tmp_path: Path, segments: Segments) -> None:
    """Case 42: `desk` and `desk-0001` write different files."""
    segments.append(articles([1]))
    other = Segments(tmp_path, "desk-0001")
    other.append(articles([2]))
    segments.append(articles([3]))
    assert sizes(segments, "articles") == {"desk-0001": 2, "desk-0001-0001": 1}


def test_texts_without_articles_are_no_articles(segments: Segments) -> None:
    """Case 1: killed between the two files; no document id is used twice."""
    segments.append(articles([1]))
    before = segments.facts_path("desk-0001").read_bytes()
    segments.append(articles([2]))
    segments.facts_path("desk-0001").write_bytes(before)
    assert segments.append(articles([3])) == [ArticleLocation("desk-0001", 3)]
    assert sizes(segments, "texts") == {"desk-0001": 3}
    assert segments.read_body(ArticleLocation("desk-0001", 3)) == article(3).body


def test_an_article_without_its_text(segments: Segments) -> None:
    (place,) = segments.append(articles([1]))
    (segments.folders[1] / "desk-0001.json").unlink()
    assert segments.read_body(place) == Body(is_missing=True)


def test_files_are_parsed_again_when_they_change(segments: Segments) -> None:
    """Cases 39 and 44."""
    (place,) = segments.append(articles([1]))
    assert segments.read_article(place).title == "Title 1"
    path = segments.facts_path("desk-0001")
    path.write_bytes(path.read_bytes().replace(b"Title 1", b"Another"))
    os.utime(path, (5, 5))
    assert segments.read_article(place).title == "Another"


ACCIDENTS = [
    b"",
    b"null",
    b"[]",
    b"5",
    b" \n ",
    b"\0" * 100,
    b'{"articles": []}',
    b'{"articles": {"1": {"id": "x", "title"',
    b'{"articles": {}} and more',
    b'{"articles": {}}\0\0\0',
    b'{"articles": {"1": NaN}}',
    b'{"articles": {"1": "caf\xe9"}}',
    "{}".encode("utf-16"),
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"articles": {"1": {"id": "\\ud800"}}}',
]


@pytest.mark.parametrize("content", ACCIDENTS, ids=lambda content: repr(content[:24]))
def test_a_damaged_file_is_never_written_to(segments: Segments, content: bytes) -> None:
    """Cases 11 to 18: without repair, articles are added to the next segment."""
    segments.append(articles(range(15)))
    path = segments.facts_path("desk-0002")
    path.write_bytes(content)
    with pytest.raises(BadContent, match=r"articles/desk-0002\.json: "):
        list(segments.read_rows("desk-0002"))
    with pytest.raises(BadContent, match=r"articles/desk-0002\.json: "):
        segments.read_article(ArticleLocation("desk-0002", 1))
    assert segments.append(articles([40])) == [ArticleLocation("desk-0003", 1)]
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b'{"a": "\xe9"}', "not UTF-8 at byte 7"),
        (b'{"a":\n {}', "truncated after byte 9"),
        (b'{"a":\n {]}', "not JSON at line 2, column 3"),
        (b"null", "expected tables, found null"),
    ],
)
def test_the_reason_of_damage_is_reported(tmp_path: Path, content: bytes, reason: str) -> None:
    """Case 17, and 11 to 16."""
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(LibraryDamaged, match=rf"/file: {reason}"):
        JsonStorage(tmp_path / "file").read()


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    """Case 17."""
    (tmp_path / "file").write_bytes(b'\xef\xbb\xbf{"articles": {}}')
    assert JsonStorage(tmp_path / "file").read() == {"articles": {}}


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(LibraryDamaged, match="cannot be read: Is a directory"):
        JsonStorage(tmp_path).read()


@pytest.mark.parametrize(
    ("key", "document"),
    [
        ("2", {"title": "no id"}),
        ("2", {"id": "", "title": "b"}),
        ("2", {"id": "a\x1b[0m", "title": "b"}),
        ("2", {"id": "a", "title": 5}),
        ("2", {"id": "a", "title": "b", "words": "many"}),
        ("2", {"id": "a", "title": "b", "category": ["c"]}),
        ("2", {"id": "a", "title": "b", "date": 5}),
    ],
)
def test_an_invalid_article_document_is_reported(machine: Machine, key: str, document: Any) -> None:
    """Case 12: the other articles of its segment are there."""
    add(machine.open(), articles([7]))
    path = machine.segments()[0]
    tables = orjson.loads(path.read_bytes())
    tables["articles"][key] = document
    path.write_bytes(orjson.dumps(tables))
    library = machine.open()
    assert list_numbers(library) == [7]
    assert len(library.problems) == 1
    assert f"desk-0001.json: article {key}: cannot be read" in library.problems[0]
    add(library, articles([8]))
    assert list_numbers(machine.open()) == [8, 7]
    assert read_tables(path, "articles")["articles"][key] == document


@pytest.mark.parametrize("document", [{"text": 5}, {"text": "a", "similar": 5}])
def test_an_invalid_text_document(segments: Segments, document: Any) -> None:
    (place,) = segments.append(articles([1]))
    path = segments.folders[1] / "desk-0001.json"
    path.write_bytes(orjson.dumps({"texts": {"1": document}}))
    with pytest.raises(LibraryDamaged, match=r"texts/desk-0001.json: texts? 1"):
        segments.read_body(place)


def test_an_article_that_became_invalid(segments: Segments) -> None:
    (place,) = segments.append(articles([1]))
    segments.facts_path("desk-0001").write_bytes(orjson.dumps({"articles": {"1": {"id": "x"}}}))
    with pytest.raises(LibraryDamaged, match="article 1: cannot be read"):
        segments.read_article(place)
    assert [type(found) for found in segments.read_rows("desk-0001")] == [Rejection]


@pytest.mark.parametrize("value", ["\ud800", {1, 2}, float, 1 << 70])
def test_values_that_are_not_json_are_rejected(segments: Segments, value: Any) -> None:
    """Case 21: the change is rejected, nothing else is affected."""
    segments.append(articles([1]))
    before = segments.facts_path("desk-0001").read_bytes()
    with pytest.raises(SaveFailed, match="Not saved"):
        segments.append([article(2, extra={"x": value})])
    assert segments.facts_path("desk-0001").read_bytes() == before
    segments.append(articles([3]))
    assert sizes(segments, "articles") == {"desk-0001": 2}


HOSTILE = "a\x1b]52;c;x\x07b\u202e\x9b31m"


def test_documents_are_safe_to_show() -> None:
    """Case 45: whatever wrote them."""
    fields = ("title", "category", "url", "language", "source", "date", "created", "updated")
    facts = dict.fromkeys(fields, HOSTILE) | {"id": "i", "authors": [HOSTILE], "tags": [HOSTILE]}
    shown = article_from_document({**facts, "extra": {HOSTILE: [HOSTILE]}})
    body = body_from_document(
        {"text": HOSTILE, "summary": HOSTILE, "summary_origin": HOSTILE, "similar": [HOSTILE]}
    )
    for text in (repr(shown), repr(body)):
        assert not set("\x1b\x07\u202e\x9b") & set(text)
        assert "\\x1b" not in text
        assert "\\x9b" not in text


def test_documents_survive_a_round_trip() -> None:
    whole = Article(
        "i", "T", "c", "https://x.org/", ("A",), ("t",), "2031-01-01", "2031-01-02T00:00:00Z",
        "2031-01-03T00:00:00Z", 5, "en", "feed", {"k": {"n": [1]}},
    )  # fmt: skip
    for facts in (whole, Article("i", "T")):
        assert article_from_document(article_to_document(facts)) == facts
    assert article_to_document(Article("i", "T")) == {"id": "i", "title": "T"}
    for body in (Body("a\n\nb", "s", "import", False, ("x", "y")), Body("a"), Body()):
        assert body_from_document(body_to_document(body)) == body
    assert ParsedArticle(whole, Body()).reading.read_count == 0


@pytest.mark.parametrize("kind", ["articles", "texts"])
def test_a_folder_that_is_none_ends_the_search_for_space(tmp_path: Path, kind: str) -> None:
    """Case 12: once every existing segment was skipped, a new file cannot be read either."""
    machine = Machine(tmp_path)
    add(machine.open(), articles([1]))
    folder = machine.folder / kind
    folder.rename(tmp_path / "elsewhere")
    folder.write_bytes(b"")
    with pytest.raises((LibraryDamaged, LibraryUnavailable), match="Not a directory"):
        Segments(machine.folder, machine.name).append(articles([2]))


def test_doctor_reports_a_folder_that_cannot_be_listed(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    add(machine.open(), articles([1]))
    (machine.folder / "texts").rename(tmp_path / "elsewhere")
    (machine.folder / "texts").write_bytes(b"")
    library = machine.open()
    library.repairer.check_files()
    assert any("texts: cannot be read: Not a directory" in each for each in library.problems)
