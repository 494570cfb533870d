"""Lists and articles, printed page by page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from store.library.protocol import Library
from store.model.article import ArticleRow, FullArticle
from store.model.errors import InvalidInput, NewstuiError
from store.search import ListQuery
from store.search.language import query_needs_index
from tui.config.settings import Settings
from tui.rendering.plain_text import PlainLine, article_lines, describe_row, wrap_plain_text
from tui.rendering.wording import format_count


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
        now: The clock.
        settings: The settings in force.
        is_library_filled: True if samples are shown, but the user's own library has articles.
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

    def say_wrapped(self, lines: Iterable[str]) -> None:
        """Print lines, each wrapped to the terminal's width."""
        self.say_lines(wrap_plain_text(line, self.columns) for line in lines)


class ListPager:
    """The current list, and the page of it printed last."""

    def __init__(self, library: Library, environment: Environment) -> None:
        self._library = library
        self._environment = environment
        self.query = ListQuery()
        self.rows: list[ArticleRow] = []
        self._first = 0
        """The first row of the page."""
        self._end = 0
        """The first row below the page."""

    def reload(self) -> None:
        """Query the list again, and go to its first page.

        Raises:
            InvalidQuery: The search cannot be understood.
        """
        if query_needs_index(self.query.text):
            self._environment.prepare(self._library)
        self.rows = self._library.rows(self.query)
        self._first = 0

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
        total, room = len(self.rows), self._environment.page_lines
        lines: list[str] = []
        self._end = self._first
        for index in range(self._first, total):
            row = self._render_row(index)
            if lines and len(lines) + len(row) > room:
                break
            lines += row
            self._end = index + 1
        unread = sum(not row.read for row in self.rows)
        summary = f"{format_count(total, 'article')}, {unread:,} unread"
        if self._end - self._first < total:
            summary += f"; {self._first + 1:,} to {self._end:,}"
        self._environment.say_lines([*lines, f"{summary}."])

    def turn(self, by: int) -> None:
        """Print the next page (1), or the previous one (-1)."""
        if by > 0 and self._end >= len(self.rows) > 0:
            raise NewstuiError("End of the list")
        self._first = self._end if by > 0 else self._page_before(self._first)
        self.show()

    def turn_to(self, *, last: bool) -> None:
        """Print the first page, or the last one."""
        self._first = self._page_before(len(self.rows)) if last else 0
        self.show()

    def index_of(self, article: str) -> int | None:
        """Return the index of an article's row, if it is in the list."""
        return next((i for i, row in enumerate(self.rows) if row.id == article), None)

    def row(self, number: int) -> ArticleRow:
        """Return a row by its number, counted from 1.

        Raises:
            NewstuiError: The list is shorter.
        """
        if number > len(self.rows):
            raise NewstuiError(f"The list has {format_count(len(self.rows), 'article')}")
        return self.rows[number - 1]

    def apply_changes(self, rows: Mapping[str, ArticleRow], removed: Collection[str] = ()) -> None:
        """Replace changed rows, and drop removed ones."""
        self.rows = [rows.get(row.id, row) for row in self.rows if row.id not in removed]

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
        line = describe_row(self.rows[index], index + 1)
        return wrap_plain_text(line, self._environment.columns).split("\n")


class ArticlePager:
    """An open article, and the page of it printed last."""

    def __init__(self, full_article: FullArticle, environment: Environment) -> None:
        self.full_article = full_article
        self._environment = environment
        self._lines: list[PlainLine] = list(article_lines(full_article, environment.columns))
        self._top = 0
        """The first line of the page."""
        self._end = 0
        """The first line below the page."""

    @property
    def id(self) -> str:
        """The article's id."""
        return self.full_article.article.id

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
