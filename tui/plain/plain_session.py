"""The session of line mode: its list and open article, printed page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING

from store.library.protocol import Library, Listing
from store.model.article import (
    Article,
    ArticleRow,
    FullArticle,
    ParsedArticle,
    SimilarArticle,
)
from store.model.errors import InvalidInput, LibraryReadOnly, NewstuiError
from store.search.language import query_needs_index
from store.search.list_query import ListQuery
from store.text.urls import extract_host
from tui.actions.article_changes import Action, ActionResult, P
from tui.actions.loose_pages import LoosePages, keep_page
from tui.actions.pages import (
    fetch_page,
    find_page_text,
    is_private_page_allowed,
    open_text_cache,
)
from tui.config.keymaps import Keymap
from tui.config.settings import Settings
from tui.plain.input import ParsedLine
from tui.rendering.plain_text import PlainLine, article_lines, describe_row, wrap_plain_text
from tui.rendering.trail import Trail
from tui.rendering.wording import describe_empty_list, format_count

if TYPE_CHECKING:
    from store.feeds.fetch import FetchContext


@dataclass(frozen=True, slots=True)
class Environment:
    """The world outside line mode.

    Attributes:
        ask: Shows a prompt and returns the line typed; None at the end of the input.
        say: Prints lines.
        size: Returns columns and rows of the terminal.
        open_url: Opens a URL, and returns a status line.
        copy: Copies a line to the clipboard, and returns a status line.
        prepare: Updates the index, which searches and similar readings need.
        run: Runs a newstui command on the user's own library, and returns its exit code.
        run_read_hook: Starts the user's program, if any, for articles marked as read.
        make_fetch_context: Creates what fetching a page needs; None for the samples.
        is_library_filled: True if samples are shown, but the user's own library has something.
    """

    ask: Callable[[str], str | None]
    say: Callable[[str], None]
    size: Callable[[], tuple[int, int]]
    open_url: Callable[[str], str]
    copy: Callable[[str], str]
    prepare: Callable[[Library], None]
    run: Callable[[Sequence[str]], int]
    run_read_hook: Callable[[Sequence[str]], None]
    now: Callable[[], datetime]
    settings: Settings
    is_library_filled: Callable[[], bool] = lambda: False
    make_fetch_context: Callable[[], FetchContext] | None = None

    @property
    def columns(self) -> int:
        """Columns of the terminal."""
        return self.size()[0]

    @property
    def page_lines(self) -> int:
        """Lines of a page: some rows are left for a message and the prompt."""
        return max(3, self.size()[1] - 3)

    def ask_words(self, prompt: str) -> str:
        """Ask for words; empty if none are typed."""
        return (self.ask(prompt) or "").strip()

    def say_lines(self, lines: Iterable[str]) -> None:
        """Print lines as they are."""
        self.say("\n".join(lines))

    def say_numbered(self, lines: Iterable[str]) -> None:
        """Print lines, each with its number."""
        self.say_lines(f"{number}. {line}" for number, line in enumerate(lines, 1))

    def say_wrapped(self, lines: Iterable[str]) -> None:
        """Print lines, each wrapped to the terminal's width."""
        self.say_lines(wrap_plain_text(line, self.columns) for line in lines)


