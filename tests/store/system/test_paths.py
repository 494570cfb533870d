"""The folders of newstui, and the name of this machine."""

from __future__ import annotations

import os
import pwd
import re
import stat
from pathlib import Path

import pytest

from store.model.errors import LibraryUnavailable, NewstuiError
from store.segments.segments import SEGMENT_NAME_PATTERN
from store.system.machine import machine_name
from store.system.paths import platform_paths, redact_database_url

XDG = ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder, and no other setting of folders."""
    for name in XDG:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_default_library(home: Path) -> None:
    paths = platform_paths(os.environ)
    assert all(path.is_relative_to(home) and "newstui" in path.parts for path in paths[:4])
    assert (len(set(paths[:4])), paths.database) == (4, "")


def test_a_library_has_one_cache_however_it_is_spelt(home: Path, tmp_path: Path) -> None:
    default = platform_paths(os.environ)
    (tmp_path / "link").symlink_to(default.library)
    for spelt in (default.library, default.library / ".." / "newstui", tmp_path / "link"):
        assert platform_paths(os.environ, spelt).cache == default.cache
    assert platform_paths(os.environ, tmp_path / "other").cache != default.cache


@pytest.mark.parametrize("name", XDG)
@pytest.mark.parametrize("value", ["", "relative", "./x", "../x"])
def test_relative_folders_are_ignored(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """Case 30."""
    expected = platform_paths(os.environ)
    monkeypatch.setenv(name, value)
    assert platform_paths(os.environ) == expected


def test_absolute_folders_are_used(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in XDG:
        monkeypatch.setenv(name, str(home / name))
    assert [path.parent.name for path in platform_paths(os.environ)[:4]] == list(XDG)


def test_other_libraries_have_their_own_cache(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = platform_paths(os.environ)
    monkeypatch.chdir(home)
    (home / "link").symlink_to("other")
    caches = set()
    for name in ("other", "third", str(home / "other"), "link"):
        paths = platform_paths(os.environ, Path(name))
        assert paths.library == home / name
        assert (paths.state, paths.config) == (own.state, own.config)
        caches.add(paths.cache)
    assert len(caches) == 2
    assert own.cache not in caches
    assert platform_paths(os.environ, own.library) == own


def test_a_machine_keeps_its_name(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.node", lambda: "My Host.example.org")
    name = machine_name(home / "state", {})
    assert re.fullmatch(r"my-host-[0-9a-f]{4}", name)
    assert machine_name(home / "state", {}) == name
    assert machine_name(home / "clone", {}) != name or machine_name(home / "third", {}) != name
    assert stat.S_IMODE((home / "state" / "machine").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "host", ["", "..", "日本", "a" * 200, "UPPER_case", "-x-", "\x1b[31m", "../../etc"]
)
def test_any_host_name_gives_a_file_name(
    home: Path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """Case 42."""
    monkeypatch.setattr("platform.node", lambda: host)
    name = machine_name(home, {})
    assert SEGMENT_NAME_PATTERN.match(f"{name}-0001")
    assert len(name) <= 29


@pytest.mark.parametrize(
    ("given", "name"),
    [("desk", "desk"), ("My Desk!", "my-desk"), ("../x", "x"), ("a" * 99, "a" * 40)],
)
def test_name_from_the_environment(home: Path, given: str, name: str) -> None:
    assert machine_name(home / "none", {"NEWSTUI_MACHINE": given}) == name
    assert not (home / "none").exists()


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe", b"!!!!"])
def test_damaged_ids_are_replaced(home: Path, content: bytes) -> None:
    (home / "machine").write_bytes(content)
    name = machine_name(home, {})
    assert re.search(r"-[0-9a-z]{1,4}\Z", name)
    assert machine_name(home, {}) == name


def test_unusable_folder(home: Path) -> None:
    """Case 29: one line that names the path."""
    (home / "file").write_text("")
    with pytest.raises(LibraryUnavailable, match=r"/file/state"):
        machine_name(home / "file" / "state", {})
    (home / "machine").mkdir()
    with pytest.raises(NewstuiError, match=r"cannot read .*/machine: Is a directory"):
        machine_name(home, {})


@pytest.mark.parametrize("value", ["", "relative", "~"])
def test_home_is_not_a_folder(monkeypatch: pytest.MonkeyPatch, home: Path, value: str) -> None:
    """Case 29: nothing is created in the current folder."""
    monkeypatch.chdir(home)
    monkeypatch.setenv("HOME", value)
    for path in platform_paths(os.environ)[:4]:
        assert path.is_absolute()
        assert not path.is_relative_to(home)


@pytest.mark.parametrize("library", [None, Path("/given")])
def test_no_home_folder(monkeypatch: pytest.MonkeyPatch, library: Path | None) -> None:
    """Case 29: one line, no traceback."""

    def unknown(uid: int) -> None:
        raise KeyError(uid)

    monkeypatch.delenv("HOME")
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    with pytest.raises(LibraryUnavailable, match="there is no home folder"):
        platform_paths(os.environ, library)


@pytest.mark.parametrize(
    ("url", "is_same"),
    [
        ("postgresql://ann@host/news", True),
        ("postgresql://ann:secret@host/news", True),
        ("postgres://ann@HOST:5432/news?sslmode=disable&connect_timeout=3", True),
        ("postgresql:///?user=ann&host=host&dbname=news&password=x", True),
        ("postgresql://ann@host:5433/news", False),
        ("postgresql://bob@host/news", False),
        ("postgresql://ann@host/other", False),
        ("postgresql://host/news", False),
    ],
)
def test_a_library_in_a_database_has_a_cache_without_its_password(url: str, is_same: bool) -> None:
    first = platform_paths(os.environ, database="postgresql://ann:x@host/news")
    paths = platform_paths(os.environ, database=url)
    assert paths.database == url
    assert (paths.cache == first.cache) is is_same
    assert paths.cache.parent.name == "libraries"
    assert paths.library.parent == paths.cache


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://ann@host/news", "postgresql://ann@host/news"),
        ("postgresql:///news?host=/tmp", "postgresql:///news?host=/tmp"),
        ("postgresql://ann:geheim@host/news", "postgresql://ann@host/news"),
        ("postgresql://ann:ge#h/e@im@host/news", "postgresql://ann@host/news"),
        ("postgresql://ann:geheim@[::1/news", "postgresql://ann@[::1/news"),
        ("postgresql://h/n?port=2&password=geheim&sslmode=disable", "postgresql://h/n?port=2"),
        ("postgresql://h/n?%50assword=geheim", "postgresql://h/n"),
    ],
)
def test_the_url_of_a_database_is_shown_without_passwords(url: str, shown: str) -> None:
    assert redact_database_url(url) == shown
