"""The code style: rules that no linter checks, tested on the syntax trees."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.support.codebase import (
    MODULES,
    PACKAGES,
    ROOT,
    imported_names,
    is_self,
    iter_definitions,
    module_name,
    relative_name,
    syntax_nodes,
    syntax_tree,
)

MAX_FUNCTION_LINES = 50
QUESTION_WORD = re.compile(r"(?:What|How|Whether|Where|Which|Who|When)\b")
MACHINE_PATH = re.compile(r"(?<![\w.~}])/(?:work|home|root|Users|private|mnt)/\w{2}|\bshared/\w")


# -- no private name of a library ----------------------------------------------------------


@cache
def class_definitions(module: str) -> dict[str, ast.ClassDef]:
    """Return the classes of a module by qualified name; `inspect.getsource` parses it for each one."""
    source = inspect.getsourcefile(sys.modules[module])
    return dict(iter_class_definitions(syntax_tree(Path(source)), "")) if source else {}


def iter_class_definitions(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.ClassDef]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield f"{prefix}{child.name}", child
            yield from iter_class_definitions(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from iter_class_definitions(child, f"{prefix}{child.name}.<locals>.")
        elif isinstance(child, ast.stmt):
            yield from iter_class_definitions(child, prefix)


@cache
def private_names(of: type) -> frozenset[str]:
    """Return the private names a class defines: methods, class values, instance attributes."""
    kind = class_definitions(of.__module__)[of.__qualname__]
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
    return frozenset(name for name in found if re.match("_[^_]", name))


@cache
def library_privates(kind: type) -> frozenset[str]:
    try:
        return private_names(kind)
    except (KeyError, TypeError):
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


def test_no_class_overrides_a_private_name_of_its_library() -> None:
    """An attribute with the name of a private one of a library's base class breaks that class."""
    found = []
    for kind in our_classes():
        foreign = [base for base in kind.__mro__[1:] if not is_ours(base) and base is not object]
        if foreign:
            theirs = frozenset().union(*map(library_privates, foreign))
            ours = private_names(kind)
            found += [f"{kind.__module__}.{kind.__qualname__}.{name}" for name in ours & theirs]
    assert found == []


def test_no_class_uses_an_inherited_private_name_of_its_library() -> None:
    """`self._x` is never an attribute that a base class of a library defines."""
    found = []
    for kind in our_classes():
        ours: set[str] = set()
        for base in kind.__mro__:
            if is_ours(base):
                ours |= private_names(base) | set(vars(base))
        if all(is_ours(base) or base is object for base in kind.__mro__):
            continue
        found += [
            f"{kind.__module__}.{kind.__qualname__}.{node.attr}"
            for node in ast.walk(class_definitions(kind.__module__)[kind.__qualname__])
            if isinstance(node, ast.Attribute)
            and is_self(node)
            and re.match("_[^_]", node.attr)
            and node.attr not in ours
        ]
    assert found == []


def test_no_private_attribute_of_another_object() -> None:
    """No private name of another object or module is used or imported, not even of our own."""
    found = []
    for path in MODULES:
        for node in syntax_nodes(path):
            if isinstance(node, ast.Attribute) and re.match("_[^_]", node.attr):
                owner = node.value.id if isinstance(node.value, ast.Name) else ""
                documented = node.attr in {"_replace", "_asdict"} or (owner, node.attr) == (
                    "os",
                    "_exit",
                )
                if owner not in {"self", "cls"} and not documented:
                    found.append(f"{relative_name(path)}:{node.lineno}: {ast.unparse(node)}")
        found += [
            f"{relative_name(path)}: {name}"
            for name in imported_names(path)
            if name != "__future__.annotations"
            and any(re.match("_[^_]", part) for part in name.split("."))
        ]
    assert found == []


def test_functions_are_short() -> None:
    long = []
    for path in MODULES:
        for node in iter_definitions(path):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > MAX_FUNCTION_LINES and not isinstance(node, ast.ClassDef):
                long.append(f"{relative_name(path)}: {node.name}: {lines} lines")
    assert long == []


def test_everything_public_has_a_docstring() -> None:
    undocumented = [
        relative_name(path) for path in MODULES if not ast.get_docstring(syntax_tree(path))
    ]
    for path in MODULES:
        owners: list[ast.Module | ast.ClassDef] = [syntax_tree(path)]
        owners += [node for node in iter_definitions(path) if isinstance(node, ast.ClassDef)]
        for owner in owners:
            if isinstance(owner, ast.Module) or not owner.name.startswith("_"):
                undocumented += [
                    f"{relative_name(path)}: {name}" for name in undocumented_names(owner)
                ]
    assert undocumented == []


def test_docstrings_say_what_is_done() -> None:
    """A docstring that begins with a question word names a question, not an action or a thing."""
    odd = [
        f"{relative_name(path)}: {docstring.splitlines()[0]}"
        for path in MODULES
        for node in (syntax_tree(path), *iter_definitions(path))
        if QUESTION_WORD.match(docstring := ast.get_docstring(node) or "")
    ]
    assert odd == []


def undocumented_names(owner: ast.Module | ast.ClassDef) -> list[str]:
    """Return the public functions and classes directly inside that have no docstring."""
    return [
        node.name
        for node in owner.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]


def text_files() -> Iterator[Path]:
    """Yield every hand-written file of the repository."""
    yield from (path for path in ROOT.iterdir() if path.suffix in {".md", ".toml"})
    yield ROOT / "Makefile"
    for folder in (*PACKAGES, "tests", "benchmarks", "docs", ".ci"):
        for path in sorted((ROOT / folder).rglob("*")):
            is_text = path.is_file() and path.suffix not in {".svg", ".png", ".raw", ".pyc"}
            if is_text and path != Path(__file__):
                yield path


def test_no_path_of_one_machine_is_named() -> None:
    """No file names a path of one computer or a file outside of the repository."""
    found = [
        f"{relative_name(path)}:{number}: {line.strip()[:80]}"
        for path in text_files()
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        if MACHINE_PATH.search(line)
    ]
    assert found == []


def test_test_files_have_unique_names() -> None:
    """Folders of tests are not packages, so two modules of the same name would collide."""
    stems = [path.stem for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(stems) == sorted(set(stems))
    assert list((ROOT / "tests").rglob("__init__.py")) == []


# -- the Makefile ----------------------------------------------------------------------------


def test_make_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    (phony,) = re.findall(r"^\.PHONY: (.*)", makefile, re.MULTILINE)
    assert re.findall(r"^([a-z]+):.*##", makefile, re.MULTILINE) == phony.split()
