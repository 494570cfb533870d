"""Highlights and notes of other programs in one form: quote, note, time and position."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from store.model.times import parse_timestamp, trim_milliseconds
from store.text.clean import clean_text
from store.text.markdown import strip_inline_markdown

ANNOTATION_FIELDS = ("annotations", "highlights")
"""Fields under which programs store them."""
QUOTE_KEYS = ("quote", "highlight", "exact")
TEXT_KEYS = ("text", "content")
"""The quote in some programs; the note in those that have a quote as well."""
NOTE_KEYS = ("note", "annotation", "comment", "notes")
TIME_KEYS = str.split(
    "time highlighted_at highlightedAt created_at createdAt created timestamp updated_at updatedAt updated"
)
KEPT_KEYS = ("color", "tags", "location")
"""What is kept besides, under its name."""

HTML_START = re.compile(r"\s*+<(?:p|div|br|b|i|em|strong|ul|ol|blockquote|span|a)\b[^<>]*>")
MAX_SEARCHED_QUOTES = 1_000
"""Quotes of one article whose position is searched for."""
RAINDROP_HIGHLIGHT = "Highlight:"
RAINDROP_NOTE = "Note:"
SOURCE_LINK = re.compile(r"\[[^\[\]]{0,40}\]\(https?://[^()\s]*+\)$")
"""The link to the highlight, which Omnivore writes after it."""


def collect_annotations(values: Iterable[object], text: str) -> list[dict[str, Any]]:
    """Return the annotations in the values of fields, without repetitions.

    Each has the keys `quote`, `note`, `time` (ISO 8601 in UTC) and `position` (the offset of the quote in
    the text, in characters) as far as they are known.
    """
    found: dict[tuple[object, ...], dict[str, Any]] = {}
    finder = _QuoteFinder(text)
    for item in _iter_items(values):
        annotation = _normalize(item)
        position = finder.find(annotation.get("quote", ""))
        if position is not None:
            annotation["position"] = position
        identity = tuple(annotation.get(key) for key in ("quote", "note", "time"))
        if any(identity[:2]):
            found.setdefault(identity, annotation)
    return list(found.values())


def _iter_items(values: Iterable[object]) -> Iterator[Mapping[str, Any]]:
    for value in values:
        if isinstance(value, Mapping):
            yield value
        elif isinstance(value, str):
            yield from parse_highlights(value)
        elif isinstance(value, list):
            yield from _iter_items(value)


def parse_highlights(text: str) -> Iterator[dict[str, str]]:
    """Yield the highlights of a text: Markdown quotes with their notes, or the lines of Raindrop."""
    parts: list[dict[str, list[str]]] = []
    key = "quote"
    lines = text.replace("\r\n", "\n").split("\n")
    is_marked = any(line.startswith((">", RAINDROP_HIGHLIGHT)) for line in lines)
    for line in lines if is_marked else ():
        if line.startswith(RAINDROP_HIGHLIGHT) or (line.startswith(">") and key != "quoted"):
            parts.append({"quote": [], "note": []})
        if line.startswith(">"):
            key, content = "quoted", line[1:].strip()
        elif line.startswith(RAINDROP_HIGHLIGHT):
            key, content = "quote", line.removeprefix(RAINDROP_HIGHLIGHT)
        elif line.startswith(RAINDROP_NOTE):
            key, content = "note", line.removeprefix(RAINDROP_NOTE)
        else:
            key, content = "note" if key == "quoted" else key, line
        if parts:
            parts[-1]["quote" if key == "quoted" else key].append(content)
    if not is_marked and text.strip():
        yield {"quote": text.strip()}
    for part in parts:
        quote = SOURCE_LINK.sub("", "\n".join(part["quote"]).strip()).strip()
        yield {"quote": quote, "note": "\n".join(part["note"]).strip()}


def _normalize(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an annotation with our keys."""
    inner = item.get("highlight")  # of Feedly, beside the comment
    quote = _find_selected(item) or _first_text(item, QUOTE_KEYS)
    if not quote and isinstance(inner, Mapping):
        quote = _first_text(inner, TEXT_KEYS)
    note = _first_text(item, NOTE_KEYS)
    if other := _first_text(item, TEXT_KEYS):
        if not quote and "target" not in item:
            quote = other
        elif not note and other != quote:
            note = other
    time = next(filter(None, (parse_timestamp(item.get(key)) for key in TIME_KEYS)), None)
    found: dict[str, Any] = {"quote": quote, "note": note, "time": trim_milliseconds(time or "")}
    found |= {key: item.get(key) for key in KEPT_KEYS}
    return {key: value for key, value in found.items() if value not in (None, "", [], {})}


def _first_text(item: Mapping[str, Any], keys: Iterable[str]) -> str:
    values = (item[key] for key in keys if isinstance(item.get(key), str))
    return next(filter(None, map(_clean_value, values)), "")


def _clean_value(text: str) -> str:
    """Return a quote or a note, without markup if it is HTML."""
    if HTML_START.match(text):
        from store.text.html_to_text import html_to_text  # imported here: rarely needed

        text = strip_inline_markdown(html_to_text(text))
    return clean_text(text)


def _find_selected(item: Mapping[str, Any]) -> str:
    """Return the quote of a Web Annotation (https://www.w3.org/TR/annotation-model/), as Hypothesis has."""
    targets = item.get("target")
    for target in targets if isinstance(targets, list) else (targets,):
        selectors = target.get("selector") if isinstance(target, Mapping) else None
        for selector in selectors if isinstance(selectors, list) else (selectors,):
            if isinstance(selector, Mapping) and isinstance(selector.get("exact"), str):
                return clean_text(selector["exact"]).strip()
    return ""


