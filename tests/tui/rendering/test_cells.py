"""Cells: measuring, truncating and wrapping text."""

from __future__ import annotations

import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len, get_character_cell_size

from tests.support.screens import fits
from tui.rendering.cells import (
    break_paragraph,
    break_paragraph_lazily,
    expand_to_clusters,
    fit_cells,
    fit_facts,
    is_narrow,
    measure_cells,
    pad_left,
    truncate_cells,
    wrap_text,
)

TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40)
JOINED = st.text("aé中🎉👍🏽❤\ufe0f\u200d🇩🇪क्षกำ각\u0301 ", max_size=30)


CLUSTERS = {
    "family": "👨‍👩‍👧",
    "flag": "🇩🇪",
    "tag flag": "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "skin": "👍🏽",
    "emoji style": "❤\ufe0f",
    "keycap": "1\ufe0f\u20e3",
    "marks": "e\u0301\u0323",
    "jamo": "\u1112\u1161\u11ab",
    "syllable and tail": "\uac00\u11a8",
    "conjunct": "क्षि",
    "tamil": "நி",
    "thai": "กำ",
    "wide": "中",
}
LONG_TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=200)
NEWS = st.text("ab -/—“”.中文、。「」ー é🎉\u0301\u200d\ufe0f🇩🇪क्ष\u3000", max_size=200)


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("news", 6, "news  "),
        ("news", 4, "news"),
        ("newspaper", 6, "newsp…"),
        ("newspaper", 1, "…"),
        ("newspaper", 0, ""),
        ("newspaper", -3, ""),
        ("", 3, "   "),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日… "),
        ("naïve — “x”", 8, "naïve —…"),
        ("🇩🇪🇫🇷", 3, "🇩🇪…"),
        ("🇩🇪🇫🇷", 2, "… "),
        ("ne\u0301e\u0301", 2, "n…"),
        ("a\u200d", 3, "a  "),
    ],
)
def test_fit(text: str, width: int, shown: str) -> None:
    """Case 55: truncated text ends with an ellipsis and never inside a wide character."""
    assert fit_cells(text, width) == shown


def test_pad_left_and_truncate() -> None:
    assert pad_left("42", 4) == "  42"
    assert pad_left("日本語", 4) == " 日…"
    assert truncate_cells("日本語", 4) == "日…"
    assert truncate_cells("news", 9) == "news"


def test_expand_to_clusters() -> None:
    """Case 55: a highlight never ends inside a cluster."""
    assert expand_to_clusters("plain", 1, 3) == (1, 3)
    assert expand_to_clusters("ae\u0301b", 2, 3) == (1, 3)
    assert expand_to_clusters("a👩\u200d👩b", 2, 3) == (1, 4)
    assert expand_to_clusters("🇩🇪🇯🇵", 1, 3) == (0, 4)


@given(TEXT | JOINED, st.integers(1, 30))
def test_fit_takes_exactly_its_width(text: str, width: int) -> None:
    """Case 55: columns line up, whatever the text."""
    assert cell_len(fit_cells(text, width)) == width
    assert cell_len(pad_left(text, width)) == width
    assert cell_len(truncate_cells(text, width)) <= width


@given(TEXT | JOINED)
def test_cells_agree_with_what_textual_draws(text: str) -> None:
    """Case 55: Textual draws lines with the same widths."""
    counted = measure_cells(text)[1]
    assert len(counted) == len(text) + 1
    assert counted[-1] == cell_len(text)


