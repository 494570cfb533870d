"""The trail of articles visited, as a browser keeps one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from tui.rendering.cells import cut, measure

PARTED = " › "
LEFT_OUT = "…"
HERE = "▸ "
"""Stands before the title of the article one is at, which is set bold besides."""
OTHERS = 20
"""Cells that the title of another article takes at most."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One article on the trail, and where things stood when it was left."""

    article: str
    title: str = ""
    position: int | None = None
    """Where reading stood in its text; None if it was never left."""
    selected: str = ""
    """The article under the list's cursor."""


@dataclass(slots=True)
class Trail:
    """Articles in the order of visiting, and where on the trail one stands."""

    stops: list[Stop] = field(default_factory=list)
    at: int = -1

    @property
    def articles(self) -> list[str]:
        """The ids of the articles."""
        return [stop.article for stop in self.stops]

    @property
    def here(self) -> Stop | None:
        """Where one stands."""
        return self.stops[self.at] if self.stops else None

    def visit(self, article: str, title: str = "") -> None:
        """Go on to an article; what lay ahead is forgotten."""
        if self.here is not None and self.here.article == article:
            return
        self.stops[self.at + 1 :] = [Stop(article, title)]
        self.at += 1

    def leave(self, article: str, position: int, selected: str) -> None:
        """Note where things stand, if the article is the one at which one stands."""
        if self.here is not None and self.here.article == article:
            self.stops[self.at] = replace(self.here, position=position, selected=selected)

    def position(self, article: str) -> int | None:
        """Where reading stood when the article one is at was left, if it is this one and was."""
        here = self.here
        return here.position if here is not None and here.article == article else None

    def entitle(self, article: str, title: str) -> None:
        """Know the title of an article."""
        self.stops = [
            replace(stop, title=title) if stop.article == article else stop for stop in self.stops
        ]

    def forget(self, articles: Collection[str]) -> None:
        """Leave out articles that are gone."""
        before = sum(each.article in articles for each in self.stops[: self.at + 1])
        self.stops = [each for each in self.stops if each.article not in articles]
        self.at = max(self.at - before, min(0, len(self.stops) - 1))

    def step(self, by: int) -> str | None:
        """Go back (-1) or forward (1), by so many articles or as far as the trail leads.

        Returns:
            The article that one stands on then; None where the trail ends.
        """
        to = min(max(0, self.at + by), len(self.stops) - 1)
        if to in (-1, self.at):
            return None
        self.at = to
        return self.stops[to].article


def breadcrumbs(titles: Sequence[str], at: int, width: int) -> tuple[str, str, str]:
    """The trail in one line: what lies before the article one is at, its title, and what lies ahead.

    Args:
        titles: Of the articles, in order.
        at: Which of them one is at.
        width: Cells there are; the three parts take no more together.
    """
    here = cut(HERE + titles[at], min(width, max(width // 2, OTHERS)))
    room = width - measure(here)[1][-1]

    def sides(first: int, last: int) -> tuple[str, str] | None:
        before = [LEFT_OUT] * (first > 0) + [cut(title, OTHERS) for title in titles[first:at]]
        after = [cut(title, OTHERS) for title in titles[at + 1 : last + 1]]
        after += [LEFT_OUT] * (last < len(titles) - 1)
        left = "".join(title + PARTED for title in before)
        right = "".join(PARTED + title for title in after)
        return (left, right) if measure(left + right)[1][-1] <= room else None

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
