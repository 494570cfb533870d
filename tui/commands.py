"""Every command of the reader, declared once.

The bindings, the help screen, the palette, the footer, `newstui keys` and the README's table all
come from here. Nothing of Textual is imported: `newstui keys` must not wait for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby


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

    @property
    def group(self) -> str:
        """The heading it stands under."""
        return GROUPS[self.id.partition(".")[0]]

    @property
    def action(self) -> str:
        """The action of the reader's screen that carries it out."""
        name, _, argument = self.id.partition(":")
        action = name.replace(".", "_")
        return f"{action}({argument})" if argument else action


GROUPS = {
    "move": "Move",
    "article": "Article",
    "similar": "Similar readings",
    "trail": "Similar readings",
    "list": "List",
    "view": "View",
    "app": "newstui",
}

COMMANDS: tuple[Command, ...] = (
    Command("move.down", ("j", "down"), "Down", "list: next article; article: one line down"),
    Command("move.up", ("k", "up"), "Up", "list: previous article; article: one line up"),
    Command("move.next_article", ("J",), "Next", "next article, from any pane"),
    Command("move.previous_article", ("K",), "Previous", "previous article, from any pane"),
    Command("move.next_unread", ("n",), "Next unread", "next unread article"),
    Command("move.previous_unread", ("p",), "Previous unread", "previous unread article"),
    Command(
        "move.page_down", ("space", "pagedown"), "Page down", "a page down; at the end next unread"
    ),
    Command("move.page_up", ("b", "pageup"), "Page up", "a page up"),
    Command("move.half_page_down", ("ctrl+d",), "Half page down", "half a page down"),
    Command("move.half_page_up", ("ctrl+u",), "Half page up", "half a page up"),
    Command("move.start", ("g", "home"), "Start", "to the start"),
    Command("move.end", ("G", "end"), "End", "to the end"),
    Command("move.next_pane", ("tab",), "Next pane", "to the next pane"),
    Command("move.previous_pane", ("shift+tab",), "Previous pane", "to the previous pane"),
    Command("article.open", ("enter", "l"), "Open", "into the article"),
    Command("article.back", ("h", "escape"), "Back", "back to the list; clears a search there"),
    Command("article.open_url", ("o",), "Open URL", "open the source in a browser"),
    Command("article.copy_url", ("y",), "Copy URL", "copy the source URL"),
    Command("article.copy_link", ("Y",), "Copy link", "copy title and URL as a Markdown link"),
    Command("article.toggle_read", ("m",), "Read", "mark read or unread"),
    Command("article.toggle_star", ("s",), "Star", "star or unstar"),
    Command("article.delete", ("d",), "Delete", "delete the article; `u` brings it back"),
    Command("article.tag", ("+",), "Tag", "give the article a tag; tab completes it"),
    Command("article.untag", ("-",), "Untag", "take a tag from the article"),
    *(
        Command(f"similar.jump:{n}", (str(n),), f"Similar {n}", f"jump to similar reading {n}")
        for n in range(1, 6)
    ),
    Command("trail.back", ("[",), "Trail back", "back along the trail of articles visited"),
    Command("trail.forward", ("]",), "Trail forward", "forward along the trail"),
    Command("list.mark_all_read", ("A",), "All read", "mark all articles of the list read"),
    Command("list.search", ("/",), "Search", "show only titles with these words"),
    Command(
        "list.filter",
        ("f",),
        "Filter",
        "show all, unread or starred articles, or those in progress",
    ),
    Command("list.category", ("c",), "Category", "show one category"),
    Command("list.sort", (",",), "Sort", "choose the order of the list"),
    Command("view.zoom", ("z",), "Zoom", "only the article, or all panes again"),
    Command("view.side", ("i",), "Side pane", "summary, similar readings and details on or off"),
    Command("view.narrower", ("<",), "Narrower", "shorter lines in the article"),
    Command("view.wider", (">",), "Wider", "longer lines in the article"),
    Command(
        "app.undo", ("u",), "Undo", "take back the last change, also one of an earlier session"
    ),
    Command("app.history", ("U",), "Undo list", "show what can be undone"),
    Command("app.help", ("?",), "Help", "show all keys"),
    Command("app.palette", ("ctrl+p",), "Palette", "find a command by its name"),
    Command("app.suspend", ("ctrl+z",), "Suspend", "put newstui aside; `fg` brings it back"),
    Command("app.quit", ("q", "ctrl+q"), "Quit", "leave newstui"),
)

FOOTER = ("article.open", "move.next_unread", "list.search", "app.help", "app.quit")
"""The five that matter most to somebody new."""

_NAMES = {"pagedown": "page-down", "pageup": "page-up"}


def command(command_id: str) -> Command:
    """The command of that id.

    Raises:
        KeyError: There is none.
    """
    return BY_ID[command_id]


BY_ID = {each.id: each for each in COMMANDS}


def key_names(keys: tuple[str, ...]) -> str:
    """The keys as they are written for people."""
    return " ".join(_NAMES.get(key, key) for key in keys)


def groups() -> Iterator[tuple[str, list[Command]]]:
    """Heading and commands, in the order of the help screen."""
    for heading, commands in groupby(COMMANDS, key=lambda each: each.group):
        yield heading, list(commands)
