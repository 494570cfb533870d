"""Keywords of texts with and without spaces, and the language they are in."""

from __future__ import annotations

import pytest

from store.text.keywords import (
    count_content_words,
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
