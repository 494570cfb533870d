"""The search: what is typed is looked for in the whole library, and the list shows what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from textual import on
from textual.widgets import Input

from store.search import ListQuery, Matches, SearchQuery
from tui.reader.gateway import messages
from tui.reader.screen.panes import Panes
from tui.reader.widgets.article_list import ArticleList, ListViewState
from tui.reader.widgets.inputs import LibrarySearchInput
from tui.rendering.wording import join_nonempty

MAX_SEARCH_LENGTH = 200
"""Characters that can be searched for."""
MAX_ROWS_WHILE_TYPING = 300
"""Rows that are asked for while one types: more than anybody looks through."""
SNIPPET_ROWS_AROUND = 24
"""Rows before and behind the cursor whose lines are asked for."""


class Searching(Panes):
    """Searches as one types; `escape` brings the list back as it was."""

    search_input: LibrarySearchInput | None = None
    """Where it is typed, as long as it is."""
    _current_search = SearchQuery("", is_typing=True)
    _matches: Matches | None = None
    """What was found; None where nothing is searched for."""
    _shown_search: SearchQuery | None = None
    """The search whose rows are shown."""
    _search_to_open: SearchQuery | None = None
    """The search whose first find is to be opened as soon as it is known."""
    _list_before_search: ListViewState | None = None
    """The list as it was."""

    async def action_list_search(self) -> None:
        """Ask what to search for."""
        if self.search_input is None:
            self.search_input = LibrarySearchInput(
                self._current_search.text,
                placeholder="words, “phrases”, -not, title: category: is: date: …",
                classes="search",
                max_length=MAX_SEARCH_LENGTH,
                compact=True,
            )
            await self.mount(self.search_input, before=self.status_line)
        self.is_zoomed = False
        self.focus_pane("list")
        self.update_pane_layout()
        self.set_focus(self.search_input)

    @on(Input.Changed, ".search")
    def search_as_typed(self, event: Input.Changed) -> None:
        """Look for what is typed so far, unless the search has ended since."""
        if self.search_input is not None and event.value != self._current_search.text:
            self._start_search(replace(self._current_search, text=event.value))

    def _start_search(self, asked: SearchQuery, limit: int | None = MAX_ROWS_WHILE_TYPING) -> None:
        self._current_search = asked
        if self._list_before_search is None:
            self._list_before_search, self.is_searching = self.article_list.view_state, True
            self.update_pane_layout()
        if asked.text.strip():
            self.gateway.lists.search(asked, limit)
        else:
            self._restore_list()

    @on(messages.SearchCompleted)
    def show_matches(self, message: messages.SearchCompleted) -> None:
        """Show what was found, unless something else was asked since."""
        if message.search != self._current_search or not self.is_searching:
            return
        more = self._shown_search == message.search  # the rest of what is shown already
        self._matches, self._shown_search = message.matches, message.search
        matches = message.matches
        self.article_list.empty_text = matches.note or "nothing found"
        spans = matches.highlighter.find_spans
        self.article_list.show_matches(matches.rows, message.snippets, spans, stay=more)
        self.update_status()
        if message.search == self._search_to_open:
            self._open_selected_row()

    @on(messages.SearchRejected)
    def show_query_error(self, message: messages.SearchRejected) -> None:
        """Say where the query goes wrong."""
        if message.search == self._current_search and self.is_searching:
            self.status_line.show_notice(message.reason)

    @on(ArticleList.CursorMoved)
    def request_snippets(self) -> None:
        """Ask for the lines around the cursor that are not known yet."""
        if self.is_searching and self._matches is not None:
            missing = self.article_list.articles_without_snippet(SNIPPET_ROWS_AROUND)
            if missing:
                self.gateway.lists.find_snippets(self._current_search, self._matches, missing)

    @on(messages.SnippetsFound)
    def show_snippets(self, message: messages.SnippetsFound) -> None:
        """Show more lines of what was found."""
        if message.search == self._current_search and self.is_searching:
            self.article_list.add_snippets(message.snippets)

    @on(LibrarySearchInput.MoveRequested)
    def move_cursor_while_typing(self, event: LibrarySearchInput.MoveRequested) -> None:
        """Move through what was found while one types."""
        self.article_list.move_cursor(event.by)

    @on(Input.Submitted, ".search")
    def open_match(self) -> None:
        """Open the article under the cursor at the first place that was found."""
        self.close_search_input()
        if self._shown_search == self._current_search:
            self._open_selected_row()
        elif self.is_searching and self._current_search.text.strip():
            self._search_to_open = (
                self._current_search
            )  # what is typed fast is found a little later

    def _open_selected_row(self) -> None:
        self._search_to_open = None
        if (row := self.article_list.selected_row) is not None:
            self.open_article(row.id)

    @on(LibrarySearchInput.ListRequested)
    def list_all_matches(self) -> None:
        """Go to the list of what was found, all of it."""
        self.close_search_input()
        if self.is_searching and self._matches and self._matches.total > len(self._matches.rows):
            self._start_search(self._current_search, None)

    def close_search_input(self) -> None:
        """Take the input away."""
        self.focus_pane("list")
        self.update_pane_layout()
        if self.search_input is not None:
            self.search_input.remove()
            self.search_input = None

    def matched_terms(self, article: str) -> Sequence[str]:
        """The words by which the search has found an article; none if it has not."""
        found = self._matches
        if found is not None and any(row.id == article for row in found.rows):
            return found.terms
        return ()

    def clear_search(self) -> bool:
        """Show the list as it was before the search; tells whether there was one."""
        there = self.is_searching or self.search_input is not None
        if there:
            self._end_search()
            self.gateway.lists.list_rows(self.current_query)  # it may have changed meanwhile
        elif self.current_query.text:
            self.show_list(replace(self.current_query, text=""))
            there = True
        return there

    def _end_search(self) -> None:
        if self.is_searching:
            self._restore_list()
        self.is_searching = False
        self._list_before_search = None
        self._current_search = replace(self._current_search, text="")
        self.close_search_input()
        self.update_status()

    def _restore_list(self) -> None:
        self._matches = self._shown_search = None
        if self._list_before_search is not None:
            self.article_list.restore_view_state(self._list_before_search)
        self.update_status()

    def show_list(self, query: ListQuery) -> None:
        """Show another list; that ends a search."""
        if self.is_searching:
            self._end_search()
        super().show_list(query)

    def toggle_search_order(self) -> bool:
        """The newest first, or the best; tells whether there is a search."""
        if self.is_searching:
            self._start_search(
                replace(self._current_search, newest_first=not self._current_search.newest_first)
            )
        return self.is_searching

    def describe_list(self) -> Sequence[str]:
        """What the search asks for and how much it has found."""
        matches = self._matches
        if matches is None:
            return super().describe_list()
        number = f"{matches.total:,}{'' if matches.is_exact else '+'} found"
        order = "newest first" if self._current_search.newest_first else "best first"
        return [f"/{self._current_search.text}", join_nonempty((number, order)), matches.note]
