"""Terms: the words that stories and summaries compare, without case, accents, possessives and plurals.

Written for news titles and bodies in any script; scripts without spaces are cut into pairs of characters.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from store.text.folding import fold_text

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

ENGLISH_STOP_WORD_LIST = """
    a about above after again against all almost along already also although always am among an and another any
    anyone anything are arent around as at away back be became because become been before being below between both
    but by came can cannot cant come could couldnt did didnt do does doesnt doing done dont down during each either
    else enough even ever every everyone everything for from further gave get gets getting give given go goes going
    gone got had hadnt has hasnt have havent having he hed her here hers herself hes him himself his how however
    i if im in including indeed instead into is isnt it itd itll its itself ive just keep kept least less let
    lets like made make makes making many me might more most much must mustnt my myself neither never no nobody none
    nor not nothing now of off often on once one only onto or other others our ours ourselves out over own per
    perhaps put quite rather really said same saw say saying says see seen shall she shes should shouldnt
    since so some someone something still such take taken takes taking than that thats the their theirs them
    themselves then there theres therefore these they theyd theyll theyre theyve thing this those though through
    thus to together told too took toward towards two under until unless up upon use used very want wanted was wasnt
    way we well went were werent weve what whatever when where whether which while who whole whom whose why will
    with within without wont would wouldnt yes yet you youd youll your youre yours yourself youve
    mr mrs ms
"""
STOP_WORDS = frozenset(ENGLISH_STOP_WORD_LIST.split())
"""Words that say nothing about the topic of a text; without apostrophes, as terms are."""

UNSPACED_SCRIPTS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"  # CJK
)
"""Scripts whose words are cut into pairs, as the inside of a character class."""

VOWELS = (
    "\u0900-\u0963\u0966-\u0dff\u0e31\u0e34-\u0e4e\u0eb1\u0eb4-\u0ece\u102b-\u103e\u17b4-\u17d3"
)
"""Vowels of Indic and related scripts, which `\\w` does not match."""

TERM_WORD = re.compile(rf"[a-z]\.(?:[a-z]\.)+|[\w'’{VOWELS}]+")
SCRIPT_RUN = re.compile(rf"[{UNSPACED_SCRIPTS}]+|[^{UNSPACED_SCRIPTS}_]+")
UNSPACED_SCRIPT = re.compile(f"[{UNSPACED_SCRIPTS}]")
UNSPACED_RUN = re.compile(f"[{UNSPACED_SCRIPTS}]+")
APOSTROPHES = re.compile(r"['’]s['’]*$|^['’]*(?:[cdjlmnst]|qu)['’](?=\w)|['’]")
"""Possessives (Kyiv's), elided articles (l'Ukraine), and apostrophes inside a word (don't)."""

NON_PLURAL_ENDINGS = ("ss", "us", "is", "ics")
NON_PLURALS = frozenset({"news", "series", "species"})


def extract_terms(text: str, stop_words: Container[str] = STOP_WORDS) -> list[str]:
    """Return the terms of a text, in order and with repetitions.

    Args:
        text: Any text.
        stop_words: Words that are no terms; see `store.text.stop_words`.
    """
    terms: list[str] = []
    for word in TERM_WORD.findall(fold_text(text)):
        if word.isascii() and word.isalnum():
            terms.append(_normalize_word(word, stop_words))
        else:
            terms.extend(_split_word(word, stop_words))
    return list(filter(None, terms))


def find_matching_words(text: str, wanted: Container[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the words of a text that contain a wanted term, with these terms.

    The words are in lower case; neighbouring pairs of an unspaced script are joined to one word.
    """
    for word in TERM_WORD.findall(unicodedata.normalize("NFC", text).casefold()):
        for piece in _split_scripts(word):
            if UNSPACED_SCRIPT.match(piece):
                yield from _join_bigrams(piece, wanted)
            elif hits := tuple(term for term in extract_terms(piece) if term in wanted):
                yield piece, hits


def _split_scripts(word: str) -> list[str]:
    """Split a word, without apostrophes, where an unspaced script begins or ends."""
    return SCRIPT_RUN.findall(APOSTROPHES.sub("", word))


def _split_word(word: str, stop_words: Container[str]) -> Iterator[str]:
    for piece in _split_scripts(word):
        if UNSPACED_SCRIPT.match(piece):
            yield from _bigrams(piece)
        else:
            yield _normalize_word(piece.replace(".", ""), stop_words)


def _normalize_word(word: str, stop_words: Container[str]) -> str:
    """Return a word as a term; empty for a stop word or a single letter."""
    if len(word) < 2 or word in stop_words:
        return ""
    if word[-1] != "s" or len(word) < 4 or word in NON_PLURALS or word.endswith(NON_PLURAL_ENDINGS):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    return word[:-1]


def _bigrams(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(max(1, len(run) - 1))]


def _join_bigrams(run: str, wanted: Container[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Join the neighbouring wanted pairs of a run."""
    hits: list[str] = []
    for pair in [*map(fold_text, _bigrams(run)), ""]:
        if pair and pair in wanted:
            hits.append(pair)
        elif hits:
            yield hits[0] + "".join(hit[-1] for hit in hits[1:] if len(hit) > 1), tuple(hits)
            hits = []
