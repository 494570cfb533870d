"""The help as lines of cells: groups of keys in as many columns as fit, whole groups one below the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, pairwise
from typing import Literal, NamedTuple

from tui.config.commands import Command, format_key, format_keys
from tui.config.help_groups import PLACE_WORDS, HelpEntry, iter_help_groups
from tui.config.keymaps import Keymap
from tui.rendering.cells import StyledText, cell_width, fit_cells, wrap_text
from tui.rendering.list_rows import STAR_SIGN, STORY_ORIGIN_SIGN, UNREAD_SIGN, UPDATED_SIGN
from tui.rendering.place_lines import FAILED_SIGN, HERE_SIGN, PAUSED_SIGN

SIGN_MEANINGS = (
    (UNREAD_SIGN, "unread", "unread"),
    (STAR_SIGN, "starred", "starred"),
    (UPDATED_SIGN, "updated", "changed by its publisher since you read it"),
    ("5′", "minutes", "minutes to read"),
    (STORY_ORIGIN_SIGN, "here", "in a story: the article you came from"),
)
"""The signs before and after titles, and what they mean, in a word and at length."""
PLACE_SIGN_MEANINGS = (
    (HERE_SIGN, "shown", "the place that the list shows"),
    (FAILED_SIGN, "failing", "a feed that could not be fetched, with the reason below"),
    (PAUSED_SIGN, "paused", "a feed that is not fetched with the others"),
)
"""The same of the signs before places."""
SIGNS_HEADING = "Signs"
KEY_CELLS, SHORT_KEY_CELLS = 10, 6
"""Width of the keys, before the long and the short wording; longer ones take what they need."""
MIN_COLUMN_CELLS, MIN_SHORT_COLUMN_CELLS, MAX_COLUMN_CELLS = 36, 24, 48
COLUMN_GAP = 2
MAX_COLUMNS = 5
NOTHING_FOUND = "No matching commands"


FIRST_HEADINGS = {
    "find": "Hits",
    "select": "Select",
    "front page": "Front page",
    "triage": "Triage",
    "places": "Places",
}
"""The group that comes first in the help of a place."""
Wording = Literal["short", "long", "whole"]
Block = Sequence[Sequence[StyledText]]
"""The lines of a group."""


class HelpLine(NamedTuple):
    """Keys and what they do."""

    keys: str
    text: str


class HelpGroup(NamedTuple):
    """A heading and the lines under it."""

    heading: str
    lines: Sequence[HelpLine]


class HelpLayout(NamedTuple):
    """Lines of cells."""

    lines: Sequence[Sequence[StyledText]]
    width: int


# -- groups --------------------------------------------------------------------------------------


def list_help_groups(
    keymap: Keymap, place: str = "", wording: Wording = "short"
) -> list[HelpGroup]:
    """Return the keys of a place, and the signs; an empty place means all places.

    Args:
        keymap: The keys in force.
        place: The place.
        wording: Whether lines are short, or long where they are about one command, or whole: a line for
            every command.
    """
    groups = [
        HelpGroup(
            heading,
            [line for entry in entries for line in _entry_lines(entry, keymap, place, wording)],
        )
        for heading, entries in iter_help_groups()
    ]
    short = wording == "short"
    of_places = PLACE_SIGN_MEANINGS if place in ("places", "") else ()
    meanings = (*(SIGN_MEANINGS if place != "places" else ()), *of_places)
    signs = [HelpLine(sign, word if short else meaning) for sign, word, meaning in meanings]
    first = FIRST_HEADINGS.get(place)
    groups.sort(key=lambda group: group.heading != first)
    return [*(each for each in groups if each.lines), HelpGroup(SIGNS_HEADING, signs)]


def find_help(keymap: Keymap, place: str, words: str) -> list[HelpGroup]:
    """Return the lines with all of these words; those of other places if there are none here.

    A single letter is a key, and case-sensitive.
    """
    for where in (place, ""):
        found = [
            HelpGroup(group.heading, lines)
            for group in list_help_groups(keymap, where, "whole")
            if (lines := [line for line in group.lines if _has_all_words(line, words.split())])
        ]
        if found:
            return found
    return []


def _entry_lines(
    entry: HelpEntry, keymap: Keymap, place: str, wording: Wording
) -> Iterator[HelpLine]:
    keys = [(each, _keys_in_place(each, keymap, place)) for each in entry.commands]
    available = [(command, known) for command, known in keys if known]
    number = len(available)
    is_short = wording == "short" or (wording == "long" and number > 1) or number > 2
    words = PLACE_WORDS.get(place, {})
    if available and is_short:
        own = ", ".join(words[command.id] for command, _ in available if command.id in words)
        yield HelpLine(_join_keys([known for _, known in available]), own or entry.words)
    else:
        for command, known in available:
            yield HelpLine(format_keys(known), words.get(command.id, command.help))


def _keys_in_place(command: Command, keymap: Keymap, place: str) -> Sequence[str]:
    """Return the keys of a command that no other one has in this place; an empty place means all."""
    keys = keymap.keys[command.id]
    known = keymap.commands_by_place.get(place, {})
    return [key for key in keys if known.get(tuple(key.split(" "))) is command] if place else keys


def _join_keys(keys_of_commands: Sequence[Sequence[str]]) -> str:
    """Return all keys of one command, or the first key of each of several: `n p`, `1-5`."""
    if len(keys_of_commands) == 1:
        return format_keys(keys_of_commands[0])
    keys = [format_key(each[0]) for each in keys_of_commands]
    is_range = len(keys) > 2 and all(map(str.isdecimal, keys))
    return f"{keys[0]}-{keys[-1]}" if is_range else " ".join(keys)


def _has_all_words(line: HelpLine, words: Iterable[str]) -> bool:
    keys = line.keys.replace(",", " ").split()
    text = f"{line.keys} {line.text}".lower()
    return all(word in keys if len(word) == 1 else word.lower() in text for word in words)


# -- columns -------------------------------------------------------------------------------------


def lay_out_help(
    keymap: Keymap, place: str, width: int, height: int, *, all_places: bool | None
) -> HelpLayout:
    """Return the keys of a place, with as many words as there is room for.

    Args:
        keymap: The keys in force.
        place: The place.
        width: Cells of a line, at most.
        height: Lines that are seen at once.
        all_places: Show the keys of all places; None means if they fit with all their words.
    """
    if all_places is not False:
        everything = lay_out_groups(list_help_groups(keymap, "", "whole"), width, MIN_COLUMN_CELLS)
        if len(everything.lines) <= height:
            return everything
    where = "" if all_places else place
    short = list_help_groups(keymap, where)
    layouts = (
        lay_out_groups(list_help_groups(keymap, where, "long"), width, MIN_COLUMN_CELLS),
        lay_out_groups(short, width),
        lay_out_groups(keys := [each for each in short if each.heading != SIGNS_HEADING], width),
        lay_out_groups(keys, width, gap=0),
    )
    return next((each for each in layouts if len(each.lines) <= height), layouts[1])


def lay_out_groups(
    groups: Sequence[HelpGroup], width: int, least: int = MIN_SHORT_COLUMN_CELLS, gap: int = 1
) -> HelpLayout:
    """Return groups in columns of about the same height.

    Args:
        groups: The groups.
        width: Cells of a line, at most.
        least: The narrowest that a column may be, in cells.
        gap: Blank lines between groups.
    """
    if not groups:
        return HelpLayout([[(NOTHING_FOUND, "text")]], cell_width(NOTHING_FOUND))
    number = max(1, min(MAX_COLUMNS, len(groups), (width + COLUMN_GAP) // (least + COLUMN_GAP)))
    cells = (width + COLUMN_GAP) // number - COLUMN_GAP
    if number > 1:
        cells = min(MAX_COLUMN_CELLS, cells)
    keys = KEY_CELLS if least >= MIN_COLUMN_CELLS else SHORT_KEY_CELLS
    is_one = number == 1
    if is_one:  # it has room for longer keys
        widest = max(cell_width(line.keys) + 1 for group in groups for line in group.lines)
        keys = max(keys, min(widest, cells // 3))
    blocks = [list(_group_lines(group, cells, keys, is_aligned=is_one)) for group in groups]
    columns = [
        [line for block in part for line in (*[[]] * gap, *block)][gap:]
        for part in _split_evenly(blocks, number)
    ]
    lines = [
        _join_columns([column[y] if y < len(column) else [] for column in columns], cells)
        for y in range(max(map(len, columns)))
    ]
    return HelpLayout(lines, number * (cells + COLUMN_GAP) - COLUMN_GAP)


def _group_lines(
    group: HelpGroup, width: int, key_cells: int, *, is_aligned: bool
) -> Iterator[Sequence[StyledText]]:
    yield [(group.heading.upper(), "section")]
    if not is_aligned:
        key_cells = _fit_keys(group, width, key_cells)
    for line in group.lines:
        head = fit_cells(line.keys, max(key_cells, cell_width(line.keys) + 1))
        first, *rest = wrap_text(line.text, max(1, width - cell_width(head))) or [""]
        is_long = cell_width(head) > key_cells
        if is_long and (rest or is_aligned):  # long keys on a line of their own
            yield [(head, "accent")]
            head = " " * key_cells
            first, *rest = wrap_text(line.text, max(1, width - key_cells))
        yield [(head, "accent"), (first, "text")]
        yield from ([(" " * cell_width(head) + text, "text")] for text in rest)


def _fit_keys(group: HelpGroup, width: int, least: int) -> int:
    """Return the cells for the keys of a group: as wide as its longest keys that leave its texts whole."""
    room = width - max(cell_width(line.text) for line in group.lines)
    widths = (cell_width(line.keys) + 1 for line in group.lines)
    return max((each for each in widths if least < each <= room), default=least)


def _split_evenly(blocks: Sequence[Block], number: int) -> list[Sequence[Block]]:
    """Return the blocks in so many parts, in order, so that the highest part is as low as it can be."""

    def height(cuts: Sequence[int]) -> int:
        edges = (0, *cuts, len(blocks))
        return max(sum(len(block) + 1 for block in blocks[a:b]) for a, b in pairwise(edges))

    cuts = min(combinations(range(1, len(blocks)), number - 1), key=height)
    return [blocks[a:b] for a, b in pairwise((0, *cuts, len(blocks)))]


def _join_columns(parts: Sequence[Sequence[StyledText]], cells: int) -> Sequence[StyledText]:
    """Return a line of the columns side by side."""
    line: list[StyledText] = []
    for at, part in enumerate(parts):
        used = sum(cell_width(text) for text, _ in part)
        gap = COLUMN_GAP if at < len(parts) - 1 else 0
        line += [*part, (" " * (cells - used + gap), "text")]
    return line
