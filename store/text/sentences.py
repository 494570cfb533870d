"""Splitting of text into sentences, in any script; headings, code and tables are left out.

sentencex knows the full stops and abbreviations of each language. What it does not know is news, which quote
whole speeches and do not always close them: so it gets the text without quotation marks, a quotation is kept
in one piece with its speaker, and a few rules correct what it says about abbreviations.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from store.text.languages import guess_language
from store.text.quotations import OPENING_MARKS, QUOTATION_MARK, detect_quote_style, find_quotations
from store.text.terms import STOP_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MARKDOWN_HEADING = re.compile(r"#{1,6}(\s|$)")
CODE_FENCE = re.compile(r"```|~~~")
TABLE_ROW = re.compile(r"^\|| \| ")
PICTURE = re.compile(r"(?>(?:\[?!\[(?:[^\[\]\\]|\\.?)*+\]\([^()\s]*+\)(?:\]\([^()\s]*+\))?\s*+)+)")
"""A line of pictures alone, which may be links."""
QUOTE_PREFIX = re.compile(r"^(?:>\s?)+")
BULLET_PREFIX = re.compile(r"[-*+•‣]\s+")
NUMBER_PREFIX = re.compile(r"(\d{1,3})[.)]\s+")
DIVIDER_CHARACTERS = "-*_|:+= \t"
"""The characters of lines that only divide."""

WORD = re.compile(r"[^\W\d_]+")

MAX_PIECE_CHARS = 4_000
"""sentencex gets no more at once, since its time may grow with the square of what it gets."""
MAX_NUMBER_CHARS = 5
"""A number with a full stop, up to this length, belongs to what follows."""
TERMINATORS = ".!?…"
MISSED_STOP = re.compile(r"(?:[^\W\d_][.…]{1,3}|[.!?]\))(?=\s{1,3}([^\W\d_]{1,16})\b)")
WORD_AFTER = re.compile(r"\s*(?:[—–-]\s+)?[\"'“„‘(\[«]*([^\s,;:.!?)\]\"'”’]*)")
MAX_ABBREVIATION_CHARS = 24
ORDINAL = re.compile(r"(?:^|\s|\()(?P<before>\w*) ?\b\d{1,2}$")
INITIALS = re.compile(r"(?:[^\W\d_]\.-?)*[^\W\d_]")
SURROGATE = re.compile("[\ud800-\udfff]")

CONTINUATION = re.compile("[\u3041-\u309f、]")
SPEECH_VERB = re.compile(
    r"[^。！？；“「]{1,24}?(?:说|說|称|稱|表示|指出|写道|寫道|问|問|强调|強調|介绍|介紹|补充|補充|解释|解釋|回应|回應"
    r"|語った|話した|話す|述べた|述べる|言った|言う)"
)
"""The speaker, after a quotation at the start of the sentence."""
UNSPACED = re.compile("[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff9f\U00020000-\U0003ffff]")
TITLE_LIST = """
    mr mrs ms dr prof st gen sen rep gov lt col capt sgt rev hon m mme mlle sr sra dra sig dott dhr mevr
    hr frl dipl
"""
SENTENCE_START_LIST = """
    der die das er sie es ein eine und aber in im am auch wer was wir le la les il elle un une mais ce et
    el los las una pero en por он она оно они это в на но и по а как не lo gli uno una ma ele ela os as mas
"""
TIMES = frozenset({"a.m", "p.m", "am", "pm"})
MONTH_LIST = """
    januar jänner februar märz april mai juni juli august september oktober november dezember
    januari februari mars maj juni juli augusti oktober jahrhundert jahrhunderts jahrhunderten jh
"""
DETERMINER_LIST = "der die das den dem des im vom zum beim ihr sein ihren seinen den det der vid"
AFTER_TIME_LIST = """
    monday tuesday wednesday thursday friday saturday sunday gmt bst utc est edt cst cdt pst pdt et cet
"""
TITLES = frozenset(TITLE_LIST.split())
WORDS_AFTER_TIMES = frozenset(AFTER_TIME_LIST.split())
NO_ABBREVIATIONS = frozenset({"May", "OK", "Yahoo", "me"})
"""Words that sentencex takes for abbreviations."""
SENTENCE_START_WORDS = (STOP_WORDS | frozenset(SENTENCE_START_LIST.split())) - TITLES
WORDS_AFTER_ORDINALS = frozenset(MONTH_LIST.split())
WORDS_BEFORE_ORDINALS = frozenset(DETERMINER_LIST.split())


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a text, in order; the end of a paragraph always ends one."""
    return list(iter_sentences(text))


def iter_sentences(text: str) -> Iterator[str]:
    """Yield the sentences one by one, splitting no more of the text than needed."""
    language = guess_language(text)
    for paragraph in _iter_paragraphs(text):
        yield from _split_paragraph(paragraph, language)


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


