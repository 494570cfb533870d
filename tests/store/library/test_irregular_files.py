"""Pipes, devices, folders and sockets in the place of a library's files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from store.backup.archive import open_archive
from store.model.errors import InvalidInput, SaveFailed
from tests.support.irregular_files import IRREGULAR
from tests.support.libraries import Machine, ids


@pytest.fixture(params=IRREGULAR)
def make_irregular(request: pytest.FixtureRequest) -> Callable[[Path], None]:
    """Puts something in the place of a file that is none."""

    def place(path: Path) -> None:
        path.unlink(missing_ok=True)
        IRREGULAR[request.param](path)

    return place


def test_it_is_no_backup(make_irregular: Callable[[Path], None], tmp_path: Path) -> None:
    make_irregular(tmp_path / "backup.zip")
    with pytest.raises(InvalidInput, match="cannot be read"), open_archive(tmp_path / "backup.zip"):
        pass


@pytest.mark.parametrize(
    "name", ["journal/other.jsonl", "articles/other-0001.json", "texts/desk-0001.json"]
)
def test_a_library_opens_all_the_same(
    make_irregular: Callable[[Path], None], stocked: Machine, name: str
) -> None:
    """The library has its other articles, and names the file."""
    make_irregular(stocked.folder / name)
    library = stocked.open()
    library.repairer.check_files()
    assert library.get_row(ids(1)[0]) is not None
    assert any(Path(name).name in each for each in library.problems)


def test_our_own_journal(make_irregular: Callable[[Path], None], stocked: Machine) -> None:
    """A change is refused: nothing is written where nobody could read it again."""
    make_irregular(stocked.journal)
    with pytest.raises(SaveFailed):
        stocked.open().record("read", ids(1))
