"""`o`, `y` and `Y` in a real terminal: programs run, sequences sent, messages shown."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.environment import environment
from tests.support.reader_process import (
    NEWSTUI,
    article_json,
    assert_clean_exit,
    faulty_reader,
    make_home,
    open_reader,
    position_in,
    read_row,
    unread_row,
)
from tests.support.terminal import Terminal

pytestmark = pytest.mark.slow

SSH = {"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"}
URL = "https://news.example/1"
OSC = re.compile(rb"\x1b\](\d+);([^\x07\x1b]*)(?:\x07|\x1b\\)")
SENT = "Sent to the terminal's clipboard"


PATIENT = """
from tui.terminal import desktop_clipboard
desktop_clipboard.DESKTOP_TIMEOUT = 60.0
desktop_clipboard.SCRIPT = (
    "import tui.terminal.pyperclip_process as process; process.MAX_SECONDS = 60\\n"
    + desktop_clipboard.SCRIPT
)
"""
"""For the reader that waits for the desktop's clipboard however busy the machine is."""


class FakeDesktop:
    """Fake desktop programs that log how they are called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "bin"
        self.folder.mkdir()
        self.log = folder / "called"

    def install(self, name: str, ending: str = "exit 0") -> None:
        """Install a program that logs its name, the number of its arguments and the arguments."""
        program = self.folder / name
        program.write_text(
            "#!/bin/sh\n"
            f'line="{name} $#"\n'
            'for a in "$@"; do line="$line $a"; done\n'
            f'printf "%s\\n" "$line" >> "{self.log}"\n'
            f"echo 'noise of {name}' >&2\n{ending}\n"
        )
        program.chmod(0o700)

    @property
    def calls(self) -> list[str]:
        """The calls so far, one a line."""
        return self.log.read_text().splitlines() if self.log.exists() else []

    def env(self, **more: str) -> dict[str, str]:
        """Return an environment with these programs and the basic system ones."""
        return {"PATH": f"{self.folder}:/usr/bin:/bin", "DISPLAY": ":0"} | more


@pytest.fixture
def desk(tmp_path: Path) -> FakeDesktop:
    """Make a desktop without programs."""
    return FakeDesktop(tmp_path)


def copied(terminal: Terminal) -> list[str]:
    """Return the texts sent to the terminal's clipboard."""
    sent = [data for number, data in OSC.findall(terminal.raw) if number == b"52"]
    return [base64.b64decode(data.split(b";")[1], validate=True).decode() for data in sent]


def test_over_ssh(tmp_path: Path, desk: FakeDesktop) -> None:
    """Cases 70, 75, 76: the URL is shown and sent by OSC 52, never "copied"; no local tool is run."""
    for name in ("xclip", "xsel", "wl-copy", "xdg-open"):
        desk.install(name)
    make_home(tmp_path, article_json(1, title="A [b] title"))
    with open_reader(tmp_path, 1, env=desk.env(**SSH)) as terminal:
        terminal.write("o")
        terminal.wait_for("━ Link ━")
        terminal.wait_for(URL)
        terminal.wait_for(SENT)
        assert copied(terminal) == [URL]
        terminal.write("y")
        terminal.wait_until(lambda: copied(terminal) == [URL, URL])
        terminal.write("q")
        terminal.wait_gone("━ Link ━")
        terminal.write("y")
        terminal.wait_for(re.compile(f"^ {SENT}", re.MULTILINE))
        terminal.wait_until(
            lambda: len(copied(terminal)) == 3
        )  # wait: the next one would replace it
        terminal.write("Y")
        terminal.wait_until(lambda: len(copied(terminal)) == 4)
        assert copied(terminal)[2:] == [URL, f"[A \\[b\\] title]({URL})"]
        assert not terminal.shows("Copied")
        terminal.write("q")
        assert_clean_exit(terminal, 0)
    assert desk.calls == []


