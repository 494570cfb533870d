"""What the list shows: the keys that search, filter and sort it."""

from __future__ import annotations

from dataclasses import replace

from textual import on

from store.search import SHOWS, SORTS
from tui.reader.dialogs.picker import Picker, in_columns
from tui.reader.gateway import messages
from tui.reader.screen.search_actions import Searching
from tui.rendering.wording import indexing, progress


class Listing(Searching):
    """What the list shows."""

    @on(messages.LibraryLoading)
    def show_loading(self, message: messages.LibraryLoading) -> None:
        """Say how far the loading is."""
        self._loading = progress(message.done, message.total, history=message.history)
        self.tell_state()

    @on(messages.LibraryIndexing)
    def show_indexing(self, message: messages.LibraryIndexing) -> None:
        """Say how far the indexing is."""
        self._loading = indexing(message.done, message.total)
        self.tell_state()

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
        """Choose an order; of what was found, the newest or the best first."""
        if self.toggle_search_order():
            return

        def take(index: int | None) -> None:
            if index is not None:
                self.select(replace(self.query_shown, sort=SORTS[index]))

        self.app.push_screen(Picker("Sort by", SORTS, SORTS.index(self.query_shown.sort)), take)

    def action_list_category(self) -> None:
        """Choose a category or a search that is kept, once they are counted."""
        self.gateway.count_categories(self.settings.searches)

    @on(messages.CategoriesCounted)
    def choose_category(self, message: messages.CategoriesCounted) -> None:
        """Offer the searches and the categories with their counts."""
        if not self.is_active:
            return
        base, categories = replace(self.query_shown, words="", category=None), message.categories
        queries = [base]
        queries += [replace(base, words=kept.text) for kept in message.searches]
        queries += [replace(base, category=each.name) for each in categories]
        unread, total = sum(c.unread for c in categories), sum(c.total for c in categories)
        every = "every category", _counted(unread, total)
        kept = [
            (f"/{each.name}", "a mistake" if each.problem else _counted(each.unread, each.total))
            for each in message.searches
        ]
        rest = [(c.name or "(none)", _counted(c.unread, c.total)) for c in categories]

        def take(index: int | None) -> None:
            if index is not None:
                self.select(queries[index])

        shown = self.query_shown
        chosen = queries.index(shown) if shown in queries else 0
        self.app.push_screen(Picker("Category", in_columns([every, *kept, *rest]), chosen), take)


def _counted(unread: int, total: int) -> str:
    return f"{unread:,} unread of {total:,}"
