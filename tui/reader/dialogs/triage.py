"""The screen for going through what is unread: one summary at a time, one key a decision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual.message import Message

from store.library.statistics import AVERAGE, Pace
from store.model.article import Entry, Row
from tui.reader.dialogs.full_screen import Whole
from tui.reader.gateway import messages
from tui.reader.widgets.article_list import STAR
from tui.rendering.cells import Piece
from tui.rendering.statistics_report import duration
from tui.rendering.text_layout import wrap
from tui.rendering.wording import LATER, age, count, joined

if TYPE_CHECKING:
    from tui.config.keymaps import Keymap
    from tui.reader.gateway import Gateway, Mark

TITLE = 3
"""The line the title begins on, where the terminal's cursor stands."""
EXCERPT = 1200
"""Characters of the text that stand in for a summary where there is none."""


class TriageScreen(Whole[str]):
    """One article after the other; ends with the one that is to be opened."""

    PLACE = "triage"
    HINTS = (
        ("article.toggle_read", "read"),
        ("article.toggle_star", "star"),
        ("triage.later", "later"),
        ("article.open", "open"),
        ("article.delete", "delete"),
        ("move.down", "skip"),
        ("move.up", "back"),
        ("app.undo", "undo"),
        ("app.help", "help"),
        ("dialog.close", "leave"),
    )

    def __init__(
        self,
        keymap: Keymap,
        gateway: Gateway,
        rows: Sequence[Row],
        now: Callable[[], int],
    ) -> None:
        """Make the screen.

        Args:
            keymap: The keys in force.
            gateway: Records the decisions and gets the summaries.
            rows: What is to be gone through, in order.
            now: Seconds since 1970, for the ages.
        """
        super().__init__(keymap)
        self._gateway = gateway
        self._now = now
        self.view.pointed = TITLE
        self._rows = list(rows)
        self._index_of = {row.id: index for index, row in enumerate(rows)}
        self._gone: set[str] = set()
        self._decided: dict[str, str] = {}
        """What was decided, in a word, for whoever goes back."""
        self._at = 0
        self._entry: Entry | None = None
        self._pace: Pace = AVERAGE
        self._taking_back = False

    @property
    def row(self) -> Row | None:
        """The article that is shown; None at the end."""
        return self._rows[self._at] if self._at < len(self._rows) else None

    def on_mount(self) -> None:
        """Ask for the first summary and for the reader's speed."""
        super().on_mount()
        self._ask()
        self._gateway.measure_pace()

    def _ask(self) -> None:
        self.view.go_to(0)
        self.write()
        if (row := self.row) is not None and row.id not in self._gone:
            self._gateway.preview(row.id)

    # -- what the library answers ------------------------------------------------------------

    def hear(self, message: Message) -> None:
        """Take in a summary, what was recorded, or how fast the reader reads."""
        if isinstance(message, messages.ArticleFetched):
            if (row := self.row) is not None and row.id == message.entry.article.id:
                self._entry = message.entry
        elif isinstance(message, messages.PaceMeasured):
            self._pace = message.pace
        elif isinstance(message, messages.ReadingChanged):
            self._change(message)
        self.write()

    def _change(self, message: messages.ReadingChanged) -> None:
        ours = message.rows.keys() & self._index_of.keys()
        for article in ours:
            self._rows[self._index_of[article]] = message.rows[article]
        self._gone = (self._gone | set(message.gone)) - ours
        if not message.said:
            return
        self.say(message.said)
        if self._taking_back:
            self._taking_back = False
            if ours:
                self._at = min(self._index_of[article] for article in ours)
                self._decided.pop(self._rows[self._at].id, None)
                self._ask()

    # -- what is shown -----------------------------------------------------------------------

    def lines(self, width: int) -> Sequence[Sequence[Piece]]:
        """How much is left, and one article."""
        row = self.row
        if row is None:
            end = "that was all of it" if self._rows else "nothing here is unread"
            return [[("Triage", "heading")], [], [(end, "text")]]
        left = [each for each in self._rows[self._at :] if self._is_left(each)]
        words = sum(each.words for each in left)
        time = duration(self._pace.minutes(words))
        lines: list[Sequence[Piece]] = [
            [("Triage", "heading"), (f"  {self._at + 1:,} of {len(self._rows):,}", "muted")],
            [
                (
                    joined((f"{count(len(left), 'article')} left", count(words, "word"), time)),
                    "muted",
                )
            ],
            [],
            *([(line, "strong")] for line in wrap(row.title, width)),
            [(self._facts(row), "muted")],
            [],
        ]
        return [*lines, *self._summary(row, width)]

    def _is_left(self, row: Row) -> bool:
        return not row.read and row.id not in self._gone and row.id not in self._decided

    def _facts(self, row: Row) -> str:
        return joined(
            (
                STAR if row.starred else "",
                row.category,
                age(row.when, self._now()),
                duration(self._pace.minutes(row.words)),
                count(row.words, "word"),
                self._decided.get(row.id, ""),
            )
        )

    def _summary(self, row: Row, width: int) -> Sequence[Sequence[Piece]]:
        if row.id in self._gone:
            return [[("deleted", "muted")]]
        if self._entry is None or self._entry.article.id != row.id:
            return []
        body = self._entry.body
        text = body.summary or body.text[:EXCERPT]
        lines: list[Sequence[Piece]] = []
        for paragraph in filter(None, text.split("\n")):
            lines += [[(line, "text")] for line in wrap(paragraph, width)] + [[]]
        return lines or [[("no summary and no text", "muted")]]

    # -- what the keys do --------------------------------------------------------------------

    def move(self, by: int) -> None:
        """Scroll a long summary."""
        self.view.scroll_lines(by)

    def action_move_down(self, count: int = 1) -> None:
        """To the next article, without a decision."""
        self._go(count)

    def action_move_up(self, count: int = 1) -> None:
        """Back to the article before."""
        self._go(-count)

    def _go(self, by: int) -> None:
        at = min(max(0, self._at + by), len(self._rows))
        if at != self._at:
            self._at = at
            self.say("")
            self._ask()

    def _decide(self, word: str) -> None:
        if (row := self.row) is not None:
            self._decided[row.id] = word
            self._go(1)

    def _mark(self, mark: Mark, word: str) -> None:
        if (row := self.row) is not None and row.id not in self._gone:
            self._gateway.toggle(mark, row.id, say=True)
            self._decide(word)

    def action_article_toggle_read(self) -> None:
        """Read: mark it so, and on to the next."""
        self._mark("read", "read")

    def action_article_toggle_star(self) -> None:
        """Star it, and on to the next."""
        self._mark("starred", "starred")

    def action_triage_later(self) -> None:
        """Tag it for later, and on to the next."""
        if (row := self.row) is not None and row.id not in self._gone:
            self._gateway.tag(row.id, LATER)
            self._decide(LATER)

    def action_article_delete(self) -> None:
        """Delete it, and on to the next."""
        if (row := self.row) is not None and row.id not in self._gone:
            self._gateway.delete(row.id)
            self._decide("deleted")

    def action_app_undo(self) -> None:
        """Take back the last change, and go back to its article."""
        self._taking_back = True
        self._gateway.undo()

    def take(self) -> None:
        """Open the article."""
        if (row := self.row) is not None and row.id not in self._gone:
            self.dismiss(row.id)
