"""What comes over the wire, made plain within bounds: an unpacked bomb never fits into them."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from email.message import Message

from store.model.errors import FetchFailed

ACCEPT_ENCODING = "gzip, deflate"
GZIP_WBITS, RAW_DEFLATE_WBITS = 16 + zlib.MAX_WBITS, -zlib.MAX_WBITS


def decompress_body(chunks: Iterable[bytes], encoding: str, limit: int) -> bytes:
    """The body, unpacked, as long as it is no larger than `limit` bytes.

    Raises:
        FetchFailed: It is larger, broken, or packed in a way that was not asked for.
    """
    unpack = _make_decoder(encoding.strip().lower())
    body = bytearray()
    for chunk in chunks:
        try:
            body += chunk if unpack is None else unpack(chunk, limit + 1 - len(body))
        except zlib.error:
            raise FetchFailed(f"the server sent broken {encoding}") from None
        if len(body) > limit:
            raise FetchFailed(f"too large (over {limit / 1_000_000:g} MB)")
    return bytes(body)


class _ZlibDecoder:
    """Unpacks gzip or deflate, never more than is asked for."""

    def __init__(self, wbits: int) -> None:
        self._wbits = wbits
        self._stream = zlib.decompressobj(wbits or zlib.MAX_WBITS)
        self._is_started = False

    def __call__(self, chunk: bytes, limit: int) -> bytes:
        if not self._is_started and not self._wbits and chunk[0] & 0x0F != 8:
            self._stream = zlib.decompressobj(
                RAW_DEFLATE_WBITS
            )  # many servers leave the header of zlib out
        self._is_started = True
        return self._stream.decompress(chunk, limit)


def _make_decoder(encoding: str) -> _ZlibDecoder | None:
    if encoding in ("", "identity"):
        return None
    if encoding in ("gzip", "x-gzip"):
        return _ZlibDecoder(GZIP_WBITS)
    if encoding == "deflate":
        return _ZlibDecoder(0)
    raise FetchFailed(f"the server packed it in a way that was not asked for ({encoding[:20]})")


def parse_content_type(content_type: str) -> tuple[str, str]:
    """The type and the charset that a `Content-Type` header names, in small letters."""
    message = Message()
    message["content-type"] = content_type.replace("\n", " ").replace("\r", " ")
    charset = message.get_param("charset", "")
    return message.get_content_type(), charset.lower() if isinstance(charset, str) else ""
