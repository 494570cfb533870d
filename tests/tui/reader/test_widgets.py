"""The widgets on their own: what they draw, and how much of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import pytest
from rich.cells import cell_len
from textual.app import ComposeResult
from textual.events import Click
from textual.geometry import Region
from textual.types import CSSPathType

from store.model.article import (
    Article,
    ArticleRow,
    Body,
    FullArticle,
    ReadingStatus,
    SimilarArticle,
)
from tests.support.reader import key_event, long_text, run_app
from tests.support.screens import screen_text
from themes import loader
from tui.reader.textual_theme import role_variables, textual_theme
from tui.reader.widgets.article_list import ArticleList, ListWindow
from tui.reader.widgets.article_view import ArticleView
from tui.reader.widgets.bars import StatusLine
from tui.reader.widgets.inputs import SanitizedInput
from tui.reader.widgets.line_view import LineView
from tui.reader.widgets.one_shot_timer import SteadyApp
from tui.reader.widgets.side_pane import SidePane
from tui.rendering.list_layout import ListHeading

NOW = 1_795_000_000
TITLES = (
    "A plain title", "深海の謎の音は「ししおどし」だった、と研究者", "سكان أسفل نهر إلفان يستقبلون", "한국어 제목입니다",
    "👩‍👩‍👧‍👦 family 🇩🇪🇯🇵 flags ❤️ heart", "नमस्ते दुनिया क्ष्म", "ภาษาไทย ที่นี่", "e\u0301e\u0301 combining",
    "１２３ wide digits ｆｕｌｌ", "x" * 500, "", " ", "🎏", "ﷺ", "⌚️⏩1️⃣",
)  # fmt: skip


def row(
    number: int,
    title: str = "",
    category: str = "world",
    *,
    read: bool = False,
    starred: bool = False,
) -> ArticleRow:
    """Return a row of the list."""
    return ArticleRow(
        f"id{number}", title or f"Title {number}", category, NOW - number, 0, 300, read, starred, 0
    )


def entry(title: str = "Title", text: str = "Text.", **facts: object) -> FullArticle:
    """Return an article."""
    article = Article(
        id="id", title=title, category=title, authors=(title,), tags=(title,), words=9
    )
    return FullArticle(
        article, Body(text=text, summary=title, summary_origin="import"), ReadingStatus()
    )


class Holder(SteadyApp):
    """An app with a single widget."""

    CSS_PATH: ClassVar[CSSPathType | None] = "../../../tui/reader/widgets/line_view.tcss"

    def __init__(self, widget: LineView | SanitizedInput) -> None:
        self._default = loader.load_built_in_theme("dark")
        super().__init__()
        self.register_theme(textual_theme(self._default))
        self.theme = "dark"
        self.widget = widget

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return role_variables(self._default)

    def compose(self) -> ComposeResult:
        yield self.widget


class Counting(ArticleList):
    """A list that counts the rows it builds."""

    built: ClassVar[list[int]] = []

    def build_line(self, y: int, width: int) -> Sequence[tuple[str, str]]:
        self.built.append(y)
        return super().build_line(y, width)


async def test_a_list_of_100000_rows_builds_only_what_is_on_the_screen() -> None:
    """Case 54 for lists: whatever the library's size, a key draws two rows."""
    rows = [row(number) for number in range(100_000)]
    widget = Counting(lambda: NOW, id="list")
    async with run_app(Holder(widget), (80, 20)) as running:
        widget.show(rows)
        await running.settle()
        assert {y for y in Counting.built if y < 100_000} == set(range(20))
        Counting.built.clear()
        widget.move_cursor(1)
        await running.settle()
        assert set(Counting.built) == {0, 1}
        Counting.built.clear()
        widget.move_cursor(10**9)
        await running.settle()
        assert widget.cursor == 99_999
        assert len(set(Counting.built)) <= 23
        assert set(Counting.built) >= set(range(99_980, 100_000))


