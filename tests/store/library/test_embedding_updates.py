"""Embeddings of a library's articles: made once, in step with it, and never needed."""

from __future__ import annotations

import importlib
import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from store.library import embedding_updates
from store.library.embedding_updates import THREADS_VARIABLE, import_numpy
from store.model.article import Article, Body, ParsedArticle, SimilarArticle
from store.model.errors import SaveFailed
from store.search.embedding_file import EmbeddingFile, read_embedding_file
from store.search.embedding_process import EmbeddingProcess, identify_table
from store.search.index import article_number
from store.segments import segments
from store.system.files import file_lock, file_signature
from tests.support.libraries import open_folder_library
from tests.support.piece_package import install_piece_package, remove_piece_package

TEXTS = {
    "strike": ("en", "Ferry strike", "The ferry crew is on strike in the harbour."),
    "talks": ("en", "Ferry talks", "Talks about the strike of the ferry crew have begun."),
    "streik": ("de", "Streik der Fähre", "Die Besatzung der Fähre ist im Streik, der Hafen still."),
    "honey": ("en", "Honey price", "The price of honey is up after a bad spring for the bees."),
    "honig": ("de", "Preis für Honig", "Der Preis für Honig steigt nach dem Frühling der Bienen."),
    "chess": ("en", "Chess", "The girl is a master of chess, and it was an open."),
    "schack": ("sv", "Schack", "Flickan är mästare i schack och honey bees price spring."),
}


