"""The bottom line: a message or the state on the left, the keys that matter now on the right.

A message takes the place of the state. It may take that of keys, too, but never of the last two of
them, which are the help and the way out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from tui.rendering.cells import ELLIPSIS, StyledText, cell_width, fit_cells, truncate_cells
from tui.rendering.wording import join_nonempty

KeyHint = tuple[str, str]
"""A key and what it does, in a word or two."""
NoticeKind = Literal["info", "done", "failed"]
NOTICE_SIGNS = {"info": " ", "done": "✓ ", "failed": "! "}
NOTICE_ROLES = {"info": "accent", "done": "accent", "failed": "warning"}
HINT_GAP = "  "
MIN_GAP_CELLS = 2
"""Between the two halves."""
LAST_HINTS = 2
"""Keys that are never left out."""
MAX_NAME_CELLS = 22
"""Cells of a name or a query in the state, beside other facts and the keys."""
EXTENSION = re.compile(r"\.\w{1,5}\Z", re.ASCII)
MIN_PATH_CELLS = 12
"""Cells that a shortened path keeps at least."""
PATH = re.compile(r"https?://\S*[^\s:,;.)]|(?<![\w/:])~?(?:/[^\s/:)]+){2,}/?")


@dataclass(frozen=True, slots=True)
class Notice:
    """A message for the user."""

    text: str
    kind: NoticeKind = "info"
    hint: str = ""
    """What can be done next: `u to undo`."""
    full_text_hint: str = ""
    """How to read all of it; shown if it is cut."""

    @property
    def full_text(self) -> str:
        """The message with its hint, as it is shown where there is room for all of it."""
        return join_nonempty((self.text, self.hint))


def build_bottom_line(
    left: Notice | str, hints: Sequence[KeyHint], width: int, detail: str = ""
) -> Sequence[StyledText]:
    """Return the line in exactly `width` cells.

    Args:
        left: The message; without one, the state.
        hints: The keys, the most important first, then the help and the way out.
        width: The width of the terminal.
        detail: What follows the state where the keys leave room.
    """
    shown = choose_hints(left, hints, width)
    room = max(0, width - _hints_width(shown) - 1)
    if isinstance(left, Notice):
        sign = NOTICE_SIGNS[left.kind]
        text = fit_notice(left, room - cell_width(sign) - MIN_GAP_CELLS)
        start: StyledText = (fit_cells(f"{sign}{text}", room), NOTICE_ROLES[left.kind])
    else:
        text = truncate_cells(f" {join_nonempty((left, detail))}", max(0, room - MIN_GAP_CELLS))
        start = (fit_cells(text, room), "muted")
    return [start, *render_hints(shown), (" " * (width > 0), "muted")]


def choose_hints(left: Notice | str, hints: Sequence[KeyHint], width: int) -> Sequence[KeyHint]:
    """Return the keys for which there is room beside a message, or the state."""
    wanted = cell_width(left.full_text if isinstance(left, Notice) else left) + 1
    shown = fit_hints(hints, width - wanted - MIN_GAP_CELLS - 1)
    return shown if _hints_width(shown) < width else ()


def find_clicked_hint(
    left: Notice | str, hints: Sequence[KeyHint], width: int, x: int
) -> KeyHint | None:
    """Return the key named at a cell of the line; the other arguments are those of its drawing."""
    shown = choose_hints(left, hints, width)
    return find_hint(shown, x - (width - 1 - _hints_width(shown)))


def find_hint(hints: Sequence[KeyHint], x: int) -> KeyHint | None:
    """Return the key named at a cell of some that are drawn by `render_hints`."""
    ends = [_hints_width(hints[:count]) for count in range(1, len(hints) + 1)]
    return next((hint for hint, end in zip(hints, ends, strict=True) if 0 <= x < end), None)


def render_hints(hints: Sequence[KeyHint]) -> list[StyledText]:
    """Return keys and what they do; the keys stand out."""
    pieces: list[StyledText] = []
    for key, label in hints:
        pieces.append((f"{HINT_GAP if pieces else ''}{key}", "accent"))
        if label:
            pieces.append((f" {label}", "muted"))
    return pieces


def fit_hints(hints: Sequence[KeyHint], width: int) -> Sequence[KeyHint]:
    """Return the keys that fit, at least the last two; those before them are left out first."""
    kept = list(hints)
    while len(kept) > LAST_HINTS and _hints_width(kept) > width:
        del kept[-LAST_HINTS - 1]
    return kept


def _hints_width(hints: Sequence[KeyHint]) -> int:
    return sum(cell_width(text) for text, _ in render_hints(hints))


def fit_notice(notice: Notice, width: int) -> str:
    """Return a message in at most `width` cells.

    First its paths are shortened in the middle, then the hint is left out, then its end; how to read all
    of it then follows.
    """
    for text in (notice.full_text, notice.text):
        excess = cell_width(text) - width
        if excess <= 0:
            return text
        shorter = shorten_paths(text, excess)
        if cell_width(shorter) <= width:
            return shorter
    more = f" · {notice.full_text_hint}" if notice.full_text_hint else ""
    return f"{truncate_cells(shorter, max(0, width - cell_width(more)))}{more}"


def shorten_paths(text: str, excess: int) -> str:
    """Return a text with its longest path or URL shortened by so many cells, if it can be."""
    path = max(PATH.findall(text), key=len, default="")
    keep = max(MIN_PATH_CELLS, cell_width(path) - excess)
    if cell_width(path) <= keep:
        return text
    return text.replace(path, shorten_path(path.partition("://")[2] or path, keep))


def shorten_path(path: str, width: int) -> str:
    """Return a path in at most `width` cells, with `…` for its middle: the name says the most.

    It is cut between folders, unless little would be left; of a name that is too long, the beginning stays.
    """
    if cell_width(path) <= width:
        return path
    cuts = list(_cuts_between_folders(path, width))
    long = [each for each in cuts if 2 * cell_width(each) >= width]
    if long:  # where a path begins says more than one folder more
        return max(long, key=lambda cut: (not cut.startswith(ELLIPSIS), cell_width(cut)))
    if not cuts and width >= MIN_PATH_CELLS:
        return _shorten_name(path.rstrip("/"), width)
    tail_width = (width - 1) * 2 // 3
    ends = [*accumulate(map(cell_width, reversed(path)))]
    tail = path[len(path) - sum(end <= tail_width for end in ends) :]
    head = truncate_cells(path, width - cell_width(tail)).removesuffix(ELLIPSIS)
    return f"{head}{ELLIPSIS}{tail}"


def _shorten_name(path: str, width: int) -> str:
    """Return a path with a name that is too long: its beginning and its extension, and where the path begins."""
    around, slash, name = path.rpartition("/")
    first = f"{around.partition('/')[0]}/"
    is_seen = around.count("/") and cell_width(first) <= width // 3
    before = slash if not around else f"{first if is_seen else ''}{ELLIPSIS}/"
    if end := EXTENSION.search(name):
        name = name[: end.start()]
    extension = end.group() if end else ""
    room = width - cell_width(before) - len(extension)
    return f"{before}{truncate_cells(name, room)}{extension}"


def _cuts_between_folders(path: str, width: int) -> Iterator[str]:
    """Yield the path without some folders in its middle; those that fit, longest ends first."""
    slashes = [at for at, character in enumerate(path.rstrip("/")) if character == "/"]
    heads = [path[: at + 1] for at in slashes[:width]]
    for tail in (path[at:] for at in slashes[-width:]):
        for head in ("", *heads):
            cut = f"{head}{ELLIPSIS}{tail}"
            if len(cut) <= len(path) and cell_width(cut) <= width:
                yield cut
