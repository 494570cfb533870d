"""Only the changed cells of a frame are sent, right-to-left runs isolated; the terminal shows the same."""

from __future__ import annotations

import random
import re

import pyte
import pytest

from tui.rendering.cells import fit_cells
from tui.terminal.environment import erases_in_color, terminal_reorders_bidi
from tui.terminal.screen_diff import (
    ISOLATE_END,
    ISOLATE_START,
    NO_OP_SEQUENCE,
    SYNC_END,
    SYNC_START,
    ScreenDiff,
    isolate_rtl,
    style_transition,
)

COLUMNS, ROWS = 30, 6
STYLES = [
    "", "1", "1;38;2;1;2;3;48;2;4;5;6", "38;2;9;9;9;48;2;4;5;6", "4;38;2;9;9;9", "7",
    "3;31;42", "91;102", "38;5;7;48;5;9", "2;4;32", "48;2;4;5;6",
]  # fmt: skip
TEXTS = [
    "The river",
    "a",
    " ",
    "    ",
    "x  y   z",
    "日本",
    "é",
    "e\u0301",
    "ab 한",
    "●★ ",
    "12345678",
]


HELLO = "שלום עולם"


def frame(random_: random.Random) -> str:
    """Return a frame as Textual writes it: whole lines, full styles, then the cursor."""
    parts = []
    for _ in range(random_.randrange(1, 6)):
        row, column = random_.randrange(ROWS), random_.choice((0, 10, 20))
        parts.append(f"\x1b[{row + 1};{column + 1}H")
        for width in random_.choice(((10,), (4, 6), (7, 3))):
            style, text = random_.choice(STYLES), fit_cells(random_.choice(TEXTS), width)
            parts.append(f"\x1b[{style}m{text}\x1b[0m" if style else text)
        parts.append(random_.choice(["\n", ""]) if row < ROWS - 1 else "")
    return "".join(parts) + f"\x1b[{random_.randrange(ROWS) + 1};1H"


def whole(random_: random.Random) -> str:
    """Return the first frame: every cell."""
    lines = [f"\x1b[{row + 1};1H\x1b[1;31m{'#' * COLUMNS}\x1b[0m" for row in range(ROWS)]
    return "".join(lines) + "\x1b[1;1H"


def seen(screen: pyte.Screen) -> object:
    """Return what is visible: of blanks the background, and lines through them."""
    rows = []
    for y in range(ROWS):
        for x in range(COLUMNS):
            cell = screen.buffer[y][x]
            marks = (cell.underscore, cell.reverse, cell.strikethrough)
            text = (cell.fg, cell.bold, cell.italics) if cell.data != " " or any(marks) else ()
            rows.append((cell.data, cell.bg, marks, text))
    return rows, screen.cursor.x, screen.cursor.y


@pytest.mark.parametrize("seed", range(40))
def test_the_terminal_shows_what_was_written(seed: int) -> None:
    """Cases 55 and 126: for any frames, with wide characters."""
    random_ = random.Random(seed)
    plain, less = (pyte.Screen(COLUMNS, ROWS) for _ in range(2))
    streams = pyte.Stream(plain), pyte.Stream(less)
    outgoing = ScreenDiff()
    for number in range(12):
        data = frame(random_) if number else whole(random_)
        streams[0].feed(data.replace("\n", "\r\n"))
        streams[1].feed(outgoing.filter(data))
        assert seen(less) == seen(plain), (number, data)


def test_unchanged_cells_are_not_sent_again() -> None:
    outgoing = ScreenDiff()
    data = f"\x1b[1;1H\x1b[1;31m{'title':20}\x1b[0m\x1b[1;1H"
    assert "title" in outgoing.filter(data)
    assert outgoing.filter(data) == ""
    assert outgoing.filter(data.replace("title", "titel")) == "\x1b[1;4Hel\x1b[1G".replace(
        "\x1b[1;4H", "\x1b[3C"
    )
    outgoing.invalidate()
    assert "title" in outgoing.filter(data)


def test_a_cleared_screen_is_drawn_again() -> None:
    """Case 117: after a stop, and after anything that clears the screen."""
    outgoing = ScreenDiff()
    data = "\x1b[1;1H\x1b[1mtitle\x1b[0m\x1b[1;1H"
    outgoing.filter(data)
    for clears in ("\x1b[?1049h", "\x1b[2J", "\x1bc"):
        assert outgoing.filter(clears) == f"\x1b[0m{clears}"
        assert "title" in outgoing.filter(data)
    for harmless in ("\x1b[?2004h", "\x1b[?2048$p", "\x1b]52;c;eA==\x07", "\x1b[>1u", "\x1b[?25l"):
        assert outgoing.filter(harmless) == harmless
        assert outgoing.filter(data) == ""


