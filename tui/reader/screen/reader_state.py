"""The state that the parts of the reader's screen share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from store.search.list_query import ListQuery
from tui.reader.gateway.messages import ListedRows
from tui.rendering.places import ALL_PLACE, Place
from tui.rendering.trail import Trail

if TYPE_CHECKING:
    from tui.config.commands import Pane
    from tui.reader.gateway.messages import Articles
    from tui.reader.widgets.article_list import ArticleList


@dataclass(eq=False, slots=True)
class ReaderState:
    """Every part may read all fields; each is written by one part alone."""

    article_list: ArticleList
    place: Place = ALL_PLACE
    """The place that the list shows. Written by `ListActions`."""
    query: ListQuery = field(default_factory=ListQuery)
    """What the list shows. Written by `ListActions`."""
    is_folding: bool = False
    """True if each story is listed once. Written by `ListActions`."""
    is_searching: bool = False
    """True while the list shows search results. Written by `SearchActions`."""
    current_pane: Pane = "list"
    """The pane the user is in. Written by `Panes`."""
    is_reading: bool = False
    """True if commands apply to the open article, not to the selected one. Written by `Panes`."""
    requested_article: str = ""
    """The article opened last: answers about others come too late. Written by `ArticleActions`."""
    trail: Trail = field(default_factory=Trail)
    """The articles opened so far. Written by `ArticleActions`."""
    has_previews: bool = True
    """True if the article pane follows the list's cursor. Written by the screen."""
    loose_pages: set[str] = field(default_factory=set)
    """The pages opened that are not in the library. Written by `PageActions`."""
    read_only_reason: str = ""
    """Why the library cannot be changed; empty if it can. Written by the screen."""

    @property
    def listed_articles(self) -> Sequence[str] | None:
        """The articles that a search has found; None for the list, which only the gateway knows."""
        return [row.id for row in self.article_list.rows] if self.is_searching else None

    @property
    def chosen_articles(self) -> Articles:
        """The articles that commands on several apply to: the selected rows, else the current one."""
        places = self.article_list.selected_places if self.current_pane == "list" else None
        if places is None:
            return [self.current_article] if self.current_article else []
        return self.find_articles(places)

    def find_articles(self, places: range) -> Articles:
        """Return the articles at some places of the list, as the gateway is told them."""
        rows = self.article_list
        if self.is_searching:
            return [row.id for row in rows.rows[places.start : places.stop]]
        ends = {place: rows.row_at(place) for place in (places.start, places.stop - 1)}
        known = {place: row.id for place, row in ends.items() if row is not None}
        return ListedRows(places, rows.total, known)

    @property
    def selected_article(self) -> str:
        """The article under the list's cursor; empty if there is none."""
        row = self.article_list.selected_row
        return row.id if row is not None else ""

    @property
    def current_article(self) -> str:
        """The article commands apply to, and the side pane is about; empty if there is none."""
        return self.requested_article if self.is_reading else self.selected_article
