"""Files compressed with gzip, as streams; of a damaged one, what comes before the damage."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import Any, BinaryIO

DAMAGE = (EOFError, gzip.BadGzipFile, zlib.error)


class GzipStream(io.RawIOBase):
    """The contents of a file in gzip."""

    def __init__(self, packed: BinaryIO) -> None:
        self._unpacked = gzip.GzipFile(fileobj=packed)
        self.problem = ""
        """The reason why it ends before its end; empty if it does not."""

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Unpack the next bytes into a buffer; return their number, 0 at the end."""
        try:
            data = b"" if self.problem else self._unpacked.read1(len(buffer))
        except DAMAGE as error:
            is_cut = isinstance(error, EOFError)
            self.problem = "truncated gzip data" if is_cut else "damaged gzip data"
            return 0
        buffer[: len(data)] = data
        return len(data)
