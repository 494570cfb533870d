"""The rules of the house: how the code is written, and how it uses libraries.

Here the syntax trees tell what no linter of ours knows.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from textwrap import dedent

from tests.support.house import (
    MODULES,
    PACKAGES,
    ROOT,
    definitions,
    imported,
    is_self,
    module_name,
    names,
    tree,
)

LONGEST_FUNCTION = 50
MACHINE_PATH = re.compile(r"(?<![\w.~}])/(?:work|home|root|Users|private|mnt)/\w{2}|\bshared/\w")


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


def test_functions_are_short() -> None:
    long = []
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
