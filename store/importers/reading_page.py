"""Reading pages: articles as another reader prints them, one page after the other.

A page has a text without a heading and the sections `Similar Readings (2 items)`, `Summary`,
`Statistics` and `Details`, in any order. In a page that was copied from a screen, the labels of the
statistics run into what follows them (`373`, `Words1`, `Read CountDetails`). Statistics and details that
newstui does not know are part of their section as well, and are kept in `extra`.
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from store.text.prose import count_words, ends_with_full_stop

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

BODY, SIMILAR, SUMMARY, STATISTICS, DETAILS = "body", "similar", "summary", "statistics", "details"

UNLABELLED = "unlabelled statistics"

SECTION_HEADING = re.compile(
    r"(?:(summary|statistics|details)|similar readings?\s*+(?:\(\s*(\d{1,4})\s*+(?:items?)?\s*\))?)"
    r"\s*:?",
    re.IGNORECASE,
)
STATISTICS_TEXT = re.compile(
    r"(?:\d[\d,.]*|word(?-i:s)?|read\s+count(?-i:s)?|[:\s])+", re.IGNORECASE
)
STATISTICS_PIECE = re.compile(r"\d[\d,.]*+%?|[^\W\d_][^\d:]*+")
"""A number or a label."""
SHORT_LABEL = re.compile(r"[^\W\d_](?:[^\W\d_]|[ '’/-]){0,30}")
"""A label of a statistic; it runs into a capital or a number that follows."""
RUN_ON = re.compile(r"(?<=[^\W\d_])\d|(?<=[a-z])(?=[A-Z])")
HEADING_RUN_ON = re.compile(
    r"(?<=[^\W\d_])(?:Summary|Statistics|Details|Similar Readings?(?: \(\d{1,4} items?\))?):?$"
)
NUMBER_AND_LABEL = re.compile(r"\d[\d,.]*+ ?%? ?([^\W\d_].*)?")
LABEL_AND_VALUE = re.compile(r"(?!https?:)([^\W\d_][\w '’/-]{0,30}):(?:\s+(.*))?")
MAX_LABEL_WORDS = 4
MAX_VALUE_CHARS = 40
MAX_SENTENCE_FREE_WORDS = 5
"""A longer value that ends like a sentence is the beginning of a text."""
LOOKAHEAD_LINES = 10
DETAIL_LOOKAHEAD_LINES = 3
KNOWN_STATISTICS = {
    "word": "words",
    "words": "words",
    "read": "read_count",
    "read count": "read_count",
}
DERIVED_STATISTICS = frozenset({"minute", "minutes", "minutes to read"})
"""What follows from the number of words."""
EXTRA_DETAILS = {
    "author": "authors",
    "authors": "authors",
    "tags": "tags",
    "language": "language",
    "last opened": "last_opened",
}
"""Details of other versions of the page, and the fields that they are."""
DETAIL_LINE = re.compile(
    r"(id|category id|category|url|date|created|updated|last read|title)\s*:\s*(.*)",
    re.IGNORECASE,
)
EMPTY_VALUES = frozenset({"", "-", "–", "—", "n/a", "none", "never"})

SIMILAR_READINGS_HEADING = re.compile(
    r"^similar readings \(\d+ items?\)[ \t\r]*$", re.IGNORECASE | re.MULTILINE
)
STATISTICS_HEADING = re.compile(r"^statistics:?[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
DETAILS_HEADING = re.compile(r"(?:^|[^\W\d_])details:?[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
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
    stripped = [line for each in lines if (line := each.strip())]
    reader = _ReadingPageParser()
    for number, line in enumerate(stripped, start=1):
        reader.feed(line, stripped[number : number + LOOKAHEAD_LINES])
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

    def feed(self, line: str, upcoming: Sequence[str]) -> None:
        """Take a line; what it is may depend on the lines that follow it."""
        if self.section == SIMILAR and self.pending_similar:
            self.page[SIMILAR].append(line)
            self.pending_similar -= 1
        elif heading := SECTION_HEADING.fullmatch(line):
            self.begin_headed_section(heading)
        elif self.section == STATISTICS:
            self.feed_statistic(line, upcoming)
        elif self.continues_section(line, upcoming):
            self.page[self.section].append(line)
        else:
            self.begin_section(BODY, line)

    def continues_section(self, line: str, upcoming: Sequence[str]) -> bool:
        """Return True if a line that is not a heading continues the current section."""
        if self.section == SIMILAR:
            return self.pending_similar is None
        if self.section == DETAILS:
            return self.is_detail(line, upcoming)
        return self.section in (BODY, SUMMARY)

    def is_detail(self, line: str, upcoming: Sequence[str]) -> bool:
        """Return True for a known detail, a label with a value, or a line with details after it."""
        following = takewhile(_is_no_heading, upcoming[:DETAIL_LOOKAHEAD_LINES])
        if any(map(DETAIL_LINE.fullmatch, (line, *following))):
            return True
        if match := LABEL_AND_VALUE.fullmatch(line):
            return len(match[1].split()) < MAX_LABEL_WORDS and not _is_sentence(match[2] or "")
        before = self.page[DETAILS][-1:]  # a label with its value on a line of its own
        lacks_value = any(each[-1] == ":" and not DETAIL_LINE.match(each) for each in before)
        return lacks_value and not _is_sentence(line)

    def feed_statistic(self, line: str, upcoming: Sequence[str]) -> None:
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
            self.feed_unknown_statistic(rest, upcoming)

    def feed_unknown_statistic(self, line: str, upcoming: Sequence[str]) -> None:
        """Take a line of the statistics that newstui does not know, or the beginning of a text."""
        heading = HEADING_RUN_ON.search(line) if len(line) <= 2 * MAX_VALUE_CHARS else None
        if heading:
            label, rest = line[: heading.start()], line[heading.start() :]
            self.feed_unknown_statistic(label, [rest, *upcoming])
            self.feed(rest, upcoming)
            return
        run_on = RUN_ON.search(line)
        end = run_on.start() if run_on else len(line)
        is_whole = run_on is None or "".join(self.page[STATISTICS])[:1].isdigit()
        if is_whole and self.awaits_label("".join(upcoming[:1])) and _is_label(line[:end]):
            self.page[STATISTICS].append(line[:end])
            if line[end:]:
                self.feed(line[end:], upcoming)
        elif _is_statistic(line):
            self.page[STATISTICS].append(line)
        elif _are_statistics([line, *upcoming]):
            self.page.setdefault(UNLABELLED, []).append(line)
        else:
            self.begin_section(BODY, line)

    def awaits_label(self, following: str) -> bool:
        """Return True if the next statistic is a label: of the number before it, or of the one after it."""
        text = "".join(self.page[STATISTICS]).strip()
        if text[:1].isdigit():
            return text[-1].isdigit() or text[-1] == "%"
        return following[:1].isdigit()

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


def _is_no_heading(line: str) -> bool:
    return SECTION_HEADING.fullmatch(line) is None


def _is_sentence(text: str) -> bool:
    return ends_with_full_stop(text) and len(text.split()) > MAX_SENTENCE_FREE_WORDS


def _is_label(text: str) -> bool:
    return bool(SHORT_LABEL.fullmatch(text)) and len(text.split()) <= MAX_LABEL_WORDS


def _is_statistic(line: str) -> bool:
    """Return True for `2 Minutes` and `Reading time: 2 min`."""
    if match := NUMBER_AND_LABEL.fullmatch(line):
        return not match[1] or _is_label(match[1])
    match = LABEL_AND_VALUE.fullmatch(line)
    return match is not None and _is_label(match[1]) and len(match[2] or "") <= MAX_VALUE_CHARS


def _are_statistics(lines: Sequence[str]) -> bool:
    """Return True if short lines are all that comes before the details."""
    for line in lines:
        if DETAILS_HEADING.search(line):
            return True
        if not _is_no_heading(line) or len(line) > MAX_VALUE_CHARS or ends_with_full_stop(line):
            return False
    return False


def _build_fields(page: dict[str, list[str]]) -> dict[str, Any]:
    statistics = _parse_statistics(page.get(STATISTICS, []))
    details = _parse_details(page.get(DETAILS, []))
    if UNLABELLED in page:
        statistics["extra"] = {"statistics": " ".join(page[UNLABELLED])} | statistics.get(
            "extra", {}
        )
    extra = statistics.get("extra", {}) | details.get("extra", {})
    fields = statistics | details | ({"extra": extra} if extra else {})
    fields["text"] = _join_unique_paragraphs(page.get(BODY, []), fields.get("words"))
    fields["summary"] = "\n\n".join(page.get(SUMMARY, []))
    fields["similar"] = page.get(SIMILAR, [])
    return fields


def _join_unique_paragraphs(paragraphs: list[str], words: int | None) -> str:
    """Join the paragraphs without repetitions, unless the page counted their words too."""
    all_of_them = "\n\n".join(paragraphs)
    unique = "\n\n".join(dict.fromkeys(paragraphs))
    return all_of_them if words and words == count_words(all_of_them) else unique


def _parse_statistics(lines: list[str]) -> dict[str, Any]:
    """Return the statistics that newstui knows; the others are kept in `extra`."""
    found: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for label, value in _pair_statistics(lines):
        key = label.lower()
        if name := KNOWN_STATISTICS.get(key.removesuffix("s") if "count" in key else key):
            found[name] = int(re.sub(r"\D", "", value)[:12] or 0)
        elif key not in DERIVED_STATISTICS:
            extra[label or "statistics"] = value
    return found | ({"extra": extra} if extra else {})


def _pair_statistics(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Yield labels and values, whichever of the two comes first."""
    pieces: list[str] = []
    for line in lines:
        labelled = LABEL_AND_VALUE.fullmatch(line)
        if labelled and labelled[2]:
            yield " ".join(labelled[1].split()), labelled[2]
        else:
            pieces += (" ".join(piece.split()) for piece in STATISTICS_PIECE.findall(line))
    is_value_first = bool(pieces) and pieces[0][0].isdigit()
    first = ""
    for piece in pieces:
        is_first = piece[0].isdigit() == is_value_first
        if is_first == bool(first):
            yield "", first or piece
        elif first:
            yield (piece, first) if is_value_first else (first, piece)
        first = piece if is_first else ""
    if first:
        yield "", first


def _parse_details(lines: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    unknown: dict[str, str] = {}
    label = ""
    for line in lines:
        if match := DETAIL_LINE.fullmatch(line):
            label = ""
            if match[2].lower() not in EMPTY_VALUES:
                found.setdefault(match[1].lower().replace(" ", "_"), match[2])
        elif match := LABEL_AND_VALUE.fullmatch(line):
            label = match[1].strip()
            unknown[label] = match[2] or ""
        else:
            unknown[label or "details"] = " ".join(
                (unknown.get(label or "details", ""), line)
            ).strip()
    for label, value in unknown.items():
        name = EXTRA_DETAILS.get(label.lower(), "")
        if value.lower() in EMPTY_VALUES:
            continue
        if name:
            found[name] = value
        else:
            found.setdefault("extra", {})[label] = value
    if "category" not in found and "category_id" in found:
        found["category"] = found.pop("category_id")
    return found
