"""Which machine this is: every file of a library is written by one, and named after it."""

from __future__ import annotations

import contextlib
import os
import re
import socket
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

from slugify import slugify

from store.model.errors import LibraryUnavailable, SaveFailed
from store.system.files import make_folder, write_atomically

MACHINE_ID_FILES = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
MACHINE_NAME_SUFFIX = re.compile(r"-[0-9a-f]{4}\Z")
"""The random characters at the end of a machine's name."""


def machine_name(state: Path, environ: Mapping[str, str], mark: str | None = None) -> str:
    """This machine's name in file names: a slug of the host name and four random characters.

    The random part is made once and kept in the state folder, so that two hosts of one name stay
    apart; `NEWSTUI_MACHINE` overrides the whole name. It is kept together with the machine's
    fingerprint: a state folder that came from another machine (a clone of its disk, a copy of its
    home) has no random part for this one, so it gets its own. Where nothing can be kept, the
    fingerprint stands in for the random part.

    Args:
        state: The state folder, which no sync should carry.
        environ: The environment.
        mark: The fingerprint, if not that of the machine we run on.

    Raises:
        LibraryUnavailable: The state folder is there and cannot be read.
    """
    if given := slugify(environ.get("NEWSTUI_MACHINE", ""), max_length=40):
        return given
    host = slugify(socket.gethostname().partition(".")[0], max_length=24) or "machine"
    return f"{host}-{_load_or_create_id(state / 'machine', machine_fingerprint() if mark is None else mark)}"


def is_same_machine(one: str, other: str) -> bool:
    """Whether two names are of one machine, whose host had another name before."""
    id_ = MACHINE_NAME_SUFFIX.search(one)
    return one == other or (id_ is not None and other.endswith(id_[0]))


def machine_fingerprint(files: Iterable[Path] = MACHINE_ID_FILES) -> str:
    """What tells this machine from a clone of it, as a hash that gives nothing away.

    It is made of the system's machine id (machine-id(5)), or of the network address where there
    is none; empty if there is neither.
    """
    for file in files:
        with contextlib.suppress(OSError):
            text = file.read_text(encoding="ascii", errors="replace").strip()
            if text and text != "uninitialized":
                return _hash(text)
    import uuid  # here: few systems need it, and it is not light

    node = uuid.getnode()
    made_up = node >> 40 & 1  # RFC 9562, 6.10: then it is another one each time
    return "" if made_up else _hash(f"{node:012x}")


def _hash(text: str) -> str:
    return sha256(f"newstui machine {text}".encode()).hexdigest()[:16]


def _load_or_create_id(file: Path, mark: str) -> str:
    ids = _read_ids(file)
    if kept := ids.get(mark):
        return kept
    if not mark and ids:
        return next(iter(ids.values()))
    unmarked = ids.pop("", "")  # made before fingerprints were kept
    new = unmarked or os.urandom(2).hex()
    lines = [f"{id_} {known}\n" for known, id_ in {**ids, mark: new}.items()]
    try:
        make_folder(file.parent)
        write_atomically(file, "".join(lines).encode())
    except (LibraryUnavailable, SaveFailed):
        return unmarked or _hash(mark)[:4]
    return new


def _read_ids(file: Path) -> dict[str, str]:
    """The random part of each fingerprint; one address may come and go with its network card."""
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise LibraryUnavailable(f"cannot read {file}: {error.strerror}") from error
    ids: dict[str, str] = {}
    for line in text.splitlines():
        id_, _, mark = line.strip().partition(" ")
        if id_ := slugify(id_)[:4]:
            ids.setdefault(mark, id_)
    return ids
