"""Backups of bookmarks as Firefox keeps them: JSON in one block of LZ4 (`.jsonlz4`).

Source: the description of LZ4's block format by its author. The packages for it are in C, for all of LZ4.
"""

from __future__ import annotations

from store.model.errors import InvalidInput

MOZILLA_LZ4_MAGIC = b"mozLz40\0"
SIZE_BYTES = 4
MIN_MATCH = 4
MAX_NIBBLE = 15
"""A length of this goes on in the bytes that follow."""


def unpack_mozilla_lz4(data: bytes, limit: int) -> bytes:
    """Return what is packed in such a file.

    Raises:
        InvalidInput: It is damaged, or larger than the limit.
    """
    packed = data[len(MOZILLA_LZ4_MAGIC) :]
    size = int.from_bytes(packed[:SIZE_BYTES], "little")
    if size > limit:
        raise InvalidInput(f"larger than {limit >> 20} MB when unpacked")
    try:
        found = _unpack_block(packed[SIZE_BYTES:], size)
    except IndexError:
        found = b""
    if len(found) != size:
        raise InvalidInput("damaged LZ4")
    return found


def _unpack_block(block: bytes, size: int) -> bytes:
    """Return the contents of a block; too few or too many bytes if it is damaged."""
    out = bytearray()
    at = 0
    while at < len(block) and len(out) <= size:
        token = block[at]
        length, at = _read_length(block, at + 1, token >> 4)
        out += block[at : at + length]
        at += length
        if at >= len(block):
            break  # the last part has only literals
        offset = block[at] | block[at + 1] << 8
        length, at = _read_length(block, at + 2, token & MAX_NIBBLE)
        length += MIN_MATCH
        if not 0 < offset <= len(out) or length > size:
            return b""
        piece = bytes(out[len(out) - offset : len(out) - offset + length])
        out += (piece * (length // len(piece) + 1))[:length]
    return bytes(out)


def _read_length(block: bytes, at: int, length: int) -> tuple[int, int]:
    """Return a length that begins in a nibble, and the place behind it."""
    if length == MAX_NIBBLE:
        while (more := block[at]) == 0xFF:
            length += more
            at += 1
        length, at = length + more, at + 1
    return length, at
