"""Stop words by language."""

from __future__ import annotations

import logging

import pytest

from store.text import stop_words as module
from store.text.stop_words import count_stop_words, detect_language, stop_words


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("en", {"the", "said"}),
        ("de", {"nicht", "fur", "the"}),
        ("fr-CA", {"jusque", "etait", "quelqu", "un"}),
        ("nb", {"ikke", "hvordan"}),
        ("uk", {"було"}),
        ("hi", {"में", "नहीं"}),
        ("ja", {"the"}),
        ("xx", {"the"}),
        ("", {"the"}),
    ],
)
def test_stop_words_are_folded_as_the_index_is(code: str, words: set[str]) -> None:
    assert words <= stop_words(code)


@pytest.mark.parametrize("word", ["microsoft", "fire", "research", "bill", "computer"])
def test_words_of_the_news_are_not_stop_words_of_english(word: str) -> None:
    assert word not in stop_words("en")


def test_words_are_counted_by_language() -> None:
    counts = count_stop_words(["nicht", "das", "haus", "the", "der"])
    assert (counts["de"], counts["en"]) == (3, 1)


def test_without_the_package_there_is_english(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "LISTS_FILE", "missing.json")
    with caplog.at_level(logging.WARNING, "newstui"):
        assert module._read_lists() == {}
    assert "missing.json" in caplog.text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Der Minister ist nicht in der Stadt, und das Haus ist für die Gäste zu klein.", "de"),
        ("Le ministre ne sera pas dans la ville, et la maison est trop petite pour eux.", "fr"),
        ("Министр не был в городе, и он сказал, что это было не для него.", "ru"),
        ("The minister is not in the town, and the house is too small for the guests.", ""),
        ("Ministern var inte i staden, och han sade att det inte var för honom.", "sv"),
        ("Minister nie był w mieście, ale powiedział, że to nie było dla niego.", "pl"),
        ("Міністр не був у місті, але він сказав, що це було не для нього.", "uk"),
        ("Bakan şehirde değildi ama bunun kendisi için yeni bir şey olmadığını söyledi.", "tr"),
        ("قال الوزير إنه لم يكن في المدينة وإن هذا ليس من شأنه بعد ذلك", "ar"),
        ("東京都は晴れ。", ""),
        ("", ""),
    ],
)
def test_language_is_detected_by_stop_words(text: str, code: str) -> None:
    assert detect_language(text) == code
