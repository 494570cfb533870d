"""The search: it runs while the user types, and the list shows what it found."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

from textual.screen import Screen

from store.search.list_query import ListQuery, Matches, SearchQuery
from tui.config.keymaps import Keymap
from tui.reader.gateway import messages
from tui.reader.gateway.lists import Lists
from tui.reader.screen.panes import Panes
from tui.reader.screen.reader_state import ReaderState
from tui.reader.widgets.article_list import ArticleList, ListViewState
from tui.reader.widgets.bars import StatusLine
from tui.reader.widgets.inputs import LibrarySearchInput
from tui.rendering.text_search import WordsToFind
from tui.rendering.wording import describe_matches, join_nonempty

MAX_SEARCH_LENGTH = 200
"""In characters."""
MAX_ROWS_WHILE_TYPING = 300
"""Rows asked for while the user types: more than anybody looks through."""
SNIPPET_ROWS_AROUND = 24
"""Rows above and below the cursor whose snippets are asked for."""


@dataclass(eq=False)
class SearchActions:
    """Searches the library, and restores the list afterwards."""

    screen: Screen[None]
    keymap: Keymap
    lists: Lists
    state: ReaderState
    panes: Panes
    article_list: ArticleList
    status_line: StatusLine
    open_article: Callable[[str], None]
    update_status: Callable[[], None]
    show_list: Callable[[ListQuery], None]
    input: LibrarySearchInput | None = field(default=None, init=False)
    """The search input, while it is shown."""
    _query: SearchQuery = field(default=SearchQuery("", is_typing=True), init=False)
    _matches: Matches | None = field(default=None, init=False)
    """What was found; None if nothing is searched for."""
    _shown_query: SearchQuery | None = field(default=None, init=False)
    """The query whose matches are shown."""
    _awaited_query: SearchQuery | None = field(default=None, init=False)
    """The query whose answer the user waits for, to leave the input."""
    _leave: Callable[[], None] = field(init=False)
    """What is to be done then."""
    _list_before: ListViewState | None = field(default=None, init=False)
    _rejection: messages.SearchRejected | None = field(default=None, init=False)
    """Why the last wrong query is wrong."""
    _undone_articles: Collection[str] = field(default=(), init=False)
    """Articles that an undo has restored and the matches do not show yet."""
    _unfolded: frozenset[str] = field(default=frozenset(), init=False)
    """Articles below which their copies are listed."""
    awaits_copies: bool = field(default=False, init=False)
    """True if copies may become known that the matches do not show yet."""

    async def start(self) -> None:
        """Ask for a query."""
        self.status_line.clear_notice()
        if self.input is None:
            self.input = LibrarySearchInput(
                self._query.text,
                placeholder="words, “phrases”, -not, title: category: is: date: …",
                classes="search",
                max_length=MAX_SEARCH_LENGTH,
                compact=True,
            )
            await self.screen.mount(self.input, before=self.status_line)
        self.panes.return_to_list()
        self.screen.set_focus(self.input)

    def search_typed_text(self, text: str) -> None:
        """Search for what is typed so far, unless the search has ended since."""
        if self.input is not None and text != self._query.text:
            self.status_line.clear_notice()  # it was about another query
            self._search(replace(self._query, text=text, is_typing=True))

    def _search(self, query: SearchQuery) -> None:
        if query.text != self._query.text:
            self._unfolded = frozenset()
        self._query = query
        if self._list_before is None:
            self._list_before, self.state.is_searching = self.article_list.view_state, True
            self.panes.update()
        if query.text.strip():
            self._ask(None if self.input is None else MAX_ROWS_WHILE_TYPING)
        else:
            self._restore_list()

    def repeat(self, undone: Collection[str]) -> None:
        """Search again, because an undo has put articles back; the cursor goes to them."""
        self._undone_articles = undone
        self.awaits_copies = False
        if self._query.text.strip():
            self._ask(None)

    def _ask(self, limit: int | None) -> None:
        unfolded = self._unfolded if self.state.is_folding else None
        self.lists.search(self._query, limit, unfolded)

    def fold_copies(self) -> None:
        """Search again, with one row for all copies of an article, or all of them."""
        self._unfolded = frozenset()
        self.repeat(())
        self.awaits_copies = self.state.is_folding

    def unfold_copies(self, article: str) -> None:
        """Search again, with the copies of an article below it, or folded."""
        self._unfolded ^= {article}
        self.repeat(())

    # -- results -----------------------------------------------------------------------------

    def _is_current(self, query: SearchQuery) -> bool:
        return query == self._query and self.state.is_searching

    def _is_shown(self, query: SearchQuery) -> bool:
        """Return True if the list shows these matches already, in whatever order."""
        shown = self._shown_query
        return shown is not None and replace(shown, newest_first=query.newest_first) == query

    def show_matches(self, message: messages.SearchCompleted) -> None:
        """Show what was found, unless the query has changed since."""
        if not self._is_current(message.search):
            return
        is_continued = self._is_shown(message.search)
        self._matches, self._shown_query = message.matches, message.search
        matches = message.matches
        self._explain_empty_list()
        find_highlights = matches.highlighter.find_spans
        folded_under = message.row_of.get(self.article_list.selected_article, "")
        self.article_list.show_matches(
            matches.rows, message.snippets, find_highlights, stay=is_continued
        )
        stays = [folded_under] if is_continued and folded_under else ()
        self.article_list.select_first(self._undone_articles or stays)
        self._undone_articles = ()
        self.update_status()
        if message.search == self._awaited_query:
            self._awaited_query = None
            if not self._is_rejected():
                self._leave_answered(self._leave)

    def _explain_empty_list(self) -> None:
        """Say why the list may be empty, and what to do once the user no longer types."""
        nothing = "No matches so far; still indexing" if self.lists.is_indexing else "No matches"
        keys = self.keymap
        ways = f"{keys.first_key('list.search')} search again, {keys.cancel_key} clear the search"
        is_typing = self.input is not None
        self.article_list.empty_text = join_nonempty(
            (self.found_note or nothing, "" if is_typing else ways)
        )

    def show_query_error(self, message: messages.SearchRejected) -> None:
        """Show what is wrong with the query, unless it has changed since."""
        if self._is_current(message.search):
            self._rejection = message
            self.status_line.show_notice(message.reason, "failed")

    def _is_rejected(self) -> bool:
        """Return True, and say why, if the query is wrong: the input stays for another try."""
        rejection, matches, reason = self._rejection, self._matches, ""
        if rejection is not None and rejection.search == self._query:
            reason = rejection.reason
        elif matches is not None and self._shown_query == self._query:
            reason = matches.unfinished_value
        if reason:
            self.status_line.show_notice(reason, "failed")
        return bool(reason)

    def request_snippets(self) -> None:
        """Ask for the missing snippets around the cursor, if one is missing within a screen of it."""
        if self.state.is_searching and self._matches is not None:
            screen = self.article_list.page_size
            if self.article_list.articles_without_snippet(screen):
                around = max(SNIPPET_ROWS_AROUND, screen)
                missing = self.article_list.articles_without_snippet(around)
                self.lists.find_snippets(self._query, self._matches, missing)

    def show_snippets(self, message: messages.SnippetsFound) -> None:
        """Show more snippets, unless the query has changed since."""
        if self._is_current(message.search):
            self.article_list.add_snippets(message.snippets)

    def words_to_find(self, article: str) -> WordsToFind | None:
        """Return the words by which the search has found an article; None if it has not."""
        matches = self._matches
        is_found = matches is not None and any(row.id == article for row in matches.rows)
        if matches is None or not is_found or not matches.highlighter:
            return None
        return WordsToFind(" ".join(matches.words), matches.highlighter.find_spans)

    @property
    def query_text(self) -> str:
        """The query that is searched for; empty if there is no search."""
        return self._query.text.strip() if self.state.is_searching else ""

    @property
    def matched_text(self) -> str:
        """The query of the matches, with its words corrected; empty if there is no search."""
        corrected = self._matches.corrected if self._matches is not None else ""
        return corrected.strip() or self.query_text

    @property
    def found_number(self) -> str:
        """The number of matches, as `1,234` or `300+`; empty if nothing is searched for."""
        matches = self._matches
        return f"{matches.total:,}{'' if matches.is_exact else '+'}" if matches is not None else ""

    @property
    def found_note(self) -> str:
        """A remark about the matches; empty if there is nothing to remark."""
        return describe_matches(self._matches) if self._matches is not None else ""

    @property
    def order(self) -> str:
        """The order of the matches, in words."""
        return "newest first" if self._query.newest_first else "best first"

    # -- leaving the input -------------------------------------------------------------------

    def open_match(self) -> None:
        """Open the article under the cursor, at its first match."""
        self._leave_input(self._open_selected_row)

    def _leave_input(self, leave: Callable[[], None]) -> None:
        """Leave the input once the query is answered: it stays if that is wrong."""
        if self.input is not None:  # the message about its last change may be on its way
            self.search_typed_text(self.input.value)
        if self._is_rejected():
            return
        if self._query.text.strip() and self._shown_query != self._query:
            self._awaited_query, self._leave = self._query, leave
        else:
            self._leave_answered(leave)

    def _leave_answered(self, leave: Callable[[], None]) -> None:
        """Leave the input; if its last word needs a correction, for what that finds."""
        if self._matches is not None and self._matches.suggested:
            self._search(replace(self._query, is_typing=False))
            self._awaited_query, self._leave = self._query, self._list_matches
        else:
            leave()

    def _open_selected_row(self) -> None:
        self._close_input()
        if self._shown_query is not None and (row := self.article_list.selected_row) is not None:
            self.open_article(row.id)
        self._ask_for_all_matches()

    def list_all_matches(self) -> None:
        """Go to the list, and ask for all matches."""
        self._leave_input(self._list_matches)

    def _list_matches(self) -> None:
        self._close_input()
        self._ask_for_all_matches()

    def _ask_for_all_matches(self) -> None:
        matches = self._matches
        if self.state.is_searching and matches and matches.total > len(matches.rows):
            self._search(self._query)

    def _close_input(self) -> None:
        self.panes.focus("list")
        self.panes.update()
        if self.input is not None:
            self.input.remove()
            self.input = None
            self._explain_empty_list()

    # -- ending the search -------------------------------------------------------------------

    def clear(self) -> bool:
        """Show the list as it was before the search; return False if there is no search."""
        if not self.state.is_searching and self.input is None:
            return False
        self.end()
        self.show_list(self.state.query)  # it may have changed since
        return True

    def end(self) -> None:
        """Restore the list, and remove the input."""
        if self.input is not None:
            self.status_line.clear_notice()  # it was about what is typed
        if self.query_text:  # else it is restored already, and the cursor may have moved since
            self._restore_list()
        self.state.is_searching = False
        self._list_before = None
        self._query = replace(self._query, text="")
        self._close_input()
        self.update_status()

    def _restore_list(self) -> None:
        self._matches = self._shown_query = None
        self.awaits_copies = False
        self.lists.end_search()
        if self._list_before is not None:
            self.article_list.restore_view_state(self._list_before)
        self.update_status()

    def toggle_order(self) -> bool:
        """Show the newest matches first, or the best; return False if there is no search."""
        if self.state.is_searching:
            self._search(replace(self._query, newest_first=not self._query.newest_first))
        return self.state.is_searching
