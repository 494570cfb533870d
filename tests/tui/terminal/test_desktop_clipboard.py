"""The desktop's clipboard, by pyperclip in a child process: with made-up tools, and with real ones."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.environment import make_program, read_log
from tests.support.terminal import is_running
from tui.terminal import desktop_clipboard
from tui.terminal.desktop_clipboard import DesktopCopy, copy_to_desktop, find_desktop_mechanism

KEEP = 'case "$*" in *-o*) cat "$LOG.kept" ;; *) cat > "$LOG.kept" ;; esac'
HARD_TEXT = "héllo 日本 🦀\n  second 'line' \"$(id)\" \\ \n\tend"

PATIENCE = 60
"""Seconds for a clipboard to answer on a busy machine."""


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for the clipboard, however busy the machine is."""
    monkeypatch.setattr(desktop_clipboard, "DESKTOP_TIMEOUT", PATIENCE)
    set_in_child(monkeypatch, "MAX_SECONDS", PATIENCE)


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the only folder for programs, on a desktop with X11."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    return folder


def set_in_child(monkeypatch: pytest.MonkeyPatch, name: str, value: int) -> None:
    """Set a constant of the process that copies."""
    script = f"import tui.terminal.pyperclip_process as process; process.{name} = {value}\n"
    monkeypatch.setattr(desktop_clipboard, "SCRIPT", script + desktop_clipboard.SCRIPT)


def install(folder: Path, name: str, script: str) -> None:
    make_program(folder, name, f"PATH=/usr/bin:/bin\n{script}")


DISPLAY_PROBLEM = "Error: Can't open display: :0"
NOT_KEPT = "did not keep the text"


@pytest.mark.parametrize(
    ("script", "state", "problem"),
    [
        (KEEP, "copied", ""),
        (f"echo warning >&2; {KEEP}", "copied", ""),
        (f"echo warning >&2; {KEEP}; exit 3", "copied", ""),
        (f'echo "{DISPLAY_PROBLEM}" >&2; exit 1', "failed", DISPLAY_PROBLEM),
        (f'printf "first\\n{DISPLAY_PROBLEM}\\n\\n" >&2; exit 1', "failed", DISPLAY_PROBLEM),
        ('printf "\\033[2Ja\\033]0;b\\007" >&2; exit 1', "failed", "a"),
        ('echo "to standard output"; cat > /dev/null', "failed", "to standard output"),
        ("exit 1", "failed", NOT_KEPT),
        ("kill -9 $$", "failed", NOT_KEPT),
        ("cat > /dev/null", "failed", NOT_KEPT),
        ('case "$*" in *-o*) echo before ;; *) cat > /dev/null ;; esac', "failed", NOT_KEPT),
        ('case "$*" in *-o*) cat "$LOG.kept"; echo ;; *) cat > "$LOG.kept" ;; esac', "failed", NOT_KEPT),
        ('case "$*" in *-o*) printf "\\377" ;; *) cat > /dev/null ;; esac', "failed", NOT_KEPT),
    ],
)  # fmt: skip
def test_tools(
    tools: Path,
    capfd: pytest.CaptureFixture[str],
    script: str,
    state: str,
    problem: str,
) -> None:
    """Cases 73, 75: only a text that can be pasted is copied; the tool's last line is the reason."""
    install(tools, "xclip", script)
    result = copy_to_desktop(HARD_TEXT)
    assert (result.state, result.mechanism) == (state, "xclip")
    if state == "failed":
        assert result.problem == problem
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("length", [10, 5_000])
def test_a_text_that_is_gone_once_it_was_pasted(tools: Path, length: int) -> None:
    """It is there again for the next paste: xsel may end with the one that shows that it was kept."""
    forget = f"{KEEP}; [ $(wc -c < $LOG.kept) -lt 4000 ] || case $* in *-o*) rm $LOG.kept ;; esac"
    install(tools, "xsel", forget)
    text = "x" * length
    assert copy_to_desktop(text) == DesktopCopy("copied", "xsel")
    assert next(tools.parent.rglob("*.kept")).read_text() == text


