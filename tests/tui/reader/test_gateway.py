"""The gateway: questions to the library on a thread of its own, answers as messages."""

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
from store.search import ListQuery
from tests.support.reader import NOW, article_id, make_article, make_library
from tui.reader.gateway import BackgroundJob, Gateway, messages
from tui.reader.gateway import lists as lists_module
from tui.rendering.wording import summarize_change

WAIT = 5.0
USED = (
    "rows", "get_article", "similar", "insights", "record", "undo", "undoable", "categories", "get_row", "tags",
    "title", "refresh", "close",
)  # fmt: skip
"""What of the library is used for what these tests ask."""


class Asked:
    """A gateway and the answers it gave."""

    def __init__(self, library: FolderLibrary, background: BackgroundJob | None = None) -> None:
        self.answers: list[Message] = []
        self.gateway = Gateway(library, self.answers.append, background)

    def answered(self) -> list[Message]:
        """Everything that was answered; the gateway is closed then."""
        done = threading.Event()
        while self.gateway.is_busy:
            done.wait(0.001)
        return self.answers

    def of(self, kind: type[Any]) -> list[Any]:
        """The answers of one kind."""
        return [answer for answer in self.answered() if isinstance(answer, kind)]


@pytest.fixture
def found() -> list[ParsedArticle]:
    return [make_article(number) for number in range(1, 4)]


@pytest.fixture
def asked(library: FolderLibrary) -> Iterator[Asked]:
    """A gateway that has loaded its library."""
    asked = Asked(library)
    asked.gateway.load(ListQuery())
    asked.answered()
    yield asked
    asked.gateway.close()


def test_loading_ends_with_a_list_and_the_state_of_the_library(asked: Asked) -> None:
    kinds = [type(answer) for answer in asked.answers]
    assert kinds[0] is messages.LoadProgressed
    kinds = [
        kind for kind in kinds if kind not in (messages.IndexProgressed, messages.IndexUpdated)
    ]
    assert kinds[-2:] == [messages.RowsListed, messages.LibraryLoaded]
    assert [row.id for row in asked.of(messages.RowsListed)[0].rows] == [
        article_id(3), article_id(2), article_id(1),
    ]  # fmt: skip
    assert asked.of(messages.LibraryLoaded)[0] == messages.LibraryLoaded(3, "", ())