async def test_the_list_scrolls_by_half_a_screen() -> None:
    widget = ArticleList(lambda: NOW, id="list")
    async with run_app(Holder(widget), (80, 20)) as running:
        widget.show([row(number) for number in range(100)])
        await running.settle()
        tops = []
        for _ in range(40):
            widget.move_cursor(1)
            tops.append(widget.top_line)
            assert widget.top_line <= widget.cursor < widget.top_line + 20
        assert sorted(set(tops)) == [0, 10, 20, 30]
        while widget.move_cursor(-1):
            assert widget.top_line <= widget.cursor < widget.top_line + 20
        assert widget.top_line == 0


async def test_a_list_scrolls_further_while_a_key_is_held() -> None:
    """Fewer lines are drawn again: a held key sends the fewer bytes."""
    widget = ArticleList(lambda: NOW, id="list")
    async with run_app(Holder(widget), (80, 20)) as running:
        widget.show([row(number) for number in range(60)])
        await running.settle()
        widget.is_moving = True
        tops = [widget.top_line for _ in range(45) if widget.move_cursor(1)]
        assert sorted(set(tops)) == [0, 16, 32]
        tops = [widget.top_line for _ in range(45) if widget.move_cursor(-1)]
        assert sorted(set(tops)) == [0, 15, 32]


async def test_a_narrow_list_has_two_lines_for_each_article() -> None:
    """The facts of an article are shown at every width; a key still draws two lines."""
    widget = Counting(lambda: NOW, id="list")
    async with run_app(Holder(widget), (36, 20)) as running:
        rows = [row(number) for number in range(10)]
        rows += [row(number + 200_000, read=True)._replace(category="news") for number in range(10)]
        headings = [ListHeading("Today", 0), ListHeading("This week", 10)]
        widget.show_window(ListWindow(0, rows, len(rows), headings=headings))
        await running.settle()
        shown = [line.rstrip() for line in screen_text(running.app).splitlines()]
        facts = "world · now · 1′".rjust(36)
        assert widget.build_title(32) == "Today · 10"
        assert shown[:3] == [">●  Title 0", facts, " ●  Title 1"]
        Counting.built.clear()
        widget.move_cursor(1)
        await running.settle()
        assert set(Counting.built) == {0, 2}
        widget.move_cursor(9)
        await running.settle()
        shown = [line.rstrip() for line in screen_text(running.app).splitlines()]
        at = shown.index(">   Title 200000")
        assert shown[at - 1 : at + 2] == [" This week · 10", shown[at], "news · 2d · 1′".rjust(36)]
        assert (widget.move_cursor(1), widget.cursor) == (True, 11), "a heading takes no step"
        while widget.move_cursor(-1):
            pass
        assert widget.top_line == 0, "the first heading is seen again"


async def test_changed_rows_are_redrawn_in_place() -> None:
    widget = Counting(lambda: NOW, id="list")
    async with run_app(Holder(widget), (80, 10)) as running:
        rows = [row(number) for number in range(50)]
        widget.show(rows)
        await running.settle()
        Counting.built.clear()
        changed = {
            "id3": row(3, starred=True),
            "id4": row(4),
            "id40": row(40, read=True),
            "x": row(9),
        }
        widget.update_rows(changed)
        await running.settle()
        assert set(Counting.built) == {3}, "rows that are the same or out of sight are not drawn"
        assert widget.rows[3].starred
        assert widget.rows[40].read
        assert not rows[3].starred, "the rows that came are left as they were"


async def test_the_cursor_stays_on_its_article_when_rows_change() -> None:
    widget = ArticleList(lambda: NOW, id="list")
    async with run_app(Holder(widget), (80, 10)) as running:
        rows = [row(number) for number in range(50)]
        widget.show(rows)
        await running.settle()
        widget.move_cursor_to(30)
        line = widget.cursor - widget.top_line
        widget.show([row(1000 + number) for number in range(5)] + rows)
        assert (
            widget.selected_row and widget.selected_row.id,
            widget.cursor - widget.top_line,
        ) == ("id30", line)
        widget.show(rows[:10])
        assert widget.cursor == 9
        widget.show([])
        assert (widget.selected_row, widget.move_cursor(1), widget.move_cursor(-1)) == (
            None,
            False,
            False,
        )
        widget.show(rows)
        assert widget.cursor < 50


