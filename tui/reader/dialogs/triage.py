"""The screen for going through what is unread: one summary at a time, one key a decision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual.message import Message

from store.library.statistics import AVERAGE_PACE, Pace
from store.model.article import ArticleRow, FullArticle
from tui.reader.dialogs.full_screen import FullScreenDialog
from tui.reader.gateway import messages
from tui.reader.widgets.article_list import STAR_SIGN
from tui.rendering.cells import StyledText, wrap_text
from tui.rendering.statistics_report import format_duration
from tui.rendering.wording import LATER_TAG, format_age, format_count, join_nonempty

if TYPE_CHECKING:
    from tui.config.keymaps import Keymap
    from tui.reader.gateway import ArticleFlag, Gateway

TITLE_LINE = 3
"""The line the title begins on, where the terminal's cursor stands."""
MAX_TRIAGE_TEXT_LENGTH = 1200
"""Characters of the text that stand in for a summary where there is none."""


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
        rows: Sequence[ArticleRow],
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
        self.view.caret_line = TITLE_LINE
        self._rows = list(rows)
        self._index_of = {row.id: index for index, row in enumerate(rows)}
        self._deleted_articles: set[str] = set()
        self._decisions: dict[str, str] = {}
        """What was decided, in a word, for whoever goes back."""
        self._index = 0
        self._full_article: FullArticle | None = None
        self._pace: Pace = AVERAGE_PACE
        self._is_undoing = False

    @property
    def current_row(self) -> ArticleRow | None:
        """The article that is shown; None at the end."""
        return self._rows[self._index] if self._index < len(self._rows) else None

    def on_mount(self) -> None:
        """Ask for the first summary and for the reader's speed."""
        super().on_mount()
        self._show_current()
        self._gateway.reports.measure_pace()

    def _show_current(self) -> None:
        self.view.scroll_to_line(0)
        self.update_view()
        if (row := self.current_row) is not None and row.id not in self._deleted_articles:
            self._gateway.articles.preview_article(row.id)

    # -- what the library answers ------------------------------------------------------------

    def receive_message(self, message: Message) -> None:
        """Take in a summary, what was recorded, or how fast the reader reads."""
        if isinstance(message, messages.ArticleLoaded):
            if (row := self.current_row) is not None and row.id == message.full_article.article.id:
                self._full_article = message.full_article
        elif isinstance(message, messages.PaceMeasured):
            self._pace = message.pace
        elif isinstance(message, messages.RowsChanged):
            self._apply_changes(message)
        self.update_view()

    def _apply_changes(self, message: messages.RowsChanged) -> None:
        ours = message.rows.keys() & self._index_of.keys()
        for article in ours:
            self._rows[self._index_of[article]] = message.rows[article]
        self._deleted_articles = (self._deleted_articles | set(message.removed)) - ours
        if not message.notice:
            return
        self.show_notice(message.describe(self.keymap))
        if self._is_undoing:
            self._is_undoing = False
            if ours:
                self._index = min(self._index_of[article] for article in ours)
                self._decisions.pop(self._rows[self._index].id, None)
                self._show_current()

    # -- what is shown -----------------------------------------------------------------------

    def build_lines(self, width: int) -> Sequence[Sequence[StyledText]]:
        """How much is left, and one article."""
        row = self.current_row
        if row is None:
            end = "that was all of it" if self._rows else "nothing here is unread"
            return [[("Triage", "heading")], [], [(end, "text")]]
        left = [each for each in self._rows[self._index :] if self._is_undecided(each)]
        words = sum(each.words for each in left)
        time = format_duration(self._pace.minutes(words))
        lines: list[Sequence[StyledText]] = [
            [("Triage", "heading"), (f"  {self._index + 1:,} of {len(self._rows):,}", "muted")],
            [
                (
                    join_nonempty(
                        (
                            f"{format_count(len(left), 'article')} left",
                            format_count(words, "word"),
                            time,
                        )
                    ),
                    "muted",
                )
            ],
            [],
            *([(line, "strong")] for line in wrap_text(row.title, width)),
            [(self._facts_line(row), "muted")],
            [],
        ]
        return [*lines, *self._summary_lines(row, width)]

    def _is_undecided(self, row: ArticleRow) -> bool:
        return (
            not row.read and row.id not in self._deleted_articles and row.id not in self._decisions
        )

    def _facts_line(self, row: ArticleRow) -> str:
        return join_nonempty(
            (
                STAR_SIGN if row.starred else "",
                row.category,
                format_age(row.timestamp, self._now()),
                format_duration(self._pace.minutes(row.words)),
                format_count(row.words, "word"),
                self._decisions.get(row.id, ""),
            )
        )

    def _summary_lines(self, row: ArticleRow, width: int) -> Sequence[Sequence[StyledText]]:
        if row.id in self._deleted_articles:
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
        at = min(max(0, self._index + by), len(self._rows))
        if at != self._index:
            self._index = at
            self.show_notice("")
            self._show_current()

    def _decide(self, word: str) -> None:
        if (row := self.current_row) is not None:
            self._decisions[row.id] = word
            self._step_article(1)

    def _toggle_flag(self, mark: ArticleFlag, word: str) -> None:
        if (row := self.current_row) is not None and row.id not in self._deleted_articles:
            self._gateway.changes.toggle_flag(mark, row.id, say=True)
            self._decide(word)

    def action_article_toggle_read(self) -> None:
        """Read: mark it so, and on to the next."""
        self._toggle_flag("read", "read")

    def action_article_toggle_star(self) -> None:
        """Star it, and on to the next."""
        self._toggle_flag("starred", "starred")

    def action_triage_later(self) -> None:
        """Tag it for later, and on to the next."""
        if (row := self.current_row) is not None and row.id not in self._deleted_articles:
            self._gateway.changes.tag(row.id, LATER_TAG)
            self._decide(LATER_TAG)

    def action_article_delete(self) -> None:
        """Delete it, and on to the next."""
        if (row := self.current_row) is not None and row.id not in self._deleted_articles:
            self._gateway.changes.delete(row.id)
            self._decide("deleted")

    def action_app_undo(self) -> None:
        """Take back the last change, and go back to its article."""
        self._is_undoing = True
        self._gateway.changes.undo()

    def submit(self) -> None:
        """Open the article."""
        if (row := self.current_row) is not None and row.id not in self._deleted_articles:
            self.dismiss(row.id)
