"""Damaged files in a library: salvaged, kept and reported."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from store.model.errors import LibraryReadOnly
from tests.support.libraries import (
    Machine,
    add,
    article,
    article_id,
    articles,
    ids,
    list_numbers,
    state,
)
from tests.support.maintenance import (
    FIRST_SEGMENT,
    SECOND_SEGMENT,
    article_texts,
    articles_file,
    damaged_copies,
    expected_texts,
    newest_first,
    texts_file,
)

pytestmark = pytest.mark.usefixtures("small")


Damage = Callable[[bytes], bytes]


def in_third(old: bytes, new: bytes) -> Damage:
    """Change something of the third document and what follows, once."""

    def damage(data: bytes) -> bytes:
        at = data.index(b'"3":{')
        return data[:at] + data[at:].replace(old, new, 1)

    return damage


def constant(content: bytes) -> Damage:
    return lambda data: content


THIRD = re.compile(rb'"3":\{[^{}]*\}')

ACCIDENTS: dict[str, tuple[Damage, int]] = {
    "empty": (constant(b""), 0),
    "null": (constant(b"null"), 0),
    "list": (constant(b"[]"), 0),
    "object": (constant(b"{}"), 0),
    "whitespace": (constant(b" \n\t "), 0),
    "NUL": (lambda data: bytes(len(data)), 0),
    "deep": (constant(b"[" * 100_000), 0),
    "deep tables": (constant(b'{"articles":' * 100_000), 0),
    "table is a list": (lambda data: b'{"articles":[],"texts":[]}', 0),
    "truncated": (lambda data: data[: data.index(b'"8":{') + 9], 7),
    "NUL tail": (lambda data: data[: (at := data.index(b'"8":{'))] + bytes(len(data) - at), 7),
    "garbage": (lambda data: data + b"and more", 10),
    "Latin-1": (in_third(b"t", b"\xe9"), 9),
    "UTF-16": (lambda data: data.decode().encode("utf-16"), 10),
    "document is a text": (lambda data: THIRD.sub(b'"3":"x"', data), 9),
    "odd id": (in_third(b'"3":{', b'"x":{'), 9),
    "an id twice": (in_third(b'"3":{', b'"2":{'), 10),
    "NaN": (in_third(b"{", b'{"n":NaN,'), 10),
    "surrogate": (in_third(b"{", b'{"n":"\\ud800",'), 10),
    "endless number": (in_third(b"{", b'{"n":' + b"1" * 4000 + b","), 9),
    "other table": (lambda data: data.replace(b'"articles":', b'"a":').replace(b'"texts":', b'"t":'), 10),
}  # fmt: skip


REPAIRABLE = [name for name in ACCIDENTS if name != "empty"]
"""An empty file is left as it is: it may be the placeholder of a cloud folder."""


@pytest.mark.parametrize("name", REPAIRABLE)
def test_damaged_facts_are_repaired(two: Machine, name: str) -> None:
    """Cases 11 to 19: one line says how many; the file is kept; the second start is clean."""
    damage, count = ACCIDENTS[name]
    path = articles_file(two)
    path.write_bytes(damaged := damage(path.read_bytes()))
    library = two.open()
    (line,) = library.problems
    assert line.startswith("articles/desk-0001.json was damaged (")
    (kept,) = damaged_copies(two)
    assert f"kept as {kept.name}" in line
    assert kept.read_bytes() == damaged
    assert (f"recovered {count} of 10 articles" in line) or (count == 10 and "all 10" in line)
    assert set(SECOND_SEGMENT) <= set(list_numbers(library))
    assert len(list_numbers(library)) == len(SECOND_SEGMENT) + count
    assert (
        article_texts(library).items() <= expected_texts([*FIRST_SEGMENT, *SECOND_SEGMENT]).items()
    )
    add(library, articles([20]))
    again = two.open()
    assert list(again.problems) == []
    assert state(again) == state(library)
    assert list(damaged_copies(two)) == [kept]


@pytest.mark.parametrize("name", REPAIRABLE)
def test_damaged_texts_are_repaired(two: Machine, name: str) -> None:
    """Cases 11 to 19: the articles stay, those whose text is lost with an empty one."""
    damage, count = ACCIDENTS[name]
    path = texts_file(two)
    path.write_bytes(damaged := damage(path.read_bytes()))
    library = two.open()
    assert list(library.problems) == []
    found = article_texts(library)
    assert list(found) == [*FIRST_SEGMENT, *SECOND_SEGMENT]
    (line,) = library.problems
    assert line.startswith("texts/desk-0001.json was damaged (")
    assert (f"recovered {count} of 10 texts" in line) or (count == 10 and "all 10 texts" in line)
    lost = [number for number in FIRST_SEGMENT if found[number] == ""]
    if len(lost) == 1:
        assert line.endswith("; 1 article has no text")
    else:
        assert line.endswith(f"; {len(lost)} articles have no text") == bool(lost)
    (kept,) = damaged_copies(two)
    assert kept.read_bytes() == damaged
    again = two.open()
    assert article_texts(again) == found
    assert list(again.problems) == []


@pytest.mark.parametrize("name", ACCIDENTS)
@pytest.mark.parametrize("file", ["journal", "snapshot"])
def test_damaged_journals_and_snapshots(two: Machine, file: str, name: str) -> None:
    """Cases 14 to 18 and 20: every article is there, and the next change is kept."""
    damage, _ = ACCIDENTS[name]
    before = state(two.open())
    path = two.journal if file == "journal" else two.cache / "reading.json"
    data = path.read_bytes()
    path.write_bytes(damage(data + b'"3":{"t"}"8":{'))
    library = two.open()
    if file == "snapshot":
        assert (state(library), list(library.problems)) == (before, [])
    assert list_numbers(library) == newest_first([*FIRST_SEGMENT, *SECOND_SEGMENT])
    assert len(library.problems) <= 2
    if file == "journal" and name in {"empty", "NUL", "NUL tail"}:
        assert any("/journal/desk.jsonl" in line for line in library.problems)
    library.record("starred", ids(5))
    again = two.open()
    assert again.get_article(article_id(5)).reading.starred
    assert state(again) == state(library)


def test_a_byte_order_mark_does_no_harm(two: Machine) -> None:
    """Case 17."""
    for path in (articles_file(two), texts_file(two)):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    library = two.open()
    assert article_texts(library) == expected_texts([*FIRST_SEGMENT, *SECOND_SEGMENT])
    assert (list(library.problems), damaged_copies(two)) == ([], [])


def test_both_files_of_a_segment(two: Machine) -> None:
    """Cases 13 and 15: each is repaired by itself, and no article gets the text of another."""
    articles_file(two).write_bytes(articles_file(two).read_bytes()[:-300])
    texts_file(two).write_bytes(in_third(b'"3":{', b'"3":5,{')(texts_file(two).read_bytes()))
    library = two.open()
    found = article_texts(library)
    assert set(SECOND_SEGMENT) < set(found)
    assert found == {number: "" if number == 3 else f"Text {number}." for number in found}
    assert len(library.problems) == 2
    assert "(number lost unknown); the damaged file is kept" in library.problems[0]
    again = two.open()
    assert (article_texts(again), list(again.problems)) == (found, [])
    add(again, articles([20]))
    assert article_texts(two.open()) == found | expected_texts([20])


def test_a_damaged_file_of_a_newer_format_is_left_as_it_is(two: Machine) -> None:
    """Case 33."""
    path = articles_file(two)
    damaged = path.read_bytes().replace(b'"format":1', b'"format":7')[:-20]
    path.write_bytes(damaged)
    library = two.open()
    assert library.read_only_reason == "made by a newer newstui (format 7); opened read-only"
    assert "left as it is: made by a newer newstui (format 7)" in library.problems[0]
    assert len(list_numbers(library)) >= len(SECOND_SEGMENT) + 9
    with pytest.raises(LibraryReadOnly):
        add(library, articles([20]))
    assert (path.read_bytes(), damaged_copies(two)) == (damaged, [])


def test_a_file_with_a_duplicate_key_is_kept_before_writing(machine: Machine) -> None:
    """Case 19: a reader takes the last; a writer would lose the other."""
    add(machine.open(), articles([1, 2]))
    path = articles_file(machine)
    double = path.read_bytes().replace(b'"words":100', b'"words":7,"words":100')
    path.write_bytes(double)
    library = machine.open()
    assert list(library.problems) == []
    add(library, articles([3]))
    (line,) = library.problems
    assert "duplicate key “words”" in line
    (kept,) = damaged_copies(machine)
    assert kept.read_bytes() == double
    assert list_numbers(machine.open()) == [3, 2, 1]


def test_adding_repairs_first(two: Machine) -> None:
    """Case 12: with the lock held already; and in a process that has not read the file yet."""
    articles_file(two, 2).write_bytes(articles_file(two, 2).read_bytes()[:-20])
    texts_file(two, 2).write_bytes(b"\0")
    library = two.open_unloaded()
    add(library, articles([20]))
    assert len(library.problems) == 2
    assert len(damaged_copies(two)) == 2
    again = two.open()
    assert list(again.problems) == []
    assert 20 in list_numbers(again)
    assert again.get_article(article_id(20)).body.text == "Text 20."


def test_a_repaired_library_works(two: Machine) -> None:
    """Case 23: the document id of a lost article is not reused while its text exists."""
    path = articles_file(two, 2)
    path.write_bytes(path.read_bytes()[: path.read_bytes().index(b'"4":{')])
    library = two.open()
    assert list_numbers(library) == newest_first([*FIRST_SEGMENT, 11, 12, 13])
    add(library, [article(30)])
    assert article_texts(two.open()) == expected_texts([*FIRST_SEGMENT, 11, 12, 13, 30])


def test_a_repaired_file_says_nothing_about_its_pair(two: Machine) -> None:
    """Case 13: an unknown number lost is not reported as none."""
    for path in (articles_file(two), texts_file(two)):
        data = path.read_bytes()
        path.write_bytes(data[: data.index(b'"8":{')])
    library = two.open()
    assert article_texts(library) == expected_texts([*range(1, 8), *SECOND_SEGMENT])
    assert [line.count("7 articles (number lost unknown)") for line in library.problems] == [1, 0]
    assert "recovered 7 texts (number lost unknown)" in library.problems[1]
