"""Keys that come faster than the reader responds: over a slow connection several arrive at once."""

from __future__ import annotations

from random import Random
from threading import Event

import pytest
from textual import events
from textual.widgets import Input

from store.library.folder import FolderLibrary
from tests.support.reader import (
    TIMEOUT,
    FakePrograms,
    RunningReader,
    Start,
    article_id,
    key_event,
    long_text,
    make_article,
    make_library,
)
from tests.support.screens import screen_text
from tui.config.commands import COMMANDS, PANES, Command
from tui.reader import key_queue
from tui.reader.dialogs.help import HelpDialog
from tui.reader.key_queue import KeyQueue
from tui.reader.terminal_events import EventReader, KeyBatch, KeyPress, parse_keys
from tui.reader.widgets.article_list import ArticleList
from tui.reader.widgets.side_pane import FIRST_CURSOR_ITEM
from tui.terminal.input_filter import InputFilter


@pytest.fixture(autouse=True)
def long_key_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let keys wait long enough on a slow machine."""
    monkeypatch.setattr(key_queue, "MAX_KEY_WAIT", TIMEOUT)
    monkeypatch.setattr(key_queue, "MAX_CHANGE_WAIT", TIMEOUT)


def _typed(running: RunningReader) -> str:
    focused = running.app.focused
    return focused.value if isinstance(focused, Input) else "-"


async def test_keys_after_a_prompt_are_its_answer(start: Start) -> None:
    """No letter is taken for a command: `d` would delete, `o` open a browser."""
    async with start() as running:
        for keys, typed in (
            (["a", *"x.example"], "x.example"),
            (["e", *"x.md"], "x.md"),
            (["W", "enter", *"docs"], "docs"),
            (["enter", "/", *"clock"], "clock"),
            (["?", "/", *"dark"], "dark"),
            (["ctrl+p", *"dark"], "dark"),
        ):
            await running.press_at_once(*keys)
            assert _typed(running) == typed, keys
            await running.press("escape", "escape", "escape")
        assert len(running.reader.article_list.rows) == 12


async def test_keys_after_an_answer_are_commands(start: Start, programs: FakePrograms) -> None:
    async with start() as running:
        await running.press_at_once("+", *"sea", "enter", "j")
        assert (running.opened_number, running.selected_number) == (0, 11)
        assert running.gateway._worker.library.tags() == ["sea"]
        await running.press_at_once("/", *"zzz", "escape", "G")
        assert running.selected_number == 1
        await running.press_at_once("g", "enter", "/", *"tide", "escape", "h", "o")
        await running.wait_until(lambda: programs.opened)
        assert running.reader.state.current_pane == "list"


def _forbid_changes(monkeypatch: pytest.MonkeyPatch) -> str:
    reason = "no permission to write to /library; opened read-only"
    monkeypatch.setattr(FolderLibrary, "read_only_reason", property(lambda self: reason))
    return reason


CHANGING_COMMANDS = [
    each for each in COMMANDS if each.changes_library and set(PANES) & {*each.places}
]


@pytest.mark.parametrize("command", CHANGING_COMMANDS, ids=lambda each: each.id)
async def test_a_read_only_library_refuses_at_once(
    start: Start, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    """No prompt opens for what cannot be done, and its answer does nothing else."""
    reason = _forbid_changes(monkeypatch)
    async with start() as running:
        running.reader.status_line.clear_notice()
        answer = [*"q.jT", "enter", "j"] if command.opens_dialog else ["j"]
        await running.press_at_once(command.keys[0], *answer)
        assert (running.status, running.selected_number) == (reason, 11)
        assert running.app.screen is running.reader


@pytest.mark.parametrize(("screen", "keys"), [("T", "mstdu"), ("t", "msu"), ("B", "msu")])
async def test_the_screens_over_a_read_only_library(
    start: Start, monkeypatch: pytest.MonkeyPatch, screen: str, keys: str
) -> None:
    """Triage stays at its article, and says why."""
    reason = _forbid_changes(monkeypatch)
    async with start() as running:
        await running.press(screen)
        before = screen_text(running.app)
        for key in keys:
            await running.press(key)
            shown = screen_text(running.app)
            assert reason in shown
            assert shown.replace(reason, " " * len(reason)) == before
            running.app.screen.show_notice("")


async def test_the_places_of_a_read_only_library(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    reason = _forbid_changes(monkeypatch)
    async with start() as running:
        await running.press("F", "j")
        for keys in (["e", *"q", "enter"], ["d"], ["r"], ["R"], ["a", *"q", "enter"], ["A"]):
            running.reader.status_line.clear_notice()
            await running.press_at_once(*keys)
            assert running.status == reason, keys
        assert running.reader.state.current_pane == "places"
        assert running.reader.place_tree.selected_place.name == "Unread"


@pytest.mark.parametrize(
    ("keys", "notice"),
    [
        (["=", *"Qj", "enter"], "No search to keep"),
        ([";", *"q", "enter"], "No links in this article"),
        (["F", "e", *"q", "enter"], "Not a feed, folder or search"),
    ],
    ids=lambda value: "".join(value) if isinstance(value, list) else None,
)
async def test_keys_after_what_does_not_open_are_no_commands(
    start: Start, keys: list[str], notice: str
) -> None:
    """What was typed for a prompt or a dialog is dropped, up to the key that would close it."""
    async with start() as running:
        await running.press_at_once(*keys)
        assert running.status.startswith(notice)
        assert running.app.screen is running.reader
        await running.press_at_once("h", *keys, "h", "j")
        assert running.selected_number == 11


async def test_keys_after_the_reason_are_commands(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came before one can see why nothing opens is dropped, and nothing that came later."""
    may_finish = Event()

    def fail(self: FolderLibrary, limit: int = 50) -> list[object]:
        running.gateway._worker.submit(lambda: may_finish.wait(TIMEOUT))
        raise RuntimeError("no history")

    running: RunningReader
    async with start() as running:
        monkeypatch.setattr(FolderLibrary, "undoable", fail)
        running.reader.status_line.clear_notice()
        for key in ("U", "q", "j"):
            running.app.post_message(key_event(key))
        await running.wait_until(lambda: "no history" in str(running.reader.drawn_notice))
        running.app.post_message(key_event("j"))
        await running.wait_until(lambda: len(running.app.key_queue.keys) == 3)
        may_finish.set()
        await running.settle()
        assert running.selected_number == 11


