"""Synthetic articles for measuring at scale, the same ones for the same number."""

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
ORGANISATIONS = [
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
VERBS = [
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


def make_articles(number: int) -> Iterator[ParsedArticle]:
    """Yield that many articles of about 370 words each, the newest first."""
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
    organisation = f"{place} {chance.choice(ORGANISATIONS)}"
    return {
        "title": f"{organisation} {chance.choice(VERBS)} the {thing}, number {index}",
        "url": f"https://news.example/{index}",
        "category": thing,
        "date": date,
        "text": "\n\n".join(_paragraph(chance, organisation, thing) for _ in range(8)),
        "summary": f"The {organisation} has spoken about the {thing}. Others in {place} disagree.",
    }


def _paragraph(chance: random.Random, organisation: str, thing: str) -> str:
    return " ".join(
        f"The {organisation} {chance.choice(VERBS)} what the {chance.choice(ORGANISATIONS).lower()} said about the "
        f"{thing} and the {chance.choice(THINGS)} in {chance.choice(PLACES)}."
        for _ in range(3)
    )
