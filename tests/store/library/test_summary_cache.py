"""Summaries of programs, cached by article, text and program."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from store.library.summary_cache import MAX_SUMMARY_CHARS, SummaryCache, apply_program_summary
from store.model.article import Article, Body, FullArticle, ReadingStatus
from tests.support.libraries import Machine, add, article, article_id

TEXT = "The ferry of Brae stays for now. The council has voted nine to eight to keep it."
BODY = Body(TEXT)
MODEL = ("model", "--short")


@pytest.fixture
def summaries(tmp_path: Path) -> SummaryCache:
    return SummaryCache(tmp_path / "cache" / "summaries")


def entry(summaries: SummaryCache, body: Body = BODY) -> FullArticle:
    return FullArticle(
        Article("../x", "Ferry"), summaries.apply_summary("../x", body), ReadingStatus()
    )


def test_a_program_runs_once_per_text(summaries: SummaryCache) -> None:
    before = entry(summaries)
    assert before.body.summary_origin == "extract"
    assert summaries.needs_summary(before, MODEL)
    summaries.save("../x", apply_program_summary(before.body, "It stays.\n"), MODEL)
    after = entry(summaries)
    assert after.body == Body(TEXT, "It stays.", "command")
    assert not summaries.needs_summary(after, MODEL)
    assert summaries.needs_summary(after, ("other",)), "another program makes another summary"
    changed = entry(summaries, Body(TEXT + " It sails on."))
    assert changed.body.summary_origin == "extract"
    assert summaries.needs_summary(changed, MODEL)


def test_a_summary_that_came_with_the_article_is_kept(summaries: SummaryCache) -> None:
    given = Body(TEXT, "Ferry stays.", "import")
    assert summaries.apply_summary("../x", given) == given
    assert not summaries.needs_summary(entry(summaries, given), MODEL)
    assert not summaries.needs_summary(entry(summaries, Body()), MODEL), (
        "there is nothing to summarise"
    )


def test_output_is_sanitized_and_ends_with_a_sentence() -> None:
    """Case 52: a program may write anything."""
    assert apply_program_summary(BODY, "It \x1b[31mstays\x1b]0;x\x07.\u202e").summary == "It stays."
    assert apply_program_summary(BODY, " \n\x1b[2J") == BODY
    long = apply_program_summary(BODY, "The ferry of Brae stays for now. " * 100)
    assert len(long.summary) <= MAX_SUMMARY_CHARS
    assert long.summary.endswith("now.")
    assert not long.summary_complete
    assert len(apply_program_summary(BODY, "x" * 5000).summary) == MAX_SUMMARY_CHARS


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff", b'{"text": 3}'])
def test_damaged_files_are_ignored(summaries: SummaryCache, tmp_path: Path, data: bytes) -> None:
    summaries.save("../x", apply_program_summary(BODY, "It stays."), MODEL)
    (file,) = (tmp_path / "cache" / "summaries").iterdir()
    file.write_bytes(data)
    assert entry(summaries).body.summary_origin == "extract"


def test_cached_values_are_safe_to_show(summaries: SummaryCache) -> None:
    """Case 52: anybody may have written the file."""
    summaries.save("../x", replace(BODY, summary="It \x1b[2Jstays."), MODEL)
    assert entry(summaries).body.summary == "It stays."


def test_a_library_applies_cached_summaries(machine: Machine) -> None:
    library = machine.open()
    add(library, [replace(article(1), body=BODY)])
    made = apply_program_summary(library.get_article(article_id(1)).body, "It stays.")
    library.summaries.save(article_id(1), made, MODEL)
    again = machine.open()
    for _ in again.load():
        pass
    assert again.get_article(article_id(1)).body == Body(TEXT, "It stays.", "command")
