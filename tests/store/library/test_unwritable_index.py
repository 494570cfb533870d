"""A search index that cannot be written: searching says what it misses, and why."""

from __future__ import annotations

import errno
import os
import resource
from pathlib import Path
from threading import Thread

import pytest

from store.library.folder import FolderLibrary
from store.model.errors import NewstuiError
from store.search import index
from store.search.index import convert_engine_errors
from store.search.list_query import SearchQuery
from store.system import memory
from tests.support.libraries import Machine, add, articles

SLOW, FULL = "Input/output error", "No space left on device"
NO_THREAD = "Resource temporarily unavailable"


class PanicException(BaseException):
    """A panic of the engine."""


def update(library: FolderLibrary) -> None:
    for _ in library.update_index():
        pass


def fail_to_commit(patch: pytest.MonkeyPatch, code: int) -> None:
    """Let the engine's commit fail as it does on a full disk."""

    def commit(self: index.IndexWriter, _: object) -> None:
        with convert_engine_errors(self._folder):
            raise OSError(f"An IO error occurred: '{os.strerror(code)} (os error {code})'")

    patch.setattr(index.IndexWriter, "commit", commit)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_without_an_index(tmp_path: Path, code: int) -> None:
    """Case 4: titles are searched; the reason is named, in the result and once as a problem."""
    library = Machine(tmp_path).open()
    add(library, articles([1, 2]))
    with pytest.MonkeyPatch.context() as patch:
        fail_to_commit(patch, code)
        update(library)
        update(library)
    note = f"no search index ({os.strerror(code)}): searching titles and categories only"
    for text, found in (("title", 2), ("text", 0)):
        matches = library.search(SearchQuery(text))
        assert (len(matches.rows), matches.note) == (found, note)
    assert list(library.problems) == [
        f"the search index cannot be written: {os.strerror(code)}",
    ]
    update(library)
    matches = library.search(SearchQuery("text"))
    assert (len(matches.rows), matches.note) == (2, "")


def test_without_memory_for_a_thread(tmp_path: Path) -> None:
    """Case 130: titles are searched."""
    library = Machine(tmp_path).open()
    add(library, articles([1]))

    def refuse(_: Thread) -> None:
        raise RuntimeError("can't start new thread")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Thread, "start", refuse)
        update(library)
    assert library.search(SearchQuery("text")).note.startswith("no search index (can't start new")


def test_under_a_limit_of_memory(tmp_path: Path) -> None:
    """Case 130: the engine, which would abort, is not asked; the index stays and serves again."""
    library = Machine(tmp_path).open()
    add(library, articles([1]))
    update(library)
    add(library, articles([2]))
    reason = os.strerror(errno.ENOMEM)

    def search(library: FolderLibrary, free: int) -> str:
        """Return the note of a search in a process that has this much address space left."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(memory, "_used_address_space", lambda: 400_000_000)
            limits = 400_000_000 + free, resource.RLIM_INFINITY
            patch.setattr(resource, "getrlimit", lambda _: limits)
            update(library)
            return library.search(SearchQuery("text")).note

    assert search(library, 500_000_000) == f"the search index is out of date ({reason})"
    assert list(library.problems) == [f"the search index cannot be written: {reason}"]
    assert search(library, 900_000_000) == ""
    again = Machine(tmp_path).open()
    note = f"no search index ({reason}): searching titles and categories only"
    assert search(again, 100_000_000) == note
    update(again)
    assert len(again.search(SearchQuery("text")).rows) == 2


def test_with_an_older_index(tmp_path: Path) -> None:
    """Case 4: what was indexed before is found; what is new is not, which the result says."""
    library = Machine(tmp_path).open()
    add(library, articles([1, 2]))
    update(library)
    add(library, articles([3]))
    with pytest.MonkeyPatch.context() as patch:
        fail_to_commit(patch, errno.ENOSPC)
        update(library)
    matches = library.search(SearchQuery("text"))
    assert (len(matches.rows), matches.note) == (2, f"the search index is out of date ({FULL})")
    update(library)
    matches = library.search(SearchQuery("text"))
    assert (len(matches.rows), matches.note) == (3, "")


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("An IO error occurred: 'No space left on device (os error 28)'", FULL),
        ("An IO error occurred: Os { code: 5, kind: Uncategorized }", SLOW),
        ('failed to spawn: Os { code: 11, kind: WouldBlock, message: "…" }', NO_THREAD),
    ],
)
@pytest.mark.parametrize("kind", [OSError, PanicException])
def test_the_reason_is_the_system_s(kind: type[BaseException], message: str, reason: str) -> None:
    """The engine says it at length, also where it panics."""
    with (
        pytest.raises(NewstuiError, match=f"^/cache/index: {reason}$"),
        convert_engine_errors(Path("/cache/index")),
    ):
        raise kind(message)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("Schema error: 'no such field'"), "Schema error: 'no such field'"),
        (PanicException("index out of bounds"), "the index is damaged"),
    ],
)
def test_other_reasons(error: BaseException, reason: str) -> None:
    with (
        pytest.raises(NewstuiError, match=f"^/cache/index: {reason}$"),
        convert_engine_errors(Path("/cache/index")),
    ):
        raise error


def test_its_files_are_private(tmp_path: Path) -> None:
    """Case 31: it has every word of what was read."""
    umask = os.umask(0)
    try:
        machine = Machine(tmp_path)
        library = machine.open()
        for number in (1, 2):
            add(library, articles([number]))
            update(library)
        library.close()
    finally:
        os.umask(umask)
    files = {path: path.stat().st_mode & 0o777 for path in machine.cache.rglob("*")}
    assert {mode for path, mode in files.items() if path.is_file()} == {0o600}
    assert {mode for path, mode in files.items() if path.is_dir()} == {0o700}
