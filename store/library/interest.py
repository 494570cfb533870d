"""The reader's interests: a small model, learnt from what was done with articles.

It is a logistic regression over the words of titles, feeds, categories and authors, with adaptive
steps (AdaGrad; Duchi, Hazan and Singer 2011), and is learnt from the journal in a second or less.
What was opened, read to the end, starred or tagged counts for its features; what was deleted, marked
as read unopened, or passed over counts against them. Each weight has a name, so that it can say why.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from store.model.article import ArticleRow
from store.text.keywords import UNINFORMATIVE_WORDS
from store.text.terms import extract_terms

FeatureKind = Literal["word", "feed", "category", "author"]
Feature = tuple[FeatureKind, str]
ReasonKind = Literal["word", "feed", "category", "author", "size", "rarity"]

MIN_EXAMPLES = 10
"""Articles for which something speaks, and articles against which, before anything is learnt."""
MAX_EXAMPLES = 3000
"""The latest articles that were wanted, and as many of those that were not, that are learnt from."""
PASSES = 4
"""Times the examples are gone through."""
STEP_SIZE, SHRINKAGE = 0.4, 0.002
"""The first step of a weight, and the share by which each step draws it to nothing."""
MIN_REASON_WEIGHT = 0.1
"""The least weight that is given as a reason."""
MAX_REASONS = 4
MAX_STORED_WEIGHTS = 5000
STEP_EXAMPLES = 250
"""Examples learnt between two steps."""


class Signal(NamedTuple):
    """A sign that an article was wanted or not, and its strength."""

    is_wanted: bool
    strength: float = 1.0


class Reason(NamedTuple):
    """One cause of an article's score; it counts against the article if the weight is negative."""

    kind: ReasonKind
    name: str
    """That of the feature; the number of articles of a story."""
    weight: float


def iter_features(row: ArticleRow, authors: Iterable[str] = ()) -> Iterator[Feature]:
    """Yield the features of an article."""
    for term in dict.fromkeys(extract_terms(row.title)):
        if term not in UNINFORMATIVE_WORDS and not term.isdigit():
            yield "word", term
    if row.feed_key:
        yield "feed", row.feed_key
    if row.category:
        yield "category", row.category
    for author in authors:
        yield "author", author


def strongest_reasons(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Return the reasons that count most, in their order."""
    return tuple(sorted(reasons, key=lambda each: -abs(each.weight))[:MAX_REASONS])


class InterestModel:
    """Weights by feature, and one that all articles share."""

    def __init__(self, weights: Mapping[Feature, float] | None = None, bias: float = 0.0) -> None:
        """Use these weights; without any, nothing is known and all articles are equal."""
        self.weights: dict[Feature, float] = dict(weights or {})
        self.bias = bias

    @property
    def is_known(self) -> bool:
        """True if anything was learnt."""
        return bool(self.weights)

    def score(self, features: Iterable[Feature]) -> float:
        """Return the log odds that an article is wanted, relative to one nothing is known of."""
        return sum(self.weights.get(feature, 0.0) for feature in features)

    def explain(self, features: Iterable[Feature]) -> tuple[Reason, ...]:
        """Return the features that count most for an article or against it, the strongest first."""
        found = [Reason(*feature, self.weights.get(feature, 0.0)) for feature in features]
        strong = [reason for reason in found if abs(reason.weight) >= MIN_REASON_WEIGHT]
        return strongest_reasons(strong)

    def to_json(self) -> dict[str, object]:
        """Return the strongest weights as JSON."""
        strongest = sorted(self.weights.items(), key=lambda each: -abs(each[1]))
        weights = [[*feature, round(weight, 4)] for feature, weight in strongest]
        return {"bias": round(self.bias, 4), "weights": weights[:MAX_STORED_WEIGHTS]}

    @classmethod
    def from_json(cls, values: Mapping[str, object]) -> InterestModel:
        """Return the model that `to_json` encoded.

        Raises:
            KeyError, TypeError, ValueError: The values are not what `to_json` returns.
        """
        weights, bias = values["weights"], values["bias"]
        if not isinstance(weights, list) or not isinstance(bias, int | float):
            raise TypeError("not a model")
        return cls({(kind, str(name)): float(weight) for kind, name, weight in weights}, bias)


Example = tuple[Sequence[Feature], Signal]


def choose_examples(signals: Mapping[str, Signal]) -> dict[str, Signal]:
    """Return the latest signals, for and against, in their order; at most `MAX_EXAMPLES` of each."""
    chosen: set[str] = set()
    for is_wanted in (True, False):
        found = [article for article, each in signals.items() if each.is_wanted == is_wanted]
        chosen.update(found[-MAX_EXAMPLES:])
    return {article: signal for article, signal in signals.items() if article in chosen}


def learn_interests(examples: Sequence[Example]) -> Generator[None, None, InterestModel]:
    """Learn a model from examples, in steps; one of nothing from too few."""
    wanted = sum(signal.is_wanted for _, signal in examples)
    model = InterestModel()
    if min(wanted, len(examples) - wanted) < MIN_EXAMPLES:
        return model
    weights = model.weights
    squares: dict[Feature, float] = {}
    bias, bias_squares = 0.0, 0.0
    for number in range(PASSES * len(examples)):
        features, (is_wanted, strength) = examples[number % len(examples)]
        score = bias + sum([weights.get(feature, 0.0) for feature in features])
        error = strength * (is_wanted - 1 / (1 + math.exp(-max(-30.0, min(30.0, score)))))
        bias_squares += error * error
        bias += STEP_SIZE * error / (1e-6 + math.sqrt(bias_squares))
        for feature in features:
            before = weights.get(feature, 0.0)
            slope = error - SHRINKAGE * before
            total = squares[feature] = squares.get(feature, 1.0) + slope * slope
            weights[feature] = before + STEP_SIZE * slope / math.sqrt(total)
        if not number % STEP_EXAMPLES:
            yield
    model.bias = bias
    return model
