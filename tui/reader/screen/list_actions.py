"""The list of articles: which ones it shows, and in which order."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from textual.screen import Screen

from store.search.list_query import SHOWS, SORTS, ListQuery
from tui.config.keymaps import Keymap
from tui.reader.dialogs.picker import Picker, format_columns
from tui.reader.gateway import messages
from tui.reader.gateway.lists import Lists
from tui.reader.screen.reader_state import ReaderState
from tui.reader.screen.search_actions import SearchActions
from tui.reader.widgets.article_list import ArticleList
from tui.rendering.wording import describe_list


@dataclass(eq=False)
class ListActions:
    """Lists articles by reading state, category or saved search."""

    screen: Screen[None]
    keymap: Keymap
    lists: Lists
    state: ReaderState
    article_list: ArticleList
    search: SearchActions
    saved_searches: Mapping[str, str]
    """Queries by name."""
    _undone_articles: Collection[str] = field(default=(), init=False)
    """Articles that an undo has restored and the list has not shown yet."""

    def show(self, query: ListQuery) -> None:
        """Ask for another list; that ends a search."""
        if self.state.is_searching:
            self.search.end()
        self.state.query = query
        self.lists.list_rows(query)

    def clear_filter(self) -> bool:
        """Show the whole list, in the same order; return False if it is shown."""
        if self.is_filtered:
            self.show(self._whole_list)
            return True
        return False

    @property
    def is_filtered(self) -> bool:
        """True if the list does not show all articles."""
        return self.state.query != self._whole_list

    @property
    def _whole_list(self) -> ListQuery:
        return ListQuery(sort=self.state.query.sort)

    def clear_saved_search(self) -> bool:
        """Show the list without the saved search; return False if there is none."""
        if not self.state.query.text:
            return False
        self.show(replace(self.state.query, text=""))
        return True

    def show_rows(self, message: messages.RowsListed) -> bool:
        """Show a list and return True, unless another one was asked for since."""
        if message.query != self.state.query or self.state.is_searching:
            return False
        self.article_list.empty_text = self._empty_list_text()
        self.article_list.show(message.rows, dated=message.query.sort == "date")
        for article in self._undone_articles:
            self.article_list.select_article(article)
        self._undone_articles = ()
        return True

    def _empty_list_text(self) -> str:
        key = self.keymap.first_key
        if self.state.query == ListQuery():
            return f"No articles yet · {key('app.welcome')} to add some"
        return (
            f"No matching articles · {key('list.filter')} filter, "
            f"{key('list.category')} category, {key('list.search')} search"
        )

    def reload(self, message: messages.LibraryChanged) -> None:
        """Ask for the list again; the open article and restored ones stay in it."""
        if self.state.is_searching:
            if message.undone:
                self.search.repeat(message.undone)
            return
        self._undone_articles = message.undone
        pinned = {*message.undone}
        if self.article_list.index_of(self.state.requested_article) is not None:
            pinned.add(self.state.requested_article)
        self.lists.list_rows(replace(self.state.query, pinned_ids=pinned))

    def show_failure(self, message: messages.OperationFailed) -> None:
        """Show what failed in the place of the list, if there is none: it may be the loading."""
        if not self.article_list.rows:
            self.article_list.empty_text = message.problem
            self.article_list.refresh()

    def describe(self) -> Sequence[str]:
        """Return what the list shows and in which order, in words."""
        return describe_list(self.state.query, len(self.article_list.rows))

    # -- choosing a list ---------------------------------------------------------------------

    def request_filters(self) -> None:
        """Ask how many articles each reading state would show, for `choose_filter`."""
        self.lists.count_filters(self.state.query)

    def choose_filter(self, message: messages.FiltersCounted) -> None:
        """Ask for a reading state."""
        if message.query == self.state.query:
            lines = format_columns([(show, f"{message.counts[show]:,}") for show in SHOWS])
            self._choose("Show", lines, [replace(message.query, show=show) for show in SHOWS])

    def choose_sort(self) -> None:
        """Ask for an order; while searching, switch between the two there are."""
        if not self.search.toggle_order():
            self._choose("Sort by", SORTS, [replace(self.state.query, sort=each) for each in SORTS])

    def request_categories(self) -> None:
        """Ask for the categories and saved searches with their counts, for `choose_category`."""
        self.lists.count_categories(self.saved_searches)

    def choose_category(self, message: messages.CategoriesCounted) -> None:
        """Ask for a category or a saved search."""
        base, categories = replace(self.state.query, text="", category=None), message.categories
        queries = [base]
        queries += [replace(base, text=each.text) for each in message.searches]
        queries += [replace(base, category=each.name) for each in categories]
        everything = message.everything
        lines = [(everything.name, _unread_of_total(everything.unread, everything.total))]
        lines += [
            (f"/{s.name}", _unread_of_total(s.unread, s.total) if s.is_valid else "invalid query")
            for s in message.searches
        ]
        lines += [(c.name or "(none)", _unread_of_total(c.unread, c.total)) for c in categories]
        self._choose("Category", format_columns(lines), queries)

    def _choose(self, title: str, lines: Sequence[str], queries: Sequence[ListQuery]) -> None:
        """Ask for one of several lists, each described in a line."""

        def show(index: int | None) -> None:
            if index is not None:
                self.show(queries[index])

        if self.screen.is_active:  # and not another dialog, opened since the counts were asked for
            query = self.state.query
            selected = queries.index(query) if query in queries else 0
            self.screen.app.push_screen(Picker(self.keymap, title, lines, selected), show)


def _unread_of_total(unread: int, total: int) -> str:
    return f"{unread:,} unread of {total:,}"
