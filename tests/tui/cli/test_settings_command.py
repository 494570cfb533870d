"""`newstui settings`: values and their sources."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.tui.cli.conftest import Run
from tui.config.settings import iter_setting_declarations
from tui.config.settings_schema import settings_schema


def write(home: Path, text: str) -> None:
    folder = home / ".config/newstui"
    folder.mkdir(parents=True)
    (folder / "settings.toml").write_text(text)


def test_default_settings(run: Run, home: Path) -> None:
    result = run("settings")
    assert (result.code, result.err) == (0, "")
    assert len(result.lines) == len(list(iter_setting_declarations()))
    assert all(line.endswith("\tdefault") for line in result.lines)
    assert list(home.iterdir()) == []


def test_settings_file(run: Run, home: Path) -> None:
    """Mistakes are reported on standard error, with exit code 1; the rest is used."""
    write(home, 'theem = "x"\nmeasure = 60\non_new = ["a", "b"]\n[searches]\nweek = "newer:7d"\n')
    result = run("settings")
    assert result.code == 1
    assert result.err == 'newstui: settings.toml: unknown setting "theem"; did you mean "theme"?\n'
    assert {tuple(line.split("\t")) for line in result.lines} >= {
        ("measure", "60", "settings.toml"),
        ("on_new", '["a", "b"]', "settings.toml"),
        ("searches", '{"week": "newer:7d"}', "settings.toml"),
    }
    found = {value["name"]: value for value in run("settings", "--json").values}
    assert found["measure"]["value"] == 60
    assert (found["measure"]["default"], found["measure"]["source"]) == (80, "settings.toml")
    assert found["searches"]["value"] == {"week": "newer:7d"}
    assert found["theme"]["source"] == "default"


def test_config_folder_from_the_environment(
    run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSTUI_CONFIG", str(tmp_path))
    (tmp_path / "settings.toml").write_text("measure = 50")
    assert '"value":50' in run("settings", "--json").out


def test_doctor_checks_the_settings(run: Run, home: Path) -> None:
    write(home, 'open_command = ["mine"]\nx = 1\n')
    result = run("doctor")
    assert result.code == 1
    assert 'settings.toml: unknown setting "x"' in result.out
    assert "mine URL" in result.out


def test_the_settings_and_the_environment_choose_the_library(
    run: Run, home: Path, three: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commands say when there is none, and `doctor` who chose it."""
    write(home, f'library = "{tmp_path}/mine"\n')
    result = run("list")
    assert (result.code, result.err) == (
        2,
        f"newstui: no library in {tmp_path}/mine (settings.toml);"
        " `newstui import` and `newstui add` start one\n",
    )
    assert run("import", three).code == 0
    assert len(run("list").lines) == 3
    assert (tmp_path / "mine/articles").is_dir()
    facts = run("doctor", "--json").value["facts"]
    assert (facts["library"], facts["chosen by"]) == (f"{tmp_path}/mine", "settings.toml")

    monkeypatch.setenv("NEWSTUI_LIBRARY", str(tmp_path / "none"))
    assert f"no library in {tmp_path}/none (NEWSTUI_LIBRARY)" in run("list").err
    assert run("settings").lines[0] == f'library\t"{tmp_path}/none"\tNEWSTUI_LIBRARY'
    url = "postgresql://ann:secret@db.example/news"
    shown = run("settings", "--library", url, "--json").values[0]
    assert (shown["value"], shown["source"]) == (url.replace(":secret", ""), "--library")
    monkeypatch.setenv("NEWSTUI_LIBRARY", url)
    assert f"library   {shown['value']}\n" in run("help").out
    assert run("list", "--library", home / ".local/share/newstui").code == 0


def test_a_mistake_in_the_library_setting_opens_no_other(run: Run, home: Path) -> None:
    write(home, 'library = "news"\n')
    fault = 'settings.toml: library: "news" must be a folder, absolute or in ~/, or postgresql://…'
    result = run("list")
    assert (result.code, result.out) == (1, "")
    assert result.err == f"newstui: {fault} (no library is opened)\n"
    assert f"newstui: {fault}\n" in run("settings").err
    result = run("doctor")
    assert (result.code, result.out.count(fault)) == (1, 1)
    assert "library     " not in result.out
    assert not (home / ".local/share/newstui").exists()


def test_doctor_and_settings_report_every_mistake(run: Run, home: Path) -> None:
    """Those in settings, keys, saved searches and themes, each once."""
    text = 'theme = "sepai"\nmeasure = 1\n[keys]\n"move.dwon" = "j"\n[searches]\nweek = "is:foo"\n'
    write(home, text)
    themes = home / ".config/newstui/themes"
    themes.mkdir()
    (themes / "mine.toml").write_text("[colors]\n")
    faults = (
        "settings.toml: measure: 1 must be a whole number from 30 to 160",
        'settings.toml: theme: unknown theme "sepai"; did you mean "sepia"?',
        'settings.toml: keys: unknown command "move.dwon"; did you mean "move.down"?',
        "settings.toml: searches.week: column 4: is: expected read, unread",
        "themes/mine.toml: ",
    )
    doctor, settings = run("doctor"), run("settings")
    assert (doctor.code, settings.code) == (1, 1)
    for fault in faults:
        assert fault in doctor.out
        assert fault in settings.err


def test_the_schema_is_printed(run: Run) -> None:
    result = run("settings", "--schema")
    assert (result.code, result.err) == (0, "")
    assert json.loads(result.out) == json.loads(json.dumps(settings_schema()))
