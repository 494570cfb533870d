"""The query language: syntax trees, and the places of errors."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.model.errors import InvalidQuery
from store.search.language import QUERY_FIELDS, describe_unfinished_value, parse_query
from store.search.syntax_tree import (
    MATCH_ALL,
    And,
    CategoryCondition,
    Not,
    Or,
    QueryNode,
    RangeCondition,
    StateCondition,
    ValueCondition,
    WordsCondition,
)

NOW = int(datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp())
DAY = 86_400


def at(*day: int) -> int:
    return int(datetime(*day, tzinfo=UTC).timestamp())  # type: ignore[misc,arg-type]


A, B, C = WordsCondition("a"), WordsCondition("b"), WordsCondition("c")


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("", MATCH_ALL),
        ("a", A),
        ("a b", And((A, B))),
        ("a AND b", And((A, B))),
        ("a or b c", Or((A, And((B, C))))),
        ("a | b OR c", Or((A, B, C))),
        ("(a or b) c", And((Or((A, B)), C))),
        ("-a", Not(A)),
        ("-(a b) c", And((Not(And((A, B))), C))),
        ("a - b", And((A, B))),
        ("well-known", WordsCondition("well-known")),
        ("12:30", WordsCondition("12:30")),
        ("https://x.example", WordsCondition("https://x.example")),
        ('"a  phrase"', WordsCondition("a  phrase", is_phrase=True)),
        ("“a phrase”", WordsCondition("a phrase", is_phrase=True)),
        ('"or"', WordsCondition("or", is_phrase=True)),
        ('""', MATCH_ALL),
        ("har*", WordsCondition("har", is_prefix=True)),
        ("title:a", WordsCondition("a", "title")),
        ('text:"a b"', WordsCondition("a b", "text", is_phrase=True)),
        ("-summary:a", Not(WordsCondition("a", "summary"))),
        ("category:nhk", CategoryCondition("nhk")),
        ('Category:"world news"', CategoryCondition("world news")),
        ("tag:sea", ValueCondition("tag", "sea")),
        ("source:feed", ValueCondition("source", "feed")),
        ("lang:pt*", ValueCondition("lang", "pt", is_prefix=True)),
        ("is:unread", StateCondition("unread")),
        ("IS:Starred", StateCondition("starred")),
        ("words:>800", RangeCondition("words", 801)),
        ("words:<=200", RangeCondition("words", None, 200)),
        ("words:100..300", RangeCondition("words", 100, 300)),
        ("minutes:5", RangeCondition("minutes", 5, 5)),
        ("reads:>=2", RangeCondition("reads", 2)),
        ("date:2022", RangeCondition("when", at(2022, 1, 1), at(2023, 1, 1) - 1)),
        ("date:2022-02", RangeCondition("when", at(2022, 2, 1), at(2022, 3, 1) - 1)),
        ("date:2022-12", RangeCondition("when", at(2022, 12, 1), at(2023, 1, 1) - 1)),
        ("date:2022-02-28", RangeCondition("when", at(2022, 2, 28), at(2022, 3, 1) - 1)),
        ("date:9999", RangeCondition("when", at(9999, 1, 1), at(9999, 12, 31) + 86_399)),
        ("date:9999-12", RangeCondition("when", at(9999, 12, 1), at(9999, 12, 31) + 86_399)),
        ("date:9999-12-31", RangeCondition("when", at(9999, 12, 31), at(9999, 12, 31) + 86_399)),
        ("date:>2022-02", RangeCondition("when", at(2022, 3, 1))),
        ("date:2021..2022-01", RangeCondition("when", at(2021, 1, 1), at(2022, 2, 1) - 1)),
        ("date:..2021", RangeCondition("when", None, at(2022, 1, 1) - 1)),
        ("added:yesterday", RangeCondition("added", at(2026, 11, 21), at(2026, 11, 22) - 1)),
        ("newer:7d", RangeCondition("when", NOW - 7 * DAY)),
        ("older:2w", RangeCondition("when", None, NOW - 14 * DAY - 1)),
    ],
)
def test_syntax_trees_of_queries(text: str, node: QueryNode) -> None:
    assert parse_query(text, NOW) == node


@pytest.mark.parametrize(
    ("text", "column", "reason"),
    [
        ("harbour date:feb", 14, "date: expected a date such as 2022"),
        ("date:2022-13", 6, "not “2022-13”"),
        ("is:unred", 4, "read, unread, starred, unstarred, begun or updated, not “unred”"),
        ("words:many", 7, "expected a number"),
        ("words:300..100", 7, "not “300..100”"),
        ("date:2022..2021", 6, "not “2022..2021”"),
        ("newer:soon", 7, "expected an age such as 12h, 7d"),
        ("categ:nhk", 1, "did you mean category:?"),
        ("title: a", 1, "needs a value right after the colon"),
        ("category:-nhk", 10, "put “-” before category:"),
        ("a (b or c", 3, "unmatched “(”"),
        ("a) b", 2, "unmatched “)”"),
        ('a "b c', 3, "unmatched quote"),
        ("a or", 3, "nothing after “or”"),
        ("or a", 1, "nothing before “or”"),
        ("(" * 60 + "a" + ")" * 60, 41, "nested too deeply"),
        ("a" * 3000, 2001, "at most 2,000 characters"),
    ],
)
def test_errors_name_their_column(text: str, column: int, reason: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        parse_query(text, NOW)
    assert str(caught.value).startswith(f"column {column}: ")
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("harb", WordsCondition("harb", is_prefix=True)),
        ("a harb", And((A, WordsCondition("harb", is_prefix=True)))),
        ("a ", A),
        ('"a b', WordsCondition("a b", is_phrase=True, is_prefix=True)),
        ("(a or", A),
        ("a -", A),
        ("a -b", And((A, Not(B)))),
        ("a dat", And((A, WordsCondition("dat", is_prefix=True)))),
        ("a date:", A),
        ("a date:20", A),
        ("a is:un", A),
        ("category:wor", CategoryCondition("wor", is_prefix=True)),
    ],
)
def test_unfinished_queries_are_parsed_as_far_as_possible(text: str, node: QueryNode) -> None:
    found = parse_query(text, NOW, typing=True)
    assert found in (node, And((node,)))


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("date:", "date"),
        ("date:feb", "date"),
        ("harbour -date:feb", "date"),
        ("is:", "is"),
        ("is:unr", "is"),
        ("words:>", "words"),
        ("newer:7", "newer"),
        ("date:2022", ""),
        ("is:unread", ""),
        ("category:wor", ""),
        ("date:2022 harb", ""),
        ('"harb', ""),
        ("", ""),
    ],
)
def test_what_the_value_being_typed_has_to_be(text: str, field: str) -> None:
    expected = f"{field}: {QUERY_FIELDS[field].hint}" if field else ""
    assert describe_unfinished_value(text, NOW) == expected


@given(st.text(alphabet='ab -"():*.<>1|“”or', max_size=40) | st.text(max_size=40))
@settings(max_examples=50)
def test_any_text_is_parsed_or_rejected_at_an_offset_in_it(text: str) -> None:
    for typing in (False, True):
        places = [place_of_error(text[:end], typing=typing) for end in range(len(text) + 1)]
        assert all(0 <= place <= end for end, place in enumerate(places))


def place_of_error(text: str, *, typing: bool) -> int:
    """Where a query goes wrong; 0 for one that can be understood."""
    try:
        parse_query(text, NOW, typing=typing)
    except InvalidQuery as error:
        return error.offset
    return 0


@given(st.text(alphabet='ab "(', max_size=20), st.sampled_from(sorted(QUERY_FIELDS)))
@settings(max_examples=50)
def test_no_prefix_of_a_query_is_an_error_while_typing(text: str, field: str) -> None:
    whole = f"{text} {field}:"
    prefixes = [whole[:end] for end in range(len(whole) + 1)]
    assert [each for each in prefixes if place_of_error(each, typing=True)] == []
