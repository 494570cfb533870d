"""Cases 45 to 55, 58 and 79: sanitized text cannot act on a terminal, and loses no words."""

from __future__ import annotations

import sys
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.text.clean import MAX_JSON_DEPTH, clean_json, clean_line, clean_text
from store.text.clean_unicode import CLEAN_TEXT_PATTERN, MAX_MARKS_PER_BASE

VISIBLE_FORMATS = {0x0600, 0x0601, 0x0602, 0x0603, 0x0604, 0x0605, 0x06DD, 0x070F, 0x0890, 0x0891}
VISIBLE_FORMATS |= {0x08E2, 0x110BD, 0x110CD}
"""Format characters that draw something: signs written under or around Arabic and Kaithi digits."""

JOINERS = "\u200c\u200d"
SPECIAL = (
    "a1# \n\t\r\x1b[]3m;\\\x07\x85\x9b\x9c\x9d\u2028\u0301\u20e3\u0903\u094d\u0915\u0645\u064e"
    "\u200c\u200d\ufe0e\ufe0f\u00a9\u2764\u1161\uac00\u200b\u202e\u2066\xad\ue000\ud83d\ude00\u201c"
    "\U0001f469\U0001f3fd\U0001f1e9\U000e0041\U0001d165"
)
texts = st.text(st.one_of(st.sampled_from(SPECIAL), st.characters(exclude_categories=())))

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"

SEQUENCES = [
    pytest.param("\x1b[31mred\x1b[0m", "red", id="colour"),
    pytest.param("a\x1b[2J\x1b[1;1Hb", "ab", id="clear and home"),
    pytest.param("a\x1bcb", "ab", id="RIS"),
    pytest.param("a\x1b(0b\x1b#8", "ab", id="character set, alignment test"),
    pytest.param("a\x1b]52;c;ZWNobyBoaQ==\x07b", "ab", id="OSC 52 clipboard"),
    pytest.param("a\x1b]2;title\x1b\\b", "ab", id="OSC 2 title"),
    pytest.param("\x1b]8;;http://e.example\x1b\\link\x1b]8;;\x1b\\", "link", id="OSC 8 link"),
    pytest.param("a\x1b]4;1;?\x07b", "ab", id="OSC 4 palette query"),
    pytest.param("a\x1b]10;?\x9cb", "ab", id="OSC 10 with an 8-bit end"),
    pytest.param("a\x1bP$qm\x1b\\b", "ab", id="DECRQSS"),
    pytest.param("a\x1b_Gf=100;AAAA\x1b\\b", "ab", id="APC"),
    pytest.param("a\x1b^private\x1b\\b\x1bXstring\x1b\\c", "abc", id="PM and SOS"),
    pytest.param("a\x1bktitle\x1b\\b", "ab", id="tmux title"),
    pytest.param("a\x1b[cb\x1b[5nc\x1b[6nd\x1b[>q\x05e", "abcde", id="queries and ENQ"),
    pytest.param("a\x9b31mb\x9bcc", "abc", id="8-bit CSI"),
    pytest.param("a\x9d52;c;AAAA\x9cb", "ab", id="8-bit OSC"),
    pytest.param(
        "a\x90q\x9cb\x9fx\x9cc\x9ey\x9cd\x98z\x9ce", "abcde", id="8-bit DCS, APC, PM, SOS"
    ),
    pytest.param("a\x1b]0;the rest stays", "a0;the rest stays", id="OSC without an end"),
    pytest.param("a\x1bPthe rest stays", "athe rest stays", id="DCS without an end"),
    pytest.param("a\x1b[12", "a", id="CSI without an end"),
    pytest.param("a\x1b", "a", id="ESC at the end"),
    pytest.param("\x1b\x1b[31m[31ma", "[31ma", id="one sequence inside another"),
    pytest.param("a\x9dHello \xe2\x80\x9c he said", "aHello \xe2 he said", id="UTF-8 as Latin-1"),
    pytest.param("\x00a\x01\x08\x0eb\x1c\x1f\x7fc\x80\x84\x9f", "abc", id="single controls"),
]


