"""Cases 13 to 19: salvage of damaged article files."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from store.segments.salvage import SalvageResult, salvage
from store.segments.storage import BadContent, parse_tables
from tests.support.damaged_json import (
    DAMAGED_FILES,
    MAKERS,
    META,
    TABLES,
    document_spans,
    documents,
    encode_segment,
)

FLIPS = 500


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(("data", "reason"), DAMAGED_FILES)
def test_nothing_is_salvaged_from_nothing(data: bytes, reason: str, table: str) -> None:
    assert salvage(data, table) == SalvageResult({}, None, reason)


@pytest.mark.parametrize("table", TABLES)
def test_every_document_before_a_cut_is_salvaged_at_every_byte(table: str) -> None:
    """Case 13: truncated anywhere."""
    data = encode_segment(table, 5)
    places = document_spans(data, table, 5)
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
def test_every_document_before_a_cut_is_salvaged_in_64_places(table: str, tail: bytes) -> None:
    """Cases 13, 14 and 16: truncated, then filled with something else."""
    data = encode_segment(table, 80)
    places = document_spans(data, table, 80)
    for part in range(64):
        cut = len(data) * part // 64
        whole = sum(end <= cut for _, end in places)
        found = salvage(data[:cut] + tail, table)
        assert found.documents == documents(table, whole)
        assert found.lost is None


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("size", [1, 64, 512, 4096])
def test_a_hole_loses_only_what_it_covers(table: str, size: int) -> None:
    """Case 14: NUL bytes in the middle, at the beginning, over several documents."""
    data = encode_segment(table, 60)
    places = document_spans(data, table, 60)
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
        assert len(found.documents) - len(expected) == found.repaired <= 1


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("hits", [1, 2])
def test_a_flipped_bit_loses_at_most_what_it_hits(table: str, hits: int) -> None:
    """Case 15: never a traceback; documents that no flip touched are salvaged."""
    chance = random.Random(f"{table} {hits}")
    good = encode_segment(table, 50)
    places, whole = document_spans(good, table, 50), documents(table, 50)
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
def test_every_flipped_bit_of_the_structure_is_survived(table: str) -> None:
    """Case 15: each structural byte (braces, ids, commas) replaced by what may be there."""
    good = encode_segment(table, 4)
    places, whole = document_spans(good, table, 4), documents(table, 4)
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
def test_garbage_in_front_loses_nothing(table: str, front: bytes) -> None:
    found = salvage(front + encode_segment(table, 9), table)
    assert (found.documents, found.lost) == (documents(table, 9), 0)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("behind", [b"garbage", b'"', b"\0" * 512, b'{"1":{"id":"', b"}}}}"])
def test_garbage_at_the_end_loses_nothing(table: str, behind: bytes) -> None:
    """Case 16: trailing garbage after a good file."""
    found = salvage(encode_segment(table, 9) + behind, table)
    assert (found.documents, found.lost, found.format) == (documents(table, 9), 0, 1)


@pytest.mark.parametrize("table", TABLES)
def test_two_concatenated_files_are_read_as_one(table: str) -> None:
    found = salvage(encode_segment(table, 5) + encode_segment(table, 8), table)
    assert found.documents == documents(table, 8)
    assert (found.duplicates, found.lost) == (5, 0)
    assert found.reason.startswith("trailing garbage after byte ")


@pytest.mark.parametrize("table", TABLES)
def test_a_file_in_utf_16_is_salvaged_completely(table: str) -> None:
    """Case 17: an editor saved it in another encoding."""
    data = encode_segment(table, 9).decode()
    for encoding in ("utf-16-le", "utf-16-be"):
        found = salvage(f"\ufeff{data}".encode(encoding), table)
        assert (found.documents, found.lost) == (documents(table, 9), 0)
        assert found.reason == "not UTF-8 at byte 0"


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
@settings(max_examples=150, deadline=None)
def test_no_bytes_make_salvage_fail(data: bytes, table: str) -> None:
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
        patch.setattr("store.segments.salvage.orjson.loads", counted)
        patch.setattr("store.segments.salvage._TOKEN", Tokens)
        salvage(data, "texts")
    return work


GROWING: list[Callable[[int], bytes]] = [
    lambda n: encode_segment("texts", n)[99:],
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
def test_salvage_takes_linear_time(
    grown: Callable[[int], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 13: each byte is examined a fixed number of times, whatever the bytes are."""
    for size in (100, 1000, 5000):
        data = grown(size)
        assert steps(data, monkeypatch) <= 16 * len(data)
