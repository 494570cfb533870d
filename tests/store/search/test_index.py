"""The full-text index: its coverage, its hits, and the damage it survives."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import Any

import pytest

from store.library.folder import FolderLibrary
from store.model.article import ParsedArticle
from store.model.errors import LibraryBusy
from store.model.results import IndexProgress
from store.search.index import (
    COVERAGE_FILE,
    INDEX_META_FILE,
    FullTextIndex,
    IndexCoverage,
    IndexWriter,
    article_number,
)
from store.search.index_query import IndexQueryBuilder
from store.text.folding import normalize_text
from store.text.tokenizer import tokenize
from tests.support.libraries import Machine, add, article, article_id, list_numbers, load, undo


def found_by(library: FolderLibrary, text: str, *, typing: bool = False) -> set[int]:
    """The numbers of the articles that hold a text, phrase or beginning of a word."""
    for _ in library.update_index():
        pass
    index = library.index_engine.current_index()
    assert index is not None, library.searcher.problem
    lookup = IndexQueryBuilder(index)
    hits = index.search(lookup.words_query(text, typing=typing), 100)
    assert hits.total == len(hits.hits)
    numbers = {article_number(article_id(number)): number for number in range(20)}
    return {numbers[hit.number] for hit in hits.hits}


def made(number: int, text: str, **facts: Any) -> ParsedArticle:
    found = article(number, **facts)
    return ParsedArticle(found.article, type(found.body)(text), found.reading)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def library(machine: Machine, *found: ParsedArticle) -> FolderLibrary:
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
def test_words_match_in_all_their_forms(machine: Machine, asked: str, expected: set[int]) -> None:
    assert found_by(library(machine, *TEXTS), asked) == expected


@pytest.mark.parametrize("asked", ["or", "organ", "organi", "organiz", "organization", "well-kn"])
def test_every_prefix_of_a_word_finds_it(machine: Machine, asked: str) -> None:
    assert 4 in found_by(library(machine, *TEXTS), asked, typing=True)


def test_unspaced_text_is_split_into_pairs() -> None:
    assert [word.text for word in tokenize("東京都 and Ω")] == ["東京", "京都", "都", "and", "ω"]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Bergström’s “Œuvre”", 'bergstrom\'s "oeuvre"'),
        ("e\u0301te\u0323 ΟΔΟΣ Ёлка", "ete οδοσ елка"),
        ("ﾊﾟﾘ か\u3099 Ａ１", "パリ が a1"),  # voicing marks are letters
        ("\u1112\u1161\u11ab국", "한국"),
    ],
)
def test_words_are_compared_without_case_accents_and_widths(text: str, folded: str) -> None:
    assert normalize_text(text) == folded


def test_other_calls_work_while_the_engine_commits(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = library(machine, *TEXTS)
    steps, go = opened.update_index(), Event()
    commit = IndexWriter.commit

    def slowly(writer: IndexWriter, state: IndexCoverage) -> None:
        assert go.wait(60)
        commit(writer, state)

    monkeypatch.setattr(IndexWriter, "commit", slowly)
    while next(steps).done < len(TEXTS):
        pass
    assert next(steps) == next(steps) == IndexProgress(len(TEXTS), len(TEXTS))
    assert list_numbers(opened, text="courts") == []
    go.set()
    for _ in steps:
        pass
    assert found_by(opened, "courts") == {1}


def test_a_complete_index_is_left_alone(machine: Machine) -> None:
    found_by(library(machine, *TEXTS), "court")
    before = (machine.cache / "index" / INDEX_META_FILE).stat()
    again = machine.open()
    assert found_by(again, "court") == {1}
    assert (machine.cache / "index" / INDEX_META_FILE).stat() == before


def test_the_index_follows_all_changes(machine: Machine) -> None:
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
def test_a_damaged_index_is_rebuilt(machine: Machine, damage: str) -> None:
    found_by(library(machine, *TEXTS), "court")
    folder = machine.cache / "index"
    state = folder / COVERAGE_FILE
    if damage == "gone":
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
    elif damage == "emptied":
        for path in folder.glob("*.*"):
            if path not in (state, folder / INDEX_META_FILE):
                path.unlink()  # the engine has it mapped, and may not be robbed of its pages
                path.write_bytes(b"")
    elif damage == "version":
        state.write_bytes(state.read_bytes().replace(b'"version":', b'"version":99'))
    else:
        (state if damage == "state" else folder / INDEX_META_FILE).write_bytes(b"{ torn")
    opened = machine.open_unloaded()
    load(opened)
    assert found_by(opened, "court") == {1}


def test_an_index_that_is_being_written_is_not_recreated(machine: Machine) -> None:
    """The engine has a lock of its own, which a writer may still hold after its disk was full."""
    found_by(library(machine, *TEXTS), "court")
    folder = machine.cache / "index"
    writer = IndexWriter(folder)
    with pytest.raises(LibraryBusy):
        IndexWriter(folder)
    del writer
    assert IndexWriter(folder).coverage.segments
    assert found_by(machine.open(), "court") == {1}


def test_one_process_writes_while_others_read(machine: Machine) -> None:
    first, second = library(machine, *TEXTS), machine.open()
    steps = first.update_index()
    next(step for step in steps if step.total)  # it holds the lock now
    for _ in second.update_index():
        pass
    assert "not indexed yet" in second.searcher.problem
    for _ in steps:
        pass
    assert found_by(second, "court") == {1}
    assert FullTextIndex(machine.cache / "index").refresh()
