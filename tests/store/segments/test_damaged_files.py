"""Damaged files: their bytes are kept, and one line says what was salvaged."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from store.model.errors import SaveFailed
from store.segments.salvage import SalvageResult, describe_salvage
from store.system.files import preserve_damaged_file

NOON = datetime(2026, 11, 22, 13, 5, tzinfo=UTC)


def test_the_bytes_are_kept_under_a_free_name(tmp_path: Path) -> None:
    """Cases 12, 13 and 31: nothing is overwritten, and only the owner reads it."""
    path = tmp_path / "vm-1-0003.json"
    path.write_bytes(b"one")
    first = preserve_damaged_file(path, b"one", NOON)
    second = preserve_damaged_file(path, b"two", NOON)
    third = preserve_damaged_file(path, b"three", NOON)
    assert first.name == "vm-1-0003.json.damaged-20261122T130500"
    assert second.name == "vm-1-0003.json.damaged-20261122T130500-2"
    assert third.name == "vm-1-0003.json.damaged-20261122T130500-3"
    assert [each.read_bytes() for each in (path, first, second, third)] == [
        *(b"one", b"one", b"two", b"three")
    ]
    assert stat.S_IMODE(first.stat().st_mode) == 0o600


def test_each_content_is_kept_once_even_an_empty_one(tmp_path: Path) -> None:
    """Case 11: so a start that cannot write the rest does not fill the disk with copies."""
    path = tmp_path / "vm-1-0003.json"
    path.touch()
    kept = preserve_damaged_file(path, b"", NOON)
    assert preserve_damaged_file(path, b"", NOON.replace(day=23)) == kept
    assert sorted(tmp_path.iterdir()) == [path, kept]


def test_a_link_is_followed_and_its_target_kept(tmp_path: Path) -> None:
    """Case 32: the link stays."""
    real = tmp_path / "real"
    real.mkdir()
    (real / "vm-1-0003.json").write_bytes(b"{")
    link = tmp_path / "vm-1-0003.json"
    link.symlink_to(real / "vm-1-0003.json")
    assert preserve_damaged_file(link, b"{", NOON).parent == real
    assert link.is_symlink()


def test_a_file_that_cannot_be_kept_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cases 4 and 6: the damaged file stays as it is, without half of a copy beside it."""
    path = tmp_path / "vm-1-0003.json"
    path.write_bytes(b"{")

    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    for call in ("fsync", "write", "open"):
        with monkeypatch.context() as patch:
            patch.setattr(os, call, fail)
            with pytest.raises(SaveFailed, match="Input/output error"):
                preserve_damaged_file(path, b"{", NOON)
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
        (5, None, {}, "5 articles (number lost unknown)"),
        (5, 1, {"repaired": 2}, "5 of 6 articles, 2 of them with characters replaced"),
        (5, 0, {"duplicates": 3}, "all 5 articles, 3 duplicates dropped"),
    ],
)
def test_one_line_says_what_was_salvaged(
    count: int, lost: int | None, more: dict[str, int], said: str
) -> None:
    """Cases 12 and 13: `Recovered 812 of 815`."""
    salvaged = SalvageResult({str(key): {} for key in range(count)}, lost, WHY, **more)
    assert describe_salvage(PATH, "articles", salvaged, KEPT) == BEGINS + said + ENDS


def test_a_file_of_another_machine_is_left_alone() -> None:
    line = describe_salvage(PATH, "articles", SalvageResult({"1": {}}, 1, WHY), None)
    assert line == BEGINS + "1 of 2 articles; the file is left to the machine that writes it"
