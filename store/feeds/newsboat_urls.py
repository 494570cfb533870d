"""newsboat's `urls`: a feed a line, then its tags, one of which may be `~` and a title."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement

from store.feeds.subscriptions import Subscriptions
from store.model.errors import InvalidInput

HIDDEN_TAG_PREFIX = "!"


def parse_newsboat_urls(text: str) -> Subscriptions:
    """The subscriptions in a `urls` file; the first tag is the category.

    Queries, filters and programs have no feed of their own; they are refused as such outlines are.

    Raises:
        BadInput: There is no address in it at all.
    """
    if "://" not in text:
        raise InvalidInput("neither OPML nor a list of feeds")
    root = Element("opml", version="2.0")
    body = SubElement(root, "body")
    folders: dict[str, Element] = {}
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        url, *tags = _split_words(line)
        title = next((tag[1:] for tag in tags if tag.startswith("~")), "")
        names = [tag for tag in tags if tag[:1] not in ("~", HIDDEN_TAG_PREFIX)]
        folder = body
        if names:
            if names[0] not in folders:
                folders[names[0]] = SubElement(body, "outline", text=names[0])
            folder = folders[names[0]]
        SubElement(folder, "outline", text=title or url, xmlUrl=url)
    return Subscriptions(root)


def _split_words(line: str) -> Sequence[str]:
    try:
        return shlex.split(line)
    except ValueError:  # a quote without its second
        return line.split()
