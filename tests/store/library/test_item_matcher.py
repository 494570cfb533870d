"""Which item is which: no article is doubled, lost or overwritten, whatever a feed changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.feeds.entry import FeedInfo
from store.feeds.parse import parse_feed
from store.importers.article_builder import build_article
from store.journal.events import Event
from store.library.item_matcher import MAX_ITEM_CHANGES, ItemMatcher, StoredItem
from store.library.protocol import Library
from store.maintenance.compact import RETENTION
from store.model.article import Article, Body, ParsedArticle
from store.search.list_query import ListQuery
from store.segments.documents import article_from_values, article_to_values
from store.text.prose import count_words
from store.text.urls import make_former_url_id, make_guid_id, make_page_id
from tests.support.closing import close_libraries
from tests.support.libraries import (
    START,
    Client,
    FakeClock,
    Machine,
    NewClient,
    add,
    list_rows,
)
from tests.support.maintenance import compact
from tests.support.network import rss

FEED = "https://h.example/feed"
NOW = "2024-06-01T00:00:00Z"
SECRET = FEED.replace("://", "://ada:secret@")
SHOW = "https://h.example/show"
A, B = "https://h.example/a", "https://h.example/b"
DAY = "Wed, 01 May 2024 00:00:00 GMT"
ONE_DATE, OTHER_DATE = "Wed, 01 May 2024 07:08:09 GMT", "Thu, 02 May 2024 10:11:12 GMT"
FUTURE = "Wed, 01 Jan 2031 00:00:00 GMT"


@dataclass(frozen=True)
class Item:
    """An item of a feed as its publisher writes it."""

    title: str = "A"
    guid: str = ""
    link: str = ""
    date: str = ""
    text: str | None = None

    def xml(self) -> str:
        """Return the item as RSS."""
        text = f"Text of {self.title}" if self.text is None else self.text
        fields = {"title": self.title, "description": text, "pubDate": self.date, "link": self.link}
        written = "".join(f"<{k}>{escape(v)}</{k}>" for k, v in fields.items() if v)
        guid = f'<guid isPermaLink="false">{escape(self.guid)}</guid>' if self.guid else ""
        return f"<item>{written}{guid}</item>"


Document = Sequence[Item]


def fetch(library: Library, document: Document, feed: str = FEED, now: str = NOW) -> None:
    """Add a document as a fetch does, through the encoding of the parser process."""
    data = rss(*(each.xml() for each in document), site="https://h.example/").encode()
    found = parse_feed(data, "", FeedInfo(feed, feed, now)).articles
    add(library, [article_from_values(article_to_values(each)) for each in found])


def texts(library: Library) -> list[str]:
    """Return the texts of all articles, sorted."""
    return sorted(library.get_article(row.id).body.text for row in list_rows(library, ListQuery()))


A1, A2, A3 = Item("A", "e1", SHOW), Item("B", "e2", SHOW), Item("C", "e3", SHOW)
A1_DATED = Item("A", "e1", A, ONE_DATE)
STATUS = Item("Service degraded", "e1", SHOW, ONE_DATE, "First.")

CASES: dict[str, tuple[list[Document], int]] = {
    # -- a guid that is unique in the document
    "shared link, own guids": ([[A1, A2]], 2),
    "shared link, own guids, same titles": ([[A1, replace(A1, guid="e2")]], 2),
    "shared link, the window moves": ([[A1, A2], [A2, A3]], 3),
    "shared link, one item at a time": ([[A1], [A2], [A3]], 3),
    "shared link, one at a time and back": ([[A1], [A2], [A1, A2], [A1]], 2),
    "shared link, same title, other date and text": (
        [[STATUS], [replace(STATUS, guid="e2", date=OTHER_DATE, text="Second.")]],
        2,
    ),
    "shared link, same day and boilerplate text": (
        [[Item("A", "e1", SHOW, DAY, "Read on.")], [Item("B", "e2", SHOW, DAY, "Read on.")]],
        2,
    ),
    "the home page as the link": ([[Item("A", "e1", "https://h.example/")],
                                   [Item("B", "e2", "http://h.example")]], 2),
    "http becomes https": ([[Item("A", "e1", "http://h.example/a")], [Item("A", "e1", A)]], 1),
    "the slug is edited": ([[Item("A", "e1", A)], [Item("A", "e1", B)]], 1),
    "the slug is edited, then the guid": (
        [[Item("A", "e1", A)], [Item("A", "e1", B)], [Item("A", "e9", B)]], 1),
    "the guid changes, then the slug": (
        [[Item("A", "e1", A)], [Item("A", "e9", A)], [Item("A", "e9", B)]], 1),
    "the title changes, then the guid": (
        [[Item("A", "e1", A, text="x")], [Item("A2", "e1", A, text="x")],
         [Item("A2", "e2", A, text="x")]], 1),
    "the guid is the link, and the slug is edited": ([[Item("A", A, A)], [Item("A", A, B)]], 1),
    "the guid is the link, and becomes another": ([[Item("A", A, A)], [Item("A", "urn:1", A)]], 1),
    "a guid is added": ([[Item("A", "", A)], [Item("A", "e1", A)]], 1),
    "a guid is added, then the slug is edited": (
        [[Item("A", "", A)], [Item("A", "e1", A)], [Item("A", "e1", B)]], 1),
    "a guid is removed": ([[Item("A", "e1", A)], [Item("A", "", A)]], 1),
    "guids of a shared link are removed": (
        [[A1, A2], [replace(A1, guid=""), replace(A2, guid="")]], 2),
    "guids count positions": (
        [[Item("A", "1", A), Item("B", "2", B)], [Item("C", "1", f"{B}c"), Item("A", "2", A)]], 3),
    "guids count positions, no links": (
        [[Item("A", "1", "", ONE_DATE)], [Item("B", "1", "", OTHER_DATE)]], 2),
    "guid alone, the title is corrected": ([[Item("A", "e1")], [Item("A2", "e1", text="x")]], 1),
    "guid alone, redated": (
        [[Item("A", "e1", "", ONE_DATE)], [Item("A", "e1", "", OTHER_DATE)]], 1),
    "two items change links": (
        [[Item("A", "e1", A), Item("B", "e2", B)], [Item("A", "e1", B), Item("B", "e2", A)]], 2),
    "a link is given to another item": (
        [[Item("A", "e1", A)], [Item("A", "e1", B), Item("C", "e3", A)],
         [Item("A", "e1", B), Item("C", "e3", A)]], 2),
    # -- a guid that changes
    "the guid changes": ([[Item("A", "e1", A)], [Item("A", "e9", A)]], 1),
    "the guid changes with the text": (
        [[A1_DATED], [replace(A1_DATED, guid="e9", text="Edited.")]], 1),
    "the guid changes with the title": (
        [[replace(A1_DATED, text="x")], [replace(A1_DATED, guid="e9", title="A2", text="x")]], 1),
    "the guid is new at every fetch": (
        [[replace(A1_DATED, guid=f"e{n}")] for n in range(2 * MAX_ITEM_CHANGES)], 1),
    "the guid is the link with a number": (
        [[Item("A", f"{A}#0", A, ONE_DATE, "x")], [Item("B", f"{A}#1", A, OTHER_DATE, "x")]], 1),
    "a shared guid": ([[Item("A", "e1", A), Item("B", "e1", B)]] * 2, 2),
    "a shared guid without links": ([[Item("A", "e1"), Item("B", "e1")]] * 2, 2),
    "a shared guid and link": ([[Item("A", "e1", SHOW), Item("B", "e1", SHOW)]] * 2, 2),
    "everything shared but the date": (
        [[Item("A", "e1", SHOW, ONE_DATE), Item("A", "e1", SHOW, OTHER_DATE)]] * 2, 2),
    # -- the link
    "the title changes": ([[Item("A", "", A)], [Item("A2", "", A)]], 1),
    "link alone, title and text change one by one": (
        [[Item("A", "", A, ONE_DATE, "x")], [Item("B", "", A, ONE_DATE, "x")],
         [Item("B", "", A, ONE_DATE, "y")]], 1),
    "link alone, http becomes https": (
        [[Item("A", "", "http://h.example/a")], [Item("A2", "", A)]], 1),
    "link alone, one item at a time": (
        [[Item("A", "", SHOW, ONE_DATE)], [Item("B", "", SHOW, OTHER_DATE)]], 2),
    "link alone, the slug is edited": (
        [[Item("A", "", A, ONE_DATE)], [Item("A", "", B, ONE_DATE)]], 1),
    "same titles, other links": ([[Item("A", "", A)], [Item("A", "", B)]], 2),
    "the site moves": ([[A1_DATED], [Item("A", "f1", "https://new.example/a", ONE_DATE)]], 1),
    "fragments": ([[Item("A", "", f"{SHOW}#v1"), Item("B", "", f"{SHOW}#v2")]], 2),
    "fragments, one at a time": (
        [[Item("A", "", f"{SHOW}#v1")], [Item("B", "", f"{SHOW}#v2")], [Item("C", "", SHOW)]], 3),
    "routes": ([[Item("A", "", f"{SHOW}#/r/1"), Item("B", "", f"{SHOW}#/r/2")]], 2),
    "sections of the home page": (
        [[Item("A", "", "https://h.example/#1"), Item("B", "", "https://h.example/#2")]] * 2, 2),
    "a fragment that tracks": ([[Item("A", "", f"{A}#xtor=RSS-1")], [Item("A", "", A)]], 1),
    "a fragment that tracks, with a guid": (
        [[Item("A", "e1", f"{A}#Echobox=17")], [Item("A", "e1", f"{A}#Echobox=18")]], 1),
    "a fragment that highlights": ([[Item("A", "", f"{A}#:~:text=x")], [Item("A", "", A)]], 1),
    "more parameters that track": (
        [[Item("A", "", f"{A}?{each}")] for each in ("mtm_source=x", "ref=rss", "pk_kwd=y", "")], 1),
    "a parameter that does not track": (
        [[Item("A", "", f"{A}?ref=1")], [Item("B", "", f"{A}?ref=2")]], 2),
    "a title in another Unicode form": (
        [[Item("Caf\u00e9", text="T")], [Item("Cafe\u0301", text="T")]] * 2, 1),
    "a text in another Unicode form": (
        [[Item("A", text="Caf\u00e9")], [Item("A", text="Cafe\u0301")]], 1),
    "two Unicode forms in one document": (
        [[Item("Caf\u00e9", text="T"), Item("Cafe\u0301", text="T")]], 1),
    "a parameter that tracks": ([[Item("A", "", f"{A}?utm_source=x")], [Item("A", "", A)]], 1),
    "a slash at the end": (
        [[Item("A", "", A, ONE_DATE, "x")], [Item("A", "", f"{A}/", ONE_DATE, "Edited.")],
         [Item("A2", "", "http://www.h.example/a", ONE_DATE, "Edited.")]], 1),
    "a slash before a query and a fragment": (
        [[Item("A", "", f"{A}/?b=1#v1", "", "x")], [Item("A", "", f"{A}?b=1#v1", "", "Edited.")]], 1),
    "www, and the guid is the link": (
        [[Item("A", "http://www.h.example/a", "http://www.h.example/a", ONE_DATE, "x")],
         [Item("A", A, A, ONE_DATE, "Edited.")]], 1),
    "links that differ by a slash only": (
        [[Item("A", "", A, ONE_DATE, "x"), Item("B", "", f"{A}/", OTHER_DATE, "y")]] * 2, 2),
    "spellings of one address": (
        [[Item("A", "", "https://h.example/caf%c3%a9", "", "x")],
         [Item("A2", "", "https://H.example:443/caf\xe9", "", "x")]], 1),
    "shared link, no guid": ([[Item("A", "", SHOW, DAY), Item("B", "", SHOW, DAY)]] * 2, 2),
    "shared link, no guid, a text is edited": (
        [[Item("A", "", SHOW, DAY), Item("B", "", SHOW, DAY)],
         [Item("A", "", SHOW, DAY, "Edited."), Item("B", "", SHOW, DAY)]], 2),
    # -- the content
    "no link, no guid": ([[Item("A"), Item("B")]] * 2, 2),
    "no link, no guid, in the future": ([[Item("A", date=FUTURE)]] * 3, 1),
    "no link, no guid, until it is no longer the future": (
        [[Item("A", date="Sat, 01 Jun 2024 09:00:00 GMT")]] * 2, 1),
    "title and date, the text is edited": (
        [[Item("A", date=DAY)], [Item("A", date=DAY, text="Edited.")]], 1),
    "titles every day": (
        [[Item("A", date=ONE_DATE)], [Item("A", date=OTHER_DATE), Item("A", date=ONE_DATE)]], 2),
    "same title and date, own texts": (
        [[Item("A", date=DAY, text="x"), Item("A", date=DAY, text="y")]] * 2, 2),
    "title alone, other texts": ([[Item("A", text="x")], [Item("A", text="y")]], 2),
    "other dates tell which number is the month": (
        [[Item("A", date="02-01-2024")], [Item("A", date="02-01-2024"), Item("B", date="13-01-2024")],
         [Item("A", date="02-01-2024")]], 2),
    "a date is added": ([[Item("A")], [Item("A", date=DAY)]], 1),
    # -- the same twice
    "an item twice": ([[A1, A1]] * 2, 1),
    "an item twice, the link tracks": (
        [[Item("A", "e1", A), Item("A", "e1", f"{A}?utm_source=x")]] * 2, 1),
    "two versions of an item": ([[A1_DATED, replace(A1_DATED, text="Older.")]] * 2, 1),
}  # fmt: skip


@pytest.fixture
def library(client: Client) -> Library:
    return client.open()


@pytest.mark.parametrize("name", CASES)
def test_items_are_told_apart(library: Library, name: str) -> None:
    """Case 96: the number of articles after some fetches."""
    documents, expected = CASES[name]
    for document in documents:
        fetch(library, document)
    assert len(list_rows(library, ListQuery())) == expected


@pytest.mark.parametrize("name", [name for name in CASES if "position" not in name])
def test_any_order_of_items_is_the_same(library: Library, name: str) -> None:
    """Case 96: the order in a document decides nothing."""
    documents, expected = CASES[name]
    for document in documents:
        fetch(library, document[::-1])
    assert len(list_rows(library, ListQuery())) == expected


def test_an_opened_article_keeps_its_text_and_an_unopened_one_grows(library: Library) -> None:
    fetch(library, [A1_DATED, Item("B", "e2", B)])
    opened = next(row.id for row in list_rows(library, ListQuery()) if row.title == "A")
    library.record("opened", [opened])
    longer = "A text of the same article that is longer than it was."
    fetch(
        library,
        [replace(A1_DATED, link=f"{A}-2", text=longer), Item("B", "e2", f"{B}-2", "", longer)],
    )
    assert texts(library) == [longer, "Text of A"]


def test_a_link_that_moved_is_opened_and_found(client: Client) -> None:
    """The article has its current link, on every machine and after a restart."""
    fetch(client.open(), [Item("A", "e1", A)])
    fetch(client.open(), [Item("A", "e9", A)])
    fetch(client.open(), [Item("A", "e9", B)])
    library = client.beside("laptop").open()
    (row,) = list_rows(library, ListQuery())
    article = library.get_article(row.id).article
    assert (article.id, article.url, article.extra["guid"]) == (make_page_id(A), B, "e9")
    assert library.identify([B, "e9", A]) == ([row.id], [])
    fetch(library, [Item("A", "e9", f"{B}-2")])
    assert len(list_rows(library, ListQuery())) == 1


@pytest.mark.parametrize(
    "item", [Item("A"), Item("A", "e1", SHOW), Item("A", "", A, DAY), Item("A", "e1")]
)
def test_a_title_that_the_user_edits_changes_nothing(library: Library, item: Item) -> None:
    fetch(library, [item])
    (row,) = list_rows(library, ListQuery())
    library.record("edited", [row.id], to={"title": "Mine"})
    for _ in range(2):
        fetch(library, [item])
    assert [row.title for row in list_rows(library, ListQuery())] == ["Mine"]
    assert len(edits(library)) == 1


def test_a_deleted_article_does_not_come_back(library: Library) -> None:
    fetch(library, [Item("A", "e1", A)])
    library.record("deleted", [row.id for row in list_rows(library, ListQuery())])
    for item in (Item("A", "e1", B), Item("A", "e2", B), Item("A", "e2", SHOW)):
        fetch(library, [item])
        assert not list_rows(library, ListQuery())


def test_a_purged_article_does_not_come_back(machine: Machine) -> None:
    library = machine.open()
    fetch(library, [Item("A", "e1", A), A1])
    library.record("deleted", [row.id for row in list_rows(library, ListQuery())])
    machine.clock.now += RETENTION + timedelta(days=1)
    assert compact(machine).texts == 2
    library = machine.open()
    fetch(library, [Item("A", "e1", B)])
    assert not list_rows(library, ListQuery())
    fetch(library, [A2])
    assert [row.title for row in list_rows(library, ListQuery())] == ["B"]


def test_another_feed_with_the_same_links_is_the_same_articles(library: Library) -> None:
    fetch(library, [Item("A", "e1", A)])
    fetch(library, [Item("Other title", "x1", A)], "https://planet.example/feed")
    assert len(list_rows(library, ListQuery())) == 1


def edits(library: Library) -> list[Event]:
    return [event for batch in library.events({"edited"}) for event in batch]


def test_only_changes_are_recorded_and_not_for_ever(library: Library) -> None:
    """A feed that makes new guids for every fetch does not fill the journal."""
    for _ in range(3):
        fetch(library, [A1_DATED, A2])
    assert edits(library) == []
    for number in range(MAX_ITEM_CHANGES + 5):
        fetch(library, [replace(A1_DATED, guid=f"new {number}"), A2])
    assert len(edits(library)) == MAX_ITEM_CHANGES
    fetch(library, [replace(A1_DATED, guid="next day"), A2], now="2040-06-02T00:00:00Z")
    assert len(edits(library)) == MAX_ITEM_CHANGES + 1


@pytest.mark.parametrize(
    "item",
    [
        Item("T", "e{}", SHOW, text="{}"),
        Item("T", text="{}"),
        Item("T {}", "e", SHOW, text="{}"),
    ],
)
def test_an_item_is_compared_with_few_articles(
    library: Library, item: Item, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many articles of a feed have one title, link or guid."""
    reads: list[str] = []
    read = ItemMatcher.read

    def counted(matcher: ItemMatcher, id_: str) -> StoredItem | None:
        reads.append(id_)
        return read(matcher, id_)

    monkeypatch.setattr(ItemMatcher, "read", counted)
    for fetched in range(3):
        number = range(100 * fetched, 100 * fetched + 100)
        fetch(library, [replace(item, title=item.title.format(n), guid=item.guid.format(n),
                                text=f"Text {n}") for n in number])  # fmt: skip
    assert len(list_rows(library, ListQuery())) == 300
    assert len(reads) < 300


