"""Exports on the disk: a file is there whole or not at all, and none is replaced unasked."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from store.export.markdown import markdown_of
from store.export.names import file_name
from store.model.article import Entry, Refused
from store.model.errors import BadInput
from store.system.files import not_saved, put
from store.text.clean import clean_line


class TargetExists(BadInput):
    """There is a file where one was to be written, and it may not be replaced."""


@contextlib.contextmanager
def new_file(target: Path, *, replace: bool = False) -> Iterator[BinaryIO]:
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
        put(temporary, target, replace=replace)
    except FileExistsError:
        raise TargetExists(f"{clean_line(str(target))} exists") from None
    except OSError as error:
        raise not_saved(error, target, 0) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_markdown(
    entries: Iterable[Entry], folder: Path, *, replace: bool = False
) -> Iterator[Path | Refused]:
    """Write a Markdown file for each article; one that is there already costs a line.

    Args:
        entries: The articles.
        folder: Is there already.
        replace: Whether files of the same names may be replaced.

    Raises:
        NotSaved: The disk did not take one; those before it are complete.
    """
    for entry in entries:
        target = folder / file_name(entry.article, ".md")
        try:
            with new_file(target, replace=replace) as out:
                out.write(markdown_of(entry).encode())
        except TargetExists:
            yield Refused(str(target), "exists")
        else:
            yield target
