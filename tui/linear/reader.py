"""The linear reader: what each line that is typed does.

For screen readers, terminals that can only print, and pipes. Commands are those of `tui.commands` by
the same keys, each typed with enter; a number means a row of the list, or a similar reading.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from store.article import Entry, Similar
from store.errors import NewsError
from store.library import Library
from store.query import SHOWS, SORTS, Query
from tui.keymaps import Keymap
from tui.linear.pages import Pages, World
from tui.linear.typed import SIMILAR, Typed, help_lines, understood, vocabulary
from tui.plain import about_lines
from tui.wording import count, described


class LinearReader(Pages):
    """One session, from the first list to the last command."""

    def __init__(self, library: Library, keymap: Keymap, world: World) -> None:
        super().__init__(library, keymap, world)
        self._over = False
        self._handlers: dict[str, Callable[[Typed], None]] = {
            "move.page_down": self._page_down,
            "move.page_up": lambda _: self.turn(-1),
            "move.start": lambda _: self.turn_to(last=False),
            "move.end": lambda _: self.turn_to(last=True),
            "move.next_article": lambda _: self.step(1),
            "move.previous_article": lambda _: self.step(-1),
            "move.next_unread": lambda _: self.step(1, unread=True),
            "move.previous_unread": lambda _: self.step(-1, unread=True),
            "article.open": self._open_row,
            "article.back": self._back,
            "article.find": self._find,
            "article.open_url": self._open_url,
            "article.copy_url": self._copy_url,
            "article.toggle_read": lambda typed: self._toggle(typed, "read", "unread"),
            "article.toggle_star": lambda typed: self._toggle(typed, "starred", "unstarred"),
            "article.delete": self._delete,
            "article.tag": lambda typed: self._tag(typed, "tagged"),
            "article.untag": lambda typed: self._tag(typed, "untagged"),
            "list.mark_all_read": self._mark_all_read,
            "list.search": self._search,
            "list.filter": self._filter,
            "list.category": self._category,
            "list.sort": self._sort,
            "view.side": self._about,
            "app.undo": self._undo,
            "app.history": self._history,
            "app.help": self._help,
            "app.quit": self._quit,
        }

    def run(self) -> None:
        """Read commands until there are no more, or one says that it is over."""
        try:
            self.select()
            self.show_list()
            while not self._over and (line := self._ask()) is not None:
                self.obey(line)
        finally:
            self.leave()

    def _ask(self) -> str | None:
        what = "End of the article" if self.at_end else "More" if self.entry else "List"
        return self.world.ask(f"{what}. Number, command, or {self.key('app.help')}: ")

    def obey(self, line: str) -> None:
        """Do what a line says; what cannot be done is said."""
        typed = understood(line, vocabulary(self.keymap, self.place, self._handlers))
        try:
            if typed is None:
                raise NewsError(f"no such command here; {self.key('app.help')} lists them")
            self._do(typed)
        except NewsError as error:
            self.world.say(str(error))

    def _do(self, typed: Typed) -> None:
        if typed.command.startswith(SIMILAR):
            self._jump(int(typed.command.partition(":")[2]))
        elif typed.command:
            self._handlers[typed.command](typed)
        elif not typed.number:
            self._page_down(typed)
        elif self.entry is not None:
            self._jump(typed.number)
        else:
            self._open_row(typed)

    # -- moving ----------------------------------------------------------------------------

    def _page_down(self, typed: Typed) -> None:
        if self.at_end:
            self.step(1, unread=True)
        else:
            self.turn(1)

    def _open_row(self, typed: Typed) -> None:
        self.open(self._target(typed, "article.open"))

    def _target(self, typed: Typed, command_id: str) -> str:
        """The article that is meant: by its number in the list, else the one that was last."""
        if typed.number and self.entry is None:
            if typed.number > len(self.rows):
                raise NewsError(f"the list has {count(len(self.rows), 'article')}")
            self.at = self.rows[typed.number - 1].id
        elif self.entry is None and not self.at:
            raise NewsError(f"which one? say its number, as in 3{self.key(command_id)}")
        return self.entry.article.id if self.entry else self.at

    def _back(self, typed: Typed) -> None:
        if self.entry is None and self.query.words:
            self._change_query(replace(self.query, words=""))
            return
        self.leave()
        changed = self.library.refresh()
        self.update(changed.rows)
        if changed.articles:
            self.select()
        self.show_list()

    def _jump(self, number: int) -> None:
        entry = self.entry or self.library.entry(self._target(Typed(), "article.open"))
        similar = self._similar(entry)
        if number > len(similar):
            raise NewsError(f"there is no similar reading {number}")
        other = similar[number - 1]
        if other.id is None:
            raise NewsError(f"not in the library: {other.title}")
        self.open(other.id)

    def _similar(self, entry: Entry) -> tuple[Similar, ...]:
        self.world.prepare(self.library)
        return self.library.similar(entry)

    def _find(self, typed: Typed) -> None:
        if words := typed.words or (self.world.ask("Find: ") or "").strip():
            self.find(words)

    def _about(self, typed: Typed) -> None:
        entry = self.library.entry(self._target(typed, "view.side"))
        lines = about_lines(entry, self._similar(entry), self.world.size()[0])
        self.world.say("\n".join(line.text for line in lines))

    def _open_url(self, typed: Typed) -> None:
        self.world.say(self.world.open_url(self._url(typed, "article.open_url")))

    def _copy_url(self, typed: Typed) -> None:
        url = self._url(typed, "article.copy_url")
        self.world.say(url)
        self.world.say(self.world.copy(url))

    def _url(self, typed: Typed, command_id: str) -> str:
        url = self.library.entry(self._target(typed, command_id)).article.url
        if not url:
            raise NewsError("this article has no URL")
        return url

    # -- changes ---------------------------------------------------------------------------

    def _toggle(self, typed: Typed, on: str, off: str) -> None:
        article = self._target(typed, typed.command)
        reading = self.library.entry(article).reading
        is_on = reading.read if on == "read" else reading.starred
        self._record(off if is_on else on, [article])

    def _delete(self, typed: Typed) -> None:
        article = self._target(typed, "article.delete")
        self._record("deleted", [article])
        self.entry, self.at = None, ""
        self.rows = [row for row in self.rows if row.id != article]

    def _tag(self, typed: Typed, event: str) -> None:
        words = typed.words or (self.world.ask("Tag: ") or "").strip()
        if words:
            if words.isdecimal():  # the tag, and not the number of an article
                typed = replace(typed, number=0)
            self._record(event, [self._target(typed, "article.tag")], tag=words)

    def _mark_all_read(self, typed: Typed) -> None:
        unread = [row.id for row in self.rows if not row.read]
        if not unread:
            raise NewsError("no article of the list is unread")
        self._record("read", unread)

    def _record(self, event: str, articles: Sequence[str], **data: str) -> None:
        self.update(self.library.record(event, articles, **data))
        undoable = self.library.undoable(1)
        if undoable:
            titles = {article: self.library.title(article) for article in articles[:1]}
            self.world.say(f"{described(undoable[0], titles)}. {self.key('app.undo')} undoes it.")

    def _undo(self, typed: Typed) -> None:
        undone = self.library.undo()
        if undone is None:
            raise NewsError("nothing left to undo")
        change, rows = undone
        titles = {article: self.library.title(article) for article in change.articles[:1]}
        self.world.say(f"Undone: {described(change, titles)}")
        self.update(rows)
        if change.event in ("deleted", "restored"):
            self.rows = self.library.rows(self.query)

    def _history(self, typed: Typed) -> None:
        changes = self.library.undoable()
        titles = {each: self.library.title(each) for change in changes for each in change.articles}
        said = [described(change, titles) for change in changes] or ["nothing can be undone"]
        self.world.say("\n".join(said))

    # -- lists -----------------------------------------------------------------------------

    def _change_query(self, query: Query) -> None:
        before, self.query = self.query, query
        try:
            self.select()
        except NewsError:
            self.query = before
            raise
        self.leave()
        self.show_list()

    def _search(self, typed: Typed) -> None:
        words = typed.words or self.world.ask("Search: ") or ""
        self._change_query(replace(self.query, words=words.strip()))

    def _filter(self, typed: Typed) -> None:
        show = self._choice(typed, "Show", SHOWS)
        self._change_query(replace(self.query, show=next(each for each in SHOWS if each == show)))

    def _category(self, typed: Typed) -> None:
        names = ["every category", *(each.name for each in self.library.categories())]
        name = self._choice(typed, "Category", names)
        self._change_query(replace(self.query, category=None if name == names[0] else name))

    def _sort(self, typed: Typed) -> None:
        sort = self._choice(typed, "Sort by", SORTS)
        self._change_query(replace(self.query, sort=next(each for each in SORTS if each == sort)))

    def _choice(self, typed: Typed, what: str, names: Sequence[str]) -> str:
        """One of these, by its number or by how it begins."""
        words = typed.words
        if not words and not typed.number:
            self.world.say("\n".join(f"{number}. {name}" for number, name in enumerate(names, 1)))
            words = (self.world.ask(f"{what}: ") or "").strip()
        if words.isdecimal() and 0 < int(words) <= len(names):
            return names[int(words) - 1]
        fits = [name for name in names if name.casefold().startswith(words.casefold())]
        if not words or not fits:
            raise NewsError(f"{what}: {words or 'nothing'} is none of {', '.join(names)}")
        return fits[0]

    # -- the reader itself -----------------------------------------------------------------

    def _help(self, typed: Typed) -> None:
        self.world.say("\n".join(help_lines(self.keymap, self._handlers)))

    def _quit(self, typed: Typed) -> None:
        self._over = True
