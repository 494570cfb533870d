"""The user's settings: validated as a whole, every fault reported once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

import pytest

from tui.cli.settings import example_settings
from tui.config.settings import (
    Settings,
    iter_setting_declarations,
    load_settings,
    resolve_auto,
)
from tui.config.settings_file import SETTINGS_FILE
from tui.terminal.environment import is_remote


def write(folder: Path, text: str | bytes) -> Path:
    data = text.encode() if isinstance(text, str) else text
    (folder / SETTINGS_FILE).write_bytes(data)
    return folder


def test_defaults_without_a_file(tmp_path: Path) -> None:
    loaded = load_settings(tmp_path / "nowhere")
    assert (loaded.settings, dict(loaded.sources), loaded.faults) == (Settings(), {}, ())


def test_the_file_overrides_defaults(tmp_path: Path) -> None:
    text = """
    theme = "sepia"
    measure = 72
    slow = true
    mouse = true
    open_command = ["w3m", "-F"]
    copy_command = "my copy 'in one'"
    on_read = []
    [keys]
    "move.down" = ["j", "down"]
    article.open = "o"
    app.quit = []
    [searches]
    "this week" = " is:unread newer:7d "
    """
    loaded = load_settings(write(tmp_path, text))
    found = loaded.settings
    assert loaded.faults == ()
    assert (found.theme, found.measure, found.slow, found.mouse) == ("sepia", 72, True, True)
    assert found.open_command == ("w3m", "-F")
    assert found.copy_command == ("my", "copy", "in one")
    assert found.keys == {"move.down": ("j", "down"), "article.open": ("o",), "app.quit": ()}
    assert found.searches == {"this week": "is:unread newer:7d"}
    assert found.summary_timeout == Settings().summary_timeout
    assert loaded.sources["theme"] == SETTINGS_FILE
    assert "summary_timeout" not in loaded.sources


def test_faults_are_reported_and_the_rest_applies(tmp_path: Path) -> None:
    text = """
    theme_drak = "sepia"
    measure = 7
    preset = "vi"
    slow = "yes"
    mouse = 1
    open_command = "firefox 'oh"
    on_new = [1]
    keys = "j"
    summary_timeout = true
    fetch_every = 15
    [searches]
    a = 1
    b = "x"
    """
    loaded = load_settings(write(tmp_path, text))
    assert loaded.settings == Settings(fetch_every=15, searches={"b": "x"})
    command = "must be a program and its arguments, as a list"
    assert loaded.faults == (
        'settings.toml: unknown setting "theme_drak"; did you mean "theme_dark"?',
        "settings.toml: measure: 7 must be a whole number from 30 to 160",
        'settings.toml: preset: "vi" must be default, vim, newsboat or emacs; did you mean "vim"?',
        'settings.toml: keys: "j" must be a table; each entry a key or a list of keys',
        "settings.toml: mouse: 1 must be true or false",
        'settings.toml: slow: "yes" must be true, false or "auto"',
        f'settings.toml: open_command: "firefox \'oh" {command}',
        "settings.toml: summary_timeout: true must be a whole number from 1 to 3,600",
        f"settings.toml: on_new: [1] {command}",
        "settings.toml: searches.a: 1 must be a string",
    )


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ("theme = ", "not TOML: Invalid value (at end of document)"),
        (b"theme = '\xff'", "not UTF-8"),
        ("#" * 1_000_001, "too large for a settings file"),
        ("a = " + "[" * 5000, "not TOML: nested too deeply"),
        ("a" + ".a" * 100_000 + " = 1", "not TOML: a key has too many parts"),
    ],
    ids=["no toml", "no utf-8", "too large", "too deep", "too many parts"],
)
def test_an_invalid_file(tmp_path: Path, data: str | bytes, fault: str) -> None:
    loaded = load_settings(write(tmp_path, data))
    assert loaded.settings == Settings()
    assert loaded.faults == (f"settings.toml: {fault}",)


def test_a_pipe_instead_of_a_file(tmp_path: Path) -> None:
    """Reading it would block for ever."""
    os.mkfifo(tmp_path / SETTINGS_FILE)
    assert load_settings(tmp_path).faults == ("settings.toml: not a file",)


def test_faults_contain_no_control_characters(tmp_path: Path) -> None:
    """Case 45."""
    text = '"\\u001b]0;x" = 1\ntheme = "\\u001b[31m"\n[searches]\n"\\u009b" = 1'
    faults = load_settings(write(tmp_path, text)).faults
    assert len(faults) == 3
    assert all(fault.isprintable() for fault in faults)


def test_a_program_may_be_in_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    found = load_settings(write(tmp_path, 'on_new = ["~/bin/new", "~/x"]')).settings
    assert found.on_new == (str(tmp_path / "bin/new"), "~/x")
    found = load_settings(write(tmp_path, 'on_new = "~nobody/new"')).settings
    assert found.on_new == ("~nobody/new",)


def test_the_command_line_wins(tmp_path: Path) -> None:
    loaded = load_settings(write(tmp_path, "slow = false"), slow=True)
    assert (loaded.settings.slow, loaded.sources["slow"]) == (True, "--slow")


@pytest.mark.parametrize(
    ("slow", "env", "expected"),
    [
        ("auto", {}, False),
        ("auto", {"SSH_CONNECTION": "10.0.0.1 5 10.0.0.2 22"}, True),
        (False, {"SSH_CONNECTION": "10.0.0.1 5 10.0.0.2 22"}, False),
        (True, {}, True),
    ],
)
def test_a_slow_link(slow: Literal["auto"] | bool, env: dict[str, str], expected: bool) -> None:
    """Case 126: over SSH the reader saves bandwidth, unless the settings say otherwise."""
    assert resolve_auto(slow, is_remote(env)) is expected


def test_the_example_has_every_setting_and_is_valid(tmp_path: Path) -> None:
    """Each setting has its default; without the # the file is valid."""
    lines = example_settings().splitlines()
    told = [line for line in lines if line.startswith("# ") and (" = " in line or "# [" in line)]
    text = "\n".join(line.removeprefix("# ") for line in told if "`" not in line)
    assert load_settings(write(tmp_path, example_settings())).sources == {}
    loaded = load_settings(write(tmp_path, text))
    assert loaded.faults == ()
    assert list(loaded.sources) == [each.name for each in iter_setting_declarations()]
    for each in iter_setting_declarations():
        if not each.value_type.entry_type:
            assert getattr(loaded.settings, each.name) == each.default
