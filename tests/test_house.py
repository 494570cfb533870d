"""The rules of the house: who may know whom, and that nothing from outside is parsed.

Import-linter reads the import statements (pyproject.toml, `make imports`); here processes look at
what was really imported.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.house import (
    MODULES,
    ROOT,
    calls,
    imported,
    module_name,
    names,
    tree,
)
from tests.support.terminal import environment

HEAVY = {
    "textual",
    "httpcore",
    "feedparser",
    "trafilatura",
    "lxml",
    "frontmatter",
    "selectolax",
    "dateutil",
    "markdown_it",
    "yaml",
}
"""What a command that only prints must not wait for."""

IMPORTED = """
import json, sys
from tui.cli import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""
EACH_IMPORTED = """
import json, sys
from tui.cli import main
found = {}
for command in json.loads(sys.argv[1]):
    try:
        main(command)
    except SystemExit:
        pass
    found[" ".join(command)] = sorted({name.partition(".")[0] for name in sys.modules})
print(json.dumps(found), file=sys.stderr)
"""
IMPORT_ALL = """
import importlib, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""


def ran(script: str, home: Path, *arguments: str) -> Any:
    """What a process says in the end, as JSON on its standard error."""
    process = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        env=environment(home, {"NEWSTUI_MACHINE": "desk"}),
        check=True,
    )
    return json.loads(process.stderr.splitlines()[-1])


def loaded(script: str, home: Path, *arguments: str) -> set[str]:
    """The top-level modules that a process has imported in the end."""
    return set(ran(script, home, *arguments))


# -- who knows whom ------------------------------------------------------------------------


COMMANDS = [
    ("list",),
    ("list", "--json"),
    ("show", "6f1d"),
    ("show", "6f1d", "--json"),
    ("similar", "6f1d"),
    ("mark", "6f1d", "--read", "--star"),
    ("edit", "6f1d", "--title", "Another"),
    ("keys",),
    ("stats",),
    ("settings",),
    ("themes",),
    ("doctor",),
    ("feeds",),
    ("feeds", "--json"),
    ("--version",),
    ("--help",),
]


def test_a_command_imports_nothing_heavy(tmp_path: Path) -> None:
    article = ROOT / "sample_articles/hostile-text.json"
    loaded(IMPORTED, tmp_path, "import", str(article))
    found = ran(EACH_IMPORTED, tmp_path, json.dumps(COMMANDS))
    assert list(found) == [" ".join(command) for command in COMMANDS]
    assert {name: there for name, all_ in found.items() if (there := HEAVY & set(all_))} == {}


def test_an_import_needs_no_textual_and_json_no_library_of_another_format(tmp_path: Path) -> None:
    folder = ROOT / "sample_articles"
    assert "textual" not in loaded(IMPORTED, tmp_path, "import", str(folder))
    json_file = str(folder / "hostile-text.json")
    assert loaded(IMPORTED, tmp_path, "import", json_file) & HEAVY == set()


@pytest.mark.parametrize(
    ("package", "strangers"),
    [
        ("store", {"tui", "textual", "rich", "themes", "sample_articles"}),
        ("themes", {"store", "tui", "textual", "rich", "sample_articles"}),
        ("sample_articles", {"store", "tui", "textual", "rich", "themes"}),
    ],
)
def test_a_package_does_not_know_strangers(
    package: str, strangers: set[str], tmp_path: Path
) -> None:
    modules = [module_name(path) for path in MODULES if names(path).startswith(f"{package}/")]
    assert loaded(IMPORT_ALL, tmp_path, *modules) & strangers == set()


def test_widgets_know_of_the_store_what_an_article_is() -> None:
    known = {
        name.rpartition(".")[0]
        for path in MODULES
        if names(path).startswith("tui/reader/widgets/")
        for name in imported(path)
        if name.startswith("store")
    }
    assert known == {"store.model.article"}


# -- nothing from outside is parsed --------------------------------------------------------


def test_no_markup_is_parsed() -> None:
    """Cases 59 to 62: `Content.from_markup` and its like are never called."""
    found = [
        f"{names(path)}: {called}"
        for path in MODULES
        for called, _ in calls(path)
        if called in {"from_markup", "to_content", "render_markup", "Markdown"}
    ]
    assert found == []


def test_widgets_of_textual_are_given_content_or_no_markup() -> None:
    """Cases 59 to 62: what would be parsed as markup is never a text of ours."""
    found = []
    for path in MODULES:
        for called, node in calls(path):
            if called not in {"Static", "Label", "Option", "OptionList", "notify", "Button"}:
                continue
            plain = any(
                each.arg == "markup"
                and isinstance(each.value, ast.Constant)
                and not each.value.value
                for each in node.keywords
            )
            if not plain and not all(is_content(argument) for argument in node.args):
                found.append(f"{names(path)}:{node.lineno}: {called}")
    assert found == []


def is_content(node: ast.expr) -> bool:
    """Whether it is `Content(...)`, `Content.assemble(...)` or a list of options made elsewhere."""
    if isinstance(node, ast.Starred):
        return True
    if isinstance(node, ast.Call):
        function = node.func
        if isinstance(function, ast.Attribute):
            function = function.value
        return isinstance(function, ast.Name) and function.id == "Content"
    return False


def test_titles_of_widgets_are_content() -> None:
    """Case 61: a border title is parsed as markup if it is a text."""
    found = [
        f"{names(path)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Assign)
        and any(
            isinstance(target, ast.Attribute)
            and target.attr in {"border_title", "border_subtitle", "tooltip"}
            for target in node.targets
        )
        and not is_content(node.value)
    ]
    assert found == []
