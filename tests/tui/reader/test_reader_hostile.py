"""Nothing in an article affects the terminal or the reader: every field, on every screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.message import Message

from store.model.article import Article, Body, ParsedArticle, ReadingStatus
from store.model.results import UndoableChange
from store.text.clean import clean_line
from store.text.clean_unicode import CLEAN_TEXT_PATTERN
from tests.support.reader import NARROW, WIDE, Start, make_library
from tests.support.screens import screen_text
from tui.reader.gateway import messages
from tui.reader.screen.link_actions import ExternalMethods
from tui.terminal.browser import OpenMethod
from tui.terminal.clipboard import CopyMethod

PROBES = (
    "\x1b[31mred\x1b[0m", "\x1b[2J\x1b[H", "\x1b]52;c;ZWNobw==\x07", "\x1b]2;owned\x07",
    "\x1b]8;;https://evil.example\x1b\\x\x1b]8;;\x1b\\", "\x1bP$q\"p\x1b\\", "\x1b_Gf=100;A\x1b\\",
    "\x1bc", "\x1b[6n", "\x9b31mc1\x9b0m", "\x9d2;title\x9c", "\x00\x07\x08\x0b\x0c\x0e\x7f",
    "a\rb\nc\td\x85e\u2028f", "\u202egpj.exe\u202c\u2066x\u2069\u200f", "\u200b\u2060\ufeff\xad",
    "👩" + "\u200d" * 50 + "👩", "Z" + "\u0301" * 200, "\U000e0041\U000e007f",
    "[@click=app.quit]x[/]", "[/]", "[/foo]", '[a="b]', "[red]x[/blue]", "[link=file:///]x",
    "Tesla [TSLA]: up", "[$x] [[a]] \\[b] [1]", "&#27;[31m", "%s {0} $HOME",
)  # fmt: skip
POISON = " ".join(PROBES)


@pytest.fixture
def articles() -> list[ParsedArticle]:
    """Return an article for every probe, with the probe in each field, and one with all probes."""
    return [poisoned(number, probe) for number, probe in enumerate([*PROBES, POISON], 1)]


def poisoned(number: int, probe: str) -> ParsedArticle:
    """Return an article whose every field is the probe; its date decides its place in the list."""
    article = Article(
        id=f"00000000-0000-4000-8000-{number:012d}",
        title=f"{number} {probe} end",
        category=f"c {probe}",
        url=f"https://news.example/{probe}",
        authors=(f"author {probe}", probe),
        tags=(probe,),
        date=f"2026-10-{number:02d}",
        words=30,
        language=probe,
        source=probe,
    )
    text = f"Text {probe} one.\n\n## {probe}\n\n> {probe}\n\n- [{probe}](https://x.example/{probe})"
    return ParsedArticle(
        article, Body(text, f"Summary {probe}.", "import", True, (f"No {probe}",)), ReadingStatus()
    )


def assert_clean(running: Any) -> str:
    """Assert that `store.text.clean` lets every character of the screen through; return the screen."""
    text = screen_text(running.app)
    bad = {char for char in text if not CLEAN_TEXT_PATTERN.fullmatch(char) and char != "\n"}
    assert not bad, ascii(bad)
    assert "\u200d\u200d" not in text
    assert running.app.is_running
    return text


KEYS = [
    [], ["G"], ["enter"], ["j", "enter", "i"], ["i"], ["c"], ["c", "G"], ["f"], [","], ["?"], ["m", "s", "U"],
    ["enter", "1", "o"], ["G", "1"], ["/", "[", "/", "b", "]"], ["A", "u"], ["z", "J", "J"], ["y"],
]  # fmt: skip


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=str)
async def test_no_screen_shows_control_characters(start: Start, size: tuple[int, int]) -> None:
    """Cases 45 to 52, 59 to 61: every screen, dialog and message of the reader."""
    async with start(size=size) as running:
        for keys in KEYS:
            await running.press(*keys)
            assert_clean(running)
            while running.app.screen is not running.reader:
                await running.press("escape")
            await running.press("escape", "escape", "g")
            running.reader.panes.is_zoomed = False


async def test_every_article_opens_and_scrolls(start: Start, articles: list[ParsedArticle]) -> None:
    """Cases 45 to 52, 60: each probe alone, to the end of text and side pane.

    Its title is the cleaned one, char for char, brackets and all, in the list and above the text.
    """
    async with start(size=(75, 40)) as running:
        text = screen_text(running.app)
        for each in articles[:-1]:
            assert f"{clean_line(each.article.title)} " in text, ascii(each.article.title)
        await running.press("enter")
        for each in reversed(articles):
            text = assert_clean(running)
            assert each is articles[-1] or f" {clean_line(each.article.title)} " in text
            await running.press_at_once("tab", "G")
            assert_clean(running)
            await running.press_at_once("shift+tab", "J")
        assert running.opened_number == 1


async def test_clicking_on_markup_does_nothing(start: Start, articles: list[ParsedArticle]) -> None:
    """Case 59: `[@click=app.quit]` is text, wherever it is clicked."""
    quitting = next(i for i, each in enumerate(PROBES, 1) if "@click" in each)
    async with start(size=(112, 40)) as running:
        await running.press("/")
        await running.type("click=")
        await running.press("enter", "enter")
        assert running.opened_number in (quitting, len(articles))
        lines = screen_text(running.app).split("\n")
        spots = [
            (line.index("@click") + shift, y)
            for y, line in enumerate(lines)
            if "@click" in line
            for shift in (0, 8)
        ]
        assert len(spots) > 4
        for spot in spots:
            await running.pilot.click(offset=spot)
        await running.settle()
        assert running.app.is_running
        assert running.app.return_code is None


MESSAGES: dict[str, Callable[[], Message]] = {
    "backup": lambda: messages.BackupFailed(clean_line(POISON)),
    "failure": lambda: messages.OperationFailed(clean_line(POISON)),
    "undo list": lambda: messages.UndoHistoryListed(
        [UndoableChange("edited", ("x",), "2026-01-01T00:00:00Z", {"to": {POISON: POISON}})],
        {"x": clean_line(POISON)},
    ),
}


@pytest.mark.parametrize("name", MESSAGES)
async def test_messages_are_text(start: Start, name: str) -> None:
    """Case 61: brackets in messages of the library are shown as text."""
    async with start() as running:
        running.reader.post_message(MESSAGES[name]())
        await running.settle()
        assert_clean(running)


async def test_urls_in_dialogs_are_text(start: Start, tmp_path: Path) -> None:
    """Cases 61, 62: the dialog that shows a URL, the status line that rejects one."""
    probes = ("[/]", "[/foo]", '[a="b]', "[red]x[/blue]", "\x1b[31m[@click=app.quit]")
    urls = [
        f"{scheme}:///{probe}" for probe in probes for scheme in ("file", "https://news.example")
    ]
    plain = (poisoned(number, "") for number in range(1, len(urls) + 1))
    articles = [
        replace(each, article=replace(each.article, url=url))
        for each, url in zip(plain, urls, strict=True)
    ]
    routes = ExternalMethods({}, OpenMethod("show"), CopyMethod("terminal"))
    library = make_library(tmp_path / "urls", articles)
    async with start(library=library, routes=routes) as running:
        for _ in probes:
            await running.press("o")
            await running.wait_until(lambda: running.app.screen is not running.reader)
            await running.settle()
            assert_clean(running)
            assert "news.example" in screen_text(running.app)
            await running.press("escape", "j", "o")
            await running.wait_until(lambda: running.status.startswith("Not opened"))
            assert_clean(running)
            await running.press("j")
            running.reader.status_line.show_notice("")


async def test_a_folder_with_a_hostile_name(start: Start, tmp_path: Path) -> None:
    """Case 62: the name of a damaged file in a message."""
    folder = tmp_path / "\x1b]2;x\x07[/b]\u202e"
    make_library(folder, [poisoned(1, "")])
    next((folder / "library" / "articles").glob("*.json")).write_text("{")
    async with start(library=make_library(folder)) as running:
        assert "was damaged" in running.status
        assert_clean(running)
