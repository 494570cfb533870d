"""Summaries made here: a few whole sentences of the text, those that most of the others agree with.

A sentence weighs what it shares with all others of its text: the sum of its cosines with them (degree
centrality; Erkan and Radev 2004, LexRank). The lead of a news story counts a little more (Edmundson
1969), and what repeats what was taken already counts less (Carbonell and Goldstein 1998, maximal
marginal relevance). Nothing but the text itself takes part, so a summary is the same whenever and
wherever it is made.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from store.model.article import Body
from store.text.sentences import (
    first_sentence,
    is_balanced,
    iter_sentences,
    join_sentences,
    split_sentences,
)
from store.text.terms import extract_terms

__all__ = [
    "extract_summary",
    "find_summary_positions",
    "first_sentence",
    "split_sentences",
    "with_summary",
]

MAX_SUMMARY_INPUT_SENTENCES = 200
MAX_SUMMARY_INPUT_CHARS = 200_000
"""How far into a text a summary looks: a text of megabytes opens as fast as any other."""
MAX_POSITION_INPUT_CHARS = 50_000
"""Characters of a text in which the sentences of a summary are looked for."""
MAX_SENTENCE_CHARS = 700
"""Characters; what is longer is not a sentence but a page without full stops."""
MIN_SENTENCE_WORDS = 4
MIN_SENTENCE_CHARS = 10
"""The same for scripts without spaces."""

LEAD_WEIGHT = 0.2
LEAD_HALF_LIFE_SENTENCES = 4
"""After that many sentences the weight of the lead has halved."""
REPETITION_EXPONENT = 6
"""A story takes up its words again; only a sentence made of little else repeats what was said."""

CLOSING_FULL_STOP = re.compile(r"[.!?…。！？｡؟۔।॥։።။။།][\"'“”’»«)\]」』）】〉》\d\[\s]*$")
QUOTATION = re.compile(r"^[\"'“„‘«»「『].*[\"'”“’»«」』][.。]?$", re.DOTALL)

INLINE_MARKDOWN = (
    re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+\"[^\"]*\")?\)"),
    re.compile(r"`([^`\n]+)`"),
    re.compile(r"\*\*(?=\S)([^*\n]+)(?<=\S)\*\*"),
    re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+)(?<=\S)\*(?![\w*])"),
)
"""What Markdown writes around words: links, images, code, strong and emphasised ones."""

MIN_SENTENCE_SIMILARITY = 0.5
"""The part of a summary's sentence that a sentence of the text must say to be its place."""

TermVector = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class SentenceCandidate:
    """A sentence that a summary may take."""

    position: int
    text: str
    vector: TermVector
    """Its terms by how often they stand in it, as long as 1 together."""


def extract_summary(text: str, limit: int = 3) -> str:
    """A summary of at most that many whole sentences, in the order of the text; empty if it has none."""
    read = islice(iter_sentences(text[:MAX_SUMMARY_INPUT_CHARS]), MAX_SUMMARY_INPUT_SENTENCES)
    found = [one for one in read if len(one) <= MAX_SENTENCE_CHARS]
    told = [one for one in found if _is_self_contained(one)] or found
    candidates = [
        SentenceCandidate(place, one, _make_term_vector(extract_terms(one)))
        for place, one in enumerate(dict.fromkeys(told))
    ]
    chosen = _select_sentences(candidates, limit)
    return join_sentences(one.text for one in sorted(chosen, key=lambda one: one.position))


def _is_self_contained(sentence: str) -> bool:
    """Whether the sentence is one, is not too short, and is no quotation torn from its speaker."""
    is_long = len(sentence.split()) >= MIN_SENTENCE_WORDS or (
        not sentence.isascii() and " " not in sentence and len(sentence) >= MIN_SENTENCE_CHARS
    )
    is_torn = QUOTATION.match(sentence) or not is_balanced(sentence)
    return bool(is_long and CLOSING_FULL_STOP.search(sentence) and not is_torn)


