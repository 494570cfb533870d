"""Cases 11 to 19: what a damaged file of articles is called, and what is taken out of it."""

from __future__ import annotations

import json
import os
import random
import re
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tinydb import TinyDB

from store.article import Article, Body
from store.documents import article_document, body_document
from store.errors import LibraryDamaged, NotSaved
from store.salvage import Salvaged, aside, report, salvage
from store.tables import BadContent, parse_tables

TABLES = ("articles", "texts")
META = {"_meta": {"1": {"format": 1}}}
NOON = datetime(2026, 11, 22, 13, 5, tzinfo=UTC)
FLIPS = 500


def article(number: int) -> dict[str, Any]:
    """Facts with what makes a scanner stumble: quotes, braces, starts of documents in strings."""
    extra = {"a": 1} if number % 3 else {"nested": {"7": {"id": "x"}}, 'odd"3': {"5": {}}}
    return article_document(
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


def text(number: int) -> dict[str, Any]:
    paragraphs = f'He said "{number}":{{}}\n\n\\ and }} “so on”. ' * 5
    summary = "Shört." if number % 2 else ""
    return body_document(Body(paragraphs, summary, "extract" if summary else "", True, ("One",)))


MAKERS: dict[str, Callable[[int], dict[str, Any]]] = {"articles": article, "texts": text}


def documents(table: str, count: int) -> dict[str, dict[str, Any]]:
    return {str(number): MAKERS[table](number) for number in range(1, count + 1)}


def encoded(table: str, count: int) -> bytes:
    return orjson.dumps({**META, table: documents(table, count)}, option=orjson.OPT_APPEND_NEWLINE)


def spans(data: bytes, table: str, count: int) -> list[tuple[int, int]]:
    """Where each document stands in the file, with its id."""
    found = []
    for number, document in documents(table, count).items():
        whole = b'"%s":%s' % (number.encode(), orjson.dumps(document))
        start = data.index(whole)
        found.append((start, start + len(whole)))
    return found


def whys(data: bytes, *, thorough: bool = False) -> str:
    with pytest.raises(BadContent) as caught:
        parse_tables(data, thorough=thorough)
    assert isinstance(caught.value, LibraryDamaged)
    return str(caught.value)


# -- strict reading ------------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "BOM"])
def test_a_good_file_is_read_and_needs_no_salvage(table: str, mark: bytes) -> None:
    """Case 17: a byte order mark is accepted."""
    data = mark + encoded(table, 12)
    for thorough in (False, True):
        assert parse_tables(data, thorough=thorough) == {**META, table: documents(table, 12)}
    assert salvage(data, table) == Salvaged(documents(table, 12), 0, "", format=1)


def test_what_tinydb_writes_itself_is_read(tmp_path: Path) -> None:
    path = tmp_path / "plain.json"
    with TinyDB(path, indent=2) as database:
        database.table("articles").insert_multiple(documents("articles", 3).values())
    assert parse_tables(path.read_bytes())["articles"] == documents("articles", 3)


DEEP = b'{"articles":{"1":{"id":"a","title":"b","extra":' + b"[" * 100_000
WRONG = [
    pytest.param(b"", "the file is empty", id="empty"),
    pytest.param(b" \n\t ", "the file is empty", id="whitespace"),
    pytest.param(b"\xef\xbb\xbf", "the file is empty", id="BOM alone"),
    pytest.param(bytes(512), "filled with NUL bytes", id="NUL"),
    pytest.param(b'{"a":{}}\n\0\0', "NUL bytes after byte 9", id="NUL behind"),
    pytest.param(b'{"a":{"1\0\0\0', "NUL bytes after byte 8", id="NUL tail"),
    pytest.param(b"null", "null where the tables should be", id="null"),
    pytest.param(b"[]", "a list where the tables should be", id="list"),
    pytest.param(b"true", "true or false where the tables should be", id="boolean"),
    pytest.param(b"{}", "there is no table in it", id="no tables"),
    pytest.param(b'{"articles":[]}', "table “articles” is a list", id="table is a list"),
    pytest.param(b'{"articles":null}', "table “articles” is null", id="table is null"),
    pytest.param(
        b'{"texts":{"1":"x"}}', "table “texts”: document 1 is a text", id="document is a text"
    ),
    pytest.param(
        b'{"texts":{"1":3}}', "table “texts”: document 1 is a number", id="document is a number"
    ),
    pytest.param(b'{"texts":{"x":{}}}', "table “texts”: “x” is no document id", id="odd id"),
    pytest.param(
        '{"texts":{"٣":{}}}'.encode(), "table “texts”: “٣” is no document id", id="Arabic id"
    ),
    pytest.param(
        b'{"texts":{"%s":{}}}' % (b"1" * 4000),
        f"table “texts”: “{'1' * 39}…” is no document id",
        id="endless id",
    ),
    pytest.param(b'{"\\u001b[2Ja":1}', "table “a” is a number", id="name that controls"),
    pytest.param(b'{"a":{"1":{"t":"\xe9"}}}', "not UTF-8 at byte 16", id="Latin-1"),
    pytest.param('\ufeff{"a":1}'.encode("utf-16-le"), "not UTF-8 at byte 0", id="UTF-16"),
    pytest.param(b'\xef\xbb\xbf{"a":"\xff"}', "not UTF-8 at byte 9", id="BOM, then Latin-1"),
    pytest.param(b'{"a":{}}x', "trailing garbage after byte 8", id="garbage"),
    pytest.param('{"ä":{}} {"ö":{}}'.encode(), "trailing garbage after byte 10", id="two"),
    pytest.param(b'\xef\xbb\xbf{"a":{}}x', "trailing garbage after byte 11", id="BOM, garbage"),
    pytest.param(b'{"a":{}', "cut off after byte 7", id="cut"),
    pytest.param('{"a":{"ü'.encode(), "cut off after byte 9", id="cut in a string"),
    pytest.param(b'{"a":\n{x}}', "not JSON at line 2, column 2", id="syntax"),
    pytest.param(b'{"a":NaN}', "not JSON at line 1, column 6", id="NaN"),
    pytest.param(b'{"a":-Infinity}', "not JSON at line 1, column 7", id="Infinity"),
    pytest.param(b'{"a":"\\ud800"}', "not JSON at line 1, column 7", id="surrogate"),
    pytest.param(b'{"a":%s}' % (b"1" * 4000), "not JSON at line 1, column 6", id="endless number"),
    pytest.param(DEEP, "nested too deep", id="deep and cut"),
    pytest.param(DEEP + b"]" * 100_000 + b"}}}", "nested too deep", id="deep"),
]


@pytest.mark.parametrize(("data", "reason"), WRONG)
def test_what_is_no_file_of_tables_is_named(data: bytes, reason: str) -> None:
    """Cases 11, 12, 14 and 16 to 18: one error type, the reason in words and the place."""
    assert whys(data) == reason


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b'{"a":{"1":{"x":1},"1":{"x":2}}}', "1"),
        (b'{"a":{"1":{"x":1}},"a":{}}', "a"),
        (b'{"a":{"1":{"x":{"k":1,"\\u006b":2}}}}', "k"),
        (b'{"a":{"1":{"\\u001b[2J":1,"\\u001b[2J":2}}}', ""),
    ],
)
def test_a_key_that_stands_twice_is_found_before_a_write(data: bytes, key: str) -> None:
    """Case 19: who only reads takes the last, as TinyDB does; who writes would lose the other."""
    assert parse_tables(data)
    assert whys(data, thorough=True) == f"the key “{key}” stands twice"


