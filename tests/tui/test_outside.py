"""URLs are opened and text is copied where the user sits, and what is said about it is true."""

from __future__ import annotations

import base64
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from store.errors import BadInput, UrlRefused
from tests.terminal import Terminal
from tui import outside
from tui.outside import (
    COPIED,
    OSC52_LIMIT,
    SENT,
    CopyRoute,
    Opened,
    OpenRoute,
    Surroundings,
    copy,
    copy_line,
    copy_route,
    describe,
    open_route,
    open_url,
    osc52,
)

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://example.org/a?b=1"
DESKTOP = {"DISPLAY": ":0", "TERM": "xterm-256color"}
SSH = {"SSH_CONNECTION": "10.0.0.1 5 10.0.0.2 22"}
NO_COMMAND = CopyRoute("terminal")


def around(
    env: dict[str, str] | None = None, *programs: str, platform: str = "linux"
) -> Surroundings:
    """Surroundings with these variables and programs and nothing else."""
    return Surroundings(env or {}, platform, lambda name: name if name in programs else None)


def program(folder: Path, name: str, script: str) -> Path:
    """A fake program; `$LOG` is a file beside it."""
    path = folder / name
    log = shlex.quote(str(folder / "log"))
    path.write_text(f"#!/bin/sh\nLOG={log}\n{script}\n")
    path.chmod(0o755)
    return path


def logged(folder: Path) -> str:
    path = folder / "log"
    return path.read_text() if path.exists() else ""


def unwrap(data: bytes) -> str:
    """The text in an OSC 52 sequence."""
    found = re.fullmatch(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", data)
    assert found, data
    return base64.b64decode(found[1]).decode()


class Screen:
    """What was sent to the terminal."""

    def __init__(self) -> None:
        self.sent = b""

    def write(self, data: bytes) -> None:
        """Take bytes as the driver does."""
        self.sent += data


@pytest.fixture
def screen() -> Screen:
    """A terminal that remembers."""
    return Screen()


@pytest.mark.parametrize(
    ("env", "platform", "remote", "display", "multiplexer"),
    [
        ({}, "linux", False, False, ""),
        ({"SSH_TTY": "/dev/pts/1"}, "linux", True, False, ""),
        ({"SSH_CLIENT": "x"}, "darwin", True, True, ""),
        ({"SSH_CONNECTION": ""}, "linux", False, False, ""),
        (
            {"DISPLAY": ":0", "TMUX": "/tmp/t,1,0", "TERM": "screen-256color"},
            "linux",
            False,
            True,
            "tmux",
        ),
        ({"WAYLAND_DISPLAY": "wayland-0", "STY": "1.x"}, "linux", False, True, "screen"),
        ({"TERM": "screen.xterm", "WSL_DISTRO_NAME": "Debian"}, "linux", False, True, "screen"),
    ],
)
def test_surroundings(
    env: dict[str, str], platform: str, remote: bool, display: bool, multiplexer: str
) -> None:
    """Cases 70, 76, 78: where the user sits and what stands between."""
    s = around(env, platform=platform)
    assert (s.remote, s.display, s.multiplexer) == (remote, display, multiplexer)


@pytest.mark.parametrize(
    ("s", "setting", "kind", "argv"),
    [
        # the desktop's own launcher
        (around(DESKTOP, "xdg-open", "w3m"), (), "command", ("xdg-open",)),
        (around(DESKTOP, "wslview", "xdg-open"), (), "command", ("wslview",)),
        (around({}, "open", platform="darwin"), (), "command", ("open",)),
        # $BROWSER, if it is a program and nothing else
        (around(DESKTOP | {"BROWSER": "firefox"}, "firefox", "xdg-open"), (), "command", ("firefox",)),
        (around(DESKTOP | {"BROWSER": "/opt/ff"}, "/opt/ff"), (), "command", ("/opt/ff",)),
        (around(DESKTOP | {"BROWSER": "absent"}, "xdg-open"), (), "command", ("xdg-open",)),
        (around(DESKTOP | {"BROWSER": "-x"}, "-x", "xdg-open"), (), "command", ("xdg-open",)),
        (around(DESKTOP | {"BROWSER": "a b"}, "a b", "xdg-open"), (), "command", ("xdg-open",)),
        (around(DESKTOP | {"BROWSER": "a:b"}, "a:b", "xdg-open"), (), "command", ("xdg-open",)),
        # nothing but a text browser
        (around(DESKTOP, "lynx", "elinks"), (), "text-browser", ("lynx",)),
        (around({"BROWSER": "w3m"}, "w3m"), (), "text-browser", ("w3m",)),
        (around({"BROWSER": "/usr/bin/links"}, "/usr/bin/links"), (), "text-browser", ("/usr/bin/links",)),
        # nothing that could show it here
        (around(DESKTOP), (), "show", ()),
        (around({}, "xdg-open", "w3m"), (), "show", ()),
        (around({"BROWSER": "firefox"}, "firefox"), (), "show", ()),
        (around(DESKTOP | SSH, "xdg-open"), (), "show", ()),
        (around(DESKTOP | SSH | {"BROWSER": "w3m"}, "w3m"), (), "show", ()),
        (around(SSH, "open", platform="darwin"), (), "show", ()),
        # what the user has set
        (around(SSH), ("ssh", "desk", "open it"), "command", ("ssh", "desk", "open it")),
        (around(SSH), ("w3m", "-T", "text/html"), "text-browser", ("w3m", "-T", "text/html")),
    ],
)  # fmt: skip
def test_open_route(
    s: Surroundings, setting: tuple[str, ...], kind: str, argv: tuple[str, ...]
) -> None:
    """Cases 68, 70, 71: no browser on the wrong machine, no shell line from the environment."""
    route = open_route(s, setting)
    assert (route.kind, route.argv) == (kind, argv)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "javascript:alert(1)", "--version", "", "%x"]
)
@pytest.mark.parametrize("kind", ["command", "text-browser", "show"])
def test_refused_urls_start_nothing(tmp_path: Path, url: str, kind: str) -> None:
    """Cases 66, 67: the check comes first, whatever the route."""
    fake = program(tmp_path, "browser", 'echo ran >> "$LOG"')
    with pytest.raises(UrlRefused):
        open_url(url, OpenRoute(kind, (str(fake),)), {})  # type: ignore[arg-type]
    assert logged(tmp_path) == ""


