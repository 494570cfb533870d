"""Where things are: the library, what is derived from it, what belongs to this machine."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from slugify import slugify

from store.errors import LibraryUnavailable
from store.files import make_folder, write_atomic

APP = "newstui"


@dataclass(frozen=True, slots=True)
class Paths:
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
            specification says that such are to be ignored (case 30).
        library: The folder given with `--library`.
    """
    from platformdirs import PlatformDirs

    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        if not os.path.isabs(environ.get(name, "/")):  # noqa: PTH117
            os.environ.pop(name, None)
    dirs = PlatformDirs(APP, appauthor=False)
    own = dirs.user_data_path
    cache = dirs.user_cache_path
    if library is not None and library.absolute() != own:
        digest = sha256(os.fsencode(os.path.realpath(library))).hexdigest()[:12]
        cache = cache / "libraries" / digest
    return Paths(
        library=(library or own).absolute(),
        cache=cache,
        state=dirs.user_state_path,
        config=dirs.user_config_path,
    )


def machine_name(state: Path, environ: Mapping[str, str]) -> str:
    """This machine's name in file names: a slug of the host name and four random characters.

    The random part is made once and kept in the state folder, so that two hosts of one name stay
    apart; `NEWSTUI_MACHINE` overrides the whole name.

    Raises:
        LibraryUnavailable: The state folder cannot be written.
    """
    if given := slugify(environ.get("NEWSTUI_MACHINE", ""), max_length=40):
        return given
    host = slugify(socket.gethostname().partition(".")[0], max_length=24) or "machine"
    return f"{host}-{_random_id(state / 'machine')}"


def _random_id(file: Path) -> str:
    try:
        kept = slugify(file.read_text(encoding="utf-8", errors="replace"))[:4]
    except FileNotFoundError:
        kept = ""
    except OSError as error:
        raise LibraryUnavailable(f"cannot read {file}: {error.strerror}") from error
    if not kept:
        kept = secrets.token_hex(2)
        make_folder(file.parent)
        write_atomic(file, kept.encode())
    return kept
