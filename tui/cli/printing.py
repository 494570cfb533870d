"""Commands that print: list, show, similar, keys."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence

from store.exporters import entry_json, facts_json, similar_json
from store.library.protocol import Library
from store.library.searcher import needs_index
from store.model.article import Entry, Row, Similar, minutes
from store.search import Query
from tui.cli.opening import indexed, loaded, opened, settings_of
from tui.cli.output import put, put_json, tell
from tui.config.commands import COMMANDS, groups, key_names
from tui.config.keymaps import Keymap, make_keymap
from tui.config.settings import FILE
from tui.rendering.cells import fit
from tui.rendering.wording import UPDATED, copies, count, day, day_of, joined, minute

SHORT_ID = 8


def list_articles(options: argparse.Namespace) -> int:
    """List rows, or with `--json` the facts of each on a line."""
    library = loaded(options)
    rows = asked_rows(library, options)
    if options.json:
        for article, reading in library.articles(row.id for row in rows):
            put_json(facts_json(article, reading))
        return 0
    if not rows:
        asked = query_of(options) != Query()
        tell("no articles" if asked else "no articles yet; `newstui import` adds some")
    for row in rows:
        put(row_line(row))
    return 0


def asked_rows(library: Library, options: argparse.Namespace) -> list[Row]:
    """The articles that were asked for, in their order; what looking for them needs is made."""
    query = query_of(options)
    if needs_index(query.words):
        indexed(library)
    return library.rows(query)[: options.limit]


def query_of(options: argparse.Namespace) -> Query:
    """The articles that were asked for, and their order."""
    return Query(options.show, options.category, " ".join(options.words), options.sort)


def row_line(row: Row) -> str:
    """An article as one line of a list."""
    marks = f"{' ' if row.read else '●'}{'★' if row.starred else ' '}"
    facts = f"{fit(day_of(row.when), 10)}  {fit(row.category, 12)}"
    return f"{row.id[:SHORT_ID]}  {marks} {facts}  {minutes(row.words):>3}′  {row.title}"


def show(options: argparse.Namespace) -> int:
    """Print an article in the order of the page the project started from."""
    library, entry = opened(options)
    indexed(library)
    similar = library.similar(entry)
    if options.json:
        put_json(entry_json(entry, similar), pretty=True)
    elif options.format == "md":
        from store.exporters.markdown import markdown_of  # imported here: few need YAML

        put(markdown_of(entry).removesuffix("\n"))
    else:
        put("\n".join(_page(entry, similar, library.study(entry).key_terms)))
    return 0


def _page(entry: Entry, similar: Sequence[Similar], key_terms: Sequence[str]) -> Iterable[str]:
    article, body, reading = entry.article, entry.body, entry.reading
    yield from (article.title, "", body.text, "")
    yield f"Similar Readings ({count(len(similar), 'item')})"
    yield from (f"{number}. {_similar_line(other)}" for number, other in enumerate(similar, 1))
    yield from ("", "Summary")
    yield body.summary + ("" if body.summary_complete else " …")
    yield from ("", "Statistics", f"{article.words:,} Words", f"{reading.read_count:,} Read Count")
    yield from (f"{minutes(article.words):,} Minutes", "", "Details", f"ID: {article.id}")
    yield f"Category ID: {article.category}"
    yield f"URL: {article.url}"
    yield f"Date: {day(article.date)}"
    yield f"Created: {minute(article.created)}"
    yield f"Updated: {joined((minute(article.updated), UPDATED if entry.updated else ''))}"
    yield f"Last Read: {minute(reading.last_read)}"
    if key_terms:
        yield f"Key Terms: {', '.join(key_terms)}"


def _similar_line(other: Similar) -> str:
    where = other.id[:SHORT_ID] if other.id else "not in the library"
    terms = f"both: {', '.join(other.terms)}" if other.terms else ""
    return f"{other.title} ({joined((where, copies(other.copies), terms), '; ')})"


def similar(options: argparse.Namespace) -> int:
    """List the similar readings of an article."""
    library, entry = opened(options)
    indexed(library)
    found = library.similar(entry)
    for number, other in enumerate(found, 1):
        if options.json:
            put_json(similar_json(other))
        else:
            put(f"{number}. {_similar_line(other)}")
    if not found:
        tell("nothing similar in the library")
    return 0


def keys(options: argparse.Namespace) -> int:
    """Print every command with the keys in force; the exit code is 1 if some cannot be."""
    settings = settings_of(options)
    own = settings.keys if options.preset in (None, settings.preset) else {}
    keymap = make_keymap(options.preset or settings.preset, own)
    if options.json:
        for command in COMMANDS:
            named = {"id": command.id, "keys": keymap.keys[command.id], "help": command.help}
            put_json({**named, "places": command.places})
    else:
        put("\n".join(_key_lines(keymap)))
    for fault in keymap.faults:
        tell(f"{FILE}: {fault}")
    return 1 if keymap.faults else 0


def _key_lines(keymap: Keymap) -> Iterable[str]:
    longest = max(len(command.id) for command in COMMANDS)
    for heading, commands in groups():
        yield heading
        for command in commands:
            names = key_names(keymap.keys[command.id])
            yield f"  {fit(names, 20)} {fit(command.id, longest)} {command.help}"
