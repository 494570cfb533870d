"""Keywords of a text, and its language by its stop words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from unicodedata import category

from tantivy import Filter, TextAnalyzer

from store.text.folding import normalize_text
from store.text.stop_words import ENGLISH, language_code, stop_words
from store.text.terms import UNSPACED_RUN, UNSPACED_SCRIPT, extract_terms
from store.text.tokenizer import make_tokenizer, prepare_for_index

VAGUE_WORD_LIST = """
    ahead back big bigger biggest day days end half high last long low man men month months new next old people set
    time times today top week weeks work year years says told added like good part number
    monday tuesday wednesday thursday friday saturday sunday
    one three four five six seven eight nine ten first second third hundred thousand million billion
"""
UNINFORMATIVE_WORDS = frozenset(VAGUE_WORD_LIST.split())
"""Words that texts share without being about the same thing."""
HIRAGANA = re.compile("[\u3041-\u309f]")
KATAKANA = re.compile("[\u30a1-\u30fa\u30fc-\u30ff]+")
HANGUL = re.compile("[\uac00-\ud7af]+")
HAN = re.compile("[\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
MAX_RUN_CHARS = 10
"""A longer run is several words."""
MAX_HAN_CHARS = 6
"""The same for repeated pieces of Chinese."""
MIN_REPEAT_RATIO = 0.6
"""A longer piece is the word if it occurs in this part of the shorter one's places."""


def extract_content_words(text: str, language: str = "") -> list[str]:
    """Return the words of a text as they are indexed, in order, without the stop words of its language."""
    return _content_tokenizer(language_code(language)).analyze(prepare_for_index(text))


def count_content_words(words: Iterable[str]) -> Counter[str]:
    """Count the words that may mean something.

    Digits and single letters do not, nor does hiragana, the grammar of Japanese.
    """
    return Counter(
        {
            word: count
            for word, count in Counter(words).items()
            if len(word) > 1
            if not word.isdigit()
            if word.isascii() or not HIRAGANA.search(word)
        }
    )


@cache
def _content_tokenizer(language: str) -> TextAnalyzer:
    """Return the index's tokenizer without the stop words of English and the language."""
    filters = [Filter.custom_stopword(sorted(stop_words(language)))]
    if language in ("", ENGLISH):
        filters.append(Filter.stopword("english"))
    return make_tokenizer(*filters)


def select_keywords(text: str, weights: Mapping[str, float], limit: int) -> tuple[str, ...]:
    """Return the words of a text that weigh most, as they are written, no word in two forms."""
    heaviest = sorted(weights, key=lambda word: (-weights[word], word))
    useful = (w for w in heaviest if w not in UNINFORMATIVE_WORDS and not w[0].isdigit())
    return tuple(islice(_display_forms(text, list(islice(useful, 4 * limit))), limit))


def _display_forms(text: str, words: Sequence[str]) -> Iterator[str]:
    seen: set[str] = set()
    folded = normalize_text(text)
    for word in words:
        form = "".join(extract_terms(word))
        if form in seen:
            continue
        shown = find_unspaced_word(folded, word) if UNSPACED_SCRIPT.match(word) else word
        seen.update((form, *extract_terms(shown)))
        if shown:
            yield shown


def find_unspaced_word(text: str, pair: str) -> str:
    """Return the word that a pair of characters belongs to, in a script without spaces, if there is one.

    No dictionary is used. In Japanese a meaningful word is mostly a run of kanji or katakana, and hiragana
    is grammar; Korean has spaces. In other scripts a pair is extended as long as the longer piece is repeated
    in the text (maximal repeats). The text is as `normalize_text` returns it; the word is empty if the pair
    is grammar or belongs to two words.
    """
    script = next((each for each in (KATAKANA, HANGUL, HAN) if each.fullmatch(pair)), None)
    if script and (script is not HAN or HIRAGANA.search(text)):
        runs = Counter(run for run in script.findall(text) if pair in run)
        short = [run for run, _ in runs.most_common() if len(run) <= MAX_RUN_CHARS]
        return short[0] if short else _extend_repeat(text, pair)
    is_mixed = any(each.search(pair) for each in (HIRAGANA, KATAKANA, HANGUL, HAN))
    return "" if is_mixed and not script else _extend_repeat(text, pair)


def _extend_repeat(text: str, piece: str) -> str:
    """Extend a piece as long as it does not become much rarer in the text.

    A piece that occurs once may be the end of one word and the beginning of the next: it is none.
    """
    count = text.count(piece)
    if count < 2 or category(piece[0]).startswith("M"):
        return ""
    max_chars = MAX_HAN_CHARS if HAN.match(piece) else MAX_RUN_CHARS
    while len(piece) < max_chars:
        longer = Counter(_iter_extensions(text, piece)).most_common(1)
        if not longer or longer[0][1] < max(2, MIN_REPEAT_RATIO * count):
            break
        piece, count = longer[0]
    return piece


def _iter_extensions(text: str, piece: str) -> Iterator[str]:
    """Yield the piece with the character before it, and with the one after it, at each occurrence."""
    for run in UNSPACED_RUN.findall(text):
        at = run.find(piece)
        while at >= 0:
            if at:
                yield run[at - 1 : at + len(piece)]
            if at + len(piece) < len(run):
                yield run[at : at + len(piece) + 1]
            at = run.find(piece, at + 1)
