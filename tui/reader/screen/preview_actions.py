"""The preview: article pane and side pane show the article under the list's cursor."""

from __future__ import annotations

from dataclasses import dataclass

from store.model.article import FullArticle
from tui.reader.dialogs.article_preview import ArticlePreview
from tui.reader.gateway import messages
from tui.reader.screen.article_actions import ArticleActions, is_article
from tui.reader.screen.panes import Panes
from tui.reader.screen.reader_state import ReaderState
from tui.reader.screen.side_pane_actions import SidePaneActions
from tui.reader.widgets.article_view import ArticleView
from tui.reader.widgets.side_pane import SidePane


@dataclass(eq=False)
class PreviewActions:
    """Shows the selected article beside the list, while none is being read."""

    state: ReaderState
    panes: Panes
    article_view: ArticleView
    side_pane: SidePane
    articles: ArticleActions
    side: SidePaneActions
    preview: ArticlePreview

    @property
    def _fills_article_pane(self) -> bool:
        return self.state.has_previews and self.panes.is_visible("article")

    @property
    def is_pending(self) -> bool:
        """True if the article pane is to show the selected article, and does not yet."""
        return (
            not self.state.is_reading
            and self._fills_article_pane
            and bool(article := self.state.selected_article)
            and not is_article(self.article_view.full_article, article)
        )

    def follow(self, *, rests: bool = False, waits: bool = False) -> None:
        """Show the selected article once the list's cursor rests; see `ArticlePreview.follow`."""
        is_side_visible = self.panes.is_visible("side")
        if self.state.article_list.is_waiting:
            return  # for the row of the cursor, after which it is followed
        if self.state.is_reading:
            self.preview.stop()
            self.side.follow_open_article()
        elif self._fills_article_pane or is_side_visible:
            article = self.state.selected_article
            is_missing = (
                self._fills_article_pane and not self.articles.is_previewed(article),
                is_side_visible and not is_article(self.side_pane.full_article, article),
            )
            self.preview.follow(
                article,
                self.state.article_list.neighbours,
                rests=rests,
                waits=waits,
                shown=not any(is_missing),
            )
        else:
            self.preview.stop()

    def load_again(self) -> None:
        """Load the selected article, which could not be loaded before."""
        self.preview.stop()
        self.follow(rests=True)

    def show(self, entry: FullArticle | None) -> None:
        """Show an article in the panes beside the list; None empties them."""
        if self._fills_article_pane:
            self.articles.show_preview(entry)
        if self.panes.is_visible("side"):
            self.side.show_preview(entry)

    def receive(self, message: messages.ArticleLoaded) -> None:
        """Take in an article that was loaded."""
        self.preview.receive(message.full_article)

    def forget_texts(self, _: messages.LibraryChanged) -> None:
        """Load every article again: its text may have been replaced."""
        self.preview.forget()