class _QuoteFinder:
    """Finds quotes in a text, whatever blanks, signs and markup are between their words."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._letters: str | None = None
        self._offsets: list[int] = []
        self._searches = 0

    def find(self, quote: str) -> int | None:
        self._searches += 1
        if not quote or not self._text or self._searches > MAX_SEARCHED_QUOTES:
            return None
        if (exact := self._text.find(quote)) >= 0:
            return exact
        if self._letters is None:
            self._offsets = [at for at, each in enumerate(self._text) if each.isalnum()]
            self._letters = "".join(self._text[at] for at in self._offsets)
        at = self._letters.find(letters) if (letters := "".join(filter(str.isalnum, quote))) else -1
        return self._offsets[at] if at >= 0 else None


# -- records of highlights, which belong to articles -------------------------------------------


def is_web_annotation_list(value: object) -> bool:
    """Return True for a list of Web Annotations that name their pages."""
    return isinstance(value, list) and any(
        isinstance(each, Mapping) and "uri" in each and "target" in each for each in value[:1]
    )


def group_web_annotations(records: list[Any]) -> list[Any]:
    """Return one record per page of a list of Web Annotations, each of which names its page."""
    pages: dict[str, dict[str, Any]] = {}
    for record in records:
        url = str(record.get("uri") or "") if isinstance(record, Mapping) else ""
        document = record.get("document") if isinstance(record, Mapping) else None
        titles = document.get("title") if isinstance(document, Mapping) else None
        title = titles[0] if isinstance(titles, list) and titles else titles
        page = pages.setdefault(url, {"url": url, "title": title, "annotations": []})
        page["annotations"].append(record)
    return list(pages.values())


def attach_highlights(records: list[Any]) -> list[Any]:
    """Return the records, those of highlights and notes inside the document they belong to.

    In Readwise they are documents with the id of their parent; a note is the child of a highlight.
    """
    by_id = {
        str(record["id"]): record
        for record in records
        if isinstance(record, Mapping) and "id" in record
    }
    children: dict[str, list[dict[str, Any]]] = {}
    notes: dict[str, str] = {}
    attached: set[str] = set()
    for key, record in by_id.items():
        parent = by_id.get(str(record.get("parent_id") or ""))
        if parent is None:
            continue
        attached.add(key)
        if parent.get("parent_id"):
            notes[str(parent["id"])] = str(record.get("content") or "")
        else:
            children.setdefault(str(parent["id"]), []).append(dict(record))
    if not attached:
        return records
    for highlight in (each for group in children.values() for each in group):
        highlight["note"] = notes.get(str(highlight["id"])) or highlight.get("notes")
    kept = (
        each
        for each in records
        if not isinstance(each, Mapping) or str(each.get("id")) not in attached
    )
    return [
        {**each, "annotations": children[str(each["id"])]}
        if isinstance(each, Mapping) and str(each.get("id")) in children
        else each
        for each in kept
    ]


def attach_bookmark_highlights(records: list[Any]) -> list[Any]:
    """Return the bookmarks of a list by Instapaper, each with its highlights; users are left out."""
    if not any(isinstance(each, Mapping) and "bookmark_id" in each for each in records):
        return records
    highlights: dict[str, list[Any]] = {}
    for record in records:
        if isinstance(record, Mapping) and "highlight_id" in record:
            highlights.setdefault(str(record.get("bookmark_id")), []).append(record)
    bookmarks = (
        each for each in records if isinstance(each, Mapping) and each.get("type") == "bookmark"
    )
    return [
        {**each, "highlights": highlights.get(str(each.get("bookmark_id")), [])}
        for each in bookmarks
    ]


HIGHLIGHT_ROW_FIELDS = frozenset({"Highlight", "Book Title"})
ANNOTATION_ROW_FIELDS = frozenset({"URL", "Annotation type", "Quote", "Comment"})


def is_highlight_row(row: Mapping[str, Any]) -> bool:
    """Return True for the columns of Readwise or Hypothesis, with one highlight in each row."""
    return row.keys() >= HIGHLIGHT_ROW_FIELDS or row.keys() >= ANNOTATION_ROW_FIELDS


def group_highlight_rows(rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the fields of one article per book or page, of rows with one highlight each."""
    pages: dict[str, dict[str, Any]] = {}
    books: list[Mapping[str, Any]] = []
    for row in rows:
        if not row.keys() >= ANNOTATION_ROW_FIELDS:
            books.append(row)
            continue
        url = str(row["URL"] or "")
        page = pages.setdefault(url, {"url": url, "title": row.get("Page"), "annotations": []})
        page["annotations"].append(
            {
                "quote": row["Quote"],
                "note": row["Comment"],
                "time": row.get("Created at"),
                "tags": [each for each in str(row.get("Tags") or "").split(",") if each],
            }
        )
    yield from pages.values()
    yield from _group_books(books)


def _group_books(rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    books: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        title, author = str(row.get("Book Title") or ""), str(row.get("Book Author") or "")
        book = books.setdefault(
            (title, author),
            {"title": title, "author": author, "tags": row.get("Document tags"), "annotations": []},
        )
        book["annotations"].append(
            {
                "quote": row.get("Highlight"),
                "note": row.get("Note"),
                "time": row.get("Highlighted at"),
                "color": row.get("Color"),
                "tags": row.get("Tags"),
                "location": row.get("Location"),
            }
        )
    for book in books.values():
        quotes = (str(each["quote"] or "") for each in book["annotations"])
        book["text"] = "\n\n".join(
            "> " + clean_text(each).replace("\n", "\n> ") for each in quotes if each
        )
        yield book
