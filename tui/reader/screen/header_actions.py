"""The header: which list is shown, and its numbers, right after every change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tui.reader.gateway import messages
from tui.reader.screen.list_actions import ListActions
from tui.reader.screen.reader_state import ReaderState
from tui.reader.screen.search_actions import SearchActions
from tui.reader.widgets.article_view import ArticleView
from tui.reader.widgets.bars import HeaderLine
from tui.rendering.bottom_line import MAX_NAME_CELLS, shorten_path
from tui.rendering.header_line import HeaderFacts, counted_query, describe_order, describe_shown
from tui.rendering.places import ALL_PLACE


@dataclass(eq=False)
class HeaderActions:
    """Writes the header, and asks for its numbers whenever they may have changed."""

    state: ReaderState
    lists: ListActions
    search: SearchActions
    header: HeaderLine
    article_view: ArticleView
    _facts: HeaderFacts = field(default_factory=HeaderFacts, init=False)

    def refresh(self, _: messages.LibraryMessage | None = None) -> None:
        """Ask for the numbers of the list that is shown."""
        self.lists.lists.count_list(counted_query(self.state.query))

    def refresh_after_change(self, message: messages.RowsChanged) -> None:
        """Ask for the numbers again if articles have changed, and not for every notice."""
        if message.rows or message.removed or message.is_many:
            self.refresh()

    def show_counts(self, message: messages.ListCounted) -> None:
        """Show the numbers, unless another list is shown now."""
        if message.query == counted_query(self.state.query):
            self._facts = replace(self._facts, counts=message.counts, fetched_at=message.fetched_at)
            self.update()

    @property
    def shown(self) -> str:
        """The list that is shown, in words; a search is through all articles, whatever was listed."""
        if self.search.query_text:
            return ALL_PLACE.name
        return describe_shown(self.state.place.full_name, self.state.query.show)

    def update(self) -> None:
        """Write what is shown now."""
        number = self.search.found_number
        self._facts = replace(
            self._facts,
            place=self.shown,
            search=self.search.query_text,
            found=f"{number} found" if number else "",
            order=self.order,
        )
        self.header.show(self._facts)

    @property
    def order(self) -> str:
        """The order of the list, in words."""
        is_search = bool(self.search.found_number)
        return self.search.order if is_search else describe_order(self.state.query.sort)

    def describe_order(self) -> str:
        """Return the order and the number of rows, for the edge of a list without headings."""
        total = self.state.article_list.total
        number = self.search.found_number or (f"{total:,}" if total else "")
        return f"{self.order.capitalize()} · {number}" if number else ""

    def describe_state(self) -> Sequence[str]:
        """Return what the bottom line says of the list; some of it may be empty.

        What the list shows is said there only where there is no room for the header, and in the list. A
        remark about the matches comes first: there may be no room for more.
        """
        selected = self.state.article_list.selected_places
        query = self.search.query_text
        is_elsewhere = self.header.display or self.state.current_pane in ("article", "side")
        listed = () if is_elsewhere else (self.shown, f"/{query}" if query else "")
        return (
            f"{len(selected):,} selected" if selected is not None else "",
            "" if self._is_in_article else self.search.found_note,
            *(shorten_path(name, MAX_NAME_CELLS) for name in listed),
            self._describe_position(),
        )

    @property
    def _is_in_article(self) -> bool:
        return self.state.is_reading and self.state.current_pane == "article"

    def _describe_position(self) -> str:
        """Return where the cursor is in the list, as `12/1,097`; in an article that is there, how far one is."""
        if self._is_in_article:
            return f"{self.article_view.seen_percent} %" if self.article_view.full_article else ""
        articles = self.state.article_list
        total = self.search.found_number or f"{articles.total:,}"
        return f"{articles.cursor + 1 if articles.total else 0:,}/{total}"
