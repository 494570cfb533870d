"""The environment of commands: usage errors, folders, locale, pipes and other processes."""

from __future__ import annotations

import fcntl
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

import store.system.files
from tests.support.codebase import ROOT
from tests.support.environment import environment
from tests.support.terminal import Terminal
from tests.tui.cli.conftest import XDG, Run, article_json, contents, library_folder, write_json
from tui import __version__
from tui.cli.parser import build_parser

COMMAND = [sys.executable, "-m", "tui"]
HOLD = """
import fcntl, os, sys
with open(sys.argv[1], "a+") as file:
    fcntl.flock(file, fcntl.LOCK_EX)
    if sys.argv[1].endswith(".lock"):
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
    print("held", flush=True)
    sys.stdin.read()
"""


def process(
    home: Path,
    *arguments: str | Path | bytes,
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run newstui in a process; empty variables are removed from its environment."""
    return subprocess.run(
        [*COMMAND, *arguments],
        input=stdin,
        capture_output=True,
        env=environment(home, {"NEWSTUI_MACHINE": "desk", **(env or {})}),
        check=False,
        timeout=60,
    )


# -- usage errors -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("nothing",),
        ("import",),
        ("show",),
        ("mark", "1"),
        ("mark", "1", "--read", "--unread"),
        ("mark", "1", "--star", "--unstar"),
        ("edit", "1"),
        ("list", "--sort", "colour"),
        ("list", "--limit", "0"),
        ("list", "--limit", "many"),
        ("list", "--unread", "--starred"),
        ("list", "--nothing"),
        ("--library",),
    ],
)
def test_usage_errors_exit_with_2(arguments: tuple[str, ...], run: Run, home: Path) -> None:
    result = run(*arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("usage: newstui")
    assert "_" not in result.err.splitlines()[-1]
    assert list(home.iterdir()) == []


def test_version_and_help(run: Run, home: Path) -> None:
    assert run("--version").out == f"newstui {__version__}\n"
    result = run("--help")
    assert result.code == 0
    assert "exit codes:\n  0    success\n" in result.out
    assert "`reset`" in result.out
    assert list(home.iterdir()) == []


def test_help_of_each_command(run: Run) -> None:
    for name in ("import", "list", "show", "similar", "edit", "mark", "keys", "doctor"):
        assert run(name, "--help").out.startswith(f"usage: newstui {name} ")
        assert name in build_parser().format_help()


def test_the_reader_needs_a_terminal(home: Path) -> None:
    """Cases 121 and 122: one line, exit code 2, and no file is created."""
    result = process(home)
    assert (result.returncode, result.stdout) == (2, b"")
    assert result.stderr == b"newstui: stdin is not a terminal; newstui --plain works here\n"
    assert list(home.iterdir()) == []


def test_commands_need_no_terminal(home: Path) -> None:
    """Cases 121 and 122: commands work without a terminal and with any TERM."""
    write_json(home / "one.jsonl", article_json(1))
    assert process(home, "import", home / "one.jsonl", env={"TERM": "dumb"}).returncode == 0
    result = process(home, "list", env={"TERM": ""})
    assert (result.returncode, len(result.stdout.splitlines()), result.stderr) == (0, 1, b"")


# -- folders -------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [True, False])
def test_another_library(before: bool, run: Run, home: Path, tmp_path: Path) -> None:
    other, file = tmp_path / "other", write_json(tmp_path / "one.jsonl", article_json(1))
    option = ("--library", other)
    assert run(*((*option, "import", file) if before else ("import", file, *option))).code == 0
    assert len(run(*((*option, "list") if before else ("list", *option))).lines) == 1
    assert run("list").lines == []
    assert contents(library_folder(home)) == {}
    assert {path.name for path in other.iterdir()} == {"articles", "texts", "journal"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("list",),
        ("list", "words"),
        ("show", "00000001"),
        ("read", "00000001"),
        ("search", "words"),
        ("similar", "00000001"),
        ("mark", "00000001", "--read"),
        ("edit", "00000001", "--title", "New"),
        ("export", "--to", "json"),
        ("delete", "00000001"),
        ("undo",),
        ("open", "00000001"),
        ("tags",),
        ("searches", "--save", "x", "words"),
        ("feeds",),
        ("feeds", "--remove", "news"),
        ("fetch",),
        ("stats",),
        ("compact",),
        ("backup", "copy.zip"),
        ("backup", "--auto"),
        ("doctor",),
        ("doctor", "--repair"),
    ],
)
@pytest.mark.parametrize("folder", ["typo", "a/b/typo", "empty", "other"])
@pytest.mark.parametrize("before", [True, False])
def test_no_library(
    arguments: tuple[str, ...], folder: str, before: bool, run: Run, home: Path, tmp_path: Path
) -> None:
    """A slip in the name creates nothing, nor does the name of a folder of something else."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other/notes.txt").write_text("something else")
    there = set(tmp_path.rglob("*"))
    option = ("--library", tmp_path / folder)
    result = run(*((*option, *arguments) if before else (*arguments, *option)))
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"newstui: no library in {tmp_path / folder} (--library); `newstui import` and `newstui add` start one\n"
    )
    assert set(tmp_path.rglob("*")) == there


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "story.txt"),
        ("add", "none"),
        ("feeds", "--import", "subs.opml"),
        ("move-in", "newsboat", "urls"),
    ],
)
def test_a_new_library_is_named(arguments: tuple[str, ...], run: Run, tmp_path: Path) -> None:
    """A slip in the name is noticed, once; a job that wants no messages gets none."""
    (tmp_path / "story.txt").write_text("The ferry is late.")
    (tmp_path / "subs.opml").write_text('<opml version="2.0"><body/></opml>')
    (tmp_path / "urls").write_text("https://n.example/f\n")
    names = [tmp_path / each if (tmp_path / each).exists() else each for each in arguments]
    message = f"newstui: starting a library in {tmp_path}/typo (--library)\n"
    assert run("--library", tmp_path / "typo", *names).err.startswith(message)
    run("--library", tmp_path / "typo", "import", tmp_path / "story.txt")
    again = run("--library", tmp_path / "typo", *names)
    quiet = run("--quiet", "--library", tmp_path / "quiet", "import", tmp_path / "story.txt")
    assert "starting" not in again.err
    assert quiet.err == ""
    assert "starting" not in run("import", tmp_path / "story.txt").err