async def test_the_cursor_stays_on_the_first_row_while_a_library_loads() -> None:
    """Newer articles may be in a file that is read later."""
    widget = ArticleList(lambda: NOW, id="list")
    async with run_app(Holder(widget), (80, 10)) as running:
        rows = [row(number) for number in range(50)]
        widget.show(rows[20:])
        await running.settle()
        widget.show(rows)
        assert widget.cursor == 0
        widget.is_cursor_settled = True
        widget.show([row(99), *rows])
        assert widget.cursor == 1


async def test_a_click_selects_and_a_second_one_opens() -> None:
    chosen: list[str] = []

    class Choosing(Holder):
        def on_article_list_open_requested(self, message: ArticleList.OpenRequested) -> None:
            chosen.append(message.row.id)

    widget = ArticleList(lambda: NOW, id="list")
    async with run_app(Choosing(widget), (60, 10)) as running:
        widget.show([row(number) for number in range(5)])
        await running.pilot.click(offset=(5, 3))
        assert (widget.cursor, chosen) == (3, [])
        await running.pilot.click(offset=(5, 3))
        assert chosen == ["id3"]
        await running.pilot.click(offset=(5, 8))
        assert (widget.cursor, chosen) == (3, ["id3"])
        assert Click is not None


WIDTHS = (40, 41, 47, 48, 59, 76, 111, 160)


def widths_of(widget: LineView) -> set[int]:
    """Return the cells of every line, as rich counts them and as the strip says."""
    strips = widget.render_lines(Region(0, 0, *widget.size))
    return {cell_len(strip.text) for strip in strips} | {strip.cell_length for strip in strips}


async def test_every_line_is_exactly_as_wide_as_its_pane() -> None:
    """Case 55: columns are aligned in any script, without half a wide character at the edge."""
    articles = ArticleList(lambda: NOW, id="list")
    view = ArticleView(lambda: 0, id="article")
    side = SidePane(lambda: NOW, id="side")
    status = StatusLine(id="status")
    for widget in (articles, view, side, status):
        async with run_app(Holder(widget), (40, 40)) as running:
            rows = [
                row(n, title, TITLES[n - 3], read=bool(n % 2), starred=n % 3 == 0)
                for n, title in enumerate(TITLES)
            ]
            if widget is articles:
                articles.show(rows)
            whole = entry(
                " ".join(TITLES), "\n\n".join([*TITLES, "> " + TITLES[1], "- " + TITLES[2]])
            )
            if widget is view:
                view.show(whole)
            if widget is side:
                side.show(whole)
                side.show_similar(
                    "id", [SimilarArticle("x", t, t, NOW, shared_terms=(t,)) for t in TITLES]
                )
            status.set_state(TITLES[1] * 3)
            for width in WIDTHS:
                await running.resize(width, 40)
                widget.refresh()
                assert widget.size.width == width
                assert widths_of(widget) == {width}, (widget, width)


async def test_signs_are_glyphs() -> None:
    """Cases 98 and 128: unread, starred, updated and selected differ by glyph, not by colour alone."""
    widget = ArticleList(lambda: NOW, id="list")
    async with run_app(Holder(widget), (50, 5)) as running:
        widget.show(
            [
                row(0)._replace(category="news"),
                row(1, read=True),
                row(2, starred=True),
                row(3, read=True, starred=True),
            ]
        )
        await running.settle()
        lines = screen_text(running.app).split("\n")
        assert [line[:4] for line in lines[:4]] == [">●  ", "    ", " ●★ ", "  ★ "]
        assert {line[-5:].strip() for line in lines[:4]} == {"1′"}
        assert [line[:-5].split()[-2] for line in lines[:4]] == ["news", "world", "world", "world"]
        await running.resize(40, 20)
        widget.show([row(0)._replace(updated=True), row(1, read=True)._replace(updated=True)])
        await running.settle()
        lines = screen_text(running.app).split("\n")
        assert [line[:2] for line in lines[:4:2]] == [">●", " ↻"]
        assert {line.strip() for line in lines[1:4:2]} == {"now · 1′"}, "one category says nothing"