def test_the_last_change_counts_whatever_the_clocks_say(client: Client) -> None:
    """Another machine's clock is a day behind, and stands still."""
    fetch(client.open(), [A1_DATED])
    fetch(client.open(), [replace(A1_DATED, guid="e2")])
    behind = client.beside("laptop", FakeClock(START - timedelta(days=1), timedelta()))
    for guid in ("e3", "e4", "e5", "e5"):
        fetch(behind.open(), [replace(A1_DATED, guid=guid)])
    library = client.open()
    assert len(edits(library)) == 4
    fetch(library, [replace(A1_DATED, guid="e5", link=B)])
    (row,) = list_rows(library, ListQuery())
    assert library.get_article(row.id).article.url == B


# -- libraries of older versions -----------------------------------------------------------


def stored(id_: str, title: str, url: str = "", guid: str = "", feed: str = FEED) -> ParsedArticle:
    """Return an article as older versions stored it."""
    text = f"Text of {title}"
    extra = {"feed": feed} | ({"guid": guid} if guid else {})
    facts = Article(
        id_, title, "F", url, created=NOW, updated=NOW, words=count_words(text), source="feed", extra=extra
    )  # fmt: skip
    return ParsedArticle(facts, Body(text))


OLD_LIBRARIES: dict[str, tuple[list[ParsedArticle], Document, int]] = {
    "a shared link was one article": (
        [stored(make_page_id(SHOW), "A", SHOW, "e1")], [A1, A2], 2),
    "it was overwritten by the next item": (
        [stored(make_page_id(SHOW), "B", SHOW, "e1")], [A2, A3], 2),
    "a fragment was not part of the id": (
        [stored(make_page_id(SHOW), "A", f"{SHOW}#v1")],
        [Item("A", "", f"{SHOW}#v1"), Item("B", "", f"{SHOW}#v2")], 2),
    "a fragment with a guid": (
        [stored(make_page_id(SHOW), "A", f"{SHOW}#v1", "e1")], [Item("A", "e1", f"{SHOW}#v1")], 1),
    "the home page with a guid": (
        [stored(make_guid_id(FEED, "e1"), "A", "https://h.example/", "e1")],
        [Item("A", "e1", "https://h.example/")], 1),
    "a section of the home page with a guid": (
        [stored(make_guid_id(FEED, "e1"), "A", "https://h.example/#1", "e1")],
        [Item("A", "e1", "https://h.example/#1")], 1),
    "a guid that several items have": (
        [stored(make_guid_id(FEED, "e1"), "A", "", "e1")], [Item("A", "e1"), Item("B", "e1")], 2),
    "a password in the URL of the feed": (
        [stored(make_guid_id(SECRET, "e1"), "A", "", "e1", SECRET)], [Item("A2", "e1")], 1),
    "a parameter that was not known to track": (
        [stored(make_former_url_id(f"{A}?mtm_source=x"), "A", f"{A}?mtm_source=x")],
        [Item("A", "", f"{A}?mtm_source=x")], 1),
    "a parameter that was not known to track, and another title": (
        [stored(make_former_url_id(f"{A}?ref=rss"), "A", f"{A}?ref=rss")],
        [Item("A2", "", f"{A}?ref=rss")], 1),
    "two copies of one item": (
        [stored(make_page_id(B), "A", B, "e1"), stored(make_page_id(A), "A", A, "e1")],
        [Item("A", "e1", B)], 2),
}  # fmt: skip