def test_a_file_is_no_library(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place in (tmp_path / "file", tmp_path / "file/below"):
        result = run("--library", place, "list")
        assert (result.code, result.out) == (2, "")
        assert result.err.startswith(f"newstui: no library in {place} (--library); ")


@pytest.mark.parametrize(
    "arguments", [("help",), ("keys",), ("schema",), ("settings",), ("themes",)]
)
def test_commands_without_a_library(arguments: tuple[str, ...], run: Run, tmp_path: Path) -> None:
    assert run("--library", tmp_path / "typo", *arguments).code == 0
    assert not (tmp_path / "typo").exists()


def test_import_subscriptions_into_a_new_library(run: Run, tmp_path: Path) -> None:
    opml = tmp_path / "subs.opml"
    opml.write_text(
        '<opml version="2.0"><body><outline text="N" xmlUrl="https://n.example/f"/></body></opml>'
    )
    assert run("--library", tmp_path / "new", "feeds", "--import", opml).code == 0
    assert "https://n.example/f" in run("feeds", "--json", "--library", tmp_path / "new").out


def test_files_are_private(run: Run, home: Path, tmp_path: Path) -> None:
    """Case 31: folders 0700, files 0600, under any umask."""
    old = os.umask(0)
    try:
        run("import", write_json(tmp_path / "one.jsonl", article_json(1)))
        run("mark", "00000001", "--read")
    finally:
        os.umask(old)
    paths = [home / ".local", *(home / ".local").rglob("*")]
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in paths}
    assert modes == {path.name: 0o700 if path.is_dir() else 0o600 for path in paths}
    assert "desk-0001.json" in modes


