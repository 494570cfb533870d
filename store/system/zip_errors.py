"""The exceptions of damaged ZIP files."""

from __future__ import annotations

import struct
import zlib
from lzma import LZMAError
from zipfile import BadZipFile

ZIP_ERRORS = (
    BadZipFile, EOFError, KeyError, LZMAError, NotImplementedError, OverflowError, RuntimeError, struct.error,
    TypeError, ValueError, zlib.error,
)  # fmt: skip
"""What zipfile raises for a file that is no ZIP, or a damaged one."""
