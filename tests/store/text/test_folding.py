"""Folding, and the map of offsets between a text and its fold."""

from __future__ import annotations

import re
import sys
from unicodedata import decomposition, normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.text.folding import FoldedText, is_extension, normalize_text

CHARACTERS = st.characters(codec="utf-8") | st.sampled_from(
    "ssßẞſﬃŉiIıİσςΣ…½™ﾊﾟﾞガか\u3099\u309a\u0301\u0323\u0345\u1112\u1161\u11ab한ㅎㅏक\u093c\u094dกิ\u05b7ש❤\ufe0f👩\u200d💻"
)
TEXTS = st.text(CHARACTERS, max_size=12)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Straße STRASSE ẞ", "strasse strasse ss"),
        ("café cafe\u0301 CAFÉ", "cafe cafe cafe"),
        ("wait… “so” – it’s", 'wait... "so" - it\'s'),
        ("ﬁne eﬃcient", "fine efficient"),
        ("İstanbul ISTANBUL ıstanbul", "istanbul istanbul istanbul"),
        ("ΟΔΟΣ οδος ὀδός", "οδοσ οδοσ οδοσ"),
        ("\u1112\u1161\u11ab한", "한한"),
        ("ﾊﾟﾘ か\u3099 Ａ１", "パリ が a1"),
        ("❤️ 👍🏽", "❤ 👍"),
        ("soft\xadware Foo™ ŉ", "software foo 'n"),
        ("Ørsted Łódź þing", "orsted lodz thing"),
    ],
)
def test_folds(text: str, folded: str) -> None:
    assert normalize_text(text) == folded


@pytest.mark.parametrize(
    ("text", "pattern", "marked"),
    [
        ("Ceci est une phrase… un café.", "cafe", ["café"]),
        ("Straße, Strasse", "strasse", ["Straße", "Strasse"]),
        ("Straße", "s", ["S"]),
        ("e\u0301te\u0323, ete", "ete", ["e\u0301te\u0323", "ete"]),
        ("\u0301abc", "abc", ["abc"]),
        ("x \u1112\u1161\u11ab국 한국", "한국", ["\u1112\u1161\u11ab국", "한국"]),
        ("\u1112\u1161\u11ab", "하", []),
        ("ﾊﾟﾘ、パリ", "パリ", ["ﾊﾟﾘ", "パリ"]),
        ("fﬀ", "ff", ["ﬀ"]),
        ("ß e\u0301 abc", "abc", ["abc"]),  # as long as its fold, and yet shifted
        ("İIıi", "i", ["İ", "I", "ı", "i"]),
        ("Σς", "σσ", ["Σς"]),
        ("½", "1", []),
        ("0ŉ", "n", ["ŉ"]),
    ],
)
def test_matches_are_found_in_the_text_itself(text: str, pattern: str, marked: list[str]) -> None:
    found = FoldedText(text).find(re.compile(pattern))
    assert [text[start:end] for start, end in found] == marked


@given(TEXTS, st.data())
@settings(max_examples=200)
def test_the_fold_of_a_marked_part_is_what_was_searched(text: str, data: st.DataObject) -> None:
    folded = FoldedText(text)
    start = data.draw(st.integers(0, len(folded.text)))
    end = data.draw(st.integers(start, len(folded.text)))
    wanted = folded.text[start:end]
    for span in folded.find(re.compile(re.escape(wanted))):
        before, found, after = normalize_text(text[slice(*span)]).partition(wanted)
        assert found == wanted
        # The signs that come from the same character are marked with it: all of `⑴` for `1`.
        assert not any(map(str.isalnum, before + after))
    assert folded.source_span(0, len(folded.text)) is not None or is_extension(text[0])


@given(TEXTS, TEXTS, TEXTS)
@settings(max_examples=150)
def test_what_stands_in_a_text_is_found(before: str, word: str, after: str) -> None:
    text = f"{before} {word} {after}"
    wanted = normalize_text(f" {word} ")
    found = [text[start:end] for start, end in FoldedText(text).find(re.compile(re.escape(wanted)))]
    assert wanted in map(normalize_text, found)


@given(TEXTS)
@settings(max_examples=150)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert normalize_text(normalize_text(text)) == normalize_text(text)
    assert normalize_text(normalize("NFC", text)) == normalize_text(normalize("NFD", text))


def test_whatever_can_compose_with_what_is_before_it_belongs_to_it() -> None:
    parts = (decomposition(chr(code)).split() for code in range(sys.maxunicode + 1))
    seconds = {chr(int(each[1], 16)) for each in parts if len(each) == 2 and each[0][0] != "<"}
    extensions = {char for char in seconds if is_extension(char)}
    assert len(extensions) > 60
    # The iota subscript is a letter of its own when folded.
    assert seconds - extensions == {"\u0345"}
