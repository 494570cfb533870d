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
from store.text.sentences import each_sentence, first_sentence, is_balanced, joined, sentences
from store.text.terms import terms

__all__ = ["extract", "first_sentence", "places", "sentences", "summarised"]

SENTENCES_READ = 200
CHARACTERS_READ = 200_000
"""How far into a text a summary looks: a text of megabytes opens as fast as any other."""
PLACES_READ = 50_000
"""Characters of a text in which the sentences of a summary are looked for."""
LONGEST = 700
"""Characters; what is longer is not a sentence but a page without full stops."""
FEWEST_WORDS = 4
FEWEST_CHARACTERS = 10
"""The same for scripts without spaces."""

LEAD_WEIGHT = 0.2
LEAD = 4
"""After that many sentences the weight of the lead has halved."""
REPEATED = 6
"""A story takes up its words again; only a sentence made of little else repeats what was said."""

FULL_STOP = re.compile(r"[.!?…。！？｡؟۔।॥։።။။།][\"'“”’»«)\]」』）】〉》\d\[\s]*$")
SPOKEN = re.compile(r"^[\"'“„‘«»「『].*[\"'”“’»«」』][.。]?$", re.DOTALL)

MARKED = (
    re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+\"[^\"]*\")?\)"),
    re.compile(r"`([^`\n]+)`"),
    re.compile(r"\*\*(?=\S)([^*\n]+)(?<=\S)\*\*"),
    re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+)(?<=\S)\*(?![\w*])"),
)
"""What Markdown writes around words: links, images, code, strong and emphasised ones."""

LIKE_ENOUGH = 0.5
"""The part of a summary's sentence that a sentence of the text must say to be its place."""

Vector = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that a summary may take."""

    place: int
    text: str
    vector: Vector
    """Its terms by how often they stand in it, as long as 1 together."""


def extract(text: str, limit: int = 3) -> str:
    """A summary of at most that many whole sentences, in the order of the text; empty if it has none."""
    read = islice(each_sentence(text[:CHARACTERS_READ]), SENTENCES_READ)
    found = [one for one in read if len(one) <= LONGEST]
    told = [one for one in found if _stands_alone(one)] or found
    candidates = [
        Candidate(place, one, _vector(terms(one))) for place, one in enumerate(dict.fromkeys(told))
    ]
    chosen = _choose(candidates, limit)
    return joined(one.text for one in sorted(chosen, key=lambda one: one.place))


def _stands_alone(sentence: str) -> bool:
    """Whether the sentence is one, is not too short, and is no quotation torn from its speaker."""
    is_long = len(sentence.split()) >= FEWEST_WORDS or (
        not sentence.isascii() and " " not in sentence and len(sentence) >= FEWEST_CHARACTERS
    )
    is_torn = SPOKEN.match(sentence) or not is_balanced(sentence)
    return bool(is_long and FULL_STOP.search(sentence) and not is_torn)


def _vector(found: Sequence[str]) -> Vector:
    counts = Counter(found)
    length = math.sqrt(sum(count * count for count in counts.values()))
    return {term: count / length for term, count in counts.items()}


def _choose(candidates: Sequence[Candidate], limit: int) -> list[Candidate]:
    """The best sentences one after the other, each judged by what those before it have not said."""
    worth = _worths(candidates)
    chosen: list[Candidate] = []
    said: set[str] = set()
    left = list(candidates)
    while left and len(chosen) < limit:
        best = max(left, key=lambda one: _rank(one, worth[one.place], said))
        left.remove(best)
        chosen.append(best)
        said |= best.vector.keys()
    return chosen


def _rank(one: Candidate, worth: float, said: set[str]) -> tuple[float, float, int]:
    news = _news(one, said)
    return worth * news, news, -one.place


def _worths(candidates: Sequence[Candidate]) -> list[float]:
    """What each sentence shares with all others, the lead a little more."""
    total: Counter[str] = Counter()
    for one in candidates:
        total.update(one.vector)
    return [
        max(0.0, _dot(one.vector, total) - 1) * (1 + LEAD_WEIGHT / (1 + one.place / LEAD))
        for one in candidates
    ]


def _news(one: Candidate, said: set[str]) -> float:
    """What part of a sentence counts, from 1 down to 0 where all of it was said before."""
    size = len(one.vector)
    repeated = len(one.vector.keys() & said) / size if size else 1.0
    return 1 - repeated**REPEATED


def _dot(one: Vector, other: Vector) -> float:
    return sum(value * other.get(term, 0.0) for term, value in one.items())


def summarised(body: Body) -> Body:
    """The body with a summary made here, if it came without one."""
    if body.summary:
        return body
    summary = unmarked(extract(body.text))
    return replace(body, summary=summary, summary_origin="extract" if summary else "")


def unmarked(text: str) -> str:
    """A text without what Markdown writes around its words: a summary is shown as it is."""
    for marked in MARKED:
        text = marked.sub(r"\1", text)
    return text


def places(body: Body) -> tuple[tuple[int, int], ...]:
    """Where each sentence of a summary begins in it, and its place in the text, in characters.

    A sentence that is not in the text word for word, because somebody else wrote it, belongs to the
    sentence of the text that says most of it; one that the text does not say is left out.
    """
    text = body.text[:PLACES_READ]
    said = [(one, _vector(terms(unmarked(one)))) for one in each_sentence(text)]
    pairs = (
        (find(body.summary, one), _place(text, one, said)) for one in each_sentence(body.summary)
    )
    return tuple(
        (start, offset) for start, offset in pairs if start is not None and offset is not None
    )


def _place(text: str, sentence: str, said: Sequence[tuple[str, Vector]]) -> int | None:
    offset = find(text, sentence)
    if offset is None and (wanted := _vector(terms(sentence))) and said:
        nearest = max(said, key=lambda one: _dot(one[1], wanted))
        if _dot(nearest[1], wanted) >= LIKE_ENOUGH:
            offset = find(text, nearest[0])
    return offset


def find(text: str, sentence: str) -> int | None:
    """Where a sentence begins in a text whose lines may be broken and quoted otherwise."""
    if (offset := text.find(sentence)) >= 0:
        return offset
    pattern = r"[\s>]*".join(re.escape(word) for word in sentence.split())
    found = re.search(pattern, text) if pattern else None
    return found.start() if found else None
