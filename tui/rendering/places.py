"""The places of a library: lists with a name, as a tree of shows, searches, feeds, categories and tags."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Literal

from store.search.list_query import ListQuery, Show, Sort
from store.text.names import name_key
from tui.rendering.wording import LATER_TAG

if TYPE_CHECKING:
    from store.feeds.subscriptions import Subscription
    from store.model.results import Counts

PlaceKind = Literal["show", "heading", "search", "folder", "feed", "category", "tag"]

MAX_TREE_DEPTH = 50
"""Levels of folders or categories that become levels of the tree."""
NO_CATEGORY = "(none)"
"""Stands for the articles without a category."""
NO_FEED = ""
"""Stands for the feed of articles that came from none, in `ListQuery.feeds`."""


@dataclass(frozen=True, slots=True)
class Place:
    """A list with a name, or the heading of some."""

    key: str
    """By which it is remembered: `unread`, `feed:https://harbour.example/feed`, `folder:news/world`."""
    name: str
    kind: PlaceKind
    query: ListQuery | None = None
    """What it shows, before the user filters or sorts it; None for a heading."""
    depth: int = 0
    """The number of places it is in."""
    path: str = ""
    """Its name with those of the folders it is in, where it has no other places around it."""
    feed_key: str = ""
    """The key of a feed's subscription; empty for other places."""
    inside: frozenset[tuple[str, str]] = field(default=frozenset(), compare=False)
    """The keys of a folder's feeds, each with the path of the folder inside of it that the feed is in."""

    @property
    def full_name(self) -> str:
        """The name that says where it is."""
        return self.path or self.name


@dataclass(frozen=True, slots=True)
class PlaceSources:
    """The feeds, categories, tags and searches of a library, for each of which there is a place."""

    feeds: Sequence[Subscription] = ()
    former_feeds: Collection[str] = ()
    """The keys of feeds with articles that are no longer subscribed to."""
    categories: Sequence[str] = ()
    """The categories of articles that are not from one of the feeds."""
    tags: Sequence[str] = ()
    searches: Mapping[str, str] = field(default_factory=dict)
    """Saved searches: queries by name."""
    today: int = 0
    """The last midnight, in seconds since 1970."""


def build_places(sources: PlaceSources) -> list[Place]:
    """Return all places, each before those in it."""
    return [
        *_show_places(sources.today),
        *_section("Searches", _search_places(sources.searches)),
        *_section("Feeds", _feed_places(sources.feeds)),
        *_section("Imported" if sources.feeds else "Categories", _category_places(sources)),
        *_section("Tags", _tag_places(sources.tags)),
    ]


ALL_PLACE = Place("all", "All", "show", ListQuery())


SHOW_PLACES: Mapping[Show, Place] = {
    "all": ALL_PLACE,
    "unread": Place("unread", "Unread", "show", ListQuery(show="unread")),
    "starred": Place("starred", "Starred", "show", ListQuery(show="starred")),
    "in progress": Place("in progress", "In progress", "show", ListQuery(show="in progress")),
}
"""The places that are a reading state and nothing else: filtering one of them leads to another."""


@dataclass(frozen=True, slots=True)
class PlaceView:
    """The filter and the order that the user has chosen for a place."""

    show: Show | None = None
    """None for that of the place."""
    sort: Sort | None = None
    """None for the order of all places."""

    def apply(self, query: ListQuery, sort: Sort) -> ListQuery:
        """Return the query of a place with this filter and order.

        Args:
            query: The query of the place.
            sort: The order of all places.
        """
        return replace(query, show=self.show or query.show, sort=self.sort or sort)


def _show_places(today: int) -> Iterator[Place]:
    yield ALL_PLACE
    yield SHOW_PLACES["unread"]
    yield Place("today", "Today", "show", ListQuery(since=today))
    yield SHOW_PLACES["starred"]
    yield SHOW_PLACES["in progress"]
    yield Place("later", "Later", "show", _tag_query(LATER_TAG))


def _section(title: str, places: Iterable[Place]) -> Iterator[Place]:
    """Yield a heading and its places; nothing if there are none."""
    found = list(places)
    if found:
        yield Place(f"heading:{title.casefold()}", title, "heading")
        yield from found


def _search_places(searches: Mapping[str, str]) -> Iterator[Place]:
    for name, text in searches.items():
        yield Place(f"search:{name}", name, "search", ListQuery(text=text), 1, f"/{name}")


def _tag_places(tags: Sequence[str]) -> Iterator[Place]:
    for tag in tags:
        yield Place(f"tag:{name_key(tag)}", tag, "tag", _tag_query(tag), 1, f"#{tag}")


def _tag_query(tag: str) -> ListQuery:
    quoted = tag.replace('"', " ")
    return ListQuery(text=f'tag:"{quoted}"')


# -- trees ---------------------------------------------------------------------------------

TreePath = tuple[tuple[int, str], ...]
"""The folders around a place and itself, so that paths sort as the tree is read: folders first."""