async def test_keys_after_opening_a_dialog_are_meant_for_it(start: Start) -> None:
    async with start() as running:
        await running.press_at_once("f", "j", "enter")
        assert (running.reader.state.query.show, running.opened_number) == ("unread", 0)
        await running.press_at_once("c", "G", "k", "enter", "j")
        assert (running.reader.state.query.category, running.selected_number) == ("north", 9)
        await running.press_at_once(",", "G", "enter", "k")
        assert running.reader.state.query.sort == "read count"
        await running.press_at_once("U", "q", "?", "j")
        assert isinstance(running.app.screen, HelpDialog)


async def test_keys_after_opening_the_places_are_about_them(start: Start) -> None:
    """Also the first time, while they are being counted."""
    async with start() as running:
        await running.press_at_once("F", "j", "j", "enter")
        assert running.reader.state.place.name == "Today"


async def test_keys_after_opening_an_article_are_about_its_text(
    start: Start, programs: FakePrograms
) -> None:
    linked = "[One](https://site.example/1) and [two](https://site.example/2).\n\n" + long_text(60)
    library = make_library(programs.folder / "more", [make_article(n, text=linked) for n in (1, 2)])
    async with start(library=library) as running:
        await running.press_at_once("enter", "space")
        await running.wait_until(lambda: running.reader.article_view.top_line > 0)
        assert running.opened_number == 2
        await running.press_at_once("G", "space", "space")
        assert (running.opened_number, running.reader.article_view.top_line > 0) == (1, True), (
            "no page is skipped"
        )
        await running.press_at_once("K", "g", ";", "j", "o")
        await running.wait_until(lambda: programs.opened)
        assert programs.opened == ["https://site.example/2"]
        await running.press_at_once("J", "v", "}", "escape")
        assert running.status != "No text to select"


async def test_keys_after_opening_the_side_pane_are_about_its_lines(start: Start) -> None:
    """Also where its article comes later: the selected article is shown once the cursor rests."""
    async with start(size=(50, 15)) as running:
        await running.press_at_once("j", "i", "G")
        await running.wait_until(lambda: running.side_number == 11)
        await running.settle()
        assert running.reader.side_pane.cursor > FIRST_CURSOR_ITEM


