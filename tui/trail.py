"""The trail of articles visited, as a browser keeps one."""

from __future__ import annotations

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

    def step(self, by: int) -> str | None:
        """Go back (-1) or forward (1); None where the trail ends."""
        if not 0 <= self.at + by < len(self.articles):
            return None
        self.at += by
        return self.articles[self.at]
