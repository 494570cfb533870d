"""The state that lasts from one session to the next."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.config.last_session import SESSION_FILE, LastSession


def test_values_are_there_at_the_next_start(tmp_path: Path) -> None:
    session = LastSession(tmp_path / "state")
    assert (session.get("place"), session.get_names("folded")) == (None, set())
    session.set("place", {"query": "tide"})
    session.set_names("folded", {"b", "a"})
    session.save()
    again = LastSession(tmp_path / "state")
    assert (again.get("place"), again.get_names("folded")) == ({"query": "tide"}, {"a", "b"})


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
    assert LastSession(tmp_path).get_names("folded") == names


def test_a_state_folder_that_cannot_be_written_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    session = LastSession(tmp_path / "file" / "state")
    session.set("place", "all")
    session.save()
    assert session.get("place") == "all"
