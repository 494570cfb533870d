"""Changes of feeds and saved searches, and undoing them in their order among the changes of articles."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from store.library.protocol import Library
from store.model.results import UndoableChange
from store.model.times import format_timestamp, from_microseconds
from store.text.clean import clean_line
from store.text.names import clean_name
from tui.actions.article_changes import ActionResult
from tui.rendering.wording import format_count

if TYPE_CHECKING:
    from store.feeds.subscriptions import Subscription

MAX_NAME_LENGTH = 200
"""Characters of a feed's name, as `feeds.opml` is read."""


@dataclass(frozen=True, slots=True)
class PlaceChange:
    """A change that can be undone in this session."""

    summary: str
    timestamp: str
    revert: Callable[[], None]
    """Puts the feeds or the search back as they were."""
    previous: UndoableChange | None
    """The latest change of articles at that time."""


@dataclass(eq=False, slots=True)
class PlaceEditor:
    """Changes feeds and searches of a library, and remembers what this session has changed."""

    library: Library
    _changes: list[PlaceChange] = field(default_factory=list)

    def unsubscribe(self, keys: Collection[str], now: int) -> ActionResult:
        """Unsubscribe from feeds; their articles stay. `now` is in seconds since 1970."""
        feeds = self._find(keys)
        if not feeds:
            return ActionResult("That feed is gone")
        self.library.feeds.update(remove=feeds)
        return self._report(f"unsubscribed from {_name(feeds)}", lambda: self._put_back(feeds), now)

    def edit(self, keys: Collection[str], changes: Mapping[str, Any], now: int) -> ActionResult:
        """Change fields of feeds: `title`, `category`, `paused` and others of `Subscription`."""
        feeds = self._find(keys)
        if "title" in changes:
            changes = {**changes, "title": clean_line(changes["title"], MAX_NAME_LENGTH)}
        if "category" in changes:
            changes = {**changes, "category": clean_name(changes["category"]).strip("/")}
        edited = [replace(each, **changes) for each in feeds]
        if not feeds or edited == feeds:
            return ActionResult("Nothing to change")
        self.library.feeds.update(put=edited)
        summary = _describe_edit(_name(feeds), _name(edited), changes)
        return self._report(summary, lambda: self._put_back(feeds), now)

    def move_folder(self, keys: Collection[str], old: str, new: str, now: int) -> ActionResult:
        """Give a folder, with the feeds and folders in it, another name."""
        feeds, new = self._find(keys), clean_name(new).strip("/")
        moved = [
            replace(each, category=f"{new}{each.category[len(old) :]}".strip("/")) for each in feeds
        ]
        if not feeds or moved == feeds:
            return ActionResult("Nothing to change")
        self.library.feeds.update(put=moved)
        return self._report(
            f"renamed {old} to {new or 'no folder'}", lambda: self._put_back(feeds), now
        )

    def keep_search(self, name: str, text: str, now: int) -> ActionResult:
        """Save a search, or change the query of the one with this name."""
        old = self.library.searches.read().get(clean_name(name), "")
        message = keep_search(self.library, name, text)
        return self._report(message, lambda: self._put_search(name, old), now)

    def remove_search(self, name: str, now: int) -> ActionResult:
        """Remove a saved search."""
        old = self.library.searches.read().get(name, "")
        if not old:
            return ActionResult(f"/{name} is in the settings, and can be removed there")
        self.library.searches.remove(name)
        return self._report(f"removed /{name}", lambda: self._put_search(name, old), now)

    def _put_search(self, name: str, text: str) -> None:
        if text:
            self.library.searches.put({name: text})
        else:
            self.library.searches.remove(clean_name(name))

    def _put_back(self, feeds: list[Subscription]) -> None:
        self.library.feeds.update(put=feeds)

    def undo(self) -> ActionResult | None:
        """Undo the latest change, if no change of articles came after it."""
        if not self._changes or self._changes[-1].previous != self._latest_change():
            return None
        change = self._changes.pop()
        change.revert()
        return self._refreshed(ActionResult(f"Undone: {change.summary}", is_undo=True))

    def insert_changes(self, changes: list[UndoableChange]) -> list[UndoableChange]:
        """Return the changes of articles, latest first, with those of feeds among them."""
        found = list(changes)
        for each in self._changes:
            place = found.index(each.previous) if each.previous in found else len(found)
            found.insert(place, UndoableChange(each.summary, (), each.timestamp))
        return found

    def _find(self, keys: Collection[str]) -> list[Subscription]:
        return [each for each in self.library.feeds.subscriptions() if each.key in keys]

    def _latest_change(self) -> UndoableChange | None:
        return next(iter(self.library.undoable(1)), None)

    def _report(self, summary: str, revert: Callable[[], None], now: int) -> ActionResult:
        timestamp = format_timestamp(from_microseconds(now * 1_000_000))
        self._changes.append(PlaceChange(summary, timestamp, revert, self._latest_change()))
        message = summary[:1].upper() + summary[1:]
        return self._refreshed(ActionResult(message, is_undoable=True))

    def _refreshed(self, result: ActionResult) -> ActionResult:
        """Return a result with the rows whose feeds have other names now."""
        fresh = self.library.refresh()
        return replace(result, rows=fresh.rows, is_list_stale=fresh.is_list_stale)


def keep_search(library: Library, name: str, text: str) -> str:
    """Save a search, and return what was done in a few words."""
    library.searches.put({name: text})
    return f"saved as /{clean_name(name)}"


def _describe_edit(name: str, new_name: str, changes: Mapping[str, Any]) -> str:
    """Return an edit of feeds in a few words, by the names of the feeds before and after it."""
    match changes:
        case {"title": _}:
            return f"renamed {name} to {new_name}"
        case {"category": folder}:
            return f"moved {name} to {folder or 'no folder'}"
        case {"paused": is_paused}:
            return f"{'paused' if is_paused else 'resumed'} {name}"
    return f"edited {name}"


def _name(feeds: list[Subscription]) -> str:
    return feeds[0].display_name if len(feeds) == 1 else format_count(len(feeds), "feed")
