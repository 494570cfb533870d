"""The version of the code that makes articles of what a feed sent.

Other code makes another text of the same entry. A fetch compares the version with that of the last one, so
that only what the publisher changed counts as an update.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from importlib.resources import files

from store.model.article import FeedItem, ParsedArticle

PACKAGES = ("store.feeds", "store.importers", "store.model", "store.text")
LIBRARIES = ("feedparser", "lxml", "selectolax", "trafilatura")
"""The distributions that have a part in the texts of feeds and pages."""


@cache
def converter_version() -> str:
    """Return a name of the code that is installed: another one for any other code."""
    found = blake2b(" ".join(map(version, LIBRARIES)).encode(), digest_size=8)
    for package in PACKAGES:
        for each in sorted(files(package).iterdir(), key=lambda each: each.name):
            if each.name.endswith(".py"):
                found.update(each.read_bytes())
    return found.hexdigest()


def read_anew(found: ParsedArticle) -> ParsedArticle:
    """Return an item whose longer text alone does not mean that its publisher changed it."""
    return replace(found, item=replace(found.item or FeedItem(), is_read_anew=True))
