"""Made-up articles, the same ones for the same number: for measuring at size."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from store.importers.article_builder import build_article
from store.model.article import ParsedArticle
from store.model.times import format_timestamp

PLACES = [
    "Arden",
    "Belmont",
    "Corvane",
    "Dunmere",
    "Estrel",
    "Fallow",
    "Garren",
    "Hollin",
    "Ister",
    "Jurva",
    "Kell",
    "Lorne",
]
BODIES = [
    "Agency",
    "Board",
    "Chamber",
    "Council",
    "Exchange",
    "Institute",
    "Ministry",
    "Office",
    "School",
    "Union",
]
THINGS = [
    "bridge",
    "budget",
    "census",
    "dam",
    "engine",
    "ferry",
    "glacier",
    "harbour",
    "index",
    "library",
    "market",
    "observatory",
    "pipeline",
    "quarry",
    "railway",
    "school",
    "treaty",
    "vaccine",
    "vineyard",
    "wage",
    "winter",
]
ACTS = [
    "approves",
    "blocks",
    "counts",
    "delays",
    "finds",
    "maps",
    "opens",
    "prices",
    "repairs",
    "tests",
]
LATEST = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


def articles(number: int) -> Iterator[ParsedArticle]:
    """That many articles, the newest first, of about 370 words each."""
    chance = random.Random(number)
    when = LATEST
    now = format_timestamp(LATEST)
    for index in range(number):
        when -= timedelta(seconds=chance.randint(40, 1200))
        yield build_article(
            _fields(chance, index, format_timestamp(when)), source="import", now=now
        )


def _fields(chance: random.Random, index: int, date: str) -> dict[str, object]:
    place, thing = chance.choice(PLACES), chance.choice(THINGS)
    who = f"{place} {chance.choice(BODIES)}"
    return {
        "title": f"{who} {chance.choice(ACTS)} the {thing}, number {index}",
        "url": f"https://news.example/{index}",
        "category": thing,
        "date": date,
        "text": "\n\n".join(_paragraph(chance, who, thing) for _ in range(8)),
        "summary": f"The {who} has spoken about the {thing}. Others in {place} disagree.",
    }


def _paragraph(chance: random.Random, who: str, thing: str) -> str:
    return " ".join(
        f"The {who} {chance.choice(ACTS)} what the {chance.choice(BODIES).lower()} said about the "
        f"{thing} and the {chance.choice(THINGS)} in {chance.choice(PLACES)}."
        for _ in range(3)
    )
