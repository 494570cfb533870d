"""The folders of newstui: library, cache, state, configuration.

The reader needs them before its first screen, so this module imports little.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

SUBSCRIPTIONS_FILE = "feeds.opml"
"""The file of a library's folder that has its feeds."""
SEARCHES_FILE = "searches.toml"
"""The file of a library's folder that has its saved searches."""


class Paths(NamedTuple):
    """The folders newstui works with, all absolute."""

    library: Path
    cache: Path
    state: Path
    config: Path


def platform_paths(environ: Mapping[str, str], library: Path | None = None) -> Paths:
    """Return the platform's folders for newstui, or those that belong to the library given.

    A library other than the default has a cache of its own. Relative `XDG_*` variables are ignored, as the
    XDG base directory specification demands (case 30); `NEWSTUI_CONFIG` names another folder for settings
    and themes.

    Raises:
        LibraryUnavailable: There is no home folder.
    """
    from platformdirs import PlatformDirs

    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        if not os.path.isabs(environ.get(name, "/")):  # noqa: PTH117
            os.environ.pop(name, None)
    dirs = PlatformDirs("newstui", appauthor=False)
    try:
        default, cache = dirs.user_data_path, dirs.user_cache_path
    except RuntimeError as error:
        from store.model.errors import LibraryUnavailable

        raise LibraryUnavailable("there is no home folder: HOME is not set") from error
    if library is not None and library.absolute() != default:
        from hashlib import sha256

        digest = sha256(os.fsencode(os.path.realpath(library))).hexdigest()[:12]
        cache = cache / "libraries" / digest
    return Paths(
        library=(library or default).absolute(),
        cache=cache,
        state=dirs.user_state_path,
        config=Path(environ.get("NEWSTUI_CONFIG") or dirs.user_config_path).absolute(),
    )
