"""Sends only the changed cells of each frame to the terminal.

Textual redraws whole lines, each with its colours in full. A model of the screen between it and the
terminal leaves out the cells that are the same, and sends colours only where they change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from tui.rendering.cells import RTL_CHAR, is_narrow, measure_cells

OUTPUT_TOKEN = re.compile(
    r"(?P<move>\x1b\[(?P<row>\d+);(?P<column>\d+)H)"
    r"|\x1b\[(?P<style>[\d;]*)m"
    r"|(?P<text>[^\x00-\x1f\x7f]+)"
    r"|(?P<newline>\n)"
    r"|(?P<sync>\x1b\[\?2026[hl])"
    r"|(?P<other>\x1b(?:\[[0-?]*[ -/]*[@-~]|[P\]_^X].*?(?:\x1b\\|\x07|\Z)|.)|.)",
    re.DOTALL,
)
NON_DRAWING_SEQUENCE = re.compile(
    r"\x1b(?:\[[?><=][\d;$]*[a-zA-Z]|\[\d*[cn]|[P\]_^X].*|[=>])", re.DOTALL
)
"""Modes, queries and strings: sequences that do not change the content of the screen."""
SCREEN_SWITCH = re.compile(r"\x1b\[\?(?:1049|1047|47|3|5)[hl]")
SYNC_START, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
SYNC_THRESHOLD_BYTES = 1000
"""Bytes that a terminal takes at once; only a larger frame is sent as a synchronised update."""
MIN_ERASED_BLANKS = 10
"""From this many blanks on it is shorter to erase them."""
MAX_RESENT_CELLS = 4
"""Up to this many unchanged cells are sent again: a sequence to skip them would be as long."""

ATTRIBUTE_OFF_CODES = {"1": "22", "2": "22", "3": "23", "4": "24", "7": "27", "9": "29"}
"""The code that switches off an attribute: bold, dim, italic, underline, reverse, strike."""
ATTRIBUTES_VISIBLE_ON_BLANKS = {"4", "7", "9", "21", "51", "52", "53"}

ScreenCell = tuple[str, str]
"""The text of a cell and its style; the rest of a wide character has an empty text."""
UNKNOWN_CELL: ScreenCell = ("", "?")

UNSURE_WIDTH = re.compile(
    r"[\u0900-\u109f\u1100-\u11ff\u1780-\u18af\u1900-\u1aff\u1b00-\u1c7f\u1cd0-\u1cff"
    r"\u200b-\u200d\u20d0-\u20ff\ua800-\ua97f\ua980-\uaaff\uabc0-\uabff\ud7b0-\ud7ff"
    r"\ufe00-\ufe0f\U00011000-\U00011fff\U00016800-\U00016fff\U0001d100-\U0001d1ff"
    r"\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff\U0001f6d0-\U0001f6ff\U0001f7e0-\U0001f7f0"
    r"\U0001f900-\U0001faff\U000e0000-\U000e0fff]"
)
"""Characters on whose width terminals disagree: of scripts that build clusters, joiners, flags, late emoji."""
WRAP_OFF, WRAP_ON = "\x1b[?7l", "\x1b[?7h"
_BORDERS = "▏▎▐│╭╮╰╯─"
_WORD = re.compile(f"[^ {_BORDERS}]+")
_DRAWN = re.compile(f"[{_BORDERS}]+|{_WORD.pattern}(?: {_WORD.pattern})*")
"""A border, or words with one blank between them."""
NO_OP_SEQUENCE = "\x1b[28m"
"""Ends concealing, which nothing of ours starts."""
ISOLATE_START, ISOLATE_END = f"\u2067{NO_OP_SEQUENCE}", f"\u2069{NO_OP_SEQUENCE}"


class CellStyle(NamedTuple):
    """The parts of a style."""

    attributes: frozenset[str]
    colors: tuple[str, str]
    """Foreground and background, as sent."""


class ScreenDiff:
    """Filters the frames that Textual writes."""

    def __init__(self) -> None:
        self._screen_rows: dict[int, list[ScreenCell]] = {}
        """The content of the screen, as far as it is known."""
        self._written_rows: dict[int, list[ScreenCell]] = {}
        """The rows that are being written."""
        self._written_ranges: dict[int, tuple[int, int]] = {}
        """The columns that were written, by row."""
        self._cursor = 0, 0
        self._sent_cursor: tuple[int, int] | None = None
        """The position of the terminal's cursor; None if it is not certain."""
        self._style = self._sent_style = ""
        self._sync_requested = self._sync_started = False
        self.erases_in_color = True
        """True if the terminal erases with the current background (terminfo's `bce`)."""
        self.isolates_rtl = False
        """True to isolate right-to-left text, because the terminal reorders it."""

    def invalidate(self) -> None:
        """Forget the screen, so that everything is sent again."""
        self._screen_rows, self._written_rows, self._written_ranges = {}, {}, {}
        self._sent_cursor = None
        self._sent_style = "?"

    def filter(self, data: str) -> str:
        """Return what to send for what was written."""
        sent: list[str] = []
        for token in OUTPUT_TOKEN.finditer(data):
            kind = token.lastgroup
            if kind == "move":
                self._cursor = int(token["row"]) - 1, int(token["column"]) - 1
            elif kind == "style":
                self._style = "" if token["style"] in ("", "0") else token["style"]
            elif kind == "text":
                self._write(token["text"])
            elif kind == "newline":
                self._cursor = self._cursor[0] + 1, 0
            elif kind == "sync":
                sent += self._synchronise(token["sync"] == SYNC_START)
            else:
                sent += [*self._flush(), *self._pass_through(token["other"])]
        return "".join([*sent, *self._flush()])

    def _synchronise(self, begins: bool) -> Iterator[str]:
        """Start or end a synchronised update, but only for a large frame."""
        yield from self._flush()
        if begins:
            self._sync_requested = True
        elif self._sync_started:
            yield SYNC_END
        if not begins:
            self._sync_requested = self._sync_started = False

    def _pass_through(self, sequence: str) -> Iterator[str]:
        if SCREEN_SWITCH.match(sequence) or not NON_DRAWING_SEQUENCE.fullmatch(sequence):
            if self._sent_style not in ("", "?"):
                yield "\x1b[0m"
            self.invalidate()
        yield sequence

    def _write(self, text: str) -> None:
        row, start = self._cursor
        written = self._narrow_cells(text) if is_narrow(text) else self._wide_cells(text)
        end = start + len(written)
        if (cells := self._written_rows.get(row)) is None:
            cells = self._written_rows[row] = self._screen_rows.get(row, [])[:]
        if len(cells) < end:
            cells += [UNKNOWN_CELL] * (end - len(cells))
        cells[start:end] = written
        low, high = self._written_ranges.get(row, (start, end))
        self._written_ranges[row] = min(low, start), max(high, end)
        self._cursor = row, end

    def _narrow_cells(self, text: str) -> list[ScreenCell]:
        cell, space = self._style, (" ", blank_style(self._style))
        return [space if char == " " else (char, cell) for char in text]

    def _wide_cells(self, text: str) -> list[ScreenCell]:
        kinds, cells = measure_cells(text)
        written: list[ScreenCell] = []
        edges = [at for at, kind in enumerate(kinds) if cells[at + 1] > cells[at]]
        edges = [0, *edges[1:]]  # a character without a width belongs to the one before it
        for start, end in zip(edges, [*edges[1:], len(text)], strict=True):
            written.append((text[start:end], self._style))
            written += [("", self._style)] * (cells[end] - cells[start] - 1)
        return written

    def _flush(self) -> Iterator[str]:
        sent = "".join(self._encode_changes())
        if self._sync_requested and not self._sync_started and len(sent) > SYNC_THRESHOLD_BYTES:
            self._sync_started = True
            yield SYNC_START
        yield sent

    def _encode_changes(self) -> Iterator[str]:
        for row in sorted(self._written_rows):
            old, new = self._screen_rows.get(row, []), self._written_rows[row]
            low, high = self._written_ranges[row]
            mark = self.isolates_rtl and contains_rtl(old[low:high] + new[low:high])
            is_unsure = has_unsure_width(new[low:high])
            if is_unsure and old[low:high] != new[low:high]:
                high = len(new)  # what is right of it may be written over
            whole = mark or is_unsure or has_unsure_width(old[low:high])
            for start, end in find_changed_ranges(old, new, low, high, whole=whole):
                yield self._move_cursor(row, start)
                cells = new[start:end]
                marked = isolate_rtl(cells) if mark else cells
                if is_unsure:
                    yield from self._encode_unsure_cells(marked, start)
                else:
                    yield from self._encode_cells(marked)
                # After the last column some terminals leave the cursor there, others move it on.
                self._sent_cursor = (row, end) if end < len(new) else None
            self._screen_rows[row] = new
        self._written_rows, self._written_ranges = {}, {}
        if self._screen_rows and self._sent_cursor != self._cursor:
            yield self._move_cursor(*self._cursor)

    def _encode_cells(self, cells: list[ScreenCell]) -> Iterator[str]:
        groups = [(style, list(each)) for style, each in groupby(cells, key=lambda cell: cell[1])]
        for at, (style, group) in enumerate(groups):
            text = "".join(each for each, _ in group)
            is_blank = text.isspace()
            if not (is_blank and blanks_look_same(self._sent_style, style)):
                # Blanks may have the style of what follows them.
                following = groups[at + 1][0] if at + 1 < len(groups) else style
                wanted = following if is_blank and blanks_look_same(following, style) else style
                yield style_transition(self._sent_style, wanted)
                self._sent_style = wanted
            yield text if text.strip(" ") else self._encode_blanks(len(text))

    def _encode_unsure_cells(self, cells: list[ScreenCell], column: int) -> Iterator[str]:
        """Encode cells on whose width terminals disagree, up to the end of a row.

        They are erased first, for terminals that draw fewer. Every border and every run of words
        begins with a move to its cell, for terminals that draw more, and nothing wraps. Inside of a
        run there are no moves, and blanks are not sent again: they would cut what is drawn wider.
        """
        yield WRAP_OFF
        yield from self._encode_cells([(" ", blank_style(style)) for _, style in cells])
        for found in _DRAWN.finditer("".join(text[:1] or "-" for text, _ in cells)):
            yield f"\x1b[{column + found.start() + 1}G"
            yield from self._encode_cells(cells[found.start() : found.end()])
        yield f"\x1b[{column + len(cells) + 1}G"
        yield WRAP_ON

    def _encode_blanks(self, count: int) -> str:
        """Return blanks in the current style, erased where that is shorter and looks the same."""
        style = self._sent_style
        looks_same = style != "?" and (self.erases_in_color or not blank_style(style))
        visible = _parse_style(style).attributes & ATTRIBUTES_VISIBLE_ON_BLANKS
        if count < MIN_ERASED_BLANKS or visible or not looks_same:
            return " " * count
        return f"\x1b[{count}X\x1b[{count}C"

    def _move_cursor(self, row: int, column: int) -> str:
        before, self._sent_cursor = self._sent_cursor, (row, column)
        if before is None or before[0] != row:
            return f"\x1b[{row + 1};{column + 1}H"
        by = column - before[1]
        return f"\x1b[{by if by > 1 else ''}C" if by > 0 else f"\x1b[{column + 1}G" if by else ""


