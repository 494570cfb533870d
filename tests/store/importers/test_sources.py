"""Paths and folders become sources; what could hang or cannot be read is rejected."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from store.importers.read_files import (
    NO_ARTICLES_REASON,
    ImportSource,
    find_sources,
    read_source,
)
from store.model.article import ParsedArticle, Rejection

NOW = "2031-05-06T07:08:09Z"


def names(paths: list[Path]) -> list[str]:
    return [item.path.name for item in find_sources(paths) if isinstance(item, ImportSource)]


def test_a_folder_is_read_in_order(tmp_path: Path) -> None:
    for name in ("b.md", "a.txt", "c.JSON", "d.exe", ".hidden.md", "noext", "sub/e.html"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("text")
    for name in (".git/f.md", "sub/deep/er/g.ndjson"):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text("text")
    assert names([tmp_path]) == ["a.txt", "b.md", "c.JSON", "e.html", "g.ndjson"]
    assert names([tmp_path / "d.exe", tmp_path / "sub"]) == ["d.exe", "e.html", "g.ndjson"]


def test_links_to_folders_are_followed_only_if_named(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.md").write_text("text")
    (tmp_path / "in" / "loop").symlink_to(tmp_path)
    (tmp_path / "named").symlink_to(tmp_path / "in")
    assert names([tmp_path]) == ["a.md"]
    assert names([tmp_path / "named"]) == ["a.md"]


def test_pipes_devices_and_sockets_are_rejected_unopened(tmp_path: Path) -> None:
    """Case 102: nothing hangs."""
    pipe, place = tmp_path / "pipe.md", tmp_path / "socket.md"
    os.mkfifo(pipe)
    (tmp_path / "link.md").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as listener:
        previous = Path.cwd()
        os.chdir(tmp_path)  # the path of a socket may not be long
        try:
            listener.bind("socket.md")
        finally:
            os.chdir(previous)
        named = list(find_sources([pipe, Path("/dev/null"), place]))
        assert [item.reason for item in named if isinstance(item, Rejection)] == [
            "not a regular file"
        ] * 3
        inside = list(find_sources([tmp_path]))
        assert len(inside) == 3
        assert all(isinstance(item, Rejection) for item in inside)


def test_a_pipe_that_replaces_a_file_does_not_hang(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("text")
    (source,) = find_sources([path])
    assert isinstance(source, ImportSource)
    path.unlink()
    os.mkfifo(path)
    assert list(read_source(source, now=NOW)) == [Rejection(str(path), "not a regular file")]


def test_missing_and_unreadable_files_are_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 102: one line each, the others continue."""
    good, locked = tmp_path / "good.md", tmp_path / "locked.md"
    for path in (good, locked):
        path.write_text("text")
    monkeypatch.setattr(os, "access", lambda path, _mode: path != locked)
    (tmp_path / "dangling.md").symlink_to(tmp_path / "nowhere")
    gone = tmp_path / "gone.md"
    found = list(find_sources([gone, locked, tmp_path / "dangling.md", Path("a\0b"), good]))
    assert [item.reason for item in found if isinstance(item, Rejection)] == [
        "No such file or directory",
        "Permission denied",
        "No such file or directory",
        "embedded null byte",
    ]
    assert isinstance(found[-1], ImportSource)
    assert found[-1].size == 4
    inside = [item for item in find_sources([tmp_path]) if isinstance(item, Rejection)]
    assert [Path(item.location).name for item in inside] == ["dangling.md", "locked.md"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_folder_is_rejected(tmp_path: Path) -> None:
    tmp_path.joinpath("a").mkdir(mode=0)
    assert list(find_sources([tmp_path])) == [Rejection(str(tmp_path / "a"), "Permission denied")]


def test_a_folder_without_articles_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "a.exe").write_text("text")
    assert list(find_sources([tmp_path])) == [Rejection(str(tmp_path), NO_ARTICLES_REASON)]


def test_names_are_sanitized(tmp_path: Path) -> None:
    """Case 45: a file name is text from outside too."""
    path = tmp_path / "a\x1b[2J\udcff.md"
    path.write_text("text")
    (source,) = find_sources([path])
    assert isinstance(source, ImportSource)
    assert "\x1b" not in source.display_name
    assert source.display_name.encode()
    (missing,) = find_sources([tmp_path / "\x1b[2J"])
    assert isinstance(missing, Rejection)
    assert "\x1b" not in missing.location


def test_a_source_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("# The ferry\n\nIt sails.")
    (source,) = find_sources([path])
    assert isinstance(source, ImportSource)
    (found,) = read_source(source, source="sample", now=NOW)
    assert isinstance(found, ParsedArticle)
    assert (found.article.title, found.article.source) == ("The ferry", "sample")
    path.unlink()
    assert list(read_source(source, now=NOW)) == [Rejection(str(path), "No such file or directory")]
