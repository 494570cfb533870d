"""The feeds that an HTML page names (https://www.rssboard.org/rss-autodiscovery)."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from store.text.urls import resolve_web_url

FEED_MEDIA_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/feed+json",
        "application/json",
        "application/rdf+xml",
        "application/xml",
        "text/xml",
    }
)
MAX_FEED_LINKS = 10


def find_feed_links(html: str, url: str) -> list[str]:
    """The URLs of a page's feeds, the main one first; feeds of comments come last."""
    page = LexborHTMLParser(html)
    base = page.css_first("base[href]")
    root = resolve_web_url((base.attributes.get("href") or "") if base else "", url) or url
    found: dict[str, bool] = {}
    for link in page.css("link[rel][href]"):
        names = {
            name: (link.attributes.get(name) or "") for name in ("rel", "type", "href", "title")
        }
        kind = names["type"].partition(";")[0].strip().lower()
        if "alternate" not in names["rel"].lower().split() or kind not in FEED_MEDIA_TYPES:
            continue
        if target := resolve_web_url(names["href"], root):
            about_comments = "comment" in (names["title"] + names["href"]).lower()
            found.setdefault(target, about_comments)
    return sorted(found, key=lambda each: found[each])[:MAX_FEED_LINKS]
