"""Searching a library: with and without the index, words and facts, snippets and highlights."""

from __future__ import annotations

from dataclasses import replace

import pytest

from store.library import indexer
from store.library.protocol import Library
from store.model.article import Body, ParsedArticle
from store.model.errors import InvalidQuery
from store.search.list_query import ListQuery, SearchQuery
from tests.support.libraries import (
    Client,
    FakeClock,
    Machine,
    NewClient,
    add,
    article,
    article_id,
    ids,
    index,
    list_numbers,
    list_rows,
)

TEXTS = {
    1: "The harbour was closed. Fog lay over the harbours of the north.",
    2: "Fog in Zürich, and a café that was open.",
    3: "東京都は晴れ。",
    4: "Nothing of the kind. " * 40 + "Then the harbour master spoke.",
    6: "Captain O’Brien and a lamp.",
}


def made(number: int) -> ParsedArticle:
    found = article(number, tags=("sea", "high seas") if number == 1 else (), language="en-GB")
    return replace(found, body=Body(TEXTS.get(number, "Plain."), summary=f"Summary of {number}."))


@pytest.fixture(scope="module")
def library(new_client: NewClient) -> Library:
    opened = new_client(FakeClock()).open()
    add(opened, map(made, range(1, 7)))
    opened.record("read", ids(1, 2))
    opened.record("starred", ids(2))
    opened.record("edited", ids(5), to={"title": "Lighthouse keepers"})
    for _ in opened.update_index():
        pass
    return opened


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("fog", [2, 1]),
        ("fog harbour", [1]),
        ("fog -harbour", [2]),
        ("fog or harbour", [4, 2, 1]),
        ("-fog", [6, 5, 4, 3]),
        ('"fog lay over"', [1]),
        ('"the harbour"', [4, 1]),
        ("harbour is:unread", [4]),
        ("harbour or is:starred", [4, 2, 1]),
        ("(harbour is:read) or lighthouse", [5, 1]),
        ("title:lighthouse", [5]),
        ("lighthouse*", [5]),
        ("text:lighthouse", []),
        ("summary:4", [4]),
        ("tag:sea", [1]),
        ('tag:"High Seas"', [1]),
        ("tag:high", []),
        ("-tag:sea fog", [2]),
        ("lang:en", [6, 5, 4, 3, 2, 1]),
        ("lang:de", []),
        ("source:import harbour", [4, 1]),
        ("category:science", [4, 1]),
        ("category:SCIENCE -fog", [4]),
        ("words:>=500", [6, 5]),
        ("東京", [3]),
        ("cafe zurich", [2]),
        ('"harbur"', []),
    ],
)
def test_queries_find_the_right_articles(library: Library, query: str, expected: list[int]) -> None:
    assert list_numbers(library, text=query) == expected
    matches = library.search(SearchQuery(query, newest_first=True))
    assert [row.id for row in matches.rows] == ids(*expected)
    assert (matches.total, matches.is_exact, matches.note) == (len(expected), True, "")
    best = library.search(SearchQuery(query), limit=1)
    assert best.total >= len(best.rows) == min(1, len(expected))


def test_a_list_with_a_query_is_filtered_and_sorted(library: Library) -> None:
    query = ListQuery(show="unread", text="harbour or lighthouse", sort="words")
    assert [row.id for row in list_rows(library, query)] == ids(5, 4)


def test_the_best_hit_comes_first(library: Library) -> None:
    assert [row.id for row in library.search(SearchQuery("harbour")).rows] == ids(1, 4)


def test_snippets_have_highlights(library: Library) -> None:
    matches = library.search(SearchQuery("harbour or cafe"))
    lines = library.snippets(matches, ids(1, 2, 3, 4))
    marked = {
        article: [each.text[start:end] for start, end in each.highlights]
        for article, each in lines.items()
    }
    assert marked == dict(
        zip(ids(1, 2, 3, 4), [["harbour", "harbours"], ["café"], [], ["harbour"]], strict=True)
    )
    assert lines[article_id(3)].text == "Summary of 3."
    assert lines[article_id(4)].text == "…Then the harbour master spoke."


@pytest.mark.parametrize(
    ("pattern", "words"),
    [('"(a+)+$"', '"a+"'), ("f.g", '"f g"'), ("[fog]*$", "fog"), ("h.*r", '"h r"')],
)
def test_a_query_is_words_and_never_a_pattern(library: Library, pattern: str, words: str) -> None:
    """Case 106: of a regular expression the letters count, and signs as they are written."""
    assert list_numbers(library, text=pattern) == list_numbers(library, text=words)


def test_an_invalid_query_is_rejected(library: Library) -> None:
    for ask in (
        lambda: list_rows(library, ListQuery(text="date:feb")),
        lambda: library.search(SearchQuery("date:feb")),
    ):
        with pytest.raises(InvalidQuery):
            ask()


