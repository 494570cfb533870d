"""Code in the article pane: a sign and a background of its own, colours where the language is named."""

from __future__ import annotations

from typing import Any

import pytest
from textual.app import App

from store.model.article import ParsedArticle
from tests.support.reader import WIDE, Start, make_article
from tests.support.screens import screen_cells, screen_lines
from tui.reader.screen import code_actions
from tui.rendering.code_spans import MAX_CODE_CHARS

CODE = (
    "> Said.\n\nUse `inline`.\n\n```python\nif x:  # why\n\n    pass\n```\n\n```\nif x:  # why\n```"
)


@pytest.fixture
def articles() -> list[ParsedArticle]:
    """Return an article with code, and one whose code is too long for colours."""
    long = "```sql\n" + "select 1;\n" * (MAX_CODE_CHARS // 10) + "\n```\n```sql\nselect 2;\n```"
    return [make_article(1, text=long), make_article(2, text=CODE), make_article(3)]


def drawn(app: App[Any], text: str) -> list[tuple[str, str | None]]:
    """Return the characters of the last line with this text, each with its colour."""
    cells = [row for row in screen_cells(app) if text in "".join(cell.text for cell in row)][-1]
    at = "".join(cell.text for cell in cells).index(text)
    return [
        (cell.text, cell.style.color.name if cell.style.color else None)
        for cell in cells[at : at + len(text)]
    ]


async def test_code_has_colours_where_its_language_is_named(start: Start) -> None:
    async with start() as running:
        await running.press("j", "enter")
        view = running.reader.article_view
        await running.wait_until(lambda: view._code_spans.starts)
        await running.settle()
        lines = screen_lines(running.app)
        quoted = next(line for line in lines if "Said." in line)
        named = next(line for line in lines if "if x:" in line)
        assert "│ Said." in quoted
        assert "┆if x:  # why" in named
        colors = dict.fromkeys(color for _, color in drawn(running.app, "if x:  # why"))
        assert len(colors) == 1, "no language, one colour"
        first = next(row for row in screen_cells(running.app) if "┆" in {c.text for c in row})
        at = next(index for index, cell in enumerate(first) if cell.text == "┆")
        keyword, colon, comment = (first[at + index].style.color for index in (1, 5, 8))
        assert len({keyword, colon, comment}) == 3
        blocks = [row for row in screen_cells(running.app) if "┆" in {cell.text for cell in row}]
        assert len(blocks) == 4, "an empty line of code belongs to it"
        backgrounds = {cell.style.bgcolor for row in blocks for cell in row[-5:-3]}
        assert len(backgrounds) == 1, "its background is as wide as the text"


async def test_code_over_the_limit_is_drawn_without_colours(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A megabyte of code holds up no key: its end is not highlighted."""
    chosen = []
    choose = code_actions._choose_blocks

    def watch(text: str) -> object:
        chosen.append(choose(text))
        return chosen[-1]

    monkeypatch.setattr(code_actions, "_choose_blocks", watch)
    async with start(WIDE) as running:
        await running.press("G", "enter")
        view = running.reader.article_view
        await running.wait_until(lambda: view._code_spans.starts)
        await running.press("G")
        assert len({color for _, color in drawn(running.app, "select 2;")}) == 1
    assert [sum(len(block.text) for block in blocks) for blocks in chosen] == [MAX_CODE_CHARS]


async def test_going_back_to_code_starts_no_process(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with start() as running:
        await running.press("j", "enter")
        view = running.reader.article_view
        await running.wait_until(lambda: view._code_spans.starts)
        monkeypatch.setattr(code_actions, "_find_code_spans", lambda _: 1 / 0)
        await running.press("h", "k", "enter")
        assert not view._code_spans.starts
        await running.press("[")
        assert view._code_spans.starts
