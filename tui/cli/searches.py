"""`newstui searches`: list, save or remove saved searches."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from store.library.protocol import Library
from store.search.list_query import ListQuery
from store.text.names import clean_name, name_key
from themes.faults import quote_value, suggest_nearest
from tui.actions.place_changes import keep_search
from tui.cli.console import print_message
from tui.cli.context import open_loaded_library, resolve_settings
from tui.cli.exit_codes import UsageError
from tui.cli.output import Line, column, print_list
from tui.config.settings_file import SETTINGS_FILE

NAME_CELLS = 20
LIBRARY_SOURCE = "library"


class NamedSearch(NamedTuple):
    """A saved search."""

    name: str
    query: str
    source: str
    """Where it is saved: in the library, or in the settings."""


def run_searches(options: argparse.Namespace) -> None:
    """List the saved searches, or change them."""
    own = resolve_settings(options).searches
    with open_loaded_library(options) as library:
        if options.save is not None:
            _save(library, options.save, " ".join(options.words))
        elif options.remove is not None:
            _remove(library, options.remove)
        else:
            if options.words:
                raise UsageError("a QUERY needs --save NAME")
            found = list(_find_searches(library, own))
            if not found:
                print_message("no saved searches; `newstui searches --save NAME QUERY` adds one")
            print_list(found, SearchForm(), options)


def _find_searches(library: Library, own: Mapping[str, str]) -> Iterator[NamedSearch]:
    kept = library.searches.read()
    taken = set(map(name_key, kept))
    yield from (NamedSearch(name, text, LIBRARY_SOURCE) for name, text in kept.items())
    for name, text in own.items():
        if name_key(name) not in taken:
            yield NamedSearch(name, text, SETTINGS_FILE)


def _save(library: Library, name: str, query: str) -> None:
    """Save a search.

    Raises:
        UsageError: The name or the query is empty.
        InvalidQuery: The query cannot be parsed.
    """
    if not clean_name(name) or not query.strip():
        raise UsageError("a saved search needs a name and a QUERY")
    library.listing(ListQuery(text=query))
    print_message(keep_search(library, name, query))


def _remove(library: Library, name: str) -> None:
    found = {name_key(each): each for each in library.searches.read()}
    if name_key(name) not in found:
        hint = suggest_nearest(name, list(found.values()))
        raise UsageError(
            f"no saved search {quote_value(name)} in the library" + (hint and f"; {hint}")
        )
    library.searches.remove(found[name_key(name)])
    print_message(f"removed /{found[name_key(name)]}")


class SearchForm:
    """The forms in which saved searches are listed."""

    def records(self, items: Sequence[NamedSearch]) -> Iterator[Mapping[str, Any]]:
        """Yield the searches as JSON."""
        return (item._asdict() for item in items)

    def values(self, item: NamedSearch) -> Sequence[str]:
        """Return name, query and source."""
        return item

    def lines(self, item: NamedSearch, width: int) -> Iterator[Line]:
        """Yield the line of a search."""
        yield [column(item.name, NAME_CELLS, "category"), ("  ", ""), (item.query, "")]