def test_the_thorough_look_at_nesting_that_the_parser_still_takes_ends_in_words() -> None:
    """Case 18: no RecursionError; orjson takes more levels than the json module."""
    data = b'{"a":{"1":{"x":' + b"[" * 1020 + b"]" * 1020 + b"}}}"
    assert parse_tables(data)
    assert whys(data, thorough=True) == "nested too deep"


# -- salvage -------------------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(("data", "reason"), WRONG)
def test_nothing_is_made_of_nothing(data: bytes, reason: str, table: str) -> None:
    assert salvage(data, table) == Salvaged({}, None, reason)


@pytest.mark.parametrize("table", TABLES)
def test_every_document_before_a_cut_is_saved_at_every_byte(table: str) -> None:
    """Case 13: cut anywhere."""
    data = encoded(table, 5)
    places = spans(data, table, 5)
    for cut in range(len(data) - 1):
        whole = sum(end <= cut for _, end in places)
        found = salvage(data[:cut], table)
        assert found.documents == documents(table, whole), cut
        assert found.reason
        assert found.lost in ({None} if cut <= places[-1][1] else {0}), cut


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "tail",
    [b"", bytes(4096), b"\xff" * 99, b'"1":{"id":"', b"{" * 999],
    ids=["nothing", "NUL", "not UTF-8", "a start", "braces"],
)
def test_every_document_before_a_cut_is_saved_in_64_places(table: str, tail: bytes) -> None:
    """Cases 13, 14 and 16: cut, and then filled with something else."""
    data = encoded(table, 80)
    places = spans(data, table, 80)
    for part in range(64):
        cut = len(data) * part // 64
        whole = sum(end <= cut for _, end in places)
        found = salvage(data[:cut] + tail, table)
        assert found.documents == documents(table, whole)
        assert found.lost is None


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("size", [1, 64, 512, 4096])
def test_a_hole_costs_what_it_covers(table: str, size: int) -> None:
    """Case 14: NUL bytes in the middle, at the beginning, over several documents."""
    data = encoded(table, 60)
    places = spans(data, table, 60)
    for part in range(40):
        start = (len(data) - size) * part // 40
        found = salvage(data[:start] + bytes(size) + data[start + size :], table)
        expected = {
            str(number): MAKERS[table](number)
            for number, (first, end) in enumerate(places, 1)
            if end <= start or first >= start + size
        }
        assert expected.items() <= found.documents.items()
        assert found.lost == 60 - len(found.documents)
        assert len(found.documents) - len(expected) == found.mended <= 1


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("hits", [1, 2])
def test_a_flip_costs_at_most_what_it_hits(table: str, hits: int) -> None:
    """Case 15: never a traceback; what no flip touched is saved."""
    chance = random.Random(f"{table} {hits}")
    good = encoded(table, 50)
    places, whole = spans(good, table, 50), documents(table, 50)
    damaged = 0
    for turn in range(FLIPS):
        at = sorted(chance.sample(range(len(good)), hits))
        data = bytearray(good)
        for place in at:
            data[place] ^= 1 << chance.randrange(8) if turn % 2 else chance.randrange(1, 256)
        try:
            parse_tables(bytes(data))
        except BadContent:
            damaged += 1
        found = salvage(bytes(data), table)
        if not found.reason:
            continue
        for number, (start, end) in enumerate(places, 1):
            if not any(start <= place < end for place in at):
                assert found.documents.get(str(number)) == whole[str(number)], (at, number)
        assert len(found.documents) >= 50 - hits
        assert found.lost is None or found.lost <= hits
    assert damaged > FLIPS // 10


