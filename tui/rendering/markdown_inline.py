"""Markup inside a line of an article: links, images, emphasis and code, everything else as it stands.

A scanner of one pass, for text of any origin: what it takes grows with the length of the line and no faster. It is
stricter than Markdown, so that prose keeps its brackets and asterisks: no escapes, no emphasis inside words, no
underscores.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import NamedTuple

_URL_CHAR_CLASS = r"[^\s<>()\[\]\"`“”«»。、，；：！？（）「」『』【】《》]"
_TOKEN = re.compile(
    rf"(?<![A-Za-z0-9_])https?://(?:{_URL_CHAR_CLASS}++|\({_URL_CHAR_CLASS}*+\))++|`+|\*+|!?\[|\]\(?"
)
_LINK_DESTINATION = re.compile(
    r"\s*+(?:<([^<>]+)>|((?:[^\s()<>]++|\([^\s()]*+\))++))"
    r"(?:\s++(?:\"[^\"]*+\"|'[^']*+'))?\s*+\)"
)
_TRAILING_PUNCTUATION = ".,;:!?'’*_~"
_NOT_AFTER_OPENING = ".,;:!?)]}%*”’»"
_NOT_BEFORE_CLOSING = "([{“‘«\\"
_FIRST_CJK_CHAR = "\u2e80"
"""From here on words are written without blanks, so that a mark may stand right beside them."""

OffsetRange = tuple[int, int]


class InlineLink(NamedTuple):
    """A link in a line: what part of the shown text it is, where that began in the source, where it leads."""

    start: int
    end: int
    offset: int
    url: str


class InlineText(NamedTuple):
    """A line as it is shown."""

    text: str
    style_ranges: dict[str, tuple[list[int], list[int]]]
    """By style: starts and ends of the parts of the text that have it, in order and apart from each other."""
    links: list[InlineLink]
    shown_offsets: list[int]
    """Places in the text from which on it stands as in the source, at the places of `sources`."""
    source_offsets: list[int]

    def source_offset_at(self, at: int) -> int:
        """The place in the source of the character shown at `at`."""
        i = bisect_right(self.shown_offsets, at) - 1
        place = self.source_offsets[i] + at - self.shown_offsets[i]
        return min(place, self.source_offsets[i + 1]) if i + 1 < len(self.source_offsets) else place

    def styles_between(self, start: int, end: int) -> list[tuple[int, int, str]]:
        """What is marked between two places of the text: start, end and style, cut to these places."""
        return sorted(
            (max(starts[i], start), min(ends[i], end), style)
            for style, (starts, ends) in self.style_ranges.items()
            for i in range(bisect_right(ends, start), bisect_left(starts, end))
        )


def scan_inline(text: str, number: int = 0) -> InlineText | None:
    """The markup of one line, or None if it stands as it is.

    Args:
        text: The line.
        number: That of its first link, for every link to be followed by its number; 0 for none.
    """
    scanner = InlineScanner(text, number)
    scanner.scan()
    scanner.number_links()
    return scanner.build_text() if scanner.style_ranges else None


def _is_word(char: str) -> bool:
    return (char.isalnum() or char == "_") and char < _FIRST_CJK_CHAR


def _can_open(before: str, after: str) -> bool:
    if not after or after.isspace() or after in _NOT_AFTER_OPENING:
        return False
    return not _is_word(before) and before != "\\"


def _can_close(before: str, after: str) -> bool:
    if not before or before.isspace() or before in _NOT_BEFORE_CLOSING:
        return False
    return not _is_word(after)


class _LinkSource(NamedTuple):
    """A link or image in places of the source: what of it is shown, the whole, where it leads."""

    label_range: OffsetRange
    full_range: OffsetRange
    url: str


class InlineScanner:
    """What was found so far, in places of the source: edits to make and ranges to mark."""

    def __init__(self, text: str, number: int = 0) -> None:
        self.text = text
        self._first_link_number = number
        self.edits: list[tuple[int, int, str]] = []
        self.style_ranges: dict[str, list[OffsetRange]] = {}
        self.links: list[_LinkSource] = []
        self._brackets: list[tuple[int, bool]] = []
        self._last_link_end = {False: 0, True: 0}  # of links and images: none may contain another
        self._open_asterisks: dict[int, int | None] = {1: None, 2: None}
        self._closing_backticks: dict[int, list[int]] | None = None

    def scan(self) -> None:
        """Read the text once, from token to token."""
        at = 0
        while found := _TOKEN.search(self.text, at):
            start, at = found.span()
            first = self.text[start]
            if first == "*":
                self._scan_asterisks(start, at)
            elif first == "`":
                at = self._scan_code(start, at)
            elif first == "h":
                at = self._scan_url(start, at)
            elif first != "]":
                self._brackets.append((start, first == "!"))
            elif self._brackets:
                at = self._scan_label_end(start, at)

    def _adjacent_chars(self, start: int, end: int) -> tuple[str, str]:
        return self.text[max(0, start - 1) : start], self.text[end : end + 1]

    def _add_style(self, style: str, start: int, end: int) -> None:
        self.style_ranges.setdefault(style, []).append((start, end))

    def replace(self, start: int, end: int, instead: str = "") -> None:
        """Show something else, or nothing, instead of a part."""
        self.edits.append((start, end, instead))

    def _scan_asterisks(self, start: int, end: int) -> None:
        """One, two or three asterisks: emphasis, strong, both; begun or ended where they touch a word."""
        around = self._adjacent_chars(start, end)
        sizes = {1: [1], 2: [2], 3: [1, 2]}.get(end - start, [])
        opened = [place for size in sizes if (place := self._open_asterisks[size]) is not None]
        if sizes and len(opened) == len(sizes) and _can_close(*around):
            self._close_emphasis(sizes, start)
        elif _can_open(*around):
            for size in sizes:
                self._open_asterisks[size] = start + (size - 1 if len(sizes) > 1 else 0)

    def _close_emphasis(self, sizes: list[int], at: int) -> None:
        """What was opened last ends first."""
        for size in sorted(sizes, key=lambda size: -(self._open_asterisks[size] or 0)):
            begin = self._open_asterisks[size] or 0
            self._open_asterisks[size] = None
            self._add_style("em" if size == 1 else "strong", begin + size, at)
            self.replace(begin, begin + size)
            self.replace(at, at + size)
            at += size

    def _scan_code(self, start: int, end: int) -> int:
        """From backticks to the next ones of the same number that can end them; returns where to read on."""
        if not _can_open(*self._adjacent_chars(start, end)):
            return end
        if self._closing_backticks is None:
            self._closing_backticks = self._find_closing_backticks()
        closing = self._closing_backticks.get(end - start, [])
        i = bisect_right(closing, end)
        if i == len(closing):
            return end
        stop = closing[i]
        self._add_style("code", end, stop)
        self.replace(start, end)
        self.replace(stop, stop + end - start)
        return stop + end - start

    def _find_closing_backticks(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for ticks in re.finditer("`+", self.text):
            if _can_close(*self._adjacent_chars(*ticks.span())):
                found.setdefault(len(ticks[0]), []).append(ticks.start())
        return found

    def _scan_url(self, start: int, end: int) -> int:
        """A URL in the open: shown as it stands, without the punctuation of its sentence."""
        url = self.text[start:end].rstrip(_TRAILING_PUNCTUATION)
        end = start + len(url)
        if not url.endswith("://"):
            self.links.append(_LinkSource((start, end), (start, end), url))
            self._add_style("link", start, end)
        return end

    def _scan_label_end(self, start: int, end: int) -> int:
        """The end of a label, of a link or an image if a target follows; returns where to read on."""
        opening, image = self._brackets.pop()
        label = (opening + 1 + image, start)
        target = _LINK_DESTINATION.match(self.text, end) if end - start == 2 else None
        if not target or opening < self._last_link_end[image] or (label[0] == start and not image):
            return end
        self._last_link_end[image] = stop = target.end()
        self._drop_inner_links(opening)
        whole = (opening, stop)
        self.links.append(_LinkSource(whole if image else label, whole, target[1] or target[2]))
        if image:
            self._add_style("muted", opening, stop)
            self.replace(opening, label[0], "[image: " if label[0] < start else "[image")
            self.replace(start, stop, "]")
        else:
            self._add_style("link", *label)
            self.replace(opening, label[0])
            self.replace(start, stop)
        return stop

    def _drop_inner_links(self, opening: int) -> None:
        """The outer of two links counts."""
        while self.links and self.links[-1].full_range[0] > opening:
            self.links.pop()
        links = self.style_ranges.get("link", [])
        while links and links[-1][0] > opening:
            links.pop()

    def number_links(self) -> None:
        """Let every link be followed by its number, if that is wanted."""
        if self._first_link_number:
            for number, target in enumerate(self.links, self._first_link_number):
                self.replace(target.full_range[1], target.full_range[1], f"[{number}]")

    def edited_text(self, start: int, end: int) -> str:
        """A part of the line with the edits that were made in it."""
        pieces = []
        for begin, stop, instead in sorted(self.edits):
            if start <= begin and stop <= end:
                pieces += [self.text[start:begin], instead]
                start = stop
        return "".join([*pieces, self.text[start:end]])

    def build_text(self) -> InlineText:
        """The text with the edits made, and everything in places of that text."""
        pieces: list[str] = []
        shown, sources = [0], [0]
        length = at = 0
        numbers: tuple[list[int], list[int]] = [], []
        for start, end, instead in sorted(self.edits):
            pieces += (self.text[at:start], instead)
            length += start - at + len(instead)
            at = end
            shown.append(length)
            sources.append(at)
            if start == end and instead[:1] == "[":
                numbers[0].append(length - len(instead))
                numbers[1].append(length)
        text = "".join([*pieces, self.text[at:]])

        def place(source: int) -> int:
            i = bisect_right(sources, source) - 1
            return shown[i] + source - sources[i]

        marks = {
            style: ([place(start) for start, _ in ranges], [place(end) for _, end in ranges])
            for style, ranges in self.style_ranges.items()
            if ranges
        }
        if numbers[0]:
            marks["accent"] = numbers
        links = [
            InlineLink(
                place(target.label_range[0]),
                place(target.label_range[1]),
                target.full_range[0],
                target.url,
            )
            for target in self.links
        ]
        return InlineText(text, marks, links, shown, sources)