def _make_term_vector(found: Sequence[str]) -> TermVector:
    counts = Counter(found)
    length = math.sqrt(sum(count * count for count in counts.values()))
    return {term: count / length for term, count in counts.items()}


def _select_sentences(
    candidates: Sequence[SentenceCandidate], limit: int
) -> list[SentenceCandidate]:
    """The best sentences one after the other, each judged by what those before it have not said."""
    worth = _score_candidates(candidates)
    chosen: list[SentenceCandidate] = []
    said: set[str] = set()
    left = list(candidates)
    while left and len(chosen) < limit:
        best = max(left, key=lambda one: _rank_candidate(one, worth[one.position], said))
        left.remove(best)
        chosen.append(best)
        said |= best.vector.keys()
    return chosen


def _rank_candidate(
    one: SentenceCandidate, worth: float, said: set[str]
) -> tuple[float, float, int]:
    news = _novelty(one, said)
    return worth * news, news, -one.position


def _score_candidates(candidates: Sequence[SentenceCandidate]) -> list[float]:
    """What each sentence shares with all others, the lead a little more."""
    total: Counter[str] = Counter()
    for one in candidates:
        total.update(one.vector)
    return [
        max(0.0, _dot(one.vector, total) - 1)
        * (1 + LEAD_WEIGHT / (1 + one.position / LEAD_HALF_LIFE_SENTENCES))
        for one in candidates
    ]


def _novelty(one: SentenceCandidate, said: set[str]) -> float:
    """What part of a sentence counts, from 1 down to 0 where all of it was said before."""
    size = len(one.vector)
    repeated = len(one.vector.keys() & said) / size if size else 1.0
    return 1 - repeated**REPETITION_EXPONENT


def _dot(one: TermVector, other: TermVector) -> float:
    return sum(value * other.get(term, 0.0) for term, value in one.items())


def with_summary(body: Body) -> Body:
    """The body with a summary made here, if it came without one."""
    if body.summary:
        return body
    summary = strip_inline_markdown(extract_summary(body.text))
    return replace(body, summary=summary, summary_origin="extract" if summary else "")


def strip_inline_markdown(text: str) -> str:
    """A text without what Markdown writes around its words: a summary is shown as it is."""
    for marked in INLINE_MARKDOWN:
        text = marked.sub(r"\1", text)
    return text


def find_summary_positions(body: Body) -> tuple[tuple[int, int], ...]:
    """Where each sentence of a summary begins in it, and its place in the text, in characters.

    A sentence that is not in the text word for word, because somebody else wrote it, belongs to the
    sentence of the text that says most of it; one that the text does not say is left out.
    """
    text = body.text[:MAX_POSITION_INPUT_CHARS]
    said = [
        (one, _make_term_vector(extract_terms(strip_inline_markdown(one))))
        for one in iter_sentences(text)
    ]
    pairs = (
        (find_sentence(body.summary, one), _find_closest(text, one, said))
        for one in iter_sentences(body.summary)
    )
    return tuple(
        (start, offset) for start, offset in pairs if start is not None and offset is not None
    )


def _find_closest(text: str, sentence: str, said: Sequence[tuple[str, TermVector]]) -> int | None:
    offset = find_sentence(text, sentence)
    if offset is None and (wanted := _make_term_vector(extract_terms(sentence))) and said:
        nearest = max(said, key=lambda one: _dot(one[1], wanted))
        if _dot(nearest[1], wanted) >= MIN_SENTENCE_SIMILARITY:
            offset = find_sentence(text, nearest[0])
    return offset


def find_sentence(text: str, sentence: str) -> int | None:
    """Where a sentence begins in a text whose lines may be broken and quoted otherwise."""
    if (offset := text.find(sentence)) >= 0:
        return offset
    pattern = r"[\s>]*".join(re.escape(word) for word in sentence.split())
    found = re.search(pattern, text) if pattern else None
    return found.start() if found else None