def test_narrow_characters_are_one_cell_each() -> None:
    """The fast path has only characters that are one cell, alone and next to others."""
    every = [chr(code) for code in range(0x20, sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    narrow = [char for char in every if char > "\x7f" and is_narrow(char)]
    assert len(narrow) > 1000
    assert {get_character_cell_size(char) for char in narrow} == {1}
    assert not {"\u200b", "\u200d", "\ufe0f", "\u0301", "\u1160"}.intersection(narrow)


def test_every_kind_has_a_width() -> None:
    """Every kind a character can have is in the table of widths."""
    kinds, counted = measure_cells("aé中（。 \u3000\u200b🇩🇪\u200d❤\ufe0f👍🏽क्ष\"'[]กำ")
    assert set(kinds) <= set("nwxsSbpqoca")
    assert list(counted) == sorted(counted)


def test_long_chains_are_split() -> None:
    """Case 65: no chain of joined characters becomes a cluster wider than the screen."""
    text = "क्" * 20_000
    counted = measure_cells(text)[1]
    widest = max(after - before for before, after in pairwise(counted))
    assert widest <= 17
    assert fit_cells(text, 80)[-1] in "… "


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, [""]),
        ("   ", 10, [""]),
        ("one two three", 7, ["one two", "three"]),
        ("one two  three", 7, ["one two", "three"]),
        ("one two  three", 8, ["one two", "three"]),
        ("one  two", 20, ["one  two"]),
        ("one\n\ntwo", 20, ["one", "", "two"]),
        ("  indented text", 10, ["  indented", "text"]),
        ("                text", 10, ["     text"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("state-of-the-art", 20, ["state-of-the-art"]),
        ("a state-of-the-art", 16, ["a", "state-of-the-art"]),
        ("state-of-the-art", 10, ["state-of-", "the-art"]),
        ("/usr/share/doc", 6, ["/usr/", "share/", "doc"]),
        ("x https://example.com/news", 12, ["x", "https://", "example.com/", "news"]),
        ("a\xa0b c", 4, ["a\xa0b", "c"]),
        ("ab", 1, ["a", "b"]),
        ("a - b", 1, ["a", "-", "b"]),
        ("日本", 1, ["日", "本"]),
        ("日本語", 5, ["日本", "語"]),
        ("日本語。", 6, ["日本", "語。"]),
        ("日「本」", 4, ["日", "「本", "」"]),
        ("東京「本日」", 6, ["東京", "「本", "日」"]),
        ("スーパー", 6, ["スー", "パー"]),
        ("「「「「", 4, ["「「", "「「"]),
        ("AI技術", 4, ["AI技", "術"]),
        ("新しい word", 8, ["新しい", "word"]),
        ("naïve café “x”", 6, ["naïve", "café", "“x”"]),
        ("он сказал", 5, ["он", "сказа", "л"]),
        ("東\u3000京", 4, ["東", "京"]),
    ],
)
def test_wrap(text: str, width: int, lines: list[str]) -> None:
    """Case 55: lines break at blanks, inside long words and between wide characters."""
    assert wrap_text(text, width) == lines


@pytest.mark.parametrize("cluster", CLUSTERS.values(), ids=CLUSTERS.keys())
@pytest.mark.parametrize("width", range(1, 8))
def test_clusters_stay_whole(cluster: str, width: int) -> None:
    """Case 55: no line begins or ends inside a cluster, of words or of code."""
    text = cluster * 9
    for whole in (True, False):
        lines = [text[start:end] for start, end in break_paragraph(text, width, whole=whole)]
        assert "".join(lines) == text
        for line in lines:
            assert line == cluster * (len(line) // len(cluster))
            assert fits(line, width)


@given(LONG_TEXT | NEWS, st.integers(1, 120))
def test_no_line_is_too_wide(text: str, width: int) -> None:
    """Case 55: every line fits, for any text and width."""
    for line in wrap_text(text, width):
        assert fits(line, width), (line, width)


@given(LONG_TEXT | NEWS, st.integers(1, 40), st.integers(0, 8))
def test_only_blanks_are_lost(text: str, width: int, hang: int) -> None:
    """The lines are the paragraph in order, with only blanks between them."""
    for whole in (True, False):
        at = 0
        for start, end in break_paragraph(text, width, hang, whole=whole):
            assert text[at:start].strip("\u200b ") == "" or text[at:start].isspace()
            assert at <= start <= end
            at = end
        assert not text[at:].strip()
        assert whole or at == len(text)


@given(st.lists(st.text("abcdé", min_size=1, max_size=8), max_size=30), st.integers(8, 60))
def test_words_stay_whole_and_lines_are_filled(words: list[str], width: int) -> None:
    """A line ends only where the next word does not fit."""
    lines = wrap_text(" ".join(words), width)
    assert " ".join(lines).split() == words
    for line, following in pairwise(lines):
        assert len(line) + 1 + len(following.split(" ")[0]) > width


@given(
    st.lists(
        st.sampled_from(["中", "中。", "「中」", "（文）、", "スー", "AI中", "“中”中"]), max_size=40
    ),
    st.integers(8, 20),
)
def test_no_line_starts_or_ends_with_the_wrong_punctuation(units: list[str], width: int) -> None:
    """Kinsoku: closing marks stay with the text before them, opening ones with the text after."""
    lines = wrap_text("".join(units), width)
    assert not any(line[0] in "。」）、ー”" for line in lines if line)
    assert not any(line[-1] in "「（“" for line in lines if line)


@pytest.mark.parametrize(
    "text",
    [
        "x" * 2_000_000,
        "a" + "\u0301" * 500_000,
        "中" * 500_000,
        "- " * 500_000,
        "é\u0301" * 300_000,
    ],
    ids=["word", "marks", "wide", "hyphens", "letters and marks"],
)
def test_long_lines(text: str) -> None:
    """Cases 53 and 65: time is linear in the length (a quadratic pass would not end)."""
    shown = break_paragraph(text, 80)
    assert shown[0][0] == 0
    assert shown[-1][1] == len(text.rstrip())


@given(
    LONG_TEXT | NEWS | st.text("ab  -", max_size=200),
    st.integers(1, 30),
    st.integers(0, 4),
    st.booleans(),
)
def test_lazy_wrapping_equals_complete_wrapping(
    text: str, width: int, hang: int, whole: bool
) -> None:
    """Case 53: a paragraph of a megabyte is wrapped in slices, whose ends are not visible."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tui.rendering.cells.WRAP_CHUNK_CHARS", 40 + width)
        assert list(break_paragraph_lazily(text, width, hang, whole=whole)) == break_paragraph(
            text, width, hang, whole=whole
        )


def test_only_the_lines_asked_for_are_wrapped() -> None:
    """Case 53: of a paragraph of a megabyte."""
    text = "長い段落 with é and 👩‍👩‍👧. " * 40_000
    lines = break_paragraph_lazily(text, 80)
    assert [next(lines) for _ in range(3)] == break_paragraph(text[:8000], 80)[:3]
    assert (
        next(break_paragraph_lazily(" " * 100_000 + "x", 10))
        == break_paragraph(" " * 100_000 + "x", 10)[0]
    )


@pytest.mark.parametrize(
    ("name", "facts", "width", "expected"),
    [
        ("Gazette", "2 articles · 3 min", 40, "Gazette · 2 articles · 3 min"),
        ("Gazette, Tribune", "2 articles · 3 min", 28, "Gazett… · 2 articles · 3 min"),
        ("Gazette", "2 articles · 3 min", 20, "2 articles · 3 min"),
        ("Gazette", "2 articles · 3 min", 9, "2 articl…"),
        ("", "3 min", 9, "3 min"),
        ("Gazette", "3 min", -1, ""),
    ],
)
def test_a_name_gives_way_to_facts(name: str, facts: str, width: int, expected: str) -> None:
    assert fit_facts(name, facts, width) == expected
