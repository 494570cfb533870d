"""Links that seem to lead elsewhere than they do."""

from __future__ import annotations

import pytest

from store.model.article import ParsedArticle
from tests.support.reader import FakePrograms, Start, make_article
from tests.support.screens import screen_text
from tui.reader.dialogs.picker import Picker


@pytest.fixture
def found() -> list[ParsedArticle]:
    """One article, whose URL has another host than it seems."""
    return [make_article(1, url="https://bank.example@evil.example/login")]


async def test_its_real_host_is_shown_first(start: Start, outside: FakePrograms) -> None:
    """Case 69: nothing opens before that was seen, and no is what enter means."""
    async with start() as running:
        await running.press("o")
        await running.wait_until(lambda: "Open evil.example" in screen_text(running.app))
        await running.press("enter")
        await running.wait_until(lambda: running.status == "Not opened")
        assert outside.opened == []
        await running.press("o")
        await running.wait_until(lambda: isinstance(running.app.screen, Picker))
        await running.press("k", "enter")
        await running.wait_until(lambda: len(outside.opened) == 1)
        assert outside.opened == ["https://bank.example@evil.example/login"]
