"""`newstui edit`: edit title, category, date and tags of articles."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from store.model.times import parse_timestamp
from store.text.clean import clean_line
from tui.actions.article_changes import ActionResult, add_tag, remove_tag
from tui.cli.context import open_loaded_library
from tui.cli.exit_codes import UsageError
from tui.cli.selection import report_changes, select_articles


def run_edit(options: argparse.Namespace) -> bool:
    """Edit articles; tags are events of their own."""
    fields, add, remove = (
        _edited_fields(options),
        _clean_tags(options.tag),
        _clean_tags(options.untag),
    )
    with open_loaded_library(options) as library:
        ids, failed = select_articles(library, options)
        if "title" in fields and len(ids) > 1:
            raise UsageError("--title needs a single article")
        if fields and ids:
            library.record("edited", ids, to=fields)
            report_changes(
                options, "edited", ActionResult("", articles=ids, is_undoable=True), to=fields
            )
        for event, change, tags in (("tagged", add_tag, add), ("untagged", remove_tag, remove)):
            for tag in tags if ids else ():
                report_changes(options, event, change(library, ids, tag), tag=tag)
    return failed


def _clean_tags(given: Sequence[str]) -> list[str]:
    tags = [clean_line(tag) for tag in given]
    if "" in tags:
        raise UsageError("the tag is empty")
    return tags


def _edited_fields(options: argparse.Namespace) -> dict[str, str]:
    given = {name: getattr(options, name) for name in ("title", "category", "date")}
    fields = {name: clean_line(value) for name, value in given.items() if value is not None}
    if fields.get("title") == "":
        raise UsageError("the title is empty")
    if "date" in fields:
        date = parse_timestamp(fields["date"])
        if date is None:
            raise UsageError(f"not a date: {fields['date']}")
        fields["date"] = date
    return fields