async def test_search_and_open_the_first_match_in_one_go(start: Start) -> None:
    async with start() as running:
        await running.wait_indexed()
        await running.press_at_once("/", *"paragraph", "enter")
        assert (running.opened_number, running.selected_title) == (
            11,
            "Article number 11 about the harbour",
        )
        assert running.reader.article_list.selected_row is not None
        assert running.reader.article_list.selected_row.id == article_id(11)
        await running.press("escape", "escape")
        await running.press_at_once("/", *"nowhere", "enter")
        assert (running.reader.state.current_pane, "No matches" in screen_text(running.app)) == (
            "list",
            True,
        )


async def test_keys_after_a_deletion_are_about_the_new_list(start: Start) -> None:
    """`dd` deletes two articles, and `djs` stars the row that the cursor is on then."""
    async with start() as running:
        await running.press_at_once("d", "d")
        assert (len(running.reader.article_list.rows), running.selected_number) == (10, 10)
        await running.press_at_once("d", "j", "s")
        row = running.reader.article_list.selected_row
        assert (running.selected_number, row is not None and row.starred) == (8, True)
        await running.press_at_once("u", "u", "d")
        assert len(running.reader.article_list.rows) == 9


async def test_an_undo_puts_the_article_back_among_the_matches(start: Start) -> None:
    async with start() as running:
        await running.wait_indexed()
        await running.press_at_once("/", *"harbour", "tab")
        before = [row.id for row in running.reader.article_list.rows]
        assert len(before) > 2
        await running.press("j")
        await running.press_at_once("d", "u")
        await running.settle()
        assert [row.id for row in running.reader.article_list.rows] == before
        assert running.reader.article_list.cursor == 1


WRONG_ANSWERS = {
    "|": "wc'",
    "/": "date:feb tide",
    "a": "javascript:x",
    "e": "/nowhere/at/all.md",
    "E": "/nowhere/at/all.json",
    "W": "/nowhere/at/all",
    "-": "sea",
}
"""An answer that fails, by the key of its prompt."""


