"""Walk through a library full of control sequences, and check every byte sent to the terminal."""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.codebase import ROOT
from tests.support.reader_process import (
    article_json,
    assert_clean_exit,
    import_files,
    open_reader,
    position_in,
)
from tests.support.terminal import Terminal

pytestmark = pytest.mark.slow

HOSTILE = ROOT / "sample_articles/hostile-text.json"

PAYLOADS = {
    "red": "\x1b[31;43;5mred",
    "clipboard": "\x1b]52;c;SEFDSw==\x07clip",
    "clipboard-st": "\x1b]52;c;SEFDSw==\x1b\\clip",
    "title": "\x1b]2;HACK\x07title",
    "link": "\x1b]8;;https://evil.example/\x1b\\link\x1b]8;;\x1b\\",
    "palette": "\x1b]4;1;#ffffff\x07\x1b]10;#000000\x07palette",
    "dcs": '\x1bP$q"p\x1b\\dcs\x1bPtmux;\x1b\x1b]52;c;SEFDSw==\x07\x1b\\',
    "unended": "\x1b]0;HACK unended",
    "apc": "\x1b_Gf=100;SEFDSw==\x1b\\apc\x1b^pm\x1b\\\x1bXsos\x1b\\",
    "reset": "\x1bcreset\x1b[!p",
    "clear": "\x1b[2J\x1b[3J\x1b[Hclear",
    "modes": "\x1b[?1049l\x1b[?25h\x1b[?1000h\x1b[?9001h\x1b[4hmodes",
    "queries": "\x1b[c\x1b[>c\x1b[=c\x1b[5n\x1b[6n\x1b[>q\x1b[21t\x1b[?u\x05\x1bZqueries",
    "settings": "\x1bP+q544e\x1b\\\x1b]11;?\x07settings",
    "c1": "\x9b31m\x9d52;c;SEFDSw==\x9cc1\x90q\x9c\x85\x8d\x8e\x8f",
    "bells": "\x07\x07bells\x00\x08\x0b\x0c\x0e\x0f\x7f\x1a",
    "returns": "returns\rHACK\nHACK\tHACK\u2028HACK\u2029HACK\x85HACK",
    "bidi": "bidi\u202efdp.exe\u202c\u2066a\u2069\u2067b\u2069\u202dc\u200e\u200f\u061c",
    "hidden": "hid\u200bden\u2060\ufeff\u00ad\ufff9a\ufffab\ufffb\U000e0041\U000e007f",
    "zalgo": "zalgo" + "\u0301" * 500,
    "markup": '[@click=app.quit]markup[/] [/] [red]x[/blue] [TSLA] [a="b]',
    "surrogate": "surrogate\ud800x\udc00",
}

_ALL = list(PAYLOADS)
PAIRS = [
    (one, f"{PAYLOADS[one]} {PAYLOADS[other]}")
    for one, other in zip(_ALL[::2], _ALL[1::2], strict=True)
]
"""Unterminated sequences come second: they may swallow what follows."""

CSI = re.compile(rb"\x1b\[([0-9;:?<>=]*)([ -/]*[@-~])")
AT_THE_START = {b"\x1b[>25u", b"\x1b[?2026$p", b"\x1b[?2048$p"}
"""Requests that Textual sends once."""
DRAWING = set("mHABCDGJKX")
MODES = {7, 25, 1004, 1049, 2004, 2026}
POINTER = re.compile(rb"\x1b\]22;(?:default|text|pointer)\x07")
"""The shape of the mouse pointer, set by Textual."""
BACKGROUND = re.compile(rb"\x1b\]11;\?(?:\x07|\x1b\\)")
"""The query for the background colour, sent at startup."""
COPIED = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]+)\x07")
"""The URL that `o` sends if there is no browser."""
NOT_SHOWN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
JOINERS = "\u200c\u200d"


def unwanted(raw: bytes) -> list[str]:
    """Return all that is neither plain text nor one of our few control sequences."""
    odd: list[str] = []

    def take(found: re.Match[bytes]) -> bytes:
        parameters, final = found[1], found[2].decode()
        if final in DRAWING and re.fullmatch(rb"[0-9;]*", parameters):
            if final == "J" or (final == "m" and blinking(parameters)):
                odd.append(repr(found[0]))
        elif final in "hl" and {int(n) for n in parameters[1:].split(b";")} <= MODES:
            pass
        elif found[0] not in AT_THE_START or raw.count(found[0]) > 1:
            odd.append(repr(found[0]))
        return b""

    copied = COPIED.search(raw)
    if copied and re.fullmatch(rb"https://news\.example/[!-~]+", base64.b64decode(copied[1])):
        raw = raw.replace(copied[0], b"", 1)
    rest = CSI.sub(take, POINTER.sub(b"", BACKGROUND.sub(b"", raw, count=1)))
    odd += [repr(char) for char in rest.decode() if not is_plain(char)]
    return odd


def is_plain(char: str) -> bool:
    """Return whether a character is printable or ends a line."""
    return char in "\r\n" or char in JOINERS or unicodedata.category(char) not in NOT_SHOWN


def blinking(parameters: bytes) -> bool:
    """Return whether a colour sequence sets blinking, which we never do."""
    values = parameters.split(b";")
    return b"5" in values and b"38" not in values and b"48" not in values