def test_the_url_is_one_argument(tmp_path: Path) -> None:
    """Cases 67, 68: whatever is in it, the program gets one argument that starts with http."""
    fake = program(tmp_path, "browser", 'echo "$#:$2" >> "$LOG"')
    touched = tmp_path / "PWNED"
    url = f"https://example.org/';touch {touched};'$(touch {touched})`touch {touched}`\""
    opened = open_url(url, OpenRoute("command", (str(fake), "--new")), {})
    assert opened.state == "opened"
    assert opened.message == "Opened with browser"
    said = logged(tmp_path).strip()
    assert said == f"2:{opened.url}"
    assert re.fullmatch(r"2:https://[!-~]+", said)
    assert not set('"`') & set(said)
    assert not touched.exists()


def test_a_shell_line_in_browser_is_not_handed_on(tmp_path: Path) -> None:
    """Case 68: xdg-open would run `$BROWSER`; it never sees one that is not a plain program."""
    fake = program(tmp_path, "xdg-open", 'echo "[$BROWSER]" >> "$LOG"')
    route = OpenRoute("command", (str(fake),))
    open_url(URL, route, {"BROWSER": "sh -c 'touch PWNED; %s'"})
    open_url(URL, route, {"BROWSER": "firefox"})
    assert logged(tmp_path).split() == ["[]", "[firefox]"]


