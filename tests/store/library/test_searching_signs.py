"""Searching for signs, for titles as they are pasted, and by author, address, feed and category."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from store.feeds.subscriptions import Subscription
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
    index,
    list_numbers,
    list_rows,
)

TEXTS = {
    1: "Templates of C++ and the std::vector of it.",
    2: "The C language; vitamin C, at last.",
    3: "F# and .NET, says AT&T in the U.S. today.",
    4: "Look at t-shirts: net worth of us, f and u.",
    5: "Rust 🦀 for 50% of $100, c# too.",
    6: "An std vector of and/or; foo_bar at 12:30.",
    7: "हिन्दी में क़लम। 東京.com",
    8: "C#/.NET Core, C++11/14; ASP.NET at node.js, $1.50; O’Brien",
}
FACTS: dict[int, dict[str, Any]] = {
    1: {
        "category": "News/World",
        "authors": ("Ann Moar", "Bo Li"),
        "url": "https://bbc.example/a/b",
    },
    2: {"category": "news", "authors": ("Ann Other",), "url": "https://other.example/bbc"},
    3: {"category": "newsroom"},
    4: {"category": "Müsik".replace("ü", "u\u0308"), "tags": ("caf\xe9",)},
    5: {"category": "M\xfcsik", "tags": ("cafe\u0301",)},
}


def made(number: int, text: str, **facts: Any) -> ParsedArticle:
    return replace(article(number, **facts), body=Body(text))


@pytest.fixture(scope="module")
def library(new_client: NewClient) -> Library:
    opened = new_client(FakeClock()).open()
    add(opened, [made(number, text, **FACTS.get(number, {})) for number, text in TEXTS.items()])
    index(opened)
    return opened


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("C++", [8, 1]),
        ("c++", [8, 1]),
        ('"c++ and"', [1]),
        ("text:C++", [8, 1]),
        ("title:C++", []),
        ("C", [8, 5, 2, 1]),
        ("C#", [8, 5]),
        ("F#", [3]),
        (".NET", [8, 3]),
        ("ASP.NET", [8]),
        ("/.net", [8]),
        ("C#/.NET", [8]),
        ("C+", []),
        ("C++11", [8]),
        ("net", [8, 4, 3]),
        ("node.js", [8]),
        ("$1.50", [8]),
        ("$1", [8]),
        ("O'Brien", [8]),
        ("o´brien", [8]),
        ("“C#/.NET core”", [8]),
        ("„c# .net“", [8]),
        ('a 5" net', []),
        ('shirts" net', [4]),
        ("AT&T", [3]),
        ("U.S.", [3]),
        ("u.s", [3]),
        ("std::vector", [1]),
        ("std vector", [6, 1]),
        ("::vector", [1]),
        ("and/or", [6]),
        ("foo_bar", [6]),
        ("12:30", [6]),
        ("50%", [5]),
        ("$100", [5]),
        ("🦀", [5]),
        ("Rust 🦀", [5]),
        ("rust + 🦀", [5]),
        ("a + b", []),
        ("vitamin / c", [2]),
        ("vitamin – c", [2]),
        ("Look: shirts", [4]),
        ("shirts, net.", [4]),
        ("t-shirts", [4]),
        ("Update: C++", []),
        ("Templates: C++", [1]),
        ("vitamin or +", [2]),
        ("+ or vitamin", [2]),
        ("vitamin -+", [2]),
        ("vitamin –", [2]),
        ("+", [8, 7, 6, 5, 4, 3, 2, 1]),
        ("–", [8, 7, 6, 5, 4, 3, 2, 1]),
        ('"…" vitamin', [2]),
        ("हिन्दी", [7]),
        ("हिन", []),
        ("क़लम", [7]),
        ("कलम", []),
        ("京.com", [7]),
        ("x" * 150 + " vitamin", [2]),
    ],
)
def test_signs(library: Library, query: str, expected: Sequence[int]) -> None:
    assert list_numbers(library, text=query) == expected


@pytest.mark.parametrize(
    "query", ["C", "C+", "C++", "AT&", "AT&T", "std:", "std::", "std::v", "🦀", ".n", "U.S."]
)
def test_signs_that_are_being_typed(library: Library, query: str) -> None:
    found = library.search(SearchQuery(query, is_typing=True)).rows
    wanted = {"C": 1, "s": 1, "A": 3, "U": 3, ".": 3, "🦀": 5}[query[0]]
    assert article_id(wanted) in [row.id for row in found]


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ("C++", "C, C+, C++ and C++.", ["C++", "C++"]),
        (".NET", "net .NET", [".NET"]),
        ("AT&T", "at t AT&T at-t", ["AT&T"]),
        ("U.S.", "us u s U.S. U.S.A", ["U.S", "U.S"]),
        ("U.S.", "The US, not us; USA", ["US"]),
        ("u.s", "US policy in the US", ["US", "US"]),
        ('"U.S."', "US", []),
        ("I.T.", "IT is it", ["IT"]),
        ("US", "US and us", ["US", "us"]),
        ("F#", "F F# F#.", ["F#", "F#"]),
        ("std::vector", "std vector std::vector<int>", ["std::vector"]),
        ("🦀", "Rust 🦀", ["🦀"]),
        ('"fog harbour"', "fog, harbour fog\nharbour", ["fog, harbour", "fog\nharbour"]),
        ("café", "Ceci est une phrase… avec un café.", ["café"]),
        ("हिन्दी", "हिन हिन्दी", ["हिन्दी"]),
    ],
)
def test_what_is_marked_is_what_was_asked(
    library: Library, query: str, text: str, marked: Sequence[str]
) -> None:
    find_spans = library.search(SearchQuery(query)).highlighter.find_spans
    assert [text[start:end] for start, end in find_spans(text)] == marked


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("author:ann", [2, 1]),
        ('author:"Ann Moar"', [1]),
        ("author:bo", [1]),
        ("-author:ann c", [8, 5]),
        ("url:bbc.example", [1]),
        ("url:bbc", [2, 1]),
        ("url:https://bbc.example/a", [1]),
        ("category:news", [2, 1]),
        ("category:NEWS/world", [1]),
        ("category:news*", [3, 2, 1]),
        ("category:müsik", [5, 4]),
        ("tag:café", [5, 4]),
    ],
)
def test_facts(library: Library, query: str, expected: Sequence[int]) -> None:
    assert list_numbers(library, text=query) == expected


def test_facts_without_an_index(client: Client) -> None:
    opened = client.open()
    add(opened, [made(number, text, **FACTS.get(number, {})) for number, text in TEXTS.items()])
    assert list_numbers(opened, text="author:ann") == [2, 1]
    assert list_numbers(opened, text="url:bbc.example") == [1]


@pytest.mark.parametrize(
    ("category", "expected"), [("NEWS", [2, 1]), ("news/world", [1]), ("", [])]
)
def test_the_category_of_a_list(library: Library, category: str, expected: Sequence[int]) -> None:
    rows = list_rows(library, ListQuery(category=category))
    assert [row.id for row in rows] == [article_id(number) for number in expected]


def test_feeds_are_found_by_name_and_address(client: Client) -> None:
    opened = client.open()
    urls = {1: "https://a.example/rss", 2: "https://b.example/rss", 3: "https://gone.example/rss"}
    add(opened, [made(number, "x", extra={"feed": url}) for number, url in urls.items()])
    opened.feeds.update([Subscription(urls[1], "Harbour News"), Subscription(urls[2], "Café")])
    for query, expected in {
        "feed:harbour": [1],
        'feed:"HARBOUR news"': [1],
        "feed:cafe": [2],
        "feed:b.example": [2],
        "feed:gone": [3],
        "feed:rss -feed:harbour": [3, 2],
        "feed:absent": [],
    }.items():
        assert list_numbers(opened, text=query) == expected, query


# -- titles --------------------------------------------------------------------------------

ODD_TITLES = (
    "Brae – a ferry story", "Rust 🦀", "a + b", "a / b", "Update: the end", "std::vector in C++",
    "Or else", "this or", "or", "A (very odd", "odd) title", 'He said "no', "“Quoted” words", "-fog and harbour",
    "title: the thing", "is:odd", "date:feb", "words: many", "Source: a leak", "Re:Zero", "test:driven", "A*", "*",
    "???", "…", "100 % of C#", "(x+)+ grows", "a) (b", "Foo | Bar", "Foo & Bar", "AND", "NOT -", '"', "( ( (",
    "https://x.example/a?b=c d", "x" * 200, "ß and e\u0301", "東京 (Tokyo)", "-", "- -x", "category:-nhk", "()",
    "„Nebel“ am Hafen", "« Brouillard » au port", "„Mgła” w porcie", "「霧」の港", "‘Fog’ at 'sea'", "O'Brien’s node.js",
    'A 5" gun', 'A 5" and a 7" gun', "Is it: .NET, F# or C#/.NET?", "AT&T vs. U.S.", "Lang: Rust (and -O2)", "🇺🇦 🤷🏽‍♀️ ❤️",
    "feed:", "feed:x author:y url:z", "\\d+ \\(", "a-b -c --d", "1/2 ½", "C:\\Windows or C:/", "_:_", "x:-)", "Ａ１：ｂ",
)  # fmt: skip
TITLE_PARTS = (
    "fog", "C++", "or", "AND", "(", ")", '"', "-", "–", "title:", "x:", "is:", "a", ".net", "é", "中文", "🦀", "+", "&",
    "|", "/", "b:c", "words:>3", "*", "…", "'s", "#", "st", "ß", ".", ":", "..", "\\", "„", "“", "_", "@", "ﾊﾟ", "\u0301",
)  # fmt: skip
CORPUS = Path(
    os.environ.get("NEWSTUI_CORPUS")
    or Path(__file__).parents[4] / "shared" / "corpus" / "news.jsonl"
)


def random_titles(number: int) -> list[str]:
    chance = random.Random(5)
    titles = (
        "".join(chance.choice(TITLE_PARTS) + chance.choice(("", " ", " ")) for _ in range(length))
        for length in chance.choices(range(1, 10), k=number)
    )
    return list(filter(None, dict.fromkeys(" ".join(title.split()) for title in titles)))


def library_of(client: Client, titles: Iterable[str], *, indexed: bool = True) -> Library:
    opened = client.open()
    add(opened, [made(number, "text", title=title) for number, title in enumerate(titles)])
    if indexed:
        index(opened)
    return opened


def find_missed_titles(library: Library) -> Sequence[str]:
    """Return the titles that, as a query, do not find their article among the first hits."""
    return [
        row.title
        for row in list_rows(library, ListQuery())
        if row not in list_rows(library, ListQuery(text=row.title))
        or row not in library.search(SearchQuery(row.title), 20).rows
        or row not in library.search(SearchQuery(row.title, is_typing=True), 20).rows
    ]


@pytest.mark.parametrize("indexed", [True, False])
def test_a_pasted_title_finds_its_article(client: Client, indexed: bool) -> None:
    titles = [*ODD_TITLES, *random_titles(400 if isinstance(client, Machine) else 40)]
    assert find_missed_titles(library_of(client, titles, indexed=indexed)) == []


@pytest.mark.skipif(not CORPUS.is_file(), reason=f"no corpus at {CORPUS} (NEWSTUI_CORPUS)")
def test_a_pasted_title_of_the_corpus_finds_its_article(machine: Machine) -> None:
    titles = [json.loads(line)["title"] for line in CORPUS.read_text().splitlines()]
    assert titles
    assert find_missed_titles(library_of(machine, titles)) == []


def test_every_word_of_a_title_finds_and_marks_it(client: Client) -> None:
    """Index and highlights agree on what a word with signs is."""
    opened = library_of(client, random_titles(250 if isinstance(client, Machine) else 25))
    for row in list_rows(opened, ListQuery()):
        for word in row.title.split():
            try:
                found = opened.search(SearchQuery(word))
            except InvalidQuery:
                continue
            if found.words and not word.startswith("-"):
                assert row in found.rows, (row.title, word)
                assert not found.highlighter or found.highlighter.find_spans(row.title), (row, word)


def test_a_title_is_found_beside_what_its_syntax_means(client: Client) -> None:
    opened = library_of(client, ["fog -harbour", "fog at sea", "fog harbour"])
    assert list_numbers(opened, text="fog -harbour") == [1, 0]


def test_the_article_with_the_title_comes_first(client: Client) -> None:
    titles = ["fog or mist", *[f"mist {'mist ' * number}" for number in range(40)]]
    opened = library_of(client, titles)
    found = opened.search(SearchQuery("fog or mist"), 5)
    assert (found.rows[0].title, len(found.rows), found.total) == ("fog or mist", 5, 41)


def test_a_part_of_a_title_is_no_mistake(client: Client) -> None:
    opened = library_of(client, ["1) Fog (very", "Update: title: a thing"])
    assert list_numbers(opened, text="1) fog") == [0]
    assert list_numbers(opened, text="fog (ver") == [0]
    assert list_numbers(opened, text="title: a") == [1]
    with pytest.raises(InvalidQuery):
        opened.search(SearchQuery("mist (ver"))
