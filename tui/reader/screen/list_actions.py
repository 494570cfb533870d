"""What the list shows: the keys that search, filter and sort it."""

from __future__ import annotations

from dataclasses import replace

from textual import on

from store.search import SHOWS, SORTS
from tui.reader.dialogs.picker import Picker, format_columns
from tui.reader.gateway import messages
from tui.reader.screen.search_actions import Searching
from tui.rendering.wording import describe_indexing, describe_loading


class Listing(Searching):
    """What the list shows."""

    @on(messages.LoadProgressed)
    def show_load_progress(self, message: messages.LoadProgressed) -> None:
        """Say how far the loading is."""
        self._progress_text = describe_loading(
            message.done, message.total, history=message.is_history
        )
        self.update_status()

    @on(messages.IndexProgressed)
    def show_index_progress(self, message: messages.IndexProgressed) -> None:
        """Say how far the indexing is."""
        self._progress_text = describe_indexing(message.done, message.total)
        self.update_status()

    def action_list_filter(self) -> None:
        """Choose a reading state, once it is counted what each would show."""
        self.gateway.lists.count_filters(self.current_query)

    @on(messages.FiltersCounted)
    def choose_filter(self, message: messages.FiltersCounted) -> None:
        """Offer the reading states with their counts."""
        if not self.is_active or message.query != self.current_query:
            return

        def take(index: int | None) -> None:
            if index is not None:
                self.show_list(replace(self.current_query, show=SHOWS[index]))

        lines = format_columns([(show, f"{message.counts[show]:,}") for show in SHOWS])
        self.app.push_screen(Picker("Show", lines, SHOWS.index(self.current_query.show)), take)

    def action_list_sort(self) -> None:
        """Choose an order; of what was found, the newest or the best first."""
        if self.toggle_search_order():
            return

        def take(index: int | None) -> None:
            if index is not None:
                self.show_list(replace(self.current_query, sort=SORTS[index]))

        self.app.push_screen(Picker("Sort by", SORTS, SORTS.index(self.current_query.sort)), take)

    def action_list_category(self) -> None:
        """Choose a category or a search that is kept, once they are counted."""
        self.gateway.lists.count_categories(self.settings.searches)

    @on(messages.CategoriesCounted)
    def choose_category(self, message: messages.CategoriesCounted) -> None:
        """Offer the searches and the categories with their counts."""
        if not self.is_active:
            return
        base, categories = replace(self.current_query, text="", category=None), message.categories
        queries = [base]
        queries += [replace(base, text=kept.text) for kept in message.searches]
        queries += [replace(base, category=each.name) for each in categories]
        unread, total = sum(c.unread for c in categories), sum(c.total for c in categories)
        every = "every category", _unread_of_total(unread, total)
        kept = [
            (
                f"/{each.name}",
                "a mistake" if each.problem else _unread_of_total(each.unread, each.total),
            )
            for each in message.searches
        ]
        rest = [(c.name or "(none)", _unread_of_total(c.unread, c.total)) for c in categories]

        def take(index: int | None) -> None:
            if index is not None:
                self.show_list(queries[index])

        shown = self.current_query
        chosen = queries.index(shown) if shown in queries else 0
        self.app.push_screen(
            Picker("Category", format_columns([every, *kept, *rest]), chosen), take
        )


def _unread_of_total(unread: int, total: int) -> str:
    return f"{unread:,} unread of {total:,}"
