"""Markdown with front matter: an article a file, which `newstui import` takes in again whole."""

from __future__ import annotations

from typing import Any

import yaml

from store.exporters.newstui_json import came_with, entry_json
from store.model.article import Entry

MARK = "newstui"
"""The field that says a text is exactly as the library keeps it: no line of it is to be joined."""

DERIVED = ("minutes", "text")
"""What does not go into the front matter: it stands elsewhere, or is worked out each time."""


def markdown_of(entry: Entry) -> str:
    """An article as a Markdown document with everything the library knows of it."""
    fields = {MARK: 1} | entry_json(entry, came_with(entry))
    fields["similar"] = list(entry.body.similar)
    empty: tuple[Any, ...] = (None, "", [], (), {})
    held = {n: value for n, value in fields.items() if n not in DERIVED and value not in empty}
    front = yaml.dump(held, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=float("inf"))
    return f"---\n{front}---\n\n{entry.body.text}\n"


class _Plain(yaml.SafeDumper):
    """Writes every value where it stands, and a tuple as the list it is."""

    def ignore_aliases(self, data: Any) -> bool:
        """No value is written as a reference to another."""
        return True


_Plain.add_representer(tuple, yaml.SafeDumper.represent_list)