@pytest.mark.parametrize("key", WRONG_ANSWERS)
async def test_keys_after_a_wrong_answer_are_typed(
    start: Start, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    """The prompt stays open with its text for another try: no letter is taken for a command."""
    monkeypatch.setattr(key_queue, "MAX_KEY_WAIT", 0.1)
    async with start() as running:
        await running.wait_indexed()
        await running.press("+", *"tide", "enter", key, *(["enter"] if key == "W" else []))
        await running.press("ctrl+u", "ctrl+k")
        wrong = WRONG_ANSWERS[key]
        await running.press_at_once(*("space" if char == " " else char for char in wrong), "enter")
        await running.press(*"dd")
        assert _typed(running) == f"{wrong}dd"
        assert running.gateway._worker.library.undoable()[0].event == "tagged"


@pytest.mark.parametrize(
    ("keys", "typed"),
    [
        ([*"ab", "ctrl+u", *"cd"], "cd"),
        ([*"ab", "backspace", "backspace", *"cd"], "cd"),
        ([*"ab", "home", *"cd"], "cdab"),
        ([*"ab", "left", *"cd", "ctrl+k", *"ef"], "acdef"),
        ([*"ab", "enter", "ctrl+u", *"cd"], "cd"),
    ],
)
async def test_keys_of_a_prompt_keep_their_order(
    start: Start, monkeypatch: pytest.MonkeyPatch, keys: list[str], typed: str
) -> None:
    """Text is not typed before the key in front of it has changed what is there."""
    monkeypatch.setattr(key_queue, "MAX_KEY_WAIT", 0.1)
    async with start() as running:
        await running.press("W", "enter", "ctrl+u")
        await running.press_at_once(*keys)
        await running.settle()
        assert _typed(running) == typed


# -- floods ------------------------------------------------------------------------------------

FLOODS = [
    pytest.param("jk", "j", "list", 11, id="down and up"),
    pytest.param("jjkk", "jj", "list", 10, id="two down and two up"),
    pytest.param("Gk", "", "list", 2, id="end and up"),
    pytest.param("gj", "", "list", 11, id="top and down"),
    pytest.param("gG", "", "list", 1, id="both ends"),
    pytest.param("jG\t", "", "side", 1, id="through the panes"),
    pytest.param("\t", "", "side", 12, id="panes"),
    pytest.param("MQ", "j", "list", 11, id="keys without a meaning"),
    pytest.param("nMp", "gj", "list", 11, id="keys that cannot be folded"),
    pytest.param("<>", "G", "list", 1, id="widths"),
]
FLOOD_ROUNDS = 10_001
"""Of which the remainder by the number of panes is two."""


def _press(keys: str) -> list[KeyPress | events.Paste]:
    return [press for key in keys for press in parse_keys(key)]


@pytest.mark.parametrize(("flood", "last", "pane", "number"), FLOODS)
async def test_a_flood_is_folded(
    start: Start,
    monkeypatch: pytest.MonkeyPatch,
    flood: str,
    last: str,
    pane: str,
    number: int,
) -> None:
    """It has the effect of its moves, but few of them are made."""
    moves = 0

    def count_move(articles: ArticleList, index: int) -> bool:
        nonlocal moves
        moves += 1
        return move_cursor_to(articles, index)

    move_cursor_to = ArticleList.move_cursor_to
    monkeypatch.setattr(ArticleList, "move_cursor_to", count_move)
    async with start() as running:
        running.app.post_message(KeyBatch(_press(flood * (FLOOD_ROUNDS // 3 * 3 + 2) + last)))
        await running.settle()
        assert (running.reader.state.current_pane, running.selected_number) == (pane, number)
        assert moves < 40
        running.app.post_message(KeyBatch(_press("jk" * FLOOD_ROUNDS) + _press("\x11")))
        await running.settle()
        assert running.app.return_code == 0


@pytest.mark.parametrize("seed", range(4))
async def test_a_flood_leads_where_its_keys_lead(start: Start, seed: int) -> None:
    """To the same pane, and the same articles in list, article pane and side pane."""
    keys = Random(seed).choices(["j", "k", "g", "G", "\t", "\x1b[Z", "\x04", "\x15"], k=400)
    pressed = [press for key in keys for press in parse_keys(key)]
    found = []
    for batches in ([pressed], [[press] for press in pressed]):
        async with start() as running:
            await running.press("j", "enter", "h")
            for batch in batches:
                await running.app.key_queue.receive(batch)
            await running.settle()
            reader = running.reader
            found.append(
                (
                    reader.state.current_pane,
                    reader.state.is_reading,
                    running.selected_number,
                    running.shown_number,
                    running.side_number,
                )
            )
    assert found[0] == found[1]


async def test_ctrl_c_ends_a_flood_of_commands(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a text that a terminal pastes as keys; what anybody types before it counts."""
    dispatched = 0

    async def count(self: KeyQueue, press: KeyPress) -> bool:
        nonlocal dispatched
        dispatched += 1
        return await dispatch(self, press)

    dispatch = KeyQueue._dispatch
    monkeypatch.setattr(KeyQueue, "_dispatch", count)
    async with start() as running:
        running.app.post_message(KeyBatch(_press("ms?q" * 750)))
        running.app.post_message(KeyBatch(_press("\x03")))
        await running.settle()
        assert running.app.return_code == 0
        assert dispatched < 300
    dispatched = 0
    async with start() as running:
        running.app.post_message(KeyBatch(_press("sMs\x03")))
        await running.settle()
        assert running.app.return_code == 0
        assert dispatched == 4


@pytest.mark.parametrize(
    ("keys", "typed"),
    [
        ("ab" * 5000, "ab" * 100),
        ("tide " + "\x1b[D\x1b[C" * 5000 + "!", "tide !"),
        ("tide" + "a\x7f" * 5000, "tide"),
        ("a b", "a b"),
    ],
)
async def test_a_flood_in_an_input_is_text(start: Start, keys: str, typed: str) -> None:
    """As much of it as there is room for."""
    async with start() as running:
        await running.press("/")
        for message in EventReader().read(InputFilter().feed(keys, 0.0)):
            running.app.post_message(message)
        await running.settle()
        assert _typed(running) == typed
