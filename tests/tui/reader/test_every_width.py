"""Columns line up at every width from 40 to 250, whatever script the text is in."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

import pytest
from rich.cells import cell_len

from store.model.article import (
    Article,
    ArticleInsights,
    ArticleRow,
    Body,
    FullArticle,
    ReadingStatus,
    SimilarArticle,
    Snippet,
)
from tests.support.screens import fits
from tests.tui.reader.test_widgets import Holder
from tui.reader.widgets.article_list import ArticleList
from tui.reader.widgets.bars import StatusLine
from tui.rendering.cells import StyledText, measure_cells
from tui.rendering.side_sections import build_detail_sections
from tui.rendering.text_layout import TextLayout
from tui.rendering.trail import render_breadcrumbs

WIDTHS = range(40, 251)
NOW = 1_795_000_000
TEXTS = {
    "Japanese": "深海の謎の音は「ししおどし」だった、と研究者が語る。ｶﾀｶﾅ、ゔ、㍿、１２３。" * 4,
    "Chinese": "河流上游的水坝协议：谁得到水，什么时候得到？农民们一桶一桶地数。" * 4,
    "Korean": "삭막한 항구에서 조석표를 소리 내어 읽었다. 각각의 배는 \u1112\u1161\u11ab 늦었다. " * 4,
    "emoji": "👩‍👩‍👧‍👦 family 🇩🇪🇯🇵 flags ❤️ heart 👍🏽 thumb 1️⃣ key ⌚️ watch 🏴‍☠️ " * 4,
    "marks": "Vie\u0302\u0323t e\u0301e\u0300 Z\u0351\u0343\u0365\u0308algo na\u0308iv o\u0336v\u0336e\u0336r " * 4,
    "Arabic": "سكان أسفل نهر إلفان يَسْتَقْبِلُونَ الماءَ في ٢٠٢٦، قال الباحث (ل. م.). " * 4,
    "Hebrew": "תושבי הנמל קָרְאוּ בקול את לוחות הגאות, 27 פעמים – “כך” אמר החוקר. " * 4,
    "Hindi": "नमस्ते दुनिया, क्ष्म और श्री की कहानी। ภาษาไทย ที่นี่ กำลัง " * 4,
    "mixed": "A río’s 水坝 in ירושלים and القاهرة: 🎏 e\u0301té, x\u0301\u0302, ﷺ and ㍿ at 12:30 " * 4,
}  # fmt: skip


def whole_clusters(text: str, source: str) -> bool:
    """Return True if a part of a text begins and ends between two characters of it."""
    at = source.find(text)
    cells = measure_cells(source)[1]
    inside = {index for index, (before, after) in enumerate(pairwise(cells)) if before == after}
    return at < 0 or not inside & {at, at + len(text)}


def columns(pieces: Sequence[StyledText]) -> list[int]:
    """Return the cells at which the pieces of a line end."""
    return list(accumulate(cell_len(text) for text, _ in pieces))


async def test_list_rows() -> None:
    """Case 55: every row ends at the edge, and its facts are aligned with those of the others."""
    rows = [
        ArticleRow(
            script, text[n:], text[:7], NOW - 90_000 * n, 0, 900 * n, n % 2 == 0, n % 3 == 0, 0
        )
        for n, (script, text) in enumerate(TEXTS.items())
    ]
    lines = {row.id: Snippet(TEXTS[row.id], ((5, 9),)) for row in rows}
    listed, matched = (ArticleList(lambda: NOW, id="list") for _ in range(2))
    async with Holder(listed).run_test(size=(60, 9)):
        listed.show(rows)
        matched.show_matches(rows, lines, lambda _: ((1, 4),))
        for width in WIDTHS:
            ends = [columns(listed.build_line(y, width)) for y in range(len(rows))]
            assert {line[-1] for line in ends} == {width}
            assert len({line[-2] for line in ends[1:]}) == 1, "where the facts begin"
            ends = [columns(matched.build_line(y, width)) for y in range(2 * len(rows))]
            assert {line[-1] for line in ends[::2]} == {width}
            assert max(line[-1] for line in ends[1::2]) <= width


@pytest.mark.parametrize("script", TEXTS)
def test_article_lines(script: str) -> None:
    """Case 55: no line is too wide, and none begins or ends within a character."""
    text = TEXTS[script].strip()
    for width in (*range(40, 161, 3), 200, 250):
        layout = TextLayout(f"{text}\n\n- {text}\n\n> {text}", width)
        layout.lay_out_more(1_000)
        lines = [layout[y].text for y in range(layout.laid_out_lines)]
        assert all(fits(line, width) for line in lines), width
        assert all(whole_clusters(line, text) for line in lines[:3]), width


@pytest.mark.parametrize("script", TEXTS)
def test_side_pane_trail_and_status_lines(script: str) -> None:
    """Case 55: side pane, trail and status line keep to their width."""
    text = TEXTS[script]
    article = Article("x", text, category=text[:20], authors=(text[:30],), tags=(text[:12],))
    entry = FullArticle(article, Body("Text.", text), ReadingStatus())
    similar = [
        SimilarArticle(
            "y",
            text,
            category=text[:20],
            shared_terms=(text[:9], "harbour"),
            duplicates=("copy1", "copy2"),
        )
    ]
    study = ArticleInsights(keywords=(text[:6], text[6:14]))
    for width in (*range(34, 80, 3), 248):
        for section in build_detail_sections(entry, similar, study, width, NOW):
            for folded in (True, False):
                for item in section.visible_items(width, folded=folded):
                    for line in (*item.lines, *item.full_lines):
                        assert fits("".join(piece for piece, _ in line), width), (width, line)
    status = StatusLine(id="status")
    status.set_key_hints([("enter", "open"), ("?", "help"), ("q", "quit")])
    status.set_state(text)
    for width in WIDTHS:
        assert columns(status.build_line(0, width))[-1] == width
        assert cell_len("".join(render_breadcrumbs([text, "x", text[5:]], 1, width))) <= width
