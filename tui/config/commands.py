"""Every command of the reader, declared once.

The bindings, the help screen, the palette, the footer, `newstui keys` and the README's table all
come from here. Nothing of Textual is imported: `newstui keys` must not wait for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Literal

Pane = Literal["list", "article", "side"]
PANES: tuple[Pane, ...] = ("list", "article", "side")
DIALOG_PLACES = ("sheet", "help", "picker", "source", "story", "triage", "statistics", "links")
ALL_PLACES = (*PANES, *DIALOG_PLACES)
"""The places in which keys mean something: a pane of the reader, or what lies over it."""
ALL_PLACES_AND_SELECTION = (*ALL_PLACES, "select")
"""Those, and the text of an article while a part of it is selected."""
INHERITED_PLACES = {"find": "article"}
"""Places in which every key of another one that they leave free means what it means there."""


@dataclass(frozen=True, slots=True)
class Command:
    """One thing the user can do."""

    id: str
    """By this name keys are rebound; `move.down` runs `action_move_down` of the reader."""
    keys: tuple[str, ...]
    label: str
    """A word or two, for the footer and the palette."""
    help: str
    """What it does, in one line."""
    places: tuple[str, ...] = PANES
    """Where it is available; in different places a key may mean different commands."""
    takes_count: bool = False
    """Whether it takes the number that was typed before its key."""
    needs_article_text: bool = False
    """Whether in an article it is about the text, and so waits for an article that is on its way."""
    opens_dialog: bool = False
    """Whether it opens something that takes a moment, and for which the keys after it are meant."""

    @property
    def group(self) -> str:
        """The heading it stands under."""
        return GROUP_HEADINGS[self.id.partition(".")[0]]

    @property
    def action(self) -> str:
        """The action of the reader's screen that carries it out."""
        name, _, argument = self.id.partition(":")
        action = name.replace(".", "_")
        return f"{action}({argument})" if argument else action

    def action_with_count(self, count: int) -> str:
        """The action with the number that was typed before the key, if it takes one."""
        return f"{self.action}({count})" if self.takes_count and count else self.action


GROUP_HEADINGS = {
    "move": "Move",
    "article": "Article",
    "find": "Find in the article",
    "select": "Select",
    "similar": "Similar readings",
    "trail": "Similar readings",
    "list": "List",
    "feeds": "Feeds",
    "view": "View",
    "triage": "Triage",
    "app": "newstui",
    "dialog": "Dialogs",
}

_paging_command = partial(Command, places=ALL_PLACES, takes_count=True, needs_article_text=True)
_cursor_command = partial(
    Command, places=ALL_PLACES_AND_SELECTION, takes_count=True, needs_article_text=True
)
_text_search_command = partial(Command, places=("find",))
_selection_command = partial(Command, places=("select",))
_counted_command = partial(Command, takes_count=True)