# -- the sentences of a paragraph ------------------------------------------------------------


def _split_paragraph(paragraph: str, language: str) -> Iterator[str]:
    """Yield the sentences of a paragraph; a quotation is never split, so it keeps its speaker."""
    style = detect_quote_style(paragraph)
    quotations = find_quotations(paragraph, style)
    start = quotation = 0
    for stop in _find_stops(paragraph, language):
        closed = style.closed.match(paragraph, stop)
        end = closed.end() if closed else stop
        while quotation < len(quotations) and quotations[quotation][1] < end:
            quotation += 1
        is_quoted = (
            quotation < len(quotations)
            and quotations[quotation][0] < stop
            and end < quotations[quotation][1]
        )
        if is_quoted or end <= start or _continues(paragraph, start, stop, end, language):
            continue
        if end - start > MAX_NUMBER_CHARS or WORD.search(paragraph, start, end):
            yield paragraph[start:end].strip()
            start = end
    if rest := paragraph[start:].strip():
        yield rest


def _find_stops(paragraph: str, language: str) -> list[int]:
    """Return where sentences may end, without the quotation marks after the full stop."""
    plain = QUOTATION_MARK.sub(lambda mark: " " * len(mark[0]), SURROGATE.sub("\ufffd", paragraph))
    stops = set(_iter_library_stops(plain, language))
    stops.update(match.end() for match in MISSED_STOP.finditer(plain) if _is_missed(plain, match))
    return sorted(stops)


def _iter_library_stops(plain: str, language: str) -> Iterator[int]:
    start = 0
    while start < len(plain):
        window = plain[start : start + MAX_PIECE_CHARS]
        *pieces, last = _segment(window, language)
        for piece in pieces:
            yield start + len(piece.rstrip())
            start += len(piece)
        if not pieces or start + len(last) == len(plain):
            start += len(last)  # else the last one may go on in the next window


def _segment(text: str, language: str) -> list[str]:
    """Return the pieces that sentencex makes of a text; the whole text if it panics."""
    from sentencex import segment  # slow to import

    try:
        return list(segment(language, text))
    except BaseException as error:  # a panic is no `Exception`, and its class cannot be imported
        if type(error).__name__ != "PanicException":
            raise
        return [text]


def _is_missed(plain: str, stop: re.Match[str]) -> bool:
    """Return True if a word begins a sentence whatever the abbreviation before it is."""
    following = stop[1]
    word = _word_before(plain, stop.end())
    if word in NO_ABBREVIATIONS:
        return following.istitle()
    return (
        following.istitle()
        and following.casefold() in SENTENCE_START_WORDS
        and not (following == "I" and stop[0][1:] != ".")
        and word.casefold() not in TITLES
        and not (len(word) == 1 and word.isupper())
    )


def _word_before(text: str, stop: int) -> str:
    near = text[max(0, stop - MAX_ABBREVIATION_CHARS) : stop].rstrip(TERMINATORS)
    return near.split()[-1].lstrip("\"'“„‘([«—–") if near.strip() else ""


def _continues(paragraph: str, start: int, stop: int, end: int, language: str) -> bool:
    """Return True if the sentence that began at `start` does not end with the full stop before `stop`."""
    if UNSPACED.match(paragraph, stop - 1):
        is_speech = paragraph[start : start + 2].lstrip()[:1] in OPENING_MARKS
        is_speaker = is_speech and SPEECH_VERB.match(paragraph, end)
        return end > stop and bool(CONTINUATION.match(paragraph, end) or is_speaker)
    after = WORD_AFTER.match(paragraph, end)
    following = after[1] if after else ""
    if following[:2].islower():
        return True
    if paragraph[stop - 1] != ".":
        return False
    word = _word_before(paragraph, stop)
    return _is_abbreviation(word, following, language) or _is_ordinal(
        paragraph[max(0, stop - MAX_ABBREVIATION_CHARS) : stop], following
    )


def _is_abbreviation(word: str, following: str, language: str) -> bool:
    next_word = following.casefold()
    if word.casefold() in TITLES or (word in TIMES and next_word in WORDS_AFTER_TIMES):
        return True
    if language == "en" or not INITIALS.fullmatch(word):
        return False  # sentencex knows English initials
    is_name = len(following) < 2 or not following.istitle()
    return is_name or next_word not in SENTENCE_START_WORDS


def _is_ordinal(sentence: str, following: str) -> bool:
    """Return True for the number of "28. Februar" and "im 19. Jahrhundert"."""
    ordinal = ORDINAL.search(sentence.removesuffix("."))
    if not ordinal:
        return False
    is_date = following.casefold() in WORDS_AFTER_ORDINALS
    return is_date or ordinal["before"].casefold() in WORDS_BEFORE_ORDINALS