@pytest.mark.parametrize("command", [("list",), ("doctor",), ("import", "x.md")])
def test_home_folder_that_cannot_be_created(
    command: tuple[str, ...], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 29: one line with path and reason, exit code 1."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    result = run(*command)
    assert result.code == 1
    output = result.out if command == ("doctor",) else result.err
    (line,) = [line for line in output.splitlines() if "cannot create" in line]
    assert f"cannot create {tmp_path}/file/.local/share/newstui/articles: " in line
    assert len(result.err.splitlines()) == (0 if command == ("doctor",) else 1)


def test_the_reader_needs_its_library_folder(home: Path) -> None:
    """Case 29: one line on the restored terminal, exit code 1."""
    with Terminal(COMMAND, home, env={"XDG_DATA_HOME": "/dev/null/data"}) as terminal:
        assert terminal.wait_exit() == 1
        shown = "".join(terminal.screen()).strip()
        raw = terminal.raw
    assert shown.startswith("newstui: cannot create /dev/null/data/newstui/articles: ")
    assert raw.rfind(b"\x1b[?1049h") < raw.rfind(b"newstui: ")


def test_no_home_folder(
    run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 29: HOME is unset and the system knows no home: one line, and no file is created."""

    def fail(uid: int) -> None:
        raise KeyError(uid)

    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", fail)
    monkeypatch.chdir(tmp_path)
    result = run("list")
    assert (result.code, result.out) == (1, "")
    assert result.err == "newstui: there is no home folder: HOME is not set\n"
    assert list(tmp_path.iterdir()) == [home]


def test_a_relative_data_folder_is_ignored(
    run: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 30: as the XDG base directory specification requires."""
    monkeypatch.chdir(tmp_path)
    for value in ("data", ""):
        monkeypatch.setenv("XDG_DATA_HOME", value)
        found = run("doctor", "--json").value["facts"]
        assert found["library"] == str(library_folder(home))
    assert not (tmp_path / "data").exists()


# -- locale and pipes ----------------------------------------------------------------------


def test_a_locale_that_is_not_utf_8(home: Path) -> None:
    """Case 123: the output is UTF-8, never `?` or an escape."""
    write_json(home / "one.jsonl", article_json(1, title="日本 – “Zürich”"))
    env = {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    posix, c = env | {"LC_ALL": "POSIX"}, env | {"LC_ALL": "", "LANG": "C"}
    assert process(home, "import", home / "one.jsonl", env=posix).returncode == 0
    result = process(home, "list", env=c)
    assert (result.returncode, result.stderr) == (0, b"")
    assert result.stdout.decode().endswith("\t日本 – “Zürich”\n")
    assert "日本 – “Zürich”" in process(home, "show", "00000001", env=posix).stdout.decode()


def test_a_closed_pipe_ends_a_command_quietly(home: Path, run: Run) -> None:
    """Case 57: `newstui list | head -1` prints one line and no error."""
    many = (article_json(n, date="2024-01-01") for n in range(1, 3001))
    assert run("import", write_json(home / "many.jsonl", *many)).code == 0
    for command in ("list", "list --json"):
        result = subprocess.run(
            ["/bin/sh", "-c", f'"$0" -m tui {command} | head -1', sys.executable],
            capture_output=True,
            env=environment(home, dict.fromkeys(XDG, "") | {"NEWSTUI_MACHINE": "desk"}),
            check=True,
        )
        assert len(result.stdout.splitlines()) == 1
        assert result.stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_output_that_cannot_be_written(home: Path) -> None:
    """Case 4: the failure is reported, and the exit code is 1."""
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run(
            [*COMMAND, "keys"],
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment(home, {}),
            check=False,
        )
    assert result.returncode == 1
    assert result.stderr == b"newstui: cannot write the output: No space left on device\n"


# -- other processes -----------------------------------------------------------------------


@pytest.mark.parametrize("what", ["articles/.desk.lock", "journal/desk.jsonl"])
def test_a_library_in_use(
    what: str, run: Run, three: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 38: exit code 75, with the holder of the lock if known; nothing is changed."""
    run("mark", "00000001", "--star")
    before = contents(library_folder(home))
    monkeypatch.setattr(store.system.files, "LOCK_TIMEOUT", 0.0)
    more = write_json(three.parent / "more.jsonl", article_json(4))
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, library_folder(home) / what],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        result = (
            run("import", more) if what.endswith(".lock") else run("mark", "00000001", "--read")
        )
        who = f"pid {holder.pid}" if what.endswith(".lock") else "another process"
        holder.communicate()
    assert (result.code, result.out) == (75, "")
    assert result.err == f"newstui: library is in use by {who}\n"
    assert contents(library_folder(home)) == before
    assert run("import", more).code == 0


def test_a_stale_lock_is_ignored(run: Run, three: Path, home: Path) -> None:
    """Case 37: the kernel releases the lock of a killed process."""
    with (library_folder(home) / "articles/.desk.lock").open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write("12345\n")
    assert run("import", three).code == 0


def test_interrupted_import(home: Path) -> None:
    """Case 105: ctrl+c: exit code 130, no traceback, and the library is intact."""
    with subprocess.Popen(
        [*COMMAND, "import", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(home, {"NEWSTUI_MACHINE": "desk"}),
    ) as result:
        lock = home / "data/newstui/articles/.desk.lock"
        deadline = time.monotonic() + 60
        while not (lock.exists() and lock.read_bytes()) and time.monotonic() < deadline:
            time.sleep(0.01)
        result.send_signal(signal.SIGINT)
        out, err = result.communicate()
    assert (result.returncode, out, err) == (130, b"", b"")
    assert process(home, "list").returncode == 0


# -- as a process --------------------------------------------------------------------------


def test_commands_as_processes(home: Path) -> None:
    samples = ROOT / "sample_articles"
    result = process(home, "import", samples)
    assert (result.returncode, result.stdout) == (0, b"")
    result = process(home, "list", "dam", "--json", "--limit", "1")
    article = result.stdout.split(b'"')[3].decode()
    assert process(home, "mark", article[:13], "--read").returncode == 0
    assert process(home, "import", "-", stdin=b"# A title\n\nText.\n").returncode == 0
    text = process(home, "show", article).stdout.decode()
    assert "Read 1 time\n" in text
    assert process(home, "show", "zzz").returncode == 1


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
def test_doctor_closes_what_it_opened(run: Run, tmp_path: Path) -> None:
    """Case 130: a process that runs it again and again has its file descriptors left."""
    (tmp_path / "story.txt").write_text("The ferry is late.")
    library = tmp_path / "library"
    run("--library", library, "import", tmp_path / "story.txt")
    assert run("--library", library, "doctor").out
    targets = (os.readlink(each) for each in Path("/proc/self/fd").iterdir() if each.is_symlink())  # noqa: PTH115
    assert [each for each in targets if each.startswith(str(library))] == []