def test_without_an_index_titles_and_categories_are_searched(client: Client) -> None:
    opened = client.open()
    add(opened, map(made, range(1, 7)))
    assert list_numbers(opened, text='title or "world"') == [6, 5, 4, 3, 2, 1]
    matches = opened.search(SearchQuery("scien", is_typing=True))
    assert [row.id for row in matches.rows] == ids(4, 1)
    assert "not indexed" in matches.note
    assert list_numbers(opened, text="harbour") == []
    assert list_numbers(opened, text="tag:sea") == [1]
    assert opened.search(SearchQuery("is:unread")).note == ""


def test_a_text_is_read_from_a_file_in_another_layout(machine: Machine) -> None:
    opened = machine.open()
    add(opened, map(made, range(1, 4)))
    for path in machine.segments("texts"):
        path.write_bytes(path.read_bytes().replace(b'":{"text":"', b'": {"text": "'))
    lines = opened.snippets(index(opened).search(SearchQuery("fog")), ids(1, 2))
    assert [each.text[:3] for each in lines.values()] == ["…Fo", "Fog"]


@pytest.mark.parametrize(
    ("typed", "found", "corrected"),
    [
        ("harbuor", [1, 4], "harbour"),
        ("Harbuor", [1, 4], "harbour"),
        ("harbuor fog", [1], "harbour fog"),
        ("harbuor -fgo", [1, 4], "harbour -fgo"),
        ("zuerich", [2], "zurich"),
        ("zurihc", [2], "zurich"),
        ("title:lighthosue", [5], "title:lighthouse"),
        ("text:lighthosue", [], ""),
        ("(harbuor or café) is:read", [2], ""),
        ("harbuor is:unread", [4], "harbour is:unread"),
        ("harbuor is:starred", [], ""),
        ('"harbuor"', [], ""),
        ('"harbuor" or kidn', [4], '"harbuor" or kind'),
        ("harbuor*", [], ""),
        ("harbourmaster", [4], "harbour master"),
        ("hzrbour mastr", [4], "harbour master"),
        ("masterharbour", [], ""),
        ("OBrien", [6], "o brien"),
        ("alamp", [6], "a lamp"),
        ("fgo", [], ""),
        ("1234567 c++harbuor", [], ""),
        ("-harbuor is:starred", [2], ""),
    ],
)
def test_misspelt_words_are_corrected(
    library: Library, typed: str, found: list[int], corrected: str
) -> None:
    matches = library.search(SearchQuery(typed))
    assert sorted(row.id for row in matches.rows) == ids(*found)
    assert (matches.corrected, matches.is_loosened, matches.suggested) == (corrected, False, "")
    assert list_numbers(library, text=typed) == ([] if corrected else found[::-1]), "lists do not"
    if corrected:
        assert library.correct_query(typed) == corrected


@pytest.mark.parametrize(
    ("typed", "found", "suggested", "is_loosened"),
    [
        ("harbo", [1, 4], "", False),
        ("harbuor", [], "harbour", False),
        ("fog harbuor", [2, 1], "fog harbour", True),
        ("fog xyz", [2, 1], "", True),
        ("xyzxyz harbuor", [], "xyzxyz harbour", False),
        ("fog café mas", [2], "", True),
        ('fog "xyz', [2, 1], "", True),
        ('fog "xyz"', [], "", False),
        ("fog title:x", [2, 1], "", True),
        ("xyz", [], "", False),
    ],
)
def test_a_word_being_typed_is_not_corrected_yet(
    library: Library, typed: str, found: list[int], suggested: str, is_loosened: bool
) -> None:
    matches = library.search(SearchQuery(typed, is_typing=True))
    assert sorted(row.id for row in matches.rows) == sorted(ids(*found))
    assert (matches.corrected, matches.suggested) == ("", suggested)
    assert matches.is_loosened == is_loosened


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("fog master café", [2]),
        ("harbour café", [2, 1, 4]),
        ("harbour xyzxyz", [1, 4]),
        ("north closed master spoke", [1, 4]),
        ("north master spoke xyzxyz", [4]),
        ("café master is:read", [2]),
        ("café master -kind", [2]),
        ('café "harbour master"', []),
        ("café title:plain", []),
        ("(café or xyz) master", [2, 4]),
        ("xyzxyz abcabc", []),
    ],
)
def test_where_no_article_has_all_words_those_with_most_are_found(
    library: Library, typed: str, found: list[int]
) -> None:
    matches = library.search(SearchQuery(typed))
    assert [row.id for row in matches.rows] == ids(*found)
    assert matches.is_loosened == bool(found)
    assert list_numbers(library, text=typed) == []


