"""Loose pages: pages of the web that are read, and are not in the library.

They are kept in memory alone, until the reader ends or they are added. Nothing that happens to them is
recorded.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from store.library.protocol import Library
from store.model.article import FullArticle, ParsedArticle, ReadingStatus
from store.text.urls import extract_host

MAX_LOOSE_PAGES = 50
"""Loose pages in memory; the trail leads back to no more of them."""


@dataclass(eq=False)
class LoosePages:
    """The pages that are not in the library, by the ids that they would have there."""

    _pages: OrderedDict[str, ParsedArticle] = field(default_factory=OrderedDict)

    def __contains__(self, article: str) -> bool:
        return article in self._pages

    def put(self, page: ParsedArticle) -> None:
        """Keep a page; the one that was kept first gives way."""
        self._pages[page.article.id] = page
        if len(self._pages) > MAX_LOOSE_PAGES:
            self._pages.popitem(last=False)

    def remove(self, article: str) -> None:
        """Forget a page, which is no longer loose."""
        self._pages.pop(article, None)

    def get(self, article: str) -> FullArticle | None:
        """Return a page as it is shown; None if there is none of this id."""
        page = self._pages.get(article)
        if page is None:
            return None
        host = extract_host(page.article.url)
        return FullArticle(page.article, page.body, ReadingStatus(), source_name=host)


def keep_page(library: Library, loose: LoosePages, page: FullArticle) -> None:
    """Add a loose page to the library.

    Raises:
        LibraryReadOnly: The library cannot be changed.
    """
    for _ in library.add([ParsedArticle(page.article, page.body, page.reading)]):
        pass
    loose.remove(page.article.id)