@pytest.mark.parametrize(("text", "expected"), SEQUENCES)
def test_sequences_go_whole_and_text_stays(text: str, expected: str) -> None:
    """Cases 45, 46, 47, 79: controls and their sequences vanish, in a line and in a text."""
    assert clean_line(text) == expected
    assert clean_text(text) == expected


def test_open_string_ends_with_its_line() -> None:
    """Case 45: a string that is never closed takes nothing of the article with it."""
    assert clean_text("\x1b]0;evil\nfirst\n\nsecond\x07 third") == "0;evil\nfirst\n\nsecond third"


DROPPED = [
    pytest.param("Annual_report\u202efdp.exe", "Annual_reportfdp.exe", id="override"),
    pytest.param("a\u200eb\u200fc\u061cd", "abcd", id="directional marks"),
    pytest.param("a\u202ab\u202bc\u202cd\u202de", "abcde", id="embeddings"),
    pytest.param("a\u2066b\u2067c\u2068d\u2069e\u206af", "abcdef", id="isolates, deprecated"),
    pytest.param("a\u200bb\u2060c\ufeffd\xade", "abcde", id="zero width, BOM, soft hyphen"),
    pytest.param("a\u2061b\u2064c\u180ed\u034fe", "abcde", id="other invisible characters"),
    pytest.param("a\u3164b\u115fc\uffa0d", "abcd", id="Hangul fillers"),
    pytest.param("ab" + "".join(chr(0xE0000 + ord(c)) for c in "hidden"), "ab", id="tags"),
    pytest.param("a\ue000b\U000f0000c\U0010fffdd", "abcd", id="private use"),
    pytest.param("a\ufdd0b\ufffec\uffffd\U0001ffffe", "abcde", id="noncharacters"),
    pytest.param("a\u200db\u200cc", "abc", id="joiners between Latin letters"),
    pytest.param("\u0645\u200c \u200c\u0645", "\u0645 \u0645", id="joiners at the ends of words"),
    pytest.param("\u0645\u200c\u200c\u200d\u0645", "\u0645\u200c\u0645", id="several joiners"),
    pytest.param("a\ufe0fb\ufe00c1\ufe0f", "abc1", id="selectors without an emoji"),
    pytest.param("\u2764" + "\ufe0f" * 9, "\u2764\ufe0f", id="many selectors"),
    pytest.param("\U0001f469\u200d\u200d\u200d x", "\U0001f469 x", id="joiners after an emoji"),
    pytest.param(
        "a\U0001f3fd \U0001f44d\U0001f3fd\U0001f3fd", "a \U0001f44d\U0001f3fd", id="tones"
    ),
    pytest.param(SCOTLAND, "\U0001f3f4", id="flag of a region"),
    pytest.param("\u0301a \u0301b", "a b", id="marks without a base"),
]


@pytest.mark.parametrize(("text", "expected"), DROPPED)
def test_invisible_characters_vanish(text: str, expected: str) -> None:
    """Cases 48, 49, 52: what cannot be seen, or means nothing where it stands, is dropped."""
    assert clean_line(text) == expected


KEPT = [
    pytest.param("Tesla [TSLA]: up \\[b] [/] [@click=app.quit]x[/]", id="markup is only text"),
    pytest.param(FAMILY, id="family"),
    pytest.param(
        "\U0001f3f3\ufe0f\u200d\U0001f308 \u2764\ufe0f\u200d\U0001f525", id="joined emoji"
    ),
    pytest.param("\U0001f469\U0001f3fd\u200d\U0001f4bb \U0001f44d\U0001f3ff", id="skin tones"),
    pytest.param("1\ufe0f\u20e3 #\ufe0f\u20e3 \xa9\ufe0f \u2122\ufe0e", id="keycaps and signs"),
    pytest.param("\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7", id="flags"),
    pytest.param("می‌خواهم کتاب‌ها", id="Persian"),
    pytest.param("क्‍ष र्‌य", id="Hindi conjuncts"),
    pytest.param("അവന്‍ പറഞ്ഞു", id="Malayalam chillu"),
    pytest.param("ශ්‍රී ලංකා", id="Sinhala"),
    pytest.param("ที่นี่ น้ำ ผู้ใหญ่", id="Thai"),
    pytest.param("လျှော့ချ မြို့", id="Burmese"),
    pytest.param("བསྒྲུབས་ སྐྱོང་", id="Tibetan"),
    pytest.param("בְּרֵאשִׁ֖ית שָּׁ֑ב", id="Hebrew with points"),
    pytest.param("مُحَمَّدٌ", id="Arabic with vowels"),
    pytest.param(unicodedata.normalize("NFD", "Tiếng Việt ở Huế"), id="Vietnamese in parts"),
    pytest.param(unicodedata.normalize("NFD", "한국어 뉴스"), id="Korean in parts"),
    pytest.param("日本語、「見出し」です……", id="Japanese"),
    pytest.param("“Yes” — he said… «non», ¿qué? 50 €", id="punctuation"),
    pytest.param("\U0001fae8 new emoji", id="an emoji newer than our tables"),
]