async def test_an_article_posts_its_end_once() -> None:
    ends: list[str] = []

    class Reading_(Holder):  # noqa: N801 - Textual names handlers after classes
        def on_article_view_end_reached(self, message: ArticleView.EndReached) -> None:
            ends.append(message.article)

    view = ArticleView(lambda: 0, id="article")
    async with run_app(Reading_(view), (60, 10)) as running:
        view.show(entry(text=long_text(30)))
        await running.settle()
        assert ends == []
        view.scroll_lines(10**6)
        await running.settle()
        view.scroll_lines(-3)
        view.scroll_lines(3)
        await running.settle()
        assert ends == ["id"]
        place = view.position
        view.show(entry(text=long_text(30)), place)
        await running.settle()
        assert (ends, view.position, view.is_at_end) == (["id"], place, True)
        view.clear()
        await running.settle()
        assert "No article open" in screen_text(running.app)


async def test_changed_facts_of_an_article_are_drawn() -> None:
    view = ArticleView(lambda: 0, id="article")
    async with run_app(Holder(view), (60, 10)) as running:
        view.show(entry(text=long_text(30)))
        view.scroll_lines(1)
        view.update_header(entry("Another title", long_text(30)))
        await running.settle()
        view.scroll_to_line(0)
        await running.settle()
        assert "Another title" in screen_text(running.app)


@pytest.mark.parametrize(
    ("origin", "complete", "note"),
    [
        ("extract", True, "automatic summary"),
        ("import", False, "truncated at the source"),
        ("import", True, ""),
    ],
)
async def test_the_side_pane_names_the_origin_of_a_summary(
    origin: str, complete: bool, note: str
) -> None:
    side = SidePane(lambda: NOW, id="side")
    body = Body("Text.", "The summary.", origin, complete)
    async with run_app(Holder(side), (40, 40)) as running:
        side.show(FullArticle(Article("id", "t"), body, ReadingStatus()))
        await running.settle()
        text = screen_text(running.app)
        assert "The summary." in text
        assert f"▾ Summary  {note}".rstrip() in text
        assert "searching …" in text
        side.show_similar("other", [])
        assert side.similar is None, "similar readings of another article are not taken"
        side.show_similar("id", [])
        side.show(FullArticle(Article("id", "t"), Body(), ReadingStatus()))
        await running.settle()
        assert screen_text(running.app).count("none") == 2


async def test_a_notice_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    from tui.reader.widgets import bars as status_module

    status = StatusLine(id="status")
    async with run_app(Holder(status), (100, 3)) as running:
        status.set_state("12 articles")
        status.set_key_hints([("?", "help")])
        status.show_notice("first")
        monkeypatch.setattr(status_module, "NOTICE_SECONDS", 0.01)
        assert status.text == "first"
        status.show_notice("second")
        await running.wait_until(lambda: status.text == "12 articles")
        await running.settle()
        assert "12 articles" in screen_text(running.app)
        assert "? help" in screen_text(running.app)
        await running.resize(30, 3)
        assert "? help" in screen_text(running.app)
        assert "12 articles" in screen_text(running.app)


async def test_an_input_rejects_control_characters() -> None:
    """Case 56."""
    search = SanitizedInput()
    async with run_app(Holder(search), (40, 3)) as running:
        for key in ("a", "[", "é", "日"):
            running.app.post_message(key_event(key))
        await running.settle()
        assert search.value == "a[é日"
        search.value = "x\x1b\x07\u202e\u200by\u200cz\ud800"
        assert search.value == "xy\u200cz"
