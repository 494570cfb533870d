"""Exports on the disk: a file is there whole or not at all, and none is replaced unasked."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from slugify import slugify

from store.exporters import get_export_writer
from store.exporters.collection import ArticleCollection
from store.exporters.markdown import article_to_markdown
from store.model.article import Article, FullArticle, Rejection
from store.model.errors import InvalidInput, TargetExists
from store.system.files import make_save_error, move_into_place
from store.text.clean import clean_line


@contextlib.contextmanager
def create_file(target: Path, *, replace: bool = False) -> Iterator[BinaryIO]:
    """A file that gets its name once it is complete and on the disk.

    Args:
        target: Its name; a symbolic link of that name is never followed.
        replace: Whether what has that name now may be replaced.

    Raises:
        TargetExists: There is a file of that name.
        NotSaved: It could not be written; nothing is left of it.
    """
    temporary = target.with_name(f".{os.urandom(6).hex()}.tmp")
    try:
        if not replace and os.path.lexists(target):
            raise FileExistsError
        with temporary.open("xb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        move_into_place(temporary, target, replace=replace)
    except FileExistsError:
        raise TargetExists(target) from None
    except OSError as error:
        raise make_save_error(error, target, 0) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_markdown_files(
    entries: Iterable[FullArticle], folder: Path, *, replace: bool = False
) -> Iterator[Path | Rejection]:
    """Write a Markdown file for each article; one that is there already costs a line.

    Args:
        entries: The articles.
        folder: Is there already.
        replace: Whether files of the same names may be replaced.

    Raises:
        NotSaved: The disk did not take one; those before it are complete.
    """
    for entry in entries:
        target = folder / make_file_name(entry.article, ".md")
        try:
            with create_file(target, replace=replace) as out:
                out.write(article_to_markdown(entry).encode())
        except TargetExists:
            yield Rejection(str(target), "exists")
        else:
            yield target


FORMAT_BY_SUFFIX = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".html": "html",
    ".htm": "html",
    ".epub": "epub",
}


def export_article(entry: FullArticle, path: Path) -> None:
    """Write an article to a file that is not there yet; Markdown, unless the suffix says else.

    Raises:
        TargetExists: There is a file of that name.
        NotSaved: It could not be written; nothing is left of it.
    """
    form = FORMAT_BY_SUFFIX.get(path.suffix.lower())
    with create_file(path) as out:
        if form is None:
            out.write(article_to_markdown(entry).encode())
            return
        title = entry.article.title
        for _ in get_export_writer(form)(
            ArticleCollection(title, entry.article.created or "", [title], [entry]), out
        ):
            pass


def export_collection(book: ArticleCollection, path: Path) -> Iterator[int]:
    """Write many articles in steps, each of which tells how many are written.

    Args:
        book: The articles.
        path: A file that is not there yet; or a folder, which gets a Markdown file an article, but
            for those that are there already.

    Raises:
        BadInput: There is no such folder, or a file of that name.
        NotSaved: It could not be written; nothing is left of the file.
    """
    form = FORMAT_BY_SUFFIX.get(path.suffix.lower())
    if form is not None:
        with create_file(path) as out:
            yield from get_export_writer(form)(book, out)
    elif path.is_dir():
        done = (
            each
            for each in write_markdown_files(book.entries, path)
            if not isinstance(each, Rejection)
        )
        yield from (number for number, _ in enumerate(done, start=1))
    else:
        suffixes = " ".join(FORMAT_BY_SUFFIX)
        raise InvalidInput(
            f"{clean_line(str(path))}: no such folder, and not a file ending in {suffixes}"
        )


MAX_FILE_NAME_BYTES = 120
"""Bytes of a file name; some file systems take 143."""
FILE_NAME_ID_CHARS = 8


def make_file_name(article: Article, suffix: str) -> str:
    """The name of an article's file: `2022-02-28-the-ferry-0d6f6d4e.md`.

    It begins with a digit, whatever the title is: no hidden file, no option, no device.
    """
    day = (article.date or article.created or "0000-00-00")[:10]
    tail = f"-{slugify(article.id)[:FILE_NAME_ID_CHARS]}{suffix}"
    room = MAX_FILE_NAME_BYTES - len(day) - 1 - len(tail)
    slug = slugify(article.title, max_length=room, word_boundary=True)
    return f"{day}-{slug}{tail}" if slug else f"{day}{tail}"
