"""Pages without an article text are kept for another try."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from store.feeds import page_cache
from store.feeds.page_cache import KeptPages


def test_pages_are_kept_and_dropped(tmp_path: Path) -> None:
    """Case 101: the page comes back as it was; what is no name of ours leads nowhere."""
    kept = KeptPages(tmp_path)
    kept.keep("a-1", "<p>Für später")
    kept.keep("../b", "<p>outside")
    assert kept.kept("a-1") == "<p>Für später".encode()
    assert [each.name for each in tmp_path.rglob("*.gz")] == ["a-1.html.gz"]
    kept.drop("a-1")
    kept.drop("a-1")
    assert kept.kept("a-1") == kept.kept("../b") == b""


def test_few_and_small_ones_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 101: what is kept has bounds; what is damaged is as good as not kept."""
    monkeypatch.setattr(page_cache, "MOST", 2)
    monkeypatch.setattr(page_cache, "LARGEST", 10)
    kept = KeptPages(tmp_path)
    for number, html in enumerate(("first", "second", "third", "much too large")):
        kept.keep(str(number), html)
        if (path := tmp_path / "pages" / f"{number}.html.gz").exists():
            os.utime(path, (number, number))
    assert [kept.kept(str(number)) for number in range(4)] == [b"", b"second", b"third", b""]
    path.with_name("1.html.gz").write_bytes(b"\x1f\x8b torn")
    assert kept.kept("1") == b""
