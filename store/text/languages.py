"""The language of a text, for what works in some languages only."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from store.text.stop_words import LANGUAGE_SAMPLE_CHARS, detect_language, language_code
from store.text.terms import STOP_WORDS

ENGLISH_RATIO, MIN_ENGLISH_RATIO = 0.25, 0.2
"""The part of a text's words that are English stop words from which it is English, and that from which it is
English if it is nothing else."""
WORD = re.compile("(?:[^\\W\\d_]|[\u0900-\u0dff])+")
"""A word, in scripts of India with the vowel signs, which are no letters."""
NON_LATIN = re.compile("[\u0370-\u1dff\u2c00-\U0003ffff]")
MIN_SCRIPT_SHARE = 0.2
"""The least part of a text's letters that are not Latin, if the text is in another script."""
LANGUAGES_OF_SCRIPTS = {
    "ARMENIAN": "hy",
    "BENGALI": "bn",
    "CJK": "zh",
    "ETHIOPIC": "am",
    "GREEK": "el",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "HANGUL": "ko",
    "HIRAGANA": "ja",
    "KANNADA": "kn",
    "KATAKANA": "ja",
    "MALAYALAM": "ml",
    "MYANMAR": "my",
    "TAMIL": "ta",
    "TELUGU": "te",
    "THAI": "th",
}
"""Languages whose script tells them, by the first word of the Unicode names of its letters."""
FREQUENT_LANGUAGES = {"ARABIC": "ar", "CYRILLIC": "ru", "DEVANAGARI": "hi"}
"""The most frequent language of each script that several share."""
KANA = re.compile("[\u3041-\u30ff]")
MIN_KANA_SHARE = 0.05
"""The least part of a Japanese text's letters that are kana."""
FOREIGN_TO_ARABIC = re.compile("[\u067e\u0686\u0698\u06a9\u06af\u06cc]")
"""Letters that Persian, Urdu and others add to those of Arabic."""
LETTERS_OF_LANGUAGES = (
    ("CYRILLIC", re.compile("[әғқңұүһ]"), "kk"),
    ("CYRILLIC", re.compile("[іїєґ]"), "uk"),
    ("LATIN", re.compile("[łśźż]"), "pl"),
)
"""Letters that tell a language from others in its script."""
MIN_LETTER_SHARE = 0.01
"""The least part of a text's letters that are those; names from another language have fewer."""


def identify_language(text: str, declared: str = "") -> str:
    """Return the ISO 639-1 code of a text's language; empty if it is not known.

    Its script counts for more than what it declares, and that for more than its stop words.
    """
    sample = text[:LANGUAGE_SAMPLE_CHARS]
    script = _find_script(sample)
    if script in LANGUAGES_OF_SCRIPTS:
        return LANGUAGES_OF_SCRIPTS[script]
    if script == "ARABIC":
        return "" if FOREIGN_TO_ARABIC.search(sample) else "ar"
    if declared:
        return language_code(declared)
    words = WORD.findall(sample.lower())
    english = _english_share(words) if script == "LATIN" else 0.0
    if english >= ENGLISH_RATIO:
        return "en"
    language = _identify_by_letters(words, script) or detect_language(" ".join(words))
    return language or ("en" if english >= MIN_ENGLISH_RATIO else "")


def guess_language(text: str) -> str:
    """Return the language of a text, or a frequent one of its script if it is not known."""
    if language := identify_language(text):
        return language
    return FREQUENT_LANGUAGES.get(_find_script(text[:LANGUAGE_SAMPLE_CHARS]), "en")


def _find_script(sample: str) -> str:
    """Return the script of a text, as in the Unicode names of its letters."""
    if sample.isascii():
        return "LATIN"
    letters = Counter(filter(str.isalpha, NON_LATIN.findall(sample)))
    count = letters.total()
    if not count or count < MIN_SCRIPT_SHARE * sum(map(str.isalpha, sample)):
        return "LATIN"
    scripts: Counter[str] = Counter()
    for letter in letters:
        scripts[unicodedata.name(letter, "").partition(" ")[0]] += letters[letter]
    script = max(scripts, key=scripts.__getitem__)
    is_japanese = script == "CJK" and len(KANA.findall(sample)) > MIN_KANA_SHARE * count
    return "HIRAGANA" if is_japanese else script


def _english_share(words: list[str]) -> float:
    return sum(word in STOP_WORDS for word in words) / len(words) if words else 0.0


def _identify_by_letters(words: list[str], script: str) -> str:
    text = "".join(words)
    for language_script, letters, language in LETTERS_OF_LANGUAGES:
        if language_script == script and len(letters.findall(text)) > MIN_LETTER_SHARE * len(text):
            return language
    return ""
