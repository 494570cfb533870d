"""The library a command works on."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence

from store.exporters import facts_json
from store.library.protocol import Library
from store.model.article import Entry
from store.model.errors import LibraryUnavailable
from store.system.hooks import Hook, run_hook
from store.system.paths import Paths, platform_paths
from tui.cli.console import Counter, tell
from tui.config.settings import Settings, load_settings
from tui.rendering.wording import count, progress
from tui.services import unloaded


def paths_of(options: argparse.Namespace) -> Paths:
    """Where things are for this call.

    Raises:
        LibraryUnavailable: There is no home folder to put them in.
    """
    try:
        return platform_paths(os.environ, options.library)
    except RuntimeError as error:  # platformdirs: neither HOME nor the system names a folder
        raise LibraryUnavailable("there is no home folder: HOME is not set") from error


def settings_of(options: argparse.Namespace) -> Settings:
    """The settings in force; what is wrong with the file is told, and the rest works."""
    loaded = load_settings(paths_of(options).config)
    for fault in loaded.faults:
        tell(fault)
    return loaded.settings


def load(library: Library) -> None:
    """Read the library, and say how far that is if it takes its time."""
    with Counter("opening the library").running() as counter:
        for step in library.load():
            counter.tell(progress(step.done, step.total, history=step.history))


def loaded(options: argparse.Namespace) -> Library:
    """The whole library; what is wrong with it is told, and the rest works."""
    library = unloaded(paths_of(options))
    load(library)
    for problem in library.problems:
        tell(problem)
    return library


def indexed(library: Library) -> None:
    """Bring what searches use up to date, and say how far that is if it takes its time."""
    with Counter("indexing").running() as counter:
        for step in library.prepare():
            counter.tell(f"{step.done:,} of {count(step.total, 'article')}")


def opened(options: argparse.Namespace) -> tuple[Library, Entry]:
    """The library and the article that was named; a text found damaged only now is told, too."""
    library = loaded(options)
    told = set(library.problems)
    entry = library.entry(library.find(options.id))
    for problem in library.problems:
        if problem not in told:
            tell(problem)
    return library, entry


def tell_hook(
    options: argparse.Namespace, library: Library, name: Hook, articles: Sequence[str]
) -> None:
    """Tell the user's program of articles, if one is set for this."""
    if articles and (program := getattr(settings_of(options), name)):
        facts = (facts_json(*each) for each in library.articles(articles))
        if problem := run_hook(name, program, facts):
            tell(problem)
