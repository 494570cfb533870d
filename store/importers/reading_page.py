"""Reading pages: articles as another reader prints them, one page after the other.

A page has a text without a heading and the sections `Similar Readings (2 items)`, `Summary`,
`Statistics` and `Details`, in any order. In a page that was copied from a screen, the labels of the
statistics run into what follows them (`373`, `Words1`, `Read CountDetails`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from store.text.prose import count_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BODY, SIMILAR, SUMMARY, STATISTICS, DETAILS = "body", "similar", "summary", "statistics", "details"

SECTION_HEADING = re.compile(
    r"(?:(summary|statistics|details)|similar readings?\s*+(?:\(\s*(\d{1,4})\s*+(?:items?)?\s*\))?)"
    r"\s*:?",
    re.IGNORECASE,
)
STATISTICS_TEXT = re.compile(
    r"(?:\d[\d,.]*|word(?-i:s)?|read\s+count(?-i:s)?|[:\s])+", re.IGNORECASE
)
VALUE_BEFORE_LABEL = re.compile(
    r"(?<![\d,.])[,.]*+(?P<value>\d[\d,.]*+)\s*+(?P<label>word|read)", re.IGNORECASE
)
LABEL_BEFORE_VALUE = re.compile(
    r"(?P<label>word|read)s?(?:\s+counts?)?[\s:]*(?P<value>\d[\d,.]*)", re.IGNORECASE
)
DETAIL_LINE = re.compile(
    r"(id|category id|category|url|date|created|updated|last read|title)\s*:\s*(.*)",
    re.IGNORECASE,
)
EMPTY_VALUES = frozenset({"", "-", "–", "—", "n/a", "none", "never"})

SIMILAR_READINGS_HEADING = re.compile(
    r"^similar readings \(\d+ items?\)[ \t\r]*$", re.IGNORECASE | re.MULTILINE
)
STATISTICS_HEADING = re.compile(r"^statistics:?[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
DETAILS_HEADING = re.compile(r"(?:^|count)details:?[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
DETAILS_START = re.compile(
    r"^details:?\s*\n(?:id|category id|url):\s", re.IGNORECASE | re.MULTILINE
)


def is_reading_page(text: str) -> bool:
    """Return True if a text has headings that only reading pages have together."""
    return bool(
        SIMILAR_READINGS_HEADING.search(text)
        or (STATISTICS_HEADING.search(text) and DETAILS_HEADING.search(text))
        or DETAILS_START.search(text)
    )


def parse_reading_pages(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield the fields of each page in these lines.

    A new page begins with a section that the current page already has.
    """
    reader = _ReadingPageParser()
    for line in lines:
        if stripped := line.strip():
            reader.feed(stripped)
            yield from reader.pop_completed()
    reader.finish()
    yield from reader.pop_completed()


class _ReadingPageParser:
    """Sorts lines into the sections of pages."""

    def __init__(self) -> None:
        self.page: dict[str, list[str]] = {}
        self.section = ""
        self.pending_similar: int | None = None
        """The number of similar titles that the heading announced and that are still to come."""
        self.completed_pages: list[dict[str, list[str]]] = []

    def pop_completed(self) -> Iterator[dict[str, Any]]:
        """Yield the fields of the pages that are complete, each once."""
        yield from map(_build_fields, self.completed_pages)
        self.completed_pages.clear()

    def feed(self, line: str) -> None:
        if self.section == SIMILAR and self.pending_similar:
            self.page[SIMILAR].append(line)
            self.pending_similar -= 1
        elif heading := SECTION_HEADING.fullmatch(line):
            self.begin_headed_section(heading)
        elif self.section == STATISTICS:
            self.feed_statistic(line)
        elif self.continues_section(line):
            self.page[self.section].append(line)
        else:
            self.begin_section(BODY, line)

    def continues_section(self, line: str) -> bool:
        """Return True if a line that is not a heading continues the current section."""
        if self.section == SIMILAR:
            return self.pending_similar is None
        if self.section == DETAILS:
            return DETAIL_LINE.fullmatch(line) is not None
        return self.section in (BODY, SUMMARY)

    def feed_statistic(self, line: str) -> None:
        """Take a line of the statistics and what runs into its end."""
        match = STATISTICS_TEXT.match(line)
        end = match.end() if match else 0
        rest = line[end:]
        heading = SECTION_HEADING.fullmatch(rest)
        if end and (not rest or heading or (line[end - 1].isalpha() and rest[0].isupper())):
            self.page[STATISTICS].append(line[:end])
        else:
            rest = line
        if heading:
            self.begin_headed_section(heading)
        elif rest:
            self.begin_section(BODY, rest)

    def begin_headed_section(self, heading: re.Match[str]) -> None:
        self.begin_section(heading[1].lower() if heading[1] else SIMILAR)
        self.pending_similar = int(heading[2]) if heading[2] else None

    def begin_section(self, section: str, *lines: str) -> None:
        """Begin a section, and a new page if this one has the section already."""
        if self.section == SUMMARY:
            self.end_summary()
        if section in self.page:
            self.completed_pages.append(self.page)
            self.page = {}
        self.page[section] = list(lines)
        self.section = section

    def end_summary(self) -> None:
        """Separate the summary from a text that follows it.

        A summary may have several lines. But if its page is complete or has no text yet, only the
        first line is the summary, and the others are a text.
        """
        first, rest = self.page[SUMMARY][:1], self.page[SUMMARY][1:]
        has_text = BODY in self.page
        if not rest or (has_text and DETAILS not in self.page):
            return
        self.page[SUMMARY] = first
        if has_text:
            self.completed_pages.append(self.page)
            self.page = {}
        self.page[BODY] = rest

    def finish(self) -> None:
        if self.section == SUMMARY:
            self.end_summary()
        if self.page:
            self.completed_pages.append(self.page)


def _build_fields(page: dict[str, list[str]]) -> dict[str, Any]:
    fields: dict[str, Any] = _parse_statistics(page.get(STATISTICS, [])) | _parse_details(
        page.get(DETAILS, [])
    )
    fields["text"] = _join_unique_paragraphs(page.get(BODY, []), fields.get("words"))
    fields["summary"] = "\n\n".join(page.get(SUMMARY, []))
    fields["similar"] = page.get(SIMILAR, [])
    return fields


def _join_unique_paragraphs(paragraphs: list[str], words: int | None) -> str:
    """Join the paragraphs without repetitions, unless the page counted their words too."""
    all_of_them = "\n\n".join(paragraphs)
    unique = "\n\n".join(dict.fromkeys(paragraphs))
    return all_of_them if words and words == count_words(all_of_them) else unique


def _parse_statistics(lines: list[str]) -> dict[str, int]:
    text = "\n".join(lines).strip()
    pattern = VALUE_BEFORE_LABEL if text[:1].isdigit() else LABEL_BEFORE_VALUE
    found = {}
    for match in pattern.finditer(text):
        name = "words" if match["label"].lower() == "word" else "read_count"
        found[name] = int(re.sub(r"\D", "", match["value"])[:12])
    return found


def _parse_details(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in filter(None, map(DETAIL_LINE.fullmatch, lines)):
        if match[2].lower() not in EMPTY_VALUES:
            found.setdefault(match[1].lower().replace(" ", "_"), match[2])
    if "category" not in found and "category_id" in found:
        found["category"] = found.pop("category_id")
    return found
