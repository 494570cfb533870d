"""Lists and articles, page by page; what is typed for them is in `tui.plain.reader`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from store.library.protocol import Library
from store.model.article import ArticleRow, FullArticle
from store.model.errors import InvalidInput, LibraryReadOnly, NewstuiError
from store.search import ListQuery
from store.search.predicates import query_needs_index
from tui.config.keymaps import Keymap
from tui.config.settings import Settings
from tui.plain.input import ParsedLine
from tui.rendering.plain_text import PlainLine, article_lines, describe_row, wrap_plain_text
from tui.rendering.trail import Trail
from tui.rendering.wording import format_count


@dataclass(frozen=True, slots=True)
class Environment:
    """What the linear reader does things with."""

    ask: Callable[[str], str | None]
    """Shows a prompt and returns the line that is typed then; None at the end of the input."""
    say: Callable[[str], None]
    """Prints lines."""
    size: Callable[[], tuple[int, int]]
    """Columns and rows of a page."""
    open_url: Callable[[str], str]
    """Opens a URL; what came of it, in a line."""
    copy: Callable[[str], str]
    """Copies a line; what is known of it."""
    prepare: Callable[[Library], None]
    """Brings what searches and similar readings need up to date."""
    run: Callable[[Sequence[str]], int]
    """Carries out a command of newstui on the user's own library; its exit code."""
    tell_read: Callable[[Sequence[str]], None]
    """Tells the user's program, if there is one, which articles were read."""
    now: Callable[[], datetime]
    settings: Settings
    filled: Callable[[], bool] = lambda: False
    """Whether samples are read, but the user's own library has articles by now."""


