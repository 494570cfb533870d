"""Terms of a text."""

from __future__ import annotations

import pytest

from store.text.terms import extract_terms, find_matching_words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("The of and, to!", []),
        ("Harbour talks", ["harbour", "talk"]),
        ("parties, churches, boxes, glasses", ["party", "church", "box", "glass"]),
        ("news, politics, crisis, virus, gas", ["news", "politics", "crisis", "virus", "gas"]),
        ("Kyiv's port", ["kyiv", "port"]),
        ("Kyiv’s ‘port’", ["kyiv", "port"]),
        ("They don't agree", ["agree"]),
        ("O'Neill on l'Ukraine", ["oneill", "ukraine"]),
        ("the U.S. and the US", ["us", "us"]),
        ("São Paulo, Zürich, Straße", ["sao", "paulo", "zurich", "strasse"]),
        ("Zu\u0308rich", ["zurich"]),
        ("ＡＢＣ 2024", ["abc", "2024"]),
        ("snake_case", ["snake", "case"]),
        ("Йод и ёлка", ["иод", "елка"]),
        ("مُحادثات أوكرانيا", ["محادثات", "اوكرانيا"]),
        ("हिन्दी समाचार", ["हिन्दी", "समाचार"]),
        ("東京湾", ["東京", "京湾"]),
        ("港", ["港"]),
        ("AI時代の話", ["ai", "時代", "代の", "の話"]),
        ("한국 뉴스", ["한국", "뉴스"]),
    ],
)
def test_terms(text: str, expected: list[str]) -> None:
    assert extract_terms(text) == expected


def test_lone_surrogates() -> None:
    """Case 52: a lone surrogate never raises."""
    assert extract_terms("harbour \ud800 opens") == ["harbour", "open"]


def test_matching_words_keep_their_form() -> None:
    wanted = set(extract_terms("elan, party, us, kyiv"))
    assert list(find_matching_words("Kyiv’s Élan: parties of the U.S.", wanted)) == [
        ("kyiv", ("kyiv",)),
        ("élan", ("elan",)),
        ("parties", ("party",)),
        ("u.s.", ("us",)),
    ]


def test_matching_pairs_are_joined() -> None:
    wanted = set(extract_terms("東京湾で船") + extract_terms("漁業"))
    assert list(find_matching_words("新東京湾と漁業", wanted)) == [
        ("東京湾", ("東京", "京湾")),
        ("漁業", ("漁業",)),
    ]
