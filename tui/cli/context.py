"""The library a command works on."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence

from store.exporters.newstui_json import metadata_to_dict
from store.library.protocol import Library
from store.model.article import FullArticle
from store.model.errors import LibraryUnavailable
from store.system.hooks import HookName, run_hook
from store.system.paths import Paths, platform_paths
from tui.cli.console import ProgressLine, print_message
from tui.config.settings import Settings, load_settings
from tui.rendering.wording import describe_loading, format_count
from tui.services import open_library


def resolve_paths(options: argparse.Namespace) -> Paths:
    """Where things are for this call.

    Raises:
        LibraryUnavailable: There is no home folder to put them in.
    """
    try:
        return platform_paths(os.environ, options.library)
    except RuntimeError as error:  # platformdirs: neither HOME nor the system names a folder
        raise LibraryUnavailable("there is no home folder: HOME is not set") from error


def resolve_settings(options: argparse.Namespace) -> Settings:
    """The settings in force; what is wrong with the file is told, and the rest works."""
    loaded = load_settings(resolve_paths(options).config)
    for fault in loaded.faults:
        print_message(fault)
    return loaded.settings


def load_with_progress(library: Library) -> None:
    """Read the library, and say how far that is if it takes its time."""
    with ProgressLine("opening the library").display() as counter:
        for step in library.load():
            counter.update(describe_loading(step.done, step.total, history=step.is_history))


def open_loaded_library(options: argparse.Namespace) -> Library:
    """The whole library; what is wrong with it is told, and the rest works."""
    library = open_library(resolve_paths(options))
    load_with_progress(library)
    for problem in library.problems:
        print_message(problem)
    return library


def update_index_with_progress(library: Library) -> None:
    """Bring what searches use up to date, and say how far that is if it takes its time."""
    with ProgressLine("indexing").display() as counter:
        for step in library.update_index():
            counter.update(f"{step.done:,} of {format_count(step.total, 'article')}")


def open_article(options: argparse.Namespace) -> tuple[Library, FullArticle]:
    """The library and the article that was named; a text found damaged only now is told, too."""
    library = open_loaded_library(options)
    told = set(library.problems)
    entry = library.get_article(library.find_id(options.id))
    for problem in library.problems:
        if problem not in told:
            print_message(problem)
    return library, entry


def run_article_hook(
    options: argparse.Namespace, library: Library, name: HookName, articles: Sequence[str]
) -> None:
    """Tell the user's program of articles, if one is set for this."""
    if articles and (program := getattr(resolve_settings(options), name)):
        facts = (metadata_to_dict(*each) for each in library.articles(articles))
        if problem := run_hook(name, program, facts):
            print_message(problem)
