"""URLs are opened on the user's machine, and the messages are true."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from tests.support.terminal import Terminal
from tui.terminal import browser
from tui.terminal.browser import (
    OpenMethod,
    OpenResult,
    choose_open_method,
    describe_methods,
    open_url,
)
from tui.terminal.environment import HostEnvironment

if TYPE_CHECKING:
    from pathlib import Path
from tests.support.environment import DESKTOP, SSH, URL, make_host, make_program, read_log

PATIENCE = 60.0
"""Seconds for a browser that ends at once to do so on a busy machine."""


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for a browser until it has ended."""
    monkeypatch.setattr(browser, "BROWSER_START_TIMEOUT", PATIENCE)


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
def test_host_environment(
    env: dict[str, str], platform: str, remote: bool, display: bool, multiplexer: str
) -> None:
    """Cases 70, 76, 78: remote or local, display, multiplexer."""
    s = make_host(env, platform=platform)
    assert (s.is_remote, s.has_display, s.multiplexer) == (remote, display, multiplexer)


@pytest.mark.parametrize(
    ("host", "setting", "kind", "argv"),
    [
        # the desktop's own launcher
        (make_host(DESKTOP, "xdg-open", "w3m"), (), "command", ("xdg-open",)),
        (make_host(DESKTOP, "wslview", "xdg-open"), (), "command", ("wslview",)),
        (make_host({}, "open", platform="darwin"), (), "command", ("open",)),
        # $BROWSER, if it is a program and nothing else
        (make_host(DESKTOP | {"BROWSER": "firefox"}, "firefox", "xdg-open"), (), "command", ("firefox",)),
        (make_host(DESKTOP | {"BROWSER": "/opt/ff"}, "/opt/ff"), (), "command", ("/opt/ff",)),
        (make_host(DESKTOP | {"BROWSER": "absent"}, "xdg-open"), (), "command", ("xdg-open",)),
        (make_host(DESKTOP | {"BROWSER": "-x"}, "-x", "xdg-open"), (), "command", ("xdg-open",)),
        (make_host(DESKTOP | {"BROWSER": "a b"}, "a b", "xdg-open"), (), "command", ("xdg-open",)),
        (make_host(DESKTOP | {"BROWSER": "a:b"}, "a:b", "xdg-open"), (), "command", ("xdg-open",)),
        # nothing but a text browser
        (make_host(DESKTOP, "lynx", "elinks"), (), "text-browser", ("lynx",)),
        (make_host({"BROWSER": "w3m"}, "w3m"), (), "text-browser", ("w3m",)),
        (make_host({"BROWSER": "/usr/bin/links"}, "/usr/bin/links"), (), "text-browser", ("/usr/bin/links",)),
        # nothing that could show it here
        (make_host(DESKTOP), (), "show", ()),
        (make_host({}, "xdg-open", "w3m"), (), "show", ()),
        (make_host({"BROWSER": "firefox"}, "firefox"), (), "show", ()),
        (make_host(DESKTOP | SSH, "xdg-open"), (), "show", ()),
        (make_host(DESKTOP | SSH | {"BROWSER": "w3m"}, "w3m"), (), "show", ()),
        (make_host(SSH, "open", platform="darwin"), (), "show", ()),
        # what the user has set
        (make_host(SSH), ("ssh", "desk", "open it"), "command", ("ssh", "desk", "open it")),
        (make_host(SSH), ("w3m", "-T", "text/html"), "text-browser", ("w3m", "-T", "text/html")),
    ],
)  # fmt: skip
def test_choose_open_method(
    host: HostEnvironment, setting: tuple[str, ...], kind: str, argv: tuple[str, ...]
) -> None:
    """Cases 68, 70, 71: no browser on the wrong machine, no shell command from the environment."""
    method = choose_open_method(host, setting)
    assert (method.kind, method.argv) == (kind, argv)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "javascript:alert(1)", "--version", "", "%x"]
)
@pytest.mark.parametrize("kind", ["command", "text-browser", "show"])
def test_rejected_urls_start_nothing(tmp_path: Path, url: str, kind: str) -> None:
    """Cases 66, 67: validation comes first, whatever the method."""
    fake = make_program(tmp_path, "browser", 'echo ran >> "$LOG"')
    opened = open_url(url, OpenMethod(kind, (str(fake),)), {})  # type: ignore[arg-type]
    assert (opened.state, opened.message[:12]) == ("failed", "Not opened: ")
    assert read_log(tmp_path) == ""


