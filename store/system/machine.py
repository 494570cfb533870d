"""The identity of this machine: each file of a library is written by one machine and named after it."""

from __future__ import annotations

import contextlib
import os
import platform
import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

from store.model.errors import LibraryUnavailable, SaveFailed
from store.system.files import make_folder, read_regular, write_atomically

MACHINE_ID_FILES = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
MACHINE_NAME_SUFFIX = re.compile(r"-[0-9a-f]{4}\Z")
"""The random characters at the end of a machine name."""
_PLAIN_NAME = re.compile(r"(?:[a-z0-9]+(?:-[a-z0-9]+)*)?")


def machine_name(state: Path, environ: Mapping[str, str], fingerprint: str | None = None) -> str:
    """Return this machine's name in file names: a slug of the host name and four random characters.

    The random part is made once and saved in the state folder, so that two hosts of the same name
    differ; `NEWSTUI_MACHINE` overrides the whole name. It is saved together with the fingerprint of the
    machine: a state folder copied from another machine (a disk clone, a copied home) has no random part
    for this one, so a new one is made. If nothing can be saved, the fingerprint replaces the random part.

    Raises:
        LibraryUnavailable: The state folder exists and cannot be read.
    """
    if given := _slug(environ.get("NEWSTUI_MACHINE", ""), max_length=40):
        return given
    host = _slug(platform.node().partition(".")[0], max_length=24) or "machine"
    if fingerprint is None:
        fingerprint = machine_fingerprint()
    return f"{host}-{_load_or_create_id(state / 'machine', fingerprint)}"


def is_same_machine(one: str, other: str) -> bool:
    """Return True if both names are of one machine, perhaps renamed."""
    id_ = MACHINE_NAME_SUFFIX.search(one)
    return one == other or (id_ is not None and other.endswith(id_[0]))


def machine_fingerprint(files: Iterable[Path] = MACHINE_ID_FILES) -> str:
    """Return a hash that tells this machine from a clone of it and reveals nothing else.

    It is made from the system's machine id (machine-id(5)), else from the network address; empty if
    there is neither.
    """
    for file in files:
        with contextlib.suppress(OSError):
            text = read_regular(file).decode("ascii", "replace").strip()
            if text and text != "uninitialized":
                return _hash(text)
    import uuid  # imported here: few systems need it, and it is not light

    node = uuid.getnode()
    is_random = node >> 40 & 1  # RFC 9562, 6.10: different each time
    return "" if is_random else _hash(f"{node:012x}")


def _slug(text: str, max_length: int = 0) -> str:
    if (not max_length or len(text) <= max_length) and _PLAIN_NAME.fullmatch(text.lower()):
        return text.lower()
    from slugify import slugify  # imported here: few names need it, and it is not light

    return slugify(text, max_length=max_length)


def _hash(text: str) -> str:
    return sha256(f"newstui machine {text}".encode()).hexdigest()[:16]


def _load_or_create_id(file: Path, fingerprint: str) -> str:
    ids = _read_ids(file)
    if known := ids.get(fingerprint):
        return known
    if not fingerprint and ids:
        return next(iter(ids.values()))
    legacy = ids.pop("", "")  # from before fingerprints were saved
    new = legacy or os.urandom(2).hex()
    lines = [f"{id_} {owner}\n" for owner, id_ in {**ids, fingerprint: new}.items()]
    try:
        make_folder(file.parent)
        write_atomically(file, "".join(lines).encode())
    except (LibraryUnavailable, SaveFailed):
        return legacy or _hash(fingerprint)[:4]
    return new


def _read_ids(file: Path) -> dict[str, str]:
    """Return the random part by fingerprint; a fingerprint may change with the network card."""
    try:
        text = read_regular(file).decode(errors="replace")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise LibraryUnavailable(f"cannot read {file}: {error.strerror}") from error
    ids: dict[str, str] = {}
    for line in text.splitlines():
        id_, _, fingerprint = line.strip().partition(" ")
        if id_ := _slug(id_)[:4]:
            ids.setdefault(fingerprint, id_)
    return ids
