"""Kills a real reader at random moments while keys are typed: `python -m tests.faults.kills`.

Each key makes one mark, so a library that lost nothing has the first so many of them: at least as
many as the screen showed and as the journal had whole lines for, at most as many as were typed.
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
from store.model.times import system_clock
from store.search import ListQuery
from tests.support.environment import environment
from tests.support.libraries import load
from tests.support.reader_process import NEWSTUI, article_json, make_home, open_reader
from tests.support.terminal import Terminal

ARTICLES = 24
BURST = 12
"""Keys that are typed at once before the kill."""
SLOWEST = 0.02
"""Seconds from one key to the next, at most."""
LONGEST = 0.08
"""Seconds from the last key to the kill, at most."""
JOURNAL = Path("data/newstui/journal/desk.jsonl")

Marks = list[tuple[str, str]]
"""Event and title, in the order in which they are made."""


@dataclass
class Report:
    """What the rounds were like."""

    rounds: int = 0
    typed: int = 0
    """Marks for which a key was typed."""
    seen: int = 0
    """Marks that were on the screen or whole in the journal when the reader was killed."""
    kept: int = 0
    """Marks that were in the library afterwards."""
    losses: list[str] = field(default_factory=list)

    def line(self) -> str:
        """The numbers as they are printed."""
        return (
            f"{self.rounds} rounds: {self.typed} marks typed, {self.seen} seen when the reader was"
            f" killed, {self.kept} kept; {len(self.losses)} losses"
        )


def script() -> tuple[str, Marks]:
    """The keys, and the marks that they make."""
    titles = [f"Title {number}" for number in range(ARTICLES, 0, -1)]
    marks = [(event, title) for title in titles for event in ("read", "starred")]
    return "msj" * ARTICLES, marks


def type_and_kill(terminal: Terminal, chance: random.Random) -> int:
    """Type until the moment has come, then end the reader at once; how many marks were typed.

    The last keys come all at once, so that it is at work on them when it is killed.
    """
    keys = script()[0]
    last = chance.randint(1, len(keys) - BURST)
    for key in keys[:last]:
        terminal.write(key)
        terminal.read_for(chance.uniform(0, SLOWEST))
    terminal.write(keys[last : last + BURST])
    terminal.read_for(chance.uniform(0, LONGEST))
    terminal.signal(signal.SIGKILL)
    return len(keys[: last + BURST].replace("j", ""))


def on_screen(terminal: Terminal) -> set[tuple[str, str]]:
    """The marks that the list shows; a row that was not drawn yet shows none."""
    found = set()
    for line in terminal.screen():
        marks, title = line[:4], line[4:16].strip()
        if title.startswith("Title ") and title.removeprefix("Title ").isdigit():
            found |= {("read", title)} if marks[1] == " " else set()
            found |= {("starred", title)} if "★" in marks else set()
    return found


def whole_lines(home: Path) -> int:
    """How many events stand whole in the journal."""
    path = home / JOURNAL
    return max(0, path.read_bytes().count(b"\n") - 1) if path.exists() else 0


def in_library(library: FolderLibrary) -> set[tuple[str, str]]:
    """The marks that the library has."""
    rows = library.rows(ListQuery())
    read_ones = {("read", row.title) for row in rows if row.read}
    return read_ones | {("starred", row.title) for row in rows if row.starred}


def reopened(home: Path) -> FolderLibrary:
    """The library as the next process finds it."""
    library = FolderLibrary(home / "data/newstui", home / "cache/newstui", "desk", system_clock)
    load(library)
    return library


def one_round(home: Path, chance: random.Random, report: Report) -> str:
    """Read, type, kill and look; what is wrong, empty if nothing is."""
    with open_reader(home, ARTICLES) as terminal:
        typed = type_and_kill(terminal, chance)
        before = whole_lines(home)
        terminal.wait_exit()
        shown = on_screen(terminal)
    marks = script()[1]
    library = reopened(home)
    kept = in_library(library)
    report.rounds += 1
    report.typed += typed
    report.seen += max(before, len(shown))
    report.kept += len(kept)
    if kept != set(marks[: len(kept)]) or len(kept) > typed:
        return f"{sorted(kept)} is not what {typed} keys make"
    if not shown <= kept or before > len(kept):
        return f"{len(shown)} on the screen, {before} in the journal, {len(kept)} kept"
    torn = any("damaged lines" in problem for problem in library.problems)
    return doctored(home, torn=torn) or goes_on(library, home)


def doctored(home: Path, *, torn: bool) -> str:
    """What `newstui doctor` finds wrong but for a torn line."""
    command = [*NEWSTUI, "doctor"]
    env = environment(home, {"NEWSTUI_MACHINE": "desk"})
    ran = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    problems = [line for line in ran.stdout.splitlines() if line.startswith("problem")]
    if ran.stderr or (problems if not torn else problems[1:]):
        return f"doctor: {problems} {ran.stderr}"
    return ""


def goes_on(library: FolderLibrary, home: Path) -> str:
    """Whether the next mark works."""
    last = library.rows(ListQuery())[-1]
    library.record("tagged", [last.id], tag="later")
    entry = reopened(home).get_article(last.id)
    return "" if "later" in entry.article.tags else "the next mark is not there"


def run(folder: Path, rounds: int, seed: int) -> Report:
    """Kill the reader so many times.

    Args:
        folder: An empty folder to work in.
        rounds: How many times.
        seed: For the moments.
    """
    report, chance = Report(), random.Random(seed)
    plain = folder / "plain"
    plain.mkdir()
    make_home(plain, *map(article_json, range(1, ARTICLES + 1)))
    for number in range(1, rounds + 1):
        home = folder / f"round{number}"
        shutil.copytree(plain, home)
        if problem := one_round(home, chance, report):
            report.losses.append(f"round {number}: {problem}")
        shutil.rmtree(home)
    return report


def _say(stream: TextIO, *lines: str) -> None:
    stream.writelines(f"{line}\n" for line in lines)


def main() -> int:
    """Run it and print the numbers; 1 if anything was lost."""
    parser = argparse.ArgumentParser(description="Kill the reader at random moments.")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="newstui-kills-") as folder:
        report = run(Path(folder), options.rounds, options.seed)
    _say(sys.stdout, report.line(), *report.losses)
    return 1 if report.losses else 0


if __name__ == "__main__":
    sys.exit(main())
