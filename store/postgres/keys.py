"""Keys of texts in the database: the same in every process, unlike those of rows in memory."""

from __future__ import annotations

from hashlib import blake2b


def hash_key(text: str) -> int:
    """Return a stable hash of a text, as a signed integer of 64 bits."""
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
