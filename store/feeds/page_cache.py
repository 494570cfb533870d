"""Pages in which no article text was found, kept for another try: they may be gone by then."""

from __future__ import annotations

import contextlib
import gzip
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

from store.model.errors import LibraryUnavailable, SaveFailed
from store.system.files import make_folder, write_atomically

MAX_CACHED_PAGE_BYTES = 2_000_000
"""Bytes of a page that is kept."""
MAX_CACHED_PAGES = 200
"""Pages that are kept; those kept first go first."""
CACHE_KEY = re.compile(r"[\w-]{1,64}")


@dataclass(frozen=True, slots=True)
class PageCache:
    """The pages, one file an article; derived, and nothing is lost without them."""

    cache: Path

    def save(self, article: str, html: str) -> None:
        """Keep a page, unless it is too large; that it cannot be kept is no reason to stop."""
        data = html.encode("utf-8", "replace")
        if not 0 < len(data) <= MAX_CACHED_PAGE_BYTES or not CACHE_KEY.fullmatch(article):
            return
        with contextlib.suppress(LibraryUnavailable, SaveFailed, OSError):
            make_folder(self._path(article).parent)
            write_atomically(self._path(article), gzip.compress(data, mtime=0))
            files = self._path(article).parent.glob("*.html.gz")
            for old in sorted(files, key=lambda path: path.stat().st_mtime)[:-MAX_CACHED_PAGES]:
                old.unlink()

    def load(self, article: str) -> bytes:
        """The page of an article in UTF-8; nothing where none is kept or it cannot be read."""
        if not CACHE_KEY.fullmatch(article):
            return b""
        try:
            with gzip.open(self._path(article)) as file:
                return file.read(MAX_CACHED_PAGE_BYTES)
        except (OSError, EOFError, zlib.error):
            return b""

    def remove(self, article: str) -> None:
        """Forget the page of an article, which has its text now."""
        if CACHE_KEY.fullmatch(article):
            with contextlib.suppress(OSError):
                self._path(article).unlink()

    def _path(self, article: str) -> Path:
        return self.cache / "pages" / f"{article}.html.gz"
