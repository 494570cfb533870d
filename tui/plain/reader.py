"""The reader in line mode.

For screen readers, terminals that can only print, and pipes. It has the commands and keys of
`tui.config.commands`, each typed with enter; a number is a row of the list, or a similar reading.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import ClassVar

from store.library.front_page import (
    FrontPage,
    FrontPageRequest,
    FrontPageStory,
    compose_front_page,
)
from store.library.protocol import Library, Listing
from store.library.story import StoryArticle, collect_story
from store.model.errors import NewstuiError
from store.search.list_query import ListQuery
from store.text.markdown import strip_inline_markdown
from tui.actions.article_changes import (
    Action,
    P,
    add_tag,
    delete,
    set_state,
    toggle_flag,
    undo,
)
from tui.actions.front_page import change_minutes, change_since
from tui.actions.triage_queue import MAX_TRIAGE_TEXT_LENGTH, TriageQueue, iter_unread, measure_pace
from tui.config.commands import COMMANDS_BY_ID
from tui.config.keymaps import Keymap
from tui.plain import command_groups
from tui.plain.command_groups import CommandHandler
from tui.plain.input import (
    SIMILAR_JUMP_PREFIX,
    ParsedLine,
    build_vocabulary,
    parse_input_line,
    plain_help_lines,
)
from tui.plain.plain_session import ArticlePager, Environment, PlainSession
from tui.rendering.front_page_text import front_page_lines
from tui.rendering.plain_text import article_details_lines, describe_row_facts, describe_summary
from tui.rendering.wording import LATER_TAG, format_count, format_duplicates, join_nonempty


class PlainReader:
    """One session, from the first list to the last command: a stack of modes."""

    def __init__(self, library: Library, keymap: Keymap, environment: Environment) -> None:
        self._session = PlainSession(library, keymap, environment)
        self._environment = environment
        self._modes: list[Mode] = [BrowseMode(self._session, self._push)]

    def run(self) -> bool:
        """Read commands until the input ends, or a command ends the session.

        Returns:
            True if reading is to begin again, with a library that was filled.
        """
        try:
            self._modes[0].begin()
            while self._modes and not self._session.should_restart:
                line = self._environment.ask(self._modes[-1].prompt())
                if line is None:
                    break
                self._obey(line)
        finally:
            self._session.close_article()
        return self._session.should_restart

    def _obey(self, line: str) -> None:
        """Run the command of a line; errors are printed, and ctrl+c stops it."""
        try:
            self._run_command(self._modes[-1], line)
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


class Mode(ABC):
    """A mode on the stack of the reader.

    Attributes:
        handlers: What commands do here, by command id.
        is_over: True once the mode is to be closed.
    """

    PLACE: ClassVar[str] = ""
    """As in `Command.places`; empty for the list and the open article."""
    INTRODUCTION: ClassVar[tuple[str, ...]] = ()
    """Help lines before those of the commands."""
    HELP: ClassVar[Mapping[str, str]] = {}
    """Help of commands that do something else here."""

    def __init__(self, session: PlainSession) -> None:
        self.session = session
        self.environment = session.environment
        self.is_over = False
        self.handlers: Mapping[str, CommandHandler] = {
            "app.help": self._help,
            "article.back": self._close,
            "dialog.close": self._close,
        }

    @property
    def place(self) -> str:
        """The place of the mode, as in `Command.places`."""
        return self.PLACE or ("article" if self.session.article else "list")

    @abstractmethod
    def begin(self) -> None:
        """Print what the mode is about."""

    def resume(self) -> None:
        """Continue after the mode above was closed."""
        self.begin()

    @abstractmethod
    def prompt(self) -> str:
        """Return the prompt, which names the most important commands."""

    @abstractmethod
    def enter_number(self, number: int) -> None:
        """Do what a number alone does; 0 is an empty line."""

    def open(self, article: str) -> None:
        """Open an article, and close the mode."""
        self.session.open(article)
        self.is_over = True

    def _close(self, typed: ParsedLine) -> None:
        self.is_over = True

    def _help(self, typed: ParsedLine) -> None:
        here = {"article.back": "go back", "dialog.close": "go back", **self.HELP}
        keymap = self.session.keymap
        lines = plain_help_lines(keymap, self.handlers, self.INTRODUCTION, here)
        self.environment.say_lines(lines)


class BrowseMode(Mode):
    """The list and the open article."""

    INTRODUCTION = (
        "Enter: the next page; at the end of an article, the next unread article.",
        "A number: in the list, open that article; in an article, that similar reading.",
        "A number may precede a command, as in 3m, and words may follow it, as in /harbour.",
        "A range may precede m, s, d, + and -, as in 3..7m, or 3..m to the end of the list.",
    )
    HELP: ClassVar[Mapping[str, str]] = {"article.back": "back to the list; there, end the search"}

    def __init__(self, session: PlainSession, push: Callable[[Mode], None]) -> None:
        """Create the mode; `push` enters a mode on top of it."""
        super().__init__(session)
        self._push = push
        self._left_article: ArticlePager | None = None
        """The article open when another mode was entered."""
        similar_jumps = [each for each in COMMANDS_BY_ID if each.startswith(SIMILAR_JUMP_PREFIX)]
        self.handlers: Mapping[str, CommandHandler] = {
            "move.page_down": lambda _: self._page_down(),
            "move.page_up": lambda _: session.turn(-1),
            "move.start": lambda _: session.turn_to(last=False),
            "move.end": lambda _: session.turn_to(last=True),
            "move.next_article": lambda _: session.step(1),
            "move.previous_article": lambda _: session.step(-1),
            "move.next_unread": lambda _: session.step(1, unread=True),
            "move.previous_unread": lambda _: session.step(-1, unread=True),
            "article.open": lambda typed: session.open(session.target(typed)),
            "article.back": self._back,
            "app.leave": self._leave,
            "article.find": self._find,
            "trail.back": lambda typed: self._follow_trail(-max(1, typed.number)),
            "trail.forward": lambda typed: self._follow_trail(max(1, typed.number)),
            "view.side": self._say_details,
            "view.story": self._enter_story,
            "view.triage": self._enter_triage,
            "view.front_page": lambda _: self._enter(FrontPageMode(self.session)),
            "view.statistics": self._say_statistics,
            "app.help": self._help,
            "app.quit": self._close,
            **dict.fromkeys(similar_jumps, self._jump_to_similar),
            **command_groups.EditCommands(session).handlers,
            **command_groups.ListCommands(session).handlers,
            **command_groups.ExportCommands(session).handlers,
            **command_groups.FeedCommands(session).handlers,
        }

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

    def _leave(self, typed: ParsedLine) -> None:
        session = self.session
        everything = ListQuery(sort=session.list.query.sort)
        if session.article is not None:
            self._back(typed)
        elif session.list.query != everything:
            session.change_query(everything)
        else:
            self._close(typed)

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
        article = self.session.target(ParsedLine("article.open"))
        similar = self.session.similar(self.session.library.get_article(article))
        if number > len(similar):
            raise NewstuiError(f"There is no similar reading {number}")
        other = similar[number - 1]
        if other.id is None:
            raise NewstuiError(f"Not in the library: {other.title}")
        self.session.open(other.id)

    # -- reports and other modes -----------------------------------------------------------

    def _say_details(self, typed: ParsedLine) -> None:
        entry = self.session.library.get_article(self.session.target(typed))
        similar = self.session.similar(entry)
        insights = self.session.library.insights(entry)
        lines = article_details_lines(entry, similar, insights, self.environment.columns)
        self.environment.say_lines(lines)

    def _say_statistics(self, typed: ParsedLine) -> None:
        from store.library.statistics import gather_statistics
        from tui.rendering.statistics_report import describe_statistics

        steps = gather_statistics(self.session.library, self.environment.now())
        for statistics in deque(filter(None, steps), maxlen=1):
            self.environment.say_lines(describe_statistics(statistics))

    def _enter_story(self, typed: ParsedLine) -> None:
        self._enter(StoryMode(self.session, self.session.target(typed)))

    def _enter_triage(self, typed: ParsedLine) -> None:
        listing = self.session.list.listing
        cursor = listing.place(self.session.current) or 0
        self._enter(TriageMode(self.session, listing, cursor))

    def _enter(self, mode: Mode) -> None:
        self._left_article = self.session.article
        self._push(mode)


class StoryMode(Mode):
    """The story of an article, numbered from the oldest, and what else is about the same."""

    PLACE = "story"
    HELP: ClassVar[Mapping[str, str]] = {
        "article.open": "open the article with that number",
        "article.toggle_read": "mark the story and its copies as read",
    }
    INTRODUCTION = ("A number: open that article.", "Enter: print the story again.")

    def __init__(self, session: PlainSession, article: str) -> None:
        super().__init__(session)
        self._article = article
        session.environment.prepare(session.library)
        last_step = deque(collect_story(session.library, article), maxlen=1)
        self._chapters: tuple[StoryArticle, ...] = last_step[0] if last_step else ()
        self.handlers = {
            **self.handlers,
            "article.open": lambda typed: self.enter_number(typed.number),
            "article.toggle_read": lambda _: session.change(set_state, self._story_ids(), "read"),
            "app.undo": lambda _: session.change(undo),
        }

    def prompt(self) -> str:
        """Return the prompt."""
        key = self.session.key
        read, back = key("article.toggle_read"), key("article.back")
        return f"Story. Number, {read} mark it as read, {back} go back, or {key('app.help')}: "

    def begin(self) -> None:
        """Print the story."""
        count = format_count(sum(not chapter.is_aside for chapter in self._chapters), "article")
        self.environment.say_wrapped([f"Story: {count}, the newest last.", *self._chapter_lines()])

    def _story_ids(self) -> list[str]:
        story = (chapter for chapter in self._chapters if not chapter.is_aside)
        return [row.id for chapter in story for row in (chapter.row, *chapter.copies)]

    def _chapter_lines(self) -> Iterator[str]:
        is_aside = False
        for number, chapter in enumerate(self._chapters, 1):
            if chapter.is_aside and not is_aside:
                is_aside = True
                yield "Also about this, not in the story:"
            row = self.session.library.get_row(chapter.row.id) or chapter.row
            facts = join_nonempty(
                (describe_row_facts(row), format_duplicates(len(chapter.copies))), ", "
            )
            here = " You came from this article." if row.id == self._article else ""
            yield f"{number}. {row.title} ({facts}).{here}"
            if chapter.new_words:
                yield f"New here: {', '.join(chapter.new_words)}."

    def enter_number(self, number: int) -> None:
        """Open the article with that number, or print the story again."""
        if not number:
            self.begin()
        elif number > len(self._chapters):
            raise NewstuiError(f"There are {format_count(len(self._chapters), 'article')}")
        else:
            self.open(self._chapters[number - 1].row.id)


class FrontPageMode(Mode):
    """The front page: a numbered line for each story."""

    PLACE = "front page"
    HELP: ClassVar[Mapping[str, str]] = {
        "article.open": "open the newest article of the story with that number",
        "article.toggle_read": "mark the story with that number as read, as in 3m",
        "article.toggle_star": "star the newest article of the story with that number",
    }
    INTRODUCTION = (
        "A number: open the newest article of that story.",
        "Enter: print the front page again.",
    )

    def __init__(self, session: PlainSession) -> None:
        super().__init__(session)
        session.environment.prepare(session.library)
        is_learning = session.environment.settings.interests
        now = int(session.environment.now().timestamp())
        self._request = FrontPageRequest(now, is_learning=is_learning)
        self._shows_reasons = False
        self._page = self._compose()
        self.handlers = {
            **self.handlers,
            "article.open": lambda typed: self.enter_number(typed.number),
            "article.toggle_read": self._mark_read,
            "article.toggle_star": self._star,
            "app.undo": lambda _: session.change(undo),
            "front.since": lambda _: self._change(change_since(self._request)),
            "front.longer": lambda _: self._change(change_minutes(self._request, 1)),
            "front.shorter": lambda _: self._change(change_minutes(self._request, -1)),
            "front.why": self._toggle_reasons,
        }

    def _compose(self) -> FrontPage:
        steps = compose_front_page(self.session.library, self._request)
        (page,) = (step for step in steps if isinstance(step, FrontPage))
        return page

    def prompt(self) -> str:
        """Return the prompt."""
        key = self.session.key
        read, back = key("article.toggle_read"), key("article.back")
        return f"Front page. Number, {read} mark as read, {back} go back, or {key('app.help')}: "

    def begin(self) -> None:
        """Print the page."""
        lines = front_page_lines(
            self._page, self._request.now, self.environment.columns, reasons=self._shows_reasons
        )
        self.environment.say_lines(lines)

    def _change(self, request: FrontPageRequest) -> None:
        self._request = request
        self._page = self._compose()
        self.begin()

    def _toggle_reasons(self, typed: ParsedLine) -> None:
        self._shows_reasons = not self._shows_reasons
        self.begin()

    def _story(self, number: int) -> FrontPageStory:
        stories = self._page.stories
        if not number:
            raise NewstuiError("Which story? Type its number, as in 3m")
        if number > len(stories):
            raise NewstuiError(f"The front page has {format_count(len(stories), 'line')}")
        return stories[number - 1]

    def _mark_read(self, typed: ParsedLine) -> None:
        story = self._story(typed.number)
        self.session.change(set_state, [row.id for row in story.unread], "read")

    def _star(self, typed: ParsedLine) -> None:
        self.session.change(toggle_flag, [self._story(typed.number).lead.id], "starred")

    def enter_number(self, number: int) -> None:
        """Open the newest article of the story with that number, or print the page again."""
        if not number:
            self.begin()
        else:
            self.open(self._story(number).lead.id)


class TriageMode(Mode):
    """One unread article after the other, one command a decision."""

    PLACE = "triage"
    INTRODUCTION = ("Enter: the next article, without a decision.",)
    HELP: ClassVar[Mapping[str, str]] = {
        "move.down": "the next article, without a decision",
        "move.up": "the previous article",
        "article.toggle_read": "mark as read",
        "article.toggle_star": "star",
        "triage.later": "tag as later",
        "app.undo": "undo the last change, and go back to its article",
    }
    PROMPT: ClassVar[Mapping[str, str]] = {
        "article.toggle_read": "read",
        "article.toggle_star": "star",
        "triage.later": "later",
        "article.delete": "delete",
        "article.back": "quit",
        "app.help": "help",
    }

    def __init__(self, session: PlainSession, listing: Listing, place: int) -> None:
        """Queue the unread articles of a list, from a place on."""
        super().__init__(session)
        self._listing = listing
        self._queue = TriageQueue([*chain(*iter_unread(listing, place))])
        deque(self._measure_pace(), maxlen=0)
        self._has_prompted = False
        self.handlers = {
            **self.handlers,
            "article.toggle_read": lambda _: self._decide("read", set_state, self._ids, "read"),
            "article.toggle_star": lambda _: self._decide(
                "starred", set_state, self._ids, "starred"
            ),
            "triage.later": lambda _: self._decide(LATER_TAG, add_tag, self._ids, LATER_TAG),
            "article.delete": lambda _: self._decide("deleted", delete, self._ids),
            "article.open": lambda _: self.open(self._id),
            "move.down": lambda _: self._step(1),
            "move.up": lambda _: self._step(-1),
            "app.undo": self._undo,
        }

    def _measure_pace(self) -> Iterator[None]:
        self._queue.pace = yield from measure_pace(self.session.library)

    def prompt(self) -> str:
        """Return the prompt, the first time with all decisions."""
        if self._has_prompted:
            return f"Triage. Decision, enter, or {self.session.key('app.help')}: "
        self._has_prompted = True
        keys = ", ".join(f"{self.session.key(each)} {word}" for each, word in self.PROMPT.items())
        return f"Triage. {keys}, enter skip: "

    def begin(self) -> None:
        """Print how much is left, and the current article with its summary."""
        article = self._queue.current
        if article is None:
            done = "No more unread articles" if self._queue.articles else "No unread articles"
            self.environment.say(done)
            self.is_over = True
            return
        lines = [f"{join_nonempty(self._queue.describe_progress(), '; ')}."]
        if (current := self.session.library.get_row(article.id)) is None:
            lines.append(f"Deleted: {article.title}")
        else:
            facts = describe_row_facts(current._replace(copy_count=article.copy_count))
            about = f"{article.title} ({facts})"
            lines += [about, self._summary(article.id)]
        self.environment.say_wrapped(lines)

    def _summary(self, article: str) -> str:
        entry = self.session.library.get_article(article)
        if entry.body.summary:
            return describe_summary(entry.body)
        return f"No summary. The text begins: {strip_inline_markdown(entry.body.text[:MAX_TRIAGE_TEXT_LENGTH])}"

    def enter_number(self, number: int) -> None:
        """Skip the article; numbers have no meaning here."""
        if number:
            raise NewstuiError("Numbers have no meaning in triage")
        self._step(1)

    @property
    def _id(self) -> str:
        return self._queue.articles[self._queue.index].id

    @property
    def _ids(self) -> Sequence[str]:
        """The current article and its copies, which are decided on with it."""
        return self._listing.copies(self._id)

    def _step(self, by: int) -> None:
        self._queue.step(by)
        self.begin()

    def _decide(self, decision: str, action: Action[P], *args: P.args, **kwargs: P.kwargs) -> None:
        result = self.session.change(action, *args, **kwargs)
        self._queue.apply_changes(result.rows, result.removed)
        self._queue.decide(decision)
        self._step(1)

    def _undo(self, typed: ParsedLine) -> None:
        result = self.session.change(undo)
        self._queue.apply_changes(result.rows, result.removed)
        if self._queue.return_to(result.articles, result.rows):
            self.begin()
