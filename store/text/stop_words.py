"""Stop words of 58 languages: words that texts share without being about the same thing.

The lists are those of the package `stopwordsiso`. Its file is read and its code is not run: that looks up the
version of the package, which takes longer than everything here. English has a list of our own (see
`store.text.terms`), because that of the package has words of the news in it: Microsoft, fire, research.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from sys import intern

import orjson

from store.text.terms import STOP_WORDS, UNSPACED_SCRIPT
from store.text.tokenizer import prepare_for_index

LISTS_PACKAGE, LISTS_FILE = "stopwordsiso", "stopwords-iso.json"
ENGLISH = "en"
OTHER_CODES: Mapping[str, str] = {"nb": "no", "nn": "no", "iw": "he", "in": "id"}
"""Codes that the package lists under another one."""

LANGUAGE_SAMPLE_CHARS = 600
"""Characters from which the language is detected."""
MIN_STOP_WORD_RATIO, ENGLISH_RATIO = 0.2, 0.3
"""The least part of a text's words that are stop words of its language, and that of English stop words from
which no other language comes into question."""

log = logging.getLogger("newstui")


@cache
def stop_words(code: str) -> frozenset[str]:
    """Return the stop words of a language and of English, as words of the index.

    Args:
        code: An ISO 639-1 code, perhaps with a region (`pt-BR`); of an unknown language, only those
            of English are returned.
    """
    language = language_code(code)
    if language in ("", ENGLISH):
        return STOP_WORDS
    found = _languages_by_word().items()
    return STOP_WORDS.union(word for word, languages in found if language in languages.split())


def language_code(code: str) -> str:
    """Return the code of a language, without a region, under which its stop words are listed."""
    short = code.casefold().replace("_", "-").partition("-")[0]
    return OTHER_CODES.get(short, short)


def detect_language(text: str) -> str:
    """Return the language of a text, detected by its stop words; empty for English and unknown ones."""
    words = prepare_for_index(text[:LANGUAGE_SAMPLE_CHARS]).split()
    english = sum(word in STOP_WORDS for word in words)
    if english >= ENGLISH_RATIO * len(words):
        return ""
    counts = count_stop_words(words)
    best, count = max(counts.items(), key=lambda each: (each[1], each[0]), default=("", 0))
    return "" if count <= english or count < MIN_STOP_WORD_RATIO * len(words) else best


def count_stop_words(words: Iterable[str]) -> Counter[str]:
    """Count how many of these words of the index are stop words, by language."""
    languages = _languages_by_word()
    return Counter(language for word in words for language in languages.get(word, "").split())


def _read_lists() -> Mapping[str, list[str]]:
    spec = find_spec(LISTS_PACKAGE)
    folders = (spec.submodule_search_locations or ()) if spec else ()
    path = Path(next(iter(folders), ""), LISTS_FILE)
    try:
        lists = orjson.loads(path.read_bytes())
        return {str(language): list(map(str, words)) for language, words in lists.items()}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        log.warning("stop words of English alone: %s: %s", LISTS_PACKAGE, error)
        return {}


@cache
def _languages_by_word() -> Mapping[str, str]:
    """Return the languages of each stop word, separated by spaces: few strings for many words.

    Scripts without spaces have none: the index cuts them into pairs, of which other words have some.
    """
    found = dict.fromkeys(STOP_WORDS, ENGLISH)
    for language, words in _read_lists().items():
        if language != ENGLISH and not any(map(UNSPACED_SCRIPT.search, words)):
            for word in set(prepare_for_index("\n".join(words)).split()):
                found[word] = intern(f"{found.get(word, '')} {language}".strip())
    return found