def test_a_screenful_is_listed_before_all_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 25: how many articles there are makes no difference to the first list."""
    monkeypatch.setattr(lists_module, "FIRST_LIST_ROWS", 2)
    monkeypatch.setattr(lists_module, "LOAD_LIST_INTERVAL", 3600.0)

    class Stepwise(FolderLibrary):
        def load(self) -> Iterator[LoadProgress]:
            for loaded in super().load():
                yield from (LoadProgress(loaded.article_count, step, 5) for step in range(5))

    library = make_library(tmp_path, [make_article(1), make_article(2)])
    asked = Asked(Stepwise(tmp_path / "library", tmp_path / "cache", "desk", lambda: NOW))
    asked.gateway.load(ListQuery())
    kinds = [type(answer) for answer in asked.answered()]
    first = kinds.index(messages.RowsListed)
    assert first < len(kinds) - 4
    assert kinds.count(messages.RowsListed) == 2, "and again only at the end"
    asked.gateway.close()
    library.close()


def test_the_answer_to_a_question_that_was_replaced_is_not_worked_out(asked: Asked) -> None:
    hold = threading.Event()
    asked.gateway._worker.submit(lambda: hold.wait(WAIT))
    for words in ("a", "ar", "art"):
        asked.gateway.lists.list_rows(ListQuery(text=words))
    hold.set()
    assert [answer.query.text for answer in asked.of(messages.RowsListed)[1:]] == ["art"]


def test_the_library_is_used_on_one_thread_that_is_not_ours(
    asked: Asked, library: FolderLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 43."""
    threads: set[int] = set()

    def noting(name: str) -> Callable[..., Any]:
        real = getattr(library, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            threads.add(threading.get_ident())
            return real(*args, **kwargs)

        return call

    entry = library.get_article(article_id(1))
    for name in USED:
        monkeypatch.setattr(library, name, noting(name))
    gateway, first = asked.gateway, article_id(1)
    gateway.lists.list_rows(ListQuery())
    gateway.articles.open_article(first)
    gateway.articles.preview_article(first)
    gateway.articles.load_insights(entry)
    gateway.articles.load_link(first, "open")
    gateway.changes.toggle_flag("starred", first)
    gateway.changes.mark_all_read([first])
    gateway.changes.tag(first, "harbour")
    gateway.changes.untag(first, "harbour")
    gateway.changes.list_tags(first)
    gateway.changes.delete(first)
    gateway.changes.undo()
    gateway.changes.list_undo_history()
    gateway.lists.count_categories({})
    asked.answered()
    gateway.lists.refresh()
    gateway.close()
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_opening_records_it_and_looking_does_not(asked: Asked) -> None:
    asked.gateway.articles.preview_article(article_id(1))
    asked.gateway.articles.open_article(article_id(2))
    fetched = asked.of(messages.ArticleLoaded)
    assert [(answer.full_article.article.id, answer.opened) for answer in fetched] == [
        (article_id(1), False),
        (article_id(2), True),
    ]
    changed = asked.of(messages.RowsChanged)
    assert [list(answer.rows) for answer in changed] == [[article_id(2)]]
    assert not asked.of(messages.SimilarFound), "it is asked for once the text is on the screen"


def test_what_is_similar_is_found_for_the_article_asked_about_last(asked: Asked) -> None:
    for number in (1, 2):
        asked.gateway.articles.preview_article(article_id(number))
    first, second = (answer.full_article for answer in asked.of(messages.ArticleLoaded))
    gate = threading.Event()
    asked.gateway._worker.submit(lambda: gate.wait(WAIT) and None)
    asked.gateway.articles.load_insights(first)
    asked.gateway.articles.load_insights(second)
    gate.set()
    assert [answer.article for answer in asked.of(messages.SimilarFound)] == [article_id(2)]
    assert [answer.article for answer in asked.of(messages.InsightsComputed)] == [article_id(2)]


def test_what_fails_is_reported_in_one_clean_line(
    asked: Asked, caplog: pytest.LogCaptureFixture
) -> None:
    """Cases 45, 120: library errors as they say it, bugs by what they say or what they are."""

    def fail(error: Exception) -> Callable[[], None]:
        def job() -> None:
            raise error

        return job

    asked.gateway._worker.submit(fail(LibraryDamaged("a\x1b[31mb\nc [/]")))
    asked.answered()
    assert not caplog.records
    asked.gateway._worker.submit(fail(KeyError()))
    problems = [answer.problem for answer in asked.of(messages.OperationFailed)]
    assert problems == ["ab c [/]", "KeyError"]
    assert len(caplog.records) == 1, "a bug is kept in the log"


def test_an_article_that_is_not_there(asked: Asked) -> None:
    asked.gateway.articles.open_article("nobody")
    assert "nobody" in asked.of(messages.OperationFailed)[0].problem


def test_nothing_is_looked_for_while_there_is_other_work(
    asked: Asked, library: FolderLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look every two seconds does not pile up behind a slow disk."""
    looks: list[int] = []
    look = library.refresh

    def noted() -> ExternalChanges:
        looks.append(1)
        return look()

    monkeypatch.setattr(library, "refresh", noted)
    hold = threading.Event()
    asked.gateway._worker.submit(lambda: hold.wait(WAIT))
    for _ in range(5):
        asked.gateway.lists.refresh()
    hold.set()
    asked.answered()
    assert looks == []
    asked.gateway.lists.refresh()
    asked.answered()
    assert looks == [1]


def test_nothing_is_looked_for_before_all_is_loaded(library: FolderLibrary) -> None:
    asked = Asked(library)
    asked.gateway.lists.refresh()
    assert asked.answered() == []
    asked.gateway.close()


def test_closing_finishes_what_was_asked(library: FolderLibrary, tmp_path: Path) -> None:
    """Case 1: nothing acknowledged or asked for is lost."""
    asked = Asked(library)
    asked.gateway.load(ListQuery())
    asked.answered()
    for number in (1, 2, 3):
        asked.gateway.changes.toggle_flag("starred", article_id(number))
    assert asked.gateway.close()
    assert asked.gateway.close(), "it may be called again"
    asked.gateway.changes.toggle_flag("starred", article_id(1))
    assert not asked.gateway.is_busy, "nobody waits for the answer any more"
    again = make_library(tmp_path)
    for _ in again.load():
        pass
    assert all(row.starred for row in again.rows(ListQuery()))


def test_closing_waits_only_so_long(library: FolderLibrary) -> None:
    asked = Asked(library)
    hold = threading.Event()
    asked.gateway._worker.submit(lambda: hold.wait(WAIT))
    assert not asked.gateway.close(0.01)
    hold.set()
    assert asked.gateway.close()


class Steps:
    """Stands in for the automatic backup: steps that can be held, and what they tell."""

    def __init__(self, *problems: str) -> None:
        self.done = 0
        self.waiting = threading.Event()
        self.held = threading.Event()
        self.over = threading.Event()
        self.threads: set[int] = set()
        self._problems = problems

    def __call__(self) -> Iterator[BackupProgress]:
        """Three steps, the second of which waits."""
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


def test_the_backup_is_made_in_steps_that_nobody_waits_for(library: FolderLibrary) -> None:
    """Looking for changes goes on while a backup is made."""
    steps = Steps("in today's backup: a\x1b[31mb", "and this", "and that")
    asked = Asked(library, steps)
    asked.gateway.load(ListQuery())
    asked.answered()
    assert steps.waiting.wait(WAIT)
    assert not asked.gateway.is_busy
    asked.gateway.changes.toggle_flag("starred", article_id(1))
    steps.held.set()
    assert steps.over.wait(WAIT)
    changed = next(i for i, a in enumerate(asked.answered()) if type(a) is messages.RowsChanged)
    told = next(i for i, a in enumerate(asked.answers) if type(a) is messages.BackupFailed)
    assert changed < told, "a key does not wait for the whole backup"
    assert asked.of(messages.BackupFailed) == [
        messages.BackupFailed("in today's backup: ab (and 2 more)")
    ]
    assert threading.get_ident() not in steps.threads
    asked.gateway.close()


def test_a_backup_is_given_up_when_the_reader_ends(library: FolderLibrary) -> None:
    """Leaving does not wait for it, and it cleans up behind itself."""
    steps = Steps()
    asked = Asked(library, steps)
    asked.gateway.load(ListQuery())
    assert steps.waiting.wait(WAIT)
    assert not asked.gateway.close(0.0)
    steps.held.set()
    assert asked.gateway.close()
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
def test_changes_in_words(event: str, articles: Sequence[str], words: str) -> None:
    data = {"tag": "b\tc", "to": {"date": "2026-01-01", "title": "x"}}
    assert summarize_change(UndoableChange(event, tuple(articles), "", data), {"a": "One"}) == words
