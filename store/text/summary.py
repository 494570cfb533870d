"""Extractive summaries: a few whole sentences of the text, the most central ones.

The weight of a sentence is the sum of its cosines with all others of the text (degree centrality; Erkan and
Radev 2004, LexRank). The lead of a news story weighs a little more (Edmundson 1969), and a sentence that
repeats a chosen one weighs less (Carbonell and Goldstein 1998, maximal marginal relevance). A brief summary,
which is what is shown, begins with the lead and avoids sentences that need the one before. Only the text
itself is used, so its summary is the same whenever and wherever it is made.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import islice

from store.model.article import Body
from store.text.boilerplate import is_boilerplate
from store.text.markdown import strip_inline_markdown
from store.text.quotations import is_balanced
from store.text.sentences import iter_sentences, join_sentences
from store.text.stop_words import detect_language, stop_words
from store.text.terms import STOP_WORDS, extract_terms

MAX_SUMMARY_INPUT_SENTENCES = 200
MAX_SUMMARY_INPUT_CHARS = 200_000
"""The part of a text that is summarized: a text of megabytes opens as fast as any other."""
MAX_POSITION_INPUT_CHARS = 50_000
"""The part of a text in which the sentences of a summary are located."""
MAX_SENTENCE_CHARS = 700
"""A longer one is no sentence but a page without full stops."""
MIN_SENTENCE_WORDS = 4
MIN_SENTENCE_CHARS = 10
"""The same for scripts without spaces."""

LEAD_WEIGHT = 0.2
LEAD_HALF_LIFE_SENTENCES = 4
"""The weight of the lead halves after this many sentences."""
MAX_BRIEF_SENTENCES = 3
"""A summary of no more sentences is read alone, so it has the lead and is complete in itself."""
DANGLING_WEIGHT = 0.7
"""The weight of a sentence that needs the one before, which is not chosen."""
SIMILARITY_PENALTY = 0.5
"""The part that a sentence loses if it has the same words as those chosen."""
REPETITION_EXPONENT = 6
"""High, because a story repeats its words; only a sentence of little else is a repetition."""

CLOSING_FULL_STOP = re.compile(r"[.!?…。！？｡؟۔।॥։።။။།][\"'“”’»«)\]」』）】〉》\d\[\s]*$")
QUOTATION = re.compile(r"^[\"'“„‘«»「『].*[\"'”“’»«」』][.。]?$", re.DOTALL)
DANGLING_BEGINNING_LIST = """
    he she it they his her its their him them this that these those such both neither either others another
    but and or so yet also however then therefore thus instead meanwhile moreover furthermore besides still
    nevertheless otherwise there here
    er sie es sein seine ihr ihre dies diese dieser dieses aber doch denn auch dabei dazu dafür daher deshalb
    beide und jedoch trotzdem außerdem zudem
    il elle ils elles ce cette ces cela son sa ses leur leurs mais et or aussi pourtant cependant puis ainsi
    él ella ellos ellas esto esta este estos estas pero y también además entonces su sus sin
    lui lei loro questo questa questi queste ma e anche inoltre tuttavia quindi
    hij zij het ze dit dat deze die maar en ook echter
    ele ela eles elas isto isso esse essa mas também porém
    он она оно они это этот эта эти но а и также однако его её их
"""
DANGLING_BEGINNINGS = frozenset(DANGLING_BEGINNING_LIST.split())
"""Words at the start of a sentence that say that it goes on with the one before."""
UNNAMED_SPEAKER = re.compile(
    r"[,.!?\"'”’] ?(?:he|she|they) (?:said|says|added|adds|told|explained|insisted|admitted|claimed|wrote)\b"
)
FIRST_WORD = re.compile(r"[^\w]*([^\W\d_]+)")
WORD_RUN = re.compile(r"[^\s>]+")

MIN_SENTENCE_SIMILARITY = 0.5
"""The least similarity of a summary's sentence with the sentence of the text at its position."""