def test_articles_with_more_of_the_alternatives_come_first(library: Library) -> None:
    """Article 4 has two of the words, in a long text; article 5 has one in its title."""
    found = library.search(SearchQuery("lighthouse or spoke or master"))
    assert [row.id for row in found.rows] == ids(4, 5)


SPELLINGS = {
    1: "The colours of the harbors were organised in a theater. 10 a.m. to 5 pm.",
    2: "Colors, harbours, organizations and theatres; Labour. A Ph.D. 10am, 9 am to 5 p.m.",
    3: "Co-operation by e-mail with the U.S. and the UK. Her PhD.",
    4: "They cooperate by emails with the US and the U.K.",
    5: "They told us: organ and labor. It is on-line, 5 per cent.",
    6: "IT IS US: who is online at 5 percent?",
}


@pytest.fixture(scope="module")
def spellings(new_client: NewClient) -> Library:
    opened = new_client(FakeClock()).open()
    add(opened, (replace(article(n), body=Body(text)) for n, text in SPELLINGS.items()))
    for _ in opened.update_index():
        pass
    return opened


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("colour", [2, 1]),
        ("color", [2, 1]),
        ("harbour", [2, 1]),
        ("HARBOR", [2, 1]),
        ("theatre", [2, 1]),
        ("theater", [2, 1]),
        ("labour", [5, 2]),
        ("labor", [5, 2]),
        ("organise", [2, 1]),
        ("organizing", [2, 1]),
        ("text:colour", [2, 1]),
        ("title:colour", []),
        ("-colour title:title", [6, 5, 4, 3]),
        ("cooperation", [4, 3]),
        ("co-operation", [4, 3]),
        ("email", [4, 3]),
        ("e-mail", [4, 3]),
        ("on-line", [6, 5]),
        ("percent", [6, 5]),
        ("PhD", [3, 2]),
        ("ph.d.", [3, 2]),
        ("a.m.", [2, 1]),
        ("am", [2, 1]),
        ("p.m.", [2, 1]),
        ("pm", [2, 1]),
        ("UK", [4, 3]),
        ("uk", [4, 3]),
        ("u.k.", [4, 3]),
        ("U.S.", [6, 4, 3]),
        ("u.s", [6, 4, 3]),
        ("US", [6, 5, 4, 3]),
        ("us", [6, 5, 4, 3]),
        ('"colour"', []),
        ('"colours"', [1]),
        ('"U.S."', [3]),
        ('"US"', [6, 5, 4]),
        ('"cooperate"', [4]),
        ("colo*", [2, 1]),
    ],
)
def test_other_spellings_of_a_word_are_found(
    spellings: Library, query: str, expected: list[int]
) -> None:
    assert list_numbers(spellings, text=query) == expected
    assert not spellings.search(SearchQuery(query)).corrected


def test_other_spellings_are_highlighted(spellings: Library) -> None:
    matches = spellings.search(SearchQuery("harbour cooperation UK labour or color"))
    marked = {
        SPELLINGS[number][start:end]
        for number in SPELLINGS
        for start, end in matches.highlighter.find_spans(SPELLINGS[number])
    }
    assert marked == {
        *("colours", "Colors", "harbors", "harbours", "labor", "Labour"),
        *("Co-operation", "cooperate", "UK", "U.K"),
    }


def test_signs_that_make_a_word_are_kept(client: Client) -> None:
    opened = client.open()
    texts = {1: "Written in C++.", 2: "Written in C#.", 3: "Written in C."}
    add(opened, (replace(article(n), body=Body(text)) for n, text in texts.items()))
    for _ in opened.update_index():
        pass
    for query, found in {"c++": [1], "C#": [2], "C": [3, 2, 1]}.items():
        assert list_numbers(opened, text=query) == found


def test_many_changes_are_indexed_in_steps_between_which_there_are_others(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was tagged after it was looked at is indexed by the next update, unless by this one."""
    monkeypatch.setattr(indexer, "PLAN_STEP_SIZE", 2)
    opened = client.open()
    add(opened, map(article, range(1, 8)))
    for _ in opened.update_index():
        pass
    opened.record("tagged", ids(1, 2, 3, 4, 5), tag="later")
    steps = opened.update_index()
    next(steps)
    opened.record("tagged", ids(1, 6), tag="soon")
    for _ in steps:
        pass
    assert list_numbers(opened, text="tag:later") == [5, 4, 3, 2, 1]
    is_found = list_numbers(opened, text="tag:soon") == [6, 1]
    assert opened.is_index_stale is not is_found
    for _ in opened.update_index():
        pass
    assert list_numbers(opened, text="tag:soon") == [6, 1]
    assert not opened.is_index_stale
