"""Which machine this is: every file of a library is written by one, and named after it."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from pathlib import Path

from slugify import slugify

from store.errors import LibraryUnavailable
from store.files import make_folder, write_atomic


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
        kept = os.urandom(2).hex()
        make_folder(file.parent)
        write_atomic(file, kept.encode())
    return kept
