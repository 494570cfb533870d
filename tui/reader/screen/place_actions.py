"""The places: the tree of them, and what its keys do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from textual.screen import Screen

from tui.actions.places import FoundPlaces
from tui.config.commands import Pane
from tui.config.keymaps import Keymap
from tui.reader.dialogs.picker import Picker
from tui.reader.gateway import Gateway, messages
from tui.reader.screen.feed_actions import FeedActions
from tui.reader.screen.list_actions import ListActions
from tui.reader.screen.panes import Panes
from tui.reader.screen.reader_state import ReaderState
from tui.reader.widgets.bars import StatusLine
from tui.reader.widgets.inputs import PlaceFilterInput
from tui.reader.widgets.place_tree import PlaceTree
from tui.rendering.place_lines import PlaceLook, describe_place_counts
from tui.rendering.places import Place, find_again, omit_unused_tags


@dataclass(eq=False)
class PlaceActions:
    """Keeps the tree up to date while it is seen, and shows its places in the list."""

    screen: Screen[None]
    keymap: Keymap
    gateway: Gateway
    state: ReaderState
    panes: Panes
    tree: PlaceTree
    lists: ListActions
    feeds: FeedActions
    status_line: StatusLine
    now: Callable[[], int]
    input: PlaceFilterInput | None = field(default=None, init=False)
    """The input of the name to show, while it is shown."""
    _pane_before: Pane = field(default="list", init=False)
    """The pane that the user came from."""
    _is_stale: bool = field(default=False, init=False)
    """True if the places have changed since they were asked for."""

    def open(self) -> None:
        """Go to the places, to the one that the list shows; from there, go back."""
        if self.state.current_pane == "places":
            self.close()
            return
        self._pane_before = self.state.current_pane
        self.panes.focus("places")
        self.tree.select_place(self.state.place.key)

    def close(self) -> None:
        """Go back to the pane the user came from."""
        self.panes.focus(self._pane_before)

    # -- keeping up ------------------------------------------------------------------------

    def refresh(self, _: messages.LibraryMessage | None = None) -> None:
        """Note that the places may have changed, and ask for them if they are seen."""
        self._is_stale = True
        depends_on_feeds = self.state.place.kind in ("feed", "folder", "category")
        depends_on_feeds |= self.lists.has_former_place
        if depends_on_feeds or self.panes.is_visible("places"):
            self.request()

    def check(self) -> None:
        """Look whether other programs have changed the places that are seen."""
        if not self._is_stale and self.tree.places:
            self.gateway.places.refresh(self.now)

    def request(self) -> None:
        """Ask for the places if they have changed since the last time."""
        if self._is_stale:
            self._is_stale = False
            self.gateway.places.list_places(self.now)

    def show_places(self, message: messages.PlacesListed) -> None:
        """Show the places, in the tree or in the picker that they were asked for."""
        found = message.found
        if message.is_for_picker:
            self._open_picker(found)
        self._follow_place(found)
        is_first = not self.tree.places
        look = PlaceLook(message.now, found.counts, found.feeds, self.state.place.key)
        self.tree.show(found.places, look)
        if is_first:
            self.tree.select_place(self.state.place.key)
        if found.problem:
            self.status_line.show_notice(found.problem, "failed")

    def _follow_place(self, found: FoundPlaces) -> None:
        """Show the list again if its place is another list now; all articles if it is gone.

        A place that was gone, and is there again, is shown again.
        """
        if self.lists.return_to_former(found.places):
            return
        shown = self.state.place
        place = find_again(shown, found.places)
        if place is None:
            self.lists.leave_place()
        elif self.state.is_searching:
            return
        elif place.key != shown.key and place.query != shown.query:
            self.lists.leave_place(place)  # it has become a part of that one
        elif place != shown:
            self.lists.rename_place(place)
            if place.query != shown.query:
                self.lists.show_place(place)

    def mark_shown(self, _: messages.LibraryMessage) -> None:
        """Mark the place that the list shows, whatever led there."""
        self.tree.show_current(self.state.place.key)

    def show_counts(self, message: messages.PlacesCounted) -> None:
        """Show the numbers of more places."""
        self.tree.show_counts(message.counts)

    # -- copies ----------------------------------------------------------------------------

    def toggle_copies(self) -> None:
        """List and count each story once, or all its copies."""
        self.lists.toggle_copies()
        self.gateway.places.is_folded = self.state.is_folding
        self.refresh()
        shown = "Each story once" if self.state.is_folding else "All copies of a story"
        self.status_line.show_notice(shown)

    def unfold_copies(self) -> None:
        """List the copies of a story below it, or fold them."""
        if not self.lists.unfold_copies():
            key = self.keymap.first_key("list.fold_copies")
            hint = "" if self.state.is_folding else f"{key} to list each story once"
            self.status_line.show_notice("No copies are folded here", hint=hint)

    # -- the picker ------------------------------------------------------------------------

    def request_picker(self) -> None:
        """Ask for the places with their numbers, for a picker of one of them."""
        self.gateway.places.list_for_picker(self.now)

    def _open_picker(self, found: FoundPlaces) -> None:
        if not self.screen.is_active:  # another dialog was opened since they were asked for
            return
        found_places = omit_unused_tags(found.places, found.counts)
        places = [place for place in found_places if place.query is not None]
        names = [place.full_name for place in places]
        counts = [describe_place_counts(place, found.counts) for place in places]
        current = self.state.place.key
        selected = next((at for at, place in enumerate(places) if place.key == current), 0)

        def show(index: int | None) -> None:
            if index is not None:
                self.show_in_list(places[index])

        picker = Picker(self.keymap, "Go to", names, selected, counts)
        self.screen.app.push_screen(picker, show)

    # -- what the keys do ------------------------------------------------------------------

    def show_in_list(self, place: Place) -> None:
        """Show a place in the list, and go there."""
        self.close_input()
        self.status_line.clear_notice()
        self.lists.show_place(place)
        self.panes.return_to_list()

    def step_unread(self, by: int = 1) -> None:
        """Go to the place of that number below (or, negative, above) with unread articles."""
        index = self.tree.find_unread(by)
        if index is not None:
            self.tree.move_to(index)
        else:
            where = "below" if by > 0 else "above"
            self.status_line.show_notice(f"No place with unread articles {where}")

    def mark_all_read(self) -> None:
        """Mark all articles of the place under the cursor as read."""
        place = self.tree.selected_place
        if place is not None and place.query is not None:
            self.gateway.changes.mark_list_read(place.query)

    def fetch(self) -> None:
        """Fetch the feeds of the place under the cursor."""
        place = self.tree.selected_place
        if place is None or place.query is None or place.query.feeds is None:
            self.status_line.show_notice("Not a feed or a folder of feeds")
        else:
            self.feeds.fetch(place.query.feeds)

    async def start_filter(self) -> None:
        """Ask for the part of the names to show."""
        self.status_line.clear_notice()
        if self.input is None:
            self.input = PlaceFilterInput(self.tree.filter_text)
            await self.screen.mount(self.input, before=self.status_line)
        self.screen.set_focus(self.input)

    def close_input(self) -> bool:
        """Show all places again, and return to them; return False if nothing was filtered."""
        if self.input is None and not self.tree.filter_text:
            return False
        self.tree.filter_names("")
        if self.input is not None:
            self.panes.focus("places")
            self.input.remove()
            self.input = None
        return True

    def confirm_filter(self) -> None:
        """Show the place under the cursor."""
        if self.tree.selected_place is not None:
            self.tree.choose()
