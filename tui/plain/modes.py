"""Modes of line mode: each takes the commands of its place until it is closed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from store.library.story import StoryArticle, collect_story
from store.model.article import ArticleRow
from store.model.errors import NewstuiError
from tui.actions import article_changes
from tui.actions.article_changes import ActionResult
from tui.actions.triage_queue import MAX_TRIAGE_TEXT_LENGTH, TriageQueue, measure_pace
from tui.plain.command_groups import CommandHandler
from tui.plain.input import ParsedLine, plain_help_lines
from tui.plain.plain_session import PlainSession
from tui.rendering.plain_text import describe_row_facts, describe_summary
from tui.rendering.wording import LATER_TAG, format_count, join_nonempty

CLOSE_COMMAND_HELP = dict.fromkeys(("article.back", "dialog.close"), "go back")


class Mode:
    """A mode on the stack of the reader.

    Attributes:
        handlers: What commands do here, by command id.
        is_over: True once the mode is to be closed.
    """

    PLACE: ClassVar[str]
    """As in `Command.places`."""
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
        return self.PLACE

    def begin(self) -> None:
        """Print what the mode is about."""
        raise NotImplementedError

    def resume(self) -> None:
        """Continue after the mode above was closed."""
        self.begin()

    def prompt(self) -> str:
        """Return the prompt, which names the most important commands."""
        raise NotImplementedError

    def enter_number(self, number: int) -> None:
        """Do what a number alone does; 0 is an empty line."""
        raise NotImplementedError

    def open(self, article: str) -> None:
        """Open an article, and close the mode."""
        self.session.open(article)
        self.is_over = True

    def _close(self, typed: ParsedLine) -> None:
        self.is_over = True

    def _help(self, typed: ParsedLine) -> None:
        here = {**CLOSE_COMMAND_HELP, **self.HELP}
        self.environment.say_lines(
            plain_help_lines(self.session.keymap, self.handlers, self.INTRODUCTION, here)
        )


class StoryMode(Mode):
    """An article and its similar readings, numbered from the oldest."""

    PLACE = "story"
    HELP: ClassVar[Mapping[str, str]] = {
        "article.open": "open the article with that number",
        "article.toggle_read": "mark all as read",
    }
    INTRODUCTION = ("A number: open that article.", "Enter: print the story again.")

    def __init__(self, session: PlainSession, article: str, undo: CommandHandler) -> None:
        super().__init__(session)
        self._article = article
        session.environment.prepare(session.library)
        last_step = deque(collect_story(session.library, article), maxlen=1)
        self._chapters: tuple[StoryArticle, ...] = last_step[0] if last_step else ()
        self.handlers = {
            **self.handlers,
            "article.open": lambda typed: self.enter_number(typed.number),
            "article.toggle_read": self._mark_all_read,
            "app.undo": undo,
        }

    def prompt(self) -> str:
        """Return the prompt."""
        read, back, help_ = map(
            self.session.key, ("article.toggle_read", "article.back", "app.help")
        )
        return f"Story. Number, {read} mark all as read, {back} go back, or {help_}: "

    def begin(self) -> None:
        """Print the story."""
        count = format_count(len(self._chapters), "article")
        self.environment.say_wrapped([f"Story: {count}, the newest last.", *self._chapter_lines()])

    def _chapter_lines(self) -> Iterator[str]:
        for number, chapter in enumerate(self._chapters, 1):
            row = self.session.library.get_row(chapter.row.id) or chapter.row
            here = " You came from this article." if row.id == self._article else ""
            yield f"{number}. {row.title} ({describe_row_facts(row)}).{here}"
            if chapter.new_words:
                yield f"New here: {', '.join(chapter.new_words)}."

    def enter_number(self, number: int) -> None:
        """Open the article with that number, or print the story again."""
        if not number:
            self.begin()
        elif number > len(self._chapters):
            raise NewstuiError(f"The story has {format_count(len(self._chapters), 'article')}")
        else:
            self.open(self._chapters[number - 1].row.id)

    def _mark_all_read(self, typed: ParsedLine) -> None:
        articles = [chapter.row.id for chapter in self._chapters]
        self.session.report(article_changes.set_state(self.session.library, articles, "read"))


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

    def __init__(self, session: PlainSession, rows: Sequence[ArticleRow], cursor: int) -> None:
        """Queue the unread rows, from the cursor on."""
        super().__init__(session)
        self._queue = TriageQueue(rows, cursor)
        deque(self._measure_pace(), maxlen=0)
        self._has_prompted = False
        library = session.library
        self.handlers = {
            **self.handlers,
            "article.toggle_read": lambda _: self._decide(
                "read", article_changes.set_state(library, [self._current()], "read")
            ),
            "article.toggle_star": lambda _: self._decide(
                "starred", article_changes.set_state(library, [self._current()], "starred")
            ),
            "triage.later": lambda _: self._decide(
                LATER_TAG, article_changes.add_tag(library, self._current(), LATER_TAG)
            ),
            "article.delete": lambda _: self._decide(
                "deleted", article_changes.delete(library, self._current())
            ),
            "article.open": lambda _: self.open(self._current()),
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
        row = self._queue.current
        if row is None:
            done = "No more unread articles" if self._queue.rows else "No unread articles"
            self.environment.say(done)
            self.is_over = True
            return
        lines = [f"{join_nonempty(self._queue.describe_progress(), '; ')}."]
        if (current := self.session.library.get_row(row.id)) is None:
            lines.append(f"Deleted: {row.title}")
        else:
            lines += [f"{row.title} ({describe_row_facts(current)})", self._summary(row.id)]
        self.environment.say_wrapped(lines)

    def _summary(self, article: str) -> str:
        entry = self.session.library.get_article(article)
        if entry.body.summary:
            return describe_summary(entry.body)
        return f"No summary. The text begins: {entry.body.text[:MAX_TRIAGE_TEXT_LENGTH]}"

    def enter_number(self, number: int) -> None:
        """Skip the article; numbers have no meaning here."""
        if number:
            raise NewstuiError("Numbers have no meaning in triage")
        self._step(1)

    def _current(self) -> str:
        return self._queue.rows[self._queue.index].id

    def _step(self, by: int) -> None:
        self._queue.step(by)
        self.begin()

    def _decide(self, decision: str, result: ActionResult) -> None:
        self._report(result)
        self._queue.decide(decision)
        self._step(1)

    def _undo(self, typed: ParsedLine) -> None:
        result = article_changes.undo(self.session.library)
        self._report(result)
        if self._queue.return_to(result.articles):
            self.begin()

    def _report(self, result: ActionResult) -> None:
        self.session.report(result)
        self._queue.apply_changes(result.rows, result.removed)
