"""Pictures of the whole screen, as text a reviewer can read.

`pytest tests/tui/test_reader_pictures.py --snapshot-update` draws them anew; look at what changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension

import sample_articles
from store.importers.read_files import read_articles
from store.model.article import Body, ParsedArticle
from tests.support.reader import (
    FakePrograms,
    RunningReader,
    Start,
    article_id,
    long_text,
    make_article,
    make_library,
)
from tests.support.screens import picture
from tui.terminal.browser import OpenMethod

SIZES = {"wide": (120, 40), "middle": (80, 24), "narrow": (50, 15), "tiny": (39, 9)}
SAMPLE = Path(sample_articles.__file__).with_name("world-01-sarn-dam-talks-resume.md")
MARKDOWN = """A *paragraph* with **weight**, `code` and [a link](https://x.example/). It is long enough to be broken.

## A heading

- the first point
- the second point, which says more than fits into one line of a narrow screen

> What somebody said about it.

そして日本語の段落もあります。とても長いので、狭い画面では折り返されます。

هذه فقرة عربية تكتب من اليمين إلى اليسار.
"""


class Pictures(SingleFileSnapshotExtension):
    """Keeps each snapshot in a text file."""

    file_extension = "txt"


@pytest.fixture
def pictures(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Return the expected screens."""
    return snapshot.use_extension(Pictures)


@pytest.fixture
def articles() -> list[ParsedArticle]:
    """Return articles with a bit of everything, and one of the samples."""
    return [
        make_article(1, title="The oldest one"),
        make_article(2, title="Tesla [TSLA]: up", category="markets"),
        make_article(3, title="深海の謎の音は「ししおどし」だった", category="科学"),
        make_article(4, title="سكان أسفل النهر يستقبلون الاتفاق", category="world"),
        make_article(5, title="🎏 Letters in the wind", category="culture"),
        marked(make_article(6, title="A long read about tide tables", text=long_text(40))),
        make_article(7, title="How tide tables are made", category="science", words=1700),
        make_article(20, title="The tide tables of the harbour, read aloud", text=MARKDOWN),
        sample(),
    ]


def marked(articles: ParsedArticle) -> ParsedArticle:
    """Return the article as read and starred."""
    return replace(
        articles, reading=replace(articles.reading, read=True, starred=True, read_count=2)
    )


def sample() -> ParsedArticle:
    """Return one of the sample articles."""
    items = list(
        read_articles(SAMPLE.name, BytesIO(SAMPLE.read_bytes()), now="2026-11-20T09:00:00Z")
    )
    assert isinstance(items[0], ParsedArticle)
    articles = items[0]
    return replace(articles, article=replace(articles.article, id=article_id(99)))


async def drawn_after(
    running: RunningReader, keys: Sequence[str], *, styles: bool = False
) -> bytes:
    """Return the screen after these keys, once the side pane has caught up."""
    await running.press(*keys)
    reader = running.reader
    if "side" in reader.panes.layout.visible_panes:
        await running.wait_until(
            lambda: running.side_number == int(reader.state.current_article[-12:])
        )
        await running.settle()
    return picture(running.app, styles=styles).encode()


@pytest.mark.parametrize("name", SIZES)
async def test_first_screen(start: Start, pictures: SnapshotAssertion, name: str) -> None:
    async with start(size=SIZES[name]) as running:
        assert await drawn_after(running, [], styles=True) == pictures


@pytest.mark.parametrize("name", ["wide", "middle", "narrow"])
async def test_article(start: Start, pictures: SnapshotAssertion, name: str) -> None:
    async with start(size=SIZES[name]) as running:
        assert await drawn_after(running, ["enter"], styles=True) == pictures


MIDDLE_STATES = {
    "sample": ["G", "enter", "z"],
    "side": ["i", "j"],
    "help": ["?"],
    "filter": ["f"],
    "category": ["c", "j"],
    "sort": [","],
    "search": ["/", *"tide"],
    "found": ["/", *"tide", "enter", "A"],
    "undo": ["m", "s", "j", "m", "U"],
    "long": ["j", "j", "enter", "space", "space"],
    "links": ["enter", ";"],
}
NARROW_STATES = {
    "side": ["i"], "side-end": ["i", "G"], "help": ["?"], "category": ["c"], "zoom": ["z"],
    "links": ["enter", ";"],
}  # fmt: skip


NO_COLOR_STATES = {
    "article": ["enter"],
    "side": ["i"],
    "picker": ["f", "j"],
    "palette": ["ctrl+p"],
    "search": ["/", "t"],
}


@pytest.mark.parametrize("state", MIDDLE_STATES)
async def test_middle(start: Start, pictures: SnapshotAssertion, state: str) -> None:
    async with start(size=SIZES["middle"]) as running:
        assert await drawn_after(running, MIDDLE_STATES[state]) == pictures


@pytest.mark.parametrize("state", NARROW_STATES)
async def test_narrow(start: Start, pictures: SnapshotAssertion, state: str) -> None:
    async with start(size=SIZES["narrow"]) as running:
        assert await drawn_after(running, NARROW_STATES[state]) == pictures


FORGIVEN_QUERIES = {
    "corrected": "tide tabels ",
    "suggested": "tabels",
    "loosened": "tesla letters ",
}


@pytest.mark.parametrize("query", FORGIVEN_QUERIES)
@pytest.mark.parametrize("size", ["middle", "narrow"])
async def test_forgiving_search(
    start: Start, pictures: SnapshotAssertion, size: str, query: str
) -> None:
    async with start(size=SIZES[size]) as running:
        await running.wait_indexed()
        assert await drawn_after(running, ["/", *FORGIVEN_QUERIES[query]]) == pictures


@pytest.mark.parametrize("state", NO_COLOR_STATES)
async def test_no_color(
    start: Start, pictures: SnapshotAssertion, programs: FakePrograms, state: str
) -> None:
    """Case 128: unread, starred and selected rows and headings are visible without colour."""
    routes = programs.methods({"NO_COLOR": "1"})
    async with start(size=SIZES["middle"], routes=routes) as running:
        await running.press(*NO_COLOR_STATES[state])
        assert await drawn_after(running, [], styles=True) == pictures


async def test_source_without_a_browser(
    start: Start, pictures: SnapshotAssertion, programs: FakePrograms
) -> None:
    """Case 70."""
    routes = replace(programs.methods(), open_method=OpenMethod("show"))
    async with start(size=SIZES["middle"], routes=routes) as running:
        await running.press("o")
        await running.wait_until(lambda: running.app.screen is not running.reader)
        await running.settle()
        assert await drawn_after(running, []) == pictures


async def test_empty_library_with_a_hint(
    start: Start, pictures: SnapshotAssertion, tmp_path: Path
) -> None:
    async with start(
        library=make_library(tmp_path / "none"), size=SIZES["narrow"], hint="A hint stands here."
    ) as running:
        assert await drawn_after(running, []) == pictures


async def test_an_article_with_nothing_in_it(
    start: Start, pictures: SnapshotAssertion, tmp_path: Path
) -> None:
    bare = replace(make_article(1, url="", category=""), body=Body())
    library = make_library(
        tmp_path / "bare", [replace(bare, article=replace(bare.article, date=None))]
    )
    async with start(library=library, size=SIZES["wide"]) as running:
        assert await drawn_after(running, ["enter"]) == pictures
