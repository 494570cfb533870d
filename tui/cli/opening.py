"""The library a command works on."""

from __future__ import annotations

import argparse
import os

from store.folder import FolderLibrary
from store.library import Library
from store.paths import Paths, machine_name, platform_paths
from store.times import system_clock
from tui.cli.output import tell


def paths_of(options: argparse.Namespace) -> Paths:
    """Where things are for this call."""
    return platform_paths(os.environ, options.library)


def unloaded(paths: Paths) -> FolderLibrary:
    """The library, nothing of it read yet."""
    machine = machine_name(paths.state, os.environ)
    return FolderLibrary(paths.library, paths.cache, machine, system_clock)


def loaded(options: argparse.Namespace) -> Library:
    """The whole library; what is wrong with it is told, and the rest works."""
    library = unloaded(paths_of(options))
    for _ in library.load():
        pass
    for problem in library.problems:
        tell(problem)
    return library
