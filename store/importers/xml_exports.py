"""Exports in XML: articles of Tiny Tiny RSS, bookmarks of Pinboard, Delicious and in XBEL, notes of Evernote."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO
from xml.etree import ElementTree as ET

from store.importers.containers import ImportItem, join_stream
from store.importers.zip_files import FEED_LIST_REASON
from store.model.article import Rejection
from store.text.clean import clean_line

EXPORT_START = re.compile(
    rb"(?>(?:\xef\xbb\xbf|<\?xml\b[^<>]*+>|<!--(?:(?!<!--).)*?-->|<!DOCTYPE\b[^<>\[]*+>|\s++)*)<(?:articles|posts|en-export|xbel)\b",
    re.DOTALL,
)
"""The root element of an export; nothing before it declares entities, which can grow without bounds."""
FEED_LIST = re.compile(rb"<opml\b")
MAX_PROLOG_BYTES = 4_096
MAX_DEPTH = 50
TODO = re.compile(r"<en-todo\b([^<>]*+)>(?:</en-todo>)?")
MEDIA = re.compile(r"<en-media\b[^<>]*?\btype=\"([\w/.+-]{1,60})\"[^<>]*+>(?:</en-media>)?")


def read_xml_items(name: str, head: bytes, rest: BinaryIO) -> Iterator[ImportItem | Rejection]:
    """Yield the items of an export as they come; any other XML is rejected."""
    head += rest.read(max(0, MAX_PROLOG_BYTES - len(head)))
    if not EXPORT_START.match(head):
        yield Rejection(name, FEED_LIST_REASON if FEED_LIST.search(head) else "XML, not an article")
        return
    number = depth = 0
    root: ET.Element | None = None
    events = ET.iterparse(join_stream(head, rest), ("start", "end"))  # noqa: S314 - no entities in it
    try:
        for event, element in events:
            root = element if root is None else root
            depth += 1 if event == "start" else -1
            if depth > MAX_DEPTH:
                yield Rejection(name, f"nested too deeply after article {number}")
                return
            if event == "end" and depth == 1:
                for fields in READERS[root.tag](element):
                    number += 1
                    yield ImportItem(f"{name}: article {number}", fields)
                root.clear()
    except (ET.ParseError, LookupError, ValueError) as error:
        reason = clean_line(str(error), limit=120)
        yield Rejection(name, f"not XML after article {number}: {reason}")


def _read_children(element: ET.Element) -> dict[str, Any]:
    """Return the texts of the elements in one, by their names."""
    return {each.tag: text for each in element if (text := (each.text or "").strip())}


def _read_article(article: ET.Element) -> Iterator[dict[str, Any]]:
    yield _read_children(article)


def _read_post(post: ET.Element) -> Iterator[dict[str, Any]]:
    given = dict(post.attrib)
    yield {"toread": "no", "tags": given.pop("tag", ""), **given}


def _read_bookmarks(top: ET.Element) -> Iterator[dict[str, Any]]:
    """Yield a bookmark, or those of a folder (https://pyxml.sourceforge.net/topics/xbel/)."""
    waiting = [(top, "")]
    while waiting:
        element, category = waiting.pop()
        given = _read_children(element)
        title = given.get("title", "")
        if element.tag == "folder":
            path = "/".join(filter(None, (category, title.replace("/", "∕"))))
            waiting += ((child, path) for child in reversed(element))
        elif element.tag == "bookmark":
            fields = {
                "url": element.get("href"),
                "title": title,
                "summary": given.get("desc"),
                "created": element.get("added"),
                "updated": element.get("modified"),
                "category": category,
            }
            yield {name: value for name, value in fields.items() if value}


def _read_note(note: ET.Element) -> Iterator[dict[str, Any]]:
    given = _read_children(note)
    attributes = note.find("note-attributes")
    about = _read_children(attributes) if attributes is not None else {}
    html = TODO.sub(_write_box, given.get("content", ""))
    fields = {
        "title": given.get("title"),
        "html": MEDIA.sub(r"(\1)", html),
        "created": given.get("created"),
        "updated": given.get("updated"),
        "tags": [each.text.strip() for each in note.findall("tag") if each.text],
        "url": about.pop("source-url", None),
        "author": about.pop("author", None),
        "evernote": about,
    }
    yield {name: value for name, value in fields.items() if value}


def _write_box(todo: re.Match[str]) -> str:
    return "☑ " if 'checked="true"' in todo[1] else "☐ "


READERS: dict[str, Callable[[ET.Element], Iterator[dict[str, Any]]]] = {
    "articles": _read_article,
    "posts": _read_post,
    "en-export": _read_note,
    "xbel": _read_bookmarks,
}
"""What reads the records of each root element."""
