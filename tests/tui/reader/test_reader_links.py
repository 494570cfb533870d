"""Opening sources and copying them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from store.model.article import ParsedArticle
from tests.support.reader import FakePrograms, Start, make_article
from tests.support.screens import screen_text
from tui.reader.dialogs.text_dialog import TextDialog
from tui.reader.screen.link_actions import ExternalMethods
from tui.terminal.browser import OpenMethod
from tui.terminal.clipboard import CopyMethod


@pytest.fixture
def found() -> list[ParsedArticle]:
    """Four articles whose URLs are one of each kind."""
    return [
        make_article(1, url="javascript:alert(1)"),
        make_article(2, url=""),
        make_article(3, title="Tesla [TSLA]: up (a bit)", url="https://news.example/a_(b)"),
        make_article(4),
    ]


@pytest.mark.command("article.open_url")
async def test_the_source_opens_in_the_browser(start: Start, outside: FakePrograms) -> None:
    """Case 74: one at a time; no key opens all of a list."""
    async with start() as running:
        await running.press("o")
        await running.wait_until(lambda: running.status == "Opened with browser")
        await running.press("j", "enter", "o")
        await running.wait_until(lambda: len(outside.opened) == 2)
        assert outside.opened == ["https://news.example/4", "https://news.example/a_%28b%29"]


@pytest.mark.command("article.copy_url", "article.copy_link")
async def test_url_and_link_are_copied(start: Start, outside: FakePrograms) -> None:
    async with start() as running:
        await running.press("j", "y")
        await running.wait_until(lambda: running.status == "Copied")
        assert outside.copied == ["https://news.example/a_(b)"]
        await running.press("Y")
        await running.wait_until(lambda: len(outside.copied) == 2)
        assert outside.copied[1] == "[Tesla \\[TSLA\\]: up (a bit)](https://news.example/a_%28b%29)"


@pytest.mark.parametrize("key", ["o", "y", "Y"])
async def test_without_a_url_there_is_nothing_to_open(start: Start, key: str) -> None:
    async with start() as running:
        await running.press("j", "j", key)
        assert running.status == "This article has no URL"


async def test_a_url_that_is_not_one_is_refused(start: Start, outside: FakePrograms) -> None:
    """Case 66: and the reason is said; it can still be copied."""
    async with start() as running:
        await running.press("G", "o")
        await running.wait_until(lambda: running.status.startswith("Not opened"))
        assert outside.opened == []
        await running.press("y")
        await running.wait_until(lambda: outside.copied)
        assert outside.copied == ["javascript:alert(1)"]


async def test_a_browser_that_fails_is_told(start: Start, tmp_path: Path) -> None:
    """Case 72: and the article is not marked read by it."""
    missing = OpenMethod("command", (str(tmp_path / "none"),))
    async with start(routes=ExternalMethods({}, missing, CopyMethod("terminal"))) as running:
        await running.press("o")
        await running.wait_until(lambda: running.status.startswith("Not opened"))
        assert not running.reader.article_list.selected_row.read


async def test_over_ssh_the_url_is_shown_and_copied(start: Start, outside: FakePrograms) -> None:
    """Case 70: never silent, and `y` in the dialog copies it once more."""
    shown = replace(outside.methods(), open_method=OpenMethod("show"))
    async with start(routes=shown) as running:
        await running.press("o")
        await running.wait_until(lambda: isinstance(running.app.screen, TextDialog))
        await running.settle()
        assert "https://news.example/4" in screen_text(running.app)
        assert outside.copied == ["https://news.example/4"]
        await running.press("y")
        await running.wait_until(lambda: len(outside.copied) == 2)
        await running.press("escape")
        assert running.app.screen is running.reader