def probes() -> Iterator[dict[str, Any]]:
    """Yield an article for every two payloads, with both in each field."""
    for number, (name, payload) in enumerate(PAIRS, 1):
        yield article_json(
            number % 28 + 1,
            id=f"{number:08x}-0000-4000-8000-000000000000",
            title=f"{name} {payload}",
            category=payload,
            url=f"https://news.example/{payload}",
            authors=[payload, payload],
            tags=[payload],
            text=f"{payload}\n\n> {payload}\n\n- {payload}\n\n`{payload}` [{payload}](https://a/{payload})",
            summary=f"{payload}. {payload}",
            similar=[payload, f"red {payload}", f"{payload} again"],
            language=payload,
            source=payload,
            extra={payload: payload},
        )


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the hostile library, and return its home folder."""
    home = tmp_path_factory.mktemp("hostile")
    (home / "cache/newstui").mkdir(parents=True)
    file = write_probes(home / "probes.json")
    import_files(home, file, HOSTILE)
    return home


def write_probes(path: Path) -> Path:
    """Write the articles as JSON, lone surrogates as escapes, which orjson rejects."""
    path.write_text(json.dumps(list(probes())))
    return path


COUNT = len(PAIRS) + 1


def walk(terminal: Terminal, articles: int) -> None:
    """Go through articles and every screen, and return to the list."""
    in_the_list = re.compile("^>", re.MULTILINE)
    for _ in range(articles):
        terminal.write("s\r")
        terminal.wait_quiet(0.03)  # let it be drawn; if it is late, no key is lost
        terminal.write("hj")
    terminal.write("h")
    terminal.wait_for(in_the_list)
    for keys, seen, back in (
        ("?", "Keys", "q"),
        ("U", "Undo history", "q"),
        ("\x10", re.compile("━ Commands .*━"), "\x1b"),
        ("c", re.compile("━ Go to .*━"), "q"),
        ("f", "starred", "q"),
        (",", "Sort", "q"),
        ("/", "words, “phrases”", "\x1b"),
        ("o", "━ Link ━", "q"),
        ("t", "STORY", "q"),
        ("T", "TRIAGE", "q"),
        ("S", "UNREAD BY", "q"),
    ):
        terminal.write(keys)
        terminal.wait_for(seen)
        terminal.write(back)
        terminal.wait_gone(seen)
        terminal.wait_for(in_the_list)
    terminal.write("1")
    terminal.wait_for(re.compile("^ Not in the library: ", re.MULTILINE))
    terminal.write("z")
    terminal.wait_gone(in_the_list)
    terminal.wait_quiet()
    terminal.write("zh")
    terminal.wait_for(in_the_list)


@pytest.mark.parametrize(("size", "articles"), [((112, 24), COUNT), ((60, 20), 3)])
def test_no_control_sequence_gets_through(
    hostile: Path, size: tuple[int, int], articles: int
) -> None:
    """Cases 45 to 51, 60, 61, 63: no byte of the library controls the terminal, on any screen."""
    with open_reader(hostile, COUNT, size=size) as terminal:
        walk(terminal, articles)
        before = terminal.raw
        terminal.write("q")
        assert_clean_exit(terminal, 0)
    assert unwanted(before) == []
    longest = max(len(part) for part in re.split(rb"\x1b|\s", before))
    assert longest < 400  # a letter with 500 marks on it would be one part
    with open_reader(hostile, COUNT, size=size) as terminal:  # the saved splash screen is as clean
        terminal.wait_quiet()
        before = terminal.raw
    assert unwanted(before) == []


REPLIES = (
    b"\x1b[?1;2c",
    b"\x1b[>1;10;0c",
    b"\x1b[0n",
    b"\x1b[24;80R",
    b"\x1bP>|tmux 3.3a\x1b\\",
    b"\x1b]11;rgb:0000/0000/0000\x07",
    b"\x1b[?2026;2$y",
    b"\x1b[I",
    b"\x1b[O",
)


PASTE_START = b"\x1b[200~"
PASTE_END = b"\x1b[201~"


def check_no_effect(terminal: Terminal, *arriving: bytes) -> None:
    """Check that input is not taken for keys; a key sent after it proves that it was read."""
    before = terminal.screen()
    for data in arriving:
        terminal.write(data)
        terminal.wait_quiet(0.03)
    terminal.write("?")
    terminal.wait_for("Keys")
    terminal.write("q")
    terminal.wait_gone("Keys")
    terminal.wait_until(lambda: terminal.screen() == before)


def test_replies_and_pastes_are_not_keys(hostile: Path) -> None:
    """Cases 47, 56: replies of the terminal and pastes run no command; a long paste is truncated."""
    everything = position_in(COUNT)
    with open_reader(hostile, COUNT, size=(112, 24)) as terminal:
        terminal.write("g")  # it opens where it was left
        terminal.wait_for(" 5 clipboard-st clip title")  # similar articles, the last to be drawn
        check_no_effect(terminal, *REPLIES)
        check_no_effect(terminal, PASTE_START + b"mmAq\x03\x11jjj" + PASTE_END)
        terminal.write("/")
        terminal.wait_for("words, “phrases”")
        terminal.write(
            PASTE_START + b"re\x1b[31m\x1b\x03\x11d\x07\r\nqq\x1b]52;c;SEFDSw==\x07" + PASTE_END
        )
        terminal.wait_for(re.compile(r"/re.*found"))
        terminal.write("\x1b")
        terminal.wait_for(everything)
        terminal.write("/")
        terminal.wait_for("words, “phrases”")
        terminal.write(PASTE_START + b"q\x1b[B m" * 170_000 + PASTE_END)
        terminal.write("zz")
        terminal.wait_for(re.compile("/.* 0 found"))
        terminal.write("\x1b")
        terminal.wait_for(everything)
        terminal.write("q")
        assert_clean_exit(terminal, 0)
