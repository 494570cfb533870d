"""Opening articles: the article pane, the reading position and the trail."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

from textual.screen import Screen
from textual.timer import Timer

from store.model.article import FullArticle
from tui.reader.dialogs.article_preview import LOADING_SECONDS, ArticlePreview
from tui.reader.gateway import messages
from tui.reader.gateway.articles import Articles
from tui.reader.screen.panes import Panes
from tui.reader.screen.reader_state import ReaderState
from tui.reader.screen.text_actions import TextActions
from tui.reader.widgets.article_view import ArticleView
from tui.reader.widgets.bars import StatusLine
from tui.reader.widgets.one_shot_timer import call_after
from tui.reader.widgets.side_pane import SidePane
from tui.rendering.text_search import WordsToFind
from tui.rendering.wording import LOOSE_PAGE_LABEL


@dataclass(frozen=True, slots=True)
class PendingArticle:
    """An article that was asked for, and where to go in it once it is shown."""

    id: str
    words: WordsToFind | None = None
    offset: int | None = None


def is_article(entry: FullArticle | None, article: str) -> bool:
    """Return True if an entry is the article of that id."""
    return entry is not None and entry.article.id == article


@dataclass(eq=False)
class ArticleActions:
    """Opens articles, keeps the position in each, and goes along the trail."""

    screen: Screen[None]
    articles: Articles
    state: ReaderState
    panes: Panes
    article_view: ArticleView
    side_pane: SidePane
    status_line: StatusLine
    text: TextActions
    words_to_find: Callable[[str], WordsToFind | None]
    """Returns the words by which the search has found an article."""
    preview: ArticlePreview
    """Has the articles that need not be loaded."""
    _pending: PendingArticle = field(default_factory=lambda: PendingArticle(""), init=False)
    _previewed_words: str = field(default="", init=False)
    """The words highlighted in the article that is previewed."""
    _finished_article: str = field(default="", init=False)
    """The open article, once its end was shown."""
    _loading_timer: Timer | None = field(default=None, init=False)
    """Runs while an article is awaited, before the one that is shown gives way to nothing."""

    @property
    def is_loading(self) -> bool:
        """True if the article opened last is not there yet."""
        requested = self.state.requested_article
        return bool(requested) and not is_article(self.article_view.full_article, requested)

    def open(
        self,
        article: str,
        *,
        visit: bool = True,
        offset: int | None = None,
    ) -> None:
        """Open an article in the article pane.

        Args:
            article: Its id.
            visit: Whether it is added to the trail; not when going along the trail.
            offset: Where in the text to go.
        """
        self.text.close_find_bar()
        self.save_position()
        self.status_line.clear_notice()  # it was about another article
        self._pending = PendingArticle(article, self.words_to_find(article), offset)
        self.state.requested_article, self._finished_article = article, ""
        articles, trail = self.state.article_list, self.state.trail
        place = articles.index_of(article)
        row = None if place is None else articles.row_at(place)
        before = trail.current_stop.selected_id if trail.current_stop is not None else ""
        if visit:
            trail.visit(article, row.title if row is not None else "")
        self._load(article)
        articles.select_article(article, "" if visit else before)
        self.show_trail()
        self.panes.focus("article")
        self.preview.load_ahead(articles.neighbours)

    def _load(self, article: str) -> None:
        self.preview.stop()
        self._stop_waiting()
        entry = self.preview.find(article)
        if entry is None:
            self._loading_timer = call_after(self.screen, LOADING_SECONDS, self._show_nothing)
            self.articles.open_article(article)
        else:
            self.articles.record_opened(article)
            self.screen.post_message(messages.ArticleLoaded(entry, opened=True))

    def _stop_waiting(self) -> None:
        if self._loading_timer is not None:
            self._loading_timer.stop()
        self._loading_timer = None

    def _show_nothing(self) -> None:
        if self._loading_timer is not None and self.state.is_reading and self.is_loading:
            self.article_view.clear()
            self.side_pane.clear()
        self._loading_timer = None

    def enter(self, *, passing: bool = False) -> None:
        """Go from the list into the article pane.

        Args:
            passing: Whether the user may only pass through it. If not, the article that it previews
                is opened.
        """
        article = self.state.selected_article or self.state.requested_article
        is_preview = self.panes.shows_list_beside and self.state.has_previews
        if not article or not (is_preview or self.article_view.is_preview):
            self.panes.focus("article")
        elif passing:
            self.panes.focus("article", passing=True)
        else:
            self.open_or_resume(article)

    def enter_passed(self) -> None:
        """Open the previewed article that the user has come to by `tab`: a key is about its text."""
        if self.state.current_pane == "article" and not self.state.is_reading:
            self.enter()

    def open_or_resume(self, article: str, *, offset: int | None = None) -> None:
        """Open an article, or return to it if it was the last one open and is shown."""
        if article != self.state.requested_article or self.is_loading:
            self.open(article, offset=offset)
            return
        self.preview.stop()
        self.panes.focus("article")
        self.article_view.end_preview()
        if offset is not None:
            self._go_to_own_text(offset)

    def show(self, message: messages.ArticleLoaded) -> None:
        """Show an article that was opened, unless another one was since, or its changed header."""
        entry = message.full_article
        article = entry.article.id
        self.state.trail.set_title(article, entry.article.title)
        if message.opened and article == self.state.requested_article:
            self._stop_waiting()
            if is_article(self.article_view.full_article, article) and self.article_view.is_preview:
                self.article_view.end_preview()
            else:
                self._show_at_position(entry)
            self.show_trail()
            self._go_to_pending()
        elif is_article(self.article_view.full_article, article):
            self.article_view.update_header(entry)

    def show_preview(self, entry: FullArticle | None) -> None:
        """Show an article, or none, without opening it."""
        if entry is not None and self.is_previewed(entry.article.id):
            return
        self.text.close_find_bar()
        self.save_position()
        if entry is None:
            self.article_view.clear()
            return
        self._show_at_position(entry, preview=True)
        found = self.words_to_find(entry.article.id)
        self._previewed_words = found.words if found else ""
        if found:
            self.article_view.find(found.find_spans)

    def is_previewed(self, article: str) -> bool:
        """Return True if an article is shown, with what the search has found highlighted."""
        if not is_article(self.article_view.full_article, article):
            return False
        found = self.words_to_find(article) if self.article_view.is_preview else None
        return not self.article_view.is_preview or self._previewed_words == (
            found.words if found else ""
        )

    def _show_at_position(self, entry: FullArticle, *, preview: bool = False) -> None:
        # The trail knows the position in a library that cannot be changed.
        position = self.state.trail.saved_position(entry.article.id)
        position = entry.reading.position if position is None else position
        is_loose = entry.article.id in self.state.loose_pages
        self.article_view.note = LOOSE_PAGE_LABEL if is_loose else ""
        self.article_view.show(entry, position, preview=preview)
        if page := self.state.trail.saved_page(entry.article.id):
            self.article_view.show_page(page)

    def record_end(self, article: str) -> None:
        """Record that the open article was read to its end, once each time it is opened."""
        if article == self.state.requested_article != self._finished_article:
            self._finished_article = article
            self.articles.record_event("read", article)

    def _go_to_pending(self) -> None:
        pending, self._pending = self._pending, PendingArticle("")
        if pending.offset is not None:
            self._go_to_own_text(pending.offset)
        if pending.words:
            self.screen.call_after_refresh(self.text.highlight, pending.id, pending.words)

    def _go_to_own_text(self, offset: int) -> None:
        if self.article_view.shown_page is not None:
            self.article_view.show_page(None)
        self.article_view.go_to_position(offset)

    def remove(self, articles: Collection[str]) -> None:
        """Close articles that are gone, and forget them on the trail."""
        self.state.trail.remove_articles(articles)
        self.show_trail()
        entry = self.article_view.full_article
        if entry is not None and entry.article.id in articles and not self.article_view.is_preview:
            self.article_view.clear()
        if self.state.requested_article in articles:
            was_reading = self.state.is_reading
            self.state.requested_article = ""
            if was_reading:
                self.panes.return_to_list()

    def show_trail(self) -> None:
        """Show the trail in the edge of the article."""
        trail = self.state.trail
        titles = [stop.title or "…" for stop in trail.stops]
        self.article_view.show_trail(titles, trail.current_index)

    def save_position(self) -> None:
        """Record the reading position of the open article, if it is shown."""
        entry, position = self.article_view.full_article, self.article_view.own_position
        is_open = entry is not None and entry.article.id == self.state.requested_article
        if entry is None or not is_open or self.article_view.is_preview:
            return
        row = self.state.article_list.selected_row
        selected, page = row.id if row else "", self.article_view.shown_page
        self.state.trail.save_position(entry.article.id, position, selected, page)
        if position != entry.reading.position:
            reading = replace(entry.reading, position=position)
            self.article_view.full_article = replace(entry, reading=reading)
            self.preview.forget([entry.article.id])
            self.articles.record_event("position", entry.article.id, position=position)

    def follow_trail(self, by: int = 1) -> None:
        """Go forward (or, negative, back) along the trail."""
        self.save_position()
        article = self.state.trail.step(by)
        if article is not None:
            self.open(article, visit=False)
        else:
            self.status_line.show_notice(
                f"No {'older' if by < 0 else 'newer'} article in the trail"
            )