def test_only_a_large_frame_is_synchronised() -> None:
    outgoing = ScreenDiff()
    line = f"\x1b[1;1H{'x' * 1200}"
    frames = [SYNC_START, line, SYNC_END, SYNC_START, line, SYNC_END, SYNC_START, "\x1b[1;1Hy"]
    sent = [outgoing.filter(each) for each in frames]
    assert sent[1].startswith(SYNC_START)
    assert [bool(each) for each in sent] == [False, True, True, False, False, False, False, True]
    assert (sent[2], sent[-1].count(SYNC_START)) == (SYNC_END, 0)


@pytest.mark.parametrize(
    ("old", "new", "sent"),
    [
        ("", "", ""),
        ("", "1", "\x1b[1m"),
        ("1", "", "\x1b[0m"),
        ("?", "", "\x1b[0m"),
        ("?", "1", "\x1b[0;1m"),
        ("1;38;2;1;2;3;48;2;4;5;6", "1;38;2;9;9;9;48;2;4;5;6", "\x1b[38;2;9;9;9m"),
        ("1;38;2;1;2;3;48;2;4;5;6", "38;2;1;2;3;48;2;4;5;6", "\x1b[22m"),
        ("1;2;48;2;4;5;6", "1;48;2;4;5;6", "\x1b[22;1m"),
        ("31;42", "42", "\x1b[39m"),
        ("53;42", "42", "\x1b[0;42m"),
    ],
)
def test_colours_are_sent_where_they_change(old: str, new: str, sent: str) -> None:
    assert style_transition(old, new) == sent


def test_many_blanks_are_erased() -> None:
    """GNU screen erases without the current background: there blanks are written."""
    style = "\x1b[38;2;1;2;3;48;2;4;5;6m"
    words, blanks = (f"\x1b[1;1H{style}{text}\x1b[0m\x1b[1;1H" for text in ("x" * 12, " " * 12))
    for erases, sent in ((True, "\x1b[12X\x1b[12C\x1b[1;1H"), (False, " " * 12 + "\x1b[1;1H")):
        outgoing = ScreenDiff()
        outgoing.erases_in_color = erases
        outgoing.filter(words)
        assert outgoing.filter(blanks) == sent


@pytest.mark.parametrize(
    ("env", "erases"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "screen-256color"}, False),
        ({"TERM": "screen-256color", "TMUX": "/tmp/tmux"}, True),
        ({}, True),
    ],
)
def test_which_terminals_erase_in_color(env: dict[str, str], erases: bool) -> None:
    assert erases_in_color(env) is erases


def shown(text: str) -> str:
    """Return a row with its marks as `<` and `>`."""
    marked = "".join(each for each, _ in isolate_rtl([(char, "") for char in text]))
    assert marked.replace(ISOLATE_START, "").replace(ISOLATE_END, "") == text
    return marked.replace(ISOLATE_START, "<").replace(ISOLATE_END, ">")


@pytest.mark.parametrize(
    ("row", "marked"),
    [
        ("plain text", "plain text"),
        (f"●★ {HELLO}…   world  2y", f"●★ <{HELLO}…>   world  2y"),
        (f" {HELLO}▏ {HELLO}.", f" <{HELLO}>▏ <{HELLO}.>"),
        (f"  (שלום BBC 27 עולם)  {HELLO} x", f"  <(שלום BBC 27 עולם)>  <{HELLO}> x"),
        (" سكان أسفل نهر إلفان", " <سكان أسفل نهر إلفان>"),
        (HELLO, HELLO),
    ],
)
def test_every_run_is_isolated(row: str, marked: str) -> None:
    """Cases 48, 55: no pane is mixed with the one next to it, nor a title with what follows."""
    assert shown(row) == marked


def test_terminals_that_reorder_text() -> None:
    """Case 55: other terminals get no marks."""
    assert terminal_reorders_bidi({"VTE_VERSION": "7200"})
    assert terminal_reorders_bidi({"TERM_PROGRAM": "Apple_Terminal"})
    assert not any(
        terminal_reorders_bidi({"TERM": term}) for term in ("xterm", "linux", "screen", "")
    )


def test_a_terminal_without_marks_loses_no_text() -> None:
    """Case 55: pyte drops the text after a mark up to the next sequence, and still shows everything."""
    screens = [pyte.Screen(40, 2) for _ in range(2)]
    frames = [
        f"\x1b[1;1H\x1b[31m> {HELLO}, she said\x1b[0m  | 日本 {HELLO}\x1b[2;1H",
        f"\x1b[1;1H\x1b[31m  {HELLO}, he  said\x1b[0m  | 日本 {HELLO}\x1b[2;1H",
        "\x1b[1;1H\x1b[32mshort\x1b[0m",
    ]
    outgoing = ScreenDiff()
    outgoing.isolates_rtl = True
    for frame in frames:
        pyte.Stream(screens[0]).feed(frame)
        sent = outgoing.filter(frame)
        assert sent.count("\u2067") == sent.count("\u2069") == sent.count(NO_OP_SEQUENCE) / 2
        pyte.Stream(screens[1]).feed(sent)
        assert screens[1].display == screens[0].display
    assert "\u2067" not in ScreenDiff().filter(frames[0])


