"""Kill a PostgreSQL server, or who marks on it, at random moments: `python -m tests.faults.server_kills`.

Two machines of one reader give articles tags and marks as fast as they can, and write down each change once
it is acknowledged. Whatever is killed, the library afterwards has every change that was acknowledged, none
that was not made, and numbers that agree with its events. Who was not killed goes on by itself.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TextIO

import psycopg

from store.model.errors import NewstuiError
from store.model.times import system_clock
from store.postgres.library import PostgresLibrary
from store.search.list_query import ListQuery
from tests.support.libraries import add, articles, ids, list_rows
from tests.support.postgres_server import SETTINGS, PostgresServer, find_programs, run_postgres

ARTICLES = ids(*range(1, 5))
DURABLE = {**SETTINGS, "synchronous_commit": "on", "fsync": "on"}
MACHINES = ("desk", "laptop")
VICTIMS = ("server", "connection", "desk")
MIN_CHANGES = 3
"""Changes that each machine makes before and after the kill."""
MAX_DELAY = 0.1
"""The longest time from these changes to the kill, in seconds."""
PROGRESS_TIMEOUT, POLL_INTERVAL = 120.0, 0.01


class Stuck(Exception):
    """A machine makes no more changes."""


@dataclass
class Report:
    """The result of the rounds."""

    rounds: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    failed: int = 0
    """Changes that were made although they were not acknowledged: the answer was lost."""
    losses: list[str] = field(default_factory=list)

    def summary(self) -> str:
        """Return the numbers as one line."""
        kills = ", ".join(f"{number} of the {victim}" for victim, number in self.kills.items())
        return (
            f"{self.rounds} rounds ({kills}): {self.acknowledged} changes acknowledged,"
            f" {self.failed} made without; {len(self.losses)} losses"
        )


# -- a machine -----------------------------------------------------------------------------


def open_library(url: str, machine: str, cache: Path) -> PostgresLibrary:
    """Open the library as a machine."""
    return PostgresLibrary(url, cache, machine, system_clock, environ={})


def make_changes(url: str, machine: str, log: Path) -> None:
    """Make changes until killed; log the number of each before it is made, and after."""
    with log.open("ab", buffering=0) as file:
        library = open_library(url, machine, log.parent)
        for number in count():
            article = ARTICLES[number % len(ARTICLES)]
            file.write(b"? %d\n" % number)
            try:
                library.record("tagged", [article], tag=f"{machine} {number}")
                library.record("read" if number // 2 % 2 else "unread", [article])
            except NewstuiError:
                time.sleep(POLL_INTERVAL)
                continue
            file.write(b"! %d\n" % number)


@dataclass
class Marker:
    """A process that makes changes, and its log."""

    machine: str
    log: Path
    process: subprocess.Popen[bytes]

    @classmethod
    def start(cls, url: str, machine: str, folder: Path) -> Marker:
        """Start a machine."""
        log = folder / machine
        command = [sys.executable, "-m", "tests.faults.server_kills", "--machine", machine]
        process = subprocess.Popen([*command, "--url", url, "--log", log])
        return cls(machine, log, process)

    def numbers(self, kind: str) -> list[int]:
        """Return the numbers of the changes that were tried (`?`), or acknowledged (`!`)."""
        if not self.log.exists():
            return []
        lines = self.log.read_text().split("\n")[:-1]
        return [int(line[2:]) for line in lines if line[0] == kind]

    def wait_for_changes(self, number: int = MIN_CHANGES) -> None:
        """Wait until it has made some more changes.

        Raises:
            Stuck: It makes none.
        """
        wanted, end = len(self.numbers("!")) + number, time.monotonic() + PROGRESS_TIMEOUT
        while len(self.numbers("!")) < wanted:
            if self.process.poll() is not None or time.monotonic() > end:
                raise Stuck(f"{self.machine} makes no more changes")
            time.sleep(POLL_INTERVAL)

    def kill(self) -> None:
        """Kill it, if it still runs."""
        self.process.kill()
        self.process.wait()


# -- rounds --------------------------------------------------------------------------------


def kill_victim(server: PostgresServer, database: str, victim: str, markers: list[Marker]) -> None:
    """Kill somebody, and start the server again."""
    if victim == "server":
        server.stop(signal.SIGQUIT)
        server.start()
    elif victim == "connection":
        with server.administer(database) as administrator:
            found = administrator.execute(
                "select pid from pg_stat_activity where datname = %s and pid <> pg_backend_pid()",
                [database],
            ).fetchall()
        os.kill(found[0][0], signal.SIGKILL)  # the server ends all others, and recovers
    else:
        markers.pop(0).kill()


def check_library(url: str, markers: Sequence[Marker], folder: Path, report: Report) -> str:
    """Return a problem with what the library has, or an empty string."""
    with closing(open_library(url, "check", folder)) as library:
        made = Counter(
            (event.data["tag"], event.articles[0])
            for batch in library.events({"tagged"})
            for event in batch
        )
        if twice := [tag for tag, number in made.items() if number > 1]:
            return f"made twice: {twice}"
        for marker in markers:
            numbers = {
                int(tag.rpartition(" ")[2]) for tag, _ in made if tag.startswith(marker.machine)
            }
            acknowledged, tried = set(marker.numbers("!")), set(marker.numbers("?"))
            if not acknowledged <= numbers <= tried:
                return (
                    f"{marker.machine}: lost {acknowledged - numbers}, not made {numbers - tried}"
                )
            report.acknowledged += len(acknowledged)
            report.failed += len(numbers - acknowledged)
        return check_numbers(
            library, {article: {t for t, a in made if a == article} for article in ARTICLES}
        )


def check_numbers(library: PostgresLibrary, tags: dict[str, set[str]]) -> str:
    """Return a problem if states or counts do not agree with the events."""
    for article, expected in tags.items():
        if set(library.get_article(article).article.tags) != expected:
            return f"{article} lacks tags that events gave it"
    kinds: dict[str, str] = {}
    events = [each for batch in library.events({"read", "unread"}) for each in batch]
    for event in sorted(events, key=lambda each: each.stamp):
        kinds[event.articles[0]] = event.kind
    rows = list_rows(library, ListQuery())
    if {row.id: row.read for row in rows} != {each: kinds.get(each) == "read" for each in ARTICLES}:
        return "marks differ from what the events add up to"
    unread = sum(not row.read for row in rows)
    counts = library.counts({"": ListQuery()})[""]
    return "" if counts == (len(rows), unread) else f"{counts} counted, {unread} unread"


def run_round(server: PostgresServer, folder: Path, chance: random.Random, report: Report) -> str:
    """Kill somebody while two machines make changes; return a problem, or an empty string."""
    database = server.create_database()
    url = server.url(database, server.create_reader())
    with closing(open_library(url, "desk", folder)) as library:
        add(library, articles(range(1, len(ARTICLES) + 1)))
    markers = [Marker.start(url, machine, folder) for machine in MACHINES]
    everybody, victim = list(markers), chance.choice(VICTIMS)
    try:
        for marker in markers:
            marker.wait_for_changes()
        time.sleep(chance.uniform(0, MAX_DELAY))
        kill_victim(server, database, victim, markers)
        for marker in markers:
            marker.wait_for_changes()
    except (Stuck, psycopg.Error) as error:
        return f"{victim} killed: {error}"
    finally:
        for marker in everybody:
            marker.kill()
    report.rounds += 1
    report.kills[victim] += 1
    problem = check_library(url, everybody, folder, report)
    server.drop_database(database)
    return f"{victim} killed: {problem}" if problem else ""


def run(programs: Path, rounds: int, seed: int) -> Report:
    """Kill somebody `rounds` times.

    Args:
        programs: The folder of the programs of PostgreSQL.
        rounds: The number of kills.
        seed: The seed of the random moments.
    """
    report, chance = Report(), random.Random(seed)
    with run_postgres(programs, settings=DURABLE) as server:
        for number in range(1, rounds + 1):
            with tempfile.TemporaryDirectory(prefix="newstui-kills-") as folder:
                if problem := run_round(server, Path(folder), chance, report):
                    report.losses.append(f"round {number}: {problem}")
    return report


def _print(stream: TextIO, *lines: str) -> None:
    stream.writelines(f"{line}\n" for line in lines)


def main() -> int:
    """Run everything and print the numbers; return 1 if anything was lost."""
    parser = argparse.ArgumentParser(description="Kill a server and its readers at random moments.")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--machine", help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--log", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.machine:
        make_changes(options.url, options.machine, options.log)
    programs = find_programs()
    if programs is None:
        _print(sys.stderr, "PostgreSQL is not installed")
        return 1
    report = run(programs, options.rounds, options.seed)
    _print(sys.stdout, report.summary(), *report.losses)
    return 1 if report.losses else 0


if __name__ == "__main__":
    sys.exit(main())
