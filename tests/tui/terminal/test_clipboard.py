"""Text is copied on the user's machine, and the messages are true."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import pytest

from store.model.errors import InvalidInput
from tests.support.terminal import has_ended
from tui.terminal import clipboard
from tui.terminal.clipboard import (
    MAX_OSC52_BYTES,
    SENT_MESSAGE,
    CopyMethod,
    choose_copy_method,
    copy_to_clipboard,
    encode_osc52,
)
from tui.terminal.desktop_clipboard import DesktopCopy
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


LOAD_BUFFER = ("tmux", "load-buffer", "-w", "-")
XTERM = {"TERM": "xterm-256color"}


@pytest.mark.parametrize(
    ("host", "setting", "method"),
    [
        (make_host(DESKTOP), (), CopyMethod("terminal", desktop_first=True)),
        (make_host(XTERM | {"WAYLAND_DISPLAY": "w"}), (), CopyMethod("terminal", desktop_first=True)),
        (make_host(XTERM | {"WSL_DISTRO_NAME": "Debian"}), (), CopyMethod("terminal", desktop_first=True)),
        (make_host(XTERM, platform="darwin"), (), CopyMethod("terminal", desktop_first=True)),
        (make_host(DESKTOP | {"TERM": "dumb"}), (), CopyMethod("none", desktop_first=True)),
        (make_host(DESKTOP | {"STY": "1"}), (), CopyMethod("terminal", (), "screen", True)),
        (make_host(DESKTOP | {"TMUX": "t"}, "tmux"), (), CopyMethod("tmux", LOAD_BUFFER, "tmux", True)),
        (make_host(XTERM, "xclip"), (), CopyMethod("terminal")),
        (make_host(DESKTOP | SSH, "xclip", "pbcopy", "wl-copy"), (), CopyMethod("terminal")),
        (make_host(XTERM | SSH, "pbcopy", platform="darwin"), (), CopyMethod("terminal")),
        (make_host(XTERM | {"STY": "1"} | SSH, "xclip"), (), CopyMethod("terminal", (), "screen")),
        (make_host(XTERM | {"TMUX": "t"} | SSH, "tmux"), (), CopyMethod("tmux", LOAD_BUFFER, "tmux")),
        (make_host(XTERM | {"TMUX": "t"}), (), CopyMethod("terminal", (), "tmux")),
        (make_host({"TERM": "linux"}), (), CopyMethod("none")),
        (make_host({}), (), CopyMethod("none")),
        (make_host(SSH | DESKTOP, "xclip"), ("my", "copy"), CopyMethod("command", ("my", "copy"))),
    ],
)  # fmt: skip
def test_choose_copy_method(
    host: HostEnvironment, setting: tuple[str, ...], method: CopyMethod
) -> None:
    """Cases 75, 76, 78: never the clipboard of the remote machine; OSC 52 if there is nothing else."""
    assert choose_copy_method(host, setting) == method


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


def test_a_copy_command_takes_any_size(screen: Screen, tmp_path: Path) -> None:
    """Case 77: the limit applies to the terminal, not to programs."""
    fake = make_program(tmp_path, "mine", 'wc -c >> "$LOG"')
    copy_to_clipboard("x" * 3_000_000, CopyMethod("command", (str(fake),)), screen.write)
    assert read_log(tmp_path).strip() == "3000000"


def test_a_copy_command(screen: Screen, tmp_path: Path) -> None:
    """Case 76: the text on standard input, nothing to the terminal; only the program knows the rest."""
    fake = make_program(tmp_path, "mine", 'echo "$1" >> "$LOG"; cat >> "$LOG"; echo noise >&2')
    method = CopyMethod("command", (str(fake), "-i"))
    assert copy_to_clipboard("日本\nsecond", method, screen.write) == "Passed to mine"
    assert read_log(tmp_path) == "-i\n日本\nsecond"
    assert screen.sent == b""


FAILED = DesktopCopy("failed", "xclip", "Error: Can't open display: :9")
NO_TERMINAL = "Not copied: this terminal has no clipboard"


@pytest.mark.parametrize(
    ("result", "method", "message", "is_sent"),
    [
        (DesktopCopy("copied", "xclip"), CopyMethod("terminal"), "Copied", False),
        (DesktopCopy("copied", "xclip"), CopyMethod("none"), "Copied", False),
        (DesktopCopy("passed", "clip.exe"), CopyMethod("terminal"), "Passed to clip.exe", False),
        (FAILED, CopyMethod("terminal"), f"{SENT_MESSAGE} (xclip: Error: Can't open display: :9)", True),
        (FAILED, CopyMethod("none"), f"{NO_TERMINAL}; xclip: Error: Can't open display: :9", False),
        (DesktopCopy("missing"), CopyMethod("terminal"), SENT_MESSAGE, True),
        (DesktopCopy("missing"), CopyMethod("none"), NO_TERMINAL, False),
    ],
)  # fmt: skip
def test_the_desktop_comes_first(
    screen: Screen,
    monkeypatch: pytest.MonkeyPatch,
    result: DesktopCopy,
    method: CopyMethod,
    message: str,
    is_sent: bool,
) -> None:
    """Cases 75, 78: "Copied" needs a proof; without one the terminal is next, and the message is true."""
    texts: list[str] = []

    def copy(text: str) -> DesktopCopy:
        texts.append(text)
        return result

    monkeypatch.setattr("tui.terminal.desktop_clipboard.copy_to_desktop", copy)
    try:
        said = copy_to_clipboard("text", replace(method, desktop_first=True), screen.write)
    except InvalidInput as error:
        said = str(error)
    assert (said, texts) == (message, ["text"])
    assert screen.sent == (encode_osc52("text") if is_sent else b"")


def test_too_large_for_the_terminal_after_the_desktop_failed(
    screen: Screen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Case 77: the text is saved, and both reasons are given."""
    monkeypatch.setattr("tui.terminal.desktop_clipboard.copy_to_desktop", lambda _: FAILED)
    method = CopyMethod("terminal", desktop_first=True)
    said = copy_to_clipboard("x" * 100_000, method, screen.write, lambda _: tmp_path / "copied")
    assert said == (
        f"too large for the terminal (100 KB), saved to {tmp_path / 'copied'} "
        "(xclip: Error: Can't open display: :9)"
    )