def has_unsure_width(cells: Sequence[ScreenCell]) -> bool:
    """Return True if terminals disagree on the width of some of the cells."""
    return UNSURE_WIDTH.search("".join(text for text, _ in cells)) is not None


def find_changed_ranges(
    old: list[ScreenCell], new: list[ScreenCell], low: int, high: int, *, whole: bool = False
) -> Iterator[tuple[int, int]]:
    """Yield the ranges of cells to send; if `whole`, all that were written or none.

    A row that is not one character a cell, before or now, is sent as far as it was written: only the
    terminal knows how wide a character really is.
    """
    before = old[low:high]
    if before == new[low:high]:
        return
    wide = any(len(cell[0]) != 1 for cell in new[low:high])
    if whole or wide or any(len(cell[0]) != 1 for cell in before if cell is not UNKNOWN_CELL):
        yield low, high
        return
    start = end = -1
    for at in range(low, high):
        if at < len(old) and old[at] == new[at]:
            continue
        if end < 0:
            start = at
        elif at > end and not _is_worth_resending(new[end - 1 : at]):
            yield start, end
            start = at
        end = at + 1
    yield start, end


def _is_worth_resending(cells: list[ScreenCell]) -> bool:
    """Return True if unchanged cells are worth sending again: they are few, and styled as the first."""
    style = cells[0][1]
    return len(cells) <= MAX_RESENT_CELLS + 1 and all(
        each == style or (text == " " and blanks_look_same(style, each)) for text, each in cells[1:]
    )