def _folder_path(name: str) -> list[tuple[TreePath, str]]:
    """Return a folder and those around it, outermost first: each path, and its name in full."""
    parts = name.split("/", MAX_TREE_DEPTH - 1)
    keys = tuple((0, name_key(part)) for part in parts)
    return [(keys[:depth], "/".join(parts[:depth])) for depth in range(1, len(parts) + 1)]


def _feed_places(feeds: Sequence[Subscription]) -> Iterator[Place]:
    places: dict[TreePath, Place] = {}
    members: dict[TreePath, set[tuple[str, str]]] = {}
    for each in feeds:
        feed_key = each.key
        around = _folder_path(each.category) if each.category else []
        for path, name in around:
            members.setdefault(path, set()).add((feed_key, around[-1][1][len(name) :]))
            places.setdefault(path, _tree_place("folder", path, name))
        inside = around[-1][0] if around else ()
        folder = f"{each.category}/" if each.category else ""
        query = ListQuery(feeds=frozenset([feed_key]))
        places[(*inside, (1, name_key(each.display_name)), (1, feed_key))] = Place(
            f"feed:{feed_key}",
            each.display_name,
            "feed",
            query,
            len(inside) + 1,
            f"{folder}{each.display_name}",
            feed_key,
        )
    for path in sorted(places):
        place = places[path]
        if path in members:
            query = ListQuery(feeds=frozenset(key for key, _ in members[path]))
            place = replace(place, query=query, inside=frozenset(members[path]))
        yield place


def _category_places(sources: PlaceSources) -> Iterator[Place]:
    feeds = frozenset((NO_FEED, *sources.former_feeds)) if sources.feeds else None
    places: dict[TreePath, Place] = {}
    for category in sources.categories:
        for path, name in _folder_path(category):
            place = _tree_place("category", path, name)
            query = ListQuery(category=name, feeds=feeds)
            places.setdefault(path, replace(place, query=query))
    for path in sorted(places):
        yield places[path]


def _tree_place(kind: PlaceKind, path: TreePath, name: str) -> Place:
    key = "/".join(part for _, part in path)
    own_name = name if len(path) == 1 else name.split("/", len(path) - 1)[-1]
    return Place(f"{kind}:{key}", own_name or NO_CATEGORY, kind, None, len(path), name)


# -- what becomes of a place ---------------------------------------------------------------


def find_again(place: Place, places: Iterable[Place]) -> Place | None:
    """Return a place as it is now, a folder also under another name; None if it is gone.

    A folder that was renamed or moved is the one in which its feeds are where they were in it, else the
    smallest one that has them.
    """
    feeds = place.query.feeds if place.kind == "folder" and place.query is not None else None
    folders = []
    for each in places:
        if each.key == place.key:
            return each
        if feeds and each.kind == "folder" and each.query is not None:
            found = each.query.feeds or frozenset()
            if found >= feeds:
                is_other, moved = not each.inside >= place.inside, abs(each.depth - place.depth)
                folders.append((is_other, len(found), each.name != place.name, moved, each))
    return min(folders, key=lambda each: each[:-1])[-1] if folders else None


def omit_unused_tags(
    places: Sequence[Place], counts: Mapping[str, Counts | None]
) -> Sequence[Place]:
    """Return the places without tags that no article has any more.

    Args:
        places: All places, each before those in it.
        counts: The numbers of articles that are known, by the keys of places.
    """
    unused = {
        place.key
        for place in places
        if place.kind == "tag" and (found := counts.get(place.key)) is not None and not found.total
    }
    if not unused:
        return places
    left = [place for place in places if place.key not in unused]
    return left[:-1] if left[-1].kind == "heading" else left  # tags are the last ones


# -- what is seen of the tree --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TreeRow:
    """A place as the tree shows it."""

    place: Place
    is_folder: bool = False
    """True if there are places in it."""
    is_folded: bool = False


def visible_places(places: Sequence[Place], folded: Collection[str], text: str) -> list[TreeRow]:
    """Return the places that are seen.

    Args:
        places: All places, each before those in it.
        folded: The keys of the folded ones.
        text: Parts of the names to show, with the folders around them; empty for all.
    """
    if parts := name_key(text).split():
        places, folded = _filter_by_name(places, parts), ()
    rows: list[TreeRow] = []
    hidden_below = -1
    for place, following in zip_longest(places, places[1:]):
        if 0 <= hidden_below < place.depth:
            continue
        is_folder = following is not None and following.depth > place.depth
        is_folded = is_folder and place.key in folded
        hidden_below = place.depth if is_folded else -1
        rows.append(TreeRow(place, is_folder, is_folded))
    return rows


def _filter_by_name(places: Sequence[Place], parts: Sequence[str]) -> list[Place]:
    """Return the places with these parts in their names, and the folders around them."""
    found: list[Place] = []
    depth = 0
    for place in reversed(places):
        is_around = bool(found) and place.depth < depth
        name = name_key(place.name)
        if is_around or (place.kind != "heading" and all(part in name for part in parts)):
            found.append(place)
            depth = place.depth
    return found[::-1]


def shown_number(place: Place, counts: Counts) -> int:
    """Return the number beside a place: unread articles, or all where being unread says little."""
    is_pile = place.key in ("starred", "in progress", "later") or place.kind == "tag"
    return counts.total if is_pile else counts.unread
