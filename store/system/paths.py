"""The folders of newstui: library, cache, state, configuration.

The reader needs them before its first screen, so this module imports little.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

DATABASE_SCHEMES = ("postgresql://", "postgres://")
PARTS_OF_DATABASE = frozenset({"dbname", "host", "hostaddr", "port", "service", "user"})
"""The parameters of a URL that tell one database or account from another."""
DATABASE_PORT = "5432"
"""The port of a server whose URL names none."""
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
        cache = _cache_of(cache, identify_database(database).encode("utf-8", "surrogateescape"))
        library = cache / "library"
    elif library is not None and not _is_same(library, default):
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


def redact_database_url(url: str) -> str:
    """Return the URL of a database as it is shown: without passwords, also unescaped ones.

    How to connect is left out as well, because there is little room for an error on the screen.
    """
    from urllib.parse import unquote

    from store.text.clean import clean_line

    account, place, query = _part_database_url(url)
    user = account.partition(":")[0]
    given = (each for each in query.split("&") if each)
    shown = [each for each in given if unquote(each.partition("=")[0]) in PARTS_OF_DATABASE]
    scheme, options = url.partition("://")[0], f"?{'&'.join(shown)}" if shown else ""
    return clean_line(f"{scheme}://{user}{'@' if user else ''}{place}{options}")


def _part_database_url(url: str) -> tuple[str, str, str]:
    """Return account, place and query of a URL."""
    rest, _, query = url.partition("://")[2].partition("?")
    account, _, place = rest.rpartition("@")
    return account, place, query


def _is_same(library: Path, default: Path) -> bool:
    """Return True if two paths lead to one folder, which need not exist."""
    return library.absolute() == default or os.path.realpath(library) == os.path.realpath(default)


def identify_database(url: str) -> str:
    """Return what is the same for all URLs of one account in one database.

    Neither the password nor how to connect belongs to it: both may change.
    """
    from urllib.parse import parse_qsl, unquote

    account, place, query = _part_database_url(url)
    hosts, _, database = place.partition("/")
    given = dict(parse_qsl(query))
    host, port = given.get("host", unquote(hosts)), given.get("port", "")
    names = (
        given.get("user", unquote(account.partition(":")[0])),
        ",".join(each.lower().removesuffix(f":{DATABASE_PORT}") for each in host.split(",")),
        port.removeprefix(DATABASE_PORT),
        given.get("dbname", unquote(database)),
        given.get("service", ""),
    )
    return "\n".join(names)
