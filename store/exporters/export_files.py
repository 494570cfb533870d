"""Export files: each is complete or not there at all, and none is replaced unasked."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import yaml
from slugify import slugify

from store.exporters.formats import FORMAT_BY_SUFFIX, ArticleCollection
from store.exporters.newstui_json import article_to_dict, write_json, write_json_lines
from store.model.article import VERBATIM_FIELD, Article, FullArticle, Rejection
from store.model.errors import InvalidInput, TargetExists
from store.system.files import create_new, make_save_error, move_into_place, sync_descriptor
from store.text.clean import clean_line

MAX_FILE_NAME_BYTES = 120
"""Length of a file name; some file systems allow no more than 143."""

ExportWriter = Callable[[ArticleCollection, BinaryIO], Iterator[int]]
"""Writes a collection and yields the number of articles written so far."""


def get_export_writer(format_name: str) -> ExportWriter:
    """Return the writer of a format that is one file; only its own libraries are imported."""
    if format_name == "json":
        return write_json
    if format_name == "jsonl":
        return write_json_lines
    if format_name == "html":
        from store.exporters.html import write_html

        return write_html
    from store.exporters.epub import write_epub

    return write_epub


@contextlib.contextmanager
def create_file(target: Path, *, replace: bool = False) -> Iterator[BinaryIO]:
    """Open a file that gets its name once it is complete and on the disk; no link is followed.

    Raises:
        TargetExists: The file exists.
        SaveFailed: It could not be written; nothing of it is left.
    """
    temporary = target.with_name(f".{os.urandom(6).hex()}.tmp")
    try:
        if not replace and os.path.lexists(target):
            raise FileExistsError
        with os.fdopen(create_new(temporary), "wb") as out:
            yield out
            out.flush()
            sync_descriptor(out.fileno())
        move_into_place(temporary, target, replace=replace)
    except FileExistsError:
        raise TargetExists(target) from None
    except OSError as error:
        raise make_save_error(error, target, 0) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def article_to_markdown(entry: FullArticle) -> str:
    """Return an article as Markdown with front matter, which can be imported again without loss."""
    fields = {VERBATIM_FIELD: 1} | article_to_dict(entry)
    fields["similar"] = list(entry.body.similar)
    del fields["minutes"], fields["text"]  # one is computed each time, the other follows below
    empty: tuple[Any, ...] = (None, "", [], (), {})
    written = {name: value for name, value in fields.items() if value not in empty}
    front = yaml.dump(
        written, Dumper=_PlainDumper, allow_unicode=True, sort_keys=False, width=float("inf")
    )
    return f"---\n{front}---\n\n{entry.body.text}\n"


class _PlainDumper(yaml.SafeDumper):
    """Writes every value in place, and tuples as lists."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Write a text of several lines with escapes: nothing that cleans lines may change its empty ones."""
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, '"' if "\n" in text else None)


_PlainDumper.add_representer(tuple, yaml.SafeDumper.represent_list)
_PlainDumper.add_representer(str, _represent_text)


def write_markdown_files(
    entries: Iterable[FullArticle], folder: Path, *, replace: bool = False
) -> Iterator[Path | Rejection]:
    """Write a Markdown file per article into a folder; yield each, or why it was not written.

    Raises:
        SaveFailed: A file could not be written; those before it are complete.
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


def write_article(entry: FullArticle, path: Path) -> None:
    """Write an article to a new file, as Markdown unless the suffix says otherwise.

    Raises:
        TargetExists: The file exists.
        SaveFailed: It could not be written; nothing of it is left.
    """
    format_name = FORMAT_BY_SUFFIX.get(path.suffix.lower())
    with create_file(path) as out:
        if format_name is None:
            out.write(article_to_markdown(entry).encode())
            return
        title, created = entry.article.title, entry.article.created or ""
        collection = ArticleCollection(title, created, [title], [entry])
        for _ in get_export_writer(format_name)(collection, out):
            pass


def write_collection(collection: ArticleCollection, path: Path) -> Iterator[int]:
    """Write many articles to a new file, or as Markdown to an existing folder; yield how many so far.

    Raises:
        InvalidInput: The folder does not exist, or the file does.
        SaveFailed: It could not be written; nothing of the file is left.
    """
    format_name = FORMAT_BY_SUFFIX.get(path.suffix.lower())
    if format_name is not None:
        with create_file(path) as out:
            yield from get_export_writer(format_name)(collection, out)
    else:
        check_target(path, many=True)
        number = 0
        for each in write_markdown_files(collection.entries, path):
            if not isinstance(each, Rejection):
                yield (number := number + 1)


def check_target(path: Path, *, many: bool = False) -> None:
    """Check what can be known of a target before an export begins.

    Args:
        path: A file; for `many` articles also a folder.
        many: Whether it is an export of many articles, which its suffix decides.

    Raises:
        InvalidInput: The file exists, or a folder does not.
    """
    if many and path.suffix.lower() not in FORMAT_BY_SUFFIX:
        if not _is_folder(path):
            expected = f"no such folder, and not a file ending in {' '.join(FORMAT_BY_SUFFIX)}"
            raise InvalidInput(f"{clean_line(str(path))}: {expected}")
    elif os.path.lexists(path):
        raise TargetExists(path)
    elif not _is_folder(path.parent):
        raise InvalidInput("no such folder", file=path.parent)


def _is_folder(path: Path) -> bool:
    with contextlib.suppress(OSError):  # its name is too long
        return path.is_dir()
    return False


def make_file_name(article: Article, suffix: str) -> str:
    """Return a file name for an article: `2022-02-28-the-ferry-0d6f6d4e.md`.

    It starts with a digit whatever the title is, so that it is never hidden, an option or a device.
    """
    day = (article.date or article.created or "0000-00-00")[:10]
    tail = f"-{slugify(article.id)[:8]}{suffix}"
    room = MAX_FILE_NAME_BYTES - len(day) - 1 - len(tail)
    slug = slugify(article.title, max_length=room, word_boundary=True)
    return f"{day}-{slug}{tail}" if slug else f"{day}{tail}"
