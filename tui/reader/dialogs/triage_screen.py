"""The triage screen: unread articles one at a time, each decided with one key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from textual.message import Message

from store.model.article import FullArticle, SimilarArticle
from tui.actions.triage_queue import TriageQueue
from tui.reader.dialogs.article_preview import ArticlePreview
from tui.reader.dialogs.dialog import CommandTable
from tui.reader.dialogs.full_screen import THREE_PANES_WIDTH, PanesDialog
from tui.reader.dialogs.moves import movement_commands
from tui.reader.gateway import messages
from tui.reader.widgets.article_view import ArticleView
from tui.reader.widgets.line_view import DocumentView, LineView
from tui.reader.widgets.one_shot_timer import call_after
from tui.rendering.cells import StyledText
from tui.rendering.triage_lines import (
    TriageProgress,
    build_queue,
    build_similar,
    build_triage_head,
    describe_decisions,
)
from tui.rendering.wording import LATER_TAG, join_nonempty

if TYPE_CHECKING:
    from tui.config.keymaps import Keymap
    from tui.reader.gateway import ArticleFlag, Gateway

SIMILAR_DELAY = 0.1
"""Seconds until the similar readings of an article are asked for: finding them delays the next one."""


class TriageScreen(PanesDialog[str]):
    """One article at a time, with the queue and similar readings beside it; ends with one to open."""

    PLACE = "triage"

    def __init__(
        self,
        keymap: Keymap,
        gateway: Gateway,
        queue: TriageQueue,
        now: Callable[[], int],
        label: str = "",
    ) -> None:
        """Create the screen; `label` names the list that the queue is from."""
        self._article_view = ArticleView(now, id="text")
        self._article_view.shows_summary, self._article_view.empty_text = True, ""
        super().__init__(keymap, self._article_view)
        self._queue_view = DocumentView(focusable=False)
        self._queue_view.add_class("second")
        self._similar_view = DocumentView(focusable=False)
        self._similar_view.add_class("third")
        self._gateway = gateway
        self._queue = queue
        self._now = now
        self._label = join_nonempty(("unread", label))
        self._preview = ArticlePreview(self, gateway.articles.preview_article, self._show_article)
        self._similar: tuple[SimilarArticle, ...] | None = None
        self._tagging: set[str] = set()
        """The articles that are being tagged, which their rows do not show."""
        self._is_undoing = False
        self._undo_scope = gateway.changes.open_undo_scope()

    @property
    def panes(self) -> Mapping[str, LineView]:
        """The queue, the article, and its similar readings."""
        return {
            "Queue": self._queue_view,
            "Article": self._article_view,
            "Similar Readings": self._similar_view,
        }

    @property
    def hints(self) -> Sequence[tuple[str, str]]:
        """The keys of the bottom line."""
        return (
            ("article.toggle_read", "read"),
            ("article.toggle_star", "star"),
            ("triage.later", "later"),
            ("article.open", "open"),
            ("article.delete", "delete"),
            ("move.down", "skip"),
            ("move.up", "back"),
            ("app.help", "help"),
            ("dialog.close", "quit"),
        )

    def on_mount(self) -> None:
        """Ask for the first article and for the user's reading speed."""
        self._show_current(rests=True)
        self._gateway.reports.measure_pace()

    # -- what is shown -----------------------------------------------------------------------

    def _show_current(self, *, rests: bool = False) -> None:
        self._similar = None
        queued, index = self._queue.articles, self._queue.index
        near = (*queued[index + 1 : index + 3], *queued[max(0, index - 1) : index])
        neighbours = [each.id for each in near]
        self._preview.follow(self._queue.decidable, neighbours, rests=rests)
        self.update_view()

    def _show_article(self, entry: FullArticle | None) -> None:
        if entry is None:
            self._article_view.clear()
            return
        self._article_view.show(entry, preview=True)
        call_after(self, SIMILAR_DELAY, lambda: self._find_similar(entry))

    def _describe_nothing(self) -> str:
        queue = self._queue
        if queue.current is not None:
            return "" if queue.decidable else f"Deleted: {queue.current.title}"
        if not queue.articles:
            return "No unread articles"
        done = describe_decisions(queue.decisions, len(queue.articles))
        return join_nonempty(("No more unread articles", done), ": ")

    def _find_similar(self, entry: FullArticle) -> None:
        is_shown = self.size.width >= THREE_PANES_WIDTH
        if is_shown and entry.article.id == self._queue.decidable:
            self._gateway.articles.load_insights(entry)

    def update_view(self) -> None:
        """Draw the lines around the article again."""
        self.head_view.show(lambda width: [self.build_head(width)])
        self._queue_view.show(self._build_queue)
        entry = self._article_view.full_article
        self._similar_view.show(
            lambda width: build_similar(entry, self._similar, self._now(), width)
        )
        if self._article_view.empty_text != (nothing := self._describe_nothing()):
            self._article_view.empty_text = nothing
            self._article_view.refresh()

    def build_head(self, width: int) -> Sequence[StyledText]:
        """Return how far the triage has come."""
        queue, current = self._queue, self._queue.current
        decision = queue.decisions.get(current.id, "") if current is not None else ""
        copy_count = current.copy_count if current is not None else 0
        progress = TriageProgress(
            queue.index, len(queue.articles), queue.time_left, decision, copy_count
        )
        return build_triage_head(progress, self._label, width)

    def _build_queue(self, width: int) -> Sequence[Sequence[StyledText]]:
        lines = self._queue_lines(width)
        return [pieces for _, pieces in lines]

    def _queue_lines(self, width: int) -> Sequence[tuple[int, Sequence[StyledText]]]:
        return build_queue(self._queue.articles, self._queue.index, self._queue.decisions, width)

    def on_line_view_line_clicked(self, message: LineView.LineClicked) -> None:
        """Go to a row of the queue on the first click, open it on the second."""
        lines = self._queue_lines(self._queue_view.size.width)
        if message.view is not self._queue_view or message.line >= len(lines):
            return
        row, _ = lines[message.line]
        if row == self._queue.index:
            self.submit()
        else:
            self.move(row - self._queue.index)

    # -- messages ----------------------------------------------------------------------------

    def receive_message(self, message: Message) -> None:
        """Take in articles, what is similar to them, recorded changes and the reading speed."""
        if isinstance(message, messages.ArticleLoaded):
            self._preview.receive(message.full_article)
            return
        if isinstance(message, messages.SimilarFound):
            if message.article == self._queue.decidable and (
                message.similar or not self._gateway.lists.is_indexing
            ):
                self._similar = message.similar
        elif isinstance(message, messages.PaceMeasured):
            self._queue.pace = message.pace
        elif isinstance(message, messages.RowsChanged):
            self._receive_changes(message)
        elif isinstance(message, messages.IndexEnded):
            if self._similar is None and (entry := self._article_view.full_article) is not None:
                self._find_similar(entry)
        elif isinstance(message, messages.OperationFailed):
            self._tagging.clear()
            self.show_notice(message.problem)
        self.update_view()

    def _receive_changes(self, message: messages.RowsChanged) -> None:
        self._preview.forget([*message.rows, *message.removed])
        self._queue.apply_changes(message.rows, message.removed)
        self._similar = self._similar and tuple(
            each.follow_row(message.rows) for each in self._similar
        )
        for article in self._tagging & message.rows.keys():
            self._tagging.remove(article)
            self._queue.decide(LATER_TAG, article)
        self.show_change(message, self._queue.title_of([*message.rows, *message.removed]))
        if message.notice and self._is_undoing:
            self._is_undoing = False
            if self._queue.return_to(message.rows.keys(), message.rows):
                self._show_current()

    # -- commands ----------------------------------------------------------------------------

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
            self._show_current()

    def _decide(self, record: Callable[[str], None]) -> None:
        if article := self._queue.decidable:
            record(article)
            self.move()

    def _toggle_flag(self, flag: ArticleFlag) -> None:
        changes = self._gateway.changes
        self._decide(lambda article: changes.toggle_flag(flag, [article], say=True))

    def tag_later(self) -> None:
        """Tag the article to be read later, and go on."""
        self._tagging.add(self._queue.decidable)
        self._decide(lambda article: self._gateway.changes.tag([article], LATER_TAG))

    def delete(self) -> None:
        """Delete the article, and go on."""
        self._decide(lambda article: self._gateway.changes.delete([article]))

    def undo(self) -> None:
        """Undo the last change made here, and go back to its article."""
        self._is_undoing = True
        self._gateway.changes.undo(self._undo_scope)

    def submit(self) -> None:
        """End with the article, to open it."""
        if article := self._queue.decidable:
            self.dismiss(article)
