"""`newstui edit`: edit the title, category, date or tags of articles."""

from __future__ import annotations

import argparse

from store.model.errors import InvalidInput
from store.model.times import parse_timestamp
from store.text.clean import clean_line
from tui.cli.context import open_loaded_library


def run_edit(options: argparse.Namespace) -> int:
    """Change facts and tags of an article, each kind of change by an event of its own."""
    facts = _new_facts(options)
    tags = {name: [clean_line(tag) for tag in getattr(options, name)] for name in ("tag", "untag")}
    library = open_loaded_library(options)
    article = library.find_id(options.id)
    if facts:
        library.record("edited", [article], to=facts)
    for name, given in tags.items():
        for tag in filter(None, given):
            library.record(f"{name}ged", [article], tag=tag)
    library.close()
    return 0


def _new_facts(options: argparse.Namespace) -> dict[str, str]:
    given = {name: getattr(options, name) for name in ("title", "category", "date")}
    facts = {name: clean_line(value) for name, value in given.items() if value is not None}
    if facts.get("title") == "":
        raise InvalidInput("the title is empty")
    if "date" in facts:
        date = parse_timestamp(facts["date"])
        if date is None:
            raise InvalidInput(f"{facts['date']} is not a date")
        facts["date"] = date
    return facts
