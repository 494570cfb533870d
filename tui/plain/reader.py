"""The linear reader: what each line that is typed does.

For screen readers, terminals that can only print, and pipes. Commands are those of `tui.config.commands` by
the same keys, each typed with enter; a number means a row of the list, or a similar reading.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from store.library.protocol import Library
from store.model.article import FullArticle, SimilarArticle
from store.model.errors import NewstuiError
from tui.config.keymaps import Keymap
from tui.plain.feed_commands import Filling
from tui.plain.input import (
    SIMILAR_JUMP_PREFIX,
    ParsedLine,
    build_vocabulary,
    parse_input_line,
    plain_help_lines,
)
from tui.plain.mode import PlainCommandHandler, Room
from tui.plain.pager import Environment
from tui.rendering.plain_text import article_details_lines


class LinearReader(Filling):
    """One session, from the first list to the last command."""

    def __init__(self, library: Library, keymap: Keymap, world: Environment) -> None:
        super().__init__(library, keymap, world)
        self._room: Room | None = None
        """What lies over list and article."""
        self._handlers: Mapping[str, PlainCommandHandler] = {
            "move.page_down": self._page_down,
            "move.page_up": lambda _: self.turn(-1),
            "move.start": lambda _: self.turn_to(last=False),
            "move.end": lambda _: self.turn_to(last=True),
            "move.next_article": lambda _: self.step(1),
            "move.previous_article": lambda _: self.step(-1),
            "move.next_unread": lambda _: self.step(1, unread=True),
            "move.previous_unread": lambda _: self.step(-1, unread=True),
            "article.open": lambda typed: self.open(self.target(typed, typed.command)),
            "article.back": self._back,
            "article.find": self._find,
            "article.links": self.links,
            "article.open_url": self.open_url,
            "article.copy_url": self.copy_url,
            "article.copy_link": self.copy_link,
            "article.export": self.export,
            "article.pipe": self.pipe,
            "article.toggle_read": self.toggle_read,
            "article.toggle_star": self.toggle_star,
            "article.delete": self.delete,
            "article.tag": self.tag,
            "article.untag": self.untag,
            "trail.back": lambda typed: self._follow_trail(-max(1, typed.number)),
            "trail.forward": lambda typed: self._follow_trail(max(1, typed.number)),
            "list.mark_all_read": self.mark_all_read,
            "list.search": self.search,
            "list.filter": self.filter,
            "list.category": self.category,
            "list.sort": self.sort,
            "feeds.fetch": self.fetch,
            "feeds.list": self.say_feeds,
            "feeds.add": self.add,
            "view.side": self._about,
            "view.story": self._tell_story,
            "view.triage": self._go_through,
            "view.statistics": self.say_statistics,
            "app.welcome": self.welcome,
            "app.undo": self.undo,
            "app.history": self.say_history,
            "app.help": self._help,
            "app.quit": self._quit,
        }

    def run(self) -> None:
        """Read commands until there are no more, or one says that it is over."""
        try:
            self.select()
            self.show_list()
            while not self.over and (line := self._ask()) is not None:
                self.obey(line)
        finally:
            self.leave()

    def _ask(self) -> str | None:
        if self._room is not None:
            return self.world.ask(self._room.prompt())
        what = "End of the article" if self.at_end else "More" if self.entry else "List"
        return self.world.ask(f"{what}. Number, command, or {self.key('app.help')}: ")

    def obey(self, line: str) -> None:
        """Do what a line says; what cannot be done is said, what takes too long can be stopped."""
        place, handlers = self.place, self._handlers
        if self._room is not None:
            place, handlers = self._room.PLACE, self._room.handlers
        typed = parse_input_line(line, build_vocabulary(self.keymap, place, handlers))
        try:
            if typed is None:
                raise NewstuiError(f"no such command here; {self.key('app.help')} lists them")
            self._do(typed, handlers)
        except NewstuiError as error:
            self.world.say(str(error))
        except KeyboardInterrupt:
            self.world.say("stopped")

    def _do(self, typed: ParsedLine, handlers: Mapping[str, PlainCommandHandler]) -> None:
        if typed.command.startswith(SIMILAR_JUMP_PREFIX):
            self._jump(int(typed.command.partition(":")[2]))
        elif typed.command:
            handlers[typed.command](typed)
        elif self._room is not None:
            self._room.number(typed.number)
        elif not typed.number:
            self._page_down(typed)
        elif self.entry is not None:
            self._jump(typed.number)
        else:
            self.open(self.target(typed, "article.open"))
        if self._room is not None and self._room.over:
            self._leave_room()

    # -- moving ----------------------------------------------------------------------------

    def _page_down(self, typed: ParsedLine) -> None:
        if self.at_end:
            self.step(1, unread=True)
        else:
            self.turn(1)

    def _back(self, typed: ParsedLine) -> None:
        if self.entry is None and self.query.text:
            self.change_query(replace(self.query, text=""))
            return
        self.leave()
        self.catch_up()
        self.show_list()

    def _follow_trail(self, by: int) -> None:
        article = self.trail.step(by)
        if article is None:
            raise NewstuiError("the trail begins here" if by < 0 else "the trail ends here")
        self.open(article, visit=False)

    def _jump(self, number: int) -> None:
        entry = self.entry or self.library.get_article(self.target(ParsedLine(), "article.open"))
        similar = self._similar(entry)
        if number > len(similar):
            raise NewstuiError(f"there is no similar reading {number}")
        other = similar[number - 1]
        if other.id is None:
            raise NewstuiError(f"not in the library: {other.title}")
        self.open(other.id)

    def _similar(self, entry: FullArticle) -> tuple[SimilarArticle, ...]:
        self.world.prepare(self.library)
        return self.library.similar(entry)

    def _find(self, typed: ParsedLine) -> None:
        if words := typed.words or (self.world.ask("Find: ") or "").strip():
            self.find(words)

    def _about(self, typed: ParsedLine) -> None:
        entry = self.library.get_article(self.target(typed, "view.side"))
        similar, insights = self._similar(entry), self.library.insights(entry)
        lines = article_details_lines(entry, similar, insights, self.world.size()[0])
        self.world.say("\n".join(lines))

    # -- what lies over list and article ---------------------------------------------------

    def _tell_story(self, typed: ParsedLine) -> None:
        from tui.plain.story import Story

        self._enter(Story(self, self.target(typed, typed.command)))

    def _go_through(self, typed: ParsedLine) -> None:
        from tui.plain.triage import Triage

        at = next((i for i, row in enumerate(self.rows) if row.id == self.at), 0)
        unread = [row for row in (*self.rows[at:], *self.rows[:at]) if not row.read]
        self._enter(Triage(self, unread))

    def _enter(self, room: Room) -> None:
        self._room = room
        room.begin()

    def _leave_room(self) -> None:
        opened = self._room is not None and self._room.opened
        self._room = None
        if self.entry is None:
            self.show_list()
        elif not opened:
            self.say_place()

    # -- the reader itself -----------------------------------------------------------------

    def _help(self, typed: ParsedLine) -> None:
        self.world.say("\n".join(plain_help_lines(self.keymap, self._handlers)))

    def _quit(self, typed: ParsedLine) -> None:
        self.over = True
