"""Summaries made here: a few whole sentences of the text, chosen for what they say and where they stand.

The weights follow what extractive summaries have shown again and again: words that the text keeps coming
back to (Luhn 1958), the lead of a news story (Edmundson 1969), and nothing twice (Carbonell and
Goldstein 1998, maximal marginal relevance).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import islice

from store.article import Body
from store.index.sentences import each_sentence, first_sentence, joined, sentences
from store.index.terms import terms

__all__ = ["extract", "first_sentence", "sentences", "summarised"]

SENTENCES_READ = 200
"""How far into a text a summary looks."""
LONGEST = 700
"""Characters; what is longer is not a sentence but a page without full stops."""
FEWEST_WORDS = 4
FEWEST_CHARACTERS = 10
"""The same for scripts without spaces."""

SATURATION = 5.0
TYPICAL_TERMS = 10
"""Keeps short sentences from winning by being short."""
LEAD_WEIGHT = 0.7
LEAD = 4
"""After that many sentences the weight of the lead has halved."""
REPEATED = 3
"""A story takes up its words again; only a sentence made of little else repeats what was said."""

FULL_STOP = re.compile(r"[.!?…。！？｡؟۔।॥։።။។][\"'”’»)\]」』）】〉》\d\[]*$")
SPOKEN = re.compile(r"^[\"'“‘«「『].*[\"'”’»」』][.。]?$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that a summary may take."""

    place: int
    text: str
    terms: frozenset[str]


def extract(text: str, limit: int = 3) -> str:
    """A summary of at most that many whole sentences, in the order of the text; empty if it has none."""
    found = [one for one in islice(each_sentence(text), SENTENCES_READ) if len(one) <= LONGEST]
    told = [one for one in found if _stands_alone(one)] or found
    candidates = [
        Candidate(place, one, frozenset(terms(one)))
        for place, one in enumerate(dict.fromkeys(told))
    ]
    chosen = _choose(candidates, _weights(candidates), limit)
    return joined(one.text for one in sorted(chosen, key=lambda one: one.place))


def _stands_alone(sentence: str) -> bool:
    """Whether the sentence is one, is not too short, and is no quotation torn from its speaker."""
    is_long = len(sentence.split()) >= FEWEST_WORDS or (
        not sentence.isascii() and " " not in sentence and len(sentence) >= FEWEST_CHARACTERS
    )
    is_torn = (
        sentence.count('"') % 2 == 1
        or sentence.count("“") != sentence.count("”")
        or SPOKEN.match(sentence)
    )
    return bool(is_long and FULL_STOP.search(sentence) and not is_torn)


def _weights(candidates: list[Candidate]) -> dict[str, float]:
    counts = Counter(term for one in candidates for term in one.terms)
    return {term: count / (count + SATURATION) for term, count in counts.items()}


def _choose(candidates: list[Candidate], weights: dict[str, float], limit: int) -> list[Candidate]:
    """The best sentences one after the other, each judged by what those before it have not said."""
    chosen: list[Candidate] = []
    said: set[str] = set()
    left = list(candidates)
    while left and len(chosen) < limit:
        best = max(left, key=lambda one: (_worth(one, weights, said), -one.place))
        left.remove(best)
        chosen.append(best)
        said |= best.terms
    return chosen


def _worth(one: Candidate, weights: dict[str, float], said: set[str]) -> float:
    size = len(one.terms)
    density = sum(weights[term] for term in sorted(one.terms)) / (TYPICAL_TERMS + size)
    lead = 1 + LEAD_WEIGHT / (1 + one.place / LEAD)
    repeated = len(one.terms & said) / size if size else 1.0
    return density * lead * (1 - repeated**REPEATED)


def summarised(body: Body) -> Body:
    """The body with a summary made here, if it came without one."""
    if body.summary:
        return body
    summary = extract(body.text)
    return replace(body, summary=summary, summary_origin="extract" if summary else "")
