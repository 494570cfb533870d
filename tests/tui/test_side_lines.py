"""The lines of the side pane that lead somewhere."""

from __future__ import annotations

from store.model.article import Article, Body, Entry, Reading, Similar, Study
from tui.rendering.article_details import Line, sections_of

SUMMARY = "The ferry stopped on Monday. Hotels report that rooms are empty."


def lines(
    section: int, study: Study, similar: tuple[Similar, ...] = (), width: int = 20
) -> list[Line]:
    entry = Entry(Article("x", "Ferry"), Body("Text.", SUMMARY), Reading())
    return list(sections_of(entry, similar, study, width, 0)[section].lines)


def text(line: Line) -> str:
    return "".join(piece for piece, _ in line.pieces)


def test_lines_of_a_summary_lead_to_the_places_of_their_sentences() -> None:
    study = Study(summary_places=((0, 40), (29, 7)))
    assert [(text(line), line.place) for line in lines(0, study)] == [
        ("The ferry stopped on", 40),
        ("Monday. Hotels", 7),
        ("report that rooms", 7),
        ("are empty.", 7),
    ]


def test_without_places_they_lead_nowhere() -> None:
    assert {line.place for line in lines(0, Study())} == {None}


def test_key_terms_are_a_detail_and_copies_are_counted() -> None:
    details = [text(line) for line in lines(3, Study(key_terms=("ferry", "crews")))]
    assert "Key Terms: ferry," in details
    other = Similar("y", "Crews strike", category="coast", copies=2)
    assert any("2 copies" in text(line) for line in lines(1, Study(), (other,), 40))
