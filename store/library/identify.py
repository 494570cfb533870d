"""Articles by whatever another program knows them: id, address, or the id an item has in its feed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from store.library.protocol import Library
from store.search import ListQuery
from store.text.urls import canonicalize_url


def identify_articles(library: Library, names: Sequence[str]) -> tuple[list[str], list[str]]:
    """The articles of these names, looked up all at once.

    Returns:
        Ids of articles, each once, and the names that no article has.
    """
    ids: dict[str, None] = {}
    left: dict[str, None] = {}
    for name in names:
        found = next(
            (each for each in _candidate_ids(name) if library.get_row(each) is not None), ""
        )
        (ids if found else left)[found or name] = None
    if left:
        every = (row.id for row in library.rows(ListQuery()))
        for article, _ in library.articles(every):
            if (guid := article.extra.get("guid")) in left:
                del left[guid]
                ids[article.id] = None
    return list(ids), list(left)


def _candidate_ids(name: str) -> list[str]:
    """The ids an article of this name may have."""
    return [name, str(uuid.uuid5(uuid.NAMESPACE_URL, canonicalize_url(name)))]
