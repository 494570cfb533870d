"""Pages of the web: the whole text of an article, and pages that its links lead to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from store.library.protocol import Library
from store.model.article import Article, ParsedArticle
from store.model.errors import FetchCancelled, FetchFailed, NewstuiError, PrivateHost
from store.text.urls import redact_url

if TYPE_CHECKING:
    from store.feeds.fetch import FetchContext
    from store.feeds.resolve_url import PageCache


def open_text_cache(library: Library) -> PageCache:
    """Return the cache of the texts of articles' pages."""
    from store.feeds.resolve_url import page_text_cache  # imported here: most sessions need none

    return page_text_cache(library.feeds.cache)


def find_page_text(library: Library, article: Article) -> str:
    """Return the text of an article's page from the cache; empty if it is not there."""
    return open_text_cache(library).load(article.id).decode("utf-8", "replace")


def is_private_page_allowed(library: Library, url: str, article: Article) -> bool:
    """Return True for a page on a private host that the user has allowed, for the article's feed."""
    from store.feeds.subscriptions import is_private_host_allowed

    key = article.extra.get("feed")
    feeds = library.feeds.subscriptions() if key else ()
    return is_private_host_allowed(url, (each for each in feeds if each.key == key))


def fetch_page(
    context: FetchContext,
    url: str,
    *,
    is_private_allowed: bool,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> ParsedArticle:
    """Return the article of a page; the tools in `context` are used up.

    Raises:
        FetchCancelled: It is no longer wanted.
        FetchFailed: It cannot be fetched, or is no page with a text.
    """
    from store.feeds.resolve_url import UrlResolver, fetch_page_article

    resolver = UrlResolver(
        context, "page", is_private_allowed=is_private_allowed, is_cancelled=is_cancelled
    )
    try:
        return fetch_page_article(url, resolver)
    except FetchCancelled:
        raise
    except PrivateHost as error:
        raise FetchFailed(f"Not fetched: {error}") from error
    except NewstuiError as error:
        raise FetchFailed(f"{redact_url(url)}: {error}") from error
    finally:
        context.close()
