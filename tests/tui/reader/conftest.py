"""The reader on a small library of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual._styles_cache import StylesCache

from store.library.folder import FolderLibrary
from store.model.article import ParsedArticle
from tests.support.reader import (
    WIDE,
    FakePrograms,
    Start,
    long_text,
    make_article,
    make_library,
    parse_stylesheets_once,
    run_reader,
)
from tui.reader.screen import reader_screen, side_pane_actions


def pytest_configure(config: pytest.Config) -> None:
    """Know the mark that says which commands a test presses the keys of."""
    config.addinivalue_line("markers", "command(*ids): presses the keys of these commands")


@pytest.fixture(scope="session", autouse=True)
def style_sheets() -> Iterator[None]:
    """A style sheet is the same for every app."""
    with parse_stylesheets_once():
        yield


@pytest.fixture(autouse=True)
def nothing_drawn_is_kept() -> Iterator[None]:
    """Textual remembers what a thousand widgets have drawn, those of earlier apps too."""
    yield
    StylesCache.get_inner_outer.cache_clear()


@pytest.fixture(autouse=True)
def own_surroundings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same on every machine: time zone, terminal, and timers that wait to be asked."""
    for name in ("SSH_CONNECTION", "SSH_TTY", "TMUX", "STY", "NO_COLOR", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr(side_pane_actions, "PREVIEW_DELAY", 0.001)
    monkeypatch.setattr(reader_screen, "REFRESH_INTERVAL", 3600.0)
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def outside(tmp_path: Path) -> FakePrograms:
    """Where URLs and copied text end up."""
    return FakePrograms(tmp_path)


@pytest.fixture
def found() -> list[ParsedArticle]:
    """Twelve articles; 12 is the newest and stands first, 11 is a long one."""
    articles = [make_article(number) for number in range(1, 13)]
    articles[10] = make_article(11, text=long_text(60))
    return articles


@pytest.fixture
def library(tmp_path: Path, found: list[ParsedArticle]) -> FolderLibrary:
    """The library the reader opens."""
    return make_library(tmp_path, found)


@pytest.fixture
def start(library: FolderLibrary, outside: FakePrograms) -> Start:
    """What starts the reader, on the library or on another."""

    def begin(size: tuple[int, int] = WIDE, **how: Any) -> Any:
        return run_reader(
            how.pop("library", library), how.pop("routes", outside.methods()), size, **how
        )

    return begin
