"""Markdown with front matter: an article a file, which `newstui import` takes in again whole."""

from __future__ import annotations

from typing import Any

import yaml

from store.exporters.newstui_json import article_to_dict, list_imported_similar
from store.model.article import FullArticle

VERBATIM_KEY = "newstui"
"""The field that says a text is exactly as the library keeps it: no line of it is to be joined."""

OMITTED_FIELDS = ("minutes", "text")
"""What does not go into the front matter: it stands elsewhere, or is worked out each time."""


def article_to_markdown(entry: FullArticle) -> str:
    """An article as a Markdown document with everything the library knows of it."""
    fields = {VERBATIM_KEY: 1} | article_to_dict(entry, list_imported_similar(entry))
    fields["similar"] = list(entry.body.similar)
    empty: tuple[Any, ...] = (None, "", [], (), {})
    held = {
        n: value for n, value in fields.items() if n not in OMITTED_FIELDS and value not in empty
    }
    front = yaml.dump(
        held, Dumper=_PlainDumper, allow_unicode=True, sort_keys=False, width=float("inf")
    )
    return f"---\n{front}---\n\n{entry.body.text}\n"


class _PlainDumper(yaml.SafeDumper):
    """Writes every value where it stands, and a tuple as the list it is."""

    def ignore_aliases(self, data: Any) -> bool:
        """No value is written as a reference to another."""
        return True


_PlainDumper.add_representer(tuple, yaml.SafeDumper.represent_list)
