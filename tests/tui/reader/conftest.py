"""Fixtures: a small library, and the reader that opens it."""

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
from tui.reader.dialogs import article_preview
from tui.reader.screen import reader_screen, status_actions
from tui.reader.widgets import bars


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker that names the commands whose keys a test presses."""
    config.addinivalue_line("markers", "command(*ids): presses the keys of these commands")


@pytest.fixture(scope="session", autouse=True)
def parsed_stylesheets() -> Iterator[None]:
    """Parse each style sheet once: it is the same for every app."""
    with parse_stylesheets_once():
        yield


@pytest.fixture(autouse=True)
def empty_styles_cache() -> Iterator[None]:
    """Clear the cache in which Textual keeps the styles of a thousand widgets, those of earlier apps included."""
    yield
    StylesCache.get_inner_outer.cache_clear()


@pytest.fixture(autouse=True)
def fixed_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Use the same time zone, terminal and timers on every machine."""
    for name in ("SSH_CONNECTION", "SSH_TTY", "TMUX", "STY", "NO_COLOR", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr(article_preview, "REST_SECONDS", 0.001)
    monkeypatch.setattr(status_actions, "PROGRESS_INTERVAL", 0.001)
    monkeypatch.setattr(bars, "NOTICE_SECONDS", 3600.0)
    monkeypatch.setattr(reader_screen, "REFRESH_INTERVAL", 3600.0)
    monkeypatch.setattr(reader_screen, "ANSWER_INTERVAL", 3600.0)
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def programs(tmp_path: Path) -> FakePrograms:
    """Return the programs that receive URLs and copied text."""
    return FakePrograms(tmp_path)


@pytest.fixture
def articles() -> list[ParsedArticle]:
    """Return twelve articles; 12 is the newest and listed first, 11 is long."""
    articles = [make_article(number) for number in range(1, 13)]
    articles[10] = make_article(11, text=long_text(60))
    return articles


@pytest.fixture
def library(tmp_path: Path, articles: list[ParsedArticle]) -> FolderLibrary:
    """Return the library that the reader opens."""
    return make_library(tmp_path, articles)


@pytest.fixture
def start(library: FolderLibrary, programs: FakePrograms) -> Start:
    """Return a function that starts the reader, by default on `library`."""

    def begin(size: tuple[int, int] = WIDE, **how: Any) -> Any:
        return run_reader(
            how.pop("library", library), how.pop("routes", programs.methods()), size, **how
        )

    return begin
