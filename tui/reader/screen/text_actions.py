"""What keys do inside the text of an article: find, select and copy, follow its links."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events, on

from tui.reader.dialogs.links import Links
from tui.reader.gateway import messages
from tui.reader.screen.link_actions import Outward
from tui.reader.widgets.article_view import ArticleView
from tui.reader.widgets.find_bar import FindBar
from tui.reader.widgets.inputs import SearchInput
from tui.rendering.text_layout import Link


class Within(Outward):
    """Inside the article."""

    finding: FindBar | None = None
    _find_when_shown: tuple[str, Sequence[str]] = "", ()
    """An article that is on its way, and what is to be found in it at once."""

    @property
    def place(self) -> str:
        """Inside the article keys may mean the words found, or those being selected."""
        place = super().place
        if place != "article":
            return place
        if self.article.selection is not None:
            return "select"
        return "find" if self.finding is not None else place

    def tell_keys(self) -> None:
        """Name the keys that matter; while something is typed those of that."""
        typing = self.focused
        if isinstance(typing, SearchInput):
            self.status.set_keys(typing.HINTS)
        else:
            super().tell_keys()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Know when something is typed."""
        if isinstance(event.widget, SearchInput):
            self.tell_keys()

    def open(self, article: str, *, visit: bool = True, find: Sequence[str] = ()) -> None:
        """Open an article in the article pane.

        Args:
            article: Its id.
            visit: Whether it comes onto the trail; not when going along the trail.
            find: Words that are marked in it; the first of them is shown.
        """
        self.end_find()
        self._find_when_shown = article, find
        super().open(article, visit=visit)

    # -- finding ---------------------------------------------------------------------------

    async def action_article_find(self) -> None:
        """Ask for words."""
        if self.article.entry is None:
            self.status.say("no article is open")
            return
        self.article.end_selecting()
        await self._show_bar("")
        if self.finding is not None:
            self.finding.type_on()
            self._tell_count()

    async def _show_bar(self, words: str) -> None:
        if self.finding is None:
            self.finding = FindBar(words, self.article.position)
            await self.mount(self.finding, before=self.status)
            self.tell_keys()

    @on(messages.ArticleFetched)
    def find_at_once(self, message: messages.ArticleFetched) -> None:
        """Show in an article what it was found by, once it stands."""
        article, terms = self._find_when_shown
        if message.opened and terms and message.entry.article.id == article:
            self._find_when_shown = "", ()
            self.call_after_refresh(self._find_terms, article, terms)

    async def _find_terms(self, article: str, terms: Sequence[str]) -> None:
        entry = self.article.entry
        if entry is not None and entry.article.id == article:
            await self._show_bar(" ".join(terms))
            self.article.find(terms, words=True)

    @on(FindBar.Typed)
    def find(self, event: FindBar.Typed) -> None:
        """Mark the words typed so far, and show the first from where reading stood."""
        if self.finding is not None:
            self.article.find([event.words], self.finding.origin)

    @on(ArticleView.Looked)
    def tell_count(self, event: ArticleView.Looked) -> None:
        """Say which hit of how many is shown."""
        del event
        self._tell_count()

    def _tell_count(self) -> None:
        if self.finding is not None and self.article.found is not None:
            self.finding.tell(self.article.found.count)

    @on(FindBar.Moved)
    def move_to_hit(self, event: FindBar.Moved) -> None:
        """Another hit while the words are typed."""
        self.article.find_step(event.by)

    @on(FindBar.Taken)
    def take_words(self) -> None:
        """On to the text; the hits stay marked."""
        if self.finding is not None and self.finding.words.strip():
            self.go_to_pane("article")
            self.call_after_refresh(self._tell_count)
        else:
            self.end_find()

    @on(FindBar.Left)
    def leave_words(self) -> None:
        """Back to where reading stood."""
        if self.finding is not None:
            origin = self.finding.origin
            self.end_find()
            self.article.go_to_offset(origin)

    def end_find(self) -> None:
        """Take the bar and the marks away; the place in the text is kept."""
        bar, self.finding = self.finding, None
        if bar is not None:
            self.go_to_pane(self.pane)
            bar.remove()
            self.article.end_find()

    def action_find_next(self, count: int = 1) -> None:
        """The next hit."""
        self.article.find_step(count)

    def action_find_previous(self, count: int = 1) -> None:
        """The hit before."""
        self.article.find_step(-count)

    def action_find_keep(self) -> None:
        """Read on from here."""
        self.end_find()

    def action_find_close(self) -> None:
        """Away with the marks."""
        self.end_find()

    # -- selecting -------------------------------------------------------------------------

    def action_select_start(self) -> None:
        """Put a cursor into the text."""
        if self.article.start_selecting():
            self.tell_keys()
        else:
            self.status.say("there is no text to select")

    def action_select_begin(self) -> None:
        """Select from here on, or no longer."""
        self.article.begin_selection()

    def action_select_word_next(self, count: int = 1) -> None:
        """Words on."""
        self.article.move_selection("word", count)

    def action_select_word_previous(self, count: int = 1) -> None:
        """Words back."""
        self.article.move_selection("word", -count)

    def action_select_paragraph_next(self, count: int = 1) -> None:
        """To the end of the paragraph."""
        self.article.move_selection("paragraph", count)

    def action_select_paragraph_previous(self, count: int = 1) -> None:
        """To the beginning of the paragraph."""
        self.article.move_selection("paragraph", -count)

    def action_select_copy(self) -> None:
        """Copy what is selected."""
        self.copy_text(self.article.end_selecting())
        self.tell_keys()

    def action_select_leave(self) -> None:
        """Select nothing."""
        self.article.end_selecting()
        self.tell_keys()

    # -- links -----------------------------------------------------------------------------

    def action_article_links(self) -> None:
        """Show the links of the article, numbered."""
        links = self.article.links
        if self.article.entry is None or "article" not in self.shape.panes:
            self.status.say("no article is open")
        elif not links:
            self.status.say("no links in this article")
        else:
            self.end_find()
            self.article.number_links(on=True)
            names = ("article.open", "article.copy_url", "article.back")
            what = zip(map(self.keymap.first, names), ("opens", "copies", "closes"), strict=True)
            keys = " · ".join(f"{key} {does}" for key, does in what)
            self.app.push_screen(
                Links(links, keys, self._follow_link, self._copy_link), self._open_link
            )

    def _follow_link(self, link: Link) -> None:
        self.article.show_offset(link.offset)

    def _copy_link(self, link: Link) -> None:
        self.copy(link.url)

    def _open_link(self, link: Link | None) -> None:
        self.article.number_links(on=False)
        if link is not None:
            self.open_source(link.url)
