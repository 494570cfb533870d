"""The state that lasts from one session to the next: place, article, filters and orders, folds, the side pane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.config.settings import Settings
from tui.reader.screen.list_actions import LastPlace, ListActions
from tui.reader.screen.panes import Panes
from tui.reader.widgets.place_tree import PlaceTree
from tui.rendering.list_layout import find_day_boundaries
from tui.rendering.place_values import (
    parse_place,
    parse_views,
    place_to_values,
    views_to_values,
)
from tui.rendering.places import ALL_PLACE, Place, PlaceSources, build_places

if TYPE_CHECKING:
    from tui.config.last_session import LastSession

START_WITH_LAST = "last"
"""The setting `start` that begins where the last session ended."""


@dataclass(eq=False)
class PlaceMemory:
    """Begins a session as the last one ended, unless the settings name a place to start with."""

    session: LastSession
    settings: Settings
    lists: ListActions
    tree: PlaceTree
    panes: Panes

    def restore(self, now: int) -> None:
        """Begin as the last session ended; `now` is in seconds since 1970."""
        session = self.session
        self.lists.sort = self.settings.sort
        self.lists.fold_copies(is_folding=self.settings.copies == "folded")
        self.lists.views = parse_views(session.get_of_library("views"))
        folded = session.get_of_library("folded_places")
        self.tree.folded = {each for each in folded or () if isinstance(each, str)}
        side = session.get("side_pane")
        self.panes.is_side_wanted = side if isinstance(side, bool) else None
        self.lists.restore(self._choose_place(find_day_boundaries(now).today))

    def _choose_place(self, today: int) -> LastPlace:
        if (start := self.settings.start) != START_WITH_LAST:
            places = build_places(PlaceSources(today=today))
            return LastPlace(next((each for each in places if each.key == start), ALL_PLACE))
        place = parse_place(self.session.get_of_library("place"), today) or ALL_PLACE
        article, line = (self.session.get_of_library(name) for name in ("article", "line"))
        if not isinstance(article, str) or not isinstance(line, int):
            return LastPlace(place)
        return LastPlace(place, (article,), line)

    def note(self) -> None:
        """Note for the next session what is shown now."""
        last = self.lists.last_place
        session = self.session
        session.set_of_library("place", place_to_values(last.place))
        session.set_of_library("article", last.article)
        session.set_of_library("line", last.line)
        session.set_of_library("views", views_to_values(self.lists.views))
        session.set_of_library("folded_places", sorted(self.tree.folded))
        if self.panes.is_side_wanted is not None:
            session.set("side_pane", self.panes.is_side_wanted)

    @property
    def is_next_place_shown(self) -> bool:
        """True if the list shows what the next session will begin with."""
        shown: Place = self.lists.state.place
        if self.settings.start != START_WITH_LAST:
            return shown.key == self.settings.start
        return shown.key == self.lists.last_place.place.key