def test_the_url_is_one_argument(tmp_path: Path) -> None:
    """Cases 67, 68: whatever it contains, the program gets one argument that starts with http."""
    fake = make_program(tmp_path, "browser", 'echo "$#:$2" >> "$LOG"')
    touched = tmp_path / "PWNED"
    url = f"https://example.org/';touch {touched};'$(touch {touched})`touch {touched}`\""
    opened = open_url(url, OpenMethod("command", (str(fake), "--new")), {})
    assert opened.state == "opened"
    assert opened.message == "Opened with browser"
    said = read_log(tmp_path).strip()
    assert said == f"2:{opened.url}"
    assert re.fullmatch(r"2:https://[!-~]+", said)
    assert not set('"`') & set(said)
    assert not touched.exists()


def test_a_shell_command_in_browser_is_not_passed_on(tmp_path: Path) -> None:
    """Case 68: xdg-open would run `$BROWSER`; it never gets one that is not a single program."""
    fake = make_program(tmp_path, "xdg-open", 'echo "[$BROWSER]" >> "$LOG"')
    method = OpenMethod("command", (str(fake),))
    open_url(URL, method, {"BROWSER": "sh -c 'touch PWNED; %s'"})
    open_url(URL, method, {"BROWSER": "firefox"})
    assert read_log(tmp_path).split() == ["[]", "[firefox]"]


def test_show_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 70: over SSH the URL is returned, to be shown and copied."""
    monkeypatch.setattr(subprocess, "Popen", None)
    opened = open_url(URL, OpenMethod("show"), {})
    assert opened == OpenResult("shown", URL, URL)


def test_a_browser_that_fails_at_once(tmp_path: Path) -> None:
    """Case 72: exit code and missing program are reported, nothing is raised."""
    fake = make_program(tmp_path, "browser", "exit 3")
    opened = open_url(URL, OpenMethod("command", (str(fake),)), {})
    assert (opened.state, opened.message) == (
        "failed",
        "Not opened: browser exited with code 3",
    )
    for kind in ("command", "text-browser"):
        missing = open_url(URL, OpenMethod(kind, ("/nowhere/x",)), {})
        assert missing.state == "failed"
        assert missing.message == "Not opened: /nowhere/x: No such file or directory"


def test_a_browser_that_keeps_running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Case 72: it is not waited for, has its own session, and its later failure is reported."""
    monkeypatch.setattr(browser, "BROWSER_START_TIMEOUT", 0.05)
    os.mkfifo(tmp_path / "gate")
    fake = make_program(tmp_path, "browser", f'echo $$ >> "$LOG"; read x < {tmp_path}/gate; exit 4')
    later: list[OpenResult] = []
    told = threading.Event()

    def tell(opened: OpenResult) -> None:
        later.append(opened)
        told.set()

    opened = open_url(URL, OpenMethod("command", (str(fake),)), {}, failed_later=tell)
    assert opened.state == "opened"
    assert not later
    (tmp_path / "gate").write_text("go\n")
    assert told.wait(60)
    assert later == [OpenResult("failed", URL, "Not opened: browser exited with code 4")]


def test_a_browser_has_no_terminal(tmp_path: Path) -> None:
    """Cases 72, 73: its output is discarded, and it has its own session."""
    script = 'echo noise; echo noise >&2; read x; echo "$x:$(ps -o sid= -p $$)" >> "$LOG"; echo $$ >> "$LOG"'
    make_program(tmp_path, "browser", script)
    code = (
        "import os\nfrom tui.terminal import browser\nfrom tui.terminal.browser import OpenMethod, open_url\n"
        f"browser.BROWSER_START_TIMEOUT = {PATIENCE}\n"
        f"print(open_url({URL!r}, OpenMethod('command', ({str(tmp_path / 'browser')!r},)), os.environ).state)"
    )
    with Terminal([sys.executable, "-c", code], tmp_path) as terminal:
        terminal.write("typed\n")
        assert terminal.wait_exit() == 0
        assert b"noise" not in terminal.raw
        assert b"opened" in terminal.raw
    leader, pid = read_log(tmp_path).split("\n")[:2]
    assert leader.replace(" ", "") == f":{pid}"


