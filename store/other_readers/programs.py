"""The other readers that newstui can move in from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple

from store.other_readers import eilmeldung, elfeed, newsboat
from store.other_readers.contents import ReaderContents
from store.other_readers.files import BaseFolders, find_files, list_base_folders


class OtherReader(NamedTuple):
    """One program: where its files are, and what reads them."""

    file_names: Sequence[str]
    list_places: Callable[[BaseFolders], Sequence[Path]]
    name_file: Callable[[Path], str]
    """Returns the usual name of a file that has another one."""
    open: Callable[[Mapping[str, Path]], AbstractContextManager[ReaderContents]]


OTHER_READERS: Mapping[str, OtherReader] = {
    "newsboat": OtherReader(
        newsboat.FILE_NAMES, newsboat.list_places, newsboat.name_file, newsboat.open_newsboat
    ),
    "eilmeldung": OtherReader(
        eilmeldung.FILE_NAMES,
        eilmeldung.list_places,
        eilmeldung.name_file,
        eilmeldung.open_eilmeldung,
    ),
    "elfeed": OtherReader(
        elfeed.FILE_NAMES, elfeed.list_places, elfeed.name_file, elfeed.open_elfeed
    ),
}


@contextmanager
def open_other_reader(
    program: str, paths: Sequence[Path], environ: Mapping[str, str]
) -> Iterator[ReaderContents]:
    """Open what another reader keeps, in these files and folders or in its usual ones.

    Raises:
        InvalidInput: There is nothing of it, or it cannot be read.
    """
    reader = OTHER_READERS[program]
    places = reader.list_places(list_base_folders(environ))
    files = find_files(reader.file_names, places, paths, reader.name_file)
    with reader.open(files) as contents:
        yield contents
