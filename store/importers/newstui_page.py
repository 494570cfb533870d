"""Articles as newstui prints them, which are read back exactly.

A page has a title, the text, and the sections `Similar Readings`, `Summary`, `Annotations`,
`Statistics` and `Details` in this order. A line of the text that would be taken for a heading has one
blank more at its start. Pages follow each other without a separator.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

SUMMARY_ORIGINS = {"automatic summary": "extract", "made by summary_command": "command"}
TRUNCATED_NOTE = "truncated"
NAMED_NOTE = "named by the article"
"""Marks a similar article of the library whose title came with the article."""
STARRED_NOTE, READ_NOTE = "starred", "read"

DIRECT_DETAILS = (
    "ID",
    "Category",
    "URL",
    "Date",
    "Created",
    "Last read",
    "Last opened",
    "Language",
)

_COUNT = r"[\d,]+"
_HEADING = (
    rf"Similar Readings \({_COUNT} items?\)|Annotations \({_COUNT} items?\)"
    r"|Summary(?: \([^()\n]*\))?|Statistics|Details"
)
_OPTIONAL_DETAILS = r"Source|State|Language|Last opened|Keywords|Authors|Tags|Position"
_HEADING_LINE = re.compile(rf"^ *(?:{_HEADING})$", re.MULTILINE)
_ESCAPED_LINE = re.compile(rf"^ (?= *(?:{_HEADING})$)", re.MULTILINE)
_DETAIL_LINE = re.compile(rf"(?:{_OPTIONAL_DETAILS}): ")

_PAGE_END = re.compile(
    rf"^Statistics\n(?P<words>{_COUNT}) words?\nRead (?P<reads>{_COUNT}) times?\n"
    rf"{_COUNT} minutes? to read\n\nDetails\n(?P<details>ID: .+"
    + "".join(
        rf"\n{label}:.*" for label in ("Category", "URL", "Date", "Created", "Updated", "Last read")
    )
    + rf"(?:\n(?:{_OPTIONAL_DETAILS}): .*)*)(?:\n|\Z)",
    re.MULTILINE,
)
_SIMILAR_HEADING = re.compile(rf"Similar Readings \({_COUNT} items?\)")
_ANNOTATIONS_HEADING = re.compile(rf"Annotations \({_COUNT} items?\)")
_ANNOTATION_HEAD = re.compile(r"\d+\.(?: (.*))?")
_SUMMARY_HEADING = re.compile(r"Summary(?: \(([^()\n]*)\))?")
_TITLE_WITH_EMPTY_LINE = re.compile(r"[^\n]+\n\n")
_NUMBERED_LINE = re.compile(r"\d+\. ")


def escape_page_text(text: str) -> str:
    """Return a text for a page: a line that looks like a heading gets a blank at its start."""
    return _HEADING_LINE.sub(r" \g<0>", text)


def escape_page_title(title: str) -> str:
    """Return a title for a page that may follow another page, whose details are not to go on in it."""
    return f" {title}" if _DETAIL_LINE.match(title) else title


def format_page_annotation(number: int, time: str, quote: str, note: str) -> str:
    """Return an annotation for a page: number and time, lines of the quote after `>`, lines of the note."""
    lines = [f"{number}. {time}".rstrip(), *(f"> {line}".rstrip() for line in _lines(quote))]
    return "\n".join((*lines, *(f"  {line}".rstrip() for line in _lines(note))))


def _lines(text: str) -> list[str]:
    return text.split("\n") if text else []


def format_names(names: tuple[str, ...]) -> str:
    """Join names by commas; those with a comma are quoted as in CSV."""
    return ", ".join(
        '"{}"'.format(name.replace('"', '""')) if "," in name or name.startswith('"') else name
        for name in names
    )


def is_newstui_page(text: str) -> bool:
    """Return True if a text ends as newstui ends a page, and has a title alone in its first line."""
    ends = [match.end() for match in _PAGE_END.finditer(text)]
    return bool(ends) and not text[ends[-1] :].strip() and bool(_TITLE_WITH_EMPTY_LINE.match(text))


def split_newstui_pages(text: str) -> tuple[list[dict[str, Any]], str]:
    """Return the fields of each page at the beginning of a text, and the rest of the text."""
    pages = []
    at = 0
    for end in _PAGE_END.finditer(text):
        fields = _parse_sections(text[at : end.start()].strip("\n").split("\n"))
        if fields is None:
            break
        pages.append(fields | _parse_numbers(end, fields) | _parse_details(end["details"]))
        at = end.end()
    return pages, text[at:]


def _parse_sections(lines: Sequence[str]) -> dict[str, Any] | None:
    """Return title, text, similar articles and summary; None if these are not the lines of a page."""
    similar = next((n for n, line in enumerate(lines) if n and _SIMILAR_HEADING.fullmatch(line)), 0)
    end = similar + 1
    while end < len(lines) and _NUMBERED_LINE.match(lines[end]):
        end += 1
    heading = _SUMMARY_HEADING.fullmatch(lines[end + 1]) if end + 1 < len(lines) else None
    if not similar or lines[end] or heading is None:
        return None
    note = heading[1] or ""
    rest = lines[end + 2 :]
    notes = next((n for n, line in enumerate(rest) if _ANNOTATIONS_HEADING.fullmatch(line)), None)
    annotations = [] if notes is None else list(_iter_annotations(rest[notes + 1 :]))
    origins = (origin for words, origin in SUMMARY_ORIGINS.items() if words in note)
    return {
        "title": lines[0].strip(),
        "text": _join_lines(lines[1:similar]),
        "similar": list(_iter_named(lines[similar + 1 : end])),
        "summary": _join_lines(rest[:notes]),
        "summary_origin": next(origins, "import"),
        "summary_complete": TRUNCATED_NOTE not in note,
        "annotations": annotations,
    }


def _iter_annotations(lines: Sequence[str]) -> Iterator[dict[str, str]]:
    parts: list[dict[str, list[str]]] = []
    for line in lines:
        if head := _ANNOTATION_HEAD.fullmatch(line):
            parts.append({"time": [head[1] or ""], "quote": [], "note": []})
        elif parts:
            is_quote = line.startswith(">")
            parts[-1]["quote" if is_quote else "note"].append(line[2:])
    for part in parts:
        yield {name: "\n".join(each).strip("\n") for name, each in part.items()}


def _join_lines(lines: Sequence[str]) -> str:
    return _ESCAPED_LINE.sub("", "\n".join(lines).strip("\n"))


def _parse_numbers(end: re.Match[str], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the statistics; words are counted where there is a text."""
    return {"read_count": end["reads"]} | ({} if fields["text"] else {"words": end["words"]})