@pytest.mark.parametrize("text", KEPT)
def test_writing_and_emoji_stay(text: str) -> None:
    """Cases 49, 50, 55, 60: what writing and emoji need is kept, character for character."""
    assert clean_line(text) == text
    assert clean_text(text) == text


@pytest.mark.parametrize("mark", ["\u0301", "\u0e49", "\u0903", "\u20dd", "\u1161", "\U0001d165"])
def test_piles_of_marks_are_cut(mark: str) -> None:
    """Case 50: at most four marks on each base, whatever their kind."""
    assert clean_line("a" + mark * 100_000 + "b") == "a" + mark * MAX_MARKS_PER_BASE + "b"
    assert clean_text(f"a{mark * 9}b{mark * 3}") == f"a{mark * MAX_MARKS_PER_BASE}b{mark * 3}"


@pytest.mark.parametrize("between", ["\u200d", "\u200c", "\ufe0f", "\u200b", "\u034f", "\u1161"])
def test_nothing_invisible_parts_a_pile(between: str) -> None:
    """Case 50: joiners and their like between the marks do not make room for more."""
    assert len(clean_line("a" + ("\u0301" + between) * 1000)) == 1 + MAX_MARKS_PER_BASE


def test_chains_of_joined_emoji_are_cut() -> None:
    """Case 50: no more than four emoji are drawn as one, so a cell is at most 32 bytes."""
    assert clean_line("\u200d".join(["\U0001f469"] * 9)) == "".join(
        ["\u200d".join(["\U0001f469"] * 4)] * 2 + ["\U0001f469"]
    )


@pytest.mark.parametrize(
    "blank", ["\r", "\r\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\t", "\xa0", "\u3000"]
)
def test_line_has_single_spaces(blank: str) -> None:
    """Case 51: line ends, tabs and runs of blanks in a title become one space."""
    assert clean_line(f"{blank}a{blank}{blank}b \n{blank} c{blank}") == "a b c"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029"])
def test_text_has_plain_line_ends(end: str) -> None:
    """Case 51: in a text each kind of line end is a newline, and two are a paragraph."""
    assert clean_text(f"a{end}b{end}{end}c{end * 5}d{end}") == "a\nb\n\nc\n\nd"


def test_text_loses_blanks_at_line_ends() -> None:
    """Case 51: blanks before a line end go, those at its beginning and within stay."""
    assert clean_text("\n  a  b \t\n \xa0 \n\n\u3000c\xa0d\u3000\n") == "  a  b\n\n\u3000c\xa0d"
    assert clean_text("a\tb") == "a b"


def test_lone_surrogates_are_replaced() -> None:
    """Case 52: a lone surrogate is shown as such, a pair is the character it stands for."""
    assert clean_line("a\ud800b\udc00") == "a\ufffdb\ufffd"
    assert clean_text("\ud83d\ude00\n\ud83d") == "\U0001f600\n\ufffd"


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        pytest.param("abcdef", 6, "abcdef", id="fits"),
        pytest.param("abcdefg", 6, "abcde…", id="too long"),
        pytest.param("abcd efg", 6, "abcd…", id="no blank before the ellipsis"),
        pytest.param("日本語", 6, "日本語", id="wide, fits"),
        pytest.param("日本語", 5, "日本…", id="wide"),
        pytest.param("日本語", 4, "日…", id="no half of a wide character"),
        pytest.param("abe\u0301\u0302cd", 4, "abe\u0301\u0302…", id="marks stay with their base"),
        pytest.param("ab" + FAMILY + "cd", 9, "ab…", id="no half of a family"),
        pytest.param("ab\U0001f44d\U0001f3fdcd", 5, "ab…", id="no emoji without its tone"),
        pytest.param(
            "\U0001f1e9\U0001f1ea" * 3, 8, "\U0001f1e9\U0001f1ea…", id="no half of a flag"
        ),
        pytest.param("aक्षbcdef", 3, "a…", id="no half of a conjunct"),
    ],
)
def test_long_lines_are_cut(text: str, limit: int, expected: str) -> None:
    """Cases 53, 55: a long line ends in an ellipsis, and never within what is drawn as one."""
    assert clean_line(text, limit) == expected