class Pages:
    """A list, the article that is open, and which page of them was printed last."""

    def __init__(self, library: Library, keymap: Keymap, world: Environment) -> None:
        """Make it; the library is loaded.

        Args:
            library: What is read.
            keymap: The keys in force.
            world: What things are done with.
        """
        self.library = library
        self.keymap = keymap
        self.world = world
        self.query = ListQuery()
        self.rows: list[ArticleRow] = []
        self.entry: FullArticle | None = None
        """The article that is open."""
        self.at = ""
        """The article that was last opened or named."""
        self.trail = Trail()
        self._first = 0
        """The first row of the page,"""
        self._beyond = 0
        """and the first one below it."""
        self._lines: list[PlainLine] = []
        self._top = self._below = 0
        """The first line of the page, and the one below it."""

    def page(self) -> int:
        """Lines of a page: two are left for what is said and for the prompt."""
        return max(3, self.world.size()[1] - 3)

    @property
    def place(self) -> str:
        """Where one is, in the words of `tui.config.commands`."""
        return "article" if self.entry else "list"

    def key(self, command_id: str) -> str:
        """The key to name for a command."""
        return self.keymap.first_key(command_id)

    @property
    def at_end(self) -> bool:
        """Whether the last page of an article was printed last."""
        return self.entry is not None and self._below >= len(self._lines)

    def turn(self, by: int) -> None:
        """Print the next page (1), or the one before (-1)."""
        if self.entry is not None:
            self.show_page(self._below if by > 0 else max(0, self._top - self.page()))
            return
        if by > 0 and self._beyond >= len(self.rows) > 0:
            raise NewstuiError("the list ends here")
        self._first = self._beyond if by > 0 else self._page_before(self._first)
        self.show_list()

    def turn_to(self, *, last: bool) -> None:
        """Print the first page, or the last one."""
        if self.entry is not None:
            self.show_page(max(0, (len(self._lines) - 1) // self.page() * self.page()) * last)
        else:
            self._first = self._page_before(len(self.rows)) if last else 0
            self.show_list()

    def _page_before(self, beyond: int) -> int:
        """The first row of the page that ends before a row."""
        room, first = self.page(), beyond
        while first > 0:
            room -= len(self._row(first - 1))
            if room < 0 and first < beyond:
                break
            first -= 1
        return first

    def _row(self, index: int) -> list[str]:
        """A row of the list, as it is said."""
        line = describe_row(self.rows[index], index + 1)
        return wrap_plain_text(line, self.world.size()[0]).split("\n")

    def find(self, words: str) -> None:
        """Print the page that begins with the next line of the article with these words.

        Raises:
            BadInput: There is none.
        """
        wanted = words.casefold()
        for y, line in enumerate(self._lines):
            if y > self._top and wanted in line.text.casefold():
                self.show_page(y)
                return
        raise InvalidInput(f"not found from here on: {words}")

    def show_page(self, top: int) -> None:
        """Print a page of the article; its last one makes it read."""
        self._top, self._below = top, min(len(self._lines), top + self.page())
        self.world.say("\n".join(line.text for line in self._lines[top : self._below]))
        if self.at_end and self.entry is not None and not self.entry.reading.read:
            self.note("read", self.entry.article.id)

    def say_place(self) -> None:
        """Say which article is open, for whoever comes back to it."""
        if self.entry is not None:
            self.world.say(f"Back in: {self.entry.article.title}")

    def show_list(self) -> None:
        """Print a page of the list, and how long the list is."""
        total, room = len(self.rows), self.page()
        lines: list[str] = []
        self._beyond = self._first
        for index in range(self._first, total):
            row = self._row(index)
            if lines and len(lines) + len(row) > room:
                break
            lines += row
            self._beyond = index + 1
        unread = sum(not row.read for row in self.rows)
        said = f"{format_count(total, 'article')}, {unread:,} unread"
        if self._beyond - self._first < total:
            said += f"; {self._first + 1:,} to {self._beyond:,}"
        self.world.say("\n".join([*lines, f"{said}."]))

    def select(self) -> None:
        """Ask for the list again.

        Raises:
            BadQuery: What is searched for cannot be understood.
        """
        if query_needs_index(self.query.text):
            self.world.prepare(self.library)
        self.rows = self.library.rows(self.query)
        self._first = 0

    def target(self, typed: ParsedLine, command_id: str) -> str:
        """The article that is meant: by its number in the list, else the one that was last.

        Raises:
            NewsError: There is none of that number, or none was named yet.
        """
        if typed.number and self.entry is None:
            if typed.number > len(self.rows):
                raise NewstuiError(f"the list has {format_count(len(self.rows), 'article')}")
            self.at = self.rows[typed.number - 1].id
        elif self.entry is None and not self.at:
            raise NewstuiError(f"which one? say its number, as in 3{self.key(command_id)}")
        return self.entry.article.id if self.entry else self.at

    def open(self, article: str, *, visit: bool = True) -> None:
        """Print an article from where reading stopped.

        Args:
            article: Its id.
            visit: Whether it comes onto the trail; not when going along the trail.
        """
        entry = self.library.get_article(article)
        self.leave()
        if visit:
            self.trail.visit(article, entry.article.title)
        self.entry, self.at = entry, article
        self._lines = list(article_lines(entry, self.world.size()[0]))
        place = entry.reading.position
        top = next((y for y, line in enumerate(self._lines) if line.offset >= place), 0)
        if place and top:
            self.world.say(f"Going on where reading stopped; {self.key('move.start')}: the start")
        self.show_page(top if place else 0)
        self.note("opened", article)

    def leave(self) -> None:
        """Remember where reading stopped."""
        if self.entry is not None:
            article, place = self.entry.article.id, self._lines[self._top].offset
            if place != self.entry.reading.position:
                self.note("position", article, position=place)
        self.entry = None

    def step(self, by: int, *, unread: bool = False) -> None:
        """Open the next article of the list (1), or the one before (-1)."""
        at = next((i for i, row in enumerate(self.rows) if row.id == self.at), -1)
        here = range(at + 1, len(self.rows)) if by > 0 else range(at - 1, -1, -1)
        for i in here:
            if not (unread and self.rows[i].read):
                self.open(self.rows[i].id)
                return
        raise NewstuiError(
            f"no {'unread ' if unread else ''}article {'below' if by > 0 else 'above'}"
        )

    def note(self, event: str, article: str, **data: int) -> None:
        """Record what reading does by itself, where the library can be changed."""
        try:
            self.update(self.library.record(event, [article], **data))
        except LibraryReadOnly:
            return
        if event == "read":
            self.world.tell_read([article])

    def update(self, rows: Mapping[str, ArticleRow]) -> None:
        """Take in what has changed of rows, and of the article that is open."""
        self.rows = [rows.get(row.id, row) for row in self.rows]
        if self.entry is not None and self.entry.article.id in rows:
            self.entry = self.library.get_article(self.entry.article.id)
