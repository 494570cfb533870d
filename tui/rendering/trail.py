"""The trail of articles visited, as a browser keeps one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from tui.rendering.cells import measure_cells, truncate_cells

BREADCRUMB_SEPARATOR = " › "
OMITTED_BREADCRUMBS = "…"
CURRENT_ARTICLE_PREFIX = "▸ "
"""Stands before the title of the article one is at, which is set bold besides."""
MAX_BREADCRUMB_CELLS = 20
"""Cells that the title of another article takes at most."""


@dataclass(frozen=True, slots=True)
class TrailStop:
    """One article on the trail, and where things stood when it was left."""

    article_id: str
    title: str = ""
    position: int | None = None
    """Where reading stood in its text; None if it was never left."""
    selected_id: str = ""
    """The article under the list's cursor."""


@dataclass(slots=True)
class Trail:
    """Articles in the order of visiting, and where on the trail one stands."""

    stops: list[TrailStop] = field(default_factory=list)
    current_index: int = -1

    @property
    def article_ids(self) -> list[str]:
        """The ids of the articles."""
        return [stop.article_id for stop in self.stops]

    @property
    def current_stop(self) -> TrailStop | None:
        """Where one stands."""
        return self.stops[self.current_index] if self.stops else None

    def visit(self, article: str, title: str = "") -> None:
        """Go on to an article; what lay ahead is forgotten."""
        if self.current_stop is not None and self.current_stop.article_id == article:
            return
        self.stops[self.current_index + 1 :] = [TrailStop(article, title)]
        self.current_index += 1

    def save_position(self, article: str, position: int, selected: str) -> None:
        """Note where things stand, if the article is the one at which one stands."""
        if self.current_stop is not None and self.current_stop.article_id == article:
            self.stops[self.current_index] = replace(
                self.current_stop, position=position, selected_id=selected
            )

    def saved_position(self, article: str) -> int | None:
        """Where reading stood when the article one is at was left, if it is this one and was."""
        here = self.current_stop
        return here.position if here is not None and here.article_id == article else None

    def set_title(self, article: str, title: str) -> None:
        """Know the title of an article."""
        self.stops = [
            replace(stop, title=title) if stop.article_id == article else stop
            for stop in self.stops
        ]

    def remove_articles(self, articles: Collection[str]) -> None:
        """Leave out articles that are gone."""
        before = sum(each.article_id in articles for each in self.stops[: self.current_index + 1])
        self.stops = [each for each in self.stops if each.article_id not in articles]
        self.current_index = max(self.current_index - before, min(0, len(self.stops) - 1))

    def step(self, by: int) -> str | None:
        """Go back (-1) or forward (1), by so many articles or as far as the trail leads.

        Returns:
            The article that one stands on then; None where the trail ends.
        """
        to = min(max(0, self.current_index + by), len(self.stops) - 1)
        if to in (-1, self.current_index):
            return None
        self.current_index = to
        return self.stops[to].article_id


def render_breadcrumbs(titles: Sequence[str], at: int, width: int) -> tuple[str, str, str]:
    """The trail in one line: what lies before the article one is at, its title, and what lies ahead.

    Args:
        titles: Of the articles, in order.
        at: Which of them one is at.
        width: Cells there are; the three parts take no more together.
    """
    here = truncate_cells(
        CURRENT_ARTICLE_PREFIX + titles[at], min(width, max(width // 2, MAX_BREADCRUMB_CELLS))
    )
    room = width - measure_cells(here)[1][-1]

    def sides(first: int, last: int) -> tuple[str, str] | None:
        before = [OMITTED_BREADCRUMBS] * (first > 0) + [
            truncate_cells(title, MAX_BREADCRUMB_CELLS) for title in titles[first:at]
        ]
        after = [truncate_cells(title, MAX_BREADCRUMB_CELLS) for title in titles[at + 1 : last + 1]]
        after += [OMITTED_BREADCRUMBS] * (last < len(titles) - 1)
        left = "".join(title + BREADCRUMB_SEPARATOR for title in before)
        right = "".join(BREADCRUMB_SEPARATOR + title for title in after)
        return (left, right) if measure_cells(left + right)[1][-1] <= room else None

    first = last = at
    shown = sides(at, at) or ("", "")
    grown = True
    while grown:
        grown = False
        if first > 0 and (wider := sides(first - 1, last)):
            first, shown, grown = first - 1, wider, True
        if last < len(titles) - 1 and (wider := sides(first, last + 1)):
            last, shown, grown = last + 1, wider, True
    return shown[0], here, shown[1]