@pytest.mark.parametrize("table", TABLES)
def test_every_flip_of_what_holds_the_file_together_is_survived(table: str) -> None:
    """Case 15: each byte of the frame (braces, ids, commas) replaced by what may stand there."""
    good = encoded(table, 4)
    places, whole = spans(good, table, 4), documents(table, 4)
    frame = [at for at in range(len(good)) if not any(s + 5 <= at < e - 3 for s, e in places)]
    for at in frame:
        for byte in {*b'{}[],:"\\ \n0124x\0\xff'} - {good[at]}:
            data = good[:at] + bytes([byte]) + good[at + 1 :]
            found = salvage(data, table)
            if not found.reason:
                continue
            for number, (start, end) in enumerate(places, 1):
                if not start <= at < end:
                    assert found.documents.get(str(number)) == whole[str(number)], (at, byte)
            assert found.lost is None or len(found.documents) + found.lost in {4, 5}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "front", [b"garbage ", b"\0" * 512, b'{"a":"', b"}}}]]", b'"', b"\\", b'{"1":{', b"\xff\xfe"]
)
def test_garbage_in_front_costs_nothing(table: str, front: bytes) -> None:
    found = salvage(front + encoded(table, 9), table)
    assert (found.documents, found.lost) == (documents(table, 9), 0)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("behind", [b"garbage", b'"', b"\0" * 512, b'{"1":{"id":"', b"}}}}"])
def test_garbage_behind_costs_nothing(table: str, behind: bytes) -> None:
    """Case 16: trailing garbage after a good file."""
    found = salvage(encoded(table, 9) + behind, table)
    assert (found.documents, found.lost, found.format) == (documents(table, 9), 0, 1)