COMMANDS: tuple[Command, ...] = (
    _cursor_command(
        "move.down", ("j", "down"), "Down", "list: next article; article: one line down"
    ),
    _cursor_command("move.up", ("k", "up"), "Up", "list: previous article; article: one line up"),
    _counted_command("move.next_article", ("J",), "Next", "next article, from any pane"),
    _counted_command(
        "move.previous_article", ("K",), "Previous", "previous article, from any pane"
    ),
    _counted_command("move.next_unread", ("n",), "Next unread", "next unread article"),
    _counted_command("move.previous_unread", ("p",), "Previous unread", "previous unread article"),
    _paging_command(
        "move.page_down", ("space", "pagedown"), "Page down", "a page down; at the end next unread"
    ),
    _paging_command("move.page_up", ("b", "pageup"), "Page up", "a page up"),
    _cursor_command("move.half_page_down", ("ctrl+d",), "Half page down", "half a page down"),
    _cursor_command("move.half_page_up", ("ctrl+u",), "Half page up", "half a page up"),
    _cursor_command(
        "move.start", ("g", "home"), "Start", "to the start, or to the line of that number"
    ),
    _cursor_command("move.end", ("G", "end"), "End", "to the end, or to the line of that number"),
    Command("move.next_pane", ("tab",), "Next pane", "to the next pane"),
    Command("move.previous_pane", ("shift+tab",), "Previous pane", "to the previous pane"),
    Command(
        "article.open",
        ("enter", "l"),
        "Open",
        "into the article; folds a heading of the side pane",
        ALL_PLACES,
    ),
    Command(
        "article.back",
        ("h", "escape"),
        "Back",
        "back to the list; clears a search there",
        ALL_PLACES,
    ),
    Command(
        "article.open_url",
        ("o",),
        "Open URL",
        "open the source in a browser",
        (*PANES, "links"),
    ),
    Command(
        "article.copy_url",
        ("y",),
        "Copy URL",
        "copy the source URL",
        (*PANES, "source", "links"),
    ),
    Command("article.copy_link", ("Y",), "Copy link", "copy title and URL as a Markdown link"),
    Command(
        "article.toggle_read",
        ("m",),
        "Read",
        "mark read or unread; a story as a whole",
        (*PANES, "story", "triage"),
    ),
    Command("article.toggle_star", ("s",), "Star", "star or unstar", (*PANES, "story", "triage")),
    Command(
        "article.delete",
        ("d",),
        "Delete",
        "delete the article; `u` brings it back",
        (*PANES, "triage"),
    ),
    Command("article.export", ("e",), "Export", "write the article to a file", opens_dialog=True),
    Command("article.pipe", ("|",), "Pipe", "give the article as Markdown to a program"),
    Command("article.tag", ("+",), "Tag", "give the article a tag; tab completes it"),
    Command("article.untag", ("-",), "Untag", "take a tag from the article"),
    Command(
        "article.find",
        ("/",),
        "Find",
        "find words in the article",
        ("article", "find"),
        needs_article_text=True,
    ),
    Command(
        "article.links",
        (";",),
        "Links",
        "the links of the article, numbered",
        needs_article_text=True,
    ),
    _text_search_command(
        "find.next", ("n",), "Next place", "the next place found", takes_count=True
    ),
    _text_search_command(
        "find.previous", ("N",), "Previous place", "the place before", takes_count=True
    ),
    _text_search_command("find.keep", ("enter",), "Read on", "read on from this place"),
    _text_search_command("find.close", ("escape",), "Close", "take the marks away"),
    Command(
        "select.start",
        ("v",),
        "Select",
        "select words of the article, to copy them",
        ("article", "find"),
        needs_article_text=True,
    ),
    _selection_command(
        "select.word_next", ("l", "right", "w"), "Next word", "to the next word", takes_count=True
    ),
    _selection_command(
        "select.word_previous",
        ("h", "left", "b"),
        "Previous word",
        "to the word before",
        takes_count=True,
    ),
    _selection_command(
        "select.paragraph_next",
        ("}",),
        "Paragraph",
        "to the end of the paragraph",
        takes_count=True,
    ),
    _selection_command(
        "select.paragraph_previous",
        ("{",),
        "Paragraph back",
        "to the beginning of the paragraph",
        takes_count=True,
    ),
    _selection_command(
        "select.begin", ("v", "space"), "Begin", "select from here on, or no longer"
    ),
    _selection_command("select.copy", ("y", "enter"), "Copy", "copy what is selected"),
    _selection_command("select.leave", ("escape", "q"), "End", "select nothing"),
    *(
        Command(f"similar.jump:{n}", (str(n),), f"Similar {n}", f"jump to similar reading {n}")
        for n in range(1, 6)
    ),
    _counted_command(
        "trail.back", ("[",), "Trail back", "back along the trail of articles visited"
    ),
    _counted_command("trail.forward", ("]",), "Trail forward", "forward along the trail"),
    Command(
        "list.search",
        ("/",),
        "Search",
        "search everything, as you type",
        ("list", "side", "help"),
    ),
    Command(
        "list.filter",
        ("f",),
        "Filter",
        "show all, unread or starred articles, or those in progress",
        opens_dialog=True,
    ),
    Command("list.category", ("c",), "Category", "show one category", opens_dialog=True),
    Command(
        "list.sort",
        (",",),
        "Sort",
        "choose the order of the list; of what was found newest or best first",
    ),
    Command("list.mark_all_read", ("A",), "All read", "mark all articles of the list read"),
    Command(
        "list.export",
        ("E",),
        "Export list",
        "write all articles of the list to a file, or to a folder as Markdown; escape stops it",
        opens_dialog=True,
    ),
    Command("feeds.fetch", ("r",), "Fetch", "fetch the feeds; escape in the list stops it"),
    Command(
        "feeds.list",
        ("F",),
        "Feeds",
        "show the feeds, what they have and what failed",
        opens_dialog=True,
    ),
    Command("feeds.add", ("a",), "Add URL", "subscribe to a feed, or take in a page, by its URL"),
    Command("view.story", ("t",), "Story", "this and its similar readings as a timeline"),
    Command("view.triage", ("T",), "Triage", "one summary after the other, one key a decision"),
    Command("view.statistics", ("S",), "Statistics", "what was read, when and how fast"),
    Command("view.zoom", ("z",), "Zoom", "only the article, or all panes again"),
    Command("view.side", ("i",), "Side pane", "summary, similar readings and details on or off"),
    Command("view.narrower", ("<",), "Narrower", "shorter lines in the article"),
    Command("view.wider", (">",), "Wider", "longer lines in the article"),
    Command(
        "triage.later",
        ("t",),
        "Later",
        "in the triage: give the article the tag `later`",
        ("triage",),
    ),
    Command(
        "app.undo",
        ("u",),
        "Undo",
        "take back the last change, also one of an earlier session",
        (*PANES, "story", "triage"),
    ),
    Command("app.history", ("U",), "Undo list", "show what can be undone", opens_dialog=True),
    Command("app.help", ("?",), "Help", "show the keys of the pane", ALL_PLACES_AND_SELECTION),
    Command("app.palette", ("ctrl+p",), "Palette", "find a command by its name", opens_dialog=True),
    Command("app.theme", ("C",), "Theme", "choose the colours; each is shown at once"),
    Command("app.welcome", ("W",), "Welcome", "fill the library: import, add a feed or a page"),
    Command("app.redraw", ("ctrl+l",), "Redraw", "draw the screen anew"),
    Command("app.suspend", ("ctrl+z",), "Suspend", "put newstui aside; `fg` brings it back"),
    Command("app.quit", ("q", "ctrl+q"), "Quit", "leave newstui"),
    Command("dialog.close", ("q",), "Close", "close what lies over the reader", DIALOG_PLACES),
)

