"""Editing the places: feeds, folders and saved searches; unsubscribing; keeping a search."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from tui.config.keymaps import Keymap
from tui.reader.dialogs.picker import Picker
from tui.reader.gateway.changes import Changes
from tui.reader.screen.prompts import Prompts
from tui.reader.widgets.bars import StatusLine
from tui.reader.widgets.inputs import Prompt
from tui.reader.widgets.place_tree import PlaceTree
from tui.rendering.places import Place

if TYPE_CHECKING:
    from store.feeds.subscriptions import Subscription

FLAG_FIELDS = {
    "paused": "Paused",
    "whole_page": "Texts from the pages",
    "is_private_allowed": "Private network allowed",
}
"""The fields of a subscription that are on or off, with their labels."""
MAX_HOURS = 8784


@dataclass(eq=False)
class PlaceEdits:
    """Asks how to change the place under the cursor."""

    screen: Screen[None]
    keymap: Keymap
    changes: Changes
    prompts: Prompts
    tree: PlaceTree
    status_line: StatusLine
    now: Callable[[], int]
    find_query: Callable[[], str]
    """Returns the query of the present search; empty if there is none."""

    async def edit(self) -> None:
        """Ask what to change of a feed, for another name of a folder, or another query of a search."""
        place = self.tree.selected_place
        feed = self.tree.look.feeds.get(place.feed_key) if place is not None else None
        if feed is not None:
            self._choose_field(feed.subscription)
        elif place is not None and place.kind == "folder":
            await self._ask_for_folder_name(place)
        elif place is not None and place.kind == "search":
            await self._ask_for_query(place)
        elif place is not None:
            self.status_line.show_notice("Not a feed, folder or search")

    def unsubscribe(self) -> None:
        """Unsubscribe from the feed, or remove the saved search."""
        place = self.tree.selected_place
        if place is None:
            return
        key, name, now = place.feed_key, place.name, self.now()
        if place.kind == "search":
            self.changes.change_places(lambda editor: editor.remove_search(name, now))
        elif key:
            self.changes.change_places(lambda editor: editor.unsubscribe([key], now))
        else:
            self.status_line.show_notice("Not a feed or a search")

    async def keep_search(self) -> None:
        """Ask for a name, and save the present search under it."""
        text = self.find_query()
        if not text:
            self.status_line.show_notice("No search to keep")
        else:
            await self.prompts.ask(
                Prompt("Name of the search", text), lambda name: self._save(name, text), _name_fault
            )

    def _save(self, name: str, text: str) -> None:
        now = self.now()
        self.changes.change_places(lambda editor: editor.keep_search(name, text, now))

    async def _ask_for_query(self, place: Place) -> None:
        text = place.query.text if place.query is not None else ""
        prompt = Prompt(f"Query of /{place.name}", text)
        await self.prompts.ask(prompt, lambda new: self._save(place.name, new), _query_fault)

    def _choose_field(self, feed: Subscription) -> None:
        hours = f"{feed.interval / 60:g}" if feed.interval else ""
        flags = {name: bool(getattr(feed, name)) for name in FLAG_FIELDS}
        rows = [("Name", feed.display_name), ("Folder", feed.category or "(none)")]
        rows += [(FLAG_FIELDS[name], "yes" if is_set else "no") for name, is_set in flags.items()]
        rows += [("Hours between fetches", hours or "(any)")]

        async def change(index: int | None) -> None:
            if index == 0:
                await self._ask(feed, "Name", feed.title, _title_change)
            elif index == 1:
                await self._ask(feed, "Folder (A/B is B in A)", feed.category, _category_change)
            elif index == len(rows) - 1:
                await self._ask(feed, "Hours between fetches", hours, _interval_change)
            elif index is not None:
                name = list(flags)[index - 2]
                self._change(feed, {name: not flags[name]})

        names, values = zip(*rows, strict=True)
        picker = Picker(self.keymap, feed.display_name, names, values=values)
        self.screen.app.push_screen(picker, change)

    async def _ask(
        self,
        feed: Subscription,
        question: str,
        value: str,
        read: Callable[[str], Mapping[str, Any] | None],
    ) -> None:
        """Ask for another value; `read` returns the change that an answer means, None for a wrong one."""

        def find_fault(text: str) -> str:
            return "" if read(text) is not None else f"Not a number of hours: {text.strip()}"

        def change(text: str) -> None:
            self._change(feed, read(text) or {})

        await self.prompts.ask(Prompt(question, value), change, find_fault)

    def _change(self, feed: Subscription, changes: Mapping[str, Any]) -> None:
        key, now = feed.key, self.now()
        self.changes.change_places(lambda editor: editor.edit([key], changes, now))

    async def _ask_for_folder_name(self, place: Place) -> None:
        feeds = place.query.feeds if place.query is not None else None

        def rename(text: str) -> None:
            keys, now = feeds or (), self.now()
            self.changes.change_places(
                lambda editor: editor.move_folder(keys, place.full_name, text, now)
            )

        await self.prompts.ask(Prompt("Folder (A/B is B in A)", place.full_name), rename)


def _title_change(text: str) -> Mapping[str, Any]:
    return {"title": text.strip()}


def _category_change(text: str) -> Mapping[str, Any]:
    return {"category": text.strip()}


def _interval_change(text: str) -> Mapping[str, Any] | None:
    try:
        hours = float(text.strip().replace(",", ".") or 0)
    except ValueError:
        return None
    return {"interval": round(60 * hours)} if 0 <= hours <= MAX_HOURS else None


def _name_fault(name: str) -> str:
    return "" if name.strip() else "A search needs a name"


def _query_fault(text: str) -> str:
    return "" if text.strip() else "A search needs a query"
