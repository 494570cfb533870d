"""A line at the bottom that asks for something about one article."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events

from tui.rendering.wording import count
from tui.widgets.search import SearchInput

LONGEST = 4000
"""Characters of a path or a command."""


class Prompt(SearchInput):
    """Asks; what it is about is the article that keys meant when it was asked for."""

    def __init__(self, article: str, question: str, value: str = "", limit: int = LONGEST) -> None:
        """Make the input.

        Args:
            article: The id of the article.
            question: What is seen while nothing is typed.
            value: What stands there at first.
            limit: Characters it takes.
        """
        super().__init__(value, placeholder=question, max_length=limit, compact=True)
        self.article = article


class ExportPrompt(Prompt):
    """Asks for the file an article is written to."""


class ListExportPrompt(Prompt):
    """Asks for the file or folder that all articles of a list are written to."""

    def __init__(self, articles: Sequence[str]) -> None:
        """Make the input for these articles."""
        number = count(len(articles), "article")
        super().__init__("", f"{number} to .json, .jsonl, .html, .epub, or a folder (Markdown)")
        self.articles = articles


class PipePrompt(Prompt):
    """Asks for the program an article is given to."""


class ImportPrompt(Prompt):
    """Asks for a file or a folder to import."""


class OwnUrlPrompt(Prompt):
    """Asks for URLs to add to the user's own library, while the samples are shown."""


class UrlPrompt(Prompt):
    """Asks for URLs; a paste of several lines is as many of them."""

    def on_paste(self, event: events.Paste) -> None:
        """Take all lines: the input itself would take the first one."""
        event.prevent_default()
        event.stop()
        self.insert_text_at_cursor(" ".join(event.text.split()))

    @property
    def urls(self) -> list[str]:
        """What was typed."""
        return list(dict.fromkeys(self.value.split()))
