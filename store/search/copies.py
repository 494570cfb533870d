"""Find articles that are copies of each other when they are indexed, and keep them in the cache.

`ArticleFeatures.is_duplicate` decides. Only articles that may be copies are compared: those with the
same title, or with some of the same least hashes of three neighbouring words (min-wise hashing;
Broder 1997, "On the resemblance and containment of documents"). The first
article of a group is what all others are compared to, so that a chain of texts, each a little different, is no group.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from heapq import nsmallest
from pathlib import Path
from zlib import crc32

from store.model.article import Article
from store.search.similar import ArticleFeatures, normalize_title
from store.search.term_vectors import MAX_COMPARED_CHARS
from store.system.files import make_folder
from store.text.stop_words import detect_language

FORMAT = 1
"""Incremented with how articles are compared; a file of another format is made anew."""
KEY_COUNT = 16
"""Hashes that are kept of a text."""
MIN_SHARED_KEYS = 2
"""Hashes that two texts share before they are compared."""
MAX_ARTICLES_OF_KEY = 20
"""Articles with the same hash, or title; more of them share what every text of a feed has."""
MAX_COMPARED_ARTICLES = 8
WORD_PATTERN = re.compile(r"\w+")

_SCHEMA = """
    CREATE TABLE IF NOT EXISTS articles
        (number INTEGER PRIMARY KEY, id TEXT UNIQUE, words INTEGER, copies INTEGER);
    CREATE INDEX IF NOT EXISTS groups_of_copies ON articles (copies);
    CREATE TABLE IF NOT EXISTS keys
        (key INTEGER, number INTEGER, PRIMARY KEY (key, number)) WITHOUT ROWID;
"""

ReadFeatures = Callable[[str, str], ArticleFeatures | None]
"""Returns the features of an article by its id and a language; None if it is gone."""


def text_keys(text: str) -> list[int]:
    """Return the least hashes of three neighbouring words of a text."""
    words = WORD_PATTERN.findall(text[:MAX_COMPARED_CHARS].casefold())
    triples = {
        crc32(f"{one} {two} {three}".encode())
        for one, two, three in zip(words, words[1:], words[2:], strict=False)
    }
    return nsmallest(KEY_COUNT, triples)


def title_key(title: str) -> int:
    """Return the hash of a title, which is never that of a text."""
    return -1 - crc32(normalize_title(title).encode())


class CopyFinder:
    """The copies among the articles of a library, in a file that may be deleted at any time."""

    def __init__(self, file: Path) -> None:
        """Open the file, or make it anew if it is damaged.

        Raises:
            sqlite3.Error: It cannot be written.
            LibraryUnavailable: Its folder cannot be created.
        """
        self._file = file
        make_folder(file.parent)
        try:
            self._connection = self._open()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            file.unlink()
            self._connection = self._open()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._file, timeout=0, check_same_thread=False)
        try:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version != FORMAT:
                connection.executescript(
                    "DROP TABLE IF EXISTS articles; DROP TABLE IF EXISTS keys;"
                    f"{_SCHEMA} PRAGMA user_version = {FORMAT};"
                )
            connection.execute("PRAGMA synchronous = OFF")  # a lost file is made anew
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        """Close the file; what was not committed is found again."""
        with suppress(sqlite3.Error):
            self._connection.close()

    def commit(self) -> None:
        """Keep what was found so far."""
        self._connection.commit()

    def is_known(self, article: str, words: int) -> bool:
        """Return True if an article was compared with that number of words."""
        found = self._connection.execute("SELECT words FROM articles WHERE id = ?", (article,))
        return bool(found.fetchone() == (words,))

    def groups(self) -> Mapping[str, int]:
        """Return a number for every article that has copies, which is the same for all of them."""
        return dict(
            self._connection.execute(
                "SELECT id, copies FROM articles WHERE copies IN"
                " (SELECT copies FROM articles GROUP BY copies HAVING count(*) > 1)"
            )
        )

    def add(self, article: Article, text: str, read: ReadFeatures) -> bool:
        """Compare an article with those before it; return True if it is a copy.

        Args:
            article: The article, which is compared again when it has another number of words.
            text: Its text.
            read: Reads the first article of a group.
        """
        keys = text_keys(text)
        group = self._find_group(article, text, keys, read)
        found = self._connection.execute("SELECT number FROM articles WHERE id = ?", (article.id,))
        if (row := found.fetchone()) is not None:
            (number,) = row
            self._connection.execute("DELETE FROM keys WHERE number = ?", (number,))
            if group == number:
                group = None
        else:
            number = self._connection.execute(
                "INSERT INTO articles (id) VALUES (?)", (article.id,)
            ).lastrowid
        self._connection.execute(
            "UPDATE articles SET words = ?, copies = ? WHERE number = ?",
            (article.words, number if group is None else group, number),
        )
        if group is None:
            self._connection.executemany(
                "INSERT OR IGNORE INTO keys VALUES (?, ?)",
                [(key, number) for key in (*keys, title_key(article.title))],
            )
        return group is not None

    def _find_group(
        self, article: Article, text: str, keys: Sequence[int], read: ReadFeatures
    ) -> int | None:
        candidates = list(self._candidates(title_key(article.title), keys))
        if not candidates:
            return None
        language = article.language or detect_language(text)
        features = ArticleFeatures.from_text(article.title, text, language)
        for number, first in candidates:
            if (other := read(first, language)) is not None and features.is_duplicate(other):
                return number
        return None

    def _candidates(self, title: int, keys: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Yield the first articles of groups that this may belong to, likely ones first."""
        shared: Counter[int] = Counter()
        for key in (title, *keys):
            numbers = self._connection.execute(
                "SELECT number FROM keys WHERE key = ? LIMIT ?", (key, MAX_ARTICLES_OF_KEY + 1)
            ).fetchall()
            if len(numbers) <= MAX_ARTICLES_OF_KEY:
                shared.update({n: MIN_SHARED_KEYS if key < 0 else 1 for (n,) in numbers})
        for number, count in shared.most_common(MAX_COMPARED_ARTICLES):
            if count >= MIN_SHARED_KEYS:
                found = self._connection.execute(
                    "SELECT id FROM articles WHERE number = ?", (number,)
                )
                if (row := found.fetchone()) is not None:
                    yield number, row[0]


def cache_features(read: ReadFeatures) -> ReadFeatures:
    """Return the same function with a memory: what is compared once is often compared again."""
    return lru_cache(256)(read)
