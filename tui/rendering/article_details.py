"""What the side pane says of an article, as sections of lines: pure, for any width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from store.model.article import Entry, Similar, Study, minutes
from tui.rendering.text_layout import wrap
from tui.rendering.wording import UPDATED, age, copies, count, day, joined, minute

Piece = tuple[str, str]
"""Text and the role it is drawn in."""


class Line(NamedTuple):
    """One line, and what enter does on it."""

    pieces: Sequence[Piece] = ()
    folds: str = ""
    """The section that is folded or unfolded."""
    jump: int = 0
    """The number of the similar reading that is opened."""
    place: int | None = None
    """The place of the text that is shown."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it."""

    name: str
    lines: Sequence[Line]
    more: str = ""
    """What stands after the name."""

    def shown(self, *, folded: bool) -> list[Line]:
        """The lines that are shown of it."""
        more = joined((self.more, "…" if folded else ""), " ")
        heading = [(self.name, "heading"), (f" {more}" if more else "", "muted")]
        head = Line(heading, folds=self.name)
        return [head] if folded else [head, *self.lines, Line()]


def sections_of(
    entry: Entry,
    similar: Sequence[Similar] | None,
    study: Study,
    width: int,
    now: int,
    running: str = "",
) -> list[Section]:
    """All sections, in their order.

    Args:
        entry: The article.
        similar: Its similar readings; None while they are looked for.
        study: What else is known of it.
        width: Cells of a line.
        now: Seconds since 1970, for the ages.
        running: The program that makes a summary just now.
    """
    items = f"({count(len(similar), 'item')})" if similar else ""
    state = f"(running {running} …)" if running else ""
    return [
        Section("Summary", _summary(entry, study, width), state),
        Section("Similar Readings", _similar(similar, width, now), items),
        Section("Statistics", _statistics(entry)),
        Section("Details", _details(entry, study, width)),
    ]


def _wrapped(text: str, width: int, role: str = "text", indent: int = 0) -> list[Line]:
    blank = " " * indent
    return [Line([(blank + line, role)]) for line in wrap(text, max(1, width - indent))]


def _summary(entry: Entry, study: Study, width: int) -> list[Line]:
    body = entry.body
    if not body.summary:
        return [Line([("none", "muted")])]
    origins = {"extract": "taken from the text", "command": "made by summary_command"}
    cut = "" if body.summary_complete else "it came cut off"
    note = joined((origins.get(body.summary_origin, ""), cut), ", ")
    lines: list[Line] = []
    start = 0
    for line in wrap(body.summary, max(1, width)):
        start = max(start, body.summary.find(line, start))
        if line:
            place = _place(study, start, start + len(line))
            lines.append(Line([(line, "text")], place=place))
        start += len(line)
    if note:
        lines += _wrapped(f"({note})", width, "muted")
    return lines


def _place(study: Study, start: int, end: int) -> int | None:
    """The place of the sentence that begins on a line of the summary, or goes on there."""
    begins = [place for at, place in study.summary_places if start <= at < end]
    goes_on = [place for at, place in study.summary_places if at < start]
    return begins[0] if begins else goes_on[-1] if goes_on else None


def _similar(similar: Sequence[Similar] | None, width: int, now: int) -> list[Line]:
    if not similar:
        return [Line([("looking …" if similar is None else "none", "muted")])]
    return [
        line._replace(jump=number)
        for number, other in enumerate(similar, 1)
        for line in _one_similar(number, other, width, now)
    ]


def _one_similar(number: int, other: Similar, width: int, now: int) -> list[Line]:
    if other.id is None:
        facts = "not in the library"
    else:
        state = "read" if other.read else "unread"
        facts = joined((other.category, age(other.when, now), state, copies(other.copies)))
    title = wrap(other.title, max(1, width - 2))
    role = "text" if other.id is None or other.read else "unread"
    lines = [Line([(f"{number} ", "accent"), (title[0] if title else "", role)])]
    lines += [Line([("  " + line, role)]) for line in title[1:]]
    lines += _wrapped(facts, width, "muted", 2)
    if other.terms:
        lines += _wrapped("both: " + ", ".join(other.terms), width, "muted", 2)
    return lines


def _statistics(entry: Entry) -> list[Line]:
    words, reads = entry.article.words, entry.reading.read_count
    reading = minutes(words)
    return [
        Line([(f"{words:,}", "strong"), (" Words", "text")]),
        Line([(f"{reads:,}", "strong"), (" Read Count", "text")]),
        Line([(f"{reading:,}", "strong"), (" Minute" if reading == 1 else " Minutes", "text")]),
    ]


def _details(entry: Entry, study: Study, width: int) -> list[Line]:
    article, reading = entry.article, entry.reading
    always = (
        ("ID", article.id),
        ("Category ID", article.category),
        ("URL", article.url),
        ("Date", day(article.date)),
        ("Created", minute(article.created)),
        ("Updated", joined((minute(article.updated), UPDATED if entry.updated else ""))),
        ("Last Read", minute(reading.last_read)),
    )
    where_known = (
        ("Last Opened", minute(reading.last_opened)),
        ("Key Terms", ", ".join(study.key_terms)),
        ("Authors", ", ".join(article.authors)),
        ("Tags", ", ".join(article.tags)),
        ("Position", count(reading.position, "character") if reading.position else ""),
    )
    details = (*always, *(each for each in where_known if each[1]))
    return [line for name, value in details for line in _detail(name, value or "-", width)]


def _detail(name: str, value: str, width: int) -> list[Line]:
    first, *rest = wrap(f"{name}: {value}", width)
    label = min(len(name) + 1, len(first))
    head = Line([(first[:label], "muted"), (first[label:], "text")])
    return [head, *(Line([(line, "text")]) for line in rest)]
