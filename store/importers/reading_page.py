"""The reading page: what another reader prints of an article, one page after the other.

A page is a text without a heading and the sections `Similar Readings (2 items)`, `Summary`,
`Statistics` and `Details`, in any order. Statistics may come with labels glued to what follows
them (`373`, `Words1`, `Read CountDetails`), as a copied page has them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from store.text.prose import count_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BODY, SIMILAR, SUMMARY, STATISTICS, DETAILS = "body", "similar", "summary", "statistics", "details"

HEADING = re.compile(
    r"(?:(summary|statistics|details)|similar readings?\s*(?:\(\s*(\d{1,4})\s*(?:items?)?\s*\))?)"
    r"\s*:?",
    re.IGNORECASE,
)
STATISTIC = re.compile(r"(?:\d[\d,.]*|word(?-i:s)?|read\s+count(?-i:s)?|[:\s])+", re.IGNORECASE)
VALUE_FIRST = re.compile(r"(?P<value>\d[\d,.]*)\s*(?P<label>word|read)", re.IGNORECASE)
LABEL_FIRST = re.compile(
    r"(?P<label>word|read)s?(?:\s+counts?)?[\s:]*(?P<value>\d[\d,.]*)", re.IGNORECASE
)
DETAIL = re.compile(
    r"(id|category id|category|url|date|created|updated|last read|title)\s*:\s*(.*)",
    re.IGNORECASE,
)
NOTHING = frozenset({"", "-", "–", "—", "n/a", "none", "never"})

SIMILAR_LINE = re.compile(
    r"^similar readings \(\d+ items?\)[ \t\r]*$", re.IGNORECASE | re.MULTILINE
)
STATISTICS_LINE = re.compile(r"^statistics:?[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
DETAILS_LINE = re.compile(r"(?:^|count)details:?[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
DETAILS_BEGIN = re.compile(
    r"^details:?\s*\n(?:id|category id|url):\s", re.IGNORECASE | re.MULTILINE
)


def is_reading_page(text: str) -> bool:
    """Whether a text has headings that only a reading page has together."""
    return bool(
        SIMILAR_LINE.search(text)
        or (STATISTICS_LINE.search(text) and DETAILS_LINE.search(text))
        or DETAILS_BEGIN.search(text)
    )


def pages(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Return the fields of each page in these lines.

    A new page begins where a part that the page already has begins again.
    """
    reader = _Reader()
    for line in lines:
        if stripped := line.strip():
            reader.take(stripped)
            yield from reader.finished()
    reader.end()
    yield from reader.finished()


class _Reader:
    """Sorts lines into the parts of pages."""

    def __init__(self) -> None:
        self.page: dict[str, list[str]] = {}
        self.part = ""
        self.missing: int | None = None
        """Similar titles that the heading announced and that have not come yet."""
        self.done: list[dict[str, list[str]]] = []

    def finished(self) -> Iterator[dict[str, Any]]:
        """Return the pages that are complete by now, each once."""
        yield from map(_fields, self.done)
        self.done.clear()

    def take(self, line: str) -> None:
        """Take the next line that is not empty."""
        if self.part == SIMILAR and self.missing:
            self.page[SIMILAR].append(line)
            self.missing -= 1
        elif heading := HEADING.fullmatch(line):
            self.begin_section(heading)
        elif self.part == STATISTICS:
            self.take_statistic(line)
        elif self.belongs(line):
            self.page[self.part].append(line)
        else:
            self.begin(BODY)
            self.page[BODY].append(line)

    def belongs(self, line: str) -> bool:
        """Whether a line that is no heading continues the current part."""
        if self.part == SIMILAR:
            return self.missing is None
        if self.part == DETAILS:
            return DETAIL.fullmatch(line) is not None
        return self.part in (BODY, SUMMARY)

    def take_statistic(self, line: str) -> None:
        """Take a line of the statistics, and what is glued to its end."""
        match = STATISTIC.match(line)
        end = match.end() if match else 0
        rest = line[end:]
        heading = HEADING.fullmatch(rest)
        if end and (not rest or heading or (line[end - 1].isalpha() and rest[0].isupper())):
            self.page[STATISTICS].append(line[:end])
        else:
            rest = line
        if heading:
            self.begin_section(heading)
        elif rest:
            self.begin(BODY)
            self.page[BODY].append(rest)

    def begin_section(self, heading: re.Match[str]) -> None:
        """Begin the part that a heading names."""
        self.begin(heading[1].lower() if heading[1] else SIMILAR)
        self.missing = int(heading[2]) if heading[2] else None

    def begin(self, part: str) -> None:
        """Begin a part, and a new page if this one has the part already."""
        if self.part == SUMMARY:
            self.end_summary()
        if part in self.page:
            self.done.append(self.page)
            self.page = {}
        self.page[part] = []
        self.part = part

    def end_summary(self) -> None:
        """Find out which lines under the heading are the summary.

        A summary may have several lines; but where its page is complete, or has no text yet, the
        first line is the summary and the others are a text.
        """
        first, rest = self.page[SUMMARY][:1], self.page[SUMMARY][1:]
        has_text = BODY in self.page
        if not rest or (has_text and DETAILS not in self.page):
            return
        self.page[SUMMARY] = first
        if has_text:
            self.done.append(self.page)
            self.page = {}
        self.page[BODY] = rest

    def end(self) -> None:
        """Finish the last page."""
        if self.part == SUMMARY:
            self.end_summary()
        if self.page:
            self.done.append(self.page)


def _fields(page: dict[str, list[str]]) -> dict[str, Any]:
    fields: dict[str, Any] = _statistics(page.get(STATISTICS, [])) | _details(page.get(DETAILS, []))
    fields["text"] = _folded(page.get(BODY, []), fields.get("words"))
    fields["summary"] = "\n\n".join(page.get(SUMMARY, []))
    fields["similar"] = page.get(SIMILAR, [])
    return fields


def _folded(paragraphs: list[str], words: int | None) -> str:
    """Drop paragraphs that come again, unless the page counted their words."""
    whole = "\n\n".join(paragraphs)
    folded = "\n\n".join(dict.fromkeys(paragraphs))
    return whole if words and words == count_words(whole) else folded


def _statistics(lines: list[str]) -> dict[str, int]:
    text = "\n".join(lines).strip()
    pattern = VALUE_FIRST if text[:1].isdigit() else LABEL_FIRST
    found = {}
    for match in pattern.finditer(text):
        name = "words" if match["label"].lower() == "word" else "read_count"
        found[name] = int(re.sub(r"\D", "", match["value"])[:12])
    return found


def _details(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in filter(None, map(DETAIL.fullmatch, lines)):
        if match[2].lower() not in NOTHING:
            found.setdefault(match[1].lower().replace(" ", "_"), match[2])
    if "category" not in found and "category_id" in found:
        found["category"] = found.pop("category_id")
    return found
