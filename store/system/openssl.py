"""Starting without OpenSSL, whose libraries take five megabytes and milliseconds."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from types import ModuleType

OPENSSL_MODULES = ("ssl", "_hashlib")
OWN_HASH_MODULES = (
    "_md5",
    "_sha1",
    "_sha3",
    "_sha512" if find_spec("_sha512") else "_sha2",
    "_blake2",
)
"""What `hashlib` uses without OpenSSL; some systems leave them out."""


@contextmanager
def without_openssl() -> Iterator[None]:
    """Have modules imported as if Python had been built without OpenSSL.

    For `asyncio` and `hashlib`: the one is not used for TLS, and the other has hashes of its own.
    Afterwards `import ssl` works as ever, for what fetches.
    """
    has_own_hashes = all(find_spec(name) is not None for name in OWN_HASH_MODULES)
    missing = [name for name in OPENSSL_MODULES if name not in sys.modules and has_own_hashes]
    for name in missing:
        sys.modules[name] = None  # type: ignore[assignment]  # Python's sign for "cannot be imported"
    try:
        yield
    finally:
        for name in missing:
            del sys.modules[name]


@contextmanager
def with_empty_ssl() -> Iterator[None]:
    """Have modules imported that want `ssl`, and use nothing of it.

    Afterwards `import ssl` works as ever.
    """
    is_missing = "ssl" not in sys.modules
    if is_missing:
        sys.modules["ssl"] = ModuleType("ssl")
    try:
        yield
    finally:
        if is_missing:
            del sys.modules["ssl"]
