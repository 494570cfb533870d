"""What keys do inside the text of an article: find, select and copy, follow its links."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events, on

from tui.reader.dialogs.links import LinksDialog
from tui.reader.gateway import messages
from tui.reader.screen.link_actions import Outward
from tui.reader.widgets.article_view import ArticleView
from tui.reader.widgets.bars import FindBar
from tui.reader.widgets.inputs import SanitizedInput
from tui.rendering.text_layout import ArticleLink


class Within(Outward):
    """Inside the article."""

    find_bar: FindBar | None = None
    _pending_find: tuple[str, Sequence[str]] = "", ()
    """An article that is on its way, and what is to be found in it at once."""

    @property
    def place(self) -> str:
        """Inside the article keys may mean the words found, or those being selected."""
        place = super().place
        if place != "article":
            return place
        if self.article_view.selection is not None:
            return "select"
        return "find" if self.find_bar is not None else place

    def show_key_hints(self) -> None:
        """Name the keys that matter; while something is typed those of that."""
        typing = self.focused
        if isinstance(typing, SanitizedInput):
            self.status_line.set_key_hints(typing.HINTS)
        else:
            super().show_key_hints()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Know when something is typed."""
        if isinstance(event.widget, SanitizedInput):
            self.show_key_hints()

    def open_article(self, article: str, *, visit: bool = True, find: Sequence[str] = ()) -> None:
        """Open an article in the article pane.

        Args:
            article: Its id.
            visit: Whether it comes onto the trail; not when going along the trail.
            find: Words that are marked in it; the first of them is shown.
        """
        self.close_find_bar()
        self._pending_find = article, find
        super().open_article(article, visit=visit)

    # -- finding ---------------------------------------------------------------------------

    async def action_article_find(self) -> None:
        """Ask for words."""
        if self.article_view.full_article is None:
            self.status_line.show_notice("no article is open")
            return
        self.article_view.end_selection()
        await self._show_find_bar("")
        if self.find_bar is not None:
            self.find_bar.focus_input()
            self._update_hit_count()

    async def _show_find_bar(self, words: str) -> None:
        if self.find_bar is None:
            self.find_bar = FindBar(words, self.article_view.position)
            await self.mount(self.find_bar, before=self.status_line)
            self.show_key_hints()

    @on(messages.ArticleLoaded)
    def start_pending_find(self, message: messages.ArticleLoaded) -> None:
        """Show in an article what it was found by, once it stands."""
        article, terms = self._pending_find
        if message.opened and terms and message.full_article.article.id == article:
            self._pending_find = "", ()
            self.call_after_refresh(self._find_terms, article, terms)

    async def _find_terms(self, article: str, terms: Sequence[str]) -> None:
        entry = self.article_view.full_article
        if entry is not None and entry.article.id == article:
            await self._show_find_bar(" ".join(terms))
            self.article_view.find(terms, words=True)

    @on(FindBar.WordsChanged)
    def find_typed_words(self, event: FindBar.WordsChanged) -> None:
        """Mark the words typed so far, and show the first from where reading stood."""
        if self.find_bar is not None:
            self.article_view.find([event.words], self.find_bar.start_position)

    @on(ArticleView.FindProgressed)
    def show_hit_count(self, event: ArticleView.FindProgressed) -> None:
        """Say which hit of how many is shown."""
        del event
        self._update_hit_count()

    def _update_hit_count(self) -> None:
        if self.find_bar is not None and self.article_view.text_search is not None:
            self.find_bar.show_count(self.article_view.text_search.status_text)

    @on(FindBar.StepRequested)
    def step_hit(self, event: FindBar.StepRequested) -> None:
        """Another hit while the words are typed."""
        self.article_view.step_hit(event.by)

    @on(FindBar.Confirmed)
    def confirm_find(self) -> None:
        """On to the text; the hits stay marked."""
        if self.find_bar is not None and self.find_bar.words.strip():
            self.focus_pane("article")
            self.call_after_refresh(self._update_hit_count)
        else:
            self.close_find_bar()

    @on(FindBar.Cancelled)
    def cancel_find(self) -> None:
        """Back to where reading stood."""
        if self.find_bar is not None:
            origin = self.find_bar.start_position
            self.close_find_bar()
            self.article_view.go_to_position(origin)

    def close_find_bar(self) -> None:
        """Take the bar and the marks away; the place in the text is kept."""
        bar, self.find_bar = self.find_bar, None
        if bar is not None:
            self.focus_pane(self.current_pane)
            bar.remove()
            self.article_view.clear_highlights()

    def action_find_next(self, count: int = 1) -> None:
        """The next hit."""
        self.article_view.step_hit(count)

    def action_find_previous(self, count: int = 1) -> None:
        """The hit before."""
        self.article_view.step_hit(-count)

    def action_find_keep(self) -> None:
        """Read on from here."""
        self.close_find_bar()

    def action_find_close(self) -> None:
        """Away with the marks."""
        self.close_find_bar()

    # -- selecting -------------------------------------------------------------------------

    def action_select_start(self) -> None:
        """Put a cursor into the text."""
        if self.article_view.start_selection():
            self.show_key_hints()
        else:
            self.status_line.show_notice("there is no text to select")

    def action_select_begin(self) -> None:
        """Select from here on, or no longer."""
        self.article_view.toggle_selection_anchor()

    def action_select_word_next(self, count: int = 1) -> None:
        """Words on."""
        self.article_view.move_selection("word", count)

    def action_select_word_previous(self, count: int = 1) -> None:
        """Words back."""
        self.article_view.move_selection("word", -count)

    def action_select_paragraph_next(self, count: int = 1) -> None:
        """To the end of the paragraph."""
        self.article_view.move_selection("paragraph", count)

    def action_select_paragraph_previous(self, count: int = 1) -> None:
        """To the beginning of the paragraph."""
        self.article_view.move_selection("paragraph", -count)

    def action_select_copy(self) -> None:
        """Copy what is selected."""
        self.copy_text_to_clipboard(self.article_view.end_selection())
        self.show_key_hints()

    def action_select_leave(self) -> None:
        """Select nothing."""
        self.article_view.end_selection()
        self.show_key_hints()

    # -- links -----------------------------------------------------------------------------

    def action_article_links(self) -> None:
        """Show the links of the article, numbered."""
        links = self.article_view.links
        if (
            self.article_view.full_article is None
            or "article" not in self.pane_layout.visible_panes
        ):
            self.status_line.show_notice("no article is open")
        elif not links:
            self.status_line.show_notice("no links in this article")
        else:
            self.close_find_bar()
            self.article_view.set_link_numbers(on=True)
            names = ("article.open", "article.copy_url", "article.back")
            what = zip(
                map(self.keymap.first_key, names), ("opens", "copies", "closes"), strict=True
            )
            keys = " · ".join(f"{key} {does}" for key, does in what)
            self.app.push_screen(
                LinksDialog(links, keys, self._reveal_link, self._copy_link), self._open_link
            )

    def _reveal_link(self, link: ArticleLink) -> None:
        self.article_view.reveal_offset(link.offset)

    def _copy_link(self, link: ArticleLink) -> None:
        self.copy_line(link.url)

    def _open_link(self, link: ArticleLink | None) -> None:
        self.article_view.set_link_numbers(on=False)
        if link is not None:
            self.open_in_browser(link.url)