FOOTER_COMMANDS: Mapping[str, tuple[str, ...]] = {
    "list": ("article.open", "move.next_unread", "list.search", "app.help", "app.quit"),
    "article": ("article.back", "move.page_down", "article.open_url", "app.help", "app.quit"),
    "find": ("find.next", "find.previous", "find.keep", "app.help", "find.close"),
    "select": ("select.begin", "select.copy", "select.paragraph_next", "app.help", "select.leave"),
    "side": ("article.back", "move.next_pane", "article.open", "app.help", "app.quit"),
}
"""The five that matter most in each pane, to somebody new."""

_KEY_LABELS = {"pagedown": "page-down", "pageup": "page-up"}


def find_command(command_id: str) -> Command:
    """The command of that id.

    Raises:
        KeyError: There is none.
    """
    return COMMANDS_BY_ID[command_id]


COMMANDS_BY_ID = {each.id: each for each in COMMANDS}


def format_key(key: str) -> str:
    """A key, or keys one after the other, as written for people: `page-down`, `gg`, `ctrl+x u`."""
    parts = [_KEY_LABELS.get(part, part) for part in key.split(" ")]
    return ("" if all(len(part) == 1 for part in parts) else " ").join(parts)


def footer_hints(place: str, keys: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The keys that matter most in a place, each with what it does."""
    wanted = (command_id for command_id in FOOTER_COMMANDS[place] if keys[command_id])
    return [f"{format_key(keys[each][0])} {COMMANDS_BY_ID[each].label.lower()}" for each in wanted]


def format_keys(keys: Iterable[str]) -> str:
    """Keys as they are written for people."""
    names = [format_key(key) for key in keys]
    return (", " if any(" " in name for name in names) else " ").join(names)


def group_commands() -> Iterator[tuple[str, list[Command]]]:
    """Heading and commands, in the order of the help screen."""
    for heading, commands in groupby(COMMANDS, key=lambda each: each.group):
        yield heading, list(commands)
