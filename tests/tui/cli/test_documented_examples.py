"""The console examples of README and docs run, one after the other, in one home folder."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from docs.man_pages import SETTINGS_EXAMPLE as MAN_EXAMPLE
from tests.support.codebase import ROOT
from tests.tui.cli.conftest import Run

PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
SETTINGS = re.compile(r"^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMENTED_SETTING = re.compile(r'^# (?=\[|"?[\w.]+"? = )', re.MULTILINE)
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def example_commands() -> list[str]:
    """Return the commands of the examples that need no id of an article."""
    blocks = [block for page in PAGES for block in CONSOLE.findall(page.read_text("utf-8"))]
    lines = [line.partition("  #")[0] for block in blocks for line in block.splitlines()]
    commands = [line.removeprefix("$ ") for line in lines if line.startswith("$ newstui ")]
    return [each for each in commands if "ID" not in each.split()]


def test_the_examples_run(home: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "articles").mkdir(parents=True)
    shutil.copy(ROOT / "sample_articles/world-01-sarn-dam-talks-resume.md", home / "articles")
    (home / "saved-page.txt").write_text("A saved page\n\nIts words.\n")
    (home / ".newsboat").mkdir()
    shutil.copy(ROOT / "tests/store/other_readers/newsboat-2.21.db", home / ".newsboat/cache.db")
    monkeypatch.chdir(home)
    commands = example_commands()
    assert "newstui import ~/articles saved-page.txt" in commands
    for command in commands:
        done = run(*shlex.split(command.replace("~", str(home)))[1:])
        assert (done.code, command) == (0, command), done.err


def test_the_settings_of_the_examples_are_valid(home: Path, run: Run) -> None:
    """Neither those of README and docs nor those of `settings --example` have mistakes."""
    blocks = [block for page in PAGES for block in SETTINGS.findall(page.read_text("utf-8"))]
    examples = [block for block in blocks if "[colors]" not in block]
    examples += [MAN_EXAMPLE, COMMENTED_SETTING.sub("", run("settings", "--example").out)]
    file = home / ".config/newstui/settings.toml"
    file.parent.mkdir(parents=True)
    for example in examples:
        file.write_text(example, "utf-8")
        done = run("settings")
        assert (done.code, done.err, example) == (0, "", example)
    assert "f5" in run("keys").out
