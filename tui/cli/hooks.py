"""The user's programs that commands tell of what happened."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from store.exporters import facts_json
from store.library.protocol import Library
from store.system.hooks import Hook, run_hook
from tui.cli.opening import settings_of
from tui.cli.output import tell


def tell_hook(
    options: argparse.Namespace, library: Library, name: Hook, articles: Sequence[str]
) -> None:
    """Tell the user's program of articles, if one is set for this."""
    if articles and (program := getattr(settings_of(options), name)):
        facts = (facts_json(*each) for each in library.articles(articles))
        if problem := run_hook(name, program, facts):
            tell(problem)
