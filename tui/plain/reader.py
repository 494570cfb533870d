"""The reader in line mode.

For screen readers, terminals that can only print, and pipes. It has the commands and keys of
`tui.config.commands`, each typed with enter; a number is a row of the list, or a similar reading.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import ClassVar

from store.library.protocol import Library
from store.model.errors import NewstuiError
from tui.config.commands import COMMANDS_BY_ID
from tui.config.keymaps import Keymap
from tui.plain.command_groups import (
    CommandHandler,
    EditCommands,
    ExportCommands,
    FeedCommands,
    ListCommands,
)
from tui.plain.input import (
    SIMILAR_JUMP_PREFIX,
    ParsedLine,
    build_vocabulary,
    parse_input_line,
)
from tui.plain.modes import Mode, StoryMode, TriageMode
from tui.plain.pager import ArticlePager, Environment
from tui.plain.plain_session import PlainSession
from tui.rendering.plain_text import article_details_lines


class PlainReader:
    """One session, from the first list to the last command: a stack of modes."""

    def __init__(self, library: Library, keymap: Keymap, environment: Environment) -> None:
        self._session = PlainSession(library, keymap, environment)
        self._environment = environment
        self._browse = BrowseMode(self._session, self._push)
        self._modes: list[Mode] = [self._browse]

    @property
    def should_restart(self) -> bool:
        """True if reading is to begin again, with a library that was filled."""
        return self._browse.should_restart

    def run(self) -> None:
        """Read commands until the input ends, or a command ends the session."""
        try:
            self._browse.begin()
            while self._modes:
                line = self._environment.ask(self._modes[-1].prompt())
                if line is None:
                    break
                self._obey(line)
        finally:
            self._session.close_article()

    def _obey(self, line: str) -> None:
        """Run the command of a line; errors are printed, and ctrl+c stops it."""
        mode = self._modes[-1]
        try:
            self._run_command(mode, line)
        except NewstuiError as error:
            self._environment.say(str(error))
        except KeyboardInterrupt:
            self._environment.say("Stopped")

    def _run_command(self, mode: Mode, line: str) -> None:
        vocabulary = build_vocabulary(self._session.keymap, mode.place, mode.handlers)
        typed = parse_input_line(line, vocabulary)
        if typed is None:
            raise NewstuiError(f"No such command here; {self._session.key('app.help')} for help")
        if typed.command:
            mode.handlers[typed.command](typed)
        else:
            mode.enter_number(typed.number)
        while self._modes and self._modes[-1].is_over:
            self._modes.pop()
            if self._modes:
                self._modes[-1].resume()

    def _push(self, mode: Mode) -> None:
        self._modes.append(mode)
        mode.begin()


class BrowseMode(Mode):
    """The list and the open article."""

    INTRODUCTION = (
        "Enter: the next page; at the end of an article, the next unread article.",
        "A number: in the list, open that article; in an article, that similar reading.",
        "A number may precede a command, as in 3m, and words may follow it, as in /harbour.",
    )
    HELP: ClassVar[Mapping[str, str]] = {"article.back": "back to the list; there, end the search"}

    def __init__(self, session: PlainSession, push: Callable[[Mode], None]) -> None:
        """Create the mode; `push` enters a mode on top of it."""
        super().__init__(session)
        self._push = push
        self._left_article: ArticlePager | None = None
        """The article open when another mode was entered."""
        self.should_restart = False
        self._edits = EditCommands(session)
        self.handlers: Mapping[str, CommandHandler] = {
            "move.page_down": lambda _: self._page_down(),
            "move.page_up": lambda _: session.turn(-1),
            "move.start": lambda _: session.turn_to(last=False),
            "move.end": lambda _: session.turn_to(last=True),
            "move.next_article": lambda _: session.step(1),
            "move.previous_article": lambda _: session.step(-1),
            "move.next_unread": lambda _: session.step(1, unread=True),
            "move.previous_unread": lambda _: session.step(-1, unread=True),
            "article.open": lambda typed: session.open(session.target(typed, typed.command)),
            "article.back": self._back,
            "article.find": self._find,
            "trail.back": lambda typed: self._follow_trail(-max(1, typed.number)),
            "trail.forward": lambda typed: self._follow_trail(max(1, typed.number)),
            "view.side": self._say_details,
            "view.story": self._enter_story,
            "view.triage": self._enter_triage,
            "view.statistics": self._say_statistics,
            "app.help": self._help,
            "app.quit": self._close,
            **{
                each: self._jump_to_similar
                for each in COMMANDS_BY_ID
                if each.startswith(SIMILAR_JUMP_PREFIX)
            },
            **self._edits.handlers,
            **ListCommands(session).handlers,
            **ExportCommands(session).handlers,
            **FeedCommands(session, self._restart).handlers,
        }

    @property
    def place(self) -> str:
        """List or article, as in `Command.places`."""
        return "article" if self.session.article else "list"

    def begin(self) -> None:
        """Print the list."""
        self.session.list.reload()
        self.session.list.show()

    def resume(self) -> None:
        """Print the list, or the title of the article that was open before."""
        article = self.session.article
        if article is None:
            self.session.list.show()
        elif article is self._left_article:
            self.environment.say(f"Back in: {article.full_article.article.title}")

    def prompt(self) -> str:
        """Return the prompt, which says where one is."""
        article = self.session.article
        where = "List" if article is None else "End of the article" if article.is_at_end else "More"
        return f"{where}. Number, command, or {self.session.key('app.help')}: "

    def enter_number(self, number: int) -> None:
        """Open a row of the list or a similar reading; 0 turns the page."""
        if not number:
            self._page_down()
        elif self.session.article is None:
            self.session.open(self.session.list.row(number).id)
        else:
            self._open_similar(number)

    def _restart(self) -> None:
        self.is_over = self.should_restart = True

    # -- moving ----------------------------------------------------------------------------

    def _page_down(self) -> None:
        if self.session.article is not None and self.session.article.is_at_end:
            self.session.step(1, unread=True)
        else:
            self.session.turn(1)

    def _back(self, typed: ParsedLine) -> None:
        session = self.session
        if session.article is None and session.list.query.text:
            session.change_query(replace(session.list.query, text=""))
            return
        session.close_article()
        session.refresh()
        session.list.show()

    def _find(self, typed: ParsedLine) -> None:
        if words := typed.words or self.environment.ask_words("Find: "):
            self.session.find(words)

    def _follow_trail(self, by: int) -> None:
        article = self.session.trail.step(by)
        if article is None:
            raise NewstuiError(f"No {'older' if by < 0 else 'newer'} article in the trail")
        self.session.open(article, visit=False)

    def _jump_to_similar(self, typed: ParsedLine) -> None:
        self._open_similar(int(typed.command.removeprefix(SIMILAR_JUMP_PREFIX)))

    def _open_similar(self, number: int) -> None:
        article = self.session.target(ParsedLine(), "article.open")
        similar = self.session.similar(self.session.library.get_article(article))
        if number > len(similar):
            raise NewstuiError(f"There is no similar reading {number}")
        other = similar[number - 1]
        if other.id is None:
            raise NewstuiError(f"Not in the library: {other.title}")
        self.session.open(other.id)

    # -- reports and other modes -----------------------------------------------------------

    def _say_details(self, typed: ParsedLine) -> None:
        entry = self.session.library.get_article(self.session.target(typed, typed.command))
        similar = self.session.similar(entry)
        insights = self.session.library.insights(entry)
        lines = article_details_lines(entry, similar, insights, self.environment.columns)
        self.environment.say_lines(lines)

    def _say_statistics(self, typed: ParsedLine) -> None:
        from store.library.statistics import gather_statistics
        from tui.rendering.statistics_report import describe_statistics

        found = None
        for step in gather_statistics(self.session.library, self.environment.now()):
            found = step or found
        if found is not None:
            self.environment.say_lines(describe_statistics(found))

    def _enter_story(self, typed: ParsedLine) -> None:
        article = self.session.target(typed, typed.command)
        self._enter(StoryMode(self.session, article, self._edits.handlers["app.undo"]))

    def _enter_triage(self, typed: ParsedLine) -> None:
        rows = self.session.list
        self._enter(TriageMode(self.session, rows.rows, rows.index_of(self.session.current) or 0))

    def _enter(self, mode: Mode) -> None:
        self._left_article = self.session.article
        self._push(mode)
