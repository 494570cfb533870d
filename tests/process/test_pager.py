"""Long output on a terminal goes through the user's pager; short output and pipes do not."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.environment import environment, make_program, read_log
from tests.support.terminal import Terminal
from tui.cli.pager import count_rows

NEWSTUI = [sys.executable, "-m", "tui"]


@pytest.fixture
def pager(tmp_path: Path) -> Path:
    """A pager that says that it is there, and shows the first two lines."""
    return make_program(
        tmp_path, "pages", 'echo paged >> "$LOG"; head -n 2; echo "LESS=$LESS"; cat >/dev/null'
    )


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", 0),
        ("word", 0),
        ("word\n", 1),
        ("0123456789\n", 1),
        ("01234567890\n", 2),
        ("\x1b[1;31m0123456789\x1b[m\n", 1),
        ("深海の謎\n", 1),
        ("深海の謎の音\n", 2),
        ("a\n\nb\n", 3),
    ],
)
def test_rows_are_counted_as_they_are_shown(text: str, rows: int) -> None:
    assert count_rows(text, 10) == rows


@pytest.mark.slow
def test_long_output_goes_through_the_pager(tmp_path: Path, pager: Path) -> None:
    with Terminal([*NEWSTUI, "keys"], tmp_path, env={"PAGER": str(pager)}) as terminal:
        assert terminal.wait_exit() == 0
        terminal.wait_for("LESS=FRX")
        shown = [row for row in terminal.screen() if row.strip()]
    assert len(shown) == 3
    assert read_log(tmp_path) == "paged\n"


@pytest.mark.slow
def test_the_setting_goes_before_the_variable(tmp_path: Path, pager: Path) -> None:
    config = tmp_path / "config/newstui"
    config.mkdir(parents=True)
    (config / "settings.toml").write_text(f'pager = "{pager}"\n')
    with Terminal([*NEWSTUI, "keys"], tmp_path, env={"PAGER": "/nowhere/pager"}) as terminal:
        assert terminal.wait_exit() == 0
    assert read_log(tmp_path) == "paged\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "value", "last"),
    [
        (("themes",), "pages", "terminal"),
        (("keys",), "cat", "close the dialog"),
        (("keys",), "/nowhere/pager", "close the dialog"),
        (("keys",), "'", "close the dialog"),
    ],
    ids=["short output", "cat", "no such program", "no command"],
)
def test_output_without_a_pager(
    tmp_path: Path, pager: Path, arguments: tuple[str, ...], value: str, last: str
) -> None:
    env = {"PAGER": str(pager) if value == "pages" else value}
    with Terminal([*NEWSTUI, *arguments], tmp_path, env=env) as terminal:
        assert terminal.wait_exit() == 0
        assert terminal.shows(last)
    assert read_log(tmp_path) == ""


def test_pipes_have_no_pager(tmp_path: Path, pager: Path) -> None:
    env = environment(tmp_path, {"PAGER": str(pager)})
    done = subprocess.run([*NEWSTUI, "keys"], env=env, capture_output=True, check=True)
    assert done.stdout.count(b"\n") > 24
    assert read_log(tmp_path) == ""


@pytest.mark.slow
def test_quitting_the_pager_ends_the_command(tmp_path: Path) -> None:
    quits = make_program(tmp_path, "quits", "head -c 1 >/dev/null; exit 0")
    with Terminal([*NEWSTUI, "keys"], tmp_path, env={"PAGER": str(quits)}) as terminal:
        assert terminal.wait_exit() == 0
        assert "Traceback" not in "\n".join(terminal.screen())


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("less") is None, reason="less is not installed")
def test_less_is_the_default_and_survives_an_interrupt(tmp_path: Path) -> None:
    with Terminal([*NEWSTUI, "keys"], tmp_path) as terminal:
        terminal.wait_for("\n:")
        terminal.write("\x03")
        terminal.wait_quiet()
        terminal.press_until_exit("q")  # an interrupt discards what is typed behind it
        assert terminal.wait_exit() in (0, 130)
