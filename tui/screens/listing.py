"""What the list shows: the keys that search, filter and sort it."""

from __future__ import annotations

from dataclasses import replace

from textual import on
from textual.widgets import Input

from store.query import SHOWS, SORTS
from tui import messages
from tui.screens.picker import Picker, in_columns
from tui.screens.reader import SEARCH_LIMIT, Panes
from tui.widgets.search import SearchInput


class Listing(Panes):
    """What the list shows."""

    async def action_list_search(self) -> None:
        """Ask for words."""
        if self.search is None:
            self.search = SearchInput(
                self.query_shown.words,
                placeholder="words of the title",
                id="search",
                max_length=SEARCH_LIMIT,
                compact=True,
            )
            await self.mount(self.search, before=self.status)
        self.zoomed = False
        self.go_to_pane("list")
        self.rearrange()
        self.set_focus(self.search)

    @on(Input.Changed, "#search")
    def narrow(self, event: Input.Changed) -> None:
        """Show what fits the words typed so far, unless the search has ended since."""
        if self.search is not None:
            self.select(replace(self.query_shown, words=event.value))

    @on(SearchInput.Moved)
    def move_meanwhile(self, event: SearchInput.Moved) -> None:
        """Move through what was found while the search is open."""
        self.articles.move(event.by)

    @on(Input.Submitted, "#search")
    def end_search(self) -> None:
        """Go to the list that was found."""
        self.go_to_pane("list")
        if self.search is not None:
            self.search.remove()
            self.search = None

    def clear_search(self) -> bool:
        """Show the list without the words; tells whether there were any."""
        there = bool(self.query_shown.words) or self.search is not None
        if there:
            self.select(replace(self.query_shown, words=""))
            self.end_search()
        return there

    def action_list_filter(self) -> None:
        """Choose a reading state, once it is counted what each would show."""
        self.gateway.count_shows(self.query_shown)

    @on(messages.ShowsCounted)
    def choose_show(self, message: messages.ShowsCounted) -> None:
        """Offer the reading states with their counts."""
        if not self.is_active or message.query != self.query_shown:
            return

        def take(index: int | None) -> None:
            if index is not None:
                self.select(replace(self.query_shown, show=SHOWS[index]))

        lines = in_columns([(show, f"{message.counts[show]:,}") for show in SHOWS])
        self.app.push_screen(Picker("Show", lines, SHOWS.index(self.query_shown.show)), take)

    def action_list_sort(self) -> None:
        """Choose an order."""

        def take(index: int | None) -> None:
            if index is not None:
                self.select(replace(self.query_shown, sort=SORTS[index]))

        self.app.push_screen(Picker("Sort by", SORTS, SORTS.index(self.query_shown.sort)), take)

    def action_list_category(self) -> None:
        """Choose a category, once they are counted."""
        self.gateway.count_categories()

    @on(messages.CategoriesCounted)
    def choose_category(self, message: messages.CategoriesCounted) -> None:
        """Offer the categories with their counts."""
        if not self.is_active:
            return
        names: list[str | None] = [None, *(each.name for each in message.categories)]
        counts = [(each.name or "(none)", each.unread, each.total) for each in message.categories]
        every = "every category", sum(each[1] for each in counts), sum(each[2] for each in counts)
        lines = in_columns(
            [(name, f"{unread:,} unread of {total:,}") for name, unread, total in (every, *counts)]
        )

        def take(index: int | None) -> None:
            if index is not None:
                self.select(replace(self.query_shown, category=names[index]))

        chosen = self.query_shown.category
        self.app.push_screen(
            Picker("Category", lines, names.index(chosen) if chosen in names else 0), take
        )
