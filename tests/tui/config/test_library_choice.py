"""The library to open: the option, the variable, the settings, the default."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.model.errors import InvalidInput, UnknownLibrary
from store.system.paths import platform_paths
from tests.store.system.test_paths import XDG
from tui.config.library_choice import choose_library


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder without settings; returned is the folder for them."""
    for name in XDG:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / ".config/newstui"
    folder.mkdir(parents=True)
    return folder


def choose(
    config: Path, settings: str, environ: dict[str, str], option: str | None
) -> tuple[str, str]:
    (config / "settings.toml").write_text(settings)
    choice = choose_library(environ, option)
    return choice.paths.database or str(choice.paths.library), choice.source


HOME = "{home}"
URL = "postgresql://ann@host/news"
DEFAULT = "{home}/.local/share/newstui"


@pytest.mark.parametrize(
    ("settings", "variable", "option", "library", "source"),
    [
        ("", None, None, DEFAULT, ""),
        ('library = "/news"', None, None, "/news", "settings.toml"),
        ('theme = "dark"\n"library"="/news"', None, None, "/news", "settings.toml"),
        ('library = "~/news"', None, None, f"{HOME}/news", "settings.toml"),
        ('library = "~"', None, None, HOME, "settings.toml"),
        ('library = ""', None, None, DEFAULT, ""),
        ('library = " "', None, None, DEFAULT, ""),
        ('# library = "/news"', None, None, DEFAULT, ""),
        ('[searches]\nlibrary = "is:unread"', None, None, DEFAULT, ""),
        ('library = "/news"', "", None, "/news", "settings.toml"),
        ('library = "/news"', "/other", None, "/other", "NEWSTUI_LIBRARY"),
        ("library = 3", "~/other", None, f"{HOME}/other", "NEWSTUI_LIBRARY"),
        ('library = "/news"', "/other", "/third", "/third", "--library"),
        ("library = ", None, "/third", "/third", "--library"),
        (f'library = "{URL}"', None, None, URL, "settings.toml"),
        ('library = "/news"', URL, None, URL, "NEWSTUI_LIBRARY"),
        ('library = "/news"', "/other", URL, URL, "--library"),
    ],
)
def test_the_nearest_one_wins(
    config: Path,
    settings: str,
    variable: str | None,
    option: str | None,
    library: str,
    source: str,
) -> None:
    environ = {} if variable is None else {"NEWSTUI_LIBRARY": variable}
    found = choose(config, settings, environ, option)
    assert found == (library.format(home=config.parent.parent), source)


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        ("library = 3", "library: 3 must be a folder, absolute or in ~/, or postgresql://…"),
        (
            'library = "news"',
            'library: "news" must be a folder, absolute or in ~/, or postgresql://…',
        ),
        (
            'library = "/a\\u001b"',
            'library: "/a\\x1b" must be a folder, absolute or in ~/, or postgresql://…',
        ),
        ('theme = \nlibrary = "/news"', "not TOML: Invalid value (at line 1, column 9)"),
    ],
)
def test_no_other_library_is_opened_by_mistake(config: Path, settings: str, fault: str) -> None:
    with pytest.raises(InvalidInput) as error:
        choose(config, settings, {}, None)
    assert str(error.value) == f"settings.toml: {fault} (no library is opened)"


def test_a_library_of_the_settings_has_a_cache_of_its_own(config: Path) -> None:
    (config / "settings.toml").write_text('library = "/news"')
    paths = choose_library({}, None).paths
    assert paths == platform_paths({}, Path("/news"))
    assert paths.cache != platform_paths({}).cache


@pytest.mark.parametrize("name", ["mysql://ann:geheim@host/news", "postgresql:/ann:geheim@host"])
def test_the_url_of_something_else_is_no_folder(config: Path, name: str) -> None:
    for environ, option in (({}, name), ({"NEWSTUI_LIBRARY": name}, None)):
        with pytest.raises(UnknownLibrary, match="is neither a folder") as error:
            choose(config, "", environ, option)
        assert "geheim" not in str(error.value)