def _iter_named(lines: Sequence[str]) -> Iterator[str]:
    """Yield the titles of similar articles that came with the article, not those that were found."""
    for line in lines:
        before, missing, _ = line.rpartition(" (not in the library")
        if not missing:
            facts, named, _ = line.rpartition(f"; {NAMED_NOTE}")
            before = facts.rpartition(" (")[0] if named else ""
        if match := _NUMBERED_LINE.match(before):
            yield before[match.end() :]


def _parse_details(lines: str) -> dict[str, Any]:
    parts = (line.partition(":") for line in lines.split("\n"))
    details = {label: value.strip() for label, _, value in parts}
    fields: dict[str, Any] = {
        name.lower().replace(" ", "_"): value
        for name in DIRECT_DETAILS
        if (value := details.get(name))
    }
    fields["updated"] = details["Updated"].partition(" · ")[0]
    if "State" in details:  # older versions did not print it
        states = details["State"].split(", ")
        fields["read"], fields["starred"] = READ_NOTE in states, STARRED_NOTE in states
    for name in ("Authors", "Tags"):
        if name in details:
            fields[name.lower()] = next(csv.reader([details[name]], skipinitialspace=True))
    if position := re.match(_COUNT, details.get("Position", "")):
        fields["position"] = position[0]
    return fields
