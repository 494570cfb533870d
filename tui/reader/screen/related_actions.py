"""What the library has studied of an article: key terms, what is new, where a summary stands in it."""

from __future__ import annotations

from functools import partial

from textual import on

from store.model.article import Entry
from tui.reader.gateway import messages
from tui.reader.screen.panes import Panes
from tui.reader.widgets.side_pane import SidePane

SHOWN_WITHIN = 0.03
"""Seconds after which a text is on the screen: searching for similar ones would hold up drawing it."""


class Studying(Panes):
    """Shows what was studied, and goes from a sentence of the summary to its place in the text."""

    _place_wanted: tuple[str, int] = "", 0
    """Article and offset to go to once it is open."""

    @on(messages.ArticleFetched)
    def relate_once_shown(self, message: messages.ArticleFetched) -> None:
        """Ask what is similar to an article once it is on the screen, so that its text comes first."""
        related = partial(self._relate, message.entry, opened=message.opened)
        self.set_timer(SHOWN_WITHIN, related)

    def _relate(self, entry: Entry, *, opened: bool) -> None:
        there = [pane.entry.article.id for pane in (self.article, self.side) if pane.entry]
        if entry.article.id in there and (opened or self.side.similar is None):
            self.gateway.relate(entry)

    @on(messages.ArticleStudied)
    def show_study(self, message: messages.ArticleStudied) -> None:
        """Show key terms in the side pane, and mark what is new in the text."""
        self.side.show_study(message.article, message.study)
        entry = self.article.entry
        if entry is not None and entry.article.id == message.article:
            self.article.show_news(message.study.new_paragraphs)

    @on(messages.SummaryRunning)
    def show_running(self, message: messages.SummaryRunning) -> None:
        """Say at the summary that a program makes another one."""
        self.side.show_running(message.article, message.program)

    @on(messages.LibraryIndexed)
    def ask_again_what_is_similar(self) -> None:
        """What is shown was looked for before all was indexed."""
        if self.side.entry is not None:
            self.gateway.relate(self.side.entry)

    @on(messages.LibraryIndexing)
    def ask_what_is_similar_at_last(self, message: messages.LibraryIndexing) -> None:
        """Nothing was found similar while not all was indexed."""
        if not message.total and self.side.entry is not None and self.side.similar is None:
            self.gateway.relate(self.side.entry)

    @on(SidePane.Pointed)
    def go_to_place(self, message: SidePane.Pointed) -> None:
        """Go to the place of a summary's sentence, opening its article if need be."""
        entry, subject = self.article.entry, self.subject
        if entry is not None and entry.article.id == subject:
            self.go_to_pane("article")
            self.article.go_to_offset(message.offset)
        elif subject:
            self._place_wanted = subject, message.offset
            self.open(subject)

    @on(messages.ArticleFetched)
    def go_to_place_at_last(self, message: messages.ArticleFetched) -> None:
        """Go to the place that was asked for before the article was open."""
        article, offset = self._place_wanted
        if message.opened and message.entry.article.id == article:
            self._place_wanted = "", 0
            self.call_next(self.article.go_to_offset, offset)  # once it is shown
