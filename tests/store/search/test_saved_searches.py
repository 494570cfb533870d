"""`searches.toml`, which any machine or person may have written."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.model.errors import LibraryDamaged
from store.search.saved_searches import FolderSearchStore, find_search_copies

HAND = """# kept on the desk
other = 1

[searches]
week = "newer:7d"  # all of it
"long reads" = "words:>2000"
"""


@pytest.fixture
def store(tmp_path: Path) -> FolderSearchStore:
    return FolderSearchStore(tmp_path / "library", tmp_path / "cache")


def write(store: FolderSearchStore, content: bytes) -> Path:
    store.folder.mkdir(exist_ok=True)
    path = store.folder / "searches.toml"
    path.write_bytes(content)
    return path


def test_a_library_without_the_file_has_none(store: FolderSearchStore) -> None:
    assert (store.read(), store.signature) == ({}, None)
    store.put({"week": "newer:7d"})
    assert store.read() == {"week": "newer:7d"}
    assert store.signature is not None


def test_changes_keep_what_a_person_wrote(store: FolderSearchStore) -> None:
    path = write(store, HAND.encode())
    store.put({"sea": "tag:sea", "week": "newer:2w"})
    store.remove("long reads")
    store.remove("unknown")
    text = path.read_text()
    assert text.startswith("# kept on the desk\nother = 1\n\n[searches]\nweek = ")
    assert "# all of it" in text
    assert store.read() == {"week": "newer:2w", "sea": "tag:sea"}


def test_names_in_use_keep_their_query(store: FolderSearchStore) -> None:
    write(store, HAND.encode())
    assert store.add_new({"Week": "x", "sea": "y", "mine": "z"}, taken=["MINE"]) == 1
    assert store.read() == {"week": "newer:7d", "long reads": "words:>2000", "sea": "y"}


@pytest.mark.parametrize("name", ["a.b", 'a "b"', "日本", "x" * 300, "a\nb"])
def test_any_name_is_read_back(store: FolderSearchStore, name: str) -> None:
    store.put({name: "tide"})
    assert list(store.read().values()) == ["tide"]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", {}),
        (b"\xef\xbb\xbf[searches]\na = 'x'\n", {"a": "x"}),
        (b"searches = 7\n", {}),
        (b"[searches]\na = 7\nb = ''\nc = 'x'\n", {"c": "x"}),
        (b"[searches]\na = '\\u001b[2J'\nc = \"x\\u0007\"\n", {"a": "\\u001b[2J", "c": "x"}),
    ],
)
def test_what_is_no_search_is_left_out(
    store: FolderSearchStore, content: bytes, found: dict[str, str]
) -> None:
    write(store, content)
    assert store.read() == found


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[searches\n", "not TOML"),
        (b"\xff", "not UTF-8 at byte 1"),
        (b"#" * 1_000_001, "too large"),
        (b"a = " + b"[" * 100_000, "not TOML: nested too deeply"),
        (b"a = " + b"1" * 5000, "not TOML: Exceeds the limit"),
        (b"a" + b".a" * 100_000 + b" = 1", "not TOML: a key has too many parts"),
        (b"\x00" * 64, "not TOML"),
    ],
)
def test_a_damaged_file_is_left_as_it_is(
    store: FolderSearchStore, content: bytes, reason: str
) -> None:
    path = write(store, content)
    for change in (store.read, lambda: store.put({"a": "b"}), lambda: store.remove("a")):
        with pytest.raises(LibraryDamaged, match=reason) as caught:
            change()
        assert caught.value.file == path
    assert path.read_bytes() == content


def test_conflict_copies_are_reported_and_not_merged(store: FolderSearchStore) -> None:
    write(store, HAND.encode())
    (store.folder / "searches.sync-conflict-20261122-120000-ABC.toml").write_text(
        HAND + 'sea = "tag:sea"\n'
    )
    (store.folder / "searches (conflict).toml").write_text("[")
    (store.folder / "searches-DESK.toml").write_text(HAND)
    (store.folder / "searchesx.toml").write_text(HAND)
    found = {each.path.name: each for each in find_search_copies(store.folder)}
    assert [(dict(each.missing), bool(each.problem)) for each in found.values()] == [
        ({}, True),
        ({}, False),
        ({"sea": "tag:sea"}, False),
    ]
    assert store.read() == {"week": "newer:7d", "long reads": "words:>2000"}
