"""The commands of the reader, each declared once.

The bindings, the help screen, the palette, the footer, `newstui keys` and the README's table of keys
are made from these declarations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Literal

Pane = Literal["places", "list", "article", "side"]
PANES: tuple[Pane, ...] = ("list", "article", "side")
"""The panes about articles."""
ALL_PANES: tuple[Pane, ...] = ("places", *PANES)
DIALOG_PLACES = (
    "sheet",
    "help",
    "picker",
    "history",
    "source",
    "story",
    "front page",
    "triage",
    "statistics",
    "links",
)
ALL_PLACES = (*PANES, *DIALOG_PLACES)
"""The places in which keys are bound: the panes of the reader and the dialogs over it."""
ALL_PLACES_AND_SELECTION = (*ALL_PLACES, "select")
"""The same, and the article's text in selection mode."""
SIMILAR_JUMPS = tuple(f"similar.jump:{n}" for n in range(1, 6))
"""The commands that open similar readings; the help and the palette show them as one."""
INHERITED_PLACES = {"find": "article", "places": "sheet"}
"""Places that inherit the keys of another one, where they do not bind them themselves."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the reader."""

    id: str
    """The name by which keys are rebound; the `commands` of a screen run it."""
    keys: tuple[str, ...]
    label: str
    """One or two words, for the footer and the palette."""
    help: str
    """An imperative line for the help screen."""
    places: tuple[str, ...] = PANES
    """The places where it is available; a key may be bound to another command elsewhere."""
    takes_count: bool = False
    """True if it takes the count that was typed before its key."""
    needs_article_text: bool = False
    """True if it acts on the article's text, and so waits while that is loading."""
    opens_dialog: bool = False
    """True if it opens a dialog or an input for which the keys typed after it are meant."""
    changes_library: bool = False
    """True if there is nothing for it to do in a library that cannot be changed."""
    changes_list: bool = False
    """True if it changes what is listed: the keys after it are about the new list, or the places."""

    @property
    def group(self) -> str:
        """The heading of its group."""
        return GROUP_HEADINGS[self.id.partition(".")[0]]


