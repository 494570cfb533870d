"""The manual pages: complete, sound, and found by `man` where the wheel installs them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from docs.man_pages import command_page, escape, settings_page
from tests.support.codebase import ROOT
from tests.support.environment import environment
from tui.cli.parser import build_parser
from tui.config.settings import iter_setting_declarations

PAGES = sorted((ROOT / "share/man").rglob("*.[15]"))


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a word", "a word"),
        (".config", r"\&.config"),
        ("'a' `b` ~/c-d ^e", r"\(aqa\(aq \(gab\(ga \(ti/c\-d \(hae"),
        ("C:\\x", r"C:\ex"),
    ],
)
def test_text_is_printed_as_it_is(text: str, escaped: str) -> None:
    assert escape(text) == escaped


def test_every_command_and_option_has_an_entry() -> None:
    page = command_page()
    parser = build_parser()
    for name, command in parser.commands.items():
        assert f".SS newstui {escape(name)}\n" in page
        assert [each for each in command.option_names if rf"\fB{escape(each)}\fR" not in page] == []


def test_every_setting_has_an_entry() -> None:
    named = re.findall(r"^\\fB\[?(\w+)\]?\\fR \(", settings_page(), re.MULTILINE)
    assert named == [each.name for each in iter_setting_declarations()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_strict_formatter_has_no_warnings(page: Path) -> None:
    if shutil.which("mandoc") is None:
        pytest.skip("mandoc is not installed")
    done = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "warning", page], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (("newstui",), "newstui list [OPTION]... [QUERY...]"),
        (("5", "newstui-settings"), "[searches]"),
    ],
)
def test_man_finds_and_prints_them(arguments: tuple[str, ...], shown: str, tmp_path: Path) -> None:
    if shutil.which("man") is None:
        pytest.skip("man is not installed")
    env = environment(tmp_path, {"MANPATH": str(ROOT / "share/man"), "MANWIDTH": "100"})
    done = subprocess.run(["man", *arguments], capture_output=True, text=True, check=True, env=env)
    assert done.stderr == ""
    assert shown in done.stdout
