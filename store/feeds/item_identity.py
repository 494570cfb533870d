"""The identity of items: each item of a feed document once, with its id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from unicodedata import normalize

from store.model.article import FeedItem, ParsedArticle
from store.model.times import has_time_of_day
from store.text.urls import make_guid_id, make_link_key, make_page_key, make_url_id


def identify_items(built: Sequence[ParsedArticle], key: str, site: str) -> Iterator[ParsedArticle]:
    """Yield every item of a document once, with its id and with what no other item of it has.

    The id is made from its link, else from its guid in this feed, else from its content.

    Args:
        built: The items as `store.feeds.parse` builds them: with an id of their content, and with guid and
            link in `item`, also where other items have the same.
        key: The key of the feed.
        site: The home page of the feed, which is no item's own link.
    """
    items = {_identity(each): each for each in reversed(built)}
    guids = Counter(_named(each).guid for each in items.values())
    links = Counter(make_page_key(each.article.url) for each in items.values())
    links[make_page_key(site)] += 1
    for each in reversed(items.values()):
        article, given = each.article, _named(each)
        guid = given.guid if guids[given.guid] == 1 else ""
        link = given.link if given.link and links[make_page_key(given.link)] == 1 else ""
        # The link is preferred to the guid, because programs change guids when a site moves.
        id_ = make_url_id(link) if link else make_guid_id(key, guid) if guid else article.id
        stated = str(article.extra.get("guid", article.url)) if guid else ""
        yield replace(each, article=replace(article, id=id_), item=FeedItem(stated, link))


def _named(found: ParsedArticle) -> FeedItem:
    return found.item or FeedItem()


def _identity(found: ParsedArticle) -> tuple[str, ...]:
    """Return what two items have in common only if they are the same, perhaps in two versions."""
    article, guid = found.article, _named(found).guid
    is_version = guid and has_time_of_day(article.stated_date)
    text = "" if is_version else found.body.text
    title, text = normalize("NFC", article.title), normalize("NFC", text)
    return guid, make_link_key(article.url), title, article.stated_date, text