def test_on_a_desktop(tmp_path: Path, desk: FakeDesktop) -> None:
    """Cases 67, 72, 73: one argument that begins with http; output of the program is hidden."""
    desk.install("xdg-open")
    keep = f'case "$*" in *-o*) cat {tmp_path}/clipboard ;; *) cat > {tmp_path}/clipboard ;; esac'
    desk.install("xclip", keep)
    url = "https://news.example/1?q=$(id);'x y\"&b=`c`#é"
    make_home(tmp_path, article_json(1, url=url))
    command = faulty_reader(tmp_path, PATIENT)
    with open_reader(tmp_path, 1, env=desk.env(), command=command) as terminal:
        terminal.write("o")
        terminal.wait_for("Opened with xdg-open")
        terminal.wait_until(lambda: desk.calls)  # it is said of a program that still runs, too
        terminal.write("y")
        terminal.wait_for(re.compile("^ Copied", re.MULTILINE))
        assert copied(terminal) == []
        assert b"noise" not in terminal.raw
        terminal.write("q")
        assert_clean_exit(terminal, 0)
    opened, copy, paste = desk.calls
    assert re.fullmatch(r"xdg-open 1 https://news\.example/1\?[!-~]+", opened)
    assert not re.search(r"[\"'`\\<> ]", opened.split(" ", 2)[2])
    assert (copy, paste) == ("xclip 2 -selection c", "xclip 3 -selection c -o")
    assert "\n" not in (tmp_path / "clipboard").read_text()


@pytest.mark.parametrize(
    ("ending", "problem"),
    [("exit 1", "noise of xclip"), ("cat > /dev/null", "noise of xclip"), ("sleep 60", "")],
)
def test_a_clipboard_program_that_fails(
    tmp_path: Path, desk: FakeDesktop, ending: str, problem: str
) -> None:
    """Cases 73, 75: what is true is said, the terminal is used instead, and keys work meanwhile."""
    desk.install("xclip", ending)
    command = faulty_reader(tmp_path, PATIENT) if problem else NEWSTUI
    make_home(tmp_path, article_json(1))
    with open_reader(tmp_path, 1, env=desk.env(), command=command) as terminal:
        terminal.write("ym")
        terminal.wait_for(read_row("Title 1"))
        terminal.wait_for(re.compile(rf"^ {SENT} \(.*{problem}", re.MULTILINE))
        assert copied(terminal) == [URL]
        assert not terminal.shows("Copied")
        terminal.write("q")
        assert_clean_exit(terminal, 0)


@pytest.mark.parametrize("keys", ["y", "|xclip\r"])
def test_quit_while_a_program_hangs(tmp_path: Path, desk: FakeDesktop, keys: str) -> None:
    """Case 72: quitting waits for no program of the user's."""
    desk.install("xclip", "sleep 60")
    with open_reader(make_home(tmp_path, article_json(1)), 1, env=desk.env()) as terminal:
        terminal.write(keys)
        terminal.wait_until(lambda: desk.calls)
        terminal.write("q")
        assert_clean_exit(terminal, 0)


def test_the_clipboard_outlives_the_reader(tmp_path: Path, x_display: str) -> None:
    """What xclip leaves running keeps the text when the reader has ended."""
    xclip = shutil.which("xclip")
    if xclip is None:
        pytest.skip("xclip is not installed")
    env = {"DISPLAY": x_display}
    command = faulty_reader(make_home(tmp_path, article_json(1)), PATIENT)
    with open_reader(tmp_path, 1, env=env, command=command) as terminal:
        terminal.write("y")
        terminal.wait_for(re.compile("^ Copied", re.MULTILINE))
        terminal.write("q")
        assert_clean_exit(terminal, 0)
    paste = [xclip, "-o", "-selection", "clipboard"]
    pasted = subprocess.run(paste, capture_output=True, env=env, check=True, timeout=60)
    assert pasted.stdout.decode() == URL


def test_a_browser_that_fails(tmp_path: Path, desk: FakeDesktop) -> None:
    """Case 72: reported, at once or later, and nothing is marked as read."""
    again = tmp_path / "again"
    desk.install("xdg-open", f"[ -e {again} ] || {{ touch {again}; exit 4; }}; sleep 0.4; exit 3")
    with open_reader(make_home(tmp_path, article_json(1)), 1, env=desk.env()) as terminal:
        for code in (4, 3):
            terminal.write("o")
            terminal.wait_for(f"Not opened: xdg-open exited with code {code}")
        assert terminal.shows(unread_row("Title 1"))


