"""The story of an article, told: it and its similar readings in the order of time."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, ClassVar

from store.library.story import collect_story
from store.model.errors import NewstuiError
from tui.plain.input import ParsedLine
from tui.plain.mode import Room
from tui.rendering.plain_text import describe_row_facts, wrap_plain_text
from tui.rendering.wording import format_count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from store.library.story import StoryArticle
    from tui.plain.edit_commands import Changing


class Story(Room):
    """Numbered from the oldest on, each with what it adds to those before."""

    PLACE = "story"
    HELP: ClassVar[Mapping[str, str]] = {
        "article.open": "open the article of that number",
        "article.toggle_read": "mark all of it read",
    }
    INTRODUCTION = ("A number: open that article.", "Enter: say the story again.")

    def __init__(self, reader: Changing, article: str) -> None:
        """Make it.

        Args:
            reader: What it lies over.
            article: Whose story it is.
        """
        super().__init__(reader)
        self._article = article
        self._chapters: tuple[StoryArticle, ...] = ()
        self.handlers = {
            **self.handlers,
            "article.open": lambda typed: self.number(typed.number),
            "article.toggle_read": self._mark_read,
            "app.undo": lambda _: reader.undo(ParsedLine()),
        }

    def prompt(self) -> str:
        """Number or command."""
        return (
            f"Story. Number, {self.key('article.toggle_read')} to mark all of it read, "
            f"{self.key('article.back')} to go back, or {self.key('app.help')}: "
        )

    def begin(self) -> None:
        """Tell it."""
        world, library = self.reader.world, self.reader.library
        if not self._chapters:
            world.prepare(library)
            for chapters in deque(collect_story(library, self._article), maxlen=1):
                self._chapters = chapters
        width = world.size()[0]
        lines = [
            f"Story: {format_count(len(self._chapters), 'article')}, the newest last.",
            *self._told(),
        ]
        world.say("\n".join(wrap_plain_text(line, width) for line in lines))

    def _told(self) -> Iterator[str]:
        for number, chapter in enumerate(self._chapters, 1):
            row = self.reader.library.get_row(chapter.row.id) or chapter.row
            here = " This is the one you came from." if row.id == self._article else ""
            yield f"{number}. {row.title} ({describe_row_facts(row)}).{here}"
            if chapter.new_words:
                yield f"Adds: {', '.join(chapter.new_words)}."

    def number(self, number: int) -> None:
        """Open the article of that number."""
        if not number:
            self.begin()
        elif number > len(self._chapters):
            raise NewstuiError(f"the story has {format_count(len(self._chapters), 'article')}")
        else:
            self.open(self._chapters[number - 1].row.id)

    def _mark_read(self, typed: ParsedLine) -> None:
        self.reader.record("read", [chapter.row.id for chapter in self._chapters])
