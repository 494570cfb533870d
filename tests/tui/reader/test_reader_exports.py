"""Exports to files (`e`, `E`), to a command (`|`), and hooks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from textual.message import Message

from store.library.folder import FolderLibrary
from store.model.article import ParsedArticle
from store.search.list_query import ListQuery
from store.system.programs import HookRunner
from tests.support.reader import Start, make_article, make_library
from tests.support.screens import screen_lines, screen_text
from tui.config.settings import LoadedSettings, Settings
from tui.reader.gateway import Gateway
from tui.reader.gateway.messages import ListedRows, ListRequest, OperationFailed
from tui.reader.widgets.inputs import Prompt

NAME = "2026-11-12-article-number-12-about-the-harbour-00000000.md"


@pytest.mark.command("article.export")
async def test_export_an_article(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 109: a name is suggested, its suffix decides the format, and nothing is replaced."""
    monkeypatch.setenv("HOME", str(tmp_path))
    async with start() as running:
        await running.press("e")
        asked = running.reader.query_one(Prompt)
        assert asked.value == f"~/{NAME}"
        await running.press("enter")
        assert (tmp_path / NAME).read_text().startswith("---\nnewstui: 1\n")
        assert running.status == f"Exported to {tmp_path / NAME}"
        await running.press("e", "enter")
        assert running.status == f"{tmp_path / NAME}: already exists"
        await running.press("e")
        running.reader.query_one(Prompt).value = "~/a.html"
        await running.press("enter")
        assert "<article " in (tmp_path / "a.html").read_text()
        await running.press("e", "escape")
        assert not running.reader.query(Prompt)


@pytest.mark.parametrize(
    ("columns", "question"),
    [
        (80, "Export 12 articles to (.json, .jsonl, .html, .epub, or folder/: Markdown)"),
        (50, "Export 12 to .json .jsonl .html .epub folder/"),
    ],
)
async def test_the_question_for_a_file_names_every_format(
    start: Start, columns: int, question: str
) -> None:
    async with start(size=(columns, 15)) as running:
        await running.press("E")
        assert question in screen_text(running.app)


@pytest.mark.command("list.export")
async def test_export_the_list_in_every_format(start: Start, tmp_path: Path) -> None:
    """Case 109: only listed articles; a folder gets Markdown, a file the format of its suffix."""
    folder = tmp_path / "notes"
    folder.mkdir()
    async with start() as running:

        async def export(path: Path) -> str:
            await running.press("E")
            running.reader.query_one(Prompt).value = str(path)
            await running.press("enter")
            await running.wait_until(lambda: not running.reader.gateway.exports.is_exporting)
            said: str = running.status
            return said

        shown = len(running.reader.article_list.rows)
        assert (
            await export(tmp_path / "a.jsonl") == f"Exported {shown} articles to {tmp_path}/a.jsonl"
        )
        assert len(lines_of(tmp_path / "a.jsonl")) == shown
        await running.press("s", "f", "j", "j", "enter")
        await running.wait_until(lambda: len(running.reader.article_list.rows) < shown)
        few = len(running.reader.article_list.rows)
        await export(folder)
        assert len(list(folder.glob("*.md"))) == few
        await export(tmp_path / "a.epub")
        assert (tmp_path / "a.epub").read_bytes().startswith(b"PK")
        assert await export(tmp_path / "a.epub") == f"{tmp_path / 'a.epub'}: already exists"
        assert "no such folder" in await export(tmp_path / "nowhere")


def test_a_cancelled_export_leaves_nothing(library: FolderLibrary, tmp_path: Path) -> None:
    """Case 110: no partial file."""
    told: list[Message] = []
    gateway = Gateway(library, told.append)
    load(gateway)
    ids = [row.id for row in library.rows(ListQuery())]
    for target in ("out/a.json", "a.json"):  # there is no folder of the first name
        gateway.exports.export_list(ids, tmp_path / target, "2031-05-06T07:08:09Z")
    gateway.exports.stop_export()
    while gateway.is_busy:
        gateway.flush()
    assert not gateway.exports.is_exporting
    assert sum(isinstance(each, OperationFailed) for each in told) == 1
    gateway.close()
    assert not list(tmp_path.glob("*a.json*")) + list(tmp_path.glob(".*"))