TermVector = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that the summary may contain."""

    position: int
    """Its place among the candidates."""
    text: str
    vector: TermVector
    """The frequencies of its terms, normalized to length 1."""
    before: str
    """The sentence before it in the text."""


def extract_summary(text: str, limit: int = MAX_BRIEF_SENTENCES) -> str:
    """Return at most `limit` whole sentences, in the order of the text; empty if it has none."""
    select = select_brief if limit <= MAX_BRIEF_SENTENCES else select_central
    return join_candidates(select(find_candidates(text), limit))


def find_candidates(text: str) -> list[Candidate]:
    """Return the sentences of a text that its summary may contain, in order, each once."""
    first = islice(iter_sentences(text[:MAX_SUMMARY_INPUT_CHARS]), MAX_SUMMARY_INPUT_SENTENCES)
    sentences = [each for each in first if len(each) <= MAX_SENTENCE_CHARS]
    before = dict(reversed([*zip(sentences, ["", *sentences], strict=False)]))
    prose = [each for each in sentences if not is_boilerplate(each)]
    usable = [each for each in prose if _is_self_contained(each)] or prose
    stops = stop_words(detect_language(text))
    return [
        Candidate(position, each, _make_term_vector(each, stops), before[each])
        for position, each in enumerate(dict.fromkeys(usable))
    ]


def join_candidates(chosen: Iterable[Candidate]) -> str:
    """Return sentences as a text, in their order."""
    return join_sentences(each.text for each in sorted(chosen, key=lambda each: each.position))


def is_dangling(sentence: str) -> bool:
    """Return True if a sentence begins with a word that needs the sentence before, such as He or But."""
    first = FIRST_WORD.match(sentence)
    return first is not None and first[1].casefold() in DANGLING_BEGINNINGS


def has_unnamed_speaker(sentence: str) -> bool:
    """Return True if a sentence quotes somebody whom a sentence before names."""
    return UNNAMED_SPEAKER.search(sentence) is not None


def _is_self_contained(sentence: str) -> bool:
    """Return True if a sentence is complete, long enough, and no quotation without its speaker."""
    is_long = len(sentence.split()) >= MIN_SENTENCE_WORDS or (
        not sentence.isascii() and " " not in sentence and len(sentence) >= MIN_SENTENCE_CHARS
    )
    is_torn = QUOTATION.match(sentence) or not is_balanced(sentence)
    return bool(is_long and CLOSING_FULL_STOP.search(sentence) and not is_torn)


def _make_term_vector(text: str, stops: Container[str] = STOP_WORDS) -> TermVector:
    counts = Counter(extract_terms(text, stops))
    length = math.sqrt(sum(count * count for count in counts.values()))
    return {term: count / length for term, count in counts.items()}


def needs_sentence_before(sentence: str) -> bool:
    """Return True if a sentence is not understood alone."""
    return is_dangling(sentence) or has_unnamed_speaker(sentence)


def select_central(candidates: Sequence[Candidate], limit: int) -> list[Candidate]:
    """Choose the best sentences one by one, each weighed by what is new after those before it."""
    scores = _score_candidates(candidates)
    chosen: list[Candidate] = []
    known_terms: set[str] = set()
    remaining = list(candidates)

    def rank(candidate: Candidate) -> tuple[float, float, int]:
        novelty = _novelty(candidate, known_terms)
        return scores[candidate.position] * novelty, novelty, -candidate.position

    while remaining and len(chosen) < limit:
        best = max(remaining, key=rank)
        remaining.remove(best)
        chosen.append(best)
        known_terms |= best.vector.keys()
    return chosen


def select_brief(candidates: Sequence[Candidate], limit: int) -> list[Candidate]:
    """Choose the lead, and then the best sentences that can be read without what is left out."""
    scores = _score_candidates(candidates)
    chosen = list(candidates[: min(1, limit)])
    remaining = list(candidates[1:])
    known: Counter[str] = Counter()

    def rank(candidate: Candidate) -> tuple[float, float, int]:
        novelty = _novelty(candidate, known.keys())
        weight = novelty * (1 - SIMILARITY_PENALTY * _cosine(candidate.vector, known))
        if candidate.before not in taken and needs_sentence_before(candidate.text):
            weight *= DANGLING_WEIGHT
        return scores[candidate.position] * weight, novelty, -candidate.position

    while remaining and len(chosen) < limit:
        taken = {each.text for each in chosen}
        known.update(chosen[-1].vector)
        best = max(remaining, key=rank)
        remaining.remove(best)
        chosen.append(best)
    return chosen


def _score_candidates(candidates: Sequence[Candidate]) -> list[float]:
    """Return the centrality of each sentence, that of the lead a little higher."""
    total: Counter[str] = Counter()
    for each in candidates:
        total.update(each.vector)
    return [
        max(0.0, _dot(each.vector, total) - 1)
        * (1 + LEAD_WEIGHT / (1 + each.position / LEAD_HALF_LIFE_SENTENCES))
        for each in candidates
    ]


def _novelty(candidate: Candidate, known_terms: Set[str]) -> float:
    """Return how much of a sentence is new, from 1 down to 0."""
    size = len(candidate.vector)
    repeated = len(candidate.vector.keys() & known_terms) / size if size else 1.0
    return 1 - repeated**REPETITION_EXPONENT


def _cosine(vector: TermVector, other: TermVector) -> float:
    """Return the cosine of a vector of length 1 with another."""
    return _dot(vector, other) / (math.hypot(*other.values()) or 1.0)


def _dot(one: TermVector, other: TermVector) -> float:
    return sum(value * other.get(term, 0.0) for term, value in one.items())


def with_summary(body: Body) -> Body:
    """Return the body with an extracted summary, if it came without one."""
    if body.summary:
        return body
    summary = strip_inline_markdown(extract_summary(body.text))
    return replace(body, summary=summary, summary_origin="extract" if summary else "")


def find_summary_positions(body: Body) -> tuple[tuple[int, int], ...]:
    """Return the offset of each sentence of a summary, and its offset in the text, in characters.

    A sentence that is not in the text word for word gets the offset of the most similar sentence; one that
    has no similar sentence is left out.
    """
    text = body.text[:MAX_POSITION_INPUT_CHARS]
    sentences = [
        (each, _make_term_vector(strip_inline_markdown(each))) for each in iter_sentences(text)
    ]
    pairs = (
        (find_sentence(body.summary, each), _find_closest(text, each, sentences))
        for each in iter_sentences(body.summary)
    )
    return tuple((at, offset) for at, offset in pairs if at is not None and offset is not None)


def _find_closest(text: str, wanted: str, sentences: list[tuple[str, TermVector]]) -> int | None:
    offset = find_sentence(text, wanted)
    if offset is None and sentences and (vector := _make_term_vector(wanted)):
        nearest = max(sentences, key=lambda each: _dot(each[1], vector))
        if _dot(nearest[1], vector) >= MIN_SENTENCE_SIMILARITY:
            offset = find_sentence(text, nearest[0])
    return offset


def find_sentence(text: str, sentence: str) -> int | None:
    """Return the offset of a sentence in a text, whose line breaks and quote marks may differ."""
    if (offset := text.find(sentence)) >= 0:
        return offset
    wanted = "".join(WORD_RUN.findall(sentence))
    offset = "".join(WORD_RUN.findall(text)).find(wanted) if wanted else -1
    for run in WORD_RUN.finditer(text) if offset >= 0 else ():
        if offset < len(run[0]):
            return run.start() + offset
        offset -= len(run[0])
    return None
