"""Find the stored article that a fetched or an imported item is; docs/feeds.md has the rules.

The id of an article is made from what identified its item when it arrived first. Feeds change that:
links move to https, guids are made anew, titles are corrected. So before articles are added, each item
is compared with the stored ones, and gets the id of the article that it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import groupby, islice
from typing import Literal, NamedTuple, TypeVar
from unicodedata import normalize

from store.importers.article_builder import make_text_id
from store.journal.events import NewEvent, stamp_to_seconds
from store.journal.reading_state import UNSET_REGISTER
from store.library.stored_articles import StoredArticles
from store.model.article import Article, ArticleRow, FeedItem, ParsedArticle, make_item_key
from store.model.times import DAY_SECONDS, has_time_of_day, parse_timestamp, to_unix_seconds
from store.text.prose import make_title
from store.text.urls import (
    canonicalize_link,
    canonicalize_url,
    iter_page_ids,
    make_former_url_id,
    make_guid_id,
    make_link_key,
    make_page_id,
    make_page_key,
    make_page_variants,
    make_url_id,
)

compose = partial(normalize, "NFC")
"""Return a text for comparisons: programs write the same accented letter as one character or as two."""
FORMS: Sequence[Literal["NFC", "NFD"]] = ("NFC", "NFD")
Key = TypeVar("Key")
Value = TypeVar("Value")

MAX_ITEM_CHANGES = 10
"""Changes of an item's guid, link or title that are recorded at once; others at most once a day, for some
feeds make new guids for every fetch."""
MAX_RECENT_PAGES = 2_000
"""Pages that are remembered until their articles are stored: twice as many as are stored at once."""
MAX_CANDIDATES = 16
"""Articles with the same guid, link or title that an item is compared with."""
DATE_FIELDS = ("date", "published", "published_at", "date_published")
"""Fields in which an import keeps a date that could not be read."""


class ItemMatcher:
    """Gives each article that arrives the id under which the library has it."""

    def __init__(self, articles: StoredArticles, taken: Collection[str] = ()) -> None:
        """Match with these articles of the library; `taken` are those imported already."""
        self.articles = articles
        self._changes: list[NewEvent] = []
        self._recent_pages: dict[str, str] = {}
        """The ids of articles that came last, by the first id that their page may have; they may be stored later."""
        self._taken = set(taken)
        """The articles without URL that were imported again, each of which is one item."""

    def match(self, found: Iterable[ParsedArticle]) -> Iterator[ParsedArticle]:
        """Yield the articles with their ids in the library; those of a feed belong together."""
        for feed, group in groupby(map(self._with_former_id, found), key=document_key):
            if feed:
                yield from self._find_imports(DocumentMatcher(self, feed, list(group)).match())
            else:
                yield from map(self._match_import, group)

    def _find_imports(self, matched: Iterable[ParsedArticle]) -> Iterator[ParsedArticle]:
        """Yield the items of a document; new ones with the ids under which they were imported."""
        items = list(matched)
        taken = {each.article.id for each in items}
        for each in items:
            is_new = bool(each.article.url) and each.article.id not in self.articles
            page = self._find_page(each.article) if is_new else ""
            stored = self.articles.read_article(page) if page and page not in taken else None
            is_import = stored is not None and "feed" not in stored.extra
            taken.add(page)
            yield _with_id(each, page) if is_import else each

    def _with_former_id(self, found: ParsedArticle) -> ParsedArticle:
        """Return an article with the id that an older version made of its URL, if the library has that."""
        article = found.article
        has_parameters = "?" in article.url or "#" in article.url
        if not has_parameters or article.id in self.articles:
            return found
        former = make_former_url_id(article.url)
        if former not in self.articles or article.id != make_url_id(article.url):
            return found
        return _with_id(found, former)

    @property
    def taken(self) -> frozenset[str]:
        """The articles without URL that were imported so far."""
        return frozenset(self._taken)

    def take_changes(self) -> list[NewEvent]:
        """Return the changes of items found since the last call, to be recorded."""
        changes, self._changes = self._changes, []
        return changes

    def changed_item(self, article: str) -> Mapping[str, str]:
        """Return the `guid`, `url` and `title` of a stored article that its feed has changed."""
        return self.articles.state(article).item

    def read(self, article: str) -> StoredItem | None:
        """Return a stored article as its feed knows it now; None if there is none."""
        facts, item = self.articles.read_article(article), self.changed_item(article)
        if facts is None:
            return None
        return StoredItem(
            facts,
            item["guid"] if item else str(facts.extra.get("guid") or ""),
            item["url"] if item else facts.url,
            item["title"] if item else facts.title,
            lambda: self.articles.read_text(article),
        )

    def record_change(self, found: Article, stored: StoredItem) -> None:
        """Remember what identifies an item from now on, if that has changed."""
        guid = str(found.extra.get("guid") or "")
        is_same_link = canonicalize_link(found.url) == canonicalize_link(stored.url)
        is_same_title = compose(found.title) == compose(stored.title)
        if is_same_link and is_same_title and guid == stored.guid:
            return
        stamp, last = self.articles.state(stored.id).edits.get("item", UNSET_REGISTER)
        count = last.get("changes", 0) if isinstance(last, dict) else 0
        is_recent = to_unix_seconds(found.created) - stamp_to_seconds(stamp) < DAY_SECONDS
        if count < MAX_ITEM_CHANGES or not is_recent:
            item = {"guid": guid, "url": found.url, "title": found.title, "changes": count + 1}
            data = {"to": {"item": item}, "imported": True}
            self._changes.append(NewEvent("edited", (stored.id,), data))

    def _match_import(self, found: ParsedArticle) -> ParsedArticle:
        article = found.article
        known = article.id
        if article.id not in self.articles:
            if "#" in article.url:
                known = self._find_with_fragment(article) or known
            elif not article.url:
                known = self._find_without_url(found) or known
            else:
                known = self._find_page(article) or known
        if not article.url:
            self._taken.add(known)
        return _with_id(found, known)

    def _find_with_fragment(self, article: Article) -> str:
        """Return the article at the same place of the same page, whose id may be that of the page."""
        ids = make_url_id(article.url), make_page_id(article.url)
        for each in ids if article.id in ids else ():
            stored = self.read(each)
            if stored and canonicalize_link(stored.url) == canonicalize_link(article.url):
                return each
        return ""

    def _find_page(self, article: Article) -> str:
        """Return the article of the same page at another form of its URL."""
        ids = list(iter_page_ids(article.url))
        if article.id not in ids:
            return ""  # it is not made of the URL
        if found := next((each for each in ids if each in self.articles), ""):
            return found
        first = self._recent_pages.setdefault(ids[0], article.id)
        if len(self._recent_pages) > MAX_RECENT_PAGES:
            del self._recent_pages[next(iter(self._recent_pages))]
        return first

    def _find_without_url(self, found: ParsedArticle) -> str:
        """Return the article whose accents are spelled otherwise, or an older version read or named otherwise."""
        article, text = found.article, found.body.text
        if not text or article.id != make_text_id(article.title, article.date, text):
            return ""
        titles = dict.fromkeys((article.title, *(normalize(form, article.title) for form in FORMS)))
        if article.title == make_title(text):
            titles[make_title(text, has_pictures=True)] = None
        ids = (
            each for title in titles for each in self.articles.imported_ids(title, article.words)
        )
        for each in islice(ids, MAX_CANDIDATES):
            stored = self.read(each) if each not in self._taken else None
            if not stored or stored.url or not _is_date_reread(stored.facts, article):
                continue
            if compose(stored.text) == compose(text):
                return each
        return ""


def _group(pairs: Iterable[tuple[Key, Value]]) -> dict[Key, list[Value]]:
    """Return the first values of each key."""
    groups: dict[Key, list[Value]] = {}
    for key, value in pairs:
        group = groups.setdefault(key, [])
        if len(group) < MAX_CANDIDATES:
            group.append(value)
    return groups


def _with_id(found: ParsedArticle, article: str) -> ParsedArticle:
    if found.article.id == article:
        return found
    return replace(found, article=replace(found.article, id=article))


def document_key(found: ParsedArticle) -> str:
    """Return the feed in whose document an article arrived; empty if it came from elsewhere."""
    return str(found.article.extra.get("feed", "")) if found.item else ""


def _is_date_reread(stored: Article, new: Article) -> bool:
    """Return True if two dates are probably one that was read in different ways.

    It was not understood before, its zone was not, its month was taken for its day, or it is a number whose
    unit was not.
    """
    if not stored.date:
        return any(parse_timestamp(stored.extra.get(name)) == new.date for name in DATE_FIELDS)
    if not new.date:
        return False
    year, month, day = stored.date[:10].split("-")
    is_misread = year == "1970" or new.date.startswith(f"{year}-{day}-{month}")
    seconds = to_unix_seconds(stored.date), to_unix_seconds(new.date)
    return is_misread or abs(seconds[0] - seconds[1]) < DAY_SECONDS


def _is_same_date(one: Article, other: Article) -> bool:
    """Return True if two articles state the same date, also if only one of them could be read.

    Which number is the month of `02-01-2024` is known from other dates of the feed.
    """
    if (one.date and other.date) or one.stated_date == other.stated_date:
        return one.stated_date == other.stated_date
    known, text = one.date or other.date, (other if one.date else one).stated_date
    return any(known == parse_timestamp(text, is_day_first=order) for order in (True, False))


@dataclass(frozen=True)
class StoredItem:
    """A stored article as its feed knows it now."""

    facts: Article
    guid: str
    url: str
    title: str
    load_text: Callable[[], str]

    @property
    def id(self) -> str:
        """The id of the article."""
        return self.facts.id

    @cached_property
    def text(self) -> str:
        """Its text in the library."""
        return self.load_text()

    @cached_property
    def link_key(self) -> str:
        """Its link for comparisons."""
        return make_page_key(self.url)


class Comparison(NamedTuple):
    """The facts in which an item and a stored article agree; None where one of them has none."""

    title: bool
    date: bool | None
    text: bool | None
    link: bool | None = None

    @property
    def agreeing(self) -> int:
        """The number of facts that agree."""
        return sum(map(bool, self))

    @property
    def comparable(self) -> int:
        """The number of facts that both have."""
        return sum(each is not None for each in self)

    @property
    def is_refuted(self) -> bool:
        """True if three facts or more can be compared, and none agrees."""
        return self.comparable >= 3 and not self.agreeing

    @property
    def is_same_content(self) -> bool:
        """True if the title agrees, and the date, or the text where there is no date."""
        return self.title and bool(self.text if self.date is None else self.date)


def compare(found: ParsedArticle, stored: StoredItem, *, with_link: bool = False) -> Comparison:
    """Compare an item with a stored article."""
    new, dates = found.article, (found.article.stated_date, stored.facts.stated_date)
    is_title = compose(new.title) == compose(stored.title)
    # Different articles are often of the same day.
    is_date = _is_same_date(new, stored.facts) and (is_title or has_time_of_day(dates[0]))
    return Comparison(
        is_title,
        is_date if all(dates) else None,
        compose(found.body.text) == compose(stored.text)
        if found.body.text and stored.text
        else None,
        make_page_key(new.url) == stored.link_key if with_link and new.url and stored.url else None,
    )


@dataclass
class DocumentMatcher:
    """Matches the items of one feed document; a stored article is matched by one of them at most."""

    library: ItemMatcher
    feed: str
    found: Sequence[ParsedArticle]
    ids: dict[int, str] = field(default_factory=dict)
    """The id of each matched item, by its place in the document."""
    taken: set[str] = field(default_factory=set)
    stored: dict[str, StoredItem | None] = field(default_factory=dict)
    """The articles that were read."""

    def match(self) -> Iterator[ParsedArticle]:
        """Yield the items in their order."""
        for rule in (self._find_unchanged, self._find_guid, self._find_link, self._find_content):
            for place, each in enumerate(self.found):
                if place not in self.ids and (known := rule(each, each.item or FeedItem())):
                    self._take(place, known)
            if len(self.ids) == len(self.found) or not self._rows:
                break
        for place, each in enumerate(self.found):
            if place not in self.ids:
                self._take(place, self._choose_new_id(each, each.item or FeedItem()))
            yield _with_id(each, self.ids[place])

    def _take(self, place: int, article: str) -> None:
        self.ids[place] = article
        self.taken.add(article)

    # -- the rules, strongest first --------------------------------------------------------

    def _find_unchanged(self, found: ParsedArticle, _: FeedItem) -> str:
        """Return the article that is known as this item; nothing is read from the disk for it.

        An article that came from elsewhere is the same by its URL alone.
        """
        new, row = found.article, self.library.articles.stored_row(found.article.id)
        key = make_item_key(new.extra, new.url)
        is_known = row and (
            row.feed_key != self.feed or (row.item_key == key and row.title == new.title)
        )
        if is_known and new.id not in self.taken:
            return new.id
        item = {"guid": str(new.extra.get("guid") or ""), "url": new.url, "title": new.title}
        ids = (each for each in self._ids_by_key.get(key, ()) if each not in self.taken)
        return next((each for each in ids if self.library.changed_item(each) == item), "")

    def _find_guid(self, found: ParsedArticle, item: FeedItem) -> str:
        ids = self._ids_by_key.get(make_item_key({}, item.guid), ()) if item.guid else ()
        return self._choose(
            found,
            ids,
            lambda stored: (
                (stored.guid or stored.url) == item.guid
                and not compare(found, stored, with_link=True).is_refuted
            ),
        )

    def _find_link(self, found: ParsedArticle, item: FeedItem) -> str:
        if not (url := found.article.url):
            return ""
        key = make_page_key(url)
        link = make_link_key(url)
        others = (each for each in make_page_variants(link) if each != link)
        pages = [f"{scheme}://{each}" for each in (link, *others) for scheme in ("https", "http")]
        names = [make_url_id(each) for each in pages]
        names += map(make_page_id, pages) if "#" in key else ()  # as older versions made them
        ids = [*names, *self._ids_by_moved_link.get(key, ())]
        ids += self._ids_by_key.get(make_item_key({}, url), ())
        ids += self._same_titles(found.article)
        return self._choose(
            found, ids, lambda stored: stored.link_key == key and _is_same_page(found, item, stored)
        )

    def _find_content(self, found: ParsedArticle, item: FeedItem) -> str:
        def is_same(stored: StoredItem) -> bool:
            facts = compare(found, stored)
            return facts.agreeing == 3 if item.guid or item.link else facts.is_same_content

        return self._choose(found, [found.article.id, *self._same_titles(found.article)], is_same)

    def _same_titles(self, new: Article) -> Sequence[str]:
        """Return articles that have this title, those of the same time first."""
        title = compose(new.title)
        same = self._ids_by_title.get((title, to_unix_seconds(new.stated_date)), ())
        return [*same, *self._ids_by_title.get((title, None), ())]

    def _choose(
        self,
        found: ParsedArticle,
        ids: Iterable[str],
        is_same: Callable[[StoredItem], bool],
    ) -> str:
        """Return the first of these articles of the feed that is the same; record what changed."""
        for each in dict.fromkeys(ids):
            row = self.library.articles.stored_row(each)
            if row is None or row.feed_key != self.feed or each in self.taken:
                continue
            if each not in self.stored:
                self.stored[each] = self.library.read(each)
            if (stored := self.stored[each]) and is_same(stored):
                self.library.record_change(found.article, stored)
                return each
        return ""

    def _choose_new_id(self, found: ParsedArticle, item: FeedItem) -> str:
        """Return an id that no other article has: of the link, of the guid, or of everything."""
        new = found.article
        names = [new.id]
        if item.guid:
            names.append(make_guid_id(self.feed, item.guid))
        whole = item.guid, new.url, new.title, new.stated_date, found.body.text
        for each in names:
            if each not in self.library.articles and each not in self.taken:
                return each
        return make_guid_id(self.feed, "\n".join(whole))

    @cached_property
    def _rows(self) -> Sequence[ArticleRow]:
        return self.library.articles.rows_of_feed(self.feed)

    @cached_property
    def _ids_by_key(self) -> Mapping[int, Sequence[str]]:
        return _group((row.item_key, row.id) for row in self._rows)

    @cached_property
    def _ids_by_title(self) -> Mapping[tuple[str, int | None], Sequence[str]]:
        """The articles by title and time, and by title alone."""
        pairs = []
        for row in self._rows:
            changed = self.library.changed_item(row.id)
            title = compose(changed.get("title") or self.library.articles.stored_title(row.id))
            pairs += [((title, row.timestamp), row.id), ((title, None), row.id)]
        return _group(pairs)

    @cached_property
    def _ids_by_moved_link(self) -> Mapping[str, Sequence[str]]:
        items = ((self.library.changed_item(row.id), row.id) for row in self._rows)
        return _group((make_page_key(item["url"]), id_) for item, id_ in items if item)


def _is_same_page(found: ParsedArticle, item: FeedItem, stored: StoredItem) -> bool:
    """Return True if an item is the stored article that has the same link.

    A link alone is enough where it is the only item's in its document. If both have guids, and these
    differ, more has to agree; less of it if the guid is the link with another fragment.
    """
    facts = compare(found, stored)
    if item.link and not (item.guid and stored.guid and item.guid != stored.guid):
        return not facts.is_refuted
    is_variant = item.link and canonicalize_url(item.guid) == canonicalize_url(item.link)
    return facts.agreeing >= (1 if is_variant else min(2, facts.comparable))
