"""The rows of the list: how much of the titles is seen, and the names of their sources."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from store.feeds.subscriptions import Subscription, update_subscriptions
from store.library.folder import FolderLibrary
from tests.support.reader import NOW, Start, make_article, make_library
from tests.support.screens import screen_lines
from tui.services import open_sample_library

CUT_TITLE = re.compile("…(?! ·)")
"""The name of a source, too, may be cut."""
HARBOUR, QUAY = "https://harbour.example/rss", "https://quay.example/rss"


@pytest.mark.parametrize("size", [(120, 40), (200, 50)])
async def test_nearly_all_sample_titles_are_whole(start: Start, size: tuple[int, int]) -> None:
    with open_sample_library(lambda: NOW) as library:
        async with start(size, library=library) as running:
            view, cut = running.reader.article_list, 0
            for y in range(view.virtual_size.height):
                line = "".join(text for text, _ in view.build_line(y, view.size.width))
                cut += CUT_TITLE.search(line) is not None
            assert len(view.rows) == 28
            assert cut <= 3


@pytest.fixture
def feeds(tmp_path: Path) -> FolderLibrary:
    """Return a library with the articles of two feeds."""
    articles = [
        make_article(
            n, title=f"Tide {n}", category="north", extra={"feed": HARBOUR if n % 2 else QUAY}
        )
        for n in range(1, 5)
    ]
    library = make_library(tmp_path / "feeds", articles)
    update_subscriptions(
        tmp_path / "feeds" / "library",
        [Subscription(HARBOUR, "Harbour News"), Subscription(QUAY, "Quay")],
    )
    return library


@pytest.mark.parametrize("size", [(120, 40), (100, 24), (80, 24), (50, 20)])
async def test_a_renamed_feed_has_its_new_name_in_every_row(
    start: Start, feeds: FolderLibrary, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with start(size, library=feeds) as running:
        width = running.reader.article_list.size.width
        lines = [line[:width] for line in screen_lines(running.app)]
        assert sum("Harbour News" in line for line in lines) == 2
        assert sum(" Quay " in line for line in lines) == 2
        assert not any(" north " in line for line in lines)
        update_subscriptions(tmp_path / "feeds" / "library", [Subscription(HARBOUR, "Tide Watch")])
        await running.refresh()
        lines = screen_lines(running.app)
        assert sum("Tide Watch" in line[:width] for line in lines) == 2
        assert not any("Harbour News" in line for line in lines)


async def test_names_of_sources_are_not_shown_where_all_are_the_same(
    start: Start, library: FolderLibrary
) -> None:
    async with start((120, 40), library=library) as running:
        width = running.reader.article_list.size.width
        assert not any("news.example" in line[:width] for line in screen_lines(running.app))


async def test_a_renamed_feed_has_its_new_name_in_head_and_details(
    start: Start, feeds: FolderLibrary, tmp_path: Path
) -> None:
    async with start((120, 40), library=feeds) as running:
        await running.press("j", "enter")
        width = running.reader.article_list.size.width
        for name in ("Harbour News", "Tide Watch"):
            update_subscriptions(tmp_path / "feeds" / "library", [Subscription(HARBOUR, name)])
            await running.refresh()
            beside = [line[width:] for line in screen_lines(running.app)]
            assert any(f" {name} · Nov. 3, 2026 · 1 min" in line for line in beside)
            assert any(f"source    {name}" in line for line in beside)