class ListPager:
    """The current list, and the page of it printed last."""

    def __init__(
        self, library: Library, environment: Environment, key: Callable[[str], str]
    ) -> None:
        self._library = library
        self._key = key
        self._environment = environment
        self.query = ListQuery(is_folded=environment.settings.copies == "folded")
        self.listing: Listing = library.listing(self.query)
        self._has_sources = False
        """True if the articles are from several sources."""
        self._first = 0
        """The first row of the page."""
        self._end = 0
        """The first row below the page."""
        if self.query.is_folded:
            self.reload()

    def reload(self) -> None:
        """Query the list again, and go to its first page."""
        if self.query.is_folded:
            self.update()  # so that the library looks for copies
        if self.query.is_folded or query_needs_index(self.query.text):
            self._environment.prepare(self._library)
        self.update()
        self._first = 0

    def update(self) -> None:
        """Query the list again, and stay on the page."""
        self.listing = self._library.listing(self.query)
        self._has_sources = self.listing.varies("source")

    def change_query(self, query: ListQuery) -> None:
        """Query another list; an invalid query leaves the current one as it is."""
        before, self.query = self.query, query
        try:
            self.reload()
        except NewstuiError:
            self.query = before
            raise

    def show(self) -> None:
        """Print the current page, and how long the list is."""
        total, room = self.listing.total, self._environment.page_lines
        lines: list[str] = []
        self._end = self._first
        for index in range(self._first, total):
            row = self._render_row(index)
            if lines and len(lines) + len(row) > room:
                break
            lines += row
            self._end = index + 1
        summary = f"{format_count(total, 'article')}, {self.listing.unread:,} unread"
        if self._end - self._first < total:
            summary += f"; {self._first + 1:,} to {self._end:,}"
        hint = [] if total else [self._describe_empty()]
        self._environment.say_lines([*lines, f"{summary}.", *hint])

    def _describe_empty(self) -> str:
        query = self.query
        is_all = replace(query, is_folded=False) == ListQuery()
        is_filtered = query.show != "all" or bool(query.text)
        return describe_empty_list(self._key, is_all=is_all, is_filtered=is_filtered)

    def turn(self, by: int) -> None:
        """Print the next page (1), or the previous one (-1)."""
        if by > 0 and self._end >= self.listing.total > 0:
            raise NewstuiError("End of the list")
        self._first = self._end if by > 0 else self._page_before(self._first)
        self.show()

    def turn_to(self, *, last: bool) -> None:
        """Print the first page, or the last one."""
        self._first = self._page_before(self.listing.total) if last else 0
        self.show()

    def row(self, number: int) -> ArticleRow:
        """Return a row by its number, counted from 1.

        Raises:
            NewstuiError: The list is shorter.
        """
        if number > self.listing.total:
            raise NewstuiError(f"The list has {format_count(self.listing.total, 'article')}")
        return self.listing.window(number - 1, 1)[0]

    def step(self, article: str, by: int, *, unread: bool) -> str | None:
        """Return the next (1) or previous (-1) article of the list, if there is one."""
        found = self.listing.place(article)
        place = -1 if found is None else found
        following = self.listing.step(place, by, unread=unread)
        if following is None or following == place or place < 0 > by:
            return None
        return self.row(following + 1).id

    def _page_before(self, end: int) -> int:
        """Return the first row of the page that ends before a row."""
        room, first = self._environment.page_lines, end
        while first > 0:
            room -= len(self._render_row(first - 1))
            if room < 0 and first < end:
                break
            first -= 1
        return first

    def _render_row(self, index: int) -> list[str]:
        line = describe_row(self.row(index + 1), index + 1, source=self._has_sources)
        return wrap_plain_text(line, self._environment.columns).split("\n")


