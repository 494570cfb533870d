"""Bookmarks in HTML, as browsers, Google and Pocket export them, and lists of URLs.

They become articles without a text, which can be fetched later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import reduce
from html.parser import HTMLParser
from typing import Any, BinaryIO, TextIO

from store.importers.bookmark_trees import join_category
from store.importers.containers import ImportItem, open_text
from store.model.article import Rejection

BOOKMARK_FILE_START = re.compile(
    rb"<!DOCTYPE\s+NETSCAPE-Bookmark|<title>\s*(?:Pocket Export|Instapaper: Export)", re.IGNORECASE
)
URL_LINE = re.compile(
    r"(?:[-*•][ \t]+|\d{1,4}[.)][ \t]+)?[<\"]?(?P<url>https?://[^\s<>\"]+)[>\"]?(?P<title>(?:[ \t].*)?)",
    re.IGNORECASE,
)
"""A URL, perhaps with a title behind it, perhaps as an item of a list."""
TITLE_SIGNS = " \t|,-–—"
"""What may stand between a URL and its title."""
CHUNK_CHARS = 64 * 1024
MAX_FOLDERS = 100
"""How many folders around a link are looked at."""
MAX_TAG_CHARS = 1024 * 1024
"""The longest tag or comment: the parser begins anew with each chunk until it has all of it."""
READ_HEADINGS = ("Read Archive", "Archive")
"""The headings of what was read, in the exports of Pocket and Instapaper."""
LIST_HEADINGS = (*READ_HEADINGS, "Unread", "Starred")
"""Headings of lists, which are no folders."""
TITLES_WITH_LISTS = ("Pocket Export", "Instapaper: Export")
"""The titles of files in which all headings are of lists or folders."""
LINKDING_NOTES = ("[linkding-notes]", "[/linkding-notes]")
RAINDROP_UNSORTED = "Unsorted"
LINKDING_ARCHIVED = "linkding:bookmarks.archived"
READ_FLAGS = frozenset({"0", "no", "false"})
"""Values of `toread` of what was read."""
ROOT_FOLDER_FLAGS = frozenset({"personal_toolbar_folder", "unfiled_bookmarks_folder"})
"""Attributes of the folders that every browser has, which are no categories."""
MICROSECOND_DIGITS = 16


def read_bookmark_items(name: str, head: bytes, rest: BinaryIO) -> Iterator[ImportItem | Rejection]:
    """Yield the links of a bookmark file, each once: those in several folders get their names as tags."""
    parser = _BookmarkParser()
    text = open_text(head, rest)
    links: dict[str, tuple[dict[str, Any], dict[str, None]]] = {}
    for fields in _iter_links(parser, text):
        first, tags = links.setdefault(fields.get("url", ""), (fields, {}))
        names = fields.get("tags", "").split(",")
        if first is not fields and fields.get("category") != first.get("category"):
            names.append(fields.get("category", ""))
        tags.update(dict.fromkeys(filter(None, names)))
    for number, (fields, tags) in enumerate(links.values(), start=1):
        if parser.has_labels and "category" in fields:
            tags[fields["category"]] = None
        yield ImportItem(f"{name}: bookmark {number}", {**fields, "tags": list(tags)})
    if parser.is_stuck:
        yield Rejection(name, f"a tag without an end after bookmark {len(links)}")


def _iter_links(parser: _BookmarkParser, text: TextIO) -> Iterator[dict[str, Any]]:
    for chunk in iter(lambda: text.read(CHUNK_CHARS), ""):
        parser.feed(chunk)
        yield from parser.pop_links()
        if parser.is_stuck:
            break
    parser.finish_link()
    yield from parser.pop_links()


class _BookmarkParser(HTMLParser):
    """Extracts the links of a bookmark file; the heading above them is their category."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._links: list[dict[str, Any]] = []
        self._link: dict[str, Any] | None = None
        self._title: list[str] = []
        self._pending_link: dict[str, Any] | None = None
        """The previous link, to which a description may belong."""
        self._description: list[str] | None = None
        self._heading: list[str] | None = None
        self._folders: list[str] = []
        self._folder = ""
        self._is_root = self._is_raindrop = self._has_lists = False
        self.has_labels = False
        """True if its folders are the labels of Google Bookmarks, which counts in microseconds."""

    @property
    def is_stuck(self) -> bool:
        """True if it waits for the end of a tag that is longer than any."""
        return len(self.rawdata) > MAX_TAG_CHARS

    def pop_links(self) -> list[dict[str, Any]]:
        """Return the links that are complete, each once."""
        found, self._links = self._links, []
        return found

    def finish_link(self) -> None:
        """Complete the previous link with its description."""
        if self._pending_link is not None:
            text = "".join(self._description or ())
            link = self._pending_link
            before, start, rest = text.partition(LINKDING_NOTES[0])
            notes, _, after = rest.partition(LINKDING_NOTES[1])
            if start:
                link |= {"annotations": [{"note": notes.strip()}]}
            words = " ".join(f"{before} {after}".split())
            self._links.append(link | ({"summary": words} if words else {}))
        self._pending_link = self._description = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br" and self._description is not None:
            self._description.append(" ")
        elif tag == "dd":
            self._description = []
        elif tag == "a" and self._description is not None:
            return  # a link inside of the description
        elif tag in ("dt", "dl", "a", "li"):
            self.finish_link()
        if tag == "a":
            given = {name: value or "" for name, value in attrs}
            folders, lists = [*filter(None, self._folders[:MAX_FOLDERS])], {self._folder}
            if self._has_lists:
                lists |= set(folders)
                folders = [
                    each for each in (*folders, self._folder) if each not in ("", *LIST_HEADINGS)
                ]
            tags = given.pop("tags", "").split(",")
            self.has_labels |= len(given.get("add_date", "")) == MICROSECOND_DIGITS
            self._title = []
            self._link = {
                "url": given.pop("href", ""),
                "title": "",
                "created": given.pop("add_date", "") or given.pop("time_added", ""),
                "updated": given.pop("last_modified", ""),
                "tags": ",".join(each for each in tags if each != LINKDING_ARCHIVED),
                "category": reduce(join_category, folders, ""),
                "read": not lists.isdisjoint(READ_HEADINGS)
                or LINKDING_ARCHIVED in tags
                or given.pop("toread", "").lower() in READ_FLAGS,
                "starred": "Starred" in lists or given.pop("data-important", "").lower() == "true",
            }
            given.pop("icon", None)  # an embedded image, as long as an article
            self._link |= {name: value for name, value in given.items() if value}
        elif tag in ("h1", "h3", "title"):
            self._heading = []
            self._is_root = any(name in ROOT_FOLDER_FLAGS for name, _ in attrs)
        elif tag == "dl":
            self._folders.append(self._folder)
            self._folder = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._link is not None:
            self._link["title"] = "".join(self._title)
            self._pending_link = {name: value for name, value in self._link.items() if value}
            self._link = None
        elif tag == "title" and self._heading is not None:
            self._has_lists = "".join(self._heading).strip() in TITLES_WITH_LISTS
            self._heading = None
        elif tag in ("h1", "h3") and self._heading is not None:
            self._folder, self._heading = "".join(self._heading).strip(), None
            if self._is_root or (self._is_raindrop and self._folder == RAINDROP_UNSORTED):
                self._folder = ""
            self._is_raindrop |= self._folder.startswith("Raindrop.io")
            is_title = not self._has_lists or self._folder in TITLES_WITH_LISTS
            if tag == "h1" and is_title and self._folder not in LIST_HEADINGS:
                self._folder = ""  # the title of the file, not a folder
        elif tag == "dl":
            self.finish_link()
            del self._folders[-1:]

    def handle_data(self, data: str) -> None:
        if self._link is not None:
            self._title.append(data)
        elif self._heading is not None:
            self._heading.append(data)
        elif self._description is not None:
            self._description.append(data)


def is_url_list(text: str) -> bool:
    """Return True if every line that is neither empty nor a comment has a URL first."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return bool(lines) and all(URL_LINE.fullmatch(line.strip()) for line in lines)


def read_url_items(name: str, text: str) -> Iterator[ImportItem]:
    """Yield the URLs of a text, one per line, each with an optional title behind it."""
    for number, line in enumerate(text.splitlines(), start=1):
        given = line.strip()
        if given and not given.startswith("#"):
            found = URL_LINE.fullmatch(given)
            fields = {"url": found["url"].removesuffix(",") if found else given}
            if found and (title := found["title"].lstrip(TITLE_SIGNS).rstrip()):
                fields["title"] = title
            yield ImportItem(f"{name}: line {number}", fields)