LENDER = """
import os, sys
from tui.terminal.browser import OpenMethod, open_url
opened = open_url(sys.argv[2], OpenMethod("text-browser", (sys.argv[1],)), os.environ)
print(opened.state)
import select
print("keys" if select.select([0], [], [], 0.2)[0] else "no keys")
"""


def test_a_text_browser_has_the_terminal(tmp_path: Path) -> None:
    """Case 71: it reads and draws here; keys it did not read are dropped."""
    fake = make_program(tmp_path, "w3m", "read x; echo got $x; read y; sleep 0.1")
    with Terminal([sys.executable, "-c", LENDER, fake, URL], tmp_path) as terminal:
        terminal.write("one\n")
        terminal.wait_for("got one")
        terminal.write("two\nthree\nfour\n")
        assert terminal.wait_exit() == 0
        assert b"opened\r\nno keys" in terminal.raw


def test_ctrl_c_belongs_to_the_text_browser(tmp_path: Path) -> None:
    """Case 71: it ends, the reader does not, and the failure is reported."""
    fake = make_program(tmp_path, "w3m", "trap 'exit 9' INT; echo up; while :; do sleep 0.05; done")
    with Terminal([sys.executable, "-c", LENDER, fake, URL], tmp_path) as terminal:
        terminal.wait_for("up")
        terminal.write("\x03")
        assert terminal.wait_exit() == 0
        assert b"failed\r\nno keys" in terminal.raw


def test_interrupts_are_restored(tmp_path: Path) -> None:
    """Case 71: afterwards ctrl+c has its old handler, also after a call from a worker."""
    fake = make_program(tmp_path, "w3m", "true")
    before = signal.getsignal(signal.SIGINT)
    method = OpenMethod("text-browser", (str(fake),))
    assert open_url(URL, method, {}).state == "opened"
    worker = threading.Thread(target=open_url, args=(URL, method, {}))
    worker.start()
    worker.join()
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize(
    ("s", "expected"),
    [
        (
            make_host(DESKTOP, "xdg-open"),
            {"browser": "xdg-open URL", "clipboard": "xsel, by pyperclip; if that fails: sent"},
        ),
        (
            make_host({"TMUX": "t"} | SSH, "tmux"),
            {"browser": "over SSH", "clipboard": "tmux load-buffer -w -", "tmux": "set-clipboard"},
        ),
        (
            make_host({"STY": "1", "BROWSER": "w3m", "TERM": "screen"}, "w3m"),
            {"browser": "in this terminal", "clipboard": "OSC 52", "screen": "OSC 52"},
        ),
        (
            make_host({"TERM": "xterm"}),
            {"browser": "no display", "clipboard": "sent to the terminal (OSC 52)"},
        ),
        (make_host(), {"browser": "no display", "clipboard": "this terminal has no clipboard"}),
        (make_host(DESKTOP), {"browser": "no browser found", "clipboard": "xsel"}),
    ],
)
def test_describe(
    s: HostEnvironment, expected: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 78: doctor names the methods, and what tmux and screen need for them."""
    monkeypatch.setattr("tui.terminal.desktop_clipboard.find_desktop_mechanism", lambda: "xsel")
    told = dict(describe_methods(s))
    assert list(told) == list(expected)
    for name, part in expected.items():
        assert part in told[name]


def test_describe_knows_the_settings() -> None:
    """Case 70: doctor reports the user's settings."""
    told = dict(describe_methods(make_host(SSH), ("ssh", "desk", "open"), ("my-copy",)))
    assert told == {"browser": "ssh desk open URL", "clipboard": "my-copy"}
