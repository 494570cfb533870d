"""What the library has studied of an article: key terms, what is new, where a summary stands in it."""

from __future__ import annotations

from functools import partial

from textual import on

from store.model.article import FullArticle
from tui.reader.gateway import messages
from tui.reader.screen.panes import Panes
from tui.reader.widgets.side_pane import SidePane

INSIGHTS_DELAY = 0.03
"""Seconds after which a text is on the screen: searching for similar ones would hold up drawing it."""


class Studying(Panes):
    """Shows what was studied, and goes from a sentence of the summary to its place in the text."""

    _pending_position: tuple[str, int] = "", 0
    """Article and offset to go to once it is open."""

    @on(messages.ArticleLoaded)
    def schedule_insights(self, message: messages.ArticleLoaded) -> None:
        """Ask what is similar to an article once it is on the screen, so that its text comes first."""
        related = partial(self._load_insights, message.full_article, opened=message.opened)
        self.set_timer(INSIGHTS_DELAY, related)

    def _load_insights(self, entry: FullArticle, *, opened: bool) -> None:
        there = [
            pane.full_article.article.id
            for pane in (self.article_view, self.side_pane)
            if pane.full_article
        ]
        if entry.article.id in there and (opened or self.side_pane.similar is None):
            self.gateway.articles.load_insights(entry)

    @on(messages.InsightsComputed)
    def show_insights(self, message: messages.InsightsComputed) -> None:
        """Show key terms in the side pane, and mark what is new in the text."""
        self.side_pane.show_insights(message.article, message.insights)
        entry = self.article_view.full_article
        if entry is not None and entry.article.id == message.article:
            self.article_view.show_new_paragraphs(message.insights.new_paragraphs)

    @on(messages.SummaryStatusChanged)
    def show_summary_status(self, message: messages.SummaryStatusChanged) -> None:
        """Say at the summary that a program makes another one."""
        self.side_pane.show_summary_program(message.article, message.program_name)

    @on(messages.IndexUpdated)
    def reload_similar(self) -> None:
        """What is shown was looked for before all was indexed."""
        if self.side_pane.full_article is not None:
            self.gateway.articles.load_insights(self.side_pane.full_article)

    @on(messages.IndexProgressed)
    def load_similar_once_indexed(self, message: messages.IndexProgressed) -> None:
        """Nothing was found similar while not all was indexed."""
        if (
            not message.total
            and self.side_pane.full_article is not None
            and self.side_pane.similar is None
        ):
            self.gateway.articles.load_insights(self.side_pane.full_article)

    @on(SidePane.TextOffsetChosen)
    def go_to_text_position(self, message: SidePane.TextOffsetChosen) -> None:
        """Go to the place of a summary's sentence, opening its article if need be."""
        entry, subject = self.article_view.full_article, self.current_article
        if entry is not None and entry.article.id == subject:
            self.focus_pane("article")
            self.article_view.go_to_position(message.offset)
        elif subject:
            self._pending_position = subject, message.offset
            self.open_article(subject)

    @on(messages.ArticleLoaded)
    def go_to_pending_position(self, message: messages.ArticleLoaded) -> None:
        """Go to the place that was asked for before the article was open."""
        article, offset = self._pending_position
        if message.opened and message.full_article.article.id == article:
            self._pending_position = "", 0
            self.call_next(self.article_view.go_to_position, offset)  # once it is shown