@pytest.mark.parametrize(
    "script",
    [
        "sleep 60",
        f'case "$*" in *-o*) sleep 60 ;; esac; {KEEP}',
        "trap '' TERM INT HUP; sleep 60",
        "yes >&2",
        "yes",
        'case "$*" in *-o*) yes ;; *) cat > /dev/null ;; esac',
    ],
)
def test_tools_that_do_not_end(tools: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Case 75: they are killed with all they have started, and what they print stays within bounds."""
    monkeypatch.setattr(desktop_clipboard, "DESKTOP_TIMEOUT", 1.0)
    install(tools, "xclip", f'echo $$ >> "$LOG"; {script}')
    assert copy_to_desktop("text") == DesktopCopy("failed", problem="did not answer")
    deadline = time.monotonic() + PATIENCE
    while any(is_running(int(started)) for started in read_log(tools).split()):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_tool_that_needs_a_moment(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pasting is tried again: xsel ends before its other half has the clipboard."""
    set_in_child(monkeypatch, "PASTE_SECONDS", PATIENCE)
    keep_later = 'cat > "$LOG.in"; (sleep 0.2; mv "$LOG.in" "$LOG.kept") > /dev/null 2>&1 &'
    install(tools, "xsel", f'case "$*" in *-o*) cat "$LOG.kept" ;; *) {keep_later} ;; esac')
    (tools / "log.kept").write_text("older text")
    assert copy_to_desktop("text") == DesktopCopy("copied", "xsel")


def test_a_tool_that_stays(tools: Path) -> None:
    """What offers the text keeps our output open, and is neither waited for nor killed."""
    install(tools, "xclip", f'{KEEP}; case "$*" in *-o*) ;; *) sleep 60 & echo $! > "$LOG" ;; esac')
    assert copy_to_desktop("text") == DesktopCopy("copied", "xclip")
    os.kill(int(read_log(tools)), signal.SIGKILL)


def test_a_tool_that_is_no_program(tools: Path) -> None:
    (tools / "xclip").write_bytes(b"\x7fELF nothing else")
    (tools / "xclip").chmod(0o700)
    assert copy_to_desktop("text") == DesktopCopy("failed", "xclip", "Exec format error")


@pytest.mark.parametrize(
    ("variables", "programs", "mechanism"),
    [
        ({}, (), ""),
        ({}, ("xclip", "xsel"), "xclip"),
        ({}, ("xsel",), "xsel"),
        ({}, ("klipper", "qdbus"), "klipper"),
        ({"WAYLAND_DISPLAY": "w"}, ("wl-copy", "wl-paste", "xclip"), "wl-copy"),
        ({"WAYLAND_DISPLAY": "w", "DISPLAY": ""}, ("xclip",), ""),
    ],
)
def test_mechanisms(
    tools: Path,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    programs: tuple[str, ...],
    mechanism: str,
) -> None:
    """What `newstui doctor` names is what copies, and it is found without running it."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    for program in programs:
        install(tools, program, 'echo ran >> "$LOG"')
    assert find_desktop_mechanism() == mechanism
    assert read_log(tools) == ""
    result = copy_to_desktop("text")
    assert result.state == ("failed" if mechanism else "missing")
    if mechanism:
        assert result.mechanism == mechanism


def test_under_wsl_nothing_is_pasted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Pasting starts PowerShell there, which takes seconds: without it, nothing is proved."""
    fake = (
        "import pathlib, pyperclip\n"
        f"def copy_wsl(text): pathlib.Path({str(tmp_path / 'kept')!r}).write_text(text)\n"
        "def paste_wsl(): raise SystemExit('pasted')\n"
        "pyperclip.determine_clipboard = lambda: (copy_wsl, paste_wsl)\n"
    )
    monkeypatch.setattr(desktop_clipboard, "SCRIPT", fake + desktop_clipboard.SCRIPT)
    assert copy_to_desktop("text") == DesktopCopy("passed", "clip.exe")
    assert (tmp_path / "kept").read_text() == "text"


@pytest.mark.parametrize("name", ["pyperclip", "json", "tui", "PyQt5", "qtpy", "sitecustomize"])
def test_modules_of_others_are_not_run(
    tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """None from the working directory, and no toolkit, whose clipboard would end with the process."""
    where = tmp_path / "downloads"
    where.mkdir()
    (where / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    monkeypatch.chdir(where)
    monkeypatch.syspath_prepend(where)  # as `python -m tui` does
    install(tools, "klipper", "exit 1")
    assert copy_to_desktop("text").state == "missing"
    assert not (tmp_path / "ran").exists()


def test_a_working_directory_that_is_gone(
    tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tools, "xclip", KEEP)
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert copy_to_desktop("text").state == "copied"


# -- real programs -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tool", "paste"), [("xclip", ("-o", "-selection", "c")), ("xsel", ("-o", "-b"))]
)
@pytest.mark.parametrize(
    "text", ["x", HARD_TEXT, "日本" * 1_000_000], ids=["short", "hard", "long"]
)
def test_real_tools(
    tools: Path,
    monkeypatch: pytest.MonkeyPatch,
    x_display: str,
    tool: str,
    paste: tuple[str, ...],
    text: str,
) -> None:
    """Case 75: what another program pastes is what was copied, after the child process has ended."""
    program = shutil.which(tool, path=os.defpath)
    if program is None:
        pytest.skip(f"{tool} is not installed")
    (tools / tool).symlink_to(program)
    monkeypatch.setenv("DISPLAY", x_display)
    set_in_child(monkeypatch, "PASTE_SECONDS", PATIENCE)
    assert copy_to_desktop(text) == DesktopCopy("copied", tool)
    deadline = time.monotonic() + PATIENCE
    pasted = None
    # xsel answers a paste that follows another one at once with nothing or fails, now and then.
    while pasted != text and time.monotonic() < deadline:
        run = subprocess.run([program, *paste], capture_output=True, check=False, timeout=PATIENCE)
        pasted = run.stdout.decode()
        time.sleep(0.1)
    assert pasted == text


def test_a_display_that_is_not_there(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = shutil.which("xclip", path=os.defpath)
    if program is None:
        pytest.skip("xclip is not installed")
    (tools / "xclip").symlink_to(program)
    monkeypatch.setenv("DISPLAY", ":4999")
    assert copy_to_desktop("text") == DesktopCopy(
        "failed", "xclip", "Error: Can't open display: :4999"
    )
