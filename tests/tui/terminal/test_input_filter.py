"""Split the input into keys, pastes and reports, whole or in pieces."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.terminal.input_filter import (
    MAX_HELD_CHARS,
    MAX_PASTE_CHARS,
    PASTE_END,
    PASTE_START,
    SEQUENCE_TIMEOUT,
    STRING_TIMEOUT,
    TYPING_PAUSE,
    InputFilter,
    InputToken,
    Pasted,
    make_decoder,
)

ESCAPE_DELAY = 0.1


class Typing:
    """A filter, and the time at which pieces reach it."""

    def __init__(self, alt_keys: str = "") -> None:
        self.filter = InputFilter(None, alt_keys)
        self.now = 100.0

    def feed(self, *pieces: str, pause: float = 0.0) -> list[InputToken]:
        """Feed pieces with a pause before each, and return all tokens."""
        tokens: list[InputToken] = []
        for piece in pieces:
            due = self.filter.timeout(ESCAPE_DELAY)
            if due is not None and due <= pause:
                tokens += self.filter.expire(self.now + due)
            self.now += pause
            tokens += self.filter.feed(piece, self.now)
        return tokens

    def wait(self, seconds: float) -> list[InputToken]:
        """Let time pass."""
        due = self.filter.timeout(ESCAPE_DELAY)
        self.now += seconds
        return self.filter.expire(self.now) if due is not None and due <= seconds else []


REPLIES = [
    "\x1b]10;rgb:dddd/dddd/dddd\x1b\\",
    "\x1b]11;rgb:0000/0000/0000\x07",
    "\x1b]52;c;bW0=\x1b\\",
    "\x1b]4;1;rgb:dd/dd/dd\x9c",
    "\x1bP>|tmux 3.3a\x1b\\",
    "\x1bP1$r0m\x1b\\",
    "\x1bP1+r436f=323536\x1b\\",
    "\x1b_Gi=1;OK\x1b\\",
    "\x1b^privacy dd\x1b\\",
    "\x1bXstart of string dd\x1b\\",
    "\x1b]1337;ReportCellSize=20.0;10.0\x1b\\",
    "\x9d52;c;ZGRk\x9c",
    "\x90>|XTerm(379)\x9c",
    PASTE_START + "dd\nmAq" + PASTE_END,
    "\x9b200~dd\nmAq\x9b201~",
]
SEQUENCES = [
    "\x1b[?1;2c",
    "\x1b[>1;10;0c",
    "\x1b[0n",
    "\x1b[?u",
    "\x1b[?6;1R",
    "\x1b[12;40R",
    "\x1b[3;10;20t",
    "\x1b[?2026;2$y",
    "\x1b[48;24;80;0;0t",
    "\x1b[<0;10;10M",
    "\x1b[<64;-1;-10M",
    "\x1b[<0;1.5;1.5M",
    "\x1b[57399;1:3u",
    "\x1b[1;5D",
    "\x1b[15~",
    "\x1b[A",
    "\x1bOA",
]


@pytest.mark.parametrize(
    ("keys", "tokens"),
    [
        ("q", ["q"]),
        ("dd", ["d", "d"]),
        ("\x1b[A", ["\x1b[A"]),
        ("\x1b[1;5C", ["\x1b[1;5C"]),
        ("\x1b[113;5u", ["\x1b[113;5u"]),
        ("\x1b[[A", ["\x1b[[A"]),
        ("\x1b[M !!j", ["\x1b[M !!", "j"]),
        ("\x1bOP", ["\x1bOP"]),
        ("\x9bA", ["\x1b[A"]),
        ("é日\r", ["é", "日", "\r"]),
        ("\n", ["\r"]),
        ("\x1bj", ["\x1b", "j"]),
        ("\x1b\\j", ["j"]),
        ("\x1b\x1b[A", ["\x1b", "\x1b[A"]),
        ("\x1bx", ["\x1bx"]),
        ("\x00j\x00\x00k\x00", ["j", "k"]),
        ("\x1b[1;\rj", ["\r", "j"]),
        ("\x1b[1;\x1b[Aj", ["\x1b[A", "j"]),
        ("\x1bO\x1b[Aj", ["\x1b[A", "j"]),
    ],
)
def test_keys(keys: str, tokens: list[str]) -> None:
    """Keys pass at once; a letter after an escape is a key of its own unless it is bound."""
    assert Typing(alt_keys="x").feed(keys) == tokens


def test_an_escape_alone_is_a_key() -> None:
    typing = Typing()
    assert typing.feed("\x1b") == []
    assert typing.wait(ESCAPE_DELAY) == ["\x1b"]
    assert typing.feed("[") == ["["], "a key, however soon"


@pytest.mark.parametrize("reply", REPLIES)
@pytest.mark.parametrize("pause", [0.0, ESCAPE_DELAY, 0.4, 1.5, STRING_TIMEOUT])
def test_replies_are_no_keys_wherever_they_are_cut(reply: str, pause: float) -> None:
    """Case 47: none of a reply or paste is a key but the escape alone; the keys around it are."""
    is_late = pause >= SEQUENCE_TIMEOUT  # an escape was a key then, and what follows it are keys
    for at in range(1 + is_late, len(reply)):
        typing = Typing()
        head, rest = reply[:at], reply[at:]
        tokens = [each for each in typing.feed("j" + head, pause=0.0) if isinstance(each, str)]
        found = typing.feed(rest + "k", pause=pause)
        tokens += [each for each in found if isinstance(each, str) and each != "\x1b"]
        assert tokens == ["j", "k"], at


@pytest.mark.parametrize("sequence", SEQUENCES)
@pytest.mark.parametrize("pause", [0.0, ESCAPE_DELAY, 0.4, 1.5, SEQUENCE_TIMEOUT])
def test_sequences_are_whole_wherever_they_are_cut(sequence: str, pause: float) -> None:
    """After a long silence, an escape was a key, and a character alone is one."""
    is_late = pause >= SEQUENCE_TIMEOUT
    for at in range(1 + is_late, len(sequence) - is_late):
        typing = Typing()
        found = typing.feed("j" + sequence[:at]) + typing.feed(sequence[at:] + "k", pause=pause)
        assert [each for each in found if each != "\x1b"] in (
            ["j", sequence, "k"],
            ["j", "k"],
        ), at


@pytest.mark.parametrize("sequence", [*REPLIES, *SEQUENCES])
def test_what_never_ends_is_dropped(sequence: str) -> None:
    """After a silence nothing is left of it, wherever it is cut, and keys are keys again."""
    for at in range(1, len(sequence)):
        typing = Typing()
        found = typing.feed(sequence[:at]) + typing.wait(STRING_TIMEOUT)
        assert [each for each in found if isinstance(each, str) and each != "\x1b"] == [], at
        typing.wait(SEQUENCE_TIMEOUT)
        assert typing.feed("d", "d") == ["d", "d"], at


@pytest.mark.parametrize("start", ["\x1b]10;rgb:dddd/", "\x1bP1$r", "\x1b_G", PASTE_START + "x"])
def test_a_single_key_after_a_pause_ends_what_never_ends(start: str) -> None:
    typing = Typing()
    typing.feed(start)
    assert [each for each in typing.feed("q", pause=TYPING_PAUSE) if isinstance(each, str)] == ["q"]


@pytest.mark.parametrize("start", ["\x1b]10;", "\x1bP", "\x1b_", "\x1b[", "\x1b[1;", PASTE_START])
def test_endless_input_is_not_collected(start: str) -> None:
    """What is held does not grow, and nothing of it is a key."""
    typing = Typing()
    typing.feed(start)
    for _ in range(100):
        assert typing.feed("1;" * 2048) == []
    held = typing.filter._held, typing.filter._string or "", typing.filter._paste or ""
    assert len("".join(held)) <= max(MAX_PASTE_CHARS, MAX_HELD_CHARS)


def test_pastes_have_no_control_characters() -> None:
    """Case 56: escapes, C0, DEL and C1 are removed; tabs pass, and lines end with LF."""
    pasted = "a\x1b[31mb\x03\x11\x07\x7f\x9b1m\tc\r\nd"
    found = Typing().feed(f"x{PASTE_START}{pasted}{PASTE_END}q")
    assert found == ["x", Pasted("a[31mb1m\tc\n\nd"), "q"]


def test_pastes_end_as_they_began() -> None:
    """The end that an eight-bit terminal sends may be part of the text of another."""
    assert Typing().feed(f"{PASTE_START}a\x9b201~dd{PASTE_END}q") == [Pasted("a201~dd"), "q"]
    assert Typing().feed(f"\x9b200~a{PASTE_END}dd\x9b201~q") == [Pasted("a[201~dd"), "q"]


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ([b"\x9b1;2c"], "\x9b1;2c"),
        ([b"\x9d11;", b"rgb\x9cq"], "\x9d11;rgb\x9cq"),
        ([b"\xc2", b"\x9bA"], "\x9bA"),
        ([b"\xe6\x97", b"\xa5\xf0\x9f", b"\x8f", b"\xa0"], "日🏠"),
        ([b"\xff\xfe", b"q"], "\ufffd\ufffdq"),
        ([b"\xe6\x97", b"q"], "\ufffdq"),
        ([b"\xe9j"], "\ufffdj"),
    ],
)
def test_decoding(pieces: list[bytes], text: str) -> None:
    """Invalid bytes do no harm; those of an eight-bit terminal are control characters."""
    decode = make_decoder()
    assert "".join(map(decode, pieces)) == text


def test_long_pastes_are_truncated() -> None:
    """Case 56: the excess is dropped; the next paste passes."""
    typing = Typing()
    for _ in range(2):
        found = typing.feed(PASTE_START + "x" * (3 * MAX_PASTE_CHARS) + PASTE_END + "j")
        assert found == [Pasted("x" * MAX_PASTE_CHARS), "j"]


PART = st.sampled_from(
    [PASTE_START, PASTE_END, "\x1b", "\x1b[2", "q", "~", "\x1b[201", "é", "\x1b[A", "\x1b]11;"]
)


@given(st.lists(PART).map("".join), st.lists(st.integers(0, 60)))
def test_pieces_make_no_difference(text: str, cuts: list[int]) -> None:
    """Case 56: pieces add no keys, and pastes have no control characters."""
    typing = Typing()
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    found = typing.feed(*(text[a:b] for a, b in pairwise(edges)))
    assert all("\x1b" not in each.text for each in found if isinstance(each, Pasted))
    assert len([each for each in found if each == "q"]) <= text.count("q")
