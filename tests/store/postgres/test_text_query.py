"""Queries as `tsquery`: by hand, and what the database makes of them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from store.postgres.text_query import TextQueryBuilder, matches_empty, most_of, negate
from store.search.language import parse_query
from store.search.syntax_tree import Most, WordsCondition

FORMS = {"harbour": ("harbour", "harbours"), "law": ("law", "laws")}


def forms(word: str) -> Sequence[str]:
    return FORMS.get(word, (word,))


BUILDER = TextQueryBuilder(forms)


@pytest.mark.parametrize(
    ("query", "exact", "wide"),
    [
        ("fog", "'fog'", ""),
        ("Fog law", "('fog' & ('law' | 'laws'))", ""),
        ("fog -law", "('fog' & !('law' | 'laws'))", ""),
        ("fog or law", "('fog' | ('law' | 'laws'))", ""),
        ("fog (mist or -law)", "('fog' & ('mist' | !('law' | 'laws')))", ""),
        ("harbour", "('harbour' | 'harbours' | 'harbor')", ""),
        ('"harbour"', "'harbour'", ""),
        ('"fog lay over"', "('fog' <1> 'lay' <1> 'over')", "('fog' & 'lay' & 'over')"),
        ('x -"fog lay"', "('x' & !('fog' <1> 'lay'))", "('x' & !' nothing')"),
        ("co-op", "(('co' <1> 'op') | 'coop')", "(('co' & 'op') | 'coop')"),
        ("title:law", "(' title law' | ' title laws')", ""),
        ("text:law", "('law':D | 'laws':D)", "('law' | 'laws')"),
        ("summary:fog", "'fog':B", "'fog'"),
        ("x -summary:fog", "('x' & !'fog':B)", "('x' & !' nothing')"),
        ("author:ann", "' author ann'", ""),
        ("url:bbc", "' url bbc'", ""),
        ("tag:Sea", "' tag sea'", ""),
        ('tag:"High Seas"', "' tag high seas'", ""),
        ("source:feed", "' source feed'", ""),
        ("lang:pt", "(' lang pt' | ' lang pt-':* | ' lang pt_':*)", ""),
        ("fo*", "('fo' | 'fo':*)", ""),
        ('"the fo*"', "('the' <1> 'fo')", "('the' & 'fo')"),
        ("東京都", "('東京' <1> '京都')", "('東京' & '京都')"),
        ("都", "'都':*", ""),
        ("c++", "'c++'", ""),
        ("c++ fog", "('c++' & 'fog')", ""),
        ("O'Brien", "('o' <1> 'brien')", "('o' & 'brien')"),
        ("us", "('us' | ('u.' & '.s' & ('u' & 's')))", None),
        (
            "a/b",
            "(('a/':A & '/b':A & ('a':A <1> 'b':A)) | ('a/':B & '/b':B & ('a':B <1> 'b':B)) |"
            " ('a/':C & '/b':C & ('a':C <1> 'b':C)) | ('a/':D & '/b':D & ('a':D <1> 'b':D)))",
            "('a/' & '/b' & ('a' & 'b'))",
        ),
    ],
)
def test_a_query_is_written_exactly_and_as_the_index_answers_it(
    query: str, exact: str, wide: str | None
) -> None:
    built = BUILDER.build(parse_query(query, 0))
    if wide is None:  # the exact form has a part for each field
        assert built.wide == exact
    else:
        assert (built.exact, built.wide) == (exact, wide or exact)


@pytest.mark.parametrize(
    ("typed", "exact"),
    [
        ("h", "('h' | ' title h':* | ' topic h':*)"),
        ("har", "('har' | 'har':*)"),
        ('"the har', "('the' <1> 'har':*)"),
        ("東京", "'東京':*"),
        ("title:h", "(' title h' | ' title h':*)"),
        ("c+", "'c+':*"),
    ],
)
def test_the_last_word_may_be_incomplete(typed: str, exact: str) -> None:
    assert BUILDER.build(parse_query(typed, 0, typing=True)).exact == exact


@pytest.mark.parametrize(
    ("parts", "query"),
    [
        ("a", "a"),
        ("ab", "(a | b)"),
        ("abc", "((a & (b | c)) | (b & c))"),
        ("abcd", "((a & (b | c | d)) | ((b & (c | d)) | (c & d)))"),
    ],
)
def test_most_parts_are_at_least_half(parts: str, query: str) -> None:
    assert most_of(list(parts)) == query


def test_of_many_parts_the_database_counts_those_that_match() -> None:
    """Whatever has five of ten has two of the first seven."""
    words = "abcdefghij"
    built = BUILDER.build(Most(tuple(map(WordsCondition, words))))
    assert built.wide == most_of([f"'{word}'" for word in words])
    assert "'h'" not in built.wide
    assert (built.parts, built.least) == ([f"'{word}'" for word in words], 5)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("fog", False),
        ("-fog", True),
        ("-fog law", False),
        ("-fog -law", True),
        ("fog or -law", True),
        ("-(fog or -law)", False),
        ("-tag:sea", True),
    ],
)
def test_some_queries_match_texts_without_words(query: str, expected: bool) -> None:
    assert matches_empty(parse_query(query, 0)) is expected


@pytest.mark.parametrize(
    ("query", "phrases"),
    [
        ("fog -law", []),
        ('"fog law" or -"o\'b c"', ["('fog' <1> 'law')", "('o' <1> 'b' <1> 'c')"]),
        ('text:"a b" "a b"', ["('a':D <1> 'b':D)", "('a' <1> 'b')"]),
        ("a/b", [f"('a':{weight} <1> 'b':{weight})" for weight in "ABCD"]),
        ('tag:"a (\'b\' <1> c)" "x \'"', ["('x')"][1:]),
    ],
)
def test_the_phrases_of_a_query_are_known(query: str, phrases: Sequence[str]) -> None:
    assert list(BUILDER.build(parse_query(query, 0)).phrases) == phrases


@pytest.mark.parametrize(
    ("query", "negated"),
    [
        ("-fog", "fog"),
        ("-fog -law", "fog or law"),
        ("fog or -law", "-fog law"),
        ("-(fog law)", "fog law"),
        ("-(fog or law) mist", "(fog or law) or -mist"),
    ],
)
def test_what_does_not_match_is_asked_for_without_double_negations(
    query: str, negated: str
) -> None:
    assert negate(parse_query(query, 0)) == parse_query(negated, 0)
