"""Text is copied on the user's machine, and the messages are true."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

import pytest

from store.model.errors import InvalidInput
from tui.terminal import clipboard
from tui.terminal.clipboard import (
    COPIED_MESSAGE,
    MAX_OSC52_BYTES,
    SENT_MESSAGE,
    CopyMethod,
    choose_copy_method,
    copy_to_clipboard,
    encode_osc52,
)
from tui.terminal.environment import HostEnvironment

if TYPE_CHECKING:
    from pathlib import Path
from tests.support.environment import (
    DESKTOP,
    NO_COPY_COMMAND,
    SSH,
    make_host,
    make_program,
    read_log,
)


def unwrap(data: bytes) -> str:
    """Return the text of an OSC 52 sequence."""
    found = re.fullmatch(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", data)
    assert found, data
    return base64.b64decode(found[1]).decode()


class Screen:
    """A terminal that records what is sent."""

    def __init__(self) -> None:
        self.sent = b""

    def write(self, data: bytes) -> None:
        """Take bytes as the driver does."""
        self.sent += data


@pytest.fixture
def screen() -> Screen:
    """Return a recording terminal."""
    return Screen()


@pytest.mark.parametrize(
    ("s", "setting", "method"),
    [
        (make_host(DESKTOP, "xclip", "xsel"), (), CopyMethod("local", ("xclip", "-selection", "clipboard"))),
        (make_host(DESKTOP, "xsel"), (), CopyMethod("local", ("xsel", "--clipboard", "--input"))),
        (make_host(DESKTOP | {"WAYLAND_DISPLAY": "w"}, "wl-copy", "xclip"), (), CopyMethod("local", ("wl-copy",))),
        (make_host({}, "pbcopy", platform="darwin"), (), CopyMethod("local", ("pbcopy",))),
        (make_host({}, "xclip"), (), CopyMethod("terminal")),
        (make_host(DESKTOP), (), CopyMethod("terminal")),
        (make_host(DESKTOP | SSH, "xclip", "pbcopy", "wl-copy"), (), CopyMethod("terminal")),
        (make_host(SSH, "pbcopy", platform="darwin"), (), CopyMethod("terminal")),
        (make_host({"STY": "1"} | SSH, "xclip"), (), CopyMethod("terminal", (), "screen")),
        (make_host({"TMUX": "t"} | SSH, "tmux"), (), CopyMethod("tmux", ("tmux", "load-buffer", "-w", "-"), "tmux")),
        (make_host({"TMUX": "t"}), (), CopyMethod("terminal", (), "tmux")),
        (make_host(SSH | DESKTOP, "xclip"), ("my", "copy"), CopyMethod("command", ("my", "copy"))),
    ],
)  # fmt: skip
def test_choose_copy_method(
    s: HostEnvironment, setting: tuple[str, ...], method: CopyMethod
) -> None:
    """Cases 75, 76, 78: never a tool of the remote machine; OSC 52 if there is nothing else."""
    assert choose_copy_method(s, setting) == method


def test_osc52() -> None:
    """Case 75: the bytes, plain and wrapped for a multiplexer."""
    assert encode_osc52("hé") == b"\x1b]52;c;aMOp\x07"
    assert encode_osc52("hé", "tmux") == b"\x1bPtmux;\x1b\x1b]52;c;aMOp\x07\x1b\\"
    assert encode_osc52("hé", "screen") == b"\x1bP\x1b]52;c;aMOp\x07\x1b\\"


def test_screen_gets_short_strings() -> None:
    """Case 78: no string over 256 bytes, and together they are the whole sequence."""
    pieces = re.findall(rb"\x1bP(.*?)\x1b\\", encode_osc52("text " * 200, "screen"), re.DOTALL)
    assert len(pieces) > 1
    assert max(map(len, pieces)) + 4 <= 256
    assert b"".join(pieces) == encode_osc52("text " * 200)


@pytest.mark.parametrize("multiplexer", ["", "tmux", "screen"])
def test_too_large_for_the_terminal(screen: Screen, tmp_path: Path, multiplexer: str) -> None:
    """Case 77: all or nothing, and the message names the size."""
    fake = make_program(tmp_path, "tmux", 'echo ran >> "$LOG"')
    assert len(encode_osc52("x" * MAX_OSC52_BYTES)) == 100_000
    method = CopyMethod("terminal", (), multiplexer)  # type: ignore[arg-type]
    for one in (method, CopyMethod("tmux", (str(fake),), "tmux")):
        with pytest.raises(InvalidInput, match=r"^too large for the terminal \(150 KB\)$"):
            copy_to_clipboard("é" * 75_000, one, screen.write)
    assert screen.sent == b""
    assert read_log(tmp_path) == ""


def test_too_large_text_is_saved(screen: Screen, tmp_path: Path) -> None:
    """Case 77: complete and sanitized, and the message names the file."""
    target = tmp_path / "copied.txt"

    def keep(text: str) -> Path:
        target.write_text(text)
        return target

    said = copy_to_clipboard("x\x1b[2J" * 100_000, CopyMethod("terminal"), screen.write, keep)
    assert said == f"too large for the terminal (100 KB), saved to {target}"
    assert "\x1b" not in target.read_text()
    assert screen.sent == b""


def test_a_tool_takes_any_size(screen: Screen, tmp_path: Path) -> None:
    """Case 77: the limit applies to the terminal, not to programs."""
    fake = make_program(tmp_path, "xclip", 'wc -c >> "$LOG"')
    assert (
        copy_to_clipboard("x" * 3_000_000, CopyMethod("local", (str(fake),)), screen.write)
        == COPIED_MESSAGE
    )
    assert read_log(tmp_path).strip() == "3000000"


@pytest.mark.parametrize("kind", ["command", "local"])
def test_a_program_that_copies(screen: Screen, tmp_path: Path, kind: str) -> None:
    """Case 76: the text on standard input, nothing to the terminal, `Copied` for exit code 0."""
    fake = make_program(tmp_path, "xclip", 'echo "$1" >> "$LOG"; cat >> "$LOG"; echo noise >&2')
    method = CopyMethod(kind, (str(fake), "-i"))  # type: ignore[arg-type]
    assert copy_to_clipboard("日本\nsecond", method, screen.write) == COPIED_MESSAGE
    assert read_log(tmp_path) == "-i\n日本\nsecond"
    assert screen.sent == b""


def test_a_tool_that_fails_falls_back(screen: Screen, tmp_path: Path) -> None:
    """Case 75: without a display or a program the terminal is used."""
    for argv in ((str(make_program(tmp_path, "xclip", "exit 1")),), ("/nowhere/xclip",)):
        screen.sent = b""
        assert copy_to_clipboard("text", CopyMethod("local", argv), screen.write) == SENT_MESSAGE
        assert unwrap(screen.sent) == "text"


def test_tmux(screen: Screen, tmp_path: Path) -> None:
    """Case 78: tmux takes it, and the message claims no more; an old tmux gets the wrapped sequence."""
    fake = str(make_program(tmp_path, "tmux", 'cat >> "$LOG"'))
    assert (
        copy_to_clipboard("text", CopyMethod("tmux", (fake,), "tmux"), screen.write) == SENT_MESSAGE
    )
    assert read_log(tmp_path) == "text"
    assert screen.sent == b""
    old = str(make_program(tmp_path, "tmux", "exit 1"))
    assert (
        copy_to_clipboard("text", CopyMethod("tmux", (old,), "tmux"), screen.write) == SENT_MESSAGE
    )
    assert screen.sent == encode_osc52("text", "tmux")


def test_a_copy_command_that_fails(
    screen: Screen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 75: the user's setting is not silently replaced, and cannot block the reader."""
    fake = str(make_program(tmp_path, "mine", "exit 7"))
    with pytest.raises(InvalidInput, match="Not copied: copy_command mine exited with code 7"):
        copy_to_clipboard("text", CopyMethod("command", (fake,)), screen.write)
    with pytest.raises(InvalidInput, match="Not copied: copy_command mine cannot be run"):
        copy_to_clipboard("text", CopyMethod("command", ("/nowhere/mine",)), screen.write)
    monkeypatch.setattr(clipboard, "CLIPBOARD_TOOL_TIMEOUT", 0.05)
    slow = str(make_program(tmp_path, "mine", "exec sleep 60"))
    with pytest.raises(InvalidInput, match="timed out"):
        copy_to_clipboard("text", CopyMethod("command", (slow,)), screen.write)
    assert screen.sent == b""


@pytest.mark.parametrize(
    "hostile",
    ["a\x1b]52;c;eA==\x07b", "a\x9b31mb", "a\udc80b", "a\x00b", "a\u202eb", "a\r\nb", "a\x1b[201~b"],
)  # fmt: skip
def test_copied_text_is_sanitized(screen: Screen, hostile: str) -> None:
    """Case 79: no control, bidi or surrogate characters; a URL or link has no line end that runs a command."""
    copy_to_clipboard(hostile, NO_COPY_COMMAND, screen.write)
    text = unwrap(screen.sent)
    assert all(char == "\n" or char.isprintable() for char in text)
    assert text[0] + text[-1] == "ab"
    screen.sent = b""
    copy_to_clipboard(hostile + "\nrm -rf ~\n", NO_COPY_COMMAND, screen.write, one_line=True)
    assert unwrap(screen.sent).isprintable()


def test_a_long_url_is_copied_whole(screen: Screen) -> None:
    """Cases 66, 79: a URL is never truncated, and a rejected one can still be copied."""
    url = "file:///" + "日" * 1500
    assert (
        copy_to_clipboard(url + "\n", NO_COPY_COMMAND, screen.write, one_line=True) == SENT_MESSAGE
    )
    assert unwrap(screen.sent) == url
