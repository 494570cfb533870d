"""The list of articles: which ones it shows, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from textual.screen import Screen

from store.search.list_query import SHOWS, SORTS, ListQuery, Sort
from tui.config.keymaps import Keymap
from tui.reader.dialogs.picker import Picker
from tui.reader.gateway import messages
from tui.reader.gateway.lists import Lists
from tui.reader.gateway.messages import ListRequest
from tui.reader.screen.reader_state import ReaderState
from tui.reader.screen.search_actions import SearchActions
from tui.reader.widgets.article_list import ArticleList, ListWindow
from tui.rendering.header_line import describe_order
from tui.rendering.list_layout import build_date_headings, find_day_boundaries
from tui.rendering.list_rows import choose_facts
from tui.rendering.places import ALL_PLACE, SHOW_PLACES, Place, PlaceView
from tui.rendering.wording import describe_empty_list

MAX_REMEMBERED_ARTICLES = 50
"""Articles from the cursor on that are remembered of a place: those above may have been read there."""


@dataclass(frozen=True, slots=True)
class LastPlace:
    """A place, and where in it the cursor is."""

    place: Place
    articles: Sequence[str] = ()
    """The article under the cursor, and those below it: the cursor returns to the first that is left."""
    line: int = 0
    """Its line on the screen."""
    cursor: int = 0
    """Its place in the list, where the cursor returns to if none is left."""

    @property
    def article(self) -> str:
        """The article under the cursor; empty if there is none."""
        return next(iter(self.articles), "")


@dataclass(eq=False)
class ListActions:
    """Shows places in the list, each filtered and sorted as the user left it."""

    screen: Screen[None]
    keymap: Keymap
    lists: Lists
    state: ReaderState
    article_list: ArticleList
    search: SearchActions
    now: Callable[[], int]
    """Returns seconds since 1970, for the headings."""
    home: Place = ALL_PLACE
    """The place at the start of the session."""
    sort: Sort = "date"
    """The order of the places for which no other was chosen."""
    views: dict[str, PlaceView] = field(default_factory=dict)
    """The filter and the order of places, by their keys."""
    _left: tuple[LastPlace, str] | None = field(default=None, init=False)
    """The place that `clear_filter` led from, and the article that was open then."""
    _last: LastPlace | None = field(default=None, init=False)
    """The place as it was left, in this session or the last one, until the list has shown its article."""
    _seen: dict[str, LastPlace] = field(default_factory=dict, init=False)
    """The places that this session has left, by their keys."""
    _former: list[tuple[Place, Place]] = field(default_factory=list, init=False)
    """The places that are gone, whose place the shown one has taken; each with the home of then."""
    _is_loaded: bool = field(default=False, init=False)
    """True once the whole library is loaded."""
    _undone_articles: Collection[str] = field(default=(), init=False)
    """Articles that an undo has restored and the list has not shown yet."""

    def show_place(self, place: Place, *, keep_article: bool = False) -> None:
        """Ask for the list of a place: filtered, sorted and with the cursor as it was left.

        Args:
            place: The place; its list begins at the top if this session has not shown it yet.
            keep_article: Whether the cursor stays on its article, wherever that is in the place.
        """
        if place.query is None:
            return
        if self.state.is_searching:
            self.search.end()
        if place.key != self.state.place.key:
            self._former = []
        if place.key != self.state.place.key and not keep_article:
            self._seen[self.state.place.key] = self._current_place
            self._last = self._seen.get(place.key, LastPlace(place))
            self.article_list.leave_cursor()
        else:
            self._last = None
        self._left = None
        self.state.place = place
        self.show(self._apply_view(place.query))

    def leave_place(self, successor: Place = ALL_PLACE) -> None:
        """Show another place: this one is gone, or has become a part of that one."""
        former = [*self._former, (self.state.place, self.home)]
        if self.home.key == self.state.place.key:
            self.home = successor
        self.show_place(successor, keep_article=successor.key != ALL_PLACE.key)
        self._former = former

    @property
    def has_former_place(self) -> bool:
        """True if the shown place was not chosen, but took the place of one that is gone."""
        return bool(self._former)

    def return_to_former(self, places: Collection[Place]) -> bool:
        """Show the place again that `leave_place` led from; return False if it is not among these."""
        if not self._former or self.state.is_searching or self._former[-1][0] not in places:
            return False
        *earlier, (place, self.home) = self._former
        self.show_place(place, keep_article=self.state.place.key != ALL_PLACE.key)
        self._former = earlier
        return True

    def rename_place(self, place: Place) -> None:
        """Take the name that the place has now; its filter and order stay."""
        former = self.state.place.key
        if self.home.key == former:
            self.home = place
        if former in self.views:
            self.views[place.key] = self.views.pop(former)
        self.state.place = place

    def restore(self, last: LastPlace) -> None:
        """Begin with a place, and with an article once the list has it."""
        self.home = self.state.place = last.place
        self.state.query = self._apply_view(last.place.query or ListQuery())
        self._last = last if last.articles else None

    def show(self, query: ListQuery) -> None:
        """Ask for another list; that ends a search."""
        if self.state.is_searching:
            self.search.end()
        self.state.query = query
        self.article_list.clear_selection()
        self._request(query)

    def load(self) -> None:
        """Load the library, and show its list."""
        self.lists.load(self._make_request(self.state.query))

    def _request(self, query: ListQuery) -> None:
        self.lists.list_rows(self._make_request(query))

    def _make_request(self, query: ListQuery) -> ListRequest:
        articles, last = self.article_list, self._last
        cursor = articles.cursor if articles.is_cursor_settled else 0
        return ListRequest(
            query,
            articles.articles_from_cursor if last is None else last.articles,
            cursor if last is None else last.cursor,
            articles.window_size,
            find_day_boundaries(self.now()).starts if query.sort == "date" else (),
            articles.anchor_article,
            follows_list=last is None,
        )

    def show_again(self) -> None:
        """Ask for the same list again, with headings as of now and without deleted articles."""
        if not self.state.is_searching:
            self.lists.show_again(self._make_request(self.state.query))

    def clear_filter(self) -> bool:
        """Go one step back: to all of the place, then to the first one; return False if it is shown."""
        if not self.is_filtered:
            return False
        if self._view.show is not None:
            self._change_view(replace(self._view, show=None))
        else:
            left = self._current_place
            self.show_place(self.home)
            self._left = (left, self.state.requested_article)
        return True

    @property
    def last_place(self) -> LastPlace:
        """The place to begin the next session with: the one the user chose, not where `q` led from it."""
        if self._left is not None and self._left[1] == self.state.requested_article:
            return self._left[0]
        return self._current_place

    @property
    def _current_place(self) -> LastPlace:
        articles = self.article_list
        if self._last is not None and not articles.is_cursor_settled:
            return self._last
        below = islice(articles.articles_from_cursor, MAX_REMEMBERED_ARTICLES)
        return LastPlace(self.state.place, tuple(below), articles.caret.y, articles.cursor)

    @property
    def is_filtered(self) -> bool:
        """True if the list shows another place than at the start, or not all of it."""
        return self.state.place.key != self.home.key or self._view.show is not None

    @property
    def _view(self) -> PlaceView:
        """The filter and the order of the place that is shown."""
        return self.views.get(self.state.place.key, PlaceView())

    def _apply_view(self, query: ListQuery) -> ListQuery:
        """Return the query of the place that is shown as the user wants to see it."""
        return replace(self._view.apply(query, self.sort), is_folded=self.state.is_folding)

    def fold_copies(self, *, is_folding: bool) -> None:
        """Have each story listed once, or all copies, from the next list on."""
        self.state.is_folding = is_folding
        self.state.query = replace(self.state.query, is_folded=is_folding, unfolded=frozenset())

    def toggle_copies(self) -> None:
        """List each story once, or all copies."""
        self.fold_copies(is_folding=not self.state.is_folding)
        if self.state.is_searching:
            self.search.fold_copies()
        else:
            self._request(self.state.query)

    def unfold_copies(self) -> bool:
        """List the copies of a story below it, or fold them; return False if there are none."""
        article = self.article_list.first_of_story
        if not article:
            return False
        if self.state.is_searching:
            self.search.unfold_copies(article)
            return True
        query = self.state.query
        self.state.query = replace(query, unfolded=query.unfolded ^ {article})
        self._request(self.state.query)
        return True

    def _change_view(self, view: PlaceView) -> None:
        self.views[self.state.place.key] = view
        self.show_place(self.state.place)

    def show_rows(self, message: messages.RowsListed) -> bool:
        """Show a list and return True, unless another one was asked for since."""
        request = message.request
        if request.query != self.state.query or self.state.is_searching:
            return False
        window = ListWindow(
            message.start,
            message.rows,
            message.total,
            message.cursor,
            build_date_headings(message.total, message.day_places) if request.day_starts else (),
            *choose_facts(
                message.rows,
                categories_differ="category" in message.varying_fields,
                sources_differ="source" in message.varying_fields,
            ),
            message.anchor,
        )
        if not self.article_list.knows_cursor(window, next(iter(request.articles), "")):
            self.show_again()  # the cursor has gone far away in the meantime
            return False
        self.article_list.empty_text = self._empty_list_text()
        self.article_list.show_window(window)
        self.article_list.select_first(self._undone_articles)
        self._undone_articles = ()
        self._select_last_article()
        return True

    def add_window(self, message: messages.WindowLoaded) -> None:
        """Take over more rows of the list."""
        if not self.state.is_searching:
            self.article_list.add_window(message.start, message.rows, message.cursor)
            if message.cursor is not None:
                self.article_list.move_cursor_to(message.cursor)

    def remove(self, articles: Collection[str]) -> None:
        """Take deleted articles out of the list."""
        if not self.article_list.remove_articles(articles):
            self.show_again()

    def _select_last_article(self) -> None:
        """Select the article at which the place was left, unless the user has moved already."""
        articles, last = self.article_list, self._last
        if last is not None and not articles.is_cursor_settled:
            any(articles.show_article_at(each, last.line) for each in last.articles)
            articles.is_cursor_settled |= self._is_loaded
        if articles.is_cursor_settled:
            self._last = None

    def finish_loading(self) -> None:
        """Leave the cursor where it is: no more articles come before it."""
        self._is_loaded = self.article_list.is_cursor_settled = True

    def _empty_list_text(self) -> str:
        is_all = replace(self.state.query, is_folded=False) == ListQuery()
        is_filtered = self._view.show is not None
        return describe_empty_list(self.keymap.first_key, is_all=is_all, is_filtered=is_filtered)

    def reload(self, message: messages.LibraryChanged) -> None:
        """Ask for the list again; the open article and restored ones stay in it."""
        if self.state.is_searching:
            if message.undone or self.search.awaits_copies:
                self.search.repeat(message.undone)
            return
        self._undone_articles = message.undone
        pinned = {*message.undone}
        if self.article_list.index_of(self.state.requested_article) is not None:
            pinned.add(self.state.requested_article)
        self._request(replace(self.state.query, pinned_ids=pinned))

    def show_failure(self, message: messages.OperationFailed) -> None:
        """Wait for no rows, and show what failed in the place of the list, if there is none."""
        self.article_list.stop_waiting()
        if not self.article_list.total:
            self.article_list.empty_text = message.problem
            self.article_list.refresh()

    # -- filter and order --------------------------------------------------------------------

    def request_filters(self) -> None:
        """Ask how many articles each reading state would show, for `choose_filter`."""
        self.lists.count_filters(self.state.query)

    def choose_filter(self, message: messages.FiltersCounted) -> None:
        """Ask for a reading state."""
        if message.query == self.state.query:
            counts = [f"{message.counts[show]:,}" for show in SHOWS]
            self._choose("Show", SHOWS, SHOWS.index(message.query.show), self._filter_by, counts)

    def _filter_by(self, index: int) -> None:
        show = SHOWS[index]
        if self.state.place in SHOW_PLACES.values():
            self.show_place(SHOW_PLACES[show], keep_article=True)
        else:
            self._change_view(replace(self._view, show=None if show == "all" else show))

    def choose_sort(self) -> None:
        """Ask for an order; while searching, switch between the two there are."""
        if not self.search.toggle_order():
            orders = [describe_order(sort) for sort in SORTS]
            self._choose("Sort", orders, SORTS.index(self.state.query.sort), self._sort_by)

    def _sort_by(self, index: int) -> None:
        self._change_view(replace(self._view, sort=SORTS[index]))

    def _choose(
        self,
        title: str,
        names: Sequence[str],
        selected: int,
        choose: Callable[[int], None],
        values: Sequence[str] = (),
    ) -> None:
        """Ask for one of several names."""

        def show(index: int | None) -> None:
            if index is not None:
                choose(index)

        if self.screen.is_active:  # and not another dialog, opened since the counts were asked for
            picker = Picker(self.keymap, title, names, selected, values)
            self.screen.app.push_screen(picker, show)