@pytest.mark.parametrize("text", ["", " \n\n", "\x1b[2J", "\u200b"])
@pytest.mark.parametrize("kind", ["command", "terminal", "none"])
def test_nothing_to_copy(
    screen: Screen, text: str, kind: Literal["command", "terminal", "none"]
) -> None:
    """What has no visible characters is not said to be copied, and empties no clipboard."""
    method = CopyMethod(kind, ("/nowhere/mine",), desktop_first=True)
    assert copy_to_clipboard(text, method, screen.write) == "Nothing to copy"
    assert screen.sent == b""


def test_tmux(screen: Screen, tmp_path: Path) -> None:
    """Case 78: tmux takes it, and the message claims no more; an old tmux gets the wrapped sequence."""
    for clients, message in (
        ("echo /dev/pts/1", SENT_MESSAGE),
        (":", "Copied in tmux (prefix ] pastes)"),
    ):
        script = f'case "$1" in list-clients) {clients} ;; *) cat > "$LOG" ;; esac'
        method = CopyMethod("tmux", (str(make_program(tmp_path, "tmux", script)),), "tmux")
        assert copy_to_clipboard("text", method, screen.write) == message
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
    child, seconds = tmp_path / "child", 0.05
    slow = str(
        make_program(
            tmp_path, "mine", f"sleep 600 & echo $! > {child}.new; mv {child}.new {child}; wait"
        )
    )
    while not child.exists():  # a busy machine has not come so far
        monkeypatch.setattr(clipboard, "COPY_COMMAND_TIMEOUT", seconds)
        with pytest.raises(InvalidInput, match="timed out"):
            copy_to_clipboard("text", CopyMethod("command", (slow,)), screen.write)
        seconds *= 2
    assert has_ended(int(child.read_text())), "its children are killed with it"
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
