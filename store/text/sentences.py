"""Splitting of text into sentences, in any script; headings, code and tables are left out."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from store.text.terms import STOP_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MARKDOWN_HEADING = re.compile(r"#{1,6}(\s|$)")
CODE_FENCE = re.compile(r"```|~~~")
TABLE_ROW = re.compile(r"^\|| \| ")
PICTURE = re.compile(r"(?:\[?!\[(?:[^\[\]\\]|\\.)*+\]\([^()\s]*+\)(?:\]\([^()\s]*+\))?\s*+)++")
"""A line of pictures alone, which may be links."""
QUOTE_PREFIX = re.compile(r"^(?:>\s?)+")
BULLET_PREFIX = re.compile(r"[-*+•‣]\s+")
NUMBER_PREFIX = re.compile(r"(\d{1,3})[.)]\s+")
DIVIDER_CHARACTERS = "-*_|:+= \t"
"""The characters of lines that only divide."""

OPENING_QUOTES = "「『“(（«"
CLOSING_QUOTES = "」』”)）»"
"""Quotation marks and brackets; `_detect_quote_style` tells which are reversed, as in German."""

WORD_BEFORE = re.compile(r"(?<![^\s\"'“„‘(\[«—–])[^\s\"'“„‘(\[«—–]++$")
WORD_AFTER = re.compile(r"\s*(?:[—–-]\s+)?[\"'“„‘(\[«]*([^\s,;:.!?)\]\"'”’]*)")
NOT_BLANK = re.compile(r"\S")
MAX_ABBREVIATION_CHARS = 24
MAX_ORDINAL_CHARS = 5
"""A number with a full stop, up to this length, belongs to the next word: 28. Februar."""
ORDINAL = re.compile(r"(?:^|\s|\()(?P<before>\w*) ?\b\d{1,2}$")
INITIALS = re.compile(r"(?:[^\W\d_]\.-?)*[^\W\d_]")
TITLE_LETTER = re.compile("[\u05d0-\u05ea\u0621-\u064a]")
"""A single letter of Hebrew or Arabic abbreviates a title; these scripts have no capitals to tell it by."""
CONTINUATION = re.compile("[\u3041-\u309f、]")
SPEECH_VERB = re.compile(
    r"[^。！？；“「]{1,24}?(?:说|說|称|稱|表示|指出|写道|寫道|问|問|强调|強調|介绍|介紹|补充|補充|解释|解釋|回应|回應"
    r"|語った|話した|話す|述べた|述べる|言った|言う)"
)
"""The speaker, after a quotation at the start of the sentence."""
UNSPACED = re.compile("[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff9f\U00020000-\U0003ffff]")

TITLE_LIST = """
    adm approx ca capt cf col cpl dr fr gen gov hon lt maj mr mrs ms msgr mt pres prof rep rev sen sgt st supt vs
    bspw bzgl bzw dipl evtl ggf hr frl ing inkl mio mrd sog tsd vgl zzgl bijv dhr drs mevr mw
    bd mgr mlle mme dott sig dra srta sra gral lic ee hab inż św ul ул вул просп пл тов проф акад डॉ प्रो
"""
ABBREVIATION_LIST = """
    al ave blvd bros co corp dept est etc inc jr ltd sr univ usw chr jh uu ecc гг руб коп тыс др пр
"""
NUMBERED_ABBREVIATION_LIST = """
    apr art aug ch dec feb fig jan jul jun mar no nos nov oct p pp sec sep sept vol
    abs env aprox kap kl nr núm pág rd tel стр рис ст
"""
SENTENCE_START_LIST = """
    der die das er sie es ein eine und aber in im am auch wer was le la les il elle un une mais ce et
    el los las una pero en de por он она оно они это в на но и по а как не lo gli uno una ma ele ela os as mas
"""
MONTH_LIST = """
    januar jänner februar märz april mai juni juli august september oktober november dezember
    januari februari mars maj juni juli augusti oktober jahrhundert jahrhunderts jahrhunderten jh
"""
DETERMINER_LIST = "der die das den dem des im vom zum beim ihr sein ihren seinen den det der vid"
NEVER_SENTENCE_FINAL = frozenset(TITLE_LIST.split())
FINAL_BEFORE_SENTENCE_START = frozenset(ABBREVIATION_LIST.split())
WORDS_BEFORE_NUMBERS = frozenset(NUMBERED_ABBREVIATION_LIST.split())
SENTENCE_START_WORDS = STOP_WORDS | frozenset(SENTENCE_START_LIST.split())
WORDS_AFTER_ORDINALS = frozenset(MONTH_LIST.split())
WORDS_BEFORE_ORDINALS = frozenset(DETERMINER_LIST.split())


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a text, in order; the end of a paragraph always ends one."""
    return list(iter_sentences(text))


def iter_sentences(text: str) -> Iterator[str]:
    """Yield the sentences one by one, splitting no more of the text than needed."""
    for paragraph in _iter_paragraphs(text):
        yield from _split_paragraph(paragraph)


def join_sentences(pieces: Iterable[str]) -> str:
    """Join pieces with a space, or with none in scripts that have none."""
    parts: list[str] = []
    for piece in filter(None, pieces):
        is_unspaced = parts and UNSPACED.match(parts[-1].rstrip("”’")[-1:])
        if parts and not (is_unspaced and UNSPACED.match(piece.lstrip("“‘"))):
            parts.append(" ")
        parts.append(piece)
    return "".join(parts)


