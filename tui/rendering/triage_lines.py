"""The triage screen as lines: how far it has come, the queue with its decisions, similar readings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from store.model.article import FullArticle, SimilarArticle
from tui.rendering.cells import (
    StyledText,
    cell_width,
    fit_cells,
    truncate_cells,
    wrap_text,
)
from tui.rendering.charts import draw_progress
from tui.rendering.list_rows import (
    CURSOR_SIGN,
    STAR_SIGN,
    UNREAD_SIGN,
    compare_facts,
    fit_origin,
)
from tui.rendering.wording import LATER_TAG, describe_language, format_age, join_nonempty

DECISION_SIGNS: Mapping[str, str] = {
    "read": "✓ read",
    "starred": STAR_SIGN,
    LATER_TAG: LATER_TAG,
    "deleted": "✗",
}
DECISION_CELLS = 8
"""Cells of the cursor and a decision before a title."""
ROWS_BEFORE, ROWS_AFTER = 3, 10
"""The rows of the queue that are listed before and after the current one, at least."""
STEP_ROWS = 5
"""The rows by which the queue scrolls: in between, a move draws two rows alone."""
MAX_TITLE_LINES = 2
PROGRESS_CELLS, MIN_PROGRESS_CELLS = 20, 6
GAP, MIN_LABEL_CELLS = 2, 8
HEADING = "TRIAGE"


@dataclass(frozen=True, slots=True)
class TriageProgress:
    """The current place in a triage, and what is left."""

    index: int
    """Of the current article; the number of articles at the end."""
    total: int
    time_left: str
    """The time to read what is left, in words."""
    decision: str = ""
    """The decision on the current article."""
    copy_count: int = 0
    """The number of its copies, which are decided on with it."""


class TriagedArticle(Protocol):
    """An article of the queue."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def title(self) -> str:
        """Its title."""

    @property
    def copy_count(self) -> int:
        """The number of its copies."""


def build_triage_head(progress: TriageProgress, label: str, width: int) -> Sequence[StyledText]:
    """Return the line over a triage: `TRIAGE  unread    ███▏····  4 of 41 · 55 min left`.

    Args:
        progress: How far it has come.
        label: The list it goes through.
        width: Cells of the line.
    """
    right = join_nonempty(
        (
            DECISION_SIGNS.get(progress.decision, ""),
            _describe_copies(progress.copy_count),
            f"{min(progress.index + 1, progress.total):,} of {progress.total:,}",
            f"{progress.time_left} left",
        )
    )
    facts = truncate_cells(right, max(0, width - len(HEADING) - GAP))
    room = max(0, width - len(HEADING) - GAP - cell_width(facts))
    bar_cells = min(PROGRESS_CELLS, room - GAP)
    bar: list[StyledText] = []
    if bar_cells >= MIN_PROGRESS_CELLS and progress.total:
        bar = [(" " * GAP, "text"), *draw_progress(progress.index, progress.total, bar_cells)]
        room -= bar_cells + GAP
    shown = fit_cells(f"{' ' * GAP}{label}", room) if room >= MIN_LABEL_CELLS else " " * room
    return [(HEADING, "section"), (shown, "muted"), *bar, (f"{' ' * GAP}{facts}", "muted")]


def _describe_copies(count: int) -> str:
    """Return how many articles are decided on as one; empty if it is one."""
    return f"×{count + 1}" if count else ""


def build_queue(
    articles: Sequence[TriagedArticle], index: int, decisions: Mapping[str, str], width: int
) -> list[tuple[int, Sequence[StyledText]]]:
    """Return the lines of the articles around the current one, each with the index of its article.

    Args:
        articles: The whole queue.
        index: Of the current article.
        decisions: By article.
        width: Cells of a line.
    """
    page = index // STEP_ROWS * STEP_ROWS
    first = max(0, page - ROWS_BEFORE)
    lines: list[tuple[int, Sequence[StyledText]]] = []
    for at, article in enumerate(articles[first : page + STEP_ROWS + ROWS_AFTER], first):
        sign = DECISION_SIGNS.get(decisions.get(article.id, ""), "")
        role = "selection" if at == index else "muted" if sign or at < index else "unread"
        title = join_nonempty((article.title, _describe_copies(article.copy_count)), " ")
        titles = wrap_text(title, max(1, width - DECISION_CELLS)) or [""]
        if len(titles) > MAX_TITLE_LINES:
            rest = " ".join(titles[MAX_TITLE_LINES - 1 :])
            titles = [*titles[: MAX_TITLE_LINES - 1], rest]
        for number, title in enumerate(titles):
            cursor = CURSOR_SIGN if at == index and not number else " "
            head = fit_cells("" if number else f"{cursor}{sign}", DECISION_CELLS)
            text = fit_cells(title, max(0, width - DECISION_CELLS))
            lines.append((at, [(head, role if at == index else "accent"), (text, role)]))
    return lines


def build_similar(
    entry: FullArticle | None, similar: Sequence[SimilarArticle] | None, now: int, width: int
) -> list[Sequence[StyledText]]:
    """Return the similar readings of the current article, and how many of them were read.

    Args:
        entry: The current article; None while it is not known.
        similar: None while they are not known.
        now: Seconds since 1970, for the ages.
        width: Cells of a line.
    """
    if entry is None or not similar:
        return [[("…" if similar is None else "None in the library", "muted")]]
    read = sum(each.read for each in similar)
    known = f"You have read {read:,} of these" if read else "You have read none of these"
    lines: list[Sequence[StyledText]] = [[(known, "section")], []]
    shown = compare_facts([entry, *(each for each in similar if each.id is not None)])
    for each in similar:
        is_kept = each.id is not None
        sign = " " if each.read or not is_kept else UNREAD_SIGN
        role = "text" if each.read or not is_kept else "unread"
        for number, title in enumerate(wrap_text(each.title, max(1, width - 2))[:3]):
            lines.append([(f"{' ' if number else sign} ", role), (title, role)])
        state = ("read" if each.read else "unread") if is_kept else "not in the library"
        age, language = format_age(each.timestamp, now), describe_language(each.language)
        facts = truncate_cells(
            fit_origin(each, shown, width - 2, (language, age, state)), max(0, width - 2)
        )
        lines += [[("  ", "muted"), (facts, "muted")], []]
    return lines


def describe_decisions(decisions: Mapping[str, str], total: int) -> str:
    """Return what came of a triage: `3 read · 1 starred · 2 later · 5 skipped`."""
    counts = dict.fromkeys(DECISION_SIGNS, 0)
    for decision in decisions.values():
        counts[decision] += 1
    counts["skipped"] = total - sum(counts.values())
    return join_nonempty(f"{count:,} {kind}" if count else "" for kind, count in counts.items())
