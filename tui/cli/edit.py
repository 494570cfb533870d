"""`newstui edit`: edit title, category, date and tags of an article."""

from __future__ import annotations

import argparse

from store.model.errors import InvalidInput
from store.model.times import parse_timestamp
from store.text.clean import clean_line
from tui.actions.article_changes import add_tag, remove_tag
from tui.cli.context import open_loaded_library


def run_edit(options: argparse.Namespace) -> None:
    """Edit an article; tags are events of their own."""
    fields = _edited_fields(options)
    with open_loaded_library(options) as library:
        article = library.find_id(options.id)
        if fields:
            library.record("edited", [article], to=fields)
        for change, tags in ((add_tag, options.tag), (remove_tag, options.untag)):
            for tag in filter(None, map(clean_line, tags)):
                change(library, [article], tag)


def _edited_fields(options: argparse.Namespace) -> dict[str, str]:
    given = {name: getattr(options, name) for name in ("title", "category", "date")}
    fields = {name: clean_line(value) for name, value in given.items() if value is not None}
    if fields.get("title") == "":
        raise InvalidInput("the title is empty")
    if "date" in fields:
        date = parse_timestamp(fields["date"])
        if date is None:
            raise InvalidInput(f"not a date: {fields['date']}")
        fields["date"] = date
    return fields
