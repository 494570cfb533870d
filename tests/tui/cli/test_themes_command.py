"""`newstui themes`: the themes and the current one."""

from __future__ import annotations

from pathlib import Path

from tests.tui.cli.conftest import Run
from themes.loader import BUILT_IN_THEMES


def test_themes_are_listed(run: Run, home: Path) -> None:
    result = run("themes")
    assert (result.code, result.err) == (0, "")
    assert [line.split("\t")[0] for line in result.lines] == list(BUILT_IN_THEMES)
    assert sum("\tcurrent\t" in line for line in result.lines) == 1
    folder = home / ".config/newstui"
    (folder / "themes").mkdir(parents=True)
    (folder / "themes/wrong.toml").write_text('name = "wrong"\n')
    (folder / "settings.toml").write_text('theme = "sepia"\n')
    result = run("themes", "--json")
    assert result.code == 1
    assert [value["name"] for value in result.values if value["on"]] == ["sepia"]
    assert result.values[0] == {
        "name": "dark", "label": "Dark", "dark": True, "source": "newstui", "on": False
    }  # fmt: skip
    assert "newstui: themes/wrong.toml: colors: missing" in result.err