@lru_cache(maxsize=1024)
def blank_style(style: str) -> str:
    """Return the part of a style that is visible on blanks."""
    look = _parse_style(style)
    return style if look.attributes & ATTRIBUTES_VISIBLE_ON_BLANKS else look.colors[1]


@lru_cache(maxsize=1024)
def blanks_look_same(sent: str, wanted: str) -> bool:
    """Return True if blanks look as wanted in the style that was sent."""
    return (
        sent != "?"
        and blank_style(sent) == wanted
        and not _parse_style(sent).attributes & ATTRIBUTES_VISIBLE_ON_BLANKS
    )


@lru_cache(maxsize=1024)
def style_transition(old: str, new: str) -> str:
    """Return the sequence that turns one style into another; `?` is an unknown style."""
    if old == new:
        return ""
    whole = f"\x1b[{f'0;{new}' if new else 0}m"
    before, after = _parse_style(old), _parse_style(new)
    gone = before.attributes - after.attributes
    if old == "?" or not gone <= ATTRIBUTE_OFF_CODES.keys():
        return whole
    off = {ATTRIBUTE_OFF_CODES[each] for each in gone}
    # Bold and dim end together.
    lost = {each for each in after.attributes if ATTRIBUTE_OFF_CODES.get(each) in off}
    pairs = zip(before.colors, after.colors, ("39", "49"), strict=True)
    colors = [now or default for then, now, default in pairs if then != now]
    codes = [*sorted(off), *sorted((after.attributes - before.attributes) | lost), *colors]
    return min(f"\x1b[{';'.join(codes)}m", whole, key=len)


