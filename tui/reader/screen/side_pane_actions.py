"""The side pane: it follows the current article, and leads to similar ones and into the text."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import partial

from textual.screen import Screen

from store.model.article import FullArticle, SimilarArticle
from tui.reader.gateway import Gateway, messages
from tui.reader.screen.article_actions import ArticleActions, is_article
from tui.reader.screen.reader_state import ReaderState
from tui.reader.widgets.article_view import ArticleView
from tui.reader.widgets.bars import StatusLine
from tui.reader.widgets.one_shot_timer import call_after
from tui.reader.widgets.side_pane import SidePane

INSIGHTS_DELAY = 0.03
"""Seconds until the insights of an article are asked for: computing them would delay its text."""


@dataclass(eq=False)
class SidePaneActions:
    """Shows the current article's summary, keywords and similar articles."""

    screen: Screen[None]
    gateway: Gateway
    state: ReaderState
    article_view: ArticleView
    side_pane: SidePane
    status_line: StatusLine
    articles: ArticleActions
    _pending_jump: tuple[str, int] = field(default=("", 0), init=False)
    """An article, and the number of the similar one to open once those are known."""
    _requested_article: str = field(default="", init=False)
    """The article whose insights were asked for, until its similar articles are known."""

    # -- following the current article -------------------------------------------------------

    @property
    def is_loading(self) -> bool:
        """True if the lines about the current article are still to come."""
        article = self.state.current_article
        return bool(article) and not (
            self.side_pane.has_lines and is_article(self.side_pane.full_article, article)
        )

    def follow_open_article(self) -> None:
        """Show the open article."""
        article, entry = self.state.requested_article, self.article_view.full_article
        if is_article(self.side_pane.full_article, article):
            return
        if entry is not None and entry.article.id == article:
            self.side_pane.show(entry)
            self._load_insights_later(entry)
        elif self.state.current_pane == "side":
            self.gateway.articles.preview_article(article)

    def show_preview(self, entry: FullArticle | None) -> None:
        """Show an article that is not open, or none."""
        if entry is None:
            self.side_pane.clear()
        elif not is_article(self.side_pane.full_article, entry.article.id):
            self.side_pane.show(entry)
            self._load_insights_later(entry)

    def show(self, message: messages.ArticleLoaded) -> None:
        """Show an article that was opened or has changed, if it is the current one."""
        entry = message.full_article
        article = entry.article.id
        is_expected = (
            message.opened
            or self.state.is_reading
            or article == self._pending_jump[0]
            or is_article(self.side_pane.full_article, article)
        )
        if is_expected:
            if article == self.state.current_article:
                self.side_pane.show(entry)
            self._load_insights_later(entry)

    def _load_insights_later(self, entry: FullArticle) -> None:
        call_after(self.screen, INSIGHTS_DELAY, partial(self._load_insights, entry))

    def _load_insights(self, entry: FullArticle) -> None:
        """Ask for the insights of an article that is shown, unless they are known or on their way."""
        article = entry.article.id
        is_in_side_pane = is_article(self.side_pane.full_article, article)
        is_in_article_pane = is_article(self.article_view.full_article, article)
        if is_in_side_pane and self.side_pane.similar is not None:
            if is_in_article_pane:
                self.article_view.show_new_paragraphs(self.side_pane.insights.new_paragraphs)
        elif article != self._requested_article and (
            is_in_side_pane or is_in_article_pane or article == self._pending_jump[0]
        ):
            self._request_insights(entry)

    def _request_insights(self, entry: FullArticle) -> None:
        """Ask for insights; what a number waits for comes first, as a later request replaces it."""
        awaited = self._pending_jump[0]
        if awaited not in ("", entry.article.id) and awaited == self.state.current_article:
            return
        self._requested_article = entry.article.id
        self.gateway.articles.load_insights(entry)

    def remove(self, articles: Collection[str]) -> None:
        """Show nothing if the article shown is gone."""
        entry = self.side_pane.full_article
        if entry is not None and entry.article.id in articles:
            self.side_pane.clear()

    # -- insights ----------------------------------------------------------------------------

    def show_insights(self, message: messages.InsightsComputed) -> None:
        """Show the keywords in the side pane, and mark new paragraphs in the text."""
        self.side_pane.show_insights(message.article, message.insights)
        if is_article(self.article_view.full_article, message.article):
            self.article_view.show_new_paragraphs(message.insights.new_paragraphs)

    def show_summary_status(self, message: messages.SummaryStatusChanged) -> None:
        """Show which command is writing a summary."""
        self.side_pane.show_summary_program(message.article, message.program_name)

    def reload_insights(self, message: messages.IndexEnded) -> None:
        """Ask again for similar articles, if they may be known only now."""
        entry = self.side_pane.full_article
        if entry is not None and (message.is_updated or self.side_pane.similar is None):
            self._request_insights(entry)

    def ask_again(self) -> None:
        """Ask for the insights that are missing, which could not be found before."""
        self._requested_article = ""
        entry = self.side_pane.full_article
        if entry is not None and self.side_pane.similar is None:
            self._request_insights(entry)

    # -- similar articles --------------------------------------------------------------------

    def update_similar(self, message: messages.RowsChanged) -> None:
        """Show the similar articles as they are after a change."""
        entry = self.side_pane.full_article
        shown = {each.id for each in self.side_pane.similar or ()}
        if entry is not None and (
            (message.is_many and shown) or not shown.isdisjoint(message.removed)
        ):
            self._request_insights(entry)
        elif not shown.isdisjoint(message.rows):
            self.side_pane.update_similar(message.rows)

    def show_similar(self, message: messages.SimilarFound) -> None:
        """Show the similar articles, and open the one that was asked for before they were known."""
        if message.article == self._requested_article:
            self._requested_article = ""
        if message.similar or not self.gateway.lists.is_indexing:  # else some may still be found
            self.side_pane.show_similar(message.article, message.similar)
        article, number = self._pending_jump
        if message.article == article == self.state.current_article:
            self._open_similar(number, message.similar)
            if (entry := self.side_pane.full_article) is not None:
                self._load_insights(entry)  # which waited meanwhile

    def open_similar(self, number: int) -> None:
        """Open a similar article by its number, once they are known."""
        article, similar = self.state.current_article, self.side_pane.similar
        if similar is not None and is_article(self.side_pane.full_article, article):
            self._open_similar(number, similar)
        elif article:
            self._pending_jump = article, number
            self.gateway.articles.preview_article(article)

    def _open_similar(self, number: int, similar: Sequence[SimilarArticle]) -> None:
        self._pending_jump = "", 0
        if not similar and self.gateway.lists.is_indexing:
            self.status_line.show_notice("Similar articles are known once indexing is done")
        elif number > len(similar):
            self.status_line.show_notice(f"No similar article {number}")
        elif (article := similar[number - 1].id) is None:
            self.status_line.show_notice(f"Not in the library: {similar[number - 1].title}")
        else:
            self.articles.open(article)

    def go_to_text(self, offset: int) -> None:
        """Go to the place of a summary's sentence, opening its article if it is not open."""
        if article := self.state.current_article:
            self.articles.open_or_resume(article, offset=offset)