class Desk:
    """A library with its cache, and how many texts went to the process."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.library = open_folder_library(folder / "library", folder / "cache")
        self.path = folder / "cache" / "embeddings"
        self.encoded: list[str] = []
        encode = EmbeddingProcess.encode

        def counted(process: EmbeddingProcess, texts: Sequence[tuple[str, str]]) -> object:
            self.encoded += [text.partition("\n")[0] for text, _ in texts]
            return encode(process, texts)

        monkeypatch.setattr(EmbeddingProcess, "encode", counted)

    def add(self, *names: str, texts: Mapping[str, tuple[str, str, str]] = TEXTS) -> None:
        found = [
            ParsedArticle(Article(name, title, language=language), Body(text))
            for name, (language, title, text) in texts.items()
            if name in names
        ]
        for _ in self.library.add(found):
            pass

    def update(self) -> list[str]:
        """Bring index and vectors up to date; return the titles of which vectors were made."""
        self.encoded.clear()
        for _ in self.library.update_index():
            pass
        for _ in self.library.update_embeddings():
            pass
        return sorted(self.encoded)

    def reopen(self) -> None:
        self.library = open_folder_library(self.folder / "library", self.folder / "cache")
        for _ in self.library.load():
            pass

    def similar(self, article: str) -> dict[str | None, SimilarArticle]:
        return {each.id: each for each in self.library.similar(self.library.get_article(article))}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return install_piece_package(tmp_path, monkeypatch)


@pytest.fixture
def desk(tmp_path: Path, package: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk(tmp_path, monkeypatch)
    desk.add(*TEXTS)
    return desk


def read(desk: Desk, package: Path) -> EmbeddingFile:
    return read_embedding_file(desk.path, identify_table(package))


def test_the_same_story_in_another_language_is_a_similar_article(desk: Desk) -> None:
    assert "streik" not in desk.similar("strike")
    desk.update()
    found = desk.similar("strike")
    assert found["streik"].language == "de"
    assert found["talks"].language == ""
    assert 0 < found["streik"].score <= 1
    assert desk.similar("honig")["honey"].language == "en"
    assert not {"honey", "honig", "chess"} & found.keys()


def test_an_article_close_in_meaning_is_similar_whatever_words_it_shares(desk: Desk) -> None:
    other_words = {"walkout": ("en", "Traversier, équipage", "Grève, port, traversier.")}
    desk.add("walkout", texts=other_words)
    assert "walkout" not in desk.similar("strike")
    desk.update()
    found = desk.similar("strike")["walkout"]
    assert (found.language, found.shared_terms) == ("", ())
    assert 0 < found.score < desk.similar("strike")["talks"].score
    assert "honey" not in desk.similar("walkout")


def test_a_language_that_the_table_does_not_know_is_left_to_words(desk: Desk) -> None:
    desk.update()
    assert all(not each.language for each in desk.similar("schack").values())
    assert "schack" not in desk.similar("honig")


def test_vectors_are_made_once_an_article(desk: Desk) -> None:
    assert len(desk.update()) == len(TEXTS)
    assert desk.update() == []
    desk.reopen()
    assert desk.update() == []
    assert "streik" in desk.similar("strike")


def test_a_new_article_and_an_edited_one_get_their_vectors(
    tmp_path: Path, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path, monkeypatch)
    desk.add("strike", "honey")
    assert desk.update() == ["Ferry strike", "Honey price"]
    desk.add("streik")
    assert desk.update() == ["Streik der Fähre"]
    before = read(desk, package)
    desk.library.record("edited", ["honey"], to={"title": "Ferry strike harbour"})
    assert desk.update() == ["Ferry strike harbour"]
    number = article_number("honey")
    old, new = before.place(number), read(desk, package).place(number)
    assert old is not None
    assert new is not None
    assert before.stamps[old] != read(desk, package).stamps[new]
    desk.library.record("tagged", ["honey"], tag="later")
    assert desk.update() == []


def test_a_deleted_article_is_not_similar_and_the_next_file_is_without_it(
    tmp_path: Path, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path, monkeypatch)
    desk.add("strike", "streik", "honey")
    desk.update()
    desk.library.record("deleted", ["streik"])
    assert "streik" not in desk.similar("strike")
    desk.add("honig")
    assert desk.update() == ["Preis für Honig"]
    assert read(desk, package).place(article_number("streik")) is None
    desk.library.record("restored", ["streik"])
    assert desk.update() == ["Streik der Fähre"]
    assert "streik" in desk.similar("strike")


def test_a_tag_or_a_deletion_alone_does_not_write_the_file(desk: Desk) -> None:
    desk.update()
    before = file_signature(desk.path)
    desk.library.record("tagged", ["honey"], tag="later")
    desk.library.record("deleted", ["streik"])
    assert desk.update() == []
    desk.library.record("restored", ["streik"])
    assert desk.update() == []
    assert "streik" in desk.similar("strike")
    assert file_signature(desk.path) == before


@pytest.mark.parametrize("damage", [b"", b"garbage", None])
def test_a_damaged_or_missing_file_is_made_again(desk: Desk, damage: bytes | None) -> None:
    desk.update()
    if damage is None:
        desk.path.unlink()
    else:
        desk.path.write_bytes(damage)
    desk.reopen()
    desk.library.open_embeddings()
    assert "streik" not in desk.similar("strike")
    assert len(desk.update()) == len(TEXTS)
    assert "streik" in desk.similar("strike")


def test_another_table_makes_all_vectors_again(desk: Desk, package: Path) -> None:
    desk.update()
    with (package / "resources" / "sp.model").open("a", encoding="utf-8") as file:
        file.write("\n")
    desk.reopen()
    assert len(desk.update()) == len(TEXTS)


def test_vectors_can_be_opened_without_making_any(desk: Desk) -> None:
    desk.library.open_embeddings()
    assert not desk.path.exists()
    desk.update()
    desk.reopen()
    for _ in desk.library.update_index():
        pass
    assert "streik" not in desk.similar("strike")
    desk.library.open_embeddings()
    assert "streik" in desk.similar("strike")


def test_an_interrupted_update_goes_on_where_it_was_saved(
    tmp_path: Path, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding_updates, "SAVE_BATCH_SIZE", 1)
    monkeypatch.setattr(segments, "SEGMENT_SIZE", 2)
    desk = Desk(tmp_path, monkeypatch)
    desk.add(*TEXTS)
    steps = desk.library.update_embeddings()
    for _ in steps:
        if desk.path.exists():
            break
    steps.close()
    made = len(desk.encoded)
    assert 0 < made < len(TEXTS)
    desk.reopen()
    assert len(desk.update()) == len(TEXTS) - made
    assert "streik" in desk.similar("strike")


def test_a_call_while_it_runs_makes_it_look_again(
    tmp_path: Path, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path, monkeypatch)
    desk.add("strike")
    steps = desk.library.update_embeddings()
    next(steps)
    desk.add("streik")
    assert list(desk.library.update_embeddings()) == []
    for _ in steps:
        pass
    assert sorted(desk.encoded) == ["Ferry strike", "Streik der Fähre"]


def test_another_process_that_makes_them_is_left_to_it(desk: Desk) -> None:
    desk.path.parent.mkdir(exist_ok=True)
    with file_lock(desk.path.with_suffix(".lock")):
        assert desk.update() == []
    assert desk.library.problems == ()
    assert len(desk.update()) == len(TEXTS)


def test_without_the_package_nothing_is_made_and_what_there_is_is_not_used(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.update()
    remove_piece_package(monkeypatch)
    desk.reopen()
    assert desk.update() == []
    desk.library.open_embeddings()
    assert set(desk.similar("strike")) == {"talks"}


@pytest.mark.parametrize("name", ["sp.model", "weights.npz"])
def test_a_package_that_is_not_as_expected_is_reported_once_and_ignored(
    desk: Desk, package: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    (package / "resources" / name).write_bytes(b"no longer what it was")
    with caplog.at_level(logging.WARNING, "newstui"):
        assert desk.update() == desk.update() == []
    assert [record.getMessage()[:34] for record in caplog.records] == [
        "similar articles by words alone: e"
    ]
    assert set(desk.similar("strike")) == {"talks"}


def test_a_disk_that_refuses_the_file_is_a_problem_and_nothing_more(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, *_: object) -> None:
        raise SaveFailed("no space left", path)

    monkeypatch.setattr(embedding_updates, "write_embedding_file", refuse)
    assert len(desk.update()) == len(TEXTS)
    assert desk.update() == []
    assert desk.library.problems == ("the embeddings of articles cannot be written: no space left",)
    assert set(desk.similar("strike")) == {"talks"}


@pytest.mark.parametrize("before", [None, "4"])
def test_numpy_computes_on_one_thread_and_the_user_s_programs_on_as_many_as_before(
    before: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str | None] = []
    monkeypatch.setattr(
        importlib, "import_module", lambda _: seen.append(os.environ.get(THREADS_VARIABLE))
    )
    monkeypatch.delenv(THREADS_VARIABLE, raising=False)
    if before is not None:
        monkeypatch.setenv(THREADS_VARIABLE, before)
    import_numpy()
    assert (seen, os.environ.get(THREADS_VARIABLE)) == (["1"], before)
