"""The words of the full-text index, in the table `term`: which there are, and how frequent each is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from store.postgres.access import Access

LANGUAGE_FIELD = "language"
"""The field of the languages that articles state, which are not words of a text."""
MAX_PREFIX_WORDS = 2000
"""Words with a common prefix that are looked at."""
MAX_KNOWN_WORDS = 50_000
"""Words whose frequency is remembered."""
_AFTER_PREFIX = chr(0x10FFFF)


class IndexSize(NamedTuple):
    """The size of the full-text index of all libraries of an account."""

    documents: int
    title_words: int
    text_words: int

    @property
    def mean_title_words(self) -> float:
        """The number of words of a title, on average."""
        return max(1.0, self.title_words / max(1, self.documents))

    @property
    def mean_text_words(self) -> float:
        """The number of words of a text, on average."""
        return max(1.0, self.text_words / max(1, self.documents))


def read_index_size(access: Access) -> IndexSize:
    """Return the size of the index as it is now."""
    row = access.connection.row(
        "select coalesce(sum(documents), 0)::bigint, coalesce(sum(title_words), 0)::bigint,"
        " coalesce(sum(text_words), 0)::bigint from newstui.indexed where library = any(%s)",
        [list(access.libraries)],
    )
    return IndexSize(*(row or (0, 0, 0)))


class IndexWords:
    """The words of the index at one size, for `store.search.vocabulary` and `term_vectors`."""

    def __init__(self, access: Access, size: IndexSize) -> None:
        """Look up nothing yet."""
        self._access = access
        self.size = size
        self._frequencies: dict[str, int] = {}
        self._prefixes: dict[str, Mapping[str, int]] = {}

    @property
    def document_count(self) -> int:
        """The number of articles in the index."""
        return self.size.documents

    def languages(self) -> list[str]:
        """Return the languages that the articles state."""
        return list(self.words_with_prefix([LANGUAGE_FIELD], ""))

    def words_with_prefix(
        self, fields: Sequence[str], prefix: str, limit: int | None = None
    ) -> dict[str, int]:
        """Return the words of some fields that start with a prefix, and how many articles have each."""
        rows = self._access.connection.rows(
            "select term, sum(documents)::bigint from unnest(%(fields)s::text[]) f,"
            " lateral (select term, documents from newstui.term"
            " where library = any(%(libraries)s) and field = f and term >= %(first)s and term < %(end)s"
            " order by term limit %(limit)s) found group by term",
            {
                "fields": list(fields),
                "libraries": list(self._access.libraries),
                "first": prefix,
                "end": prefix + _AFTER_PREFIX,
                "limit": limit,
            },
        )
        return dict(rows)

    def count_articles(self, fields: Sequence[str], words: Collection[str]) -> dict[str, int]:
        """Return for each of some words that some fields have how many articles have it."""
        rows = self._access.connection.rows(
            "select term, sum(documents)::bigint from newstui.term where library = any(%s)"
            " and field = any(%s) and term = any(%s) group by term",
            [list(self._access.libraries), list(fields), list(words)],
        )
        return dict(rows)

    def prefix_frequencies(self, prefix: str) -> Mapping[str, int]:
        """Return words of texts and titles that start with a prefix, up to a limit."""
        if prefix not in self._prefixes:
            fields = ("body", "title")
            self._prefixes[prefix] = self.words_with_prefix(fields, prefix, MAX_PREFIX_WORDS)
        return self._prefixes[prefix]

    def frequencies(self, words: Iterable[str]) -> Mapping[str, int]:
        """Return for each word, and others, in how many texts it occurs, or else in how many titles."""
        known = self._frequencies
        if len(known) > MAX_KNOWN_WORDS:
            known.clear()
        if missing := [word for word in words if word not in known]:
            rows = self._access.connection.rows(
                "select term, sum(documents)::bigint from newstui.term where library = any(%s)"
                " and field = any('{body,title}') and term = any(%s)"
                " group by term, field order by field = 'body'",
                [list(self._access.libraries), missing],
            )
            known |= dict.fromkeys(missing, 0)
            known |= {word: min(number, self.size.documents) for word, number in rows}
        return known
