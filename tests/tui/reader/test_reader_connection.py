"""A library whose server goes away and comes back: the reader says so, and loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from store.library.folder import FolderLibrary
from store.model.article import ArticleRow, FullArticle, ParsedArticle, SimilarArticle
from store.model.errors import LibraryUnavailable
from store.model.results import Counts, ExternalChanges
from store.model.times import system_clock
from store.search.list_query import ListQuery
from tests.support.closing import keep_open
from tests.support.reader import TIMEOUT, Start, article_id, key_event, make_library
from tui.reader.screen import reader_screen, status_actions

LOST = "no connection: Connection refused; trying again (postgresql://ann@news.example/news)"


class RemoteLibrary(FolderLibrary):
    """A library that answers nothing while its server is away."""

    lost = ""
    changed: Callable[[], None]

    @property
    def read_only_reason(self) -> str:
        """The reason why it is away."""
        return self.lost

    def watch(self, changed: Callable[[], None]) -> None:
        """Keep what is to be called."""
        self.changed = changed

    def lose(self, reason: str = LOST) -> None:
        """Lose the connection, or get it back."""
        self.lost = reason
        self.changed()

    def _ask(self) -> None:
        if self.lost:
            raise LibraryUnavailable(self.lost)

    def refresh(self) -> ExternalChanges:
        """Refresh, if the server is there."""
        self._ask()
        return super().refresh()

    def listing(self, query: ListQuery) -> Any:
        """List, if the server is there."""
        self._ask()
        return super().listing(query)

    def similar(self, entry: FullArticle) -> tuple[SimilarArticle, ...]:
        """Find similar articles, if the server is there."""
        self._ask()
        return super().similar(entry)

    def get_article(self, article: str) -> FullArticle:
        """Return an article, if the server is there."""
        self._ask()
        return super().get_article(article)

    def counts(self, queries: Mapping[str, ListQuery]) -> Mapping[str, Counts]:
        """Count, if the server is there."""
        self._ask()
        return super().counts(queries)

    def record(self, event: str, articles: Sequence[str], **data: Any) -> Mapping[str, ArticleRow]:
        """Record, if the server is there."""
        self._ask()
        return super().record(event, articles, **data)


@pytest.fixture
def remote(tmp_path: Path, articles: list[ParsedArticle]) -> RemoteLibrary:
    """A library with a server."""
    make_library(tmp_path, articles).close()
    library = RemoteLibrary(tmp_path / "library", tmp_path / "cache", "desk", system_clock)
    keep_open(library)
    return library


async def test_what_is_there_stays_while_the_server_is_away(
    start: Start, remote: RemoteLibrary, tmp_path: Path
) -> None:
    """Case 133: what was loaded can be read."""
    async with start(library=remote) as running:
        await running.press("enter")
        assert running.opened_number == 12
        remote.lose()
        await running.settle()
        assert "no connection: Connection refused" in running.status
        assert running.reader.state.read_only_reason == LOST
        await running.press("escape", "m")  # a mark
        assert "no connection: Connection refused" in running.status
        await running.press("j", "enter")  # loaded ahead
        assert running.opened_number == 11
        await running.press("escape", "G", "enter")
        assert running.opened_number == 0
        assert (running.selected_number, running.status) == (1, LOST)
        assert len(running.reader.article_list.rows) == 12
        for _ in range(3):
            await running.refresh()
        remote.lose("")
        await running.settle()
        assert running.status == "Changes are saved again"
        assert not running.reader.state.read_only_reason
        assert running.opened_number == 1  # which was asked for
        await running.press("s")
        assert running.reader.article_list.selected_row.starred
    other = make_library(tmp_path)
    for _ in other.load():
        pass
    row = other.get_row(article_id(1))
    assert row is not None
    assert row.starred


async def test_who_went_on_is_not_called_back(start: Start, remote: RemoteLibrary) -> None:
    """An article that could not be opened is not opened once another one is selected."""
    async with start(library=remote) as running:
        remote.lose()
        await running.press("G", "enter", "escape", "k")
        await running.wait_until(lambda: running.shown_number == 0)
        remote.lose("")
        await running.settle()
        await running.wait_until(lambda: running.shown_number == 2)
        assert running.opened_number == 0
        assert running.reader.state.current_pane == "list"


async def test_similar_articles_are_found_when_the_server_is_back(
    start: Start, remote: RemoteLibrary
) -> None:
    async with start(library=remote) as running:
        await running.wait_indexed()
        remote.lose()
        await running.press("j", "enter")  # loaded ahead
        await running.wait_until(lambda: running.side_number == 11 and running.status == LOST)
        assert running.reader.side_pane.similar is None
        remote.lose("")
        await running.wait_until(lambda: running.reader.side_pane.similar is not None)
        assert running.side_number == running.opened_number == 11


async def test_changes_of_others_come_at_once(
    start: Start, remote: RemoteLibrary, tmp_path: Path
) -> None:
    async with start(library=remote) as running:
        other = make_library(tmp_path, machine="lap")
        for _ in other.load():
            pass
        other.record("read", [article_id(12)])
        remote.changed()
        await running.settle()
        assert running.reader.article_list.rows[0].read


async def test_a_library_that_does_not_answer(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network folder hangs: the bottom line says so until it answers, and keys have their effect."""
    monkeypatch.setattr(reader_screen, "ANSWER_INTERVAL", 0.005)
    monkeypatch.setattr(status_actions, "SLOW_ANSWER", 0.001)
    answers = Event()
    async with start() as running:
        running.reader.gateway._worker.submit(lambda: answers.wait(TIMEOUT))
        await running.wait_until(lambda: "waiting for the library" in running.status)
        for key in ("G", "enter"):
            running.app.post_message(key_event(key))
        await running.wait_until(lambda: running.shown_number == running.side_number == 0)
        assert (running.selected_number, running.reader.state.current_pane) == (1, "article")
        await running.wait_until(lambda: "%" not in running.status)  # nothing of it has been seen
        assert "waiting for the library" in running.status
        answers.set()
        await running.wait_until(lambda: "waiting for" not in running.status)
        assert running.shown_number == 1