@pytest.mark.parametrize("table", TABLES)
def test_two_files_one_behind_the_other_are_one(table: str) -> None:
    found = salvage(encoded(table, 5) + encoded(table, 8), table)
    assert found.documents == documents(table, 8)
    assert (found.copies, found.lost) == (5, 0)
    assert found.reason.startswith("trailing garbage after byte ")


@pytest.mark.parametrize("table", TABLES)
def test_a_file_in_utf_16_is_saved_whole(table: str) -> None:
    """Case 17: an editor saved it in another encoding."""
    data = encoded(table, 9).decode()
    for encoding in ("utf-16-le", "utf-16-be"):
        found = salvage(f"\ufeff{data}".encode(encoding), table)
        assert (found.documents, found.lost) == (documents(table, 9), 0)
        assert found.reason == "not UTF-8 at byte 0"


def test_latin_1_in_a_document_is_replaced_and_counted() -> None:
    """Case 17: the article is saved, its bytes that mean nothing are not."""
    data = encoded("articles", 9).replace("wörld".encode(), "wörld".encode("latin-1"), 1)
    found = salvage(data, "articles")
    assert found.documents["1"].pop("category") == "w\ufffdrld"
    assert {"category": "wörld", **found.documents["1"]} == article(1)
    assert (len(found.documents), found.lost, found.mended) == (9, 0, 1)
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
def test_values_that_json_does_not_have_cost_no_document(value: bytes, saved: object) -> None:
    """Cases 18 and 21: NaN, lone surrogates and raw controls; what is saved can be written."""
    hurt = b'{"articles":{"1":{"id":"a","title":"b","extra":{"v":%s}},"2":{"id":"c","title":"d"}}}'
    other = b'"3":{"id":"e","title":"f","extra":{"v":NaN}}'
    found = salvage((hurt % value)[:-2] + b"," + other + b"}}", "articles")
    assert found.documents["1"]["extra"] == {"v": saved}
    assert list(found.documents) == ["1", "2", "3"]
    assert (found.lost, found.mended) == (0, 1 + (b"\\\\" not in value))
    assert parse_tables(orjson.dumps({"articles": found.documents}), thorough=True)


def test_what_cannot_be_mended_is_lost() -> None:
    """Case 18: nested too deep, or a number without an end; the others are saved."""
    for value in (b"[" * 5000 + b"]" * 5000, b"1" * 5000, b"1" * 400, b"{" * 5000 + b"}" * 5000):
        data = b'{"articles":{"1":{"id":"a","title":"b"},"2":{"id":"a","title":"b","v":%s},'
        found = salvage(data % value + b'"3":{"id":"c","title":"d"}}}', "articles")
        assert list(found.documents) == ["1", "3"]
        assert found.lost == 1


def test_documents_of_the_wrong_kind_are_lost_and_the_others_saved() -> None:
    """Case 12: a document that is a text, an id that is none, an object that is no article."""
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


def test_what_belongs_to_an_article_is_not_taken_for_one() -> None:
    inner = {"9": {"id": "inner", "title": "inner"}, "3": {"id": "more", "title": "more"}}
    good = {str(n): {**article(n), "extra": {"related": inner}} for n in (1, 2)}
    found = salvage(orjson.dumps({"articles": good}) + b"x", "articles")
    assert (found.documents, found.lost) == (good, 0)


def test_an_article_that_lost_its_end_does_not_swallow_the_others() -> None:
    """Case 15: a blank where its last brace was leaves JSON of another shape."""
    data = bytearray(encoded("articles", 5))
    end = spans(bytes(data), "articles", 5)[1][1]
    data[end - 1] = ord(" ")
    found = salvage(bytes(data), "articles")
    assert list(found.documents) == ["1", "3", "4", "5"]
    assert found.lost == 1


