"""No regular expression takes more than linear time on any text that may reach it."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import ModuleType
from typing import Any, NamedTuple

import pytest

from store.search.highlight import make_highlighter
from store.search.language import parse_query
from store.search.syntax_tree import iter_wanted_words
from store.text import clean_unicode, spellings
from store.text.quotations import make_quote_style
from tests.support.codebase import (
    MODULES,
    imported_names,
    module_name,
    relative_name,
    syntax_nodes,
    syntax_tree,
)
from tests.support.regex_steps import Method, find_superlinear_text, has_fragile_repetition
from tui.rendering import cells, text_search

METHODS: Mapping[str, Method] = {"match": "match", "fullmatch": "fullmatch"}
"""Every other function of `re` searches."""
MODULES_BY_NAME = {
    relative_name(path): importlib.import_module(module_name(path))
    for path in MODULES
    if path.name != "__main__.py"
}


# -- the patterns --------------------------------------------------------------------------


class CompiledPattern(NamedTuple):
    """A call that compiles a pattern."""

    place: str
    """The file and line."""
    scope: str
    """The file and the function."""
    pattern: re.Pattern[Any] | None
    """None if it depends on the arguments of the function."""
    methods: frozenset[Method]
    """How the pattern is used."""


@cache
def compiled_patterns() -> tuple[CompiledPattern, ...]:
    return tuple(_iter_patterns())


def _iter_patterns() -> Iterator[CompiledPattern]:
    uses = _collect_uses()
    for path in MODULES:
        if (name := relative_name(path)) in MODULES_BY_NAME and "re" in imported_names(path):
            for call, function, scope in _iter_calls_of_re(syntax_tree(path), name):
                pattern = _evaluate(call, function, MODULES_BY_NAME[name])
                methods = {METHODS.get(function, "search")}
                if function == "compile" and pattern in uses:
                    methods = uses[pattern]
                yield CompiledPattern(f"{name}:{call.lineno}", scope, pattern, frozenset(methods))


def _iter_calls_of_re(node: ast.AST, scope: str) -> Iterator[tuple[ast.Call, str, str]]:
    """Yield each call of a function of `re`, with the name of that function and its scope."""
    for child in ast.iter_child_nodes(node):
        inner = scope
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            inner = f"{scope.partition(':')[0]}:{child.name}"
        yield from _iter_calls_of_re(child, inner)
        match child:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=name)) if (
                name != "escape"
            ):
                yield child, name, scope


def _evaluate(call: ast.Call, function: str, module: ModuleType) -> re.Pattern[Any] | None:
    flags = [each.value for each in call.keywords if each.arg == "flags"]
    parts = [call.args[0], *(call.args[1:2] if function == "compile" else flags)]
    try:
        values = [eval(ast.unparse(each), dict(vars(module))) for each in parts]
    except NameError:  # of an argument
        return None
    return re.compile(*values)


def _collect_uses() -> dict[re.Pattern[Any], set[Method]]:
    """Return how the patterns with a name in a module are used, there and where they are imported."""
    uses: dict[re.Pattern[Any], set[Method]] = {}
    for path in MODULES:
        module = MODULES_BY_NAME.get(relative_name(path))
        values = vars(module) if module else {}
        patterns = {name: each for name, each in values.items() if isinstance(each, re.Pattern)}
        parents = {
            child: node
            for node in (syntax_nodes(path) if patterns else ())
            for child in ast.iter_child_nodes(node)
        }
        for name, parent in parents.items():
            if (
                isinstance(name, ast.Name)
                and isinstance(name.ctx, ast.Load)
                and name.id in patterns
            ):
                method = _method_of(parent, parents.get(parent))
                uses.setdefault(patterns[name.id], set()).add(method)
    return uses


def _method_of(attribute: ast.AST, call: ast.AST | None) -> Method:
    """Return how a pattern is used; one that is passed on may be searched for."""
    if not isinstance(attribute, ast.Attribute):
        return "search"
    if isinstance(call, ast.Call) and call.func is attribute and len(call.args) > 1:
        return "search"  # at one position after the other
    return METHODS.get(attribute.attr, "search")


def _query_patterns(*queries: str) -> list[re.Pattern[Any]]:
    found = [make_highlighter(iter_wanted_words(parse_query(query, 0))) for query in queries]
    return [pattern for each in found for pattern in each.patterns.values()]


def _narrow_line(width: int) -> re.Pattern[str]:
    return cells._narrow_line_pattern(width)


PATTERNS_OF_ARGUMENTS: Mapping[str, Callable[[], list[re.Pattern[Any]]]] = {
    "store/journal/journal.py:_read_batches": lambda: [re.compile(b'"event":"(?:star|read)"')],
    "store/search/highlight.py:make_highlighter": lambda: _query_patterns(
        "harbour", '"the tide tables" -"a a a b" *', "a a 港 'b", "C++", '"a++ a+ b+/.net"', "a/a/a"
    ),
    "store/text/clean_unicode.py:_compile_runs": lambda: [
        clean_unicode._MARKS,
        clean_unicode._MARKS_OR_JAMO,
    ],
    "store/text/quotations.py:make_quote_style": lambda: [
        pattern
        for low in (False, True)
        for pointing_in in (False, True)
        for pattern in make_quote_style(low, pointing_in)[2:]
    ],
    "store/text/spellings.py:_rule": lambda: [pattern for pattern, _ in spellings._RULES],
    "tui/rendering/cells.py:_narrow_line_pattern": lambda: [_narrow_line(1), _narrow_line(80)],
    "tui/rendering/text_search.py:compile_words": lambda: [
        text_search.compile_words(words) for words in ("a b", "a a a b", "港 口", ".")
    ],
}
"""Patterns made of arguments, by the function that makes them: those made of adversarial ones."""


def test_every_pattern_made_of_arguments_is_in_the_table() -> None:
    found = {each.scope for each in compiled_patterns() if each.pattern is None}
    assert found == set(PATTERNS_OF_ARGUMENTS)


@pytest.mark.parametrize("scope", PATTERNS_OF_ARGUMENTS)
def test_no_pattern_made_of_arguments_is_superlinear(scope: str) -> None:
    for pattern in PATTERNS_OF_ARGUMENTS[scope]():
        assert find_superlinear_text(pattern, "search") is None, pattern.pattern


@pytest.mark.parametrize("name", MODULES_BY_NAME)
def test_no_pattern_is_superlinear(name: str) -> None:
    found = {
        (each.place, method): text
        for each in compiled_patterns()
        if each.place.startswith(f"{name}:") and each.pattern
        for method in each.methods
        if (text := find_superlinear_text(each.pattern, method))
    }
    assert not found


# -- the measure itself --------------------------------------------------------------------


FRAGILE_FILES = {"store/text/decoding.py"}
"""What is skipped there may be a blank too long. A group that can backtrack would take a gigabyte for a tag of 10 MB."""


def test_no_possessive_repetition_is_fragile() -> None:
    """`(?>(?:...)*)` stands for `(?:...)*+` where the group may fail half-way."""
    fragile = {
        each.place
        for each in compiled_patterns()
        if each.pattern is not None
        and each.scope.partition(":")[0] not in FRAGILE_FILES
        and has_fragile_repetition(each.pattern)
    }
    assert not fragile


@pytest.mark.parametrize(
    ("pattern", "is_fragile"),
    [
        (r"(?:ab)*+", True),
        (r"(?:(?!ab).)*+", True),
        (r"(?:a++:)++", True),
        (r"(?:a{2,3})?+", True),
        (r"(?:[^a]|a(?!b))*+", True),
        (r"(?:(?:a|bc)x*)*+", True),
        (r"(?>(?:ab)*)", False),
        (r"(?:ab*+c?)*+", False),
        (r"(?:[^a;]++|;.?)*+", False),
        (r"[ab]*+a{2,3}+", False),
    ],
)
def test_fragile_repetitions_are_found(pattern: str, is_fragile: bool) -> None:
    assert has_fragile_repetition(re.compile(pattern)) is is_fragile


@pytest.mark.parametrize(
    ("pattern", "method"),
    [
        ("(a+)+b", "match"),
        ("(a|a)*b", "match"),
        ("(?:a|b|ab)*c", "match"),
        ("a*a*b", "match"),
        (r"\s*,?\s*;", "match"),
        (r"(.*)\s*(.*)x", "fullmatch"),
        ("(?:x+y?)+z", "match"),
        ("a*b", "search"),
        ("a*?b", "search"),
        (r"\s*,\s*\Z", "search"),
        (r"\[[^\]]*\]", "search"),
        (r"<a[^>]*>", "search"),
        ("(?s)<!--.*?-->", "search"),
        (r"a(?=[^\n]*b)", "search"),
        (r"(?i)X+\d", "search"),
        (r'"(?:[^"\\]|\\.)*"', "search"),
        (r"(?m)^\s*$x", "search"),
    ],
)
def test_superlinear_patterns_are_found(pattern: str, method: Method) -> None:
    assert find_superlinear_text(re.compile(pattern), method)


@pytest.mark.parametrize(
    ("pattern", "method"),
    [
        ("(?:a++)++b", "match"),
        ("a*b", "match"),
        ("(?<!a)a*+b", "search"),
        (r"(?<!\s)\s*+,", "search"),
        (r"\[[^\[\]]*\]", "search"),
        (r"<a[^<>]*>", "search"),
        ("(?s)<!--.*?(?:-->|\\Z)", "search"),
        ("a{1,300}b", "search"),
        (r"\S+", "search"),
        (r"(?m)^#+ *(?:\S.*)?$", "search"),
        (r"(\w)\1*+", "search"),
        (r"\bword\b|\Bx", "search"),
    ],
)
def test_linear_patterns_pass(pattern: str, method: Method) -> None:
    assert find_superlinear_text(re.compile(pattern), method) is None
