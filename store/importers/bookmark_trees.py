"""Bookmarks as browsers keep them: the JSON trees of Chrome and its kin, and of Firefox, the plist of Safari."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

CHROME_ROOTS = "roots"
FIREFOX_FOLDER = 2
"""The `typeCode` of a folder."""
SAFARI_FOLDER = "WebBookmarkTypeList"
SAFARI_ROOTS = frozenset({"BookmarksBar", "BookmarksMenu", "com.apple.ReadingList"})


MAX_CATEGORY_CHARS = 1_000
"""Length from which the path of a folder grows no more: no category is as long, and folders nest deeply."""


def join_category(parent: str, name: str) -> str:
    """Return the category of a folder in another one; a slash in its name parts nothing."""
    if len(parent) >= MAX_CATEGORY_CHARS:
        return parent
    return "/".join(filter(None, (parent, name[:MAX_CATEGORY_CHARS].replace("/", "∕"))))


def is_bookmark_tree(value: Mapping[str, Any]) -> bool:
    """Return True for the file `Bookmarks` of Chrome, a backup of Firefox, or `Bookmarks.plist` of Safari."""
    if isinstance(value.get(CHROME_ROOTS), Mapping):
        return True
    if value.get("WebBookmarkType") == SAFARI_FOLDER:
        return True
    return isinstance(value.get("children"), list) and value.get("typeCode") == FIREFOX_FOLDER


def iter_bookmarks(tree: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the fields of each bookmark, in order; a stack, because folders nest deeply.

    The folders that every browser has are no categories.
    """
    roots = tree.get(CHROME_ROOTS)
    tops = list(roots.values()) if isinstance(roots, Mapping) else [tree]
    stack: list[tuple[Any, str, bool]] = [(top, "", True) for top in reversed(tops)]
    while stack:
        node, category, is_root = stack.pop()
        if not isinstance(node, Mapping):
            continue
        children = node.get("children") or node.get("Children")
        if isinstance(children, list):
            names = (node.get(name) for name in ("name", "title", "Title"))
            name = str(next(filter(None, names), "")).strip()
            if not is_root and "root" not in node and name not in SAFARI_ROOTS:
                category = join_category(category, name)
            stack += ((child, category, False) for child in reversed(children))
        elif url := node.get("url") or node.get("uri"):
            yield _bookmark_fields(node, str(url), category)
        elif url := node.get("URLString"):
            yield _safari_fields(node, str(url), category)


def _safari_fields(node: Mapping[str, Any], url: str, category: str) -> dict[str, Any]:
    """Return the fields of a bookmark of Safari, which may be on its Reading List."""
    named, listed = (
        given if isinstance(given := node.get(name), Mapping) else {}
        for name in ("URIDictionary", "ReadingList")
    )
    fields = {
        "url": url,
        "title": named.get("title") or node.get("Title"),
        "created": listed.get("DateAdded"),
        "last_read": listed.get("DateLastViewed"),
        "summary": listed.get("PreviewText"),
        "category": category,
    }
    return {name: value for name, value in fields.items() if value}


def _bookmark_fields(node: Mapping[str, Any], url: str, category: str) -> dict[str, Any]:
    fields = {
        "url": url,
        "title": node.get("name") or node.get("title"),
        "created": node.get("date_added") or node.get("dateAdded"),
        "updated": node.get("date_modified") or node.get("lastModified"),
        "tags": node.get("tags"),
        "category": category,
        "keyword": node.get("keyword"),
    }
    return {name: value for name, value in fields.items() if value not in (None, "", "0")}
