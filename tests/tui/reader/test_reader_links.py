"""Opening and copying URLs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from store.model.article import ParsedArticle
from tests.support.reader import FakePrograms, Start, make_article, make_library
from tests.support.screens import screen_text
from tui.reader.dialogs.links import LinksView
from tui.reader.dialogs.picker import Picker
from tui.reader.dialogs.text_dialog import TextDialog
from tui.reader.screen.link_actions import ExternalMethods
from tui.rendering.text_layout import ArticleLink
from tui.terminal.browser import OpenMethod
from tui.terminal.clipboard import CopyMethod


@pytest.fixture
def articles() -> list[ParsedArticle]:
    """Return four articles, one for each kind of URL."""
    return [
        make_article(1, url="javascript:alert(1)"),
        make_article(2, url=""),
        make_article(3, title="Tesla [TSLA]: up (a bit)", url="https://news.example/a_(b)"),
        make_article(4),
    ]


@pytest.mark.command("article.open_url")
async def test_open_in_the_browser(start: Start, programs: FakePrograms) -> None:
    """Case 74: one at a time; no key opens a whole list."""
    async with start() as running:
        await running.press("o")
        await running.wait_until(lambda: running.status == "Opened with browser")
        await running.press("j", "enter", "o")
        await running.wait_until(lambda: len(programs.opened) == 2)
        assert programs.opened == ["https://news.example/4", "https://news.example/a_%28b%29"]


@pytest.mark.command("article.copy_url", "article.copy_link")
async def test_copy_url_and_link(start: Start, programs: FakePrograms) -> None:
    async with start() as running:
        await running.press("j", "y")
        await running.wait_until(lambda: running.status == "Passed to clipboard")
        assert programs.copied == ["https://news.example/a_(b)"]
        await running.press("Y")
        await running.wait_until(lambda: len(programs.copied) == 2)
        assert (
            programs.copied[1] == "[Tesla \\[TSLA\\]: up (a bit)](https://news.example/a_%28b%29)"
        )


@pytest.mark.parametrize("key", ["o", "y", "Y"])
async def test_an_article_without_a_url(start: Start, key: str) -> None:
    async with start() as running:
        await running.press("j", "j", key)
        assert running.status == "This article has no URL"


async def test_an_invalid_url_is_not_opened(start: Start, programs: FakePrograms) -> None:
    """Case 66: the reason is shown; it can still be copied."""
    async with start() as running:
        await running.press("G", "o")
        await running.wait_until(lambda: running.status.startswith("Not opened"))
        assert programs.opened == []
        await running.press("y")
        await running.wait_until(lambda: programs.copied)
        assert programs.copied == ["javascript:alert(1)"]


async def test_a_failing_browser_is_reported(start: Start, tmp_path: Path) -> None:
    """Case 72: the article is not marked as read."""
    missing = OpenMethod("command", (str(tmp_path / "none"),))
    async with start(routes=ExternalMethods({}, missing, CopyMethod("terminal"))) as running:
        await running.press("o")
        await running.wait_until(lambda: running.status.startswith("Not opened"))
        assert not running.reader.article_list.selected_row.read


async def test_over_ssh_the_url_is_shown_and_copied(start: Start, programs: FakePrograms) -> None:
    """Case 70: the user always sees what happened, and `y` in the dialog copies again."""
    shown = replace(programs.methods(), open_method=OpenMethod("show"))
    async with start(routes=shown) as running:
        await running.press("o")
        await running.wait_until(lambda: isinstance(running.app.screen, TextDialog))
        await running.settle()
        assert "https://news.example/4" in screen_text(running.app)
        assert programs.copied == ["https://news.example/4"]
        await running.press("y")
        await running.wait_until(lambda: len(programs.copied) == 2)
        await running.press("escape")
        assert running.app.screen is running.reader


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        ("the report", False, ">1 the report             https://a.example/b"),
        ("the report", True, ">1 the report             in the library · h…"),
        ("https://a.example/b", False, ">1 https://a.example/b                       "),
        ("https://a.example/b", True, ">1 in the library · https://a.example/b      "),
    ],
)
def test_a_link_that_is_its_own_text_is_shown_once(text: str, known: bool, expected: str) -> None:
    view = LinksView([ArticleLink(1, text, "https://a.example/b", 0)])
    view.known_numbers = {1} if known else set()
    assert [piece for piece, _ in view.build_line(0, 45)] == [expected]


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        (120, "Open the-bank.with-a-long-name.and-many-parts.evil.example ┃"),
        (50, "Open …ng-name.and-many-parts.evil.example ┃"),
        (40, "Open …nd-many-parts.evil.example ┃"),
    ],
)
async def test_the_end_of_a_long_host_is_never_cut(
    start: Start, tmp_path: Path, columns: int, shown: str
) -> None:
    """It says whose the host is."""
    url = "https://bank@the-bank.with-a-long-name.and-many-parts.evil.example/login"
    library = make_library(tmp_path / "deceptive", [make_article(1, url=url)])
    async with start(library=library, size=(columns, 15)) as running:
        await running.press("o")
        await running.wait_until(lambda: "Deceptive link: user name in" in screen_text(running.app))
        assert shown in screen_text(running.app)


async def test_a_deceptive_url_is_confirmed(
    start: Start, programs: FakePrograms, tmp_path: Path
) -> None:
    """Case 69: the real host is shown before anything opens, and enter means no."""
    url = "https://bank.example@evil.example/login"
    library = make_library(tmp_path / "deceptive", [make_article(1, url=url)])
    async with start(library=library) as running:
        await running.press("o")
        await running.wait_until(lambda: "Open evil.example" in screen_text(running.app))
        await running.press("enter")
        await running.wait_until(lambda: running.status == "Not opened")
        assert programs.opened == []
        await running.press("o")
        await running.wait_until(lambda: isinstance(running.app.screen, Picker))
        await running.press("j", "enter")
        await running.wait_until(lambda: len(programs.opened) == 1)
        assert programs.opened == [url]