@lru_cache(maxsize=256)
def _parse_style(style: str) -> CellStyle:
    attributes: set[str] = set()
    colors = ["", ""]
    codes = iter(style.split(";"))
    for code in filter(None, codes):
        if code in ("38", "48"):
            kind = next(codes, "")
            rest = [next(codes, "") for _ in range(3 if kind == "2" else 1)]
            colors[code == "48"] = ";".join([code, kind, *rest])
        elif code.isdecimal() and (30 <= int(code) < 50 or 90 <= int(code) < 108):
            background = 40 <= int(code) < 50 or int(code) >= 100
            colors[background] = "" if code in ("39", "49") else code
        else:
            attributes.add(code)
    return CellStyle(frozenset(attributes), (colors[0], colors[1]))


# -- right-to-left text ---------------------------------------------------------------------
#
# Some terminals reorder each of their lines as a whole (UAX #9), which would mix a pane with the panes next to
# it. So each right-to-left run is sent between RLI and PDI. Article texts never contain these marks
# (`store.text.clean`). A sequence without effect follows each mark, because some terminals drop a mark together
# with the text up to the next sequence.


def contains_rtl(cells: Sequence[ScreenCell]) -> bool:
    """Return True if there is right-to-left text."""
    return RTL_CHAR.search("".join(text for text, _ in cells)) is not None


def isolate_rtl(cells: Sequence[ScreenCell]) -> list[ScreenCell]:
    """Add marks around the right-to-left runs of a row.

    A mark takes no cell, and terminals keep it with the cell before it, so a run that starts in the
    first of these cells is not marked.
    """
    # One character a cell, so that offsets in the text are those of the cells.
    text = "".join(each[0] if each else "-" for each, _ in cells)
    marked = list(cells)
    for start, end in _find_rtl_runs(text):
        if start:
            marked[start - 1] = (marked[start - 1][0] + ISOLATE_START, marked[start - 1][1])
            marked[end - 1] = (marked[end - 1][0] + ISOLATE_END, marked[end - 1][1])
    return marked


def _find_rtl_runs(text: str) -> Iterator[tuple[int, int]]:
    """Yield runs from the first to the last right-to-left word; two blanks or a border end a run."""
    run: tuple[int, int] | None = None
    before = 0
    for found in _WORD.finditer(text):
        start, end = found.span()
        if run is not None and text[before:start] != " ":
            yield run
            run = None
        before = end
        if RTL_CHAR.search(text, start, end):
            run = (run[0] if run else start, end)
    if run is not None:
        yield run
