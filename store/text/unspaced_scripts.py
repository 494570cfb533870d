"""Words of scripts that are written without spaces, for showing them: the index has pairs of characters.

No dictionary takes part. In Japanese a word that tells something is mostly a run of kanji or of katakana,
and hiragana is grammar; Korean has spaces. In the others a pair grows as long as what it grows to is
repeated in the text (maximal repeats).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from unicodedata import category

from store.text.terms import UNSPACED_SCRIPTS

HIRAGANA = re.compile("[\u3041-\u309f]")
HAN_RANGES = "\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
SCRIPT_PATTERNS = {
    "katakana": re.compile("[\u30a1-\u30fa\u30fc-\u30ff]+"),
    "hangul": re.compile("[\uac00-\ud7af]+"),
    "han": re.compile(f"[{HAN_RANGES}]+"),
}
UNSPACED_RUN = re.compile(f"[{UNSPACED_SCRIPTS}]+")
MAX_RUN_CHARS = 10
"""Characters; a longer run is several words."""
MAX_HAN_CHARS = 6
"""The same for what is repeated in Chinese."""
MIN_REPEAT_RATIO = 0.6
"""The part of a piece's places at which a longer one must stand, too, to be the word."""


def find_unspaced_word(text: str, pair: str) -> str:
    """The word that a pair of characters is a part of; empty where it is of the grammar or of two words.

    Args:
        text: Where it stands, as `analyser.plain` gives it.
        pair: Two characters of a script without spaces, or one.
    """
    kind = next((pattern for pattern in SCRIPT_PATTERNS.values() if pattern.fullmatch(pair)), None)
    if kind and (kind is not SCRIPT_PATTERNS["han"] or HIRAGANA.search(text)):
        runs = Counter(run for run in kind.findall(text) if pair in run)
        fits = [run for run, _ in runs.most_common() if len(run) <= MAX_RUN_CHARS]
        return fits[0] if fits else extend_repeat(text, pair)
    is_mixed = any(pattern.search(pair) for pattern in (HIRAGANA, *SCRIPT_PATTERNS.values()))
    return "" if is_mixed and not kind else extend_repeat(text, pair)


def extend_repeat(text: str, piece: str) -> str:
    """The longest that a piece grows to without becoming much rarer in the text.

    What stands there once may as well be the end of one word and the beginning of the next: it is none.
    """
    count = text.count(piece)
    if count < 2 or category(piece[0]).startswith("M"):
        return ""
    longest = MAX_HAN_CHARS if SCRIPT_PATTERNS["han"].match(piece) else MAX_RUN_CHARS
    while len(piece) < longest:
        longer = Counter(_iter_extensions(text, piece)).most_common(1)
        if not longer or longer[0][1] < max(2, MIN_REPEAT_RATIO * count):
            break
        piece, count = longer[0]
    return piece


def _iter_extensions(text: str, piece: str) -> Iterator[str]:
    """What the piece is with the character before it, and with the one behind, wherever it stands."""
    for run in UNSPACED_RUN.findall(text):
        at = run.find(piece)
        while at >= 0:
            if at:
                yield run[at - 1 : at + len(piece)]
            if at + len(piece) < len(run):
                yield run[at : at + len(piece) + 1]
            at = run.find(piece, at + 1)
