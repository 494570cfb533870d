"""Articles into a file whose suffix tells the form, as one asks for it in the reader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from store.export import writer
from store.export.book import Book
from store.export.files import new_file, write_markdown
from store.export.markdown import markdown_of
from store.model.article import Entry, Refused
from store.model.errors import BadInput
from store.text.clean import clean_line

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


def write_all(book: Book, path: Path) -> Iterator[int]:
    """Write many articles in steps, each of which tells how many are written.

    Args:
        book: The articles.
        path: A file that is not there yet; or a folder, which gets a Markdown file an article, but
            for those that are there already.

    Raises:
        BadInput: There is no such folder, or a file of that name.
        NotSaved: It could not be written; nothing is left of the file.
    """
    form = FORMS.get(path.suffix.lower())
    if form is not None:
        with new_file(path) as out:
            yield from writer(form)(book, out)
    elif path.is_dir():
        done = (
            each for each in write_markdown(book.entries, path) if not isinstance(each, Refused)
        )
        yield from (number for number, _ in enumerate(done, start=1))
    else:
        suffixes = " ".join(FORMS)
        raise BadInput(
            f"{clean_line(str(path))}: no such folder, and not a file ending in {suffixes}"
        )