def test_a_megabyte_of_title_is_500_cells() -> None:
    """Case 53: titles are cut at 500 cells."""
    assert clean_line("x" * 1_000_000) == "x" * 499 + "…"
    assert clean_line("\u65e5" * 1_000_000) == "\u65e5" * 249 + "…"


def is_safe(char: str) -> bool:
    """What may be shown, said in another way than the module says it."""
    kind = unicodedata.category(char)
    if kind == "Cf":
        return char in JOINERS or ord(char) in VISIBLE_FORMATS
    return char == "\n" or kind not in ("Cc", "Cs", "Co", "Zl", "Zp")


@settings(max_examples=150)
@given(texts)
def test_text_is_clean_at_once(text: str) -> None:
    """Case 58: any text comes out safe, no longer than it was, and a second time unchanged."""
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert CLEAN_TEXT_PATTERN.fullmatch(cleaned)
    assert all(map(is_safe, cleaned))
    assert len(cleaned) <= len(text)
    assert "\n\n\n" not in cleaned


@settings(max_examples=150)
@given(texts, st.integers(min_value=1, max_value=40))
def test_line_is_clean_at_once(text: str, limit: int) -> None:
    """Case 58: the same for a line, which fits the limit."""
    cleaned = clean_line(text, limit)
    assert clean_line(cleaned, limit) == cleaned
    assert CLEAN_TEXT_PATTERN.fullmatch(cleaned)
    assert all(map(is_safe, cleaned))
    assert len(cleaned) <= len(text) + 1
    assert "\n" not in cleaned
    assert cleaned.endswith("…") or cleaned == clean_line(text)


ASSIGNED = [*range(0x33000), *range(0xE0000, 0xE1000), 0xFFFFF, sys.maxunicode]


def test_every_single_character() -> None:
    """Case 58: every code point of the planes in use, between two letters."""
    cleaned = clean_text("".join(f"a{chr(point)}b\n" for point in ASSIGNED))
    assert CLEAN_TEXT_PATTERN.fullmatch(cleaned)
    assert all(map(is_safe, set(cleaned)))
    assert cleaned.count("a") >= len(ASSIGNED)  # nothing takes its neighbours with it


def test_every_mark() -> None:
    """Case 50: no mark of any script can be piled up, whatever the quick look thinks of it."""
    for point in ASSIGNED:
        if unicodedata.category(chr(point)).startswith("M"):
            assert len(clean_line("a" + chr(point) * 9)) <= 1 + MAX_MARKS_PER_BASE


def test_json_is_cleaned_to_the_leaves() -> None:
    """Cases 45, 52: fields we do not know are cleaned too, their names as lines."""
    value = {"a\x1b[31m\nb": ["x\x07", {"c": "l\r\n\x9bm\ud800"}, 1, 2.5, None, True]}
    assert clean_json(value) == {"a b": ["x", {"c": "l\n\ufffd"}, 1, 2.5, None, True]}
    assert clean_json({}) == {}
    assert clean_json(("a\x00",)) == ["a"]


def test_deep_json_ends() -> None:
    """Case 18: nesting deeper than anyone writes by hand is cut, not followed."""
    value: Any = "deep"
    for _ in range(100_000):
        value = [value]
    cleaned = clean_json(value)
    depth = 0
    while isinstance(cleaned, list):
        (cleaned,) = cleaned
        depth += 1
    assert (cleaned, depth) == ("…", MAX_JSON_DEPTH)