@pytest.mark.parametrize("name", OLD_LIBRARIES)
def test_an_old_library_is_neither_doubled_nor_merged(library: Library, name: str) -> None:
    before, document, expected = OLD_LIBRARIES[name]
    add(library, before)
    for _ in range(2):
        fetch(library, document)
        assert len(list_rows(library, ListQuery())) == expected


# -- imports -------------------------------------------------------------------------------


def imported(**fields: object) -> ParsedArticle:
    return build_article(fields, source="import", now=NOW)


def test_what_was_imported_at_another_form_of_its_url_is_not_fetched_anew(library: Library) -> None:
    add(library, [imported(url="http://www.h.example/a/", title="A")])
    for document in ([Item("A", "e1", A)], [Item("A", "e1", A), Item("B", "e2", B)]):
        fetch(library, document)
        fetch(library, document)
    assert sorted(row.title for row in list_rows(library, ListQuery())) == ["A", "B"]


LONG = "The council of Brae has voted to keep its ferry."

IMPORTS: dict[str, tuple[list[ParsedArticle], list[ParsedArticle], int]] = {
    "routes": ([imported(url=f"{SHOW}#/r/1", title="A")], [imported(url=f"{SHOW}#/r/2", title="A")], 2),
    "fragments": ([imported(url=f"{SHOW}#v1", title="A")], [imported(url=f"{SHOW}#v2", title="A")], 2),
    "another form of the URL": (
        [imported(url="http://www.h.example/a/?x=1", title="A"), imported(url=B, title="A")],
        [imported(url=f"{A}?x=1", title="A"), imported(url=B.replace("https:", "http:"), title="A")], 2),
    "parameters in another order": (
        [imported(url=f"{A}?y=2&x=1&z=3", title="A"), imported(url=f"{B}?a=1&a=2", title="B")],
        [imported(url=f"{A}?x=1&z=3&y=2", title="A"), imported(url=f"{B}?a=2&a=1", title="B")], 3),
    "parameters in two orders at once": (
        [], [imported(url=f"{A}?{each}", title="A") for each in ("c=3&b=2&a=1", "b=2&a=1&c=3")], 1),
    "two forms of a URL at once": (
        [], [imported(url="http://www.h.example/a/", title="A"), imported(url=A, title="A"), imported(url=B, title="A")], 2),
    "a fragment that tracks": ([imported(url=A, title="A")], [imported(url=f"{A}#xtor=X", title="A")], 1),
    "parameters that track": (
        [imported(url=f"{A}?{each}", title="A") for each in ("mtm_source=x", "ref=rss", "id=1")],
        [imported(url=f"{A}?fbclid=1&pk_kwd=y", title="A")], 2),
    "an old id with a parameter that tracks": (
        [imported(id=make_former_url_id(f"{A}?ref=rss"), url=f"{A}?ref=rss", title="A")],
        [imported(url=f"{A}?ref=rss", title="A")], 1),
    "a note in another Unicode form": (
        [imported(title="Caf\u00e9", text=f"{LONG} \u00e9")],
        [imported(title="Cafe\u0301", text=f"{LONG} e\u0301")], 1),
    "a title that an older version made of a picture": (
        [imported(title=f"A. Brae. {LONG}", text=f"![A. Brae.](https://h.example/a.jpg) {LONG}")],
        [imported(text=f"![A. Brae.](https://h.example/a.jpg) {LONG}")], 1),
    "an old id without the fragment": (
        [imported(id=make_page_id(SHOW), url=f"{SHOW}#v1", title="A")],
        [imported(url=f"{SHOW}#v1", title="A"), imported(url=f"{SHOW}#v2", title="A")], 2),
    "the same note on two days": (
        [imported(title="A", text=LONG, date="2024-05-01")],
        [imported(title="A", text=LONG, date="2024-05-02")], 2),
    "a zone that was not understood": (
        [imported(title="A", text=LONG, date="2024-05-01T10:00:00Z")],
        [imported(title="A", text=LONG, date="2024-05-01T17:00:00Z")], 1),
    "a number that was misread": (
        [imported(title="A", text=LONG, date="1970-08-23T06:15:01Z")],
        [imported(title="A", text=LONG, date=20240501)], 1),
    "a month that was taken for the day": (
        [imported(title="A", text=LONG, date="2024-03-04T10:00:00Z")],
        [imported(title="A", text=LONG, date="2024-04-03T10:00:00Z")], 1),
    "a date that can be read now": (
        [imported(title="A", text=LONG, extra={"date": "1. Mai 2024"})],
        [imported(title="A", text=LONG, date="1. Mai 2024")], 1),
    "a note whose zone was not understood, and another": (
        [imported(title="A", text=LONG, date="2024-05-01T10:00:00Z")],
        [imported(title="A", text=LONG, date="2024-05-01T17:00:00Z"),
         imported(title="A", text=LONG, date="2024-05-01T18:00:00Z")], 2),
    "two notes in one file": (
        [],
        [imported(title="A", text=LONG, date="2024-05-01T10:00:00Z"),
         imported(title="A", text=LONG, date="2024-05-01T17:00:00Z")], 2),
}  # fmt: skip


