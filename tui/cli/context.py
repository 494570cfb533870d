"""The context of a command: paths, settings, the library, an article, and the user's hooks."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from store.exporters.newstui_json import metadata_to_dict
from store.library.folder import is_library
from store.library.protocol import Capability, Library
from store.model.article import FullArticle
from store.model.errors import InvalidInput
from store.system.paths import Paths, platform_paths
from tui.cli.console import ProgressLine, print_message, print_messages
from tui.cli.exit_codes import UsageError
from tui.config.library_choice import LibraryChoice, choose_library
from tui.config.settings import LoadedSettings, Settings, load_settings
from tui.rendering.wording import describe_loading, describe_missing_capability, format_count
from tui.services import library_capabilities, open_library

if TYPE_CHECKING:
    from store.system.programs import HookName

COMMANDS_THAT_START_A_LIBRARY = frozenset({"import", "add", "move-in", "restore", "serve"})
COMMANDS_THAT_NAME_THEIR_LIBRARY = frozenset({"restore", "serve"})
COMMANDS_WITHOUT_LIBRARY = frozenset(
    {"completion", "copy", "help", "keys", "library", "schema", "settings", "themes"}
)
COMMANDS_FOR_SOME_ENGINES: Mapping[str, Capability] = {
    "backup": "backup",
    "compact": "compact",
    "doctor --repair": "repair",
    "restore": "backup",
}
"""What commands need of a library that not every engine does."""


def resolve_library(options: argparse.Namespace) -> LibraryChoice:
    """Return the library this command works on, with the folders that belong to it."""
    return choose_library(os.environ, options.library)


def resolve_paths(options: argparse.Namespace) -> Paths:
    """Return the folders this command uses."""
    if options.command in COMMANDS_WITHOUT_LIBRARY:  # also shows why there is no library
        return platform_paths(os.environ)
    return resolve_library(options).paths


def require_library(options: argparse.Namespace) -> None:
    """Check that a library that was named exists, so that a slip in its name creates none.

    The default library may be missing: it is there from the first start on. A command that starts one says
    where, unless its own messages do.

    Raises:
        InvalidInput: A mistake in the settings hides which it is.
        UsageError: It does not exist, and the command does not start one.
    """
    if options.command in COMMANDS_WITHOUT_LIBRARY:
        return
    try:
        choice = resolve_library(options)
    except InvalidInput:
        if options.command == "doctor":  # it reports the mistake with all others
            return
        raise
    starts_one = options.command in COMMANDS_THAT_START_A_LIBRARY or (
        options.command == "feeds" and options.import_opml
    )
    _require_capability(options, choice.paths)
    if choice.paths.database:  # opening it tells
        return
    if not choice.source or _is_library(choice.paths.library):
        return
    place = f"{choice.paths.library} ({choice.source})"
    if not starts_one:
        raise UsageError(f"no library in {place}; `newstui import` and `newstui add` start one")
    if options.command not in COMMANDS_THAT_NAME_THEIR_LIBRARY:
        print_message(f"starting a library in {place}")


def _is_library(folder: Path) -> bool:
    with ProgressLine("looking for the library"):  # its disk may not answer
        return is_library(folder)


def _require_capability(options: argparse.Namespace, paths: Paths) -> None:
    """Check that the command is for libraries of this kind; `restore --into` is for another one.

    Raises:
        UsageError: It is not.
    """
    is_repair = options.command == "doctor" and options.repair
    command = f"{options.command} --repair" if is_repair else options.command
    needed = COMMANDS_FOR_SOME_ENGINES.get(command)
    is_elsewhere = options.command == "restore" and options.into
    if needed and not is_elsewhere and needed not in library_capabilities(paths):
        raise UsageError(describe_missing_capability(command))


def resolve_settings(options: argparse.Namespace) -> Settings:
    """Return the settings; report mistakes in the file and use the rest of it."""
    loaded = load_settings(resolve_paths(options).config)
    print_messages(loaded.faults)
    return loaded.settings


def find_config_faults(paths: Paths, loaded: LoadedSettings) -> tuple[str, ...]:
    """Return every mistake in the user's settings, keys, saved searches and themes."""
    from tui.config.config_faults import find_search_faults, list_config_faults
    from tui.config.keymaps import make_keymap
    from tui.config.theme_choice import ThemeChoice

    settings = loaded.settings
    themes = ThemeChoice(settings, os.environ, paths.config, paths.state)
    keymap = make_keymap(settings.preset, settings.keys)
    searches = find_search_faults(settings.searches)
    return (*list_config_faults(loaded, keymap, themes), *searches)


def choose_pager(options: argparse.Namespace) -> tuple[str, ...]:
    """Return the user's pager; empty for none."""
    from tui.cli.pager import find_pager

    settings = load_settings(resolve_paths(options).config).settings
    return find_pager(settings.pager, os.environ)


def load_with_progress(library: Library) -> None:
    """Load a library and show the progress."""
    with ProgressLine("opening the library") as line:
        for step in library.load():
            line.update(describe_loading(step.done, step.total, history=step.is_history))


def _open_library(paths: Paths) -> Library:
    """Open a library; show that it takes long, unless a program may ask for a password meanwhile."""
    with nullcontext() if paths.database else ProgressLine("opening the library"):
        return open_library(paths)


@contextmanager
def open_loaded_library(options: argparse.Namespace) -> Iterator[Library]:
    """Open and load the library; report its problems and use the rest of it."""
    with closing(_open_library(resolve_paths(options))) as library:
        load_with_progress(library)
        print_messages(library.problems)
        yield library


def update_index_with_progress(library: Library) -> None:
    """Update the search index and show the progress."""
    reported = set(library.problems)
    with ProgressLine("indexing") as line:
        for step in library.update_index():
            if step.total:
                line.update(f"{step.done:,} of {format_count(step.total, 'article')}")
    print_messages(problem for problem in library.problems if problem not in reported)


def update_similar_with_progress(library: Library) -> None:
    """Update what similar articles are found with, and show the progress."""
    update_index_with_progress(library)
    with ProgressLine("comparing by meaning") as line:
        for step in library.update_embeddings():
            if step.total:
                line.update(f"{step.done:,} of {format_count(step.total, 'article')}")


def open_similar_with_progress(library: Library) -> None:
    """Update the search index, show the progress, and open the embeddings that there are."""
    update_index_with_progress(library)
    library.open_embeddings()


@contextmanager
def open_article(options: argparse.Namespace) -> Iterator[tuple[Library, FullArticle]]:
    """Open the library and the article of `options.id`; report problems of both."""
    with open_loaded_library(options) as library:
        reported = set(library.problems)
        entry = library.get_article(library.find_id(options.id))
        print_messages(problem for problem in library.problems if problem not in reported)
        yield library, entry


def run_article_hook(
    options: argparse.Namespace, library: Library, name: HookName, articles: Sequence[str]
) -> None:
    """Run the user's hook for these articles, if there is one."""
    if articles and (program := getattr(resolve_settings(options), name)):
        from store.system.programs import run_hook  # imported here: most users have no hooks

        metadata = (metadata_to_dict(*each) for each in library.articles(articles))
        if problem := run_hook(name, program, metadata):
            print_message(problem)
