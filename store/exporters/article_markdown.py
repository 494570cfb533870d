"""Markdown with front matter, which can be imported again without loss."""

from __future__ import annotations

from typing import Any

import yaml

from store.exporters.newstui_json import article_to_dict, list_imported_similar
from store.model.article import VERBATIM_FIELD, FullArticle

OMITTED_FIELDS = ("minutes", "text")
"""Fields that are not in the front matter: one is computed each time, the other follows below."""


def article_to_markdown(entry: FullArticle) -> str:
    """Return an article as a Markdown document with everything the library knows about it."""
    fields = {VERBATIM_FIELD: 1} | article_to_dict(entry, list_imported_similar(entry))
    fields["similar"] = list(entry.body.similar)
    empty: tuple[Any, ...] = (None, "", [], (), {})
    written = {
        name: value
        for name, value in fields.items()
        if name not in OMITTED_FIELDS and value not in empty
    }
    front = yaml.dump(
        written, Dumper=_PlainDumper, allow_unicode=True, sort_keys=False, width=float("inf")
    )
    return f"---\n{front}---\n\n{entry.body.text}\n"


class _PlainDumper(yaml.SafeDumper):
    """Writes every value in place, and tuples as lists."""

    def ignore_aliases(self, data: Any) -> bool:
        """Never write a value as a reference to another."""
        return True


_PlainDumper.add_representer(tuple, yaml.SafeDumper.represent_list)
