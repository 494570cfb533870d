"""The triage screen: unread articles one at a time, each decided with one key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual.message import Message

from store.model.article import ArticleRow, FullArticle
from store.text.markdown import strip_inline_markdown
from tui.actions.triage_queue import MAX_TRIAGE_TEXT_LENGTH, TriageQueue
from tui.reader.dialogs.dialog import CommandTable
from tui.reader.dialogs.full_screen import FullScreenDialog
from tui.reader.dialogs.moves import movement_commands
from tui.reader.gateway import messages
from tui.rendering.cells import StyledText, wrap_text
from tui.rendering.list_rows import STAR_SIGN
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
"""The first line of the title, where the terminal's cursor is."""


class TriageScreen(FullScreenDialog[str]):
    """One article at a time; ends with the one to open."""

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
        ("dialog.close", "quit"),
    )

    def __init__(
        self, keymap: Keymap, gateway: Gateway, queue: TriageQueue, now: Callable[[], int]
    ) -> None:
        super().__init__(keymap)
        self._gateway = gateway
        self._queue = queue
        self._now = now
        self.view.caret_line = TITLE_LINE
        self._full_article: FullArticle | None = None
        self._is_undoing = False

    def on_mount(self) -> None:
        """Ask for the first summary and for the user's reading speed."""
        super().on_mount()
        self._show_current()
        self._gateway.reports.measure_pace()

    def _show_current(self) -> None:
        self.view.scroll_to_line(0)
        self.update_view()
        if article := self._queue.decidable:
            self._gateway.articles.preview_article(article)

    # -- messages --------------------------------------------------------------------------

    def receive_message(self, message: Message) -> None:
        """Take in a summary, recorded changes or the reading speed."""
        if isinstance(message, messages.ArticleLoaded):
            row = self._queue.current
            if row is not None and row.id == message.full_article.article.id:
                self._full_article = message.full_article
        elif isinstance(message, messages.PaceMeasured):
            self._queue.pace = message.pace
        elif isinstance(message, messages.RowsChanged):
            self._queue.apply_changes(message.rows, message.removed)
            if message.notice:
                self.show_notice(message.describe(self.keymap))
                self._return_to_undone(message)
        self.update_view()

    def _return_to_undone(self, message: messages.RowsChanged) -> None:
        is_undoing, self._is_undoing = self._is_undoing, False
        if is_undoing and self._queue.return_to(message.rows.keys()):
            self._show_current()

    # -- lines -----------------------------------------------------------------------------

    def build_lines(self, width: int) -> Sequence[Sequence[StyledText]]:
        """Return how much is left, and the current article."""
        row = self._queue.current
        if row is None:
            end = "No more unread articles" if self._queue.rows else "No unread articles"
            return [[("Triage", "heading")], [], [(end, "text")]]
        place, *left = self._queue.describe_progress()
        return [
            [("Triage", "heading"), (f"  {place}", "muted")],
            [(join_nonempty(left), "muted")],
            [],
            *([(line, "strong")] for line in wrap_text(row.title, width)),
            [(self._facts_line(row), "muted")],
            [],
            *self._summary_lines(row, width),
        ]

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
        text = body.summary or strip_inline_markdown(body.text[:MAX_TRIAGE_TEXT_LENGTH])
        lines: list[Sequence[StyledText]] = []
        for paragraph in filter(None, text.split("\n")):
            lines += [[(line, "text")] for line in wrap_text(paragraph, width)] + [[]]
        return lines or [[("no summary, no text", "muted")]]

    # -- commands --------------------------------------------------------------------------

    @property
    def commands(self) -> CommandTable:
        """Those of a dialog, and the decisions."""
        return {
            **super().commands,
            **movement_commands(self.view.scroll_lines, lambda: self.page_size),
            "move.down": self.move,
            "move.up": lambda count=1: self.move(-count),
            "article.toggle_read": lambda: self._toggle_flag("read"),
            "article.toggle_star": lambda: self._toggle_flag("starred"),
            "article.delete": self.delete,
            "triage.later": self.tag_later,
            "app.undo": self.undo,
        }

    def line_moves(self, command_id: str, count: int) -> Sequence[int] | None:
        """Return the moves of down and up, which go from article to article; others scroll."""
        is_step = command_id in ("move.down", "move.up")
        return super().line_moves(command_id, count) if is_step else None

    def move(self, by: int = 1) -> None:
        """Go forward or back without a decision."""
        if self._queue.step(by):
            self.show_notice("")
            self._show_current()

    def _decide(self, decision: str, record: Callable[[str], None]) -> None:
        if article := self._queue.decidable:
            record(article)
            self._queue.decide(decision)
            self.move()

    def _toggle_flag(self, flag: ArticleFlag) -> None:
        changes = self._gateway.changes
        self._decide(flag, lambda article: changes.toggle_flag(flag, article, say=True))

    def tag_later(self) -> None:
        """Tag the article to be read later, and go on."""
        self._decide(LATER_TAG, lambda article: self._gateway.changes.tag(article, LATER_TAG))

    def delete(self) -> None:
        """Delete the article, and go on."""
        self._decide("deleted", self._gateway.changes.delete)

    def undo(self) -> None:
        """Undo the last change, and go back to its article."""
        self._is_undoing = True
        self._gateway.changes.undo()

    def submit(self) -> None:
        """End with the article, to open it."""
        if article := self._queue.decidable:
            self.dismiss(article)
