"""Line breaks of a text that is called HTML and may be plain: which are meant, and which only wrap a paragraph."""

from __future__ import annotations

import re

from store.text.html_tags import KNOWN_TAGS

MIN_WRAPPED_WIDTH, MAX_WRAPPED_WIDTH = 50, 120
"""Characters of the longest line of a paragraph that may have been wrapped."""
MIN_FILLED_PART = 0.6
"""The part of that line that another one fills if only the next word was too long for it."""
INLINE_TAG = re.compile(
    r"</?(?:a|b|code|em|i|s|span|strong|sub|sup|u)(?:\s[^<>\n]{0,2000})?>", re.IGNORECASE
)
OTHER_TAG = re.compile(rf"</?(?:{'|'.join(sorted(KNOWN_TAGS))})(?=[\s/>])|<[!?]", re.IGNORECASE)
LINE_SIGN = re.compile(
    r"[-–—*•▪◦·‣►→✓✔]\s|\(?\d{1,3}[.)]\s|\(?\d{1,2}:\d\d|https?://|#\w|@\w", re.IGNORECASE
)
"""The begin of a line that is an item of a list, a chapter with its time, or an address."""
SENTENCE_END = re.compile(r"[.!?…:。！？][\"'”’»)]*+\Z")
FIRST_WORD = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]|\S+")
PARAGRAPH_BREAK = re.compile(r"\r?\n(?:[ \t]*\r?\n)+")


def mark_line_breaks(text: str) -> str:
    """Return text without blocks of HTML with `<br>` at the line breaks that are meant.

    Browsers show it without line breaks, but most of it was never seen in one: it is plain text, with a link at
    most. A paragraph of HTML may be wrapped at any width; nobody wraps plain text that is narrow.
    """
    if "\n" not in text.strip():
        return text
    plain = INLINE_TAG.sub("", text)
    if OTHER_TAG.search(plain):
        return text
    min_width = MIN_WRAPPED_WIDTH if len(plain) == len(text) else 0
    paragraphs = PARAGRAPH_BREAK.split(text.strip())
    return "<br><br>".join(_mark_paragraph(each, min_width) for each in paragraphs)


def _mark_paragraph(paragraph: str, min_width: int) -> str:
    written = [line.strip() for line in paragraph.splitlines()]
    lines = [INLINE_TAG.sub("", line) for line in written]
    width = max(map(len, lines))
    is_wrapped = min_width <= width <= MAX_WRAPPED_WIDTH
    if is_wrapped and len(lines) > 2:  # prose rarely ends a sentence with each of its lines
        is_wrapped = not all(map(SENTENCE_END.search, lines))
    parts = written[:1]
    for line, following, text in zip(lines, lines[1:], written[1:], strict=False):
        is_meant = not is_wrapped or LINE_SIGN.match(following) or _is_short(line, following, width)
        parts += ["<br>" if is_meant else "\n", text]
    return "".join(parts)


def _is_short(line: str, following: str, width: int) -> bool:
    """Return True if the next word would have had space in a line by far."""
    word = FIRST_WORD.match(following)
    return len(line) + 1 + (len(word[0]) if word else 0) < MIN_FILLED_PART * width
