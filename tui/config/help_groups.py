"""The groups of the help: which commands share a line of it, and what that line says in a few words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tui.config.commands import COMMANDS, COMMANDS_BY_ID, SIMILAR_JUMPS, Command


class HelpEntry(NamedTuple):
    """Commands that share a line of the help, and what they do in a few words."""

    commands: Sequence[Command]
    words: str


_GROUPS: tuple[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], ...] = (
    (
        "Read",
        (
            ("open", ("article.open",)),
            ("back", ("article.back",)),
            ("next, prev unread", ("move.next_unread", "move.previous_unread")),
            ("next, prev article", ("move.next_article", "move.previous_article")),
            ("similar reading", SIMILAR_JUMPS),
            ("along the trail", ("trail.back", "trail.forward")),
        ),
    ),
    (
        "Move",
        (
            ("down, up", ("move.down", "move.up")),
            ("page", ("move.page_down", "move.page_up")),
            ("half a page", ("move.half_page_down", "move.half_page_up")),
            ("top, end", ("move.start", "move.end")),
            ("next pane", ("move.next_pane",)),
            ("previous pane", ("move.previous_pane",)),
        ),
    ),
    (
        "Find",
        (
            ("search", ("list.search",)),
            ("keep the search", ("list.keep_search",)),
            ("find in article", ("article.find",)),
            ("filter", ("list.filter",)),
            ("go to a place", ("list.category",)),
            ("sort", ("list.sort",)),
            ("story, front page", ("view.story", "view.front_page")),
            ("links", ("article.links",)),
        ),
    ),
    (
        "Change",
        (
            ("read, unread", ("article.toggle_read",)),
            ("all read", ("list.mark_all_read",)),
            ("above, below read", ("list.mark_above_read", "list.mark_below_read")),
            ("star", ("article.toggle_star",)),
            ("tag, untag", ("article.tag", "article.untag")),
            ("delete", ("article.delete",)),
            ("select rows, all", ("list.select", "list.select_all")),
            ("undo, history", ("app.undo", "app.history")),
        ),
    ),
    (
        "Feeds",
        (
            ("places", ("feeds.list",)),
            ("fetch, fetch all", ("feeds.fetch", "feeds.fetch_all")),
            ("add a URL", ("feeds.add",)),
            ("triage", ("view.triage",)),
        ),
    ),
    (
        "View",
        (
            ("zoom", ("view.zoom",)),
            ("side pane", ("view.side",)),
            ("fold copies, one", ("list.fold_copies", "list.unfold_copies")),
            ("measure", ("view.narrower", "view.wider")),
            ("theme", ("app.theme",)),
            ("statistics", ("view.statistics",)),
        ),
    ),
    (
        "Out",
        (
            ("open in browser", ("article.open_url",)),
            ("text of the page", ("article.page_text",)),
            ("copy URL, link", ("article.copy_url", "article.copy_link")),
            ("export, the list", ("article.export", "list.export")),
            ("pipe", ("article.pipe",)),
            ("select text", ("select.start",)),
        ),
    ),
    (
        "Places",
        (
            ("fold", ("place.fold",)),
            ("filter names", ("place.filter",)),
            ("edit", ("feeds.edit",)),
            ("unsubscribe", ("feeds.unsubscribe",)),
        ),
    ),
    (
        "Select",
        (
            ("begin, cancel", ("select.begin",)),
            ("copy", ("select.copy",)),
            ("next word", ("select.word_next",)),
            ("previous word", ("select.word_previous",)),
            ("paragraph", ("select.paragraph_next", "select.paragraph_previous")),
            ("leave", ("select.leave",)),
        ),
    ),
    (
        "Hits",
        (
            ("next, previous", ("find.next", "find.previous")),
            ("jump here", ("find.keep",)),
            ("close", ("find.close",)),
        ),
    ),
    (
        "Front page",
        (
            ("since when", ("front.since",)),
            ("more, fewer minutes", ("front.longer", "front.shorter")),
            ("why", ("front.why",)),
        ),
    ),
    ("Triage", (("tag as later", ("triage.later",)),)),
    (
        "newstui",
        (
            ("help, problems", ("app.help", "app.problems")),
            ("commands", ("app.palette",)),
            ("welcome", ("app.welcome",)),
            ("redraw", ("app.redraw",)),
            ("suspend", ("app.suspend",)),
            ("leave, quit", ("app.leave", "app.quit")),
            ("close", ("dialog.close",)),
        ),
    ),
)
PLACE_WORDS: Mapping[str, Mapping[str, str]] = {
    "triage": {"move.down": "skip", "move.up": "back"},
}
"""What commands do where it is not what their help says."""
_GROUPS_OF_PREFIXES = {
    **dict.fromkeys(("article", "app"), "newstui"),
    "select": "Select",
    "find": "Hits",
    "front": "Front page",
    "triage": "Triage",
    "place": "Places",
    "move": "Move",
    "list": "Find",
    "feeds": "Feeds",
    "view": "View",
}
"""The groups of commands that have no line above, by the first part of their ids."""


def iter_help_groups() -> Iterator[tuple[str, list[HelpEntry]]]:
    """Yield headings and their lines: every command once."""
    known = {each for _, lines in _GROUPS for _, ids in lines for each in ids}
    for heading, lines in _GROUPS:
        entries = [HelpEntry([COMMANDS_BY_ID[each] for each in ids], text) for text, ids in lines]
        entries += [
            HelpEntry([each], each.label.lower())
            for each in COMMANDS
            if each.id not in known and _group_of(each) == heading
        ]
        yield heading, entries


def _group_of(command: Command) -> str:
    return _GROUPS_OF_PREFIXES.get(command.id.partition(".")[0], "newstui")