@pytest.mark.parametrize("name", IMPORTS)
def test_imports_are_told_apart(library: Library, name: str) -> None:
    before, after, expected = IMPORTS[name]
    add(library, before)
    for _ in range(2):
        add(library, after)
        assert len(list_rows(library, ListQuery())) == expected


def test_a_saved_page_is_one_article_whatever_its_fragment(library: Library) -> None:
    pages = [build_article({"url": f"{A}{end}", "title": "A"}, source="page", now=NOW)
             for end in ("", "#one", "#two")]  # fmt: skip
    add(library, pages)
    assert len(list_rows(library, ListQuery())) == 1


def test_a_page_completes_the_bookmark_of_its_section(library: Library) -> None:
    add(library, [imported(url=f"{A}#one", title="A")])
    add(
        library,
        [build_article({"url": f"{A}#one", "title": "A", "text": LONG}, source="page", now=NOW)],
    )
    assert texts(library) == [LONG]


# -- any history ---------------------------------------------------------------------------

ACTIONS = st.lists(
    st.tuples(st.sampled_from(["publish", "publish", "drop", "guid", "link", "title", "open", "swap"]),
              st.integers(0, 5)),
    min_size=1, max_size=12,
)  # fmt: skip
KINDS = st.tuples(
    st.booleans(), st.sampled_from(["own", "shared", "fragment", "none"]), st.booleans()
).filter(lambda kind: kind != (False, "shared", False))
"""Guids, links and dates; a link that items share must have something beside it."""


