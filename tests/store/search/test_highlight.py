"""What is highlighted is what was asked, over all of Unicode."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.search.highlight import make_highlighter, make_snippet
from store.search.syntax_tree import WordsCondition
from store.text.folding import normalize_text
from store.text.tokenizer import space_words

CHARACTERS = st.characters(codec="utf-8") | st.sampled_from(
    "aAsßﬃŉİıΣς…½™ﾊﾟガか\u3099\u0301\u0323\u1112\u1161\u11ab한กิש\u05b7❤\ufe0f👩\u200d東+#./&'’- \n"
)
TEXTS = st.text(CHARACTERS, max_size=16)


def words_of(text: str) -> list[str]:
    return space_words(normalize_text(text)).split()


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ("café", "Ceci est une phrase. Une autre phrase avec un café.", ["café"]),
        ("cafe", "Une phrase… avec un cafe\u0301, ﬁn.", ["cafe\u0301"]),
        ("strasse", "… Straße ½ STRASSE", ["Straße", "STRASSE"]),
        ("한국", "… \u1112\u1161\u11ab국, 한국", ["\u1112\u1161\u11ab국", "한국"]),
        ("パリ", "… ﾊﾟﾘ、パリ", ["ﾊﾟﾘ", "パリ"]),
        ("fine", "… ﬁne, fine", ["ﬁne", "fine"]),
        ("istanbul", "İstanbul ıstanbul… ISTANBUL", ["İstanbul", "ıstanbul", "ISTANBUL"]),
        ("AT&T", "ﬁ AT&T… at&t, AT & T", ["AT&T", "at&t"]),
        ("ＡＩ", "AI 東京AI時代", ["AI", "AI"]),
        ("東京", "ß東京都", ["東京"]),
        ("🦀", "ﬁ🦀🦀", ["🦀", "🦀"]),
        ("1", "⑴ one … 1", ["⑴", "1"]),
        ("ŉ", "ŉ is n", ["ŉ", "n"]),
    ],
)
def test_marks(query: str, text: str, marked: list[str]) -> None:
    spans = make_highlighter([WordsCondition(query)]).find_spans(text)
    assert [text[start:end] for start, end in spans] == marked


@given(TEXTS, TEXTS, TEXTS, st.booleans())
@settings(max_examples=200)
def test_what_is_marked_is_what_was_asked(
    before: str, asked: str, after: str, phrase: bool
) -> None:
    text = f"{before} {asked} {after}"
    highlighter = make_highlighter([WordsCondition(asked, is_phrase=phrase)])
    spans = highlighter.find_spans(text)
    joined = "".join(words_of(asked))
    assert all("".join(words_of(text[start:end])) == joined for start, end in spans)
    assert bool(spans) == bool(joined) == highlighter.matches(text)
    snippet = make_snippet(highlighter, [text])
    assert all(0 <= start < end <= len(snippet.text) for start, end in snippet.highlights)