GROUP_HEADINGS = {
    "move": "Move",
    "article": "Article",
    "find": "Find in the article",
    "select": "Select",
    "similar": "Similar readings",
    "trail": "Similar readings",
    "list": "List",
    "place": "Places",
    "feeds": "Feeds",
    "view": "View",
    "front": "Front page",
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
_selection_move = partial(_selection_command, takes_count=True)
_counted_command = partial(Command, takes_count=True)
_text_command = partial(Command, needs_article_text=True)
_dialog_command = partial(Command, opens_dialog=True)
_pane_command = partial(Command, places=ALL_PANES)
_place_command = partial(Command, places=("places",))
_front_command = partial(Command, places=("front page",))

COMMANDS: tuple[Command, ...] = (
    _cursor_command("move.down", ("j", "down"), "Down", "go down an article or a line"),
    _cursor_command("move.up", ("k", "up"), "Up", "go up an article or a line"),
    _counted_command("move.next_article", ("J",), "Next", "go to the next article, from any pane"),
    _counted_command(
        "move.previous_article", ("K",), "Previous", "go to the previous article, from any pane"
    ),
    _counted_command(
        "move.next_unread",
        ("n",),
        "Next unread",
        "go to the next unread article, or place with some",
        ALL_PANES,
    ),
    _counted_command(
        "move.previous_unread",
        ("p",),
        "Previous unread",
        "go to the previous unread article, or place with some",
        ALL_PANES,
    ),
    _paging_command(
        "move.page_down",
        ("space", "pagedown"),
        "Page down",
        "go down a page; at the end, to the next unread article",
    ),
    _paging_command("move.page_up", ("b", "pageup"), "Page up", "go up a page"),
    _cursor_command("move.half_page_down", ("ctrl+d",), "Half page down", "go down half a page"),
    _cursor_command("move.half_page_up", ("ctrl+u",), "Half page up", "go up half a page"),
    _cursor_command("move.start", ("g", "home"), "Top", "go to the top, or to line N"),
    _cursor_command("move.end", ("G", "end"), "End", "go to the end, or to line N"),
    Command(
        "move.next_pane",
        ("tab",),
        "Next pane",
        "go to the next pane (in the help: all keys)",
        (*ALL_PANES, "help"),
    ),
    _pane_command("move.previous_pane", ("shift+tab",), "Previous pane", "go to the previous pane"),
    Command("article.open", ("enter", "l"), "Open", "open (in the side pane: fold)", ALL_PLACES),
    Command(
        "article.back",
        ("h", "escape"),
        "Back",
        "go back; in the list, clear the search or cancel a task",
        ALL_PLACES,
    ),
    _text_command(
        "article.page_text", ("x",), "Whole text", "show the text of the page, or the article's own"
    ),
    Command("article.open_url", ("o",), "Open URL", "open the URL in a browser", (*PANES, "links")),
    Command("article.copy_url", ("y",), "Copy URL", "copy the URL", (*PANES, "source", "links")),
    Command("article.copy_link", ("Y",), "Copy link", "copy title and URL as a Markdown link"),
    Command(
        "article.toggle_read",
        ("m",),
        "Read",
        "toggle read (in a story: all)",
        (*PANES, "story", "front page", "triage"),
        changes_library=True,
    ),
    Command(
        "article.toggle_star",
        ("s",),
        "Star",
        "star or unstar",
        (*PANES, "story", "front page", "triage"),
        changes_library=True,
    ),
    Command(
        "article.delete",
        ("d",),
        "Delete",
        "delete (can be undone)",
        (*PANES, "triage"),
        changes_library=True,
        changes_list=True,
    ),
    _dialog_command("article.export", ("e",), "Export", "export the article to a file"),
    _dialog_command("article.pipe", ("|",), "Pipe", "pipe as Markdown to a command"),
    _dialog_command(
        "article.tag", ("+",), "Tag", "add a tag (tab completes)", changes_library=True
    ),
    _dialog_command("article.untag", ("-",), "Untag", "remove a tag", changes_library=True),
    _text_command(
        "article.find",
        ("/",),
        "Find",
        "find in the article",
        ("article", "find"),
        opens_dialog=True,
    ),
    _text_command(
        "article.links", (";",), "Links", "list the links, to read or open one", opens_dialog=True
    ),
    _text_search_command("find.next", ("n",), "Next hit", "go to the next hit", takes_count=True),
    _text_search_command(
        "find.previous", ("N",), "Previous hit", "go to the previous hit", takes_count=True
    ),
    _text_search_command("find.keep", ("enter",), "Jump here", "jump here"),
    _text_search_command("find.close", ("escape",), "Close", "clear the highlights"),
    _text_command("select.start", ("v",), "Select", "select text to copy", ("article", "find")),
    _selection_move("select.word_next", ("l", "right", "w"), "Next word", "go to the next word"),
    _selection_move(
        "select.word_previous", ("h", "left", "b"), "Previous word", "go to the previous word"
    ),
    _selection_move("select.paragraph_next", ("}",), "Paragraph", "go to the end of the paragraph"),
    _selection_move(
        "select.paragraph_previous", ("{",), "Paragraph back", "go to the start of the paragraph"
    ),
    _selection_command("select.begin", ("v", "space"), "Begin", "start or cancel the selection"),
    _selection_command("select.copy", ("y", "enter"), "Copy", "copy the selection"),
    _selection_command("select.leave", ("escape", "q"), "Cancel", "leave selection mode"),
    *(
        Command(name, (str(n),), f"Similar {n}", f"open similar reading {n}")
        for n, name in enumerate(SIMILAR_JUMPS, 1)
    ),
    _counted_command("trail.back", ("[",), "Trail back", "go back along the trail"),
    _counted_command("trail.forward", ("]",), "Trail forward", "go forward along the trail"),
    Command(
        "list.search",
        ("/",),
        "Search",
        "search the library as you type",
        ("list", "side", "help", "picker", "history", "links"),
        opens_dialog=True,
    ),
    _dialog_command(
        "list.filter", ("f",), "Filter", "show all, unread, starred or started articles"
    ),
    _dialog_command("list.category", ("c",), "Place", "go to a place by its name", ALL_PANES),
    Command("list.sort", (",",), "Sort", "sort the list"),
    _pane_command(
        "list.mark_all_read",
        ("A",),
        "All read",
        "mark the whole list, or place, as read",
        changes_library=True,
    ),
    Command(
        "list.fold_copies",
        ("Z",),
        "Fold copies",
        "list each story once, or all its copies",
        ("list",),
    ),
    Command(
        "list.unfold_copies",
        ("X",),
        "Copies",
        "list the copies of this story below it, or fold them",
        ("list",),
    ),
    _dialog_command(
        "list.keep_search",
        ("=",),
        "Keep search",
        "keep the search as a place",
        changes_library=True,
    ),
    Command(
        "list.mark_above_read",
        ("(",),
        "Above read",
        "mark the articles above this one as read",
        ("list",),
        changes_library=True,
    ),
    Command(
        "list.mark_below_read",
        (")",),
        "Below read",
        "mark the articles below this one as read",
        ("list",),
        changes_library=True,
    ),
    Command(
        "list.select",
        ("V",),
        "Select rows",
        "select the rows from here to the cursor",
        ("list",),
    ),
    Command("list.select_all", ("*",), "Select all", "select all rows, or none", ("list",)),
    _dialog_command("list.export", ("E",), "Export list", "export the list to a file or folder"),
    _place_command("place.fold", ("space",), "Fold", "fold or unfold"),
    _place_command(
        "place.filter",
        ("/",),
        "Filter names",
        "show the places with this name",
        opens_dialog=True,
    ),
    _pane_command(
        "feeds.fetch",
        ("r",),
        "Fetch",
        "fetch the feeds, or those of the place",
        changes_library=True,
    ),
    _place_command(
        "feeds.edit",
        ("e",),
        "Edit",
        "edit the feed, folder or search",
        opens_dialog=True,
        changes_library=True,
    ),
    _place_command(
        "feeds.unsubscribe",
        ("d",),
        "Unsubscribe",
        "unsubscribe (articles stay), or remove the search",
        changes_library=True,
    ),
    _pane_command("feeds.fetch_all", ("R",), "Fetch all", "fetch all feeds", changes_library=True),
    _pane_command(
        "feeds.list",
        ("F",),
        "Places",
        "go to the places: feeds, searches, tags",
        changes_list=True,
    ),
    _dialog_command(
        "feeds.add",
        ("a",),
        "Add URL",
        "add a feed or a page by its URL, or the page that is open",
        ALL_PANES,
        changes_library=True,
    ),
    Command("view.story", ("t",), "Story", "show the article's story as a timeline"),
    _dialog_command(
        "view.front_page",
        ("B",),
        "Front page",
        "show what is new since your last visit, by stories",
        ALL_PANES,
    ),
    _dialog_command("view.triage", ("T",), "Triage", "triage unread, one key each"),
    _pane_command("view.statistics", ("S",), "Statistics", "show reading statistics"),
    Command("view.zoom", ("z",), "Zoom", "show the article or the side pane alone, or all panes"),
    Command("view.side", ("i",), "Side pane", "show or hide the side pane"),
    Command("view.narrower", ("<",), "Narrower", "make the lines of the article shorter"),
    Command("view.wider", (">",), "Wider", "make the lines of the article longer"),
    _front_command(
        "front.since", ("f",), "Since", "since the last visit, today, 2 or 7 days, ever"
    ),
    _front_command("front.longer", ("+",), "Longer", "fill the page for five minutes more"),
    _front_command("front.shorter", ("-",), "Shorter", "fill the page for five minutes less"),
    _front_command("front.why", ("w",), "Why", "say why each story is where it is"),
    Command("triage.later", ("t",), "Later", "tag as later", ("triage",), changes_library=True),
    Command(
        "app.undo",
        ("u",),
        "Undo",
        "undo the last change; of articles, also in a later session",
        (*ALL_PANES, "story", "front page", "triage", "history"),
        changes_library=True,
        changes_list=True,
    ),
    _dialog_command("app.history", ("U",), "Undo history", "show the undo history", ALL_PANES),
    Command(
        "app.help",
        ("?",),
        "Help",
        "show the keys of the pane",
        (*ALL_PLACES_AND_SELECTION, "places"),
    ),
    _dialog_command(
        "app.palette", ("ctrl+p",), "Palette", "search the commands by name", ALL_PANES
    ),
    _pane_command(
        "app.problems", ("!",), "Problems", "show in full what is wrong, and what has failed"
    ),
    _pane_command("app.theme", ("C",), "Theme", "choose a theme"),
    _pane_command(
        "app.welcome",
        ("W",),
        "Welcome",
        "fill the library: import, add a feed, move in",
        changes_library=True,
    ),
    _pane_command("app.redraw", ("ctrl+l",), "Redraw", "redraw the screen, from anywhere"),
    _pane_command("app.suspend", ("ctrl+z",), "Suspend", "suspend newstui, from anywhere"),
    _pane_command("app.leave", ("q",), "Leave", "go back one step; from the list, quit"),
    _pane_command("app.quit", ("ctrl+q", "ctrl+c"), "Quit", "quit newstui at once, from anywhere"),
    Command("dialog.close", ("q",), "Close", "close the dialog", DIALOG_PLACES),
)
COMMANDS_BY_ID = {each.id: each for each in COMMANDS}

FOOTER_HINTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "list": (
        ("article.open", "open"),
        ("move.next_unread", "next unread"),
        ("list.search", "search"),
        ("app.help", "help"),
        ("app.leave", "quit"),
    ),
    "filtered": (
        ("article.open", "open"),
        ("move.next_unread", "next unread"),
        ("list.search", "search"),
        ("app.help", "help"),
        ("app.leave", "back"),
    ),
    "selection": (
        ("article.toggle_read", "read"),
        ("article.toggle_star", "star"),
        ("article.delete", "delete"),
        ("article.tag", "tag"),
        ("article.back", "clear"),
    ),
    "article": (
        ("move.page_down", "page down"),
        ("move.next_unread", "next unread"),
        ("article.open_url", "open url"),
        ("app.help", "help"),
        ("app.leave", "back"),
    ),
    "find": (
        ("find.next", "next hit"),
        ("find.previous", "previous hit"),
        ("find.keep", "jump here"),
        ("app.help", "help"),
        ("find.close", "close"),
    ),
    "select": (
        ("select.begin", "begin"),
        ("select.copy", "copy"),
        ("select.paragraph_next", "paragraph"),
        ("app.help", "help"),
        ("select.leave", "cancel"),
    ),
    "places": (
        ("article.open", "show"),
        ("move.next_unread", "next unread"),
        ("place.filter", "find"),
        ("app.help", "help"),
        ("app.leave", "back"),
    ),
    "side": (
        ("article.open", "open"),
        ("move.next_pane", "next pane"),
        ("view.side", "side pane"),
        ("app.help", "help"),
        ("app.leave", "back"),
    ),
}
"""The five commands of each place that a newcomer needs most, and what they do there.

`filtered` is the list while it shows matches, or not all articles; `selection` while rows are selected.
"""

_KEY_LABELS = {"pagedown": "page-down", "pageup": "page-up"}
_FOOTER_LABELS = {"escape": "esc"}
"""Keys that have a shorter name in the footer."""


def format_key(key: str) -> str:
    """Return a key or a key sequence as it is displayed: `page-down`, `gg`, `ctrl+x u`."""
    parts = [_KEY_LABELS.get(part, part) for part in key.split(" ")]
    return ("" if all(len(part) == 1 for part in parts) else " ").join(parts)


def footer_hints(place: str, keys: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    """Return the footer of a place: keys and labels."""
    return [
        (_FOOTER_LABELS.get(key := keys[command_id][0]) or format_key(key), label)
        for command_id, label in FOOTER_HINTS[place]
        if keys[command_id]
    ]


def format_keys(keys: Iterable[str]) -> str:
    """Return the alternative keys of a command as they are displayed."""
    names = [format_key(key) for key in keys]
    return (", " if any(" " in name for name in names) else " ").join(names)


def group_commands() -> Iterator[tuple[str, list[Command]]]:
    """Yield headings and their commands, in the order of the help screen."""
    for heading, commands in groupby(COMMANDS, key=lambda each: each.group):
        yield heading, list(commands)
