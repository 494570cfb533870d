"""Cases 12 to 19: single documents of a damaged file, and their ids."""

from __future__ import annotations

import json

import orjson
import pytest

from store.segments.salvage import salvage
from store.segments.storage import parse_tables
from tests.support.damaged_json import (
    MAKERS,
    META,
    TABLES,
    article_document,
    document_spans,
    documents,
    encode_segment,
)


def test_latin_1_in_a_document_is_replaced_and_counted() -> None:
    """Case 17: the article is salvaged, its invalid bytes are replaced."""
    data = encode_segment("articles", 9).replace("wörld".encode(), "wörld".encode("latin-1"), 1)
    found = salvage(data, "articles")
    assert found.documents["1"].pop("category") == "w\ufffdrld"
    assert {"category": "wörld", **found.documents["1"]} == article_document(1)
    assert (len(found.documents), found.lost, found.repaired) == (9, 0, 1)
    assert found.reason.startswith("not UTF-8 at byte ")


@pytest.mark.parametrize(
    ("value", "saved"),
    [
        (b"NaN", None),
        (b"[-Infinity]", [None]),
        (b'"a\\ud800b"', "a\ufffdb"),
        (b'"\\ud83d\\ude00 \\\\ud800"', "\U0001f600 \\ud800"),
        (b'"a\0\0b\x1b"', "a\ufffd\ufffdb\ufffd"),
        (b'"a\nb"', "a\nb"),
    ],
    ids=["NaN", "Infinity", "surrogate", "pair", "NUL", "newline"],
)
def test_values_unknown_to_json_lose_no_document(value: bytes, saved: object) -> None:
    """Cases 18 and 21: NaN, lone surrogates and raw controls; the result can be written."""
    hurt = b'{"articles":{"1":{"id":"a","title":"b","extra":{"v":%s}},"2":{"id":"c","title":"d"}}}'
    other = b'"3":{"id":"e","title":"f","extra":{"v":NaN}}'
    found = salvage((hurt % value)[:-2] + b"," + other + b"}}", "articles")
    assert found.documents["1"]["extra"] == {"v": saved}
    assert list(found.documents) == ["1", "2", "3"]
    assert (found.lost, found.repaired) == (0, 1 + (b"\\\\" not in value))
    assert parse_tables(orjson.dumps({"articles": found.documents}), thorough=True)


def test_a_document_that_cannot_be_repaired_is_lost() -> None:
    """Case 18: nested too deeply, or an endless number; the others are salvaged."""
    for value in (b"[" * 5000 + b"]" * 5000, b"1" * 5000, b"1" * 400, b"{" * 5000 + b"}" * 5000):
        data = b'{"articles":{"1":{"id":"a","title":"b"},"2":{"id":"a","title":"b","v":%s},'
        found = salvage(data % value + b'"3":{"id":"c","title":"d"}}}', "articles")
        assert list(found.documents) == ["1", "3"]
        assert found.lost == 1


def test_documents_of_the_wrong_type_are_lost_and_the_others_salvaged() -> None:
    """Case 12: a string as document, an invalid id, an object that is no article."""
    good = documents("articles", 6)
    for number, wrong in (("2", "text"), ("2", None), ("2", {"title": "no id"}), ("2", [{}])):
        data = orjson.dumps({"x": {"1": 0}, "articles": {**good, number: wrong}})
        found = salvage(data, "articles")
        assert found.documents == {key: good[key] for key in good if key != "2"}
        assert found.lost == 1
    odd = {"1": good["1"], "x": good["2"], "3": good["3"], "y": good["4"]}
    found = salvage(orjson.dumps({"articles": odd}) + b"\n", "articles")
    assert list(found.documents) == ["1", "3"]
    assert found.lost == 2


def test_a_part_of_an_article_is_not_taken_for_one() -> None:
    inner = {"9": {"id": "inner", "title": "inner"}, "3": {"id": "more", "title": "more"}}
    good = {str(n): {**article_document(n), "extra": {"related": inner}} for n in (1, 2)}
    found = salvage(orjson.dumps({"articles": good}) + b"x", "articles")
    assert (found.documents, found.lost) == (good, 0)


def test_an_article_without_its_end_does_not_swallow_others() -> None:
    """Case 15: a blank in place of its last brace leaves JSON of another structure."""
    data = bytearray(encode_segment("articles", 5))
    end = document_spans(bytes(data), "articles", 5)[1][1]
    data[end - 1] = ord(" ")
    found = salvage(bytes(data), "articles")
    assert list(found.documents) == ["1", "3", "4", "5"]
    assert found.lost == 1


@pytest.mark.parametrize("table", TABLES)
def test_of_two_documents_with_one_id_the_first_is_kept(table: str) -> None:
    """Case 19: a duplicate is counted as such, a different document as lost."""
    good = [b'"%d":%s' % (n, orjson.dumps(MAKERS[table](n))) for n in (1, 2, 3)]
    frame = b'{"%s":{%%s}}' % table.encode()
    found = salvage(frame % b",".join([*good, good[1]]), table)
    assert found.documents == documents(table, 3)
    assert (found.duplicates, found.lost) == (1, 0)
    another = b'"2":' + orjson.dumps({"id": "z", "title": "z", "text": "z"})
    found = salvage(frame % b",".join([*good, another]), table)
    assert found.documents == documents(table, 3)
    assert (found.duplicates, found.lost) == (0, 1)
    assert found.reason == "duplicate key “2”"


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(("at", "wrong"), [(1, 3), (5, 7), (5, 4), (5, 70), (5, 9), (2, 1)])
def test_a_damaged_id_is_corrected_by_its_neighbours(table: str, at: int, wrong: int) -> None:
    """Case 15: otherwise an article would be shown with the text of another."""
    data = encode_segment(table, 9).replace(b'"%d":{"' % at, b'"%d":{"' % wrong) + b"x"
    assert data.count(b'"%d":{"' % wrong) >= 1
    start = document_spans(encode_segment(table, 9), table, 9)[at - 1][0]
    data = encode_segment(table, 9)
    data = data[:start] + data[start:].replace(b'"%d"' % at, b'"%d"' % wrong, 1) + b"x"
    found = salvage(data, table)
    assert found.documents == documents(table, 9)
    assert (found.duplicates, found.lost) == (0, 0)


def test_one_of_two_equal_ids_is_right_if_it_continues_the_sequence() -> None:
    data = encode_segment("articles", 9)
    for number, other in ((4, 8), (5, 6)):
        start = document_spans(encode_segment("articles", 9), "articles", 9)[number - 1][0]
        data = data[: start + 1] + str(other).encode() + data[start + 2 :]
    found = salvage(data + b"x", "articles")
    assert found.documents["8"] == article_document(8)
    assert found.documents["6"] in (article_document(5), article_document(6))
    assert found.lost == 2


def test_an_indented_file_is_salvaged_too() -> None:
    data = json.dumps({**META, "articles": documents("articles", 6)}, indent=4)
    found = salvage(data[: len(data) // 2].encode(), "articles")
    assert list(found.documents) == ["1", "2", "3"][: len(found.documents)]
    assert len(found.documents) >= 2
    assert found.format == 1


def test_the_format_of_a_damaged_file_is_known() -> None:
    """Case 33: a file of a newer newstui is not written back as ours."""
    data = encode_segment("texts", 3).replace(b'"format":1', b'"format":99')
    assert salvage(data[:-9], "texts").format == 99
    assert salvage(data[9:], "texts").format is None
