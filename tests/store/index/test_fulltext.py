"""The full-text index: what it covers, what it finds, and what it survives."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import Any

import pytest

from store.library.folder import FolderLibrary
from store.model.article import Found
from store.model.results import Prepared
from store.search.index import META, STATE, FullText, State, Writer, number_of
from store.search.index_query import Lookup
from store.text.tokenizer import plain, words
from tests.libraries import Machine, add, article, article_id, listed, load, undo


def found_by(library: FolderLibrary, text: str, *, typing: bool = False) -> set[int]:
    """The numbers of the articles that hold a text, phrase or beginning of a word."""
    for _ in library.prepare():
        pass
    index = library.finder.index()
    assert index is not None, library.finder.problem
    lookup = Lookup(index)
    hits = index.search(lookup.words(text, typing=typing), 100)
    assert hits.total == len(hits.first)
    numbers = {number_of(article_id(number)): number for number in range(20)}
    return {numbers[hit.number] for hit in hits.first}


def made(number: int, text: str, **facts: Any) -> Found:
    found = article(number, **facts)
    return Found(found.article, type(found.body)(text), found.reading)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def library(machine: Machine, *found: Found) -> FolderLibrary:
    opened = machine.open()
    add(opened, found)
    return opened


TEXTS = [
    made(1, "The courts have spoken; the harbour was closed.", tags=("Law", "high seas")),
    made(2, "A café in Zürich. Straße, naïve, ΆΛΦΑ, ёлка."),
    made(3, "東京都は晴れ。ソウルの天気。", language="ja"),
    made(4, "Running well-known runners said they don't organize organizations."),
    made(5, "Die Häuser und das Haus", language="de"),
]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("court", {1}),
        ("THE", {1}),
        ("cafe", {2}),
        ("strasse", {2}),
        ("αλφα", {2}),
        ("елка", {2}),
        ("東京", {3}),
        ("京都", {3}),
        ("都", {3}),
        ("東都", set()),
        ("run", {4}),
        ("don't", {4}),
        ("well-known", {4}),
        ("known-well", set()),
        ("haus", {5}),
        ("science", {1, 4}),
        ("law", {1}),
        ("title", {1, 2, 3, 4, 5}),
        ("absent", set()),
        ("---", set()),
    ],
)
def test_words_are_found_in_all_their_forms(
    machine: Machine, asked: str, expected: set[int]
) -> None:
    assert found_by(library(machine, *TEXTS), asked) == expected


@pytest.mark.parametrize("asked", ["or", "organ", "organi", "organiz", "organization", "well-kn"])
def test_the_beginning_of_a_word_finds_it_at_every_letter(machine: Machine, asked: str) -> None:
    assert 4 in found_by(library(machine, *TEXTS), asked, typing=True)


def test_a_run_without_spaces_is_spelt_out_in_pairs() -> None:
    assert [word.text for word in words("東京都 and Ω")] == ["東京", "京都", "都", "and", "ω"]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Bergström’s “Œuvre”", "bergstrom’s “oeuvre”"),
        ("e\u0301te\u0323 ΟΔΟΣ Ёлка", "ete οδοσ елка"),
        ("ﾊﾟﾘ か\u3099 Ａ１", "パリ が a1"),  # voicing marks are letters
        ("\u1112\u1161\u11ab국", "한국"),
    ],
)
def test_words_are_compared_without_case_accents_and_widths(text: str, folded: str) -> None:
    assert plain(text) == folded


def test_while_the_engine_commits_others_have_their_turn(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = library(machine, *TEXTS)
    steps, go = opened.prepare(), Event()
    commit = Writer.commit

    def slowly(writer: Writer, state: State) -> None:
        assert go.wait(60)
        commit(writer, state)

    monkeypatch.setattr(Writer, "commit", slowly)
    while next(steps).done < len(TEXTS):
        pass
    assert next(steps) == next(steps) == Prepared(len(TEXTS), len(TEXTS))
    assert listed(opened, words="courts") == []
    go.set()
    for _ in steps:
        pass
    assert found_by(opened, "courts") == {1}


def test_an_index_that_is_complete_is_left_alone(machine: Machine) -> None:
    found_by(library(machine, *TEXTS), "court")
    before = (machine.cache / "index" / META).stat()
    again = machine.open()
    assert found_by(again, "court") == {1}
    assert (machine.cache / "index" / META).stat() == before


def test_what_is_added_edited_deleted_and_undone_is_followed(machine: Machine) -> None:
    opened = library(machine, *TEXTS)
    assert found_by(opened, "glacier") == set()
    add(opened, [made(6, "A glacier.")])
    assert found_by(opened, "glacier") == {6}
    opened.record("edited", [article_id(1)], to={"title": "Glacier news"})
    assert found_by(opened, "glacier") == {1, 6}
    opened.record("deleted", [article_id(6)])
    assert found_by(opened, "glacier") == {1}
    undo(opened)
    undo(opened)
    assert found_by(opened, "glacier") == {6}
    opened.record("tagged", [article_id(2)], tag="glacier")
    assert found_by(machine.open(), "glacier") == {2, 6}


@pytest.mark.parametrize("damage", ["state", "meta", "version", "emptied", "gone"])
def test_a_damaged_index_is_built_anew(machine: Machine, damage: str) -> None:
    found_by(library(machine, *TEXTS), "court")
    folder = machine.cache / "index"
    state = folder / STATE
    if damage == "gone":
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
    elif damage == "emptied":
        for path in folder.glob("*.*"):
            if path not in (state, folder / META):
                path.write_bytes(b"")
    elif damage == "version":
        state.write_bytes(state.read_bytes().replace(b'"version":', b'"version":99'))
    else:
        (state if damage == "state" else folder / META).write_bytes(b"{ torn")
    opened = machine.unloaded()
    load(opened)
    assert found_by(opened, "court") == {1}


def test_one_process_writes_the_others_read(machine: Machine) -> None:
    first, second = library(machine, *TEXTS), machine.open()
    steps = first.prepare()
    next(step for step in steps if step.total)  # it holds the lock now
    for _ in second.prepare():
        pass
    assert "not indexed yet" in second.finder.problem
    for _ in steps:
        pass
    assert found_by(second, "court") == {1}
    assert FullText(machine.cache / "index").refresh()
