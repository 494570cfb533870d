"""Exports in XML: articles of Tiny Tiny RSS, bookmarks of Pinboard, Delicious and in XBEL, notes of Evernote, posts of WordPress."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, cast
from xml.etree import ElementTree as ET

from store.importers.bookmark_trees import join_category
from store.importers.containers import MAX_FIELD_SIZE, ImportItem, join_stream
from store.importers.feed_files import FEED_LIST_REASON
from store.model.article import Rejection
from store.text.clean import clean_line

EXPORT_START = re.compile(
    rb"(?>(?:\xef\xbb\xbf|<\?xml\b[^<>]*+>|<!--(?:(?!<!--).)*?-->|<!DOCTYPE\b[^<>\[]*+>|\s++)*)<(?:(?:articles|posts|en-export|xbel)\b|rss\b[^<>]*\bxmlns:wp\s*=)",
    re.DOTALL,
)
"""The root element of an export; nothing before it declares entities, which can grow without bounds."""
FEED_LIST_ROOT = re.compile(rb"<opml\b")
MAX_PROLOG_BYTES = 4_096
CHUNK_BYTES = 1024 * 1024
"""Bytes that are parsed at once: an older parser begins anew with each chunk until it has the whole of a tag."""
MAX_DEPTH = 50
RECORD_DEPTHS = {"rss": 2}
"""The depth of the records, where they are not right below the root."""
TODO = re.compile(r"<en-todo\b([^<>]*+)>(?:</en-todo>)?")
MEDIA = re.compile(r"<en-media\b[^<>]*?\btype=\"([\w/.+-]{1,60})\"[^<>]*+>(?:</en-media>)?")
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
_SHORTCODE = r"\[/?(?:caption|embed|gallery)\b[^\[\]\n]{0,500}\]"
SHORTCODE = re.compile(rf"\[({_SHORTCODE})\]|{_SHORTCODE}")
"""What WordPress writes around pictures and the addresses of videos; in two brackets it is text."""
WORDPRESS_SPACE = re.compile(r"\{http://wordpress\.org/export/[\d.]{1,9}/(?:excerpt/)?\}")
WORDPRESS_PARTS = frozenset(
    str.split(
        "attachment custom_css customize_changeset nav_menu_item oembed_cache revision user_request wp_block"
        " wp_font_face wp_font_family wp_global_styles wp_navigation wp_template wp_template_part"
    )
)
"""The types of posts that are parts of a site, not articles."""
WORDPRESS_DROPPED = ("auto-draft", "trash")
NO_DATE = "0001"
"""Before it are the zeros that a draft has for its date."""
PARAGRAPH = re.compile(r"<p[\s>]")
PREFORMATTED = re.compile(
    r"(<pre\b(?>(?:(?!</?pre\b).)*)</pre>|<code\b(?>(?:(?!</?code\b).)*)</code>)",
    re.DOTALL | re.IGNORECASE,
)
EMPTY_LINES = re.compile(r"\n[ \t\r]*+\n\s*+")


def is_xml_export(head: bytes) -> bool:
    """Return True for an export in XML, or its beginning."""
    return EXPORT_START.match(head) is not None


def read_xml_items(name: str, head: bytes, rest: BinaryIO) -> Iterator[ImportItem | Rejection]:
    """Yield the items of an export as they come; any other XML is rejected."""
    head += rest.read(max(0, MAX_PROLOG_BYTES - len(head)))
    if not is_xml_export(head):
        is_list = FEED_LIST_ROOT.search(head)
        yield Rejection(name, FEED_LIST_REASON if is_list else "XML, not an article")
        return
    number = 0
    parents: list[ET.Element] = []
    try:
        for event, element in _iter_events(join_stream(head, rest)):
            if event == "start":
                parents.append(element)
                if len(parents) > MAX_DEPTH:
                    yield Rejection(name, f"nested too deeply after article {number}")
                    return
                continue
            parents.pop()
            if parents and len(parents) == RECORD_DEPTHS.get(root := parents[0].tag, 1):
                for fields in READERS[root](element):
                    number += 1
                    yield ImportItem(f"{name}: article {number}", fields)
                parents[-1].clear()
    except (ET.ParseError, LookupError, ValueError) as error:
        reason = clean_line(str(error), limit=120)
        yield Rejection(name, f"not XML after article {number}: {reason}")


def _iter_events(stream: BinaryIO) -> Iterator[tuple[str, ET.Element]]:
    """Yield the start and the end of each element.

    Raises:
        ParseError: It is not XML, or has a tag, comment or text that is larger than any field.
    """
    parser: ET.XMLPullParser[ET.Element] = ET.XMLPullParser(("start", "end"))
    silent = 0
    while data := stream.read(CHUNK_BYTES):
        parser.feed(data)
        silent += len(data)
        for each in parser.read_events():
            silent = 0
            yield cast("tuple[str, ET.Element]", each)
        if silent > MAX_FIELD_SIZE:
            raise ET.ParseError("no tag ends for too long")
    try:
        parser.close()  # Expat may have put off what follows the beginning of a tag
    finally:
        for each in parser.read_events():
            yield cast("tuple[str, ET.Element]", each)


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
            path = join_category(category, title)
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


def _read_wordpress_item(item: ET.Element) -> Iterator[dict[str, Any]]:
    """Yield a post or page (https://wordpress.org/documentation/article/tools-export-screen/)."""
    given = {WORDPRESS_SPACE.sub("wp:", name): text for name, text in _read_children(item).items()}
    kind, status = given.get("wp:post_type", ""), given.get("wp:status", "")
    if item.tag != "item" or kind in WORDPRESS_PARTS or status in WORDPRESS_DROPPED:
        return
    terms = [(each.get("domain"), (each.text or "").strip()) for each in item.findall("category")]
    dates = (given.get(f"wp:post_{name}") for name in ("date_gmt", "date", "modified_gmt"))
    written, stated, changed = (each if each and each > NO_DATE else None for each in dates)
    about = {
        "type": kind if kind != "post" else "",
        "status": status if status != "publish" else "",
    }
    fields = {
        "title": given.get("title"),
        "url": given.get("link"),
        "html": _write_paragraphs(given.get(CONTENT, "")),
        "summary": given.get("wp:encoded"),
        "author": given.get(CREATOR),
        "category": next((text for domain, text in terms if domain == "category"), ""),
        "tags": [text for domain, text in terms if domain == "post_tag"],
        "date": written or stated,
        "updated": changed,
        "wordpress": {name: value for name, value in about.items() if value},
    }
    yield {name: value for name, value in fields.items() if value}


def _write_paragraphs(html: str) -> str:
    """Return a text of WordPress without shortcodes, and with the paragraphs that are only empty lines in it."""
    parts = PREFORMATTED.split(html)
    parts[::2] = (SHORTCODE.sub(r"\1", each) for each in parts[::2])
    if not PARAGRAPH.search(html):  # written with the old editor
        parts[::2] = (EMPTY_LINES.sub("\n<p>", each) for each in parts[::2])
    return "".join(parts)


READERS: dict[str, Callable[[ET.Element], Iterator[dict[str, Any]]]] = {
    "articles": _read_article,
    "posts": _read_post,
    "en-export": _read_note,
    "xbel": _read_bookmarks,
    "rss": _read_wordpress_item,
}
"""What reads the records of each root element."""