# -- clusters whose width terminals disagree on --------------------------------------------------

DISPUTED = {
    "Burmese": "မြန်မာနိုင်ငံ သတင်း",
    "Hindi": "हिन्दी समाचार क्षेत्र",
    "Thai": "ข่าวเช้าวันนี้ น้ำ",
    "Lao": "ຂ່າວ ນ້ຳ",
    "Khmer": "ព័ត៌មាន ខ្មែរ",
    "Tamil": "தமிழ் செய்தி",
    "Sinhala": "සිංහල ප්‍රවෘත්ති",
    "Tibetan": "བོད་ཡིག་གསར་འགྱུར",
    "jamo": "\u1112\u1161\u11ab\u1100\u1173\u11af",
    "family": "👨\u200d👩\u200d👧\u200d👦 👩🏽\u200d🚀",
    "flags": "🇫🇷🇯🇵 🏴\U000e0067\U000e0062\U000e007f",
    "keycaps": "1\ufe0f\u20e3 2\ufe0f\u20e3 ❤\ufe0f",
    "late emoji": "🫠🫡 🪿🪼",
}
DISPUTED_COLUMNS, PANE_COLUMNS = 48, 24


class OddTerminal:
    """A terminal with an opinion of its own on the width of what is not ASCII."""

    def __init__(self, width: int) -> None:
        self.rows = [[" "] * DISPUTED_COLUMNS for _ in range(ROWS)]
        self._width = width
        self._row = self._column = 0
        self._wraps = True

    def feed(self, data: str) -> None:
        """Draw."""
        for sequence, numbers, final, char in re.findall(
            r"(\x1b\[\??([\d;]*)([A-Za-z]))|([^\x1b])", data
        ):
            if sequence:
                self._control([int(each) for each in numbers.split(";") if each], final)
            else:
                self._draw(char, 1 if char.isascii() or char in "│…" else self._width)

    def _control(self, numbers: list[int], final: str) -> None:
        first = numbers[0] if numbers else 1
        if final == "H":
            self._row, self._column = numbers[0] - 1, numbers[1] - 1
        elif final == "G":
            self._column = min(first, DISPUTED_COLUMNS) - 1
        elif final == "C":
            self._column = min(self._column + first, DISPUTED_COLUMNS - 1)
        elif final == "X":
            end = min(self._column + first, DISPUTED_COLUMNS)
            self.rows[self._row][self._column : end] = [" "] * (end - self._column)
        elif final in "hl":
            self._wraps = final == "h"
        else:
            assert final == "m", final

    def _draw(self, char: str, width: int) -> None:
        if self._column + width > DISPUTED_COLUMNS:
            self._row += self._wraps
            self._column = 0 if self._wraps else DISPUTED_COLUMNS - width
        if width and self._row < ROWS:
            self.rows[self._row][self._column : self._column + width] = [char, *[""] * (width - 1)]
            self._column += width


@pytest.mark.parametrize("width", [0, 1, 2])
@pytest.mark.parametrize("text", DISPUTED.values(), ids=DISPUTED)
def test_clusters_leave_border_and_other_rows_alone(text: str, width: int) -> None:
    """Whatever the terminal takes for their width, in the list, and at the edge of the screen."""
    terminal, filtered = OddTerminal(width), ScreenDiff()
    right = DISPUTED_COLUMNS - PANE_COLUMNS - 1
    long = fit_cells(text * 9, PANE_COLUMNS)

    def write(row: int, column: int, what: str) -> None:
        terminal.feed(filtered.filter(f"\x1b[{row + 1};{column + 1}H{what}"))

    for row in range(ROWS):
        write(row, 0, "x" * PANE_COLUMNS + "│" + "y" * right)
    write(0, 0, fit_cells(text, PANE_COLUMNS))
    write(1, 0, long)
    write(2, 0, long)
    write(2, 0, fit_cells("plain", PANE_COLUMNS))
    write(3, PANE_COLUMNS + 1, fit_cells(text * 9, right))
    write(5, 0, fit_cells(text, PANE_COLUMNS))
    write(5, 0, fit_cells("p", PANE_COLUMNS))
    shown = terminal.rows
    assert [row[PANE_COLUMNS] for row in shown] == ["│"] * ROWS
    assert "".join(shown[0][PANE_COLUMNS + 1 :]) == "y" * right
    assert "".join(shown[1][PANE_COLUMNS + 1 :]) == "y" * right
    assert "".join(shown[5]) == fit_cells("p", PANE_COLUMNS) + "│" + "y" * right
    assert "".join(shown[2]) == fit_cells("plain", PANE_COLUMNS) + "│" + "y" * right
    assert "x" not in shown[0] + shown[1], "what was there before is erased"
    assert "".join(shown[3][:PANE_COLUMNS]) == "x" * PANE_COLUMNS
    assert "".join(shown[4]) == "x" * PANE_COLUMNS + "│" + "y" * right