class ArticlePager:
    """An open article, and the page of it printed last."""

    def __init__(
        self, full_article: FullArticle, environment: Environment, *, is_page: bool = False
    ) -> None:
        """Lay an article out; `is_page` if its text is that of its page."""
        self.full_article = full_article
        self.is_page = is_page
        self.id = full_article.article.id
        self._environment = environment
        self._lines: list[PlainLine] = list(article_lines(full_article, environment.columns))
        self._top = 0
        """The first line of the page."""
        self._end = 0
        """The first line below the page."""

    @property
    def is_at_end(self) -> bool:
        """True if the last page was printed last."""
        return self._end >= len(self._lines)

    @property
    def position(self) -> int:
        """Offset into the text of the page printed last."""
        return self._lines[self._top].offset

    def line_at(self, position: int) -> int:
        """Return the line at an offset into the text; 0 if it is past the end."""
        return next((y for y, line in enumerate(self._lines) if line.offset >= position), 0)

    def show(self, top: int) -> None:
        """Print the page that begins with a line."""
        self._top, self._end = top, min(len(self._lines), top + self._environment.page_lines)
        self._environment.say_lines(line.text for line in self._lines[top : self._end])

    def turn(self, by: int) -> None:
        """Print the next page (1), or the previous one (-1)."""
        self.show(self._end if by > 0 else max(0, self._top - self._environment.page_lines))

    def turn_to(self, *, last: bool) -> None:
        """Print the first page, or the last one."""
        room = self._environment.page_lines
        self.show(max(0, (len(self._lines) - 1) // room * room) if last else 0)

    def find(self, words: str) -> None:
        """Print the page that begins with the next line containing the words.

        Raises:
            InvalidInput: There is none.
        """
        wanted = words.casefold()
        for y, line in enumerate(self._lines):
            if y > self._top and wanted in line.text.casefold():
                self.show(y)
                return
        raise InvalidInput(f"Not found below this page: {words}")


class PlainSession:
    """The library, its list, the open article, and the trail of articles.

    Attributes:
        article: None while the list is shown.
        current: Id of the article opened or named last.
        key: Returns the key to name for a command.
        should_restart: True if reading is to begin again, with a library that was filled.
    """

    def __init__(self, library: Library, keymap: Keymap, environment: Environment) -> None:
        """Start a session; the library is loaded."""
        self.library = library
        self.keymap = keymap
        self.key = keymap.first_key
        self.environment = environment
        self.list = ListPager(library, environment, self.key)
        self.article: ArticlePager | None = None
        self.current = ""
        self.trail = Trail()
        self.loose = LoosePages()
        self.should_restart = False

    # -- moving ----------------------------------------------------------------------------

    def turn(self, by: int) -> None:
        """Print the next page (1), or the previous one (-1)."""
        (self.article or self.list).turn(by)
        self._mark_read_at_end()

    def turn_to(self, *, last: bool) -> None:
        """Print the first page, or the last one."""
        (self.article or self.list).turn_to(last=last)
        self._mark_read_at_end()

    def step(self, by: int, *, unread: bool = False) -> None:
        """Open the next article of the list (1), or the previous one (-1)."""
        article = self.list.step(self.current, by, unread=unread)
        if article is None:
            kind = "unread article" if unread else "article"
            raise NewstuiError(f"No {kind} {'below' if by > 0 else 'above'}")
        self.open(article)

    def find(self, words: str) -> None:
        """Print the page of the article that begins with the next line containing the words."""
        self.require_article().find(words)
        self._mark_read_at_end()

    def change_query(self, query: ListQuery) -> None:
        """Print another list."""
        self.list.change_query(query)
        self.show_list()

    def show_list(self) -> None:
        """Close the article, and print the list."""
        self.close_article()
        self.list.show()

    def target(self, typed: ParsedLine) -> str:
        """Return the id of the open article, the one of that number, or the current one.

        Raises:
            NewstuiError: There is none of that number, none is current yet, or a loose page is open.
        """
        if typed.last:
            raise NewstuiError("This command takes one article")
        if self.article is not None:
            if self.article.id in self.loose:
                raise NewstuiError(f"Not in the library ({self.key('feeds.add')} adds it)")
            return self.article.id
        if typed.number:
            self.current = self.list.row(typed.number).id
        elif not self.current:
            raise NewstuiError(f"Which article? Type its number, as in 3{self.key(typed.command)}")
        return self.current

    def target_entry(self, typed: ParsedLine) -> FullArticle:
        """Return the article that `target` names, or the loose page that is open."""
        loose = self.loose.get(self.article.id) if self.article is not None else None
        return loose or self.library.get_article(self.target(typed))

    def targets(self, typed: ParsedLine) -> list[str]:
        """Return the ids of the articles of a range, or the one that `target` returns.

        Raises:
            NewstuiError: There are none.
        """
        listing = self.list.listing
        if not typed.last:
            return [*listing.copies(self.target(typed))]
        if typed.last < typed.number or typed.number > listing.total:
            total = format_count(listing.total, "article")
            raise NewstuiError(f"No such range: the list has {total}")
        return [*chain.from_iterable(listing.ids(typed.number - 1, typed.last))]

    # -- the open article ------------------------------------------------------------------

    def open(self, article: str, *, visit: bool = True) -> None:
        """Print an article from where reading stopped; `visit` adds it to the trail."""
        loose = self.loose.get(article)
        entry = loose or self.library.get_article(article)
        self.close_article()
        if visit:
            self.trail.visit(article, entry.article.title)
        self.article = ArticlePager(entry, self.environment, is_page=loose is not None)
        if loose is not None:
            keep, back = self.key("feeds.add"), self.key("trail.back")
            self.environment.say(f"Not in the library ({keep}: add it, {back}: go back)")
            self.article.show(0)
            return
        self.current = article
        position = entry.reading.position
        top = self.article.line_at(position) if position else 0
        if top:
            self.environment.say(f"Resumed where you stopped ({self.key('move.start')}: start)")
        self.article.show(top)
        self._mark_read_at_end()
        self._record("opened", article)

    def close_article(self) -> None:
        """Close the article, and save where reading stopped."""
        if self.article is not None:
            article, position = self.article, self.article.position
            if not article.is_page and position != article.full_article.reading.position:
                self._record("position", article.id, position=position)
        self.article = None

    def require_article(self) -> ArticlePager:
        """Return the open article.

        Raises:
            NewstuiError: None is open.
        """
        if self.article is None:
            raise NewstuiError("No article is open")
        return self.article

    # -- pages of the web --------------------------------------------------------------------

    def toggle_page_text(self) -> None:
        """Print the open article with the text of its page, or with its own again."""
        article = self.require_article()
        if article.id in self.loose:
            raise NewstuiError("This is the text of the page")
        entry, is_page = self.library.get_article(article.id), not article.is_page
        if is_page:
            text = find_page_text(self.library, entry.article) or self._fetch_page_text(entry)
            self.close_article()
            entry = replace(entry, body=replace(entry.body, text=text))
        self.article = ArticlePager(entry, self.environment, is_page=is_page)
        self.environment.say("Text of the page" if is_page else "The article's own text")
        self.article.turn_to(last=False)
        self._mark_read_at_end()

    def read_link(self, url: str) -> None:
        """Print what a link of the open article leads to: an article, or a page of the web."""
        if not url:
            raise NewstuiError("Only http and https links can be read")
        found = self._find_url(url)
        if not found:
            page = self._fetch_page(url, self.require_article().full_article.article)
            found = self._find_url(page.article.url)  # the link may have been a redirect
            if not found:
                self.loose.put(page)
                found = page.article.id
        self.open(found)

    def keep_loose_page(self) -> bool:
        """Add the open page to the library; return False if no loose page is open."""
        page = self.loose.get(self.article.id) if self.article is not None else None
        if page is None:
            return False
        keep_page(self.library, self.loose, page)
        self.article, self.current = ArticlePager(page, self.environment), page.article.id
        self.list.update()
        self.environment.say(f"Added: {page.article.title}")
        return True

    def _find_url(self, url: str) -> str:
        return self.library.find_urls([url]).get(url, "")

    def _fetch_page_text(self, entry: FullArticle) -> str:
        if not entry.article.url:
            raise NewstuiError("This article has no URL")
        page = self._fetch_page(entry.article.url, entry.article)
        open_text_cache(self.library).save(entry.article.id, page.body.text)
        return page.body.text

    def _fetch_page(self, url: str, origin: Article) -> ParsedArticle:
        if (make_context := self.environment.make_fetch_context) is None:
            raise NewstuiError("The sample library fetches no pages")
        self.environment.say(f"Fetching {extract_host(url)} … ctrl+c to stop")
        is_allowed = is_private_page_allowed(self.library, url, origin)
        return fetch_page(make_context(), url, is_private_allowed=is_allowed)

    # -- reading state -------------------------------------------------------------------------

    def similar(self, entry: FullArticle) -> tuple[SimilarArticle, ...]:
        """Return the articles similar to one."""
        self.environment.prepare(self.library)
        return self.library.similar(entry)

    def _mark_read_at_end(self) -> None:
        article = self.article
        if article is None or article.id in self.loose:
            return
        if article.is_at_end and not article.full_article.reading.read:
            self._record("read", article.id)

    def _record(self, event: str, article: str, **data: int) -> None:
        """Record an event of reading, unless the library is read-only."""
        try:
            self._apply_rows(self.library.record(event, [article], **data))
        except LibraryReadOnly:
            return
        if event == "read":
            self.environment.run_read_hook([article])

    # -- changes ---------------------------------------------------------------------------

    def change(self, action: Action[P], *args: P.args, **kwargs: P.kwargs) -> ActionResult:
        """Run an action on the library, and print what it did, with the key to undo it."""
        result = action(self.library, *args, **kwargs)
        self._apply_rows(result.rows)
        message = result.message
        if result.is_undoable:
            if len(result.articles) == 1:
                message += f": {self.library.title(result.articles[0])}"
            message += f". {self.key('app.undo')} to undo."
        self.environment.say(message)
        if result.marked_read:
            self.environment.run_read_hook(result.marked_read)
        if result.removed:
            self.trail.remove_articles(result.removed)
            self.list.listing = self.list.listing.without(result.removed)
            if self.current in result.removed:
                self.article, self.current = None, ""
        if result.is_list_stale:
            self.list.update()
        return result

    def refresh(self) -> None:
        """Apply what commands, other processes and other machines have changed."""
        changed = self.library.refresh()
        self._apply_rows(changed.rows)
        if changed.is_list_stale:
            self.list.reload()

    def _apply_rows(self, rows: Mapping[str, ArticleRow]) -> None:
        if self.article is not None and self.article.id in rows:
            self.article.full_article = self.library.get_article(self.article.id)