@dataclass
class Publisher:
    """A feed that changes one thing of one item at a time; the last word of each text is its number."""

    has_guids: bool
    link: str
    is_dated: bool
    items: dict[int, Item]
    published: int = 0
    changes: int = 0

    def act(self, action: str, place: int) -> None:
        """Change the feed."""
        number = list(self.items)[place % len(self.items)] if self.items else 0
        if action == "publish" or not self.items:
            self.publish()
        elif action == "drop":
            del self.items[min(self.items)]
        elif action == "swap":
            self.items = dict(reversed(self.items.items()))
        else:
            self.items[number] = self.change(action, self.items[number])

    def publish(self) -> None:
        """Publish an item."""
        number = self.published = self.published + 1
        link = {"own": f"{A}{number}", "shared": SHOW, "fragment": f"{SHOW}#v{number}", "none": ""}
        date = f"Wed, 01 May 2024 07:08:{number:02} GMT" if self.is_dated else ""
        guid = f"guid {number}" if self.has_guids else ""
        self.items[number] = Item(f"Title {number}", guid, link[self.link], date, f"Text {number}")

    def change(self, what: str, item: Item) -> Item:
        """Change one field of an item, if another field still tells which item it is."""
        self.changes += 1
        if what == "guid" and self.has_guids and self.link != "none":
            return replace(item, guid=f"new guid {self.changes}")
        if (
            what == "link"
            and self.link in ("own", "fragment")
            and (self.has_guids or self.is_dated)
        ):
            return replace(item, link=item.link.replace("h.example/", f"h.example/{self.changes}/"))
        if what == "title" and (self.has_guids or self.link in ("own", "fragment")):
            return replace(item, title=f"{item.title} ({self.changes})")
        return item


@given(KINDS, ACTIONS)
def test_no_history_of_a_feed_doubles_or_loses_an_article(
    new_client: NewClient, kind: tuple[bool, str, bool], actions: list[tuple[str, int]]
) -> None:
    """Case 96: after each fetch there is one article an item, with the item's text."""
    feed = Publisher(*kind, items={})
    close_libraries()  # of the example before
    library = new_client(FakeClock()).open()
    for action, place in actions:
        feed.act(action, place)
        fetch(library, list(feed.items.values()))
        if action == "open" and (rows := list_rows(library, ListQuery())):
            library.record("opened", [rows[place % len(rows)].id])
        assert texts(library) == sorted(f"Text {n + 1}" for n in range(feed.published))
