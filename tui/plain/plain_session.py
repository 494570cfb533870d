"""The session of line mode: library, list and open article, shared by the commands."""

from __future__ import annotations

from collections.abc import Mapping

from store.library.protocol import Library
from store.model.article import ArticleRow, FullArticle, SimilarArticle
from store.model.errors import LibraryReadOnly, NewstuiError
from store.search import ListQuery
from tui.actions.article_changes import ActionResult
from tui.config.keymaps import Keymap
from tui.plain.input import ParsedLine
from tui.plain.pager import ArticlePager, Environment, ListPager
from tui.rendering.trail import Trail


class PlainSession:
    """The library, its list, the open article, and the trail of articles.

    Attributes:
        article: None while the list is shown.
        current: Id of the article opened or named last.
    """

    def __init__(self, library: Library, keymap: Keymap, environment: Environment) -> None:
        """Start a session; the library is loaded."""
        self.library = library
        self.keymap = keymap
        self.environment = environment
        self.list = ListPager(library, environment)
        self.article: ArticlePager | None = None
        self.current = ""
        self.trail = Trail()

    def key(self, command_id: str) -> str:
        """Return the key to name for a command."""
        return self.keymap.first_key(command_id)

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
        rows, index = self.list.rows, self.list.index_of(self.current)
        at = -1 if index is None else index
        for i in range(at + 1, len(rows)) if by > 0 else range(at - 1, -1, -1):
            if not (unread and rows[i].read):
                self.open(rows[i].id)
                return
        raise NewstuiError(
            f"No {'unread ' if unread else ''}article {'below' if by > 0 else 'above'}"
        )

    def find(self, words: str) -> None:
        """Print the page of the article that begins with the next line containing the words."""
        if self.article is None:
            raise NewstuiError("No article is open")
        self.article.find(words)
        self._mark_read_at_end()

    def change_query(self, query: ListQuery) -> None:
        """Print another list."""
        self.list.change_query(query)
        self.close_article()
        self.list.show()

    def target(self, typed: ParsedLine, command_id: str) -> str:
        """Return the id of the open article, the one of that number, or the current one.

        Raises:
            NewstuiError: There is none of that number, or none is current yet.
        """
        if self.article is not None:
            return self.article.id
        if typed.number:
            self.current = self.list.row(typed.number).id
        elif not self.current:
            raise NewstuiError(f"Which article? Type its number, as in 3{self.key(command_id)}")
        return self.current

    # -- the open article ------------------------------------------------------------------

    def open(self, article: str, *, visit: bool = True) -> None:
        """Print an article from where reading stopped.

        Args:
            article: Its id.
            visit: Add it to the trail; not when following the trail.
        """
        entry = self.library.get_article(article)
        self.close_article()
        if visit:
            self.trail.visit(article, entry.article.title)
        self.article, self.current = ArticlePager(entry, self.environment), article
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
            if position != article.full_article.reading.position:
                self._record("position", article.id, position=position)
        self.article = None

    def similar(self, entry: FullArticle) -> tuple[SimilarArticle, ...]:
        """Return the articles similar to one."""
        self.environment.prepare(self.library)
        return self.library.similar(entry)

    def _mark_read_at_end(self) -> None:
        article = self.article
        if article is not None and article.is_at_end and not article.full_article.reading.read:
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

    def report(self, result: ActionResult) -> None:
        """Print what an action did, with the key to undo it, and apply its changes."""
        self._apply_rows(result.rows)
        message = result.message
        if result.is_undoable:
            if len(result.articles) == 1:
                message = f"{message}: {self.library.title(result.articles[0])}"
            message = f"{message}. {self.key('app.undo')} to undo."
        self.environment.say(message)
        if result.marked_read:
            self.environment.run_read_hook(result.marked_read)
        if result.removed:
            self.trail.remove_articles(result.removed)
            self.list.apply_changes({}, result.removed)
            if self.current in result.removed:
                self.article, self.current = None, ""
        if result.is_list_stale:
            self.list.rows = self.library.rows(self.list.query)

    def refresh(self) -> None:
        """Apply what commands, other processes and other machines have changed."""
        changed = self.library.refresh()
        self._apply_rows(changed.rows)
        if changed.is_list_stale:
            self.list.reload()

    def _apply_rows(self, rows: Mapping[str, ArticleRow]) -> None:
        self.list.apply_changes(rows)
        if self.article is not None and self.article.id in rows:
            self.article.full_article = self.library.get_article(self.article.id)
