"""Pages of the web in the article pane: the whole text of an article, and what links lead to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from textual.screen import Screen

from store.text.urls import resolve_web_url
from tui.reader.dialogs.links import LinkChoice, LinksDialog
from tui.reader.gateway import messages
from tui.reader.gateway.pages import Pages
from tui.reader.screen.article_actions import ArticleActions, is_article
from tui.reader.screen.link_actions import LinkActions
from tui.reader.screen.panes import Panes
from tui.reader.screen.reader_state import ReaderState
from tui.reader.screen.text_actions import NO_ARTICLE_NOTICE
from tui.reader.widgets.article_view import ArticleView
from tui.reader.widgets.bars import StatusLine
from tui.rendering.text_layout import ArticleLink
from tui.rendering.trail import ShownPage

if TYPE_CHECKING:
    from tui.config.keymaps import Keymap


@dataclass(eq=False)
class PageActions:
    """Shows the text of an article's page in place of its own, and reads links in the article pane."""

    screen: Screen[None]
    keymap: Keymap
    pages: Pages
    state: ReaderState
    panes: Panes
    article_view: ArticleView
    status_line: StatusLine
    articles: ArticleActions
    links: LinkActions
    _links_dialog: LinksDialog | None = field(default=None, init=False)
    _wanted_text: str = field(default="", init=False)
    """The article whose page was asked for."""

    # -- the whole text of an article --------------------------------------------------------

    def toggle_text(self) -> None:
        """Show the text of the current article's page, or its own again."""
        article = self.state.current_article
        if not article:
            self.status_line.show_notice("No article is selected")
        elif self._is_open(article):
            self._toggle_open_text(article)
        else:
            self._wanted_text = article
            if not self.state.is_reading:
                self.articles.open(article)

    def _is_open(self, article: str) -> bool:
        """Return True if an article is open, and not only previewed or asked for."""
        is_shown = is_article(self.article_view.full_article, article)
        return (
            is_shown
            and article == self.state.requested_article
            and not self.article_view.is_preview
        )

    def _toggle_open_text(self, article: str) -> None:
        entry = self.article_view.full_article
        if entry is None:
            return
        self.panes.focus("article")
        if self.article_view.shown_page is not None:
            self.article_view.show_page(None)
            self.status_line.show_notice("The article's own text")
        elif article in self.state.loose_pages:
            self.status_line.show_notice("This is the text of the page")
        elif not entry.article.url:
            self.status_line.show_notice("This article has no URL")
        else:
            self._wanted_text = article
            self.pages.load_text(entry)

    def load_wanted_text(self, message: messages.ArticleLoaded) -> None:
        """Load the text of the page, if the article was opened for that."""
        article, wanted = message.full_article.article.id, self._wanted_text
        if message.opened and wanted:
            self._wanted_text = ""
            if article == wanted and self.article_view.shown_page is None:
                self.toggle_text()

    def show_text(self, message: messages.PageTextLoaded) -> None:
        """Show the text of a page, unless another article is shown by now."""
        article = message.article
        if article == self._wanted_text and is_article(self.article_view.full_article, article):
            self._wanted_text = ""
            self.article_view.show_page(ShownPage(message.text, message.words))
            key = self.keymap.first_key("article.page_text")
            self.status_line.show_notice(f"Text of the page · {key} shows the article's own")

    # -- links -------------------------------------------------------------------------------

    def show_links(self) -> None:
        """Number the links of the article, and ask which one to open."""
        view, entry = self.article_view, self.article_view.full_article
        if entry is None or not self.panes.is_visible("article"):
            self.status_line.show_notice(NO_ARTICLE_NOTICE)
        elif not (links := view.links):
            self.status_line.show_notice("No links in this article")
        else:
            self.articles.text.close_find_bar()
            view.set_link_numbers(on=True)
            dialog = LinksDialog(self.keymap, links, self._reveal_link, self._copy_link)
            self._links_dialog = dialog
            self.screen.app.push_screen(dialog, self._open_link)
            urls = [url for link in links if (url := self._resolve(link))]
            self.pages.find_known_links(entry.article.id, urls)

    def mark_known_links(self, message: messages.KnownLinksFound) -> None:
        """Mark the links that lead to articles of the library."""
        dialog = self._links_dialog
        if dialog is not None and is_article(self.article_view.full_article, message.article):
            dialog.mark_known(lambda link: self._resolve(link) in message.known)

    def _reveal_link(self, link: ArticleLink) -> None:
        self.article_view.reveal_offset(link.offset)

    def _copy_link(self, link: ArticleLink) -> None:
        self.links.copy_line(link.url)

    def _open_link(self, choice: LinkChoice | None) -> None:
        self._links_dialog = None
        self.article_view.set_link_numbers(on=False)
        if choice is not None and choice.in_browser:
            self.links.open_in_browser(choice.link.url)
        elif choice is not None:
            self.read_link(choice.link)

    def read_link(self, link: ArticleLink) -> None:
        """Read what a link of the article leads to."""
        entry, url = self.article_view.full_article, self._resolve(link)
        if entry is None or not url:
            self.status_line.show_notice("Not opened: only http and https links can be read")
        else:
            if self.article_view.is_preview:
                self.articles.open(entry.article.id)  # so that the trail leads back
            self.pages.open_link(url, entry)

    def open_resolved(self, message: messages.LinkResolved) -> None:
        """Open what a link leads to, unless another article is shown by now."""
        if not is_article(self.article_view.full_article, message.origin):
            return
        if message.is_loose:
            self.state.loose_pages.add(message.article)
        self.articles.open(message.article)
        if message.is_loose:
            keep, back = map(self.keymap.first_key, ("feeds.add", "trail.back"))
            self.status_line.show_notice(f"{keep} adds it to the library · {back} goes back")

    def _resolve(self, link: ArticleLink) -> str:
        entry = self.article_view.full_article
        return resolve_web_url(link.url, entry.article.url if entry is not None else "")

    # -- loose pages -------------------------------------------------------------------------

    @property
    def current_loose_page(self) -> str:
        """The loose page that is being read; empty if it is an article of the library."""
        article = self.state.current_article
        return article if article in self.state.loose_pages else ""

    def keep(self) -> bool:
        """Add the page that is being read to the library; return False if it is there already."""
        article = self.current_loose_page
        if article:
            self.pages.keep(article)
        return bool(article)

    def show_kept(self, message: messages.PageKept) -> None:
        """Note that a page is an article of the library from now on."""
        self.state.loose_pages.discard(message.article)
        entry = self.article_view.full_article
        if entry is not None and entry.article.id == message.article:
            self.article_view.note = ""
            self.article_view.update_header(entry)

    def reject_loose_page(self) -> bool:
        """Say that a command needs an article of the library, if a loose page is being read."""
        if self.current_loose_page:
            key = self.keymap.first_key("feeds.add")
            self.status_line.show_notice(f"Not in the library · {key} adds it")
        return bool(self.current_loose_page)

    # -- fetching ----------------------------------------------------------------------------

    def show_fetch(self, message: messages.PageFetchStarted) -> None:
        """Show that a page is being fetched, and how to stop that."""
        notice = f"Fetching {message.host} … · {self.keymap.cancel_key} to stop"
        self.status_line.show_notice(notice)

    def cancel_fetch(self) -> bool:
        """Stop fetching a page; return False if none is being fetched."""
        was_fetching = self.pages.is_fetching
        if was_fetching:
            self._wanted_text = ""
            self.pages.stop()
            self.status_line.show_notice("Stopped")
        return was_fetching
