"""The trail: the articles visited, with back and forward as in a browser."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from tui.rendering.cells import measure_cells, truncate_cells

BREADCRUMB_SEPARATOR = " › "
OMITTED_BREADCRUMBS = "…"
CURRENT_ARTICLE_PREFIX = "▸ "
"""Drawn before the title of the current article, which is bold as well."""
MAX_BREADCRUMB_CELLS = 20
"""Maximum width of the other titles, in cells."""


@dataclass(frozen=True, slots=True)
class ShownPage:
    """The text of an article's page, shown in place of its own, and the position in it."""

    text: str
    words: int = 0
    position: int = 0


@dataclass(frozen=True, slots=True)
class TrailStop:
    """One article on the trail, and the state in which it was left."""

    article_id: str
    title: str = ""
    position: int | None = None
    """The position in its text; None if it was never left."""
    selected_id: str = ""
    """The article under the list's cursor."""
    page: ShownPage | None = None
    """The page, if its text was shown."""


@dataclass(slots=True)
class Trail:
    """Articles in the order of visiting, and the current one."""

    stops: list[TrailStop] = field(default_factory=list)
    current_index: int = -1

    @property
    def current_stop(self) -> TrailStop | None:
        """The current stop; None on an empty trail."""
        return self.stops[self.current_index] if self.stops else None

    def visit(self, article: str, title: str = "") -> None:
        """Go to an article, and drop what was ahead."""
        if self.current_stop is not None and self.current_stop.article_id == article:
            return
        self.stops[self.current_index + 1 :] = [TrailStop(article, title)]
        self.current_index += 1

    def save_position(
        self, article: str, position: int, selected: str, page: ShownPage | None = None
    ) -> None:
        """Save position, selection and page at the current stop, if it is this article."""
        if self.current_stop is not None and self.current_stop.article_id == article:
            self.stops[self.current_index] = replace(
                self.current_stop, position=position, selected_id=selected, page=page
            )

    def saved_page(self, article: str) -> ShownPage | None:
        """Return the page saved at the current stop, if it is this article."""
        stop = self.current_stop
        return stop.page if stop is not None and stop.article_id == article else None

    def saved_position(self, article: str) -> int | None:
        """Return the position saved at the current stop, if it is this article."""
        stop = self.current_stop
        return stop.position if stop is not None and stop.article_id == article else None

    def set_title(self, article: str, title: str) -> None:
        """Set the title of an article."""
        self.stops = [
            replace(stop, title=title) if stop.article_id == article else stop
            for stop in self.stops
        ]

    def remove_articles(self, articles: Collection[str]) -> None:
        """Remove deleted articles."""
        before = sum(each.article_id in articles for each in self.stops[: self.current_index + 1])
        self.stops = [each for each in self.stops if each.article_id not in articles]
        self.current_index = max(self.current_index - before, min(0, len(self.stops) - 1))

    def step(self, by: int) -> str | None:
        """Go back (negative) or forward by some articles, at most to the end of the trail.

        Returns:
            The new current article; None if that is where the trail ends already.
        """
        to = min(max(0, self.current_index + by), len(self.stops) - 1)
        if to in (-1, self.current_index):
            return None
        self.current_index = to
        return self.stops[to].article_id


def render_breadcrumbs(titles: Sequence[str], at: int, width: int) -> tuple[str, str, str]:
    """Return the trail in one line: the titles before the current one, the current one, those after it.

    Args:
        titles: The titles, in order.
        at: The index of the current one.
        width: Maximum width of the three parts together, in cells.
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
