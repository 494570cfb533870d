"""The export of a site made with Ghost: tables of its database, of which posts, tags and authors are joined."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any


def find_ghost_tables(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the tables of an export of Ghost by their names; none if it is something else."""
    exports = value.get("db")
    first = exports[0] if isinstance(exports, list) and exports else None
    tables = first.get("data") if isinstance(first, Mapping) else None
    return tables if isinstance(tables, Mapping) and "posts" in tables else {}


def iter_ghost_posts(tables: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the posts and pages, each with the names of its tags and authors, in their order."""
    tags = _join_names(tables, "tags", "posts_tags", "tag_id")
    authors = _join_names(tables, "users", "posts_authors", "author_id")
    posts = tables["posts"]
    for post in posts if isinstance(posts, list) else ():
        if isinstance(post, Mapping):
            key = str(post.get("id"))
            yield {**post, "tags": tags.get(key, []), "authors": authors.get(key, [])}
        else:
            yield post


def _join_names(
    tables: Mapping[str, Any], table: str, links: str, column: str
) -> dict[str, list[str]]:
    """Return the names that a table has for each post; those with a number sign are internal."""
    names = {str(row.get("id")): str(row.get("name") or "") for row in _rows(tables, table)}
    found: dict[str, list[str]] = defaultdict(list)
    for row in sorted(_rows(tables, links), key=_position):
        name = names.get(str(row.get(column)), "")
        if name and not name.startswith("#"):
            found[str(row.get("post_id"))].append(name)
    return found


def _rows(tables: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    rows = tables.get(name)
    return [each for each in rows if isinstance(each, Mapping)] if isinstance(rows, list) else []


def _position(row: Mapping[str, Any]) -> int:
    position = row.get("sort_order")
    return position if isinstance(position, int) else 0
