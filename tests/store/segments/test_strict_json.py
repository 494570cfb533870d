"""Cases 11 to 19: the reasons for which a file is damaged."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from tinydb import TinyDB

from store.model.errors import LibraryDamaged
from store.segments.salvage import SalvageResult, salvage
from store.segments.storage import BadContent, parse_tables
from tests.support.damaged_json import DAMAGED_FILES, META, TABLES, documents, encode_segment


def whys(data: bytes, *, thorough: bool = False) -> str:
    with pytest.raises(BadContent) as caught:
        parse_tables(data, thorough=thorough)
    assert isinstance(caught.value, LibraryDamaged)
    return str(caught.value)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "BOM"])
def test_an_intact_file_needs_no_salvage(table: str, mark: bytes) -> None:
    """Case 17: a byte order mark is accepted."""
    data = mark + encode_segment(table, 12)
    for thorough in (False, True):
        assert parse_tables(data, thorough=thorough) == {**META, table: documents(table, 12)}
    assert salvage(data, table) == SalvageResult(documents(table, 12), 0, "", format=1)


def test_a_file_written_by_tinydb_is_read(tmp_path: Path) -> None:
    path = tmp_path / "plain.json"
    with TinyDB(path, indent=2) as database:
        database.table("articles").insert_multiple(documents("articles", 3).values())
    assert parse_tables(path.read_bytes())["articles"] == documents("articles", 3)


@pytest.mark.parametrize(("data", "reason"), DAMAGED_FILES)
def test_a_file_without_tables_is_named(data: bytes, reason: str) -> None:
    """Cases 11, 12, 14 and 16 to 18: one error type, with reason and place."""
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
def test_a_duplicate_key_is_found_before_writing(data: bytes, key: str) -> None:
    """Case 19: a reader takes the last one, like TinyDB; a writer would lose the other."""
    assert parse_tables(data)
    assert whys(data, thorough=True) == f"duplicate key “{key}”"


def test_deep_nesting_is_reported_by_the_thorough_check() -> None:
    """Case 18: no RecursionError; orjson accepts more levels than the json module of Python 3.11."""
    data = b'{"a":{"1":{"x":' + b"[" * 1020 + b"]" * 1020 + b"}}}"
    assert parse_tables(data)
    if sys.version_info < (3, 12):
        assert whys(data, thorough=True) == "nested too deep"
    else:
        assert parse_tables(data, thorough=True)