def test_the_titles_of_an_export_are_read_together(
    library: FolderLibrary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One by one, they would keep a library on a server from answering keys for seconds."""
    gateway = Gateway(library, lambda _: None)
    load(gateway)
    rows = library.rows(ListQuery())
    monkeypatch.delattr(FolderLibrary, "title")
    gateway.exports.export_list([row.id for row in rows], tmp_path / "a.html", "2031-05-06")
    while gateway.is_busy:
        gateway.flush()
    contents = (tmp_path / "a.html").read_text().partition("<article")[0]
    assert [row.title for row in rows] == sorted((row.title for row in rows), key=contents.index), (
        "in the order of the list"
    )
    gateway.close()


def test_an_export_of_a_list_that_has_changed_ends(library: FolderLibrary, tmp_path: Path) -> None:
    told: list[Message] = []
    gateway = Gateway(library, told.append)
    load(gateway)
    gateway.exports.export_list(ListedRows(range(3), 99, {}), tmp_path / "a.json", "2031-05-06")
    while gateway.is_busy:
        gateway.flush()
    assert sum(isinstance(each, OperationFailed) for each in told) == 1
    assert not gateway.exports.is_exporting
    gateway.close()


@pytest.mark.command("article.pipe")
async def test_pipe_an_article(start: Start, tmp_path: Path) -> None:
    """Case 68: no shell is involved; output is shown as text, a failure in one line."""
    settings = Settings(pipe_command=("head", "-n", "4"))
    async with start(loaded=LoadedSettings(settings)) as running:
        await running.press("|")
        assert running.reader.query_one(Prompt).value == "head -n 4"
        await running.press("enter")
        await running.wait_until(lambda: "title: Article number 12" in screen_text(running.app))
        await running.press("escape", "|")
        running.reader.query_one(Prompt).value = "printf '\\033[31mred; %s' $HOME"
        await running.press("enter")
        await running.wait_until(lambda: "red; $HOME" in screen_text(running.app))
        await running.press("escape", "|")
        running.reader.query_one(Prompt).value = "no-such-program 'a"
        await running.press("enter")
        assert running.status == "not a command: no closing quotation"
        await running.press("|")
        running.reader.query_one(Prompt).value = "no-such-program"
        await running.press("enter")
        await running.wait_until(lambda: "no-such-program cannot be started" in running.status)


def load(gateway: Gateway) -> None:
    """Load the library, and wait until it is loaded."""
    gateway.lists.load(ListRequest(ListQuery()))
    while gateway.is_busy:
        gateway.flush()


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Return the JSON Lines that a hook has logged."""
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def test_the_read_hook(
    library: FolderLibrary, articles: list[ParsedArticle], tmp_path: Path
) -> None:
    """The hook gets what `newstui list --json` prints; its failure is one line."""
    noted = tmp_path / "noted"
    failures: list[str] = []
    told: list[Message] = []
    hooks = HookRunner({"on_read": ("tee", "-a", str(noted))}, failures.append)
    gateway = Gateway(library, told.append, hooks=hooks)
    load(gateway)
    first, second = (each.article for each in articles[:2])
    gateway.changes.toggle_flag("read", [first.id])
    gateway.changes.toggle_flag("read", [first.id])
    gateway.changes.mark_all_read([second.id])
    gateway.close()
    hooks.wait()
    assert {each["title"] for each in lines_of(noted)} == {first.title, second.title}
    assert [each["read"] for each in lines_of(noted)] == [True, True]
    assert failures == []
    assert not [each for each in told if isinstance(each, OperationFailed)]


def test_a_failing_hook_is_reported(tmp_path: Path) -> None:
    failures: list[str] = []
    library = make_library(tmp_path, [make_article(1)])
    hooks = HookRunner({"on_read": ("false",)}, failures.append)
    gateway = Gateway(library, lambda _: None, hooks=hooks)
    load(gateway)
    gateway.changes.mark_all_read([make_article(1).article.id])
    gateway.close()
    hooks.wait()
    assert failures == ["on_read: false failed with exit code 1"]
    assert not hooks.is_configured("on_new")


async def test_a_prompt_says_what_it_asks_for(start: Start) -> None:
    """In the input until something is typed, then in the bottom line; no older message hides it."""
    async with start() as running:
        await running.press("d")
        assert "Deleted" in running.status
        await running.press("e")
        assert running.status == "Export to file"
        await running.press("escape", "+")
        assert "Tag to add" in screen_lines(running.app)[-2]
        assert "Tag to add" not in running.status
        await running.press("t")
        assert running.status == "Tag to add"
        await running.press("escape")
        assert running.status == "1/11"
