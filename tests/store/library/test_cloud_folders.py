"""Libraries of which a cloud folder has fetched a part."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.model.errors import SaveFailed
from store.system.files import file_lock, write_atomically
from store.system.placeholders import awaited_name, find_awaited_files, is_awaited
from tests.support.libraries import Machine, add, articles, ids, list_numbers, state

NAMES = [".{}.icloud", "{}.nextcloud", "{}.owncloud", "{}.cloud", "{}.rsls", "~syncthing~{}.tmp"]


def hide(path: Path, pattern: str) -> Path:
    """Put a placeholder in the place of a file, as a cloud folder does when space is short."""
    placeholder = path.with_name(pattern.format(path.name))
    path.rename(placeholder)
    placeholder.write_bytes(b"")
    return placeholder


@pytest.mark.parametrize("pattern", NAMES)
def test_placeholders(tmp_path: Path, pattern: str) -> None:
    path = tmp_path / "lap-0001.json"
    assert not is_awaited(path)
    placeholder = path.with_name(pattern.format(path.name))
    placeholder.touch()
    assert awaited_name(placeholder.name) == path.name
    assert is_awaited(path)
    assert list(find_awaited_files([tmp_path, tmp_path / "none"])) == [path]
    for save in (lambda: write_atomically(path, b"new"), lambda: file_lock(path).__enter__()):
        with pytest.raises(SaveFailed, match=r"not here yet, only a placeholder .*lap-0001\.json"):
            save()
    assert [each.name for each in tmp_path.iterdir()] == [placeholder.name]
    path.touch()
    assert not is_awaited(path)
    assert list(find_awaited_files([tmp_path])) == []


@pytest.mark.parametrize(
    "name", ["lap-0001.json", ".icloud", ".nextcloud", "a.icloud", ".hidden", ".newstui-1.tmp", "a.tmp"]
)  # fmt: skip
def test_other_names(name: str) -> None:
    assert awaited_name(name) == ""


@pytest.mark.parametrize("pattern", NAMES)
@pytest.mark.parametrize("table", ["articles", "texts"])
def test_nothing_is_written_in_place_of_a_segment(
    stocked: Machine, pattern: str, table: str
) -> None:
    """New articles go to another segment, and all are there when the file has come."""
    before = state(stocked.open())
    path = stocked.segments(table)[0]
    data = path.read_bytes()
    placeholder = hide(path, pattern)
    library = stocked.open()
    [problem] = library.problems
    assert problem == (
        f"{stocked.folder}: not here yet, only placeholders of the cloud folder: {table}/{path.name}"
    )
    add(library, articles([8, 9]))
    library.close()
    assert not path.exists()
    assert set(list_numbers(stocked.open())) >= {8, 9}
    placeholder.unlink()
    path.write_bytes(data)
    library = stocked.open()
    assert list(library.problems) == []
    assert before.items() <= state(library).items()


@pytest.mark.parametrize("pattern", NAMES)
def test_nothing_is_written_in_place_of_the_journal(stocked: Machine, pattern: str) -> None:
    library = stocked.open()
    library.record("read", ids(1))
    before = state(library)
    library.close()
    data = stocked.journal.read_bytes()
    placeholder = hide(stocked.journal, pattern)
    library = stocked.open()
    assert "journal/desk.jsonl" in library.problems[0]
    with pytest.raises(SaveFailed, match="not here yet, only a placeholder"):
        library.record("starred", ids(2))
    library.close()
    assert not stocked.journal.exists()
    placeholder.unlink()
    stocked.journal.write_bytes(data)
    library = stocked.open()
    assert state(library) == before
    library.record("starred", ids(2))


def test_many_placeholders_are_one_line(stocked: Machine) -> None:
    for number in range(1, 8):
        (stocked.folder / f"articles/.lap-{number:04}.json.icloud").touch()
    (stocked.folder / ".feeds.opml.icloud").touch()
    [problem] = stocked.open().problems
    assert problem.endswith(
        ": feeds.opml, articles/lap-0001.json, articles/lap-0002.json and 5 more"
    )


@pytest.mark.parametrize("table", ["articles", "texts"])
def test_an_empty_file_is_left_as_it_is(stocked: Machine, table: str) -> None:
    """Its content may come: our own machine writes to no file that has none, and keeps its name."""
    before = state(stocked.open())
    path = stocked.segments(table)[0]
    data = path.read_bytes()
    path.write_bytes(b"")
    library = stocked.open()
    library.repairer.check_files()
    add(library, articles([8]))
    assert path.read_bytes() == b""
    assert "left as it is, because its content may not be here yet" in library.problems[0]
    library.close()
    path.write_bytes(data)
    library = stocked.open()
    assert list(library.problems) == []
    assert before.items() <= state(library).items()


def test_a_text_that_has_not_come(stocked: Machine) -> None:
    """Not the same as an article without a text."""
    library = stocked.open()
    assert not library.get_article(ids(1)[0]).body.is_missing
    library.close()
    hide(stocked.segments("texts")[0], ".{}.icloud")
    entry = stocked.open().get_article(ids(1)[0])
    assert (entry.body.text, entry.body.is_missing) == ("", True)
