"""Commands inside the text of an article: find words, select and copy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from textual.screen import Screen

from tui.reader.screen.link_actions import LinkActions
from tui.reader.screen.panes import Panes
from tui.reader.widgets.article_view import ArticleView
from tui.reader.widgets.bars import FindBar, StatusLine
from tui.rendering.text_search import WordsToFind, find_words

NO_ARTICLE_NOTICE = "No article is open"


@dataclass(eq=False)
class TextActions:
    """Finds and selects in the open article."""

    screen: Screen[None]
    panes: Panes
    article_view: ArticleView
    status_line: StatusLine
    links: LinkActions
    update_key_hints: Callable[[], None]
    find_bar: FindBar | None = field(default=None, init=False)

    # -- finding -----------------------------------------------------------------------------

    async def start_find(self) -> None:
        """Ask for words."""
        if self.article_view.full_article is None:
            self.status_line.show_notice(NO_ARTICLE_NOTICE)
            return
        self.article_view.end_selection()
        bar = await self._show_find_bar("")
        bar.focus_input()
        self.update_hit_count()

    async def _show_find_bar(self, words: str) -> FindBar:
        if self.find_bar is None:
            self.find_bar = FindBar(words, self.article_view.position)
            await self.screen.mount(self.find_bar, before=self.status_line)
            self.update_key_hints()
        return self.find_bar

    async def highlight(self, article: str, found: WordsToFind) -> None:
        """Highlight words in an article, if it is still open, and go to the first."""
        entry = self.article_view.full_article
        if entry is not None and entry.article.id == article:
            await self._show_find_bar(found.words)
            self.article_view.find(found.find_spans)

    def show_find_bar(self, *, shown: bool) -> None:
        """Show the bar while the user is in the article; elsewhere its keys mean other things."""
        if self.find_bar is not None:
            self.find_bar.display = shown

    def find_typed_words(self, words: str) -> None:
        """Highlight the words typed so far, and go to the first hit after the old position."""
        if self.find_bar is not None:
            self.article_view.find(find_words(words), self.find_bar.start_position)

    def update_hit_count(self) -> None:
        """Show which hit of how many is on the screen."""
        if self.find_bar is not None and self.article_view.text_search is not None:
            self.find_bar.show_count(self.article_view.text_search.status_text)

    def confirm_find(self) -> None:
        """Go to the text; the hits stay highlighted."""
        if self.find_bar is not None and self.find_bar.words.strip():
            self.panes.focus("article")
            self.screen.call_after_refresh(self.update_hit_count)
        else:
            self.close_find_bar()

    def cancel_find(self) -> None:
        """Return to the position before the search."""
        if self.find_bar is not None:
            position = self.find_bar.start_position
            self.close_find_bar()
            self.article_view.go_to_position(position)

    def close_find_bar(self) -> None:
        """Remove the bar and the highlights; the position is kept."""
        bar, self.find_bar = self.find_bar, None
        if bar is not None:
            if bar.has_focus_within:
                self.panes.focus(self.panes.state.current_pane)
            bar.remove()
            self.article_view.clear_highlights()

    # -- selecting ---------------------------------------------------------------------------

    def start_selection(self) -> None:
        """Put a cursor into the text."""
        if self.article_view.start_selection():
            self.update_key_hints()
        else:
            self.status_line.show_notice("No text to select")

    def copy_selection(self) -> None:
        """Copy the selected text, and end the selection."""
        self.links.copy_text(self.article_view.end_selection())
        self.update_key_hints()

    def cancel_selection(self) -> None:
        """End the selection."""
        self.article_view.end_selection()
        self.update_key_hints()
