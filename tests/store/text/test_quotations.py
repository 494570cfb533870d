"""Quotations and brackets: which are found, and what they keep together."""

from __future__ import annotations

import pytest

from store.text.quotations import detect_quote_style, find_quotations, is_balanced
from store.text.sentences import split_sentences

QUOTATIONS = {
    "straight": ('He said "no" and "yes".', ['"no"', '"yes"']),
    "two apostrophes": ("''No,'' he said, and it's ''so''.", ["''No,''", "''so''"]),
    "curly": ("“No,” he said.", ["“No,”"]),
    "German": ("„Nein“, sagte er. »Doch«, sagte sie.", ["„Nein“", "»Doch«"]),
    "French": ("« Non », dit-il.", ["« Non »"]),
    "Japanese": ("「雨だ。『風』もある。」と述べた。", ["「雨だ。『風』もある。」"]),
    "nested": ("“He said “no” (and “so”),” she said.", ["“He said “no” (and “so”),”"]),
    "brackets": ("It rained (a little) there.", ["(a little)"]),
    "left open": ('He said "no. Then "yes" came.', ['"yes"']),
    "left open before a bracket": ("“He said (no) so.", ["(no)"]),
    "closed only": ('No," he said. So.) He "left".', ['"left"']),
    "a mark between spaces": ('It was " so " then.', ['" so "']),
    "inches": ('A 5" gun and "a" gun.', ['"a"']),
    "nothing": ("It rained.", []),
}


@pytest.mark.parametrize(("text", "expected"), QUOTATIONS.values(), ids=QUOTATIONS.keys())
def test_quotations(text: str, expected: list[str]) -> None:
    found = find_quotations(text, detect_quote_style(text))
    assert [text[start:end] for start, end in found] == expected


SENTENCES = {
    "a speaker after a quotation": [
        '"It rained all day. Nobody came!" said the mayor of Vorne.',
        "He went home.",
    ],
    "a quotation of the sentence before, left open": [
        'The crews are tired, he said: "We want a second engineer.',
        "We cannot work like this.",
        "The owners said no.",
    ],
    "a mark far from its quotation": [
        'They went home to rest after the long day. "',
        "The crews came back at noon.",
    ],
    "a quotation ends a sentence": ['He said: "It is over."', "She left."],
    "a quotation begins a sentence": ["It ended at noon.", '"It is over," he said.'],
    "two quotations": ['"It is over."', '"It is not."'],
    "a sentence in brackets": ["(It rained.)", "It stopped."],
    "brackets in a sentence": ["The ferry (it is old. And slow) stopped."],
    "footnotes": ["It rained.”[1]", "It poured.[2][3]", "It stopped."],
    "a full stop behind the mark": ['He said it was "over.".', "She left."],
    "French guillemets": ["« On verra. Demain ! » a dit la maire.", "Il part."],
    "a speaker of Japanese": ["「雨だ。」と首相は述べた。", "雨が降った。"],
    "a speaker of Chinese": ["“雨停了。”他说。", "风来了。"],
}


@pytest.mark.parametrize("expected", SENTENCES.values(), ids=SENTENCES.keys())
def test_a_quotation_stays_with_its_sentence(expected: list[str]) -> None:
    space = "" if expected[0][-1] == "。" else " "
    assert split_sentences(space.join(expected)) == expected


@pytest.mark.parametrize(
    ("text", "balanced"),
    [
        ("“a” (b)", True),
        ("„a“ (b)", True),
        ('"a" "b"', True),
        ("“a", False),
        ("a)", False),
        ('"a', False),
    ],
)
def test_is_balanced(text: str, balanced: bool) -> None:
    assert is_balanced(text) is balanced
