"""The screen that tells a story: an article and its similar readings on one time line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual.message import Message

from store.model.article import Row
from tui.reader.dialogs.full_screen import Whole
from tui.reader.gateway import messages
from tui.reader.widgets.article_list import HERE, STAR, UNREAD
from tui.rendering.cells import Piece
from tui.rendering.text_layout import wrap
from tui.rendering.wording import age, count, day_of, joined

if TYPE_CHECKING:
    from store.library.story import Chapter
    from tui.config.keymaps import Keymap
    from tui.reader.gateway import Gateway

INDENT = 4


class StoryScreen(Whole[str]):
    """A story, the newest article last; ends with the article that is to be opened."""

    PLACE = "story"
    HINTS = (
        ("article.open", "open"),
        ("article.toggle_read", "all read"),
        ("app.undo", "undo"),
        ("app.help", "help"),
        ("dialog.close", "back"),
    )

    def __init__(
        self, keymap: Keymap, gateway: Gateway, article: str, now: Callable[[], int]
    ) -> None:
        """Make the screen; the story is to be asked for.

        Args:
            keymap: The keys in force.
            gateway: Marks the story read.
            article: Whose story it is.
            now: Seconds since 1970, for the ages.
        """
        super().__init__(keymap)
        self.article = article
        self._gateway = gateway
        self._now = now
        self._chapters: tuple[Chapter, ...] = ()
        self._rows: dict[str, Row] = {}
        """The rows that have changed since."""
        self._whole = False
        self._chosen = article
        self._starts: list[int] = []
        """The line each chapter begins on."""
        self.view.middle = self._middle

    @property
    def cursor(self) -> int:
        """The number of the chapter that is chosen."""
        ids = [chapter.row.id for chapter in self._chapters]
        return ids.index(self._chosen) if self._chosen in ids else 0

    def hear(self, message: Message) -> None:
        """Show more of the story, or changed marks; what was chosen stays so."""
        if isinstance(message, messages.StoryUnfolded) and message.article == self.article:
            self._chapters, self._whole = message.chapters, message.whole
            self.write()
        elif isinstance(message, messages.ReadingChanged):
            self._rows.update(message.rows)
            self.say(message.said or self.said)
            self.write()

    def _middle(self) -> int:
        return self._starts[self.cursor] if self._starts else 0

    def lines(self, width: int) -> Sequence[Sequence[Piece]]:
        """The heading, then the chapters."""
        state = "" if self._whole else "looking …"
        number = count(len(self._chapters), "article") if self._chapters else ""
        lines: list[Sequence[Piece]] = [
            [("Story", "heading"), (f"  {joined((number, state))}", "muted")],
            [],
        ]
        self._starts.clear()
        for index, chapter in enumerate(self._chapters):
            self._starts.append(len(lines))
            lines += self._chapter(chapter, width, chosen=index == self.cursor)
        return lines

    def _chapter(self, chapter: Chapter, width: int, *, chosen: bool) -> list[Sequence[Piece]]:
        row = self._rows.get(chapter.row.id, chapter.row)
        mark = HERE if row.id == self.article else " "
        head = f"{'>' if chosen else ' '}{' ' if row.read else UNREAD}{mark}"
        head += STAR if row.starred else " "
        role = "selection" if chosen else "text" if row.read else "unread"
        first, *rest = wrap(row.title, width - INDENT) or [""]
        blank = " " * INDENT
        lines: list[Sequence[Piece]] = [[(head + first, role)]]
        lines += [[(blank + line, role)] for line in rest]
        facts = joined((day_of(row.when), age(row.when, self._now()), row.category))
        lines.append([(blank + facts, "muted")])
        if chapter.adds:
            adds = wrap("adds: " + ", ".join(chapter.adds), width - INDENT)
            lines += [[(blank + line, "accent")] for line in adds]
        return [*lines, []]

    # -- what the keys do --------------------------------------------------------------------

    def move(self, by: int) -> None:
        """Choose another chapter."""
        if self._chapters:
            index = min(max(0, self.cursor + by), len(self._chapters) - 1)
            self._chosen = self._chapters[index].row.id
            self.say("")
            self.write()

    @property
    def page(self) -> int:
        """Chapters a page moves."""
        return max(1, self.view.page // 4)

    def take(self) -> None:
        """Open the chapter."""
        if self._chapters:
            self.dismiss(self._chosen)

    def action_article_toggle_read(self) -> None:
        """Mark the whole story read, as one change."""
        self._gateway.mark_all_read([chapter.row.id for chapter in self._chapters])

    def action_article_toggle_star(self) -> None:
        """Star or unstar the chapter."""
        if self._chapters:
            self._gateway.toggle("starred", self._chosen)

    def action_app_undo(self) -> None:
        """Take back the last change."""
        self._gateway.undo()
