"""Style sheets in tests: each is taken apart once, not once more for every app."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from textual.css.model import RuleSet
from textual.css.parse import parse


@contextmanager
def parsed_once() -> Iterator[None]:
    """Within, a style sheet with the same variables is parsed a single time."""
    known: dict[Any, list[RuleSet]] = {}

    def remembered(
        scope: str, css: str, read_from: Any, *, variable_tokens: dict[str, Any], **how: Any
    ) -> list[RuleSet]:
        variables = tuple((name, *tokens) for name, tokens in variable_tokens.items())
        key = (scope, css, read_from, variables, *how.items())
        if key not in known:
            known[key] = list(parse(scope, css, read_from, variable_tokens=variable_tokens, **how))
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("textual.css.stylesheet.parse", remembered)
        yield
