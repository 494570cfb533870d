"""The state that lasts from one session to the next."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.config.last_session import MAX_LIBRARIES, SESSION_FILE, LastSession


def test_values_are_there_at_the_next_start(tmp_path: Path) -> None:
    session = LastSession(tmp_path / "state")
    assert (session.get("place"), session.get_names("folded")) == (None, set())
    session.set("place", {"query": "tide"})
    session.set_names("folded", {"b", "a"})
    session.save()
    again = LastSession(tmp_path / "state")
    assert (again.get("place"), again.get_names("folded")) == ({"query": "tide"}, {"a", "b"})


def test_values_of_a_library_are_its_own(tmp_path: Path) -> None:
    one, other = (LastSession(tmp_path, tmp_path / name) for name in ("one", "other"))
    one.set_of_library("place", "unread")
    one.save()
    assert LastSession(tmp_path, tmp_path / "one").get_of_library("place") == "unread"
    assert other.get_of_library("place") is None
    samples = LastSession(tmp_path)
    samples.set_of_library("place", "all")
    assert samples.get_of_library("place") is None


def test_the_oldest_libraries_are_forgotten(tmp_path: Path) -> None:
    for number in range(MAX_LIBRARIES + 1):
        session = LastSession(tmp_path, tmp_path / str(number))
        session.set_of_library("place", number)
        session.save()
    found = [LastSession(tmp_path, tmp_path / str(n)).get_of_library("place") for n in (0, 1, 50)]
    assert found == [None, 1, 50]


@pytest.mark.parametrize("libraries", [7, [], {"/x": 7}, {"/x": {"place": None}}])
def test_damaged_values_of_a_library_are_none(tmp_path: Path, libraries: object) -> None:
    session = LastSession(tmp_path, Path("/x"))
    session.set("libraries", libraries)
    assert session.get_of_library("place") is None
    session.set_of_library("place", "all")
    assert session.get_of_library("place") == "all"


def test_nothing_is_written_unless_a_value_changed(tmp_path: Path) -> None:
    session = LastSession(tmp_path)
    session.save()
    assert list(tmp_path.iterdir()) == []
    session.set("place", "all")
    session.save()
    (tmp_path / SESSION_FILE).unlink()
    session.set("place", "all")
    session.save()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (b"", set()),
        (b"{", set()),
        (b"[1]", set()),
        (b'{"folded": 7}', set()),
        (b'{"folded": ["a", 7, null]}', {"a"}),
    ],
)
def test_a_damaged_file_is_no_state(tmp_path: Path, content: bytes, names: set[str]) -> None:
    (tmp_path / SESSION_FILE).write_bytes(content)
    session = LastSession(tmp_path)
    assert session.get_names("folded") == names
    assert bool(session.faults) is (not content.startswith(b'{"'))


def test_a_state_folder_that_cannot_be_written_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    session = LastSession(tmp_path / "file" / "state")
    session.set("place", "all")
    session.save()
    assert session.get("place") == "all"
