"""The trail of articles visited, as a browser keeps one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field


@dataclass(slots=True)
class Trail:
    """Articles in the order of visiting, and where on the trail one stands."""

    articles: list[str] = field(default_factory=list)
    at: int = -1

    def visit(self, article: str) -> None:
        """Go on to an article; what lay ahead is forgotten."""
        if self.articles and self.articles[self.at] == article:
            return
        self.articles[self.at + 1 :] = [article]
        self.at += 1

    def forget(self, articles: Collection[str]) -> None:
        """Leave out articles that are gone."""
        before = sum(each in articles for each in self.articles[: self.at + 1])
        self.articles = [each for each in self.articles if each not in articles]
        self.at = max(self.at - before, min(0, len(self.articles) - 1))

    def step(self, by: int) -> str | None:
        """Go back (-1) or forward (1); None where the trail ends."""
        if not 0 <= self.at + by < len(self.articles):
            return None
        self.at += by
        return self.articles[self.at]
