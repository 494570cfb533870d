"""The user's own themes: every file is read within bounds, every fault reported once."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from themes import loader
from themes.loader import Theme
from tui.config.user_themes import load_user_themes

SEA = Path(loader.__file__).with_name("dark.toml").read_text(encoding="utf-8")
SEA = SEA.replace('name = "dark"', 'name = "sea"')


def write_theme(folder: Path, text: str | bytes, name: str = "own.toml") -> Path:
    data = text.encode(errors="surrogatepass") if isinstance(text, str) else text
    (folder / name).write_bytes(data)
    return folder


def test_user_themes(tmp_path: Path) -> None:
    write_theme(tmp_path, "\ufeff" + SEA, "sea.toml")
    sand = SEA.replace('"sea"', '"sand"').replace("dark = true", "dark = false")
    write_theme(tmp_path, sand, "sand.toml")
    write_theme(tmp_path, SEA.replace("\ntext =", "\ntxt ="), "broken.toml")
    write_theme(tmp_path, b'name = "caf\xe9"', "latin.toml")
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "gone.toml").symlink_to(tmp_path / "nowhere")
    write_theme(tmp_path, SEA, "zz\x1b.toml")
    write_theme(tmp_path, "not a theme", "notes.txt")
    found, faults = load_user_themes(tmp_path)
    assert {name: theme.dark for name, theme in found.items()} == {"sand": False, "sea": True}
    assert all(isinstance(theme, Theme) for theme in found.values())
    assert faults == [
        "broken.toml: colors.text: missing",
        'broken.toml: colors: unknown role "txt"; did you mean "text"?',
        "folder.toml: not a file",
        "gone.toml: cannot be read: No such file or directory",
        "latin.toml: not UTF-8",
        'zz\\x1b.toml: name: "sea" is already used',
    ]


def test_no_folder(tmp_path: Path) -> None:
    assert load_user_themes(tmp_path / "none") == ({}, [])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('name = "sea', "not TOML: Unterminated string (at end of document)"),
        ("a = " + "[" * 90_000, "not TOML: nested too deeply"),
        ("a" + ".a" * 40_000 + " = 1", "not TOML: a key has too many parts"),
        ("#" * 100_001, "too large for a theme"),
    ],
    ids=["no toml", "too deep", "too many parts", "too large"],
)
def test_an_invalid_file(tmp_path: Path, text: str, fault: str) -> None:
    assert load_user_themes(write_theme(tmp_path, text)) == ({}, [f"own.toml: {fault}"])


@given(st.text())
def test_faults_are_safe_to_show(text: str) -> None:
    """Case 128: no file causes a crash, or a control character in a message."""
    with tempfile.TemporaryDirectory() as folder:
        found, faults = load_user_themes(write_theme(Path(folder), text))
    assert (found, faults != []) == ({}, True)
    assert all(fault.isprintable() for fault in faults)
