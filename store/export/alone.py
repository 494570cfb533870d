"""One article into a file of its own, whose suffix tells the form."""

from __future__ import annotations

from pathlib import Path

from store.article import Entry
from store.export import writer
from store.export.book import Book
from store.export.files import new_file
from store.export.markdown import markdown_of

FORMS = {".json": "json", ".jsonl": "jsonl", ".html": "html", ".htm": "html", ".epub": "epub"}


def write_alone(entry: Entry, path: Path) -> None:
    """Write an article to a file that is not there yet; Markdown, unless the suffix says else.

    Raises:
        TargetExists: There is a file of that name.
        NotSaved: It could not be written; nothing is left of it.
    """
    form = FORMS.get(path.suffix.lower())
    with new_file(path) as out:
        if form is None:
            out.write(markdown_of(entry).encode())
            return
        title = entry.article.title
        for _ in writer(form)(Book(title, entry.article.created or "", [title], [entry]), out):
            pass
