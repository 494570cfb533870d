"""The reader backs up the library once a day in the background."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.reader_process import (
    article_json,
    assert_clean_exit,
    make_home,
    open_reader,
    run_newstui,
)

pytestmark = pytest.mark.slow


def backups(home: Path) -> list[Path]:
    """Return the automatic backups."""
    return sorted((home / "state").rglob("newstui-*.zip"))


def test_the_first_start_of_a_day_makes_a_backup(tmp_path: Path) -> None:
    """It can be restored; a second start on the same day makes no other."""
    home = make_home(tmp_path, article_json(1), article_json(2))
    with open_reader(home, 2) as terminal:
        terminal.wait_until(lambda: backups(home))
        (made,) = backups(home)
        terminal.write("m")
        terminal.wait_for("  Title 2")
        terminal.write("q")
        assert_clean_exit(terminal, 0)
    run_newstui(home, "restore", made, "--into", tmp_path / "restored")
    assert run_newstui(home, "list") != run_newstui(
        home, "--library", tmp_path / "restored", "list"
    )
    with open_reader(home, 2) as terminal:
        terminal.write("q")
        assert_clean_exit(terminal, 0)
    assert backups(home) == [made]
    assert [path.name for path in made.parent.iterdir()] == [made.name]
