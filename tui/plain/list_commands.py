"""What the list of the linear reader shows: searches, filters, categories, orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from store.model.errors import InvalidQuery, NewstuiError
from store.search import SHOWS, SORTS, ListQuery
from tui.plain.edit_commands import Changing
from tui.plain.input import ParsedLine

ALL_CATEGORIES_LABEL = "every category"


class Listing(Changing):
    """Asking for another list; a choice is made by its number or by how it begins."""

    def change_query(self, query: ListQuery) -> None:
        """Print another list, if it can be had."""
        before, self.query = self.query, query
        try:
            self.select()
        except NewstuiError:
            self.query = before
            raise
        self.leave()
        self.show_list()

    def search(self, typed: ParsedLine) -> None:
        """Search everything."""
        words = typed.words or self.world.ask("Search: ") or ""
        self.change_query(replace(self.query, text=words.strip()))

    def filter(self, typed: ParsedLine) -> None:
        """Show all, unread or starred articles, or those in progress."""
        counts: dict[str, str] = {
            show: self._counted(replace(self.query, show=show)) for show in SHOWS
        }
        show = self._choice(typed, "Show", SHOWS, counts)
        self.change_query(replace(self.query, show=next(each for each in SHOWS if each == show)))

    def category(self, typed: ParsedLine) -> None:
        """Show one category, or a search that is kept."""
        kept = {f"/{name}": words for name, words in self.world.settings.searches.items()}
        categories = {each.name or "(none)": each for each in self.library.categories()}
        counts = {name: self._counted(ListQuery(text=words)) for name, words in kept.items()}
        counts |= {
            name: f"{each.unread:,} unread of {each.total:,}" for name, each in categories.items()
        }
        name = self._choice(typed, "Category", [ALL_CATEGORIES_LABEL, *counts], counts)
        base = replace(self.query, category=None)
        if name in kept:
            self.change_query(replace(base, text=kept[name]))
        elif name in categories:
            self.change_query(replace(base, category=categories[name].name))
        else:
            self.change_query(base)

    def _counted(self, query: ListQuery) -> str:
        try:
            return f"{len(self.library.rows(query)):,}"
        except InvalidQuery:
            return "a mistake"

    def sort(self, typed: ParsedLine) -> None:
        """Choose the order of the list."""
        sort = self._choice(typed, "Sort by", SORTS, {})
        self.change_query(replace(self.query, sort=next(each for each in SORTS if each == sort)))

    def _choice(
        self, typed: ParsedLine, what: str, names: Sequence[str], counts: Mapping[str, str]
    ) -> str:
        words = typed.words or (str(typed.number) if typed.number else "")
        if not words:
            said = (f"{name} ({counts[name]})" if name in counts else name for name in names)
            self.world.say("\n".join(f"{number}. {name}" for number, name in enumerate(said, 1)))
            words = (self.world.ask(f"{what}: ") or "").strip()
        if words.isdecimal() and 0 < int(words) <= len(names):
            return names[int(words) - 1]
        fits = [name for name in names if name.casefold().startswith(words.casefold())]
        if not words or not fits:
            raise NewstuiError(f"{what}: {words or 'nothing'} is none of {', '.join(names)}")
        return fits[0]
