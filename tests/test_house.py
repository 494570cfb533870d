"""The rules of the house: who may know whom, and how the code is written.

Import-linter reads the import statements (pyproject.toml, `make imports`); here processes look at
what was really imported, and the syntax trees at what no linter of ours knows.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from textwrap import dedent

import pytest

from tests.terminal import environment

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("store", "tui", "themes", "sample_articles")
MODULES = sorted(path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))
LONGEST_FUNCTION, LONGEST_FILE = 50, 400

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
IMPORT_ALL = """
import importlib, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""
MACHINE_PATH = re.compile(r"(?<![\w.~}])/(?:work|home|root|Users|private|mnt)/\w{2}|\bshared/\w")


def names(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call with the last part of what is called."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Attribute):
                yield function.attr, node
            elif isinstance(function, ast.Name):
                yield function.id, node


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def loaded(script: str, home: Path, *arguments: str) -> set[str]:
    """The top-level modules that a process has imported in the end."""
    ran = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        env=environment(home, {"NEWSTUI_MACHINE": "desk"}),
        check=True,
    )
    return set(json.loads(ran.stderr.splitlines()[-1]))


# -- who knows whom ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
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
    ],
    ids=" ".join,
)
def test_a_command_imports_nothing_heavy(command: tuple[str, ...], tmp_path: Path) -> None:
    article = ROOT / "sample_articles/hostile-text.json"
    loaded(IMPORTED, tmp_path, "import", str(article))
    assert loaded(IMPORTED, tmp_path, *command) & HEAVY == set()


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
        if names(path).startswith("tui/widgets/")
        for name in imported(path)
        if name.startswith("store")
    }
    assert known == {"store.article"}


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


# -- libraries are used from outside -------------------------------------------------------


def private_names(source: str) -> set[str]:
    """The private names that a class defines: its methods, its values, what it sets on itself."""
    (kind,) = ast.parse(dedent(source)).body
    assert isinstance(kind, ast.ClassDef)
    values = [each for each in kind.body if isinstance(each, ast.Assign | ast.AnnAssign)]
    targets = [
        target
        for each in values
        for target in (each.targets if isinstance(each, ast.Assign) else [each.target])
    ]
    found = {target.id for target in targets if isinstance(target, ast.Name)}
    for node in ast.walk(kind):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and is_self(node):
            found.add(node.attr)
    return {name for name in found if name.startswith("_") and not name.startswith("__")}


def is_self(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "self"


source_of = cache(inspect.getsource)
"""Python reads a whole module to find one class."""


@cache
def library_privates(kind: type) -> frozenset[str]:
    try:
        return frozenset(private_names(source_of(kind)))
    except (OSError, TypeError, SyntaxError):
        return frozenset(name for name in vars(kind) if re.match("_[^_]", name))


def is_ours(kind: type) -> bool:
    return kind.__module__.partition(".")[0] in PACKAGES


def our_classes() -> Iterator[type]:
    for path in MODULES:
        if path.name != "__main__.py":
            module = importlib.import_module(module_name(path))
            for kind in vars(module).values():
                if inspect.isclass(kind) and kind.__module__ == module.__name__:
                    yield kind


def test_no_class_of_ours_takes_a_private_name_of_its_library() -> None:
    """An attribute of ours that a base class uses by the same name breaks it, or breaks later."""
    found = []
    for kind in our_classes():
        strangers = [base for base in kind.__mro__[1:] if not is_ours(base) and base is not object]
        if strangers:
            theirs = frozenset().union(*map(library_privates, strangers))
            ours = private_names(source_of(kind))
            found += [f"{kind.__module__}.{kind.__qualname__}.{name}" for name in ours & theirs]
    assert found == []


def test_what_a_class_uses_of_itself_in_private_is_ours() -> None:
    """`self._x` of a class that has a library's class among its bases is not the library's."""
    found = []
    for kind in our_classes():
        ours: set[str] = set()
        for base in kind.__mro__:
            if is_ours(base):
                ours |= private_names(source_of(base)) | set(vars(base))
        if all(is_ours(base) or base is object for base in kind.__mro__):
            continue
        found += [
            f"{kind.__module__}.{kind.__qualname__}.{node.attr}"
            for node in ast.walk(ast.parse(dedent(source_of(kind))))
            if isinstance(node, ast.Attribute)
            and is_self(node)
            and re.match("_[^_]", node.attr)
            and node.attr not in ours
        ]
    assert found == []


def test_no_private_attribute_of_anything_else() -> None:
    """Nothing private is taken from another object, nor imported; of our own modules neither."""
    found = []
    for path in MODULES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute) and re.match("_[^_]", node.attr):
                owner = node.value.id if isinstance(node.value, ast.Name) else ""
                documented = node.attr in {"_replace", "_asdict"} or (owner, node.attr) == (
                    "os",
                    "_exit",
                )
                if owner not in {"self", "cls"} and not documented:
                    found.append(f"{names(path)}:{node.lineno}: {ast.unparse(node)}")
        found += [
            f"{names(path)}: {name}"
            for name in imported(path)
            if name != "__future__.annotations"
            and any(re.match("_[^_]", part) for part in name.split("."))
        ]
    assert found == []


# -- how it is written ---------------------------------------------------------------------


def definitions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node


def test_functions_and_files_are_short() -> None:
    long = [
        f"{names(path)}: {len(path.read_text(encoding='utf-8').splitlines())} lines"
        for path in MODULES
        if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST_FILE
    ]
    for path in MODULES:
        for node in definitions(path):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION and not isinstance(node, ast.ClassDef):
                long.append(f"{names(path)}: {node.name}: {lines} lines")
    assert long == []


def test_everything_public_says_what_it_is_for() -> None:
    silent = [names(path) for path in MODULES if not ast.get_docstring(tree(path))]
    for path in MODULES:
        owners: list[ast.Module | ast.ClassDef] = [tree(path)]
        owners += [node for node in definitions(path) if isinstance(node, ast.ClassDef)]
        for owner in owners:
            if isinstance(owner, ast.Module) or not owner.name.startswith("_"):
                silent += [f"{names(path)}: {name}" for name in silent_names(owner)]
    assert silent == []


def silent_names(owner: ast.Module | ast.ClassDef) -> list[str]:
    """The public functions and classes right inside that have no docstring."""
    return [
        node.name
        for node in owner.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]


def text_files() -> Iterator[Path]:
    """Everything that is kept in the repository and written by hand."""
    yield from (path for path in ROOT.iterdir() if path.suffix in {".md", ".toml"})
    yield ROOT / "Makefile"
    for folder in (*PACKAGES, "tests", "benchmarks", "docs", ".ci"):
        for path in sorted((ROOT / folder).rglob("*")):
            is_text = path.is_file() and path.suffix not in {".svg", ".png", ".raw", ".pyc"}
            if is_text and path != Path(__file__):
                yield path


def test_nothing_needs_one_machine() -> None:
    """No path that only one computer has, no file beside the repository."""
    found = [
        f"{names(path)}:{number}: {line.strip()[:80]}"
        for path in text_files()
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        if MACHINE_PATH.search(line)
    ]
    assert found == []


def test_test_files_have_names_of_their_own() -> None:
    """Folders of tests are no packages, so two modules of one name would hide each other."""
    stems = [path.stem for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(stems) == sorted(set(stems))
    assert list((ROOT / "tests").rglob("__init__.py")) == []
