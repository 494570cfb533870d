"""`newstui show` and `newstui similar`: print an article, or articles similar to it."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence

from store.exporters import entry_json, similar_json
from store.model.article import Entry, Similar, minutes
from tui.cli.console import put, put_json, tell
from tui.cli.context import indexed, opened
from tui.cli.list import SHORT_ID
from tui.rendering.wording import UPDATED, copies, count, day, joined, minute


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
