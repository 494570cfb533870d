"""Articles as `tsvector`: places, weights, facts, and what a vector has no room for."""

from __future__ import annotations

import re
from typing import Any

import pytest

from store.model.article import Article, Body
from store.postgres import text_vector
from store.postgres.text_vector import make_document, quote_word, title_word


def vector(text: str = "", summary: str = "", **facts: Any) -> dict[str, str]:
    """Return the words of part 0 with their places, without the word for the whole title."""
    part = make_document(Article("x", facts.pop("title", ""), **facts), Body(text, summary)).parts[
        0
    ]
    found = re.findall(r"'((?:[^']|'')*)'(?::(\S+))?", part)
    return {word: places for word, places in found if not word.startswith(" whole ")}


@pytest.mark.parametrize(
    ("article", "expected"),
    [
        ({"text": "The fog, the FOG."}, {"the": "1,3", "fog": "2,4"}),
        ({"title": "Fog"}, {"fog": "1A", " title fog": "1A"}),
        (
            {"title": "A fog", "text": "Fog"},
            {"a": "1A", " title a": "1A", "fog": "2A,13", " title fog": "2A"},
        ),
        ({"summary": "A sum"}, {"a": "1B", "sum": "2B"}),
        (
            {"category": "World", "tags": ("High seas", "c#")},
            {
                "world": "1C",
                " topic world": "1C",
                "high": "12C",
                " topic high": "12C",
                "seas": "13C",
                " topic seas": "13C",
                "c": "24C",
                " topic c": "24C",
                "c#": "16383C",
                " topic c#": "16383C",
                " tag high seas": "",
                " tag c#": "",
            },
        ),
        (
            {"authors": ("Ann Moar", "Bo")},
            {" author ann": "1", " author moar": "2", " author bo": "13"},
        ),
        ({"language": "pt-BR", "source": "feed"}, {" lang pt-br": "", " source feed": ""}),
        ({"text": "東京都 o’clock"}, {"東京": "1", "京都": "2", "都": "3", "o": "4", "clock": "5"}),
        ({"text": "In C++\x00."}, {"in": "1", "c": "2", "c++": "16383"}),
        ({"text": f"a {'x' * 200} b"}, {"a": "1", "b": "3"}),
        ({"text": "**bold**"}, {"bold": "1"}),
    ],
)
def test_words_have_places_and_fields_have_weights(
    article: dict[str, Any], expected: dict[str, str]
) -> None:
    assert vector(**article) == expected


def test_words_and_lengths_are_known_by_field() -> None:
    made = make_document(Article("x", "Old fog", authors=("Ann",)), Body("Fog is c++ fog."))
    assert made.words["title"] == {"old", "fog"}
    assert made.words["body"] == {"fog", "is", "c"}
    assert made.words["author"] == {"ann"}
    assert (made.title_words, made.text_words) == (2, 4)


@pytest.mark.parametrize(
    ("word", "quoted"), [("fog", "'fog'"), ("it's", "'it''s'"), ("a\\b", "'a\\\\b'")]
)
def test_words_are_quoted(word: str, quoted: str) -> None:
    assert quote_word(word) == quoted


def test_titles_are_compared_without_case_and_accents() -> None:
    assert title_word("Café à la CARTE") == title_word("cafe a la carte") != title_word("cafe")


def test_a_long_text_has_further_parts_that_overlap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_vector, "MAX_PART_WORDS", 4)
    monkeypatch.setattr(text_vector, "OVERLAP_WORDS", 1)
    first, *others = make_document(Article("x", ""), Body("a b c d e f g h a")).parts
    assert others == ["'d':1 'e':2 'f':3 'g':4", "'g':1 'h':2 'a':3"]
    assert first.endswith("'a':1,16383 'b':2 'c':3 'd':4 'e':16383 'f':16383 'g':16383 'h':16383")


def test_a_part_ends_where_a_word_has_too_many_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_vector, "MAX_PLACES", 2)
    monkeypatch.setattr(text_vector, "OVERLAP_WORDS", 1)
    first, *others = make_document(Article("x", ""), Body("a b a c a d a e")).parts
    assert first.endswith("'a':1,3,16383 'b':2 'c':4 'd':16383 'e':16383")
    assert others == ["'c':1 'a':2,4 'd':3 'e':5"]


def test_the_words_of_a_giant_have_no_places_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_vector, "MAX_PLACED_BYTES", 40)
    monkeypatch.setattr(text_vector, "MAX_VECTOR_BYTES", 60)
    text = " ".join(f"w{number:03}" for number in range(100))
    first = make_document(Article("x", ""), Body(text)).parts[0]
    assert "'w000':1" in first
    assert "'w004'" in first
    assert "'w004':" not in first
    assert "w020" not in first
