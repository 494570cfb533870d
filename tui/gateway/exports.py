"""What is asked for articles that leave the reader."""

from __future__ import annotations

from pathlib import Path

from store.clean import clean_line
from tui import messages
from tui.gateway.worker import Worker


class Exports(Worker):
    """Writes articles to files, and renders them for programs."""

    def name_export(self, article: str) -> None:
        """Ask for a file name for an article."""
        self._submit(lambda: self._name_export(article))

    def export(self, article: str, path: Path) -> None:
        """Write an article to a file that is not there yet; Markdown, unless the suffix says else."""
        self._submit(lambda: self._export(article, path))

    def render(self, article: str, arguments: list[str]) -> None:
        """Ask for an article as Markdown, for a program."""
        self._submit(lambda: self._render(article, arguments))

    def _name_export(self, article: str) -> None:
        from store.export.names import file_name  # imported here: a start needs none of it

        name = file_name(self._library.entry(article).article, ".md")
        self._post(messages.ExportNamed(article, name))

    def _export(self, article: str, path: Path) -> None:
        from store.export.alone import write_alone

        write_alone(self._library.entry(article), path)
        self._say(f"exported to {clean_line(str(path))}")

    def _render(self, article: str, arguments: list[str]) -> None:
        from store.export.markdown import markdown_of

        text = markdown_of(self._library.entry(article))
        self._post(messages.ArticleRendered(arguments, text))
