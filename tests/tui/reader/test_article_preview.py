"""The preview of an article, with timers that fire when the test says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from store.model.article import Article, Body, FullArticle, ReadingStatus
from tui.reader.dialogs.article_preview import ArticlePreview


class Owner:
    """Keeps the callbacks of timers; one that has fired runs even if its timer is stopped then."""

    def __init__(self) -> None:
        self.callbacks: list[Callable[[], None]] = []

    def set_interval(self, _: float, callback: Callable[[], None], **options: object) -> Owner:
        self.callbacks.append(callback)
        return self

    def call_next(self, callback: Callable[[], None]) -> None:
        """Call a function, as the owner's task does."""
        callback()

    def stop(self) -> None:
        """Stop a timer: too late."""


def test_an_article_that_comes_as_the_timer_fires_stays() -> None:
    owner: Any = Owner()
    asked: list[str] = []
    shown: list[FullArticle | None] = []
    preview = ArticlePreview(owner, asked.append, shown.append)
    preview.follow("1", rests=True)
    entry = FullArticle(Article("1", "One"), Body("Text."), ReadingStatus())
    preview.receive(entry)
    for callback in owner.callbacks:
        callback()
    assert (asked, shown) == (["1"], [entry])


def test_nothing_takes_the_place_of_an_article_that_is_long_in_coming() -> None:
    owner: Any = Owner()
    shown: list[FullArticle | None] = []
    preview = ArticlePreview(owner, lambda _: None, shown.append)
    preview.follow("1", rests=True)
    owner.callbacks[0]()
    assert shown == [None]
