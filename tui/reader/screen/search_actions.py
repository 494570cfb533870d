"""The search: what is typed is looked for in the whole library, and the list shows what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from textual import on
from textual.widgets import Input

from store.search import Query, Search
from store.search.matches import Matches
from tui.reader.gateway import messages
from tui.reader.screen.panes import Panes
from tui.reader.widgets.article_list import ArticleList, Standing
from tui.reader.widgets.inputs import LibrarySearch
from tui.rendering.wording import joined

LONGEST = 200
"""Characters that can be searched for."""
AT_ONCE = 300
"""Rows that are asked for while one types: more than anybody looks through."""
AROUND = 24
"""Rows before and behind the cursor whose lines are asked for."""


class Searching(Panes):
    """Searches as one types; `escape` brings the list back as it was."""

    search: LibrarySearch | None = None
    """Where it is typed, as long as it is."""
    _asked = Search("", typing=True)
    _matches: Matches | None = None
    """What was found; None where nothing is searched for."""
    _shown: Search | None = None
    """The search whose rows are shown."""
    _to_open: Search | None = None
    """The search whose first find is to be opened as soon as it is known."""
    _before: Standing | None = None
    """The list as it was."""

    async def action_list_search(self) -> None:
        """Ask what to search for."""
        if self.search is None:
            self.search = LibrarySearch(
                self._asked.text,
                placeholder="words, “phrases”, -not, title: category: is: date: …",
                classes="search",
                max_length=LONGEST,
                compact=True,
            )
            await self.mount(self.search, before=self.status)
        self.zoomed = False
        self.go_to_pane("list")
        self.rearrange()
        self.set_focus(self.search)

    @on(Input.Changed, ".search")
    def look_for(self, event: Input.Changed) -> None:
        """Look for what is typed so far, unless the search has ended since."""
        if self.search is not None and event.value != self._asked.text:
            self._look_for(replace(self._asked, text=event.value))

    def _look_for(self, asked: Search, limit: int | None = AT_ONCE) -> None:
        self._asked = asked
        if self._before is None:
            self._before, self.searching = self.articles.standing, True
            self.rearrange()
        if asked.text.strip():
            self.gateway.search(asked, limit)
        else:
            self._show_list_before()

    @on(messages.SearchAnswered)
    def show_found(self, message: messages.SearchAnswered) -> None:
        """Show what was found, unless something else was asked since."""
        if message.search != self._asked or not self.searching:
            return
        more = self._shown == message.search  # the rest of what is shown already
        self._matches, self._shown = message.matches, message.search
        matches = message.matches
        self.articles.empty = matches.note or "nothing found"
        spans = matches.marker.spans
        self.articles.show_found(matches.rows, message.excerpts, spans, stay=more)
        self.tell_state()
        if message.search == self._to_open:
            self._open_row()

    @on(messages.SearchRefused)
    def tell_mistake(self, message: messages.SearchRefused) -> None:
        """Say where the query goes wrong."""
        if message.search == self._asked and self.searching:
            self.status.say(message.reason)

    @on(ArticleList.Moved)
    def look_for_lines(self) -> None:
        """Ask for the lines around the cursor that are not known yet."""
        if self.searching and self._matches is not None:
            missing = self.articles.without_line(AROUND)
            if missing:
                self.gateway.find_excerpts(self._asked, self._matches, missing)

    @on(messages.ExcerptsFound)
    def show_lines(self, message: messages.ExcerptsFound) -> None:
        """Show more lines of what was found."""
        if message.search == self._asked and self.searching:
            self.articles.add_lines(message.excerpts)

    @on(LibrarySearch.Moved)
    def move_meanwhile(self, event: LibrarySearch.Moved) -> None:
        """Move through what was found while one types."""
        self.articles.move(event.by)

    @on(Input.Submitted, ".search")
    def open_found(self) -> None:
        """Open the article under the cursor at the first place that was found."""
        self.end_typing()
        if self._shown == self._asked:
            self._open_row()
        elif self.searching and self._asked.text.strip():
            self._to_open = self._asked  # what is typed fast is found a little later

    def _open_row(self) -> None:
        self._to_open = None
        if (row := self.articles.row) is not None:
            self.open(row.id)

    @on(LibrarySearch.Kept)
    def go_to_found(self) -> None:
        """Go to the list of what was found, all of it."""
        self.end_typing()
        if self.searching and self._matches and self._matches.total > len(self._matches.rows):
            self._look_for(self._asked, None)

    def end_typing(self) -> None:
        """Take the input away."""
        self.go_to_pane("list")
        self.rearrange()
        if self.search is not None:
            self.search.remove()
            self.search = None

    def terms_found(self, article: str) -> Sequence[str]:
        """The words by which the search has found an article; none if it has not."""
        found = self._matches
        if found is not None and any(row.id == article for row in found.rows):
            return found.terms
        return ()

    def clear_search(self) -> bool:
        """Show the list as it was before the search; tells whether there was one."""
        there = self.searching or self.search is not None
        if there:
            self._leave_search()
            self.gateway.select(self.query_shown)  # it may have changed meanwhile
        elif self.query_shown.words:
            self.select(replace(self.query_shown, words=""))
            there = True
        return there

    def _leave_search(self) -> None:
        if self.searching:
            self._show_list_before()
        self.searching = False
        self._before = None
        self._asked = replace(self._asked, text="")
        self.end_typing()
        self.tell_state()

    def _show_list_before(self) -> None:
        self._matches = self._shown = None
        if self._before is not None:
            self.articles.stand(self._before)
        self.tell_state()

    def select(self, query: Query) -> None:
        """Show another list; that ends a search."""
        if self.searching:
            self._leave_search()
        super().select(query)

    def toggle_search_order(self) -> bool:
        """The newest first, or the best; tells whether there is a search."""
        if self.searching:
            self._look_for(replace(self._asked, newest=not self._asked.newest))
        return self.searching

    def list_state(self) -> Sequence[str]:
        """What the search asks for and how much it has found."""
        matches = self._matches
        if matches is None:
            return super().list_state()
        number = f"{matches.total:,}{'' if matches.exact else '+'} found"
        order = "newest first" if self._asked.newest else "best first"
        return [f"/{self._asked.text}", joined((number, order)), matches.note]
