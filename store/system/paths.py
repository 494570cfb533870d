"""The folders of newstui: library, cache, state, configuration.

The reader needs them before its first screen, so this module imports little.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

DATABASE_SCHEMES = ("postgresql://", "postgres://")
SUBSCRIPTIONS_FILE = "feeds.opml"
"""The file of a library's folder that has its feeds."""
SEARCHES_FILE = "searches.toml"
"""The file of a library's folder that has its saved searches."""


class Paths(NamedTuple):
    """The folders newstui works with, all absolute."""

    library: Path
    """The folder of the library; one that does not exist if it is in a database."""
    cache: Path
    state: Path
    config: Path
    database: str = ""
    """The URL of the database that has the library; empty if it is in a folder."""


def is_database_url(name: str) -> bool:
    """Return True if a library is named by the URL of a database, and not by a folder."""
    return name.startswith(DATABASE_SCHEMES)


def platform_paths(
    environ: Mapping[str, str], library: Path | None = None, database: str = ""
) -> Paths:
    """Return the platform's folders for newstui, or those that belong to the library given.

    A library other than the default, or in a database, has a cache of its own. Relative `XDG_*` variables are ignored, as the
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
    if database:
        cache = _cache_of(cache, without_password(database).encode("utf-8", "surrogateescape"))
        library = cache / "library"
    elif library is not None and library.absolute() != default:
        cache = _cache_of(cache, os.fsencode(os.path.realpath(library)))
    return Paths(
        library=(library or default).absolute(),
        cache=cache,
        state=dirs.user_state_path,
        config=Path(environ.get("NEWSTUI_CONFIG") or dirs.user_config_path).absolute(),
        database=database,
    )


def _cache_of(caches: Path, name: bytes) -> Path:
    from hashlib import sha256

    return caches / "libraries" / sha256(name).hexdigest()[:12]


def without_password(url: str) -> str:
    """Return a URL without its password, which may change, and is kept nowhere."""
    scheme, _, rest = url.partition("://")
    account, at, server = rest.partition("@")
    return f"{scheme}://{account.partition(':')[0]}{at}{server}" if at else url
