"""Text -> sentences, in any script, in one pass; what is no prose (headings, code, tables) is left out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from store.index.terms import STOP_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HEADING = re.compile(r"#{1,6}(\s|$)")
FENCE = re.compile(r"```|~~~")
TABLE = re.compile(r"^\|| \| ")
QUOTED = re.compile(r"^(?:>\s?)+")
BULLET = re.compile(r"[-*+•‣]\s+")
NUMBER = re.compile(r"(\d{1,3})[.)]\s+")
RULE = "-*_|:+= \t"
"""What lines are made of that only divide."""

MARK = re.compile(
    r"(?P<wide>[。！？｡][。！？｡…!?]*)(?P<closed>[」』）】〉》”’\"]*)"
    r"|(?P<stop>[.!?…؟۔।॥։።။។]+)(?:\[\d{1,3}\])*[\"'”’»)\]」』]*"
    r"|[「『“(（」』”)）\"]"
)
"""Full stops with the quotation marks and brackets that close behind them, and those that stand alone."""
OPENING = "「『“(（"
CLOSING = "」』”)）"

WORD_BEFORE = re.compile(r"[^\s\"'“‘(\[«—–]+$")
WORD_AFTER = re.compile(r"\s*[\"'“‘(\[«]*([^\s,;:.!?)\]\"'”’]*)")
LONGEST_WORD = 24
LONGEST_ORDINAL = 5
"""Up to that length a number with a full stop belongs to what follows: 28. Februar."""
INITIALS = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]")
GOES_ON = re.compile("[\u3041-\u309f、]")
NO_SPACE = re.compile("[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff9f\U00020000-\U0003ffff]")

TITLES = "adm approx ca capt cf col cpl dr fr gen gov hon lt maj mr mrs ms msgr mt pres prof rep rev sen sgt st supt vs"
SHORTENED = "al ave blvd bros co corp dept est etc inc jr ltd sr univ"
COUNTED = "apr art aug ch dec feb fig jan jul jun mar no nos nov oct p pp sec sep sept vol"
NEVER_END = frozenset(TITLES.split())
END_BEFORE_A_START = frozenset(SHORTENED.split())
BEFORE_NUMBERS = frozenset(COUNTED.split())


def sentences(text: str) -> list[str]:
    """The sentences of a text, in order; the end of a paragraph always ends one."""
    return list(each_sentence(text))


def first_sentence(text: str) -> str:
    """The first sentence of a text, or nothing where it has none."""
    return next(each_sentence(text), "")


def each_sentence(text: str) -> Iterator[str]:
    """The sentences one by one, splitting no more of the text than is asked for."""
    for paragraph in _paragraphs(text):
        yield from _split(paragraph)


def joined(pieces: Iterable[str]) -> str:
    """The pieces with a space between them, or with none in scripts that put none."""
    parts: list[str] = []
    for piece in filter(None, pieces):
        if parts and not (NO_SPACE.match(parts[-1][-1]) and NO_SPACE.match(piece)):
            parts.append(" ")
        parts.append(piece)
    return "".join(parts)


def _paragraphs(text: str) -> Iterator[str]:
    lines: list[str] = []
    for line in _prose(text):
        if line:
            lines.append(" ".join(line.split()))
            continue
        if line is None and len(lines) == 1:
            lines.clear()
        if lines:
            yield joined(lines)
            lines = []
    if lines:
        yield joined(lines)


def _prose(text: str) -> Iterator[str | None]:
    """Lines of prose without their Markdown.

    Yields:
        A line; an empty one where a paragraph ends; None where the line before was a heading.
    """
    in_code = False
    number = 0
    for raw in text.splitlines():
        line = QUOTED.sub("", raw.strip())
        numbered = NUMBER.match(line)
        if FENCE.match(line):
            in_code = not in_code
            yield ""
        elif in_code:
            continue
        elif not line.strip(RULE):
            yield None if line and not line.strip(line[0]) and line[0] in "=-" else ""
        elif HEADING.match(line) or TABLE.search(line):
            yield ""
        elif bullet := BULLET.match(line):
            yield from ("", line[bullet.end() :])
        elif numbered and int(numbered[1]) in (1, number + 1):
            # a list counts from one; "28. Februar" at the start of a line is no item of one
            number = int(numbered[1])
            yield from ("", line[numbered.end() :])
        else:
            yield line


def _split(paragraph: str) -> Iterator[str]:
    """The sentences of a paragraph; nothing ends one inside a quotation, so it keeps its speaker."""
    balanced = _is_balanced(paragraph)
    depth = 0
    in_straight = False
    start = 0
    for mark in MARK.finditer(paragraph):
        for character in mark[0] if balanced else "":
            depth += (character in OPENING) - (character in CLOSING)
            in_straight ^= character == '"'
        if depth <= 0 and not in_straight and _ends(paragraph, mark):
            sentence = paragraph[start : mark.end()].strip()
            if len(sentence) > LONGEST_ORDINAL or any(map(str.isalpha, sentence)):
                yield sentence
                start = mark.end()
    if rest := paragraph[start:].strip():
        yield rest


def _is_balanced(paragraph: str) -> bool:
    opened = sum(map(paragraph.count, OPENING))
    closed = sum(map(paragraph.count, CLOSING))
    return opened == closed and paragraph.count('"') % 2 == 0


def _ends(paragraph: str, mark: re.Match[str]) -> bool:
    """Whether a sentence ends with these full stops."""
    end = mark.end()
    if mark["wide"]:
        return not (mark["closed"] and GOES_ON.match(paragraph, end))
    if not mark["stop"]:
        return False
    if end == len(paragraph):
        return True
    after = WORD_AFTER.match(paragraph, end)
    following = after[1] if after else ""
    if not paragraph[end].isspace() or following[:1].islower():
        return False
    if mark["stop"] != ".":
        return True
    before = WORD_BEFORE.search(paragraph[max(0, mark.start() - LONGEST_WORD) : mark.start()])
    return not before or _ends_after(before[0], following)


def _ends_after(word: str, following: str) -> bool:
    """Whether a full stop after this word ends the sentence, and not just an abbreviation."""
    lowered = word.casefold()
    if lowered in NEVER_END:
        return False
    if lowered in BEFORE_NUMBERS:
        return not following[:1].isdigit()
    is_initials = INITIALS.fullmatch(word) and word.upper() != word.lower()
    if is_initials or lowered in END_BEFORE_A_START:
        return len(following) > 1 and following[0].isupper() and following.casefold() in STOP_WORDS
    return True