def test_a_browser_that_keeps_running(tmp_path: Path, desk: FakeDesktop) -> None:
    """Case 72: keys work while it runs, and it outlives the reader."""
    stop = tmp_path / "stop"
    desk.install(
        "xdg-open", f"until [ -e {stop} ]; do sleep 0.1; done; echo over >> {tmp_path}/over"
    )
    with open_reader(make_home(tmp_path, article_json(1)), 1, env=desk.env()) as terminal:
        terminal.write("om")
        terminal.wait_for(read_row("Title 1"))
        terminal.wait_for("Opened with xdg-open")
        terminal.write("q")
        assert_clean_exit(terminal, 0)
        assert not (tmp_path / "over").exists()
        stop.touch()
        terminal.wait_until((tmp_path / "over").exists)


def test_a_text_browser(tmp_path: Path, desk: FakeDesktop) -> None:
    """Case 71: it gets the terminal; afterwards the screen is redrawn and its keys are dropped."""
    desk.install("w3m", "echo reading in w3m; read x; sleep 0.1")
    env = desk.env(BROWSER="w3m")
    with open_reader(make_home(tmp_path, article_json(1), article_json(2)), 2, env=env) as terminal:
        terminal.write("o")
        terminal.wait_for("reading in w3m")
        assert terminal.changed_modes() == set()
        terminal.raw = b""
        terminal.write("\njjq")
        terminal.wait_for("Opened with w3m")
        terminal.wait_for(re.compile("^>●. Title 2", re.MULTILINE))
        assert 1049 in terminal.changed_modes()
        terminal.write("q")
        assert terminal.wait_exit() == 0
    assert desk.calls == ["w3m 1 https://news.example/2"]


HOSTILE = {
    "file:///etc/passwd": "Not opened: only http and https links",
    "javascript:alert(1)": "Not opened: only http and https links",
    "data:text/html,x": "Not opened: only http and https links",
    "--version": "Not opened: only http and https links",
    "https://": "Not opened: the link",
}


def test_rejected_urls(tmp_path: Path, desk: FakeDesktop) -> None:
    """Cases 66, 67: rejected with the reason, or not imported at all; nothing is run."""
    desk.install("xdg-open")
    articles = [article_json(n, url=url) for n, url in enumerate(HOSTILE, 1)]
    with open_reader(make_home(tmp_path, *articles), len(articles), env=desk.env()) as terminal:
        for number, output in reversed(list(enumerate(HOSTILE.values(), 1))):
            terminal.wait_for(re.compile(f"^>.. Title {number} ", re.MULTILINE))
            terminal.write("o")
            terminal.wait_for(re.compile(f"^! {output}|^ This article has no URL", re.MULTILINE))
            terminal.write("j")
    assert desk.calls == []


def test_no_browser(tmp_path: Path) -> None:
    """Case 70: no display, no browser: the URL is shown."""
    env = {"PATH": "/nowhere"}
    with open_reader(make_home(tmp_path, article_json(1)), 1, env=env) as terminal:
        terminal.write("o")
        terminal.wait_for(URL)
        terminal.wait_for(SENT)
        assert copied(terminal) == [URL]


def test_in_tmux(tmp_path: Path, tmux: list[str]) -> None:
    """Cases 45, 47, 78: tmux gets the URL and passes it on; its replies are not taken for keys."""
    make_home(
        tmp_path,
        article_json(1),
        article_json(2, title="\x1b[c\x1b[5n\x1b[6n\x1b]52;c;eA==\x07Two"),
    )
    inside = [*tmux, "new-session", sys.executable, "-m", "tui"]
    with Terminal(inside, tmp_path, size=(100, 30), env=SSH) as terminal:
        terminal.wait_for(position_in(2))
        terminal.wait_for(re.compile("^>●. Two", re.MULTILINE))
        terminal.write("jy")
        terminal.wait_for(re.compile(f"^ {SENT}", re.MULTILINE))
        terminal.wait_for(re.compile("^>●. Title 1", re.MULTILINE))
        buffers = [*tmux, "show-buffer"]
        env = environment(tmp_path, {})
        result = subprocess.run(buffers, capture_output=True, env=env, check=True)
        assert result.stdout.decode() == URL
        terminal.wait_until(lambda: copied(terminal))
        assert copied(terminal) == [URL]
        terminal.write("q")
        assert terminal.wait_exit() == 0