def _iter_paragraphs(text: str) -> Iterator[str]:
    lines: list[str] = []
    for line in _iter_prose_lines(text):
        if line:
            lines.append(" ".join(line.split()))
            continue
        if line is None and len(lines) == 1:
            lines.clear()
        if lines:
            yield join_sentences(lines)
            lines = []
    if lines:
        yield join_sentences(lines)


def _iter_prose_lines(text: str) -> Iterator[str | None]:
    """Yield the lines of prose without their Markdown markers.

    An empty line ends a paragraph; None means that the line before was a heading.
    """
    in_code = False
    number = 0
    for raw in text.splitlines():
        line = QUOTE_PREFIX.sub("", raw.strip())
        numbered = NUMBER_PREFIX.match(line)
        if CODE_FENCE.match(line):
            in_code = not in_code
            yield ""
        elif in_code:
            continue
        elif not line.strip(DIVIDER_CHARACTERS):
            yield None if line and not line.strip(line[0]) and line[0] in "=-" else ""
        elif MARKDOWN_HEADING.match(line) or TABLE_ROW.search(line) or PICTURE.fullmatch(line):
            yield ""
        elif bullet := BULLET_PREFIX.match(line):
            yield from ("", line[bullet.end() :])
        elif numbered and int(numbered[1]) in (1, number + 1):
            # a list counts from one; "28. Februar" at the start of a line is not its item
            number = int(numbered[1])
            yield from ("", line[numbered.end() :])
        else:
            yield line


class QuoteStyle(NamedTuple):
    """The quotation marks of a paragraph, and the pattern of its possible sentence ends."""

    opening: str
    closing: str
    boundary: re.Pattern[str]
    """Full stops with the closing marks after them, and single quotation marks."""


def _detect_quote_style(paragraph: str) -> QuoteStyle:
    """Detect German quotes „so“ or »so« and French « so »: the same marks open here and close there."""
    first = re.search("[«»]", paragraph)
    return _make_quote_style("„" in paragraph, first is not None and first[0] == "»")


@cache
def _make_quote_style(low: bool, pointing_in: bool) -> QuoteStyle:
    opening, closing = OPENING_QUOTES, CLOSING_QUOTES
    if low:
        opening, closing = opening.replace("“", "„"), closing + "“"
    if pointing_in:
        opening, closing = opening.replace("«", "»"), closing.replace("»", "«")
    behind = rf"[\"'’\]{closing}]*" + ("" if pointing_in else "(?:[ \xa0\u202f]»)?")
    mark = re.compile(
        rf"(?P<wide>[。！？｡][。！？｡…!?]*)(?P<closed>[』」】〉》”’\"{closing}]*)"
        rf"|(?P<stop>[.!?…؟۔।॥։።။។]+)(?:\[\d{{1,3}}\])*{behind}"
        rf"|[{opening}{closing}\"]"
    )
    return QuoteStyle(opening, closing, mark)


def is_balanced(text: str, quotes: QuoteStyle | None = None) -> bool:
    """Return True if a text closes every quotation and bracket it opens."""
    quotes = quotes or _detect_quote_style(text)
    opened = sum(map(text.count, quotes.opening))
    closed = sum(map(text.count, quotes.closing))
    return opened == closed and text.count('"') % 2 == 0


def _split_paragraph(paragraph: str) -> Iterator[str]:
    """Yield the sentences of a paragraph; a quotation is never split, so it keeps its speaker."""
    quotes = _detect_quote_style(paragraph)
    balanced = is_balanced(paragraph, quotes)
    depth = 0
    in_straight = False
    start = 0
    for mark in quotes.boundary.finditer(paragraph):
        for character in mark[0] if balanced else "":
            depth += (character in quotes.opening) - (character in quotes.closing)
            in_straight ^= character == '"'
        if depth <= 0 and not in_straight and _is_sentence_end(paragraph, start, mark):
            sentence = paragraph[start : mark.end()].strip()
            if len(sentence) > MAX_ORDINAL_CHARS or any(map(str.isalpha, sentence)):
                yield sentence
                start = mark.end()
    if rest := paragraph[start:].strip():
        yield rest


def _is_sentence_end(paragraph: str, start: int, mark: re.Match[str]) -> bool:
    """Return True if the sentence that began at `start` ends with these full stops."""
    end = mark.end()
    if mark["wide"]:
        if not mark["closed"]:
            return True
        first = NOT_BLANK.search(paragraph, start)
        spoken = first is not None and first[0] in OPENING_QUOTES
        continues = CONTINUATION.match(paragraph, end)
        return not (continues or (spoken and SPEECH_VERB.match(paragraph, end)))
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
    sentence = paragraph[max(start, mark.start() - MAX_ABBREVIATION_CHARS) : mark.start()]
    before = WORD_BEFORE.search(sentence)
    return not before or _is_sentence_end_after(before[0], sentence, following)


def _is_sentence_end_after(word: str, sentence: str, following: str) -> bool:
    """Return True if a full stop after a word ends the sentence, not just an abbreviation."""
    lowered, next_word = word.casefold(), following.casefold()
    if lowered in NEVER_SENTENCE_FINAL or TITLE_LETTER.fullmatch(word):
        return False
    if lowered in WORDS_BEFORE_NUMBERS:
        return not following[:1].isdigit()
    if ordinal := ORDINAL.search(sentence):
        is_date = next_word in WORDS_AFTER_ORDINALS
        return not (is_date or ordinal["before"].casefold() in WORDS_BEFORE_ORDINALS)
    is_initials = INITIALS.fullmatch(word) and word.upper() != word.lower()
    if is_initials or lowered in FINAL_BEFORE_SENTENCE_START:
        return len(following) > 1 and following[0].isupper() and next_word in SENTENCE_START_WORDS
    return True
