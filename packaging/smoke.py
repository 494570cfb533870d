"""Try an installed newstui as a user does: `PYTHON packaging/smoke.py`, with the Python it is installed for.

Needs nothing but the standard library, so that it runs wherever the wheel does. Warnings are errors.
"""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

PROGRAM = Path(sys.prefix, "bin", "newstui")
SHARED_FILES = (
    "bash-completion/completions/newstui",
    "fish/vendor_completions.d/newstui.fish",
    "man/man1/newstui.1",
    "man/man5/newstui-settings.5",
    "zsh/site-functions/_newstui",
)
ARTICLE = "A harbour reopens\n\nThe ferry to Brae runs again.\n"
PAGE = "<html><title>Dam talks</title><body><p>Talks on the Sarn dam resume.</p></body></html>"
TIMEOUT = 60.0


def main() -> None:
    """Run every check; the first that fails ends the script with a traceback."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        env = {
            "HOME": folder,
            "PATH": os.environ.get("PATH", os.defpath),
            "TERM": "xterm-256color",
            "LC_ALL": "C.UTF-8",
            "PYTHONWARNINGS": "error",
        }

        def run(*arguments: str) -> str:
            done = subprocess.run(
                [PROGRAM, *arguments],
                env=env,
                cwd=home,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, (arguments, done.returncode, done.stdout, done.stderr)
            return done.stdout

        check_shared_files()
        check_commands(run, home)
        check_reader(env, home)
    print(f"newstui works with Python {sys.version.split()[0]}")


def check_shared_files() -> None:
    """Completion and manual pages are where shells and `man` look."""
    missing = [name for name in SHARED_FILES if not Path(sys.prefix, "share", name).is_file()]
    assert not missing, missing


def check_commands(run: Callable[..., str], home: Path) -> None:
    """Import, list, search, print, export and check a library."""
    (home / "harbour.txt").write_text(ARTICLE, encoding="utf-8")
    (home / "dam.html").write_text(PAGE, encoding="utf-8")
    assert run("--version").startswith("newstui ")
    run("import", "harbour.txt", "dam.html")
    assert len(run("list").splitlines()) == 2
    (found,) = run("search", "ferry", "--json").splitlines()
    assert "A harbour reopens" in found
    assert "ferry to Brae" in run("show", found.split('"id":"')[1][:8])
    run("export", "--to", "html", "-o", "news.html")
    run("export", "--to", "epub", "-o", "news.epub")
    run("stats")
    run("keys")
    run("settings", "--example")
    run("themes")
    run("completion", "bash")
    assert "no problems" in run("doctor")


def check_reader(env: Mapping[str, str], home: Path) -> None:
    """The reader shows its list, and ends with `q`."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(home)
        os.execve(PROGRAM, ["newstui"], {**env, "COLUMNS": "100", "LINES": "30"})
    shown = read_until(terminal, b"A harbour reopens")
    os.write(terminal, b"\x11")  # ctrl+q
    shown += read_until(terminal, None)
    _, status = os.waitpid(process, 0)
    assert os.waitstatus_to_exitcode(status) == 0, (status, shown[-2000:])


def read_until(terminal: int, wanted: bytes | None) -> bytes:
    """Read what a program draws until it has drawn something, or until it ends."""
    data, end = b"", time.monotonic() + TIMEOUT
    while wanted is None or wanted not in data:
        assert time.monotonic() < end, data[-2000:]
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                new = os.read(terminal, 65536)
            except OSError:  # how Linux reports the end
                new = b""
            if not new:
                assert wanted is None, data[-2000:]
                break
            data += new
    return data


if __name__ == "__main__":
    main()