def test_show_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 70: over SSH the URL comes back, to be shown and copied."""
    monkeypatch.setattr(subprocess, "Popen", None)
    opened = open_url(URL, OpenRoute("show"), {})
    assert opened == Opened("shown", URL, URL)


def test_a_browser_that_fails_at_once(tmp_path: Path) -> None:
    """Case 72: exit code and a missing program are told, nothing is raised."""
    fake = program(tmp_path, "browser", "exit 3")
    opened = open_url(URL, OpenRoute("command", (str(fake),)), {})
    assert (opened.state, opened.message) == (
        "failed",
        "Not opened: browser ended with exit code 3",
    )
    for kind in ("command", "text-browser"):
        missing = open_url(URL, OpenRoute(kind, ("/nowhere/x",)), {})
        assert missing.state == "failed"
        assert missing.message == "Not opened: /nowhere/x: No such file or directory"


def test_a_browser_that_stays(tmp_path: Path) -> None:
    """Case 72: it is not waited for, has a session of its own, and its later failure is told."""
    os.mkfifo(tmp_path / "gate")
    fake = program(tmp_path, "browser", f'echo $$ >> "$LOG"; read x < {tmp_path}/gate; exit 4')
    later: list[Opened] = []
    told = threading.Event()

    def tell(opened: Opened) -> None:
        later.append(opened)
        told.set()

    opened = open_url(URL, OpenRoute("command", (str(fake),)), {}, failed_later=tell)
    assert opened.state == "opened"
    assert not later
    (tmp_path / "gate").write_text("go\n")
    assert told.wait(10)
    assert later == [Opened("failed", URL, "Not opened: browser ended with exit code 4")]


def test_a_browser_has_no_terminal(tmp_path: Path) -> None:
    """Cases 72, 73: what it prints goes nowhere, and it leads a session of its own."""
    script = 'echo noise; echo noise >&2; read x; echo "$x:$(ps -o sid= -p $$)" >> "$LOG"; echo $$ >> "$LOG"'
    program(tmp_path, "browser", script)
    code = (
        "import os\nfrom tui.outside import OpenRoute, open_url\n"
        f"print(open_url({URL!r}, OpenRoute('command', ({str(tmp_path / 'browser')!r},)), os.environ).state)"
    )
    with Terminal([sys.executable, "-c", code], tmp_path) as terminal:
        terminal.write("typed\n")
        assert terminal.wait_exit() == 0
        assert b"noise" not in terminal.raw
        assert b"opened" in terminal.raw
    leader, pid = logged(tmp_path).split("\n")[:2]
    assert leader.replace(" ", "") == f":{pid}"


LENDER = """
import os, sys
from tui.outside import OpenRoute, open_url
opened = open_url(sys.argv[2], OpenRoute("text-browser", (sys.argv[1],)), os.environ)
print(opened.state)
import select
print("keys" if select.select([0], [], [], 0.2)[0] else "no keys")
"""


def test_a_text_browser_has_the_terminal(tmp_path: Path) -> None:
    """Case 71: it reads and draws here; keys that it did not take are dropped."""
    fake = program(tmp_path, "w3m", "read x; echo got $x; read y; sleep 0.1")
    with Terminal([sys.executable, "-c", LENDER, fake, URL], tmp_path) as terminal:
        terminal.write("one\n")
        terminal.wait_for("got one")
        terminal.write("two\nthree\nfour\n")
        assert terminal.wait_exit() == 0
        assert b"opened\r\nno keys" in terminal.raw


def test_ctrl_c_belongs_to_the_text_browser(tmp_path: Path) -> None:
    """Case 71: it ends, the reader does not, and the failure is told."""
    fake = program(tmp_path, "w3m", "trap 'exit 9' INT; echo up; while :; do sleep 0.05; done")
    with Terminal([sys.executable, "-c", LENDER, fake, URL], tmp_path) as terminal:
        terminal.wait_for("up")
        terminal.write("\x03")
        assert terminal.wait_exit() == 0
        assert b"failed\r\nno keys" in terminal.raw


def test_interrupts_are_ours_again(tmp_path: Path) -> None:
    """Case 71: afterwards ctrl+c means what it meant before, also after a worker's call."""
    fake = program(tmp_path, "w3m", "true")
    before = signal.getsignal(signal.SIGINT)
    route = OpenRoute("text-browser", (str(fake),))
    assert open_url(URL, route, {}).state == "opened"
    worker = threading.Thread(target=open_url, args=(URL, route, {}))
    worker.start()
    worker.join()
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize(
    ("s", "setting", "route"),
    [
        (around(DESKTOP, "xclip", "xsel"), (), CopyRoute("local", ("xclip", "-selection", "clipboard"))),
        (around(DESKTOP, "xsel"), (), CopyRoute("local", ("xsel", "--clipboard", "--input"))),
        (around(DESKTOP | {"WAYLAND_DISPLAY": "w"}, "wl-copy", "xclip"), (), CopyRoute("local", ("wl-copy",))),
        (around({}, "pbcopy", platform="darwin"), (), CopyRoute("local", ("pbcopy",))),
        (around({}, "xclip"), (), CopyRoute("terminal")),
        (around(DESKTOP), (), CopyRoute("terminal")),
        (around(DESKTOP | SSH, "xclip", "pbcopy", "wl-copy"), (), CopyRoute("terminal")),
        (around(SSH, "pbcopy", platform="darwin"), (), CopyRoute("terminal")),
        (around({"STY": "1"} | SSH, "xclip"), (), CopyRoute("terminal", (), "screen")),
        (around({"TMUX": "t"} | SSH, "tmux"), (), CopyRoute("tmux", ("tmux", "load-buffer", "-w", "-"), "tmux")),
        (around({"TMUX": "t"}), (), CopyRoute("terminal", (), "tmux")),
        (around(SSH | DESKTOP, "xclip"), ("my", "copy"), CopyRoute("command", ("my", "copy"))),
    ],
)  # fmt: skip
def test_copy_route(s: Surroundings, setting: tuple[str, ...], route: CopyRoute) -> None:
    """Cases 75, 76, 78: never a tool of the remote machine; OSC 52 where there is nothing else."""
    assert copy_route(s, setting) == route


