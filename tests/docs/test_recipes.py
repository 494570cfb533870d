"""The recipes in packaging/: the version and the dependencies of this version, and sound syntax."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib

import pytest

from tests.support.codebase import ROOT
from tui import __version__

RECIPES = ROOT / "packaging"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def read(name: str) -> str:
    return (RECIPES / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("aur/PKGBUILD", r"^pkgver=(.+)$"),
        ("debian/changelog", r"^newstui \((.+)-1\)"),
        ("homebrew/newstui.rb", r"newstui-(.+)\.tar\.gz"),
        ("nix/package.nix", r'version = "(.+)";'),
        ("README.md", r"newstui_(.+)\.orig"),
    ],
)
def test_recipes_are_for_this_version(name: str, pattern: str) -> None:
    assert re.findall(pattern, read(name), re.MULTILINE) == [__version__]


def test_nix_has_every_dependency() -> None:
    listed = re.search(r"dependencies =(.*?)\n    \];", read("nix/package.nix"), re.DOTALL)
    assert listed is not None
    named = re.findall(r"^      ([a-z][\w-]+)$", listed[1], re.MULTILINE)
    declared = [re.split(r"[\s<>=\[]", each)[0] for each in PYPROJECT["project"]["dependencies"]]
    assert sorted(named) == sorted(each.lower().replace("_", "-") for each in declared)


@pytest.mark.parametrize(
    "command",
    [
        ("sh", "-n", "install.sh"),
        ("bash", "-n", "aur/PKGBUILD"),
        ("make", "-n", "-f", "debian/rules", "override_dh_auto_install"),
        ("ruby", "-c", "homebrew/newstui.rb"),
        ("nix-instantiate", "--parse", "nix/package.nix"),
    ],
    ids=lambda command: command[-1],
)
def test_the_syntax_is_sound(command: tuple[str, ...]) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    env = {**os.environ, "NIX_REMOTE": "dummy://"}  # its own store may belong to somebody else
    done = subprocess.run(
        command, cwd=RECIPES, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
