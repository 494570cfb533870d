"""Layout: an article's text as the lines of its view."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.support.screens import fits
from tui.rendering.text_layout import StyleSpan, TextLayout, TextLine

ANY = st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.just("\n"), max_size=200)
MARKED = st.text("ab \n\n*`[]()!#>-|.1中🎉é~", max_size=200)
PIECES = ("[ab](http://x)", "**", "*", "`", "word", "(", "http://a.b/c", "[", "```", ")", "中。")
BREAKS = ("](u)", " ", "\n", "\n\n- ", "\n> ", "|a|\n", "\n# ")
LINKED = st.lists(st.sampled_from(PIECES + BREAKS), max_size=40).map("".join)


def shown(text: str, width: int = 80) -> list[str]:
    return [line.text for line in TextLayout(text, width)]


def styled(line: TextLine) -> list[tuple[str, str]]:
    return [(line.text[span.start : span.end], span.style) for span in line.spans]


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 40, []),
        ("\n\n \n", 40, []),
        ("one\n\ntwo", 40, ["one", "", "two"]),
        ("\n\none\n\n\n \n\ntwo\n\n", 40, ["one", "", "two"]),
        ("one\ntwo", 40, ["one", "two"]),
        ("a longer line", 8, ["a longer", "line"]),
        ("  verse\n    verse", 40, ["  verse", "    verse"]),
        ("## Heading\ntext", 40, ["Heading", "", "text"]),
        ("text\n# One\n# Two", 40, ["text", "", "One", "", "Two"]),
        ("#tag and #2", 40, ["#tag and #2"]),
        ("Three:\n- one\n- two", 40, ["Three:", "• one", "• two"]),
        ("- one two three", 9, ["• one two", "  three"]),
        ("- a\n  - b b b b", 8, ["• a", "  • b b", "    b b"]),
        ("1. one two\n10) ten ten", 8, ["1. one", "   two", "10) ten", "    ten"]),
        ("- one\n  more of one", 10, ["• one", "  more of", "  one"]),
        ("* a footnote here", 12, ["* a footnote", "  here"]),
        ("2022. was a year", 10, ["2022. was", "a year"]),
        ("-5 degrees", 40, ["-5 degrees"]),
        ("- - -", 40, ["• • -"]),
        ("> one two three", 10, ["│ one two", "│ three"]),
        ("> a\n>\n> b", 40, ["│ a", "│", "│ b"]),
        ("> > deep", 40, ["│ │ deep"]),
        (">50% agree", 40, [">50% agree"]),
        ("> quote\ntext", 40, ["│ quote", "", "text"]),
        ("```py\nx  = [1]\n\n## y\n```\nz", 40, ["x  = [1]", "", "## y", "", "z"]),
        ("~~~\n```\n~~~", 40, ["```"]),
        ("```\nnever closed", 40, ["```", "never closed"]),
        ("```\nabcdefgh\n```", 5, ["abcde", "↳ fgh"]),
        ("```\na   b   c\n```", 5, ["a   b", "↳    ", "↳ c"]),
        ("| a | *b* |\n|---|---|\n| 1 | 2 |", 40, ["a │ b", "──┼──", "1 │ 2"]),
        ("a | *b*\n--|--\n1 | *2*\n\nc | d", 40, ["a │ b", "──┼──", "1 │ 2", "", "c | d"]),
        ("either | *or*", 40, ["either | or"]),
        ("- deep and narrow", 1, ["•", *"deepandnarrow"]),
        ("日本語の新聞", 5, ["日本", "語の", "新聞"]),
    ],
)
def test_blocks(text: str, width: int, lines: list[str]) -> None:
    assert shown(text, width) == lines


@pytest.mark.parametrize(
    "text",
    [
        "Tesla [TSLA]: up",
        "[Update]",
        "[1]",
        "[a=b]",
        "[$x]",
        "[[a]]",
        "[/]",
        "[/foo]",
        "[/",
        '[a="b]',
        "[red]x[/blue]",
        "[@click=quit]x[/]",
        "2 * 3 * 4 and 2*3*4, a*b*c",
        "snake_case and _this_ and __that__",
        "f*** and s*** and 5* hotels",
        "*) see below, (*) here and (*) there",
        "``quoted'' and ``quoted'' as wires do",
        "rock `n roll, it`s",
        "*** Update ***",
        "array[i] (see below) [x](not a link) [](http://x)",
        "![alt] (none)",
        "<b>bold</b> &amp; <http//x>",
        "He said *this and left",
        "http:// and https://",
    ],
)
def test_text_without_markup_is_unchanged(text: str) -> None:
    """Cases 60 and 61: character by character."""
    (line,) = TextLayout(text, 200)
    assert line.text == text


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a *b c* d", [("b c", "em")]),
        ("a **b** d", [("b", "strong")]),
        ("**Note:** x", [("Note:", "strong")]),
        ("***b***", [("b", "em"), ("b", "strong")]),
        ("**a *b* c**", [("a b c", "strong"), ("b", "em")]),
        ("*a **b***", [("a b", "em"), ("b", "strong")]),
        ("中文*强调*中文", [("强调", "em")]),
        ("run `x * y`", [("x * y", "code")]),
        ("a ``b ` c`` d", [("b ` c", "code")]),
        ("see [the site](http://x.y)", [("the site", "link")]),
        ("**[a](http://x)**", [("a", "link"), ("a", "strong")]),
        ("[*a* b](http://x)", [("a", "em"), ("a b", "link")]),
        ("[a [b] c](http://x)", [("a [b] c", "link")]),
        ("![a cat](cat.png)", [("▣ a cat", "link")]),
        ("![](cat.png)", [("▣", "link")]),
        ("[![logo](i.png)](http://x)", [("▣ logo", "link")]),
        ("(http://x.y/a_(b), too).", [("http://x.y/a_(b)", "link")]),
        ("**https://x.y**", [("https://x.y", "link"), ("https://x.y", "strong")]),
        ("見https://x.y/。", [("https://x.y/", "link")]),
        ("\\*not\\* *a\\*b*", [("a*b", "em")]),
        ("\\[a](b) [c\\]](http://x/\\_y)", [("c]", "link")]),
        ("> a *b*", [("│ a b", "quote"), ("b", "em")]),
        ("# a *b*", [("a b", "heading"), ("b", "em")]),
    ],
)
def test_inline(text: str, parts: list[tuple[str, str]]) -> None:
    assert styled(TextLayout(text, 80)[0]) == parts


def test_spans_continue_over_lines_without_prefixes() -> None:
    lines = list(TextLayout("- a [link of words](http://x) b", 8))
    assert [line.text for line in lines] == ["• a link", "  of", "  words", "  b"]
    assert [line.spans for line in lines] == [
        (StyleSpan(4, 8, "link"),),
        (StyleSpan(2, 4, "link"),),
        (StyleSpan(2, 7, "link"),),
        (),
    ]
    assert [line.indent for line in lines] == [2, 2, 2, 2]


def test_links_are_numbered_and_keep_their_url() -> None:
    """Case 64: the URL is as in the source, not decoded."""
    text = (
        '# A [b](http://x/%41?a=1&amp;b "title")\n\n![p](<a b.png>) [c](javascript:x)\n'
        "[http://in.side](http://out.side) [![i](i.png)](/home) https://bare.org/x."
    )
    links = TextLayout(text, 20).links
    assert [(link.number, link.text, link.url) for link in links] == [
        (1, "b", "http://x/%41?a=1&amp;b"),
        (2, "▣ p", "a b.png"),
        (3, "c", "javascript:x"),
        (4, "http://in.side", "http://out.side"),
        (5, "▣ i", "i.png"),
        (6, "▣ i", "/home"),
        (7, "https://bare.org/x", "https://bare.org/x"),
    ]
    assert all(text[link.offset] in "[!h" for link in links)


def test_offsets_are_those_of_the_shown_text() -> None:
    text = "# Title\n\n\nA **strong** word and [a link](http://x) more\n- item one"
    layout = TextLayout(text, 12)
    lines = [(line.text, text[line.offset :][:3]) for line in layout if line.text]
    assert lines == [
        ("Title", "Tit"),
        ("A strong", "A *"),
        ("word and a", "wor"),
        ("link more", "lin"),
        ("• item one", "- i"),
    ]


def test_positions_survive_a_change_of_width() -> None:
    text = "\n\n".join(f"Paragraph {n} " + "some *more* words " * 20 for n in range(50))
    place = TextLayout(text, 80)[100].offset
    for width in (20, 37, 120):
        layout = TextLayout(text, width)
        y = layout.line_at_offset(place)
        assert layout[y].offset <= place
        assert y + 1 == len(layout) or place < layout[y + 1].offset


def test_line_at_the_ends() -> None:
    assert TextLayout("", 10).line_at_offset(5) == 0
    layout = TextLayout("\n\none\ntwo", 10)
    assert [layout.line_at_offset(offset) for offset in (-1, 0, 2, 6, 99)] == [0, 0, 0, 1, 1]


@pytest.mark.parametrize(
    ("text", "rtl"),
    [
        ("שלום עולם", True),
        ("3. (مرحبا) world", True),
        ("world مرحبا", False),
        ("日本", False),
        ("- שלום", True),
        ("1 2 3 –", False),
    ],
)
def test_right_to_left(text: str, rtl: bool) -> None:
    (line,) = TextLayout(text, 40)
    assert line.is_rtl is rtl
    assert line.text.removeprefix("•") == text.removeprefix("-")


@given(ANY | MARKED | LINKED, st.integers(1, 120))
def test_any_text_fits(text: str, width: int) -> None:
    """Cases 55 and 61: no line is wider than the view or contains characters that would break it."""
    for line in TextLayout(text, width):
        assert fits(line.text, width)
        assert "\n" not in line.text
        assert line.indent <= len(line.text)
        assert all(0 <= span.start < span.end <= len(line.text) for span in line.spans)


@given(ANY | MARKED | LINKED, st.integers(1, 120))
def test_offsets_grow(text: str, width: int) -> None:
    """Every line is found by its own offset, so that a reading position survives a resize."""
    layout = TextLayout(text, width)
    lines = list(layout)
    assert all(a.offset <= b.offset for a, b in pairwise(lines))
    if "![" not in text:
        found = [
            (y, layout.line_at_offset(line.offset)) for y, line in enumerate(lines) if line.text
        ]
        assert all(y == at for y, at in found)


@given(st.lists(st.text("abcé中,._[]", min_size=1, max_size=12), max_size=40), st.integers(8, 80))
def test_plain_paragraphs_keep_their_words(words: list[str], width: int) -> None:
    """Case 60: the lines of a paragraph are its words."""
    text = " ".join(words)
    assert "".join(shown(text, width)).replace(" ", "") == "".join(words)


@given(ANY | MARKED | LINKED, st.integers(1, 40))
def test_lazy_layout_equals_complete_layout(text: str, width: int) -> None:
    """Lines laid out on demand are those laid out at once."""
    whole, bits = list(TextLayout(text, width)), TextLayout(text, width)
    while bits.lay_out_more(1):
        assert bits.laid_out_lines <= len(whole)
    assert bits.is_complete
    assert [bits[y] for y in range(len(bits))] == whole


def test_first_screen_takes_only_what_it_shows() -> None:
    """Case 54: only the lines asked for are laid out, of 100,000."""
    layout = TextLayout("\n".join(["the quick brown fox jumps over the lazy dog"] * 100_000), 20)
    assert layout.lay_out_more(40)
    assert layout.laid_out_lines <= 43
    assert layout[60].text
    assert layout.laid_out_lines <= 63
    assert layout.line_at_offset(44 * 100) == 300
    assert layout.laid_out_lines < 310
    assert not layout.is_complete
    assert len(layout) == 300_000
    assert not layout.lay_out_more(1)


def test_indexing_as_in_any_sequence() -> None:
    layout = TextLayout("a\nb", 9)
    assert layout[-1].text == "b"
    for y in (2, -3):
        with pytest.raises(IndexError):
            layout[y]


TABLE = "|" + "a|" * 3000 + "\n|" + "-|" * 3000 + "\n" + ("|" + "b|" * 3000 + "\n") * 20
HOSTILE = {
    "urls": "http://a" * 20_000,
    "urls in brackets": "http://a)" * 20_000,
    "open url brackets": "http://a(" * 20_000,
    "brackets": "[" * 50_000,
    "links begun": "[a](" * 40_000,
    "images begun": "![" * 50_000 + "](x)" * 50_000,
    "titles begun": '[a](b "' * 30_000,
    "nested links": "[" * 50_000 + "](x)" * 50_000,
    "asterisks": "*" * 160_000,
    "emphasis begun": " *a" * 50_000,
    "strong and not": "**a *b " * 20_000,
    "ticks": " ".join("`" * (n % 400 + 1) + "a" for n in range(4000)),
    "table": TABLE,
    "bars": "|" * 160_000,
    "rules": "a | b\n" + " " * 160_000 + "x",
    "quotes": ">" * 160_000 + "x",
    "fences": "```x\n~~~y\n" * 20_000,
    "items": "- " * 80_000,
    "deep items": "".join(" " * n + "- a\n" for n in range(500)),
    "spaces": "a" + " " * 160_000 + "b",
    "numbers": "1" * 160_000 + ".",
    "markup": "[a [b](c) *d `e` **f " * 10_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text(text: str) -> None:
    """Case 65: all of it is laid out (a quadratic pass would not end) and fits."""
    layout = TextLayout(text, 80)
    assert len(layout) > 0
    assert all(cell_len(layout[y].text) <= 80 for y in range(0, len(layout), 100))
    assert len(layout.links) <= len(text)


def test_a_line_has_only_its_own_spans() -> None:
    """Case 65: of 20,000 links in one paragraph a line has those it shows."""
    layout = TextLayout("[a](http://b) " * 20_000, 80)
    assert [span.start for span in layout[len(layout) // 2].spans] == list(range(0, 80, 2))
    assert len(layout.links) == 20_000
