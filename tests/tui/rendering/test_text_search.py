"""Text search in an article: hits, their positions and their order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.search.highlight import make_highlighter
from store.search.syntax_tree import WordsCondition
from store.text.folding import normalize_text
from tui.rendering.text_layout import TextLayout
from tui.rendering.text_search import SpanFinder, TextSearch, find_words

TEXT = st.text("aAéßİ‘’—e\u0301中が\u05d0\u05b7क्षि 🎉\n*[](u)", max_size=80)


def found(text: str, term: str | SpanFinder, near: tuple[int, int] = (0, 0)) -> TextSearch:
    """Return the finished search."""
    find = TextSearch(find_words(term) if isinstance(term, str) else term, near)
    layout = TextLayout(text, 20)
    while find.search_blocks(layout, 1):
        pass
    return find


def shown(text: str, term: str | SpanFinder) -> list[str]:
    """Return the text of the hits."""
    layout = TextLayout(text, 20)
    hits = found(text, term).hits
    blocks = [layout.block(hit.block_number) for hit in hits]
    return [
        block.text[hit.start : hit.end]
        for block, hit in zip(blocks, hits, strict=True)
        if block is not None
    ]


@pytest.mark.parametrize(
    ("text", "term", "hits"),
    [
        ("The café, the CAFÉ", "cafe", ["café", "CAFÉ"]),
        ("The cafe\u0301s", "café", ["cafe\u0301"]),
        ("Straße and STRASSE", "strasse", ["Straße", "STRASSE"]),
        ("Straße", "s", ["S"]),  # what is marked is an s
        ("Straße", "ass", ["aß"]),
        ("Straße", "as", []),
        ("eﬃcient", "ffi", ["ﬃ"]),
        ("wait…", "wait...", ["wait…"]),
        ("He said “don’t” — twice", 'said "don\'t" - twice', ["said “don’t” — twice"]),
        ("two   blanks", "two blanks", ["two   blanks"]),
        ("a **bold** word and [a link](http://word)", "bold word", ["bold word"]),
        ("ガ and カ", "カ", ["カ"]),
        ("東京都庁", "京都", ["京都"]),
        ("שָׁלוֹם", "שלום", ["שָׁלוֹם"]),
        ("a.c abc", "a.c", ["a.c"]),
        ("nothing", "", []),
        ("nothing", "  ", []),
        ("한국어", "국", ["국"]),
        ("👩‍👩‍👧 family", "family", ["family"]),
    ],
)
def test_hits(text: str, term: str, hits: list[str]) -> None:
    """Case, accents, kinds of quotes and blanks make no difference; marks that make another letter do."""
    assert shown(text, term) == hits


def test_the_words_of_a_search_are_highlighted_as_in_its_snippets() -> None:
    text = "The mail said aims of AI, 人工知能のAI, fog,  harbour"
    conditions = [WordsCondition("ai"), WordsCondition("mail"), WordsCondition("知能")]
    assert shown(text, make_highlighter(conditions).find_spans) == ["mail", "AI", "知能", "AI"]
    phrase = WordsCondition("fog harbour", is_phrase=True)
    assert shown(text, make_highlighter([phrase]).find_spans) == ["fog,  harbour"]


def test_hits_wrap_around_from_the_reading_position() -> None:
    text = "one tide\n\ntwo tides\n\nthree"
    find = found(text, "tide", near=(1, 0))
    assert (find.status_text, find.current_hit) == ("2 of 2", find.hits[1])
    find.step(1)
    assert find.status_text == "1 of 2"
    find.step(-1)
    assert find.status_text == "2 of 2"
    assert found(text, "tide", near=(4, 0)).status_text == "1 of 2"
    assert found(text, "ebb").status_text == "not found"
    assert found(text, "").status_text == ""
    nothing = found(text, "ebb")
    nothing.step(1)
    assert nothing.current_hit is None


def test_a_long_text_is_searched_in_slices() -> None:
    """Case 54: the first hit is known before all 100,000 lines are searched."""
    layout = TextLayout("\n".join(["a line with the tide in it"] * 100_000), 80)
    find = TextSearch(find_words("tide"))
    assert find.search_blocks(layout, 100)
    assert find.status_text == "1 of 100…"
    assert layout.laid_out_lines < 200
    assert find.current_hit == (0, 16, 20)


def test_hits_are_highlighted_on_all_their_lines() -> None:
    layout = TextLayout("- one two three", 9)
    find = found("- one two three", "one two three")
    spans = [find.line_spans(line) for line in layout]
    assert [[line.text[s.start : s.end] for s in each] for line, each in zip(layout, spans, strict=True)] == [
        ["one two"], ["three"],
    ]  # fmt: skip
    assert {span.style for each in spans for span in each} == {"selection"}
    two = found("tide and tide", "tide")
    assert [span.style for span in two.line_spans(TextLayout("tide and tide", 40)[0])] == [
        "selection",
        "match",
    ]


@given(TEXT, st.text("aes中がß'\u05d0", min_size=1, max_size=2))
def test_hits_match_the_term_at_every_width(text: str, term: str) -> None:
    """Every hit equals the term, and is highlighted at every width."""
    hits = shown(text, term)
    assert all(normalize_text(term) == normalize_text(hit) for hit in hits)
    layout = TextLayout(text, 7)
    find = found(text, term)
    marked = "".join(
        line.text[span.start : span.end] for line in layout for span in find.line_spans(line)
    )
    assert len(marked) <= sum(map(len, hits)) or not hits
    assert bool(marked.strip()) == bool("".join(hits).strip())