def test_osc52() -> None:
    """Case 75: the bytes, plain and wrapped for what stands between."""
    assert osc52("hé") == b"\x1b]52;c;aMOp\x07"
    assert osc52("hé", "tmux") == b"\x1bPtmux;\x1b\x1b]52;c;aMOp\x07\x1b\\"
    assert osc52("hé", "screen") == b"\x1bP\x1b]52;c;aMOp\x07\x1b\\"


def test_screen_gets_pieces_it_can_take() -> None:
    """Case 78: no string over 256 bytes, and together they are the whole sequence."""
    pieces = re.findall(rb"\x1bP(.*?)\x1b\\", osc52("text " * 200, "screen"), re.DOTALL)
    assert len(pieces) > 1
    assert max(map(len, pieces)) + 4 <= 256
    assert b"".join(pieces) == osc52("text " * 200)


@pytest.mark.parametrize("multiplexer", ["", "tmux", "screen"])
def test_too_large_for_the_terminal(screen: Screen, tmp_path: Path, multiplexer: str) -> None:
    """Case 77: all or nothing, and the size is named."""
    fake = program(tmp_path, "tmux", 'echo ran >> "$LOG"')
    assert len(osc52("x" * OSC52_LIMIT)) == 100_000
    route = CopyRoute("terminal", (), multiplexer)  # type: ignore[arg-type]
    for one in (route, CopyRoute("tmux", (str(fake),), "tmux")):
        with pytest.raises(BadInput, match=r"^too large for the terminal \(150 KB\)$"):
            copy("é" * 75_000, one, screen.write)
    assert screen.sent == b""
    assert logged(tmp_path) == ""


def test_what_is_too_large_is_saved(screen: Screen, tmp_path: Path) -> None:
    """Case 77: whole, cleaned, and it is said where."""
    target = tmp_path / "copied.txt"

    def keep(text: str) -> Path:
        target.write_text(text)
        return target

    said = copy("x\x1b[2J" * 100_000, CopyRoute("terminal"), screen.write, keep)
    assert said == f"too large for the terminal (100 KB), saved to {target}"
    assert "\x1b" not in target.read_text()
    assert screen.sent == b""


def test_a_tool_takes_any_size(screen: Screen, tmp_path: Path) -> None:
    """Case 77: the limit is the terminal's, not that of a program."""
    fake = program(tmp_path, "xclip", 'wc -c >> "$LOG"')
    assert copy("x" * 3_000_000, CopyRoute("local", (str(fake),)), screen.write) == COPIED
    assert logged(tmp_path).strip() == "3000000"


@pytest.mark.parametrize("kind", ["command", "local"])
def test_a_program_that_copies(screen: Screen, tmp_path: Path, kind: str) -> None:
    """Case 76: the text on standard input, nothing to the terminal, `Copied` for exit code 0."""
    fake = program(tmp_path, "xclip", 'echo "$1" >> "$LOG"; cat >> "$LOG"; echo noise >&2')
    route = CopyRoute(kind, (str(fake), "-i"))  # type: ignore[arg-type]
    assert copy("日本\nsecond", route, screen.write) == COPIED
    assert logged(tmp_path) == "-i\n日本\nsecond"
    assert screen.sent == b""


