"""Damaged and hostile archives are rejected as a whole."""

from __future__ import annotations

import contextlib
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile, ZipInfo

import orjson
import pytest

from store.backup.archive import MANIFEST_NAME
from store.model.errors import InvalidInput, NewstuiError
from tests.support.backups import (
    folder_contents,
    restore,
)
from tests.support.libraries import Machine


def rewritten(archive: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The archive with other contents and a manifest that may not fit them any more."""
    with ZipFile(archive) as file:
        members = {name: file.read(name) for name in file.namelist()}
    change(members)
    with ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return archive


def without_feeds(members: dict[str, bytes]) -> None:
    """Take a member out."""
    del members["feeds.opml"]


def refused(archive: Path, machine: Machine) -> str:
    """The one line with which an archive is refused; nothing has changed then."""
    machine.folder.mkdir(parents=True)
    with pytest.raises(NewstuiError) as failed:
        restore(archive, machine)
    assert folder_contents(machine.home) == {}
    assert list(machine.folder.iterdir()) == []
    assert str(archive) in str(failed.value)
    assert "\n" not in str(failed.value)
    return str(failed.value)


@pytest.mark.parametrize("part", range(16))
def test_a_truncated_archive(part: int, archive: Path, other: Machine) -> None:
    """Case 13: wherever it ends, nothing of it is restored."""
    archive.write_bytes(archive.read_bytes()[: archive.stat().st_size * part // 16])
    assert "not a backup, or truncated" in refused(archive, other)


@pytest.mark.parametrize("part", range(40))
def test_a_flipped_byte(part: int, full: Machine, archive: Path, other: Machine) -> None:
    """Case 15: a damaged archive is rejected, or restores the same library all the same."""
    data = bytearray(archive.read_bytes())
    data[len(data) * part // 40] ^= 0x10
    archive.write_bytes(data)
    expected = folder_contents(full.folder)
    with contextlib.suppress(InvalidInput):
        expected = {}
        restore(archive, other)
        expected = folder_contents(full.folder)
    assert folder_contents(other.folder) == expected
    assert other.home.exists() == bool(expected)


def test_every_verified_byte_is_compared(archive: Path, other: Machine) -> None:
    """Case 15: an intact zip file whose contents are not those of the manifest."""

    def change(members: dict[str, bytes]) -> None:
        members["texts/desk-0001.json"] = members["texts/desk-0001.json"].replace(b"1.", b"2.")

    line = refused(rewritten(archive, change), other)
    assert line.endswith("texts/desk-0001.json: not what the manifest says")


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "/tmp/x",
        "articles/../../x",
        "articles/./x.json",
        "articles//x.json",
        "articles/.hidden.json",
        "articles\\x.json",
        "articles/a/b.json",
        "journal/..",
        "reading.json",
        "articles/x\x1b[2J.json",
        "C:x",
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_a_name_outside_the_library(named: bool, name: str, archive: Path, other: Machine) -> None:
    """No member leaves the library, whether the manifest names it or not."""

    def change(members: dict[str, bytes]) -> None:
        members[name] = b""
        if named:
            manifest = orjson.loads(members[MANIFEST_NAME])
            manifest["files"][name] = manifest["files"]["feeds.opml"]
            members[MANIFEST_NAME] = orjson.dumps(manifest)

    line = refused(rewritten(archive, change), other)
    assert "library file" in line


def test_a_member_missing_in_the_manifest(archive: Path, other: Machine) -> None:
    def change(members: dict[str, bytes]) -> None:
        members["articles/more.json"] = b"{}"

    line = refused(rewritten(archive, change), other)
    assert line.endswith("articles/more.json: not in the manifest")


def test_a_missing_member(archive: Path, other: Machine) -> None:
    line = refused(rewritten(archive, without_feeds), other)
    assert line.endswith("feeds.opml: is missing")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFDIR, stat.S_IFIFO])
def test_a_member_that_is_not_a_regular_file(kind: int, archive: Path, other: Machine) -> None:
    rewritten(archive, without_feeds)
    with ZipFile(archive, "a") as file:
        info = ZipInfo("feeds.opml")
        info.external_attr = (kind | 0o777) << 16
        file.writestr(info, b"/etc/passwd")
    assert refused(archive, other).endswith("feeds.opml: not a regular file")


def test_the_same_name_twice(archive: Path, other: Machine) -> None:
    with ZipFile(archive, "a") as file, pytest.warns(UserWarning, match="Duplicate name"):
        file.writestr("feeds.opml", b"<opml/>")
    assert "two members have the same name" in refused(archive, other)


def test_an_unsupported_compression_method(archive: Path, other: Machine) -> None:
    rewritten(archive, without_feeds)
    with ZipFile(archive, "a") as file:
        file.writestr("feeds.opml", b"<opml/>", zipfile.ZIP_LZMA)
    assert "unsupported compression method" in refused(archive, other)


def test_a_zip_bomb(archive: Path, other: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A member is not unpacked beyond the size in the manifest."""

    def change(members: dict[str, bytes]) -> None:
        members["journal/desk.jsonl"] = bytes(20_000_000)

    written: list[int] = []
    write = os.write

    def counting(descriptor: int, data: Any) -> int:
        written.append(len(data))
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", counting)
    line = refused(rewritten(archive, change), other)
    assert line.endswith("journal/desk.jsonl: larger than the manifest says")
    assert sum(written) < 1_000_000


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"size": 1 << 50}, "the files are too large"),
        ({"size": -1}, "no size, checksum and count"),
        ({"size": "4"}, "no size, checksum and count"),
        ({"size": True}, "no size, checksum and count"),
        ({"items": None}, "no size, checksum and count"),
        ({"sha256": "0" * 63}, "no size, checksum and count"),
        ({"sha256": "0" * 64}, "feeds.opml: not what the manifest says"),
        ({"items": 1}, "feeds.opml: not what the manifest says"),
        ({"size": 8}, "feeds.opml: not what the manifest says"),
        ({"size": 6}, "feeds.opml: larger than the manifest says"),
    ],
)
def test_a_wrong_manifest(
    fields: dict[str, Any], reason: str, archive: Path, other: Machine
) -> None:
    def change(members: dict[str, bytes]) -> None:
        manifest = orjson.loads(members[MANIFEST_NAME])
        manifest["files"]["feeds.opml"] |= fields
        members[MANIFEST_NAME] = orjson.dumps(manifest)

    assert reason in refused(rewritten(archive, change), other)


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        (b"", "manifest.json: "),
        (b"null", "manifest.json: not a manifest"),
        (b'{"files": []}', "manifest.json: not a manifest"),
        (b'{"files": {}}', "manifest.json: not a manifest"),
        (b'{"format": 3, "files": {}}', "made by a newer newstui (format 3)"),
        (b'{"format": 1, "files": {"feeds.opml": 1}}', "feeds.opml: not an object"),
        (b"[" * 100_000, "manifest.json: "),
    ],
    ids=["empty", "null", "list", "no format", "newer", "no object", "deep"],
)
def test_an_invalid_manifest(manifest: bytes, reason: str, archive: Path, other: Machine) -> None:
    """Cases 18, 33: whatever it contains, one line."""

    def change(members: dict[str, bytes]) -> None:
        members[MANIFEST_NAME] = manifest

    assert reason in refused(rewritten(archive, change), other)


def test_some_other_zip_file(tmp_path: Path, other: Machine) -> None:
    with ZipFile(tmp_path / "photos.zip", "w") as file:
        file.writestr("photo.jpg", b"...")
    line = refused(tmp_path / "photos.zip", other)
    assert line.endswith("photos.zip: not a backup: it has no manifest.json")
