"""Where things are: the library, what is derived from it, what belongs to this machine.

The reader waits for this before its first screen, so that little is imported here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

APP_NAME = "newstui"


class Paths(NamedTuple):
    """The folders newstui works with."""

    library: Path
    cache: Path
    state: Path
    config: Path


def platform_paths(environ: Mapping[str, str], library: Path | None = None) -> Paths:
    """The platform's folders for newstui, or those that go with the library that was named.

    A library other than the user's own has a cache of its own, so that two never mix.

    Args:
        environ: Looked at for `XDG_*` variables that are not absolute; the XDG base directory
            specification says that such are to be ignored (case 30). `NEWSTUI_CONFIG` names
            another folder for settings and themes.
        library: The folder given with `--library`.

    Raises:
        LibraryUnavailable: Nothing says where the home folder is.
    """
    from platformdirs import PlatformDirs

    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        if not os.path.isabs(environ.get(name, "/")):  # noqa: PTH117
            os.environ.pop(name, None)
    dirs = PlatformDirs(APP_NAME, appauthor=False)
    try:
        own, cache = dirs.user_data_path, dirs.user_cache_path
    except RuntimeError as error:
        from store.model.errors import LibraryUnavailable

        raise LibraryUnavailable("there is no home folder: HOME is not set") from error
    if library is not None and library.absolute() != own:
        from hashlib import sha256

        digest = sha256(os.fsencode(os.path.realpath(library))).hexdigest()[:12]
        cache = cache / "libraries" / digest
    return Paths(
        library=(library or own).absolute(),
        cache=cache,
        state=dirs.user_state_path,
        config=Path(environ.get("NEWSTUI_CONFIG") or dirs.user_config_path).absolute(),
    )
