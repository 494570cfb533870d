"""Kill a real reader at random moments while keys are typed: `python -m tests.faults.kills`.

Each key makes one mark, so an intact library has the first N of them: at least as many as the screen
showed or the journal had complete lines for, at most as many as were typed.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from store.library.folder import FolderLibrary
from store.search.list_query import ListQuery
from tests.support.environment import environment
from tests.support.reader_process import (
    NEWSTUI,
    article_json,
    make_home,
    open_library,
    open_reader,
)
from tests.support.terminal import Terminal

ARTICLES = 24
LAST_KEYS = 12
"""Keys typed at once before the kill."""
MAX_KEY_INTERVAL = 0.02
"""The longest time between keys, in seconds."""
MAX_KILL_DELAY = 0.08
"""The longest time from the last key to the kill, in seconds."""
JOURNAL = Path("data/newstui/journal/desk.jsonl")

Marks = list[tuple[str, str]]
"""Event and title, in the order they are made."""


@dataclass
class Report:
    """The result of the rounds."""

    rounds: int = 0
    typed: int = 0
    """Marks whose key was typed."""
    seen: int = 0
    """Marks on the screen or complete in the journal when the reader was killed."""
    kept: int = 0
    """Marks in the library afterwards."""
    losses: list[str] = field(default_factory=list)

    def summary(self) -> str:
        """Return the numbers as one line."""
        return (
            f"{self.rounds} rounds: {self.typed} marks typed, {self.seen} seen when the reader was"
            f" killed, {self.kept} kept; {len(self.losses)} losses"
        )


def make_script() -> tuple[str, Marks]:
    """Return the keys, and the marks they make."""
    titles = [f"Title {number}" for number in range(ARTICLES, 0, -1)]
    marks = [(event, title) for title in titles for event in ("read", "starred")]
    return "msj" * ARTICLES, marks


def type_and_kill(terminal: Terminal, chance: random.Random) -> int:
    """Type for a random time, kill the reader, and return the number of marks typed.

    The last keys are typed at once, so that the reader is busy with them when it is killed.
    """
    keys = make_script()[0]
    last = chance.randint(1, len(keys) - LAST_KEYS)
    for key in keys[:last]:
        terminal.write(key)
        terminal.read_for(chance.uniform(0, MAX_KEY_INTERVAL))
    terminal.write(keys[last : last + LAST_KEYS])
    terminal.read_for(chance.uniform(0, MAX_KILL_DELAY))
    terminal.signal(signal.SIGKILL)
    return len(keys[: last + LAST_KEYS].replace("j", ""))


def find_marks_on_screen(terminal: Terminal) -> set[tuple[str, str]]:
    """Return the marks shown in the list; a row that is not drawn yet shows none."""
    found = set()
    for line in terminal.screen():
        marks, title = line[:4], line[4:16].strip()
        if title.startswith("Title ") and title.removeprefix("Title ").isdigit():
            found |= {("read", title)} if marks[1] == " " else set()
            found |= {("starred", title)} if "★" in marks else set()
    return found


def count_journal_events(home: Path) -> int:
    """Return the number of complete events in the journal."""
    path = home / JOURNAL
    return max(0, path.read_bytes().count(b"\n") - 1) if path.exists() else 0


def list_marks(library: FolderLibrary) -> set[tuple[str, str]]:
    """Return the marks in the library."""
    rows = library.rows(ListQuery())
    read_ones = {("read", row.title) for row in rows if row.read}
    return read_ones | {("starred", row.title) for row in rows if row.starred}


def run_round(home: Path, chance: random.Random, report: Report) -> str:
    """Type, kill and check; return a problem, or an empty string."""
    with open_reader(home, ARTICLES) as terminal:
        typed = type_and_kill(terminal, chance)
        before = count_journal_events(home)
        terminal.wait_exit()
        shown = find_marks_on_screen(terminal)
    marks = make_script()[1]
    library = open_library(home)
    kept = list_marks(library)
    report.rounds += 1
    report.typed += typed
    report.seen += max(before, len(shown))
    report.kept += len(kept)
    if kept != set(marks[: len(kept)]) or len(kept) > typed:
        return f"{sorted(kept)} differs from the marks of {typed} keys"
    if not shown <= kept or before > len(kept):
        return f"{len(shown)} on the screen, {before} in the journal, {len(kept)} kept"
    is_torn = any("damaged lines" in problem for problem in library.problems)
    return check_doctor(home, is_torn=is_torn) or check_next_mark(library, home)


def check_doctor(home: Path, *, is_torn: bool) -> str:
    """Return the problems `newstui doctor` reports, apart from a torn line."""
    command = [*NEWSTUI, "doctor"]
    env = environment(home, {"NEWSTUI_MACHINE": "desk"})
    ran = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    problems = [line for line in ran.stdout.splitlines() if line.startswith("problem")]
    if ran.stderr or (problems if not is_torn else problems[1:]):
        return f"doctor: {problems} {ran.stderr}"
    return ""


def check_next_mark(library: FolderLibrary, home: Path) -> str:
    """Return a problem if the next change fails."""
    last = library.rows(ListQuery())[-1]
    library.record("tagged", [last.id], tag="later")
    entry = open_library(home).get_article(last.id)
    return "" if "later" in entry.article.tags else "the next change is missing"


def run(folder: Path, rounds: int, seed: int) -> Report:
    """Kill the reader `rounds` times.

    Args:
        folder: An empty folder to work in.
        rounds: The number of kills.
        seed: The seed of the random moments.
    """
    report, chance = Report(), random.Random(seed)
    plain = folder / "plain"
    plain.mkdir()
    make_home(plain, *map(article_json, range(1, ARTICLES + 1)))
    for number in range(1, rounds + 1):
        home = folder / f"round{number}"
        shutil.copytree(plain, home)
        if problem := run_round(home, chance, report):
            report.losses.append(f"round {number}: {problem}")
        shutil.rmtree(home)
    return report


def _print(stream: TextIO, *lines: str) -> None:
    stream.writelines(f"{line}\n" for line in lines)


def main() -> int:
    """Run everything and print the numbers; return 1 if anything was lost."""
    parser = argparse.ArgumentParser(description="Kill the reader at random moments.")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="newstui-kills-") as folder:
        report = run(Path(folder), options.rounds, options.seed)
    _print(sys.stdout, report.summary(), *report.losses)
    return 1 if report.losses else 0


if __name__ == "__main__":
    sys.exit(main())
