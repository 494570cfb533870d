"""A preview: the article under a cursor is loaded once the cursor rests, its neighbours ahead."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from sys import getsizeof

from textual.dom import DOMNode
from textual.timer import Timer

from store.model.article import FullArticle
from tui.reader.widgets.one_shot_timer import call_after

REST_SECONDS = 0.12
"""Seconds that a cursor rests before the preview follows it: a key held down draws the list alone."""
LOADING_SECONDS = 0.05
"""Seconds after that until the article of the row before gives way to one that is still loading."""
MAX_CACHE_BYTES = 1_000_000
"""Memory for the texts of the articles last loaded; a longer text is loaded again."""


class ArticleCache:
    """The articles last loaded, as long as their texts fit into `MAX_CACHE_BYTES`."""

    def __init__(self) -> None:
        self._articles: OrderedDict[str, FullArticle] = OrderedDict()
        self._size = 0

    def __contains__(self, article: str) -> bool:
        return article in self._articles

    def get(self, article: str) -> FullArticle | None:
        """Return an article; None if it has to be loaded."""
        entry = self._articles.get(article)
        if entry is not None:
            self._articles.move_to_end(article)
        return entry

    def add(self, entry: FullArticle) -> None:
        """Keep an article, and drop those not used for longest."""
        self.remove([entry.article.id])
        self._articles[entry.article.id] = entry
        self._size += getsizeof(entry.body.text)
        while self._size > MAX_CACHE_BYTES:
            self.remove([next(iter(self._articles))])

    def remove(self, articles: Collection[str]) -> None:
        """Drop articles that have changed."""
        for article in articles:
            if (entry := self._articles.pop(article, None)) is not None:
                self._size -= getsizeof(entry.body.text)

    def clear(self) -> None:
        """Drop all articles."""
        self._articles.clear()
        self._size = 0


class ArticlePreview:
    """Follows a cursor: says when the article under it is to be shown, and has it loaded.

    A preview counts as nothing: nothing about it is recorded.
    """

    def __init__(
        self,
        owner: DOMNode,
        load: Callable[[str], None],
        show: Callable[[FullArticle | None], None],
    ) -> None:
        """Create a preview of nothing.

        Args:
            owner: What the timers belong to.
            load: Asks for an article, which has to be handed to `receive`.
            show: Shows an article; None takes the place of one that is still loading.
        """
        self.rest_factor = 1.0
        """How many times as long the cursor has to rest; more over a slow connection."""
        self._owner = owner
        self._load = load
        self._show = show
        self._cache = ArticleCache()
        self._article = ""
        """The article under the cursor."""
        self._neighbours: Sequence[str] = ()
        self._is_shown = False
        self._rest_timer: Timer | None = None
        self._loading_timer: Timer | None = None

    def follow(
        self,
        article: str,
        neighbours: Sequence[str] = (),
        *,
        rests: bool = False,
        waits: bool = False,
        shown: bool = False,
    ) -> None:
        """Follow the cursor to an article.

        It is shown at once if it is at hand and the cursor had been resting, else once it rests.

        Args:
            article: The id of the article under the cursor; empty if there is none.
            neighbours: Articles that the cursor is likely to come to next.
            rests: Whether the cursor is known to rest, as after a change of the pane.
            waits: Whether the rest begins only now, whatever was before, because the user types.
            shown: Whether the article is shown already.
        """
        if article == self._article and self._is_pending and not shown and not waits:
            self._is_shown = False  # or no longer in the way it is to be shown
            if rests:
                self.hurry()
            return
        was_resting = self._rest_timer is None
        self.stop()
        self._article, self._neighbours, self._is_shown = article, neighbours, shown
        if not article:
            self._finish(None)
        elif rests:
            self._rest()
        else:
            self._rest_timer = call_after(self._owner, self.rest_seconds, self._rest)
            if was_resting and not shown and not waits and article in self._cache:
                self._owner.call_after_refresh(self._show_cached, article)  # the row comes first

    @property
    def rest_seconds(self) -> float:
        """The seconds after which a cursor that stays on a row is taken to rest."""
        return REST_SECONDS * self.rest_factor

    @property
    def _is_pending(self) -> bool:
        return self._rest_timer is not None or self._loading_timer is not None

    def hurry(self) -> None:
        """Show the article without waiting any longer: a key is about it."""
        if self._rest_timer is not None:
            self.stop()
            self._rest()

    def stop(self) -> None:
        """Wait for nothing any more: what is shown stays."""
        for timer in filter(None, (self._rest_timer, self._loading_timer)):
            timer.stop()
        self._rest_timer = self._loading_timer = None

    def receive(self, entry: FullArticle) -> None:
        """Take in an article that was loaded, for this preview or for another purpose."""
        self._cache.add(entry)
        if entry.article.id == self._article and self._loading_timer is not None:
            self._finish(entry)

    def find(self, article: str) -> FullArticle | None:
        """Return an article that is at hand."""
        return self._cache.get(article)

    def forget(self, articles: Collection[str] | None = None) -> None:
        """Load these articles again when they are needed, or all: they may have changed."""
        if articles is None:
            self._cache.clear()
        else:
            self._cache.remove(articles)

    def _show_cached(self, article: str) -> None:
        entry = self._cache.get(article)
        if entry is not None and article == self._article and self._rest_timer is not None:
            self._is_shown = True
            self._show(entry)

    def _rest(self) -> None:
        self._rest_timer = None
        if not self._is_shown:
            if (entry := self._cache.get(self._article)) is not None:
                self._finish(entry)
            else:
                self._loading_timer = call_after(self._owner, LOADING_SECONDS, self._show_nothing)
                self._load(self._article)
        self.load_ahead(self._neighbours)

    def load_ahead(self, articles: Collection[str]) -> None:
        """Load articles that are likely to be wanted next."""
        for article in articles:
            if article not in self._cache:
                self._load(article)

    def _show_nothing(self) -> None:
        if self._loading_timer is not None:  # else the article came after the timer had fired
            self._show(None)

    def _finish(self, entry: FullArticle | None) -> None:
        self.stop()
        self._is_shown = entry is not None
        self._show(entry)
