"""Pages without a text are cached for another try."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from store.feeds import resolve_url
from store.feeds.resolve_url import PageCache


def test_pages_are_saved_loaded_and_removed(tmp_path: Path) -> None:
    """Case 101: a page comes back unchanged, and an invalid id leads nowhere."""
    kept = PageCache(tmp_path)
    kept.save("a-1", "<p>Für später")
    kept.save("../b", "<p>outside")
    assert kept.load("a-1") == "<p>Für später".encode()
    assert [each.name for each in tmp_path.rglob("*.gz")] == ["a-1.html.gz"]
    kept.remove("a-1")
    kept.remove("a-1")
    assert kept.load("a-1") == kept.load("../b") == b""


def test_the_cache_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 101: a damaged file is like a missing one."""
    monkeypatch.setattr(resolve_url, "MAX_CACHED_PAGES", 2)
    monkeypatch.setattr(resolve_url, "MAX_CACHED_PAGE_BYTES", 10)
    kept = PageCache(tmp_path)
    for number, html in enumerate(("first", "second", "third", "much too large")):
        kept.save(str(number), html)
        if (path := tmp_path / "pages" / f"{number}.html.gz").exists():
            os.utime(path, (number, number))
    assert [kept.load(str(number)) for number in range(4)] == [b"", b"second", b"third", b""]
    path.with_name("1.html.gz").write_bytes(b"\x1f\x8b torn")
    assert kept.load("1") == b""
