"""The language of a text, for what works in some languages only."""

from __future__ import annotations

import re

from store.text.keywords import (
    HAN,
    HANGUL,
    HIRAGANA,
    KATAKANA,
)
from store.text.stop_words import LANGUAGE_SAMPLE_CHARS, detect_language, language_code
from store.text.terms import STOP_WORDS

MIN_ENGLISH_RATIO = 0.2
"""The least part of an English text's words that are English stop words."""
WORD = re.compile(r"[a-z]+")
SCRIPTS = (
    ("th", re.compile("[\u0e01-\u0e4e]"), None),
    ("ko", HANGUL, None),
    ("ja", HIRAGANA, None),
    ("ja", KATAKANA, None),
    ("zh", HAN, None),
    ("ar", re.compile("[\u0621-\u064a]"), re.compile("[\u067e\u0686\u0698\u06a9\u06af\u06cc]")),
)
"""Languages by the script that only they are written in, without letters that others add to it."""
MIN_SCRIPT_SHARE = 0.2
"""The least part of a text's characters that are of the script of its language."""


def identify_language(text: str, declared: str = "") -> str:
    """Return the ISO 639-1 code of a text's language; empty if it is not known.

    Its script counts for more than what it declares, and that for more than its stop words.
    """
    sample = text[:LANGUAGE_SAMPLE_CHARS]
    letters = sum(map(str.isalpha, sample))
    for code, script, foreign in SCRIPTS:
        if sum(map(len, script.findall(sample))) > MIN_SCRIPT_SHARE * letters:
            return "" if foreign and foreign.search(sample) else code
    if declared:
        return language_code(declared)
    return detect_language(sample) or ("en" if _is_english(sample) else "")


def _is_english(sample: str) -> bool:
    words = WORD.findall(sample.casefold())
    stop_words = sum(word in STOP_WORDS for word in words)
    return bool(words) and stop_words >= MIN_ENGLISH_RATIO * len(words)
