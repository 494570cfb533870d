"""The side pane: summary, similar readings, statistics and details of one article."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from store.article import Entry, Similar, minutes
from tui.layout import wrap
from tui.widgets.lines import LineView, Piece, role_classes
from tui.wording import age, count, day, joined, minute

Lines = list[Sequence[Piece]]


class SidePane(LineView):
    """Everything about an article but its text."""

    COMPONENT_CLASSES: ClassVar[set[str]] = role_classes("heading", "accent", "unread", "strong")

    def __init__(self, now: Callable[[], int], id: str) -> None:  # noqa: A002 - Textual's name
        """Make an empty pane.

        Args:
            now: Seconds since 1970, for the ages.
            id: The widget's id.
        """
        super().__init__(id=id)
        self._now = now
        self.entry: Entry | None = None
        self.similar: Sequence[Similar] | None = None
        self._lines: Lines = []

    def show(self, entry: Entry) -> None:
        """Show an article; the similar readings of the same one stay."""
        if self.entry is None or self.entry.article.id != entry.article.id:
            self.similar = None
            self.go_to(0)
        self.entry = entry
        self._compose_lines()

    def clear(self) -> None:
        """Show nothing."""
        self.entry = self.similar = None
        self._lines = []
        self.set_height(0)
        self.refresh()

    def show_similar(self, article: str, similar: Sequence[Similar]) -> None:
        """Show the similar readings, if they belong to the article shown."""
        if self.entry is not None and self.entry.article.id == article:
            self.similar = similar
            self._compose_lines()

    def on_resize(self) -> None:
        """Break the lines anew."""
        self._compose_lines()

    def _compose_lines(self) -> None:
        width = self.size.width - 2
        if self.entry is None or width < 1:
            return
        lines = [
            *_summary(self.entry, width),
            *_similar(self.similar, width, self._now()),
            *_statistics(self.entry),
            *_details(self.entry, width),
        ]
        if lines != self._lines:
            self._lines = lines
            self.set_height(len(lines))
            self.refresh()

    def line_pieces(self, y: int, width: int) -> Sequence[Piece]:
        """One line, a cell from the edge."""
        return [(" ", "text"), *self._lines[y]] if y < len(self._lines) else []


def _heading(text: str) -> Sequence[Piece]:
    return [(text, "heading")]


def _wrapped(text: str, width: int, role: str = "text", indent: int = 0) -> Lines:
    blank = " " * indent
    return [[(blank + line, role)] for line in wrap(text, max(1, width - indent))]


def _summary(entry: Entry, width: int) -> Lines:
    body = entry.body
    if not body.summary:
        return [_heading("Summary"), [("none", "muted")], []]
    note = ""
    if body.summary_origin == "extract":
        note = "taken from the text"
    elif not body.summary_complete:
        note = "it came cut off"
    lines = [_heading("Summary")]
    for paragraph in filter(None, body.summary.split("\n")):
        lines += _wrapped(paragraph, width)
    if note:
        lines += _wrapped(f"({note})", width, "muted")
    return [*lines, []]


def _similar(similar: Sequence[Similar] | None, width: int, now: int) -> Lines:
    lines = [_heading("Similar Readings")]
    if not similar:
        return [*lines, [("looking …" if similar is None else "none", "muted")], []]
    for number, other in enumerate(similar, 1):
        lines += _one_similar(number, other, width, now)
    return [*lines, []]


def _one_similar(number: int, other: Similar, width: int, now: int) -> Lines:
    if other.id is None:
        facts = "not in the library"
    else:
        state = "read" if other.read else "unread"
        facts = joined((other.category, age(other.when, now), state))
    title = wrap(other.title, max(1, width - 2))
    role = "text" if other.id is None or other.read else "unread"
    lines: Lines = [[(f"{number} ", "accent"), (title[0] if title else "", role)]]
    lines += [[("  " + line, role)] for line in title[1:]]
    lines += _wrapped(facts, width, "muted", 2)
    if other.terms:
        lines += _wrapped("both: " + ", ".join(other.terms), width, "muted", 2)
    return lines


def _statistics(entry: Entry) -> Lines:
    words, reads = entry.article.words, entry.reading.read_count
    return [
        _heading("Statistics"),
        [(f"{words:,}", "strong"), (" Words", "text")],
        [(f"{reads:,}", "strong"), (" Read Count", "text")],
        [(f"{minutes(words):,}", "strong"), (" Minutes", "text")],
        [],
    ]


def _details(entry: Entry, width: int) -> Lines:
    article, reading = entry.article, entry.reading
    details = (
        ("ID", article.id),
        ("Category ID", article.category),
        ("URL", article.url),
        ("Authors", ", ".join(article.authors)),
        ("Tags", ", ".join(article.tags)),
        ("Date", day(article.date)),
        ("Created", minute(article.created)),
        ("Updated", minute(article.updated)),
        ("Last Read", minute(reading.last_read)),
        ("Last Opened", minute(reading.last_opened)),
        ("Position", count(reading.position, "character") if reading.position else ""),
    )
    always = {"ID", "Category ID", "URL", "Date", "Created", "Updated", "Last Read"}
    lines: Lines = [_heading("Details")]
    for name, value in details:
        if value or name in always:
            lines += _detail(name, value or "-", width)
    return lines


def _detail(name: str, value: str, width: int) -> Lines:
    first, *rest = wrap(f"{name}: {value}", width)
    label = min(len(name) + 1, len(first))
    return [
        [(first[:label], "muted"), (first[label:], "text")],
        *([(line, "text")] for line in rest),
    ]
