"""Keywords of texts with and without spaces, and the language they are in."""

from __future__ import annotations

import pytest

from store.text.keywords import (
    count_content_words,
    detect_language,
    extract_content_words,
    find_unspaced_word,
)

JAPANESE = (
    "東京都の小池知事は大雨で避難所を開設した。東京都はゼレンスキー大統領を招く。知事は急いだ。"
)
CHINESE = "北京市气象局周二发布预警。气象局局长说，北京市将停课。"


@pytest.mark.parametrize(
    ("text", "pair", "word"),
    [
        (JAPANESE, "京都", "東京都"),
        (JAPANESE, "ンス", "ゼレンスキー"),
        (JAPANESE, "避難", "避難所"),
        (JAPANESE, "った", ""),
        (JAPANESE, "ー大", ""),
        (CHINESE, "象局", "气象局"),
        (CHINESE, "气象", "气象局"),
        (CHINESE, "京市", "北京市"),
        (CHINESE, "局周", ""),
        ("서울시 지하철 요금이 올랐다", "하철", "지하철"),
        ("น้ำท่วมเหนือ น้ำท่วมใต้", "ท่", "น้ำท่วม"),
    ],
)
def test_pairs_are_extended_to_words(text: str, pair: str, word: str) -> None:
    assert find_unspaced_word(text, pair) == word


def test_grammar_is_not_counted() -> None:
    words = extract_content_words("知事は避難した。2026年に避難")
    assert set(count_content_words(words)) == {"知事", "避難"}


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
