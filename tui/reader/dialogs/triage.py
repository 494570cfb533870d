"""The screen for going through what is unread: one summary at a time, one key a decision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual.message import Message

from store.model.article import ArticleRow, FullArticle
from tui.actions.triage_queue import MAX_TRIAGE_TEXT_LENGTH, TriageQueue
from tui.reader.dialogs.full_screen import FullScreenDialog
from tui.reader.gateway import messages
from tui.reader.widgets.article_list import STAR_SIGN
from tui.rendering.cells import StyledText, wrap_text
from tui.rendering.wording import (
    LATER_TAG,
    format_age,
    format_count,
    format_duration,
    join_nonempty,
)

if TYPE_CHECKING:
    from tui.config.keymaps import Keymap
    from tui.reader.gateway import ArticleFlag, Gateway

TITLE_LINE = 3
"""The line the title begins on, where the terminal's cursor stands."""


class TriageScreen(FullScreenDialog[str]):
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
        queue: TriageQueue,
        now: Callable[[], int],
    ) -> None:
        """Make the screen.

        Args:
            keymap: The keys in force.
            gateway: Records the decisions and gets the summaries.
            queue: The articles to decide on.
            now: Seconds since 1970, for the ages.
        """
        super().__init__(keymap)
        self._gateway = gateway
        self._now = now
        self.view.caret_line = TITLE_LINE
        self._queue = queue
        self._full_article: FullArticle | None = None
        self._is_undoing = False

    def on_mount(self) -> None:
        """Ask for the first summary and for the reader's speed."""
        super().on_mount()
        self._show_current()
        self._gateway.reports.measure_pace()

    def _show_current(self) -> None:
        self.view.scroll_to_line(0)
        self.update_view()
        if article := self._queue.decidable:
            self._gateway.articles.preview_article(article)

    # -- what the library answers ------------------------------------------------------------

    def receive_message(self, message: Message) -> None:
        """Take in a summary, what was recorded, or how fast the reader reads."""
        if isinstance(message, messages.ArticleLoaded):
            if message.full_article.article.id == self._queue.decidable:
                self._full_article = message.full_article
        elif isinstance(message, messages.PaceMeasured):
            self._queue.pace = message.pace
        elif isinstance(message, messages.RowsChanged):
            self._apply_changes(message)
        self.update_view()

    def _apply_changes(self, message: messages.RowsChanged) -> None:
        self._queue.apply_changes(message.rows, message.removed)
        if not message.notice:
            return
        self.show_notice(message.describe(self.keymap))
        if self._is_undoing:
            self._is_undoing = False
            if self._queue.return_to(message.rows.keys()):
                self._show_current()

    # -- what is shown -----------------------------------------------------------------------

    def build_lines(self, width: int) -> Sequence[Sequence[StyledText]]:
        """How much is left, and one article."""
        row = self._queue.current
        if row is None:
            end = "No more unread articles" if self._queue.rows else "No unread articles"
            return [[("Triage", "heading")], [], [(end, "text")]]
        place, *remaining = self._queue.describe_progress()
        lines: list[Sequence[StyledText]] = [
            [("Triage", "heading"), (f"  {place}", "muted")],
            [(join_nonempty(remaining), "muted")],
            [],
            *([(line, "strong")] for line in wrap_text(row.title, width)),
            [(self._facts_line(row), "muted")],
            [],
        ]
        return [*lines, *self._summary_lines(row, width)]

    def _facts_line(self, row: ArticleRow) -> str:
        return join_nonempty(
            (
                STAR_SIGN if row.starred else "",
                row.category,
                format_age(row.timestamp, self._now()),
                format_duration(self._queue.pace.minutes(row.words)),
                format_count(row.words, "word"),
                self._queue.decisions.get(row.id, ""),
            )
        )

    def _summary_lines(self, row: ArticleRow, width: int) -> Sequence[Sequence[StyledText]]:
        if not self._queue.decidable:
            return [[("deleted", "muted")]]
        if self._full_article is None or self._full_article.article.id != row.id:
            return []
        body = self._full_article.body
        text = body.summary or body.text[:MAX_TRIAGE_TEXT_LENGTH]
        lines: list[Sequence[StyledText]] = []
        for paragraph in filter(None, text.split("\n")):
            lines += [[(line, "text")] for line in wrap_text(paragraph, width)] + [[]]
        return lines or [[("no summary and no text", "muted")]]

    # -- what the keys do --------------------------------------------------------------------

    def move(self, by: int) -> None:
        """Scroll a long summary."""
        self.view.scroll_lines(by)

    def action_move_down(self, count: int = 1) -> None:
        """To the next article, without a decision."""
        self._step_article(count)

    def action_move_up(self, count: int = 1) -> None:
        """Back to the article before."""
        self._step_article(-count)

    def _step_article(self, by: int) -> None:
        if self._queue.step(by):
            self.show_notice("")
            self._show_current()

    def _decide(self, decision: str, record: Callable[[str], None]) -> None:
        if article := self._queue.decidable:
            record(article)
            self._queue.decide(decision)
            self._step_article(1)

    def _toggle_flag(self, flag: ArticleFlag) -> None:
        self._decide(
            flag, lambda article: self._gateway.changes.toggle_flag(flag, article, say=True)
        )

    def action_article_toggle_read(self) -> None:
        """Read: mark it so, and on to the next."""
        self._toggle_flag("read")

    def action_article_toggle_star(self) -> None:
        """Star it, and on to the next."""
        self._toggle_flag("starred")

    def action_triage_later(self) -> None:
        """Tag it for later, and on to the next."""
        self._decide(LATER_TAG, lambda article: self._gateway.changes.tag(article, LATER_TAG))

    def action_article_delete(self) -> None:
        """Delete it, and on to the next."""
        self._decide("deleted", self._gateway.changes.delete)

    def action_app_undo(self) -> None:
        """Take back the last change, and go back to its article."""
        self._is_undoing = True
        self._gateway.changes.undo()

    def submit(self) -> None:
        """Open the article."""
        if article := self._queue.decidable:
            self.dismiss(article)