def test_a_tool_that_fails_falls_back(screen: Screen, tmp_path: Path) -> None:
    """Case 75: a display that is gone, a program that is not there: the terminal is asked."""
    for argv in ((str(program(tmp_path, "xclip", "exit 1")),), ("/nowhere/xclip",)):
        screen.sent = b""
        assert copy("text", CopyRoute("local", argv), screen.write) == SENT
        assert unwrap(screen.sent) == "text"


def test_tmux(screen: Screen, tmp_path: Path) -> None:
    """Case 78: tmux takes it and nobody claims more; an old tmux gets the wrapped sequence."""
    fake = str(program(tmp_path, "tmux", 'cat >> "$LOG"'))
    assert copy("text", CopyRoute("tmux", (fake,), "tmux"), screen.write) == SENT
    assert logged(tmp_path) == "text"
    assert screen.sent == b""
    old = str(program(tmp_path, "tmux", "exit 1"))
    assert copy("text", CopyRoute("tmux", (old,), "tmux"), screen.write) == SENT
    assert screen.sent == osc52("text", "tmux")


def test_a_copy_command_that_fails(
    screen: Screen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 75: what the user has set is not replaced in silence; it cannot hang the reader."""
    fake = str(program(tmp_path, "mine", "exit 7"))
    with pytest.raises(BadInput, match="Not copied: copy_command mine ended with exit code 7"):
        copy("text", CopyRoute("command", (fake,)), screen.write)
    with pytest.raises(BadInput, match="Not copied: copy_command mine cannot be run"):
        copy("text", CopyRoute("command", ("/nowhere/mine",)), screen.write)
    monkeypatch.setattr(outside, "TOOL_TIMEOUT", 0.05)
    slow = str(program(tmp_path, "mine", "exec sleep 60"))
    with pytest.raises(BadInput, match="does not end"):
        copy("text", CopyRoute("command", (slow,)), screen.write)
    assert screen.sent == b""


@pytest.mark.parametrize(
    "hostile",
    ["a\x1b]52;c;eA==\x07b", "a\x9b31mb", "a\udc80b", "a\x00b", "a\u202eb", "a\r\nb", "a\x1b[201~b"],
)  # fmt: skip
def test_what_is_copied_is_clean(screen: Screen, hostile: str) -> None:
    """Case 79: no control, bidi or surrogate; a URL or link has no line end that runs a command."""
    copy(hostile, NO_COMMAND, screen.write)
    text = unwrap(screen.sent)
    assert all(char == "\n" or char.isprintable() for char in text)
    assert text[0] + text[-1] == "ab"
    screen.sent = b""
    copy_line(hostile + "\nrm -rf ~\n", NO_COMMAND, screen.write)
    assert unwrap(screen.sent).isprintable()


def test_a_long_url_is_copied_whole(screen: Screen) -> None:
    """Cases 66, 79: a URL is never cut, and one that is not opened can still be copied."""
    url = "file:///" + "日" * 1500
    assert copy_line(url + "\n", NO_COMMAND, screen.write) == SENT
    assert unwrap(screen.sent) == url


@pytest.mark.parametrize(
    ("s", "expected"),
    [
        (
            around(DESKTOP, "xdg-open", "xclip"),
            {"browser": "xdg-open URL", "clipboard": "xclip -selection clipboard"},
        ),
        (
            around({"TMUX": "t"} | SSH, "tmux"),
            {"browser": "over SSH", "clipboard": "tmux load-buffer -w -", "tmux": "set-clipboard"},
        ),
        (
            around({"STY": "1", "BROWSER": "w3m"}, "w3m"),
            {"browser": "in this terminal", "clipboard": "OSC 52", "screen": "OSC 52"},
        ),
        (around(), {"browser": "no display", "clipboard": "OSC 52"}),
        (around(DESKTOP), {"browser": "no browser found", "clipboard": "OSC 52"}),
    ],
)
def test_describe(s: Surroundings, expected: dict[str, str]) -> None:
    """Case 78: doctor says which way things go, and what tmux and screen need for it."""
    told = dict(describe(s))
    assert list(told) == list(expected)
    for name, part in expected.items():
        assert part in told[name]


def test_describe_knows_the_settings() -> None:
    """Case 70: what the user has set is what doctor tells."""
    told = dict(describe(around(SSH), ("ssh", "desk", "open"), ("my-copy",)))
    assert told == {"browser": "ssh desk open URL", "clipboard": "my-copy"}