@pytest.mark.parametrize("table", TABLES)
def test_of_two_documents_with_one_id_the_first_is_kept(table: str) -> None:
    """Case 19: a copy is counted as one, another document as lost."""
    good = [b'"%d":%s' % (n, orjson.dumps(MAKERS[table](n))) for n in (1, 2, 3)]
    frame = b'{"%s":{%%s}}' % table.encode()
    found = salvage(frame % b",".join([*good, good[1]]), table)
    assert found.documents == documents(table, 3)
    assert (found.copies, found.lost) == (1, 0)
    another = b'"2":' + orjson.dumps({"id": "z", "title": "z", "text": "z"})
    found = salvage(frame % b",".join([*good, another]), table)
    assert found.documents == documents(table, 3)
    assert (found.copies, found.lost) == (0, 1)
    assert found.reason == "the key “2” stands twice"


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(("at", "wrong"), [(1, 3), (5, 7), (5, 4), (5, 70), (5, 9), (2, 1)])
def test_an_id_that_was_hit_is_told_by_its_neighbours(table: str, at: int, wrong: int) -> None:
    """Case 15: otherwise an article would be shown with the text of another."""
    data = encoded(table, 9).replace(b'"%d":{"' % at, b'"%d":{"' % wrong) + b"x"
    assert data.count(b'"%d":{"' % wrong) >= 1
    start = spans(encoded(table, 9), table, 9)[at - 1][0]
    data = encoded(table, 9)
    data = data[:start] + data[start:].replace(b'"%d"' % at, b'"%d"' % wrong, 1) + b"x"
    found = salvage(data, table)
    assert found.documents == documents(table, 9)
    assert (found.copies, found.lost) == (0, 0)


def test_one_of_two_equal_ids_is_right_if_it_continues_the_row() -> None:
    data = encoded("articles", 9)
    for number, other in ((4, 8), (5, 6)):
        start = spans(encoded("articles", 9), "articles", 9)[number - 1][0]
        data = data[: start + 1] + str(other).encode() + data[start + 2 :]
    found = salvage(data + b"x", "articles")
    assert found.documents["8"] == article(8)
    assert found.documents["6"] in (article(5), article(6))
    assert found.lost == 2


