"""Selecting several rows of the list, and what commands do to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from store.library.folder import FolderLibrary
from store.model.article import ParsedArticle
from store.search.list_query import ListQuery
from tests.support.reader import MIDDLE, NARROW, WIDE, Start, article_id, make_article, make_library
from tests.support.screens import screen_cells, screen_lines
from tui.rendering.list_rows import CHOSEN_SIGN


def reopened(folder: Path) -> FolderLibrary:
    library = make_library(folder)
    for _ in library.load():
        pass
    return library


def chosen(running: Any) -> list[int]:
    """Return the numbers of the selected articles, from the top."""
    rows = running.reader.article_list
    return [int(rows.row_at(place).id[-12:]) for place in rows.selected_places or ()]


def numbers(folder: Path, fits: Callable[[Any], bool]) -> list[int]:
    """Return the numbers of the articles that fit, as another process reads them, oldest first."""
    rows = reopened(folder).rows(ListQuery())
    return sorted(int(row.id[-12:]) for row in rows if fits(row))


@pytest.mark.command("list.select")
@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("V", [12]),
        ("Vjj", [12, 11, 10]),
        ("jjjVk", [10, 9]),
        ("jjVjjkkk", [11, 10]),
        ("VG", list(range(12, 0, -1))),
        ("jVjV", []),
        ("VjVkV", [12]),
    ],
)
async def test_rows_are_selected_from_here_to_the_cursor(
    start: Start, keys: str, expected: list[int]
) -> None:
    async with start() as running:
        await running.press(*keys)
        assert chosen(running) == expected
        if expected:
            assert running.status.startswith(f"{len(expected)} selected · ")
        else:
            assert "selected" not in running.status


@pytest.mark.command("list.select_all")
@pytest.mark.parametrize("end", ["*", "escape", "h", "q"])
async def test_all_rows_are_selected_until_a_key_clears_the_selection(
    start: Start, end: str
) -> None:
    async with start(size=MIDDLE) as running:
        await running.press("j", "*", "j")
        assert chosen(running) == list(range(12, 0, -1))
        assert running.status.startswith("12 selected")
        await running.press(end)
        assert chosen(running) == []
        assert "selected" not in running.status
        assert (running.app.return_code, running.selected_number) == (None, 10)


@pytest.mark.parametrize("key", ["V", "*"])
async def test_a_selection_is_counted_in_the_place_of_what_was_done_before(
    start: Start, key: str
) -> None:
    async with start(size=MIDDLE) as running:
        await running.press("s", "d")
        assert "u to undo" in running.status
        await running.press(key)
        assert "selected" in running.status


@pytest.mark.parametrize("size", [WIDE, MIDDLE, NARROW])
async def test_selected_rows_are_seen_without_colours(
    start: Start, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with start(size=size) as running:
        await running.press("V", "j", "j")
        view = running.reader.article_list
        lines = [line[: view.size.width] for line in screen_lines(running.app)]
        signs = {line[0]: line for line in lines if "Article number" in line}
        assert [line[0] for line in lines if "Article number" in line][:4] == [
            CHOSEN_SIGN, CHOSEN_SIGN, ">", " ",
        ]  # fmt: skip
        row = lines.index(signs[CHOSEN_SIGN])
        cell = screen_cells(running.app)[row][5]
        assert (cell.style.bold, cell.style.underline) == (True, True)


@pytest.mark.command(
    "article.toggle_read", "article.toggle_star", "article.delete", "article.tag", "article.untag"
)
@pytest.mark.parametrize(
    ("keys", "said", "fits"),
    [
        ("m", "Marked 3 articles as read", lambda row: row.read),
        ("s", "Starred 3 articles", lambda row: row.starred),
    ],
)
async def test_a_flag_of_several_is_one_change(
    start: Start, tmp_path: Path, keys: str, said: str, fits: Callable[[Any], bool]
) -> None:
    async with start() as running:
        await running.press("j", "V", "j", "j", keys)
        assert running.status == f"{said} · u to undo"
        assert chosen(running) == []
        assert numbers(tmp_path, fits) == [9, 10, 11]
        await running.press("u")
        assert running.status == f"Undone: {said[:1].lower()}{said[1:]}"
        assert numbers(tmp_path, fits) == []


async def test_deleting_several_is_one_change(start: Start, tmp_path: Path) -> None:
    async with start() as running:
        await running.press("j", "V", "j", "d")
        assert running.status == "Deleted 2 articles · u to undo"
        assert numbers(tmp_path, lambda _: True) == [*range(1, 10), 12]
        assert running.selected_number == 9
        await running.press("u")
        assert numbers(tmp_path, lambda _: True) == list(range(1, 13))
        assert running.reader.article_list.total == 12
        assert running.selected_number == 11


async def test_tags_of_several_are_one_change(start: Start, tmp_path: Path) -> None:
    def tagged() -> list[int]:
        found = reopened(tmp_path).articles(article_id(n) for n in range(1, 13))
        return sorted(int(article.id[-12:]) for article, _ in found if "tide" in article.tags)

    async with start() as running:
        await running.press("G", "V", "k", "+")
        await running.type("tide")
        await running.press("enter")
        assert running.status == "Tagged 2 articles tide · u to undo"
        assert (tagged(), chosen(running)) == ([1, 2], [])
        await running.press("*", "-")
        await running.type("tide")
        await running.press("enter")
        assert (running.status, tagged()) == ("Untagged 2 articles tide · u to undo", [])
        await running.press("u")
        assert tagged() == [1, 2]


@pytest.mark.command("article.export", "list.export")
@pytest.mark.parametrize("key", ["e", "E"])
async def test_several_are_exported_to_a_folder(start: Start, tmp_path: Path, key: str) -> None:
    (tmp_path / "out").mkdir()
    async with start() as running:
        await running.press("V", "j", key)
        prompt = running.reader.prompts.prompt
        assert prompt.placeholder.startswith("Export 2 articles to")
        prompt.value = str(tmp_path / "out")
        await running.press("enter")
        await running.wait_until(lambda: "Exported 2 articles" in running.status)
        assert len(list((tmp_path / "out").iterdir())) == 2
        assert chosen(running) == []


@pytest.mark.command("list.mark_above_read", "list.mark_below_read")
@pytest.mark.parametrize(
    ("keys", "said", "read"),
    [
        ("jj(", "Marked 2 articles as read · u to undo", [11, 12]),
        ("jj)", "Marked 9 articles as read · u to undo", list(range(1, 10))),
        ("(", "No article above", []),
        ("G)", "No article below", []),
        ("j((", "Already read", [12]),
    ],
)
async def test_mark_above_and_below_as_read(
    start: Start, tmp_path: Path, keys: str, said: str, read: list[int]
) -> None:
    async with start() as running:
        await running.press(*keys)
        assert running.status == said
        assert numbers(tmp_path, lambda row: row.read) == read
        if read:
            await running.press("u")
            assert numbers(tmp_path, lambda row: row.read) == []


async def test_search_results_can_be_selected(start: Start, tmp_path: Path) -> None:
    async with start() as running:
        await running.wait_indexed()
        await running.press("slash")
        await running.type("article")
        await running.press("tab", "j", "V", "j")
        found = chosen(running)
        assert len(found) == 2
        await running.press("s")
        assert running.status == "Starred 2 articles · u to undo"
        assert numbers(tmp_path, lambda row: row.starred) == sorted(found)
        await running.press("V", "escape")
        assert running.reader.state.is_searching, "escape clears the selection first"
        await running.press("V", "j", "escape", "escape")
        assert (running.reader.state.is_searching, chosen(running)) == (False, [])


async def test_a_selection_stays_on_its_articles_when_others_come(
    start: Start, library: FolderLibrary, tmp_path: Path
) -> None:
    async with start() as running:
        await running.press("j", "V", "j", "j")
        other = reopened(tmp_path)
        for _ in other.add([make_article(13), make_article(14)]):
            pass
        await running.refresh()
        assert running.reader.article_list.total == 14
        assert chosen(running) == [11, 10, 9]
        await running.press("m")
        assert numbers(tmp_path, lambda row: row.read) == [9, 10, 11]


async def test_a_selection_whose_first_article_was_deleted_elsewhere_ends(
    start: Start, tmp_path: Path
) -> None:
    async with start() as running:
        await running.press("j", "V", "j", "j")
        reopened(tmp_path).record("deleted", [article_id(11)])
        await running.refresh()
        assert running.reader.article_list.total == 11
        assert chosen(running) == []


async def test_nothing_is_done_to_rows_that_have_changed_meanwhile(
    start: Start, tmp_path: Path
) -> None:
    async with start() as running:
        await running.press("V", "j")
        articles = running.reader.state.chosen_articles
        for changed in (
            replace(articles, total=13),
            replace(articles, known={0: article_id(3)}),
            replace(articles, known={40: article_id(12)}),
        ):
            running.gateway.changes.delete(changed)
            await running.settle()
            assert running.status == "The list has changed, nothing was done: select the rows again"
        assert numbers(tmp_path, lambda _: True) == list(range(1, 13))


async def test_another_list_ends_the_selection(start: Start) -> None:
    async with start() as running:
        for keys in (("V", "j", "slash"), ("V", "f", "j", "enter"), ("*", "comma", "j", "enter")):
            await running.press(*keys)
            if keys[-1] == "slash":
                await running.type("article")
                await running.press("tab")
            assert chosen(running) == [], keys
            await running.press("escape", "escape")


@pytest.fixture
def many() -> list[ParsedArticle]:
    """Return more articles than are loaded at once."""
    return [replace_date(make_article(n), n) for n in range(1, 1501)]


def replace_date(found: ParsedArticle, number: int) -> ParsedArticle:
    date = f"2026-{1 + number // 500:02d}-{1 + number % 28:02d}T08:{number % 60:02d}:00Z"
    return replace(found, article=replace(found.article, date=date))


async def test_the_rows_of_a_long_list_are_known_to_the_gateway_alone(
    start: Start, tmp_path: Path, many: list[ParsedArticle]
) -> None:
    library = make_library(tmp_path / "many", many)
    async with start(library=library) as running:
        await running.press("j", "V", "G", "k")
        places = running.reader.article_list.selected_places
        assert places == range(1, 1499)
        await running.press("m")
        assert running.status == "Marked 1,498 articles as read · u to undo"
        assert len(numbers(tmp_path / "many", lambda row: not row.read)) == 2
        await running.press("*", "+")
        await running.type("tide")
        await running.press("enter")
        assert running.status == "Tagged 1,500 articles tide · u to undo"
        await running.press("*", "-")
        await running.type("tide")
        await running.press("enter")
        assert running.status == "Untagged 1,500 articles tide · u to undo"
        await running.press("*", "d")
        assert running.status == "Deleted 1,500 articles · u to undo"
        assert running.reader.article_list.total == 0
        await running.press("u")
        assert running.reader.article_list.total == 1500
