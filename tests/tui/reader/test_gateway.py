"""The gateway: jobs for the library on one worker thread, answers as messages."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from textual.message import Message

from store.backup.archive import BackupProgress
from store.library.folder import FolderLibrary
from store.model.article import ParsedArticle
from store.model.errors import LibraryDamaged
from store.model.results import ExternalChanges, LoadProgress, UndoableChange
from store.search.list_query import ListQuery
from tests.support.reader import NOW, article_id, make_article, make_library
from tui.reader.gateway import BackgroundJob, Gateway, messages
from tui.reader.gateway import lists as lists_module
from tui.reader.gateway.messages import ListRequest
from tui.rendering.wording import summarize_change

WAIT = 5.0
USED = (
    "listing", "get_article", "similar", "insights", "record", "undo", "undoable", "by", "counts", "get_row", "tags",
    "title", "refresh", "close",
)  # fmt: skip
"""Library methods that the gateway calls in these tests."""


class Client:
    """A gateway and the messages it posted."""

    def __init__(self, library: FolderLibrary, background: BackgroundJob | None = None) -> None:
        self.answers: list[Message] = []
        self.gateway = Gateway(library, self.answers.append, background)

    def answered(self) -> list[Message]:
        """Return all messages, once the gateway is idle."""
        done = threading.Event()
        while self.gateway.is_busy:
            done.wait(0.001)
        return self.answers

    def of(self, kind: type[Any]) -> list[Any]:
        """Return the messages of one type."""
        return [answer for answer in self.answered() if isinstance(answer, kind)]


@pytest.fixture
def articles() -> list[ParsedArticle]:
    return [make_article(number) for number in range(1, 4)]


@pytest.fixture
def client(library: FolderLibrary) -> Iterator[Client]:
    """A gateway that has loaded its library."""
    client = Client(library)
    client.gateway.lists.load(ListRequest(ListQuery()))
    client.answered()
    yield client
    client.gateway.close()


def test_loading_ends_with_a_list_and_the_state_of_the_library(client: Client) -> None:
    kinds = [type(answer) for answer in client.answers]
    assert kinds[0] is messages.Progressed
    kinds = [kind for kind in kinds if kind not in (messages.Progressed, messages.IndexEnded)]
    assert kinds[-2:] == [messages.RowsListed, messages.LibraryLoaded]
    assert [row.id for row in client.of(messages.RowsListed)[0].rows] == [
        article_id(3), article_id(2), article_id(1),
    ]  # fmt: skip
    assert client.of(messages.LibraryLoaded)[0] == messages.LibraryLoaded("", ())


def test_first_rows_are_listed_while_the_library_loads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 25: the first list does not depend on the size of the library."""
    monkeypatch.setattr(lists_module, "FIRST_LIST_ROWS", 2)
    monkeypatch.setattr(lists_module, "LOAD_LIST_INTERVAL", 3600.0)

    class Stepwise(FolderLibrary):
        def load(self) -> Iterator[LoadProgress]:
            for loaded in super().load():
                yield from (LoadProgress(loaded.article_count, step, 5) for step in range(5))

    library = make_library(tmp_path, [make_article(1), make_article(2)])
    client = Client(Stepwise(tmp_path / "library", tmp_path / "cache", "desk", lambda: NOW))
    client.gateway.lists.load(ListRequest(ListQuery()))
    kinds = [type(answer) for answer in client.answered()]
    first = kinds.index(messages.RowsListed)
    assert first < len(kinds) - 4
    assert kinds.count(messages.RowsListed) == 2, "and again only at the end"
    client.gateway.close()
    library.close()


def test_superseded_queries_are_skipped(client: Client) -> None:
    release = threading.Event()
    client.gateway._worker.submit(lambda: release.wait(WAIT))
    for words in ("a", "ar", "art"):
        client.gateway.lists.list_rows(ListRequest(ListQuery(text=words)))
    release.set()
    assert [answer.request.query.text for answer in client.of(messages.RowsListed)[1:]] == ["art"]


