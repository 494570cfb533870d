"""Files opened for reading: regular ones alone, and every place that opens one in another way."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.model.errors import SaveFailed
from store.system.files import file_lock, open_regular, read_regular, write_atomically
from tests.support.codebase import MODULES, iter_calls, module_name
from tests.support.irregular_files import IRREGULAR

RAW_OPENS = {
    ("store.exporters.epub", "zipfile.ZipFile(out)"): "writes",
    ("store.exporters.export_files", "os.fdopen(create_new)"): "writes a new file",
    ("store.backup.archive", "ZipFile(stream)"): "an open regular file",
    ("store.backup.backup", "ZipFile(sink)"): "writes",
    ("store.feeds.converter", "each.read_bytes()"): "a module of ours",
    ("store.feeds.resolve_url", "gzip.open(packed)"): "an open regular file",
    ("store.importers.zip_files", "zipfile.ZipFile(archive)"): "an open file",
    ("store.journal.journal_file", "os.fdopen(os.dup)"): "an open regular file",
    ("store.library.front_page", "library.read_text(article)"): "no file",
    ("store.library.item_matcher", "self.articles.read_text(article)"): "no file",
    ("store.library.updates", "articles.read_text(row.id)"): "no file",
    ("store.other_readers.database", "Path(f'{copy}{suffix}').open('wb')"): "writes a copy",
    ("store.other_readers.database", "copy.open('rb+')"): "a copy of our own",
    ("store.other_readers.eilmeldung", "read_text(path)"): "by `read_regular`",
    ("store.other_readers.elfeed", "read_text(path)"): "by `read_regular`",
    ("store.other_readers.newsboat", "read_text(path)"): "by `read_regular`",
    ("store.postgres.comparison", "self._reader.read_text(article)"): "no file",
    ("store.postgres.copies", "self._reader.read_text(article)"): "no file",
    ("store.postgres.library", "self._reader.read_text(article)"): "no file",
    ("store.postgres.schema", "path.read_text()"): "a file of our own",
    ("store.search.index", "Index.open(str)"): "after a check that its files are regular",
    ("store.system.files", "os.open(path)"): "the helpers themselves, locks, new files",
    ("store.system.files", "os.open(folder)"): "a folder, to sync it",
    ("store.text.stop_words", "path.read_bytes()"): "a file of a package",
    ("themes.loader", "path.read_text()"): "a file of our own",
    ("tui.cli.console", "os.open(os.devnull)"): "no file",
    ("tui.terminal.pyperclip_process", "os.fdopen(os.dup)"): "standard output",
    ("tui.cli", "os.fdopen(number)"): "a standard stream that was closed",
    ("tui.cli", "os.open(os.devnull)"): "no file",
    ("tui.config.library_choice", "file.read_bytes()"): "after a check; never more than its limit",
    ("tui.config.settings_file", "path.open('rb')"): "after a check; never more than its limit",
    ("tui.web.pseudo_terminal", "os.fdopen(os.dup)"): "a terminal of our own",
    ("tui.web.server", "each.read_bytes()"): "a file of our own",
    ("tui.services", "resource.read_bytes()"): "a file of our own",
    ("tui.terminal.session", "os.open(os.ttyname)"): "the terminal",
    ("tui.terminal.session", "os.open(os.devnull)"): "no file",
    ("tui.terminal.splash", "file.read_bytes()"): "after a check: the splash imports nothing",
    ("tui.terminal.splash", "os.open(new)"): "writes a new file",
}
"""Module and call, and why it need not go through `open_regular`."""
READERS = {"read_bytes", "read_text", "fdopen", "ZipFile"}


@pytest.fixture(params=IRREGULAR)
def irregular(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Something that is no regular file."""
    path = tmp_path / "file"
    IRREGULAR[request.param](path)
    return path


def test_it_is_neither_read_nor_locked(irregular: Path) -> None:
    """Case 102: nothing waits for it."""
    for read in (open_regular, read_regular):
        with pytest.raises(OSError, match=r"not a regular file|Is a directory|No such device"):
            read(irregular)
    with pytest.raises(SaveFailed), file_lock(irregular):
        pass


def test_a_link_to_a_device_is_not_replaced(tmp_path: Path) -> None:
    """A save follows links; the device at the end of one stays what it is."""
    (tmp_path / "file").symlink_to("/dev/null")
    with pytest.raises(SaveFailed, match=r"not a regular file \(/dev/null\)"):
        write_atomically(tmp_path / "file", b"new")
    assert Path("/dev/null").is_char_device()


def test_a_read_error_names_the_file(tmp_path: Path) -> None:
    """Case 6: reading fails after the file was opened, as on a disk that goes bad."""
    path = tmp_path / "file"
    path.write_bytes(b"text")
    for read in (lambda file: file.read(), lambda file: file.read(1), list):
        with open_regular(path) as file:
            folder = os.open(tmp_path, os.O_RDONLY)
            os.dup2(folder, file.fileno())  # reading a folder is an error
            os.close(folder)
            with pytest.raises(IsADirectoryError) as caught:
                read(file)
        assert caught.value.filename == str(path)
    with open_regular(path) as file, pytest.raises(OSError, match="Invalid argument") as refused:
        file.seek(-1)
    assert refused.value.filename == str(path)


def test_a_file_larger_than_the_memory(tmp_path: Path) -> None:
    """It is an error like any other, and no `MemoryError`, which nobody expects."""
    path = tmp_path / "file"
    with path.open("wb") as file:
        try:
            file.truncate(1 << 50)  # more than a process can address
        except OSError:
            pytest.skip("the file system has no files of a petabyte")
    with pytest.raises(OSError, match="Cannot allocate memory") as caught:
        read_regular(path)
    assert caught.value.filename == str(path)


def test_every_other_way_to_open_a_file_is_known() -> None:
    """Whatever opens a path of the user or of the library takes `open_regular` or `read_regular`."""
    found = {(module_name(path), call) for path in MODULES for call in iter_opens(path)}
    assert found == set(RAW_OPENS)


def iter_opens(path: Path) -> Iterator[str]:
    """Yield the calls that open a file, such as `os.open(path)`."""
    for name, call in iter_calls(path):
        target = ast.unparse(call.func)
        first = call.args[0] if call.args else None
        if name in READERS or (name == "open" and is_file_open(target, first)):
            inner = first.func if isinstance(first, ast.Call) else first
            yield f"{target}({ast.unparse(inner) if inner else ''})"


def is_file_open(target: str, first: ast.expr | None) -> bool:
    """Return True unless it is a method `open` of ours, which takes no mode."""
    is_mode = isinstance(first, ast.Constant) and set(str(first.value)) <= set("rwxabt+")
    return is_mode or target in ("open", "os.open", "io.open", "gzip.open", "Index.open")