def test_an_indented_file_is_salvaged_too() -> None:
    data = json.dumps({**META, "articles": documents("articles", 6)}, indent=4)
    found = salvage(data[: len(data) // 2].encode(), "articles")
    assert list(found.documents) == ["1", "2", "3"][: len(found.documents)]
    assert len(found.documents) >= 2
    assert found.format == 1


def test_the_format_is_told_even_of_a_damaged_file() -> None:
    """Case 33: what a newer newstui wrote is not written back as ours."""
    data = encoded("texts", 3).replace(b'"format":1', b'"format":99')
    assert salvage(data[:-9], "texts").format == 99
    assert salvage(data[9:], "texts").format is None


json_like = st.lists(
    st.sampled_from(
        [
            *(b'"1":{', b'"2" : {', b"{", b"}", b'"', b"\\", b",", b":", b"[", b"]", b" ", b"7"),
            *(b'"id":"a"', b'"title":"b"', b'"text":"c"', b'"articles":{', b"\0", b"\xff", b"NaN"),
        ]
    )
).map(b"".join)


@given(st.binary() | json_like, st.sampled_from(TABLES))
@example(b'{"1":{"2":{"3":{' * 50, "texts")
@settings(max_examples=400, deadline=None)
def test_no_bytes_make_it_fail(data: bytes, table: str) -> None:
    """Case 15: never a traceback, and whatever comes out can be written and read again."""
    found = salvage(data, table)
    again = orjson.dumps({**META, table: found.documents})
    assert parse_tables(again, thorough=True)[table] == found.documents
    assert found.lost is None or found.lost >= 0


def steps(data: bytes, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many bytes salvage gives to the parser and how many marks it looks at."""
    work = 0
    parse, tokens = orjson.loads, re.compile(rb'"(?:[^"\\]++|\\.)*+"?+|[{}]', re.DOTALL)

    def counted(text: bytes | str) -> Any:
        nonlocal work
        work += len(text)
        return parse(text)

    class Tokens:
        @staticmethod
        def finditer(whole: bytes, start: int, stop: int) -> Any:
            nonlocal work
            for token in tokens.finditer(whole, start, stop):
                work += token.end() - token.start()
                yield token

    with monkeypatch.context() as patch:
        patch.setattr("store.salvage.orjson.loads", counted)
        patch.setattr("store.salvage._TOKEN", Tokens)
        salvage(data, "texts")
    return work


GROWING: list[Callable[[int], bytes]] = [
    lambda n: encoded("texts", n)[99:],
    lambda n: b'"1":{' * n,
    lambda n: b'"1":{' * n + b"}" * n,
    lambda n: b'"1":{"text":"a","x":{' * n + b"}}" * n,
    lambda n: b'"1":{"text":"a","x":{' * n + b"} }x" * n,
    lambda n: b'"1":{"text":"' * n,
    lambda n: b'"1":{"text":"\\' * n,
    lambda n: b'"' * n,
    lambda n: b'"1"' + b" " * n + b":" + b" " * n + b"[",
    lambda n: b'"1":{"text":"a"},' * n,
]


@pytest.mark.parametrize("grown", GROWING, ids=map(str, range(len(GROWING))))
def test_the_work_grows_with_the_size(
    grown: Callable[[int], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 13: whatever the bytes are, each is looked at a fixed number of times."""
    for size in (100, 1000, 5000):
        data = grown(size)
        assert steps(data, monkeypatch) <= 16 * len(data)


# -- what is done with the file ------------------------------------------------------------


def test_the_bytes_are_kept_under_a_free_name(tmp_path: Path) -> None:
    """Cases 12, 13 and 31: nothing is overwritten, and only the owner reads it."""
    path = tmp_path / "vm-1-0003.json"
    path.write_bytes(b"one")
    first = aside(path, b"one", NOON)
    second = aside(path, b"two", NOON)
    third = aside(path, b"three", NOON)
    assert first.name == "vm-1-0003.json.damaged-20261122T130500"
    assert second.name == "vm-1-0003.json.damaged-20261122T130500-2"
    assert third.name == "vm-1-0003.json.damaged-20261122T130500-3"
    assert [each.read_bytes() for each in (path, first, second, third)] == [
        *(b"one", b"one", b"two", b"three")
    ]
    assert stat.S_IMODE(first.stat().st_mode) == 0o600


def test_an_empty_file_is_kept_too_and_each_only_once(tmp_path: Path) -> None:
    """Case 11: so a start that cannot write the rest does not fill the disk with copies."""
    path = tmp_path / "vm-1-0003.json"
    path.touch()
    kept = aside(path, b"", NOON)
    assert aside(path, b"", NOON.replace(day=23)) == kept
    assert sorted(tmp_path.iterdir()) == [path, kept]


def test_what_a_link_points_to_is_kept_beside_it(tmp_path: Path) -> None:
    """Case 32: the link stays."""
    real = tmp_path / "real"
    real.mkdir()
    (real / "vm-1-0003.json").write_bytes(b"{")
    link = tmp_path / "vm-1-0003.json"
    link.symlink_to(real / "vm-1-0003.json")
    assert aside(link, b"{", NOON).parent == real
    assert link.is_symlink()


def test_what_cannot_be_kept_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cases 4 and 6: the damaged file is what it was, and no half of a copy stands beside it."""
    path = tmp_path / "vm-1-0003.json"
    path.write_bytes(b"{")

    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    for call in ("fsync", "write", "open"):
        with monkeypatch.context() as patch:
            patch.setattr(os, call, fail)
            with pytest.raises(NotSaved, match="Input/output error"):
                aside(path, b"{", NOON)
        assert list(tmp_path.iterdir()) == [path]


PATH = Path("/library/articles/vm-1-0003.json")
KEPT = Path("/library/articles/vm-1-0003.json.damaged-20261122T130500")
WHY = "not JSON at line 1, column 5123"
BEGINS = f"articles/vm-1-0003.json was damaged ({WHY}): recovered "
ENDS = "; the damaged file is kept as vm-1-0003.json.damaged-20261122T130500"


@pytest.mark.parametrize(
    ("count", "lost", "more", "said"),
    [
        (812, 3, {}, "812 of 815 articles"),
        (0, 1, {}, "0 of 1 article"),
        (5, 0, {}, "all 5 articles"),
        (1, 0, {}, "1 article"),
        (5, None, {}, "5 articles (how many are lost is not known)"),
        (5, 1, {"mended": 2}, "5 of 6 articles, 2 of them with characters replaced"),
        (5, 0, {"copies": 3}, "all 5 articles, without 3 that stood there twice"),
    ],
)
def test_one_line_tells_what_was_saved(
    count: int, lost: int | None, more: dict[str, int], said: str
) -> None:
    """Cases 12 and 13: `Recovered 812 of 815`."""
    salvaged = Salvaged({str(key): {} for key in range(count)}, lost, WHY, **more)
    assert report(PATH, "articles", salvaged, KEPT) == BEGINS + said + ENDS


def test_the_file_of_another_machine_is_left_to_it() -> None:
    line = report(PATH, "articles", Salvaged({"1": {}}, 1, WHY), None)
    assert line == BEGINS + "1 of 2 articles; the file is left to the machine that writes it"