@pytest.mark.parametrize("is_list_changed", [False, True])
def test_unread_articles_are_read_in_batches_between_which_keys_are_answered(
    client: Client, monkeypatch: pytest.MonkeyPatch, *, is_list_changed: bool
) -> None:
    monkeypatch.setattr("tui.actions.triage_queue.BATCH_SIZE", 1)
    client.answers.clear()
    release = threading.Event()
    client.gateway._worker.submit(lambda: release.wait(WAIT))
    client.gateway.lists.list_unread(1)
    if is_list_changed:
        client.gateway.lists.list_rows(ListRequest(ListQuery("starred")))
    else:
        client.gateway.changes.toggle_flag("starred", [article_id(1)])
    release.set()
    kinds = [type(answer) for answer in client.answered()]
    first = messages.RowsListed if is_list_changed else messages.RowsChanged
    assert kinds[0] is first
    assert (messages.UnreadListed in kinds) is not is_list_changed
    if not is_list_changed:
        (listed,) = client.of(messages.UnreadListed)
        assert [each.id for each in listed.articles] == [article_id(each) for each in (2, 1, 3)]


def test_only_the_worker_thread_uses_the_library(
    client: Client, library: FolderLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 43: the library needs no locks."""
    threads: set[int] = set()

    def record_thread(name: str) -> Callable[..., Any]:
        real = getattr(library, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            threads.add(threading.get_ident())
            return real(*args, **kwargs)

        return call

    entry = library.get_article(article_id(1))
    for name in USED:
        monkeypatch.setattr(library, name, record_thread(name))
    gateway, first = client.gateway, article_id(1)
    gateway.lists.list_rows(ListRequest(ListQuery()))
    gateway.articles.open_article(first)
    gateway.articles.preview_article(first)
    gateway.articles.load_insights(entry)
    gateway.articles.load_link(first, "open")
    gateway.changes.toggle_flag("starred", [first])
    gateway.changes.mark_all_read([first])
    gateway.changes.tag([first], "harbour")
    gateway.changes.untag([first], "harbour")
    gateway.changes.list_tags([first])
    gateway.changes.delete([first])
    gateway.changes.undo()
    gateway.changes.list_undo_history()
    gateway.places.list_places(lambda: 0)
    gateway.places.list_for_picker(lambda: 0)
    client.answered()
    gateway.lists.refresh()
    gateway.close()
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_opening_is_recorded_and_previewing_is_not(client: Client) -> None:
    client.gateway.articles.preview_article(article_id(1))
    client.gateway.articles.open_article(article_id(2))
    fetched = client.of(messages.ArticleLoaded)
    assert [(answer.full_article.article.id, answer.opened) for answer in fetched] == [
        (article_id(1), False),
        (article_id(2), True),
    ]
    changed = client.of(messages.RowsChanged)
    assert [list(answer.rows) for answer in changed] == [[article_id(2)]]
    assert not client.of(messages.SimilarFound), "only asked for once the text is shown"


def test_similar_articles_are_found_for_the_last_article_only(client: Client) -> None:
    for number in (1, 2):
        client.gateway.articles.preview_article(article_id(number))
    first, second = (answer.full_article for answer in client.of(messages.ArticleLoaded))
    gate = threading.Event()
    client.gateway._worker.submit(lambda: gate.wait(WAIT) and None)
    client.gateway.articles.load_insights(first)
    client.gateway.articles.load_insights(second)
    gate.set()
    assert [answer.article for answer in client.of(messages.SimilarFound)] == [article_id(2)]
    assert [answer.article for answer in client.of(messages.InsightsComputed)] == [article_id(2)]


def test_failures_are_reported_in_one_clean_line(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """Cases 45, 120: library errors by their text, bugs by their text or type."""

    def fail(error: Exception) -> Callable[[], None]:
        def job() -> None:
            raise error

        return job

    client.gateway._worker.submit(fail(LibraryDamaged("a\x1b[31mb\nc [/]")))
    client.answered()
    assert not caplog.records
    client.gateway._worker.submit(fail(KeyError()))
    problems = [answer.problem for answer in client.of(messages.OperationFailed)]
    assert problems == ["ab c [/]", "KeyError"]
    assert len(caplog.records) == 1, "a bug is logged"


def test_opening_a_missing_article_fails(client: Client) -> None:
    client.gateway.articles.open_article("nobody")
    assert "nobody" in client.of(messages.OperationFailed)[0].problem


def test_refresh_is_skipped_while_the_worker_is_busy(
    client: Client, library: FolderLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refreshing every two seconds does not pile up behind a slow disk."""
    refreshes: list[int] = []
    refresh = library.refresh

    def count() -> ExternalChanges:
        refreshes.append(1)
        return refresh()

    monkeypatch.setattr(library, "refresh", count)
    release = threading.Event()
    client.gateway._worker.submit(lambda: release.wait(WAIT))
    for _ in range(5):
        client.gateway.lists.refresh()
    release.set()
    client.answered()
    assert refreshes == []
    client.gateway.lists.refresh()
    client.answered()
    assert refreshes == [1]


def test_refresh_is_skipped_while_the_library_loads(library: FolderLibrary) -> None:
    client = Client(library)
    client.gateway.lists.refresh()
    assert client.answered() == []
    client.gateway.close()


def test_closing_finishes_submitted_jobs(library: FolderLibrary, tmp_path: Path) -> None:
    """Case 1: no change is lost."""
    client = Client(library)
    client.gateway.lists.load(ListRequest(ListQuery()))
    client.answered()
    for number in (1, 2, 3):
        client.gateway.changes.toggle_flag("starred", [article_id(number)])
    assert client.gateway.close()
    assert client.gateway.close(), "may be called again"
    client.gateway.changes.toggle_flag("starred", [article_id(1)])
    assert not client.gateway.is_busy, "a job after closing is dropped"
    again = make_library(tmp_path)
    for _ in again.load():
        pass
    assert all(row.starred for row in again.rows(ListQuery()))


def test_closing_has_a_timeout(library: FolderLibrary) -> None:
    client = Client(library)
    release = threading.Event()
    client.gateway._worker.submit(lambda: release.wait(WAIT))
    assert not client.gateway.close(0.01)
    assert client.gateway.seconds_waiting >= 0.01
    release.set()
    assert client.gateway.close(None)
    assert client.gateway.seconds_waiting == 0.0


class FakeBackup:
    """A fake automatic backup, whose second step can be held."""

    def __init__(self, *problems: str) -> None:
        self.done = 0
        self.waiting = threading.Event()
        self.held = threading.Event()
        self.over = threading.Event()
        self.threads: set[int] = set()
        self._problems = problems

    def __call__(self) -> Iterator[BackupProgress]:
        """Yield three steps; the second one waits."""
        try:
            for number in range(3):
                self.threads.add(threading.get_ident())
                self.done = number
                if number == 1:
                    self.waiting.set()
                    self.held.wait(WAIT)
                yield BackupProgress(number, 3, self._problems if number == 2 else ())
        finally:
            self.over.set()


def test_backup_steps_leave_room_for_other_jobs(library: FolderLibrary) -> None:
    """A change is recorded while a backup is made."""
    steps = FakeBackup("in today's backup: a\x1b[31mb", "and this", "and that")
    client = Client(library, steps)
    client.gateway.lists.load(ListRequest(ListQuery()))
    client.answered()
    assert steps.waiting.wait(WAIT)
    assert not client.gateway.is_busy
    client.gateway.changes.toggle_flag("starred", [article_id(1)])
    steps.held.set()
    assert steps.over.wait(WAIT)
    changed = next(i for i, a in enumerate(client.answered()) if type(a) is messages.RowsChanged)
    failed = next(i for i, a in enumerate(client.answers) if type(a) is messages.BackupFailed)
    assert changed < failed, "before the end of the backup"
    assert client.of(messages.BackupFailed) == [
        messages.BackupFailed("in today's backup: ab (and 2 more)")
    ]
    assert threading.get_ident() not in steps.threads
    client.gateway.close()


def test_closing_cancels_the_backup(library: FolderLibrary) -> None:
    """Closing does not wait for the backup, which cleans up after itself."""
    steps = FakeBackup()
    client = Client(library, steps)
    client.gateway.lists.load(ListRequest(ListQuery()))
    assert steps.waiting.wait(WAIT)
    assert not client.gateway.close(0.0)
    steps.held.set()
    assert client.gateway.close()
    assert steps.over.wait(WAIT)
    assert steps.done == 1


@pytest.mark.parametrize(
    ("event", "articles", "words"),
    [
        ("read", ["a"], "marked as read: One"),
        ("read", ["z"], "marked as read"),
        ("unread", ["a", "b"], "marked 2 articles as unread"),
        ("starred", ["a"] * 1234, "starred 1,234 articles"),
        ("tagged", ["a"], "tagged b c: One"),
        ("untagged", ["a", "b"], "untagged 2 articles b c"),
        ("edited", ["a"], "edited date, title: One"),
        ("deleted", ["a"], "deleted: One"),
    ],
)
def test_changes_are_summarized(event: str, articles: Sequence[str], words: str) -> None:
    data = {"tag": "b\tc", "to": {"date": "2026-01-01", "title": "x"}}
    assert summarize_change(UndoableChange(event, tuple(articles), "", data), {"a": "One"}) == words
