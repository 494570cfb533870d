"""The splash screen: the first screen of the last session, drawn while the reader loads.

Loading Textual takes some tenths of a second, and the first rows are known before. The saved screen
is drawn only if nothing has changed since: the library's files, the size of the terminal, the
variables that decide about colours. Neither Textual nor the store is imported here.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from store.system.paths import Paths

SPLASH_FILE = "curtain"
DISPLAY_VARIABLES = ("TERM", "COLORTERM", "COLORFGBG", "NO_COLOR")
"""The variables that decide about colours."""


def compute_splash_signature(
    paths: Paths, size: tuple[int, int], env: Mapping[str, str], version: str
) -> str:
    """Return what the first screen depends on: it is valid as long as this stays the same."""
    looks = [f"{name}={env.get(name, '')}" for name in DISPLAY_VARIABLES]
    return "|".join([version, "{}x{}".format(*size), *looks, f"{_checksum_files(paths):08x}"])


def _checksum_files(paths: Paths) -> int:
    library = paths.library
    files = [_file_status(paths.config / "settings.toml"), _file_status(paths.state / "theme.json")]
    for folder in (library / "articles", library / "journal", paths.config / "themes"):
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            files += [_file_status(entry) for entry in entries if not entry.name.startswith(".")]
    return crc32(repr(sorted(files)).encode())


def _file_status(file: Path | os.DirEntry[str]) -> tuple[str, int, int]:
    with contextlib.suppress(OSError):
        status = file.stat()
        return file.name, status.st_size, status.st_mtime_ns
    return file.name, 0, 0


def draw_splash(cache: Path, wanted: str, screen: int) -> bool:
    """Draw the saved screen on a descriptor of the terminal if it has the current signature."""
    with contextlib.suppress(OSError, ValueError):
        file = cache / SPLASH_FILE
        signature, _, frame = (file.read_bytes() if file.is_file() else b"").partition(b"\n")
        if signature == wanted.encode() and frame:
            _write_all(screen, b"\x1b[?1049h\x1b[?25l" + frame)
            return True
    return False


def _write_all(descriptor: int, data: bytes) -> None:
    """Write every byte; `os.write` may write only some."""
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]


def save_splash(cache: Path, signature: str, lines: Iterable[tuple[int, int, str]]) -> None:
    """Save the first screen for next time; without it the next start only looks slower.

    Each line is given by column, row and styled content.
    """
    frame = "".join(f"\x1b[{row + 1};{column + 1}H{text}" for column, row, text in lines)
    data = f"{signature}\n{frame}".encode()
    new = cache / f".newstui-{os.getpid()}.tmp"
    with contextlib.suppress(OSError):
        cache.mkdir(0o700, parents=True, exist_ok=True)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            _write_all(descriptor, data)
        finally:
            os.close(descriptor)
        new.replace(cache / SPLASH_FILE)
    with contextlib.suppress(OSError):
        new.unlink(missing_ok=True)  # the disk is full
