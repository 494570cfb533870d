"""Random access to texts: the same texts as in the parsed file."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.model.article import Article, Body, ParsedArticle
from store.segments.segments import ArticleLocation, Segments, TextReader
from store.segments.storage import BadContent

TEXTS = ['one "quoted"', 'two ":{"text":"three', "", "four, the last"]


@pytest.fixture
def segments(tmp_path: Path) -> Segments:
    made = Segments(tmp_path, "desk")
    for folder in made.folders:
        folder.mkdir()
    made.append([ParsedArticle(Article(f"a{n}", "t"), Body(text)) for n, text in enumerate(TEXTS)])
    return made


def place(number: int) -> ArticleLocation:
    return ArticleLocation("desk-0001", number)


def test_every_text_is_read_without_the_others(
    segments: Segments, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the first to the last, whatever they contain."""
    monkeypatch.setattr(Segments, "read_body", None)  # the whole file is not looked at
    glimpses = TextReader(segments)
    assert [glimpses.read_body(place(n)).text for n in range(1, 5)] == TEXTS


@pytest.mark.parametrize("cut", [2, 3, 40])
def test_a_truncated_file_is_parsed_as_a_whole(segments: Segments, cut: int) -> None:
    """Case 11: so the damage is found although the text itself is intact."""
    path = segments.texts_path("desk-0001")
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(BadContent):
        TextReader(segments).read_body(place(1))


def test_a_duplicate_document_id_is_not_guessed(segments: Segments) -> None:
    """Case 18: the whole file is parsed, and rejected."""
    path = segments.texts_path("desk-0001")
    path.write_bytes(path.read_bytes().replace(b'"2":{', b'"1":{'))
    with pytest.raises(BadContent):
        TextReader(segments).read_body(place(1))
