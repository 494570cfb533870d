"""Two folders and a database, changed and exchanged at random: in the end all three agree.

Some exchanges are interrupted, some folders are opened anew, and some categories are shared.

`python -m tests.faults.exchanges --rounds 20`
"""

from __future__ import annotations

import argparse
import random
import sys
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from store.library.protocol import Library
from store.library.sync import SyncMarks, sync_libraries
from store.postgres.library import PostgresLibrary
from store.search.list_query import ListQuery
from tests.support.closing import close_libraries, keep_open
from tests.support.libraries import (
    FakeClock,
    add,
    article_id,
    articles,
    list_rows,
    load,
    open_folder_library,
)
from tests.support.postgres_server import PostgresServer, find_programs, run_postgres
from tests.support.steps import run_steps

STEPS = 120
NUMBERS = range(1, 30)
"""The articles; some events are about articles that a library does not have yet."""
SERVER, FOLDERS = "server", ("lap", "desk")
PLAIN_EVENTS = ("read", "unread", "starred", "unstarred", "opened", "deleted", "restored")
EVENTS_WITH_DATA = ("tagged", "untagged", "position", "edited")


@dataclass
class Exchanges:
    """One round."""

    folder: Path
    url: str
    chance: random.Random
    clock: FakeClock = field(default_factory=FakeClock)
    libraries: dict[str, Library] = field(default_factory=dict)
    marks: dict[tuple[str, str], SyncMarks] = field(default_factory=dict)

    def run(self) -> bool:
        """Return True if all libraries are the same in the end."""
        for name in FOLDERS:
            self.open_folder(name)
        self.server = PostgresLibrary(self.url, self.folder / "cache", "tablet", self.clock)
        self.libraries[SERVER] = self.server
        keep_open(self.server)
        for number in range(STEPS):
            self.step(number)
        for name in (*FOLDERS, *FOLDERS):
            self.exchange(name, SERVER)
        self.server.refresh()
        first, *others = map(describe, self.libraries.values())
        return all(each == first for each in others)

    def open_folder(self, name: str) -> None:
        """Open a library in a folder as a new process would."""
        cache = self.folder / f"{name}-cache"
        library = open_folder_library(self.folder / name, cache, name, self.clock)
        self.libraries[name] = load(library)

    def step(self, number: int) -> None:
        """Do one thing to one library, or exchange two."""
        name = self.chance.choice(list(self.libraries))
        action = self.chance.random()
        if action < 0.1:
            add(self.libraries[name], articles(self.chance.sample(NUMBERS, 3)))
        elif action < 0.55:
            self.record(self.libraries[name], number)
        elif action < 0.7:
            self.libraries[name].undo()
        elif action < 0.75 and name != SERVER:
            self.libraries[name].close()
            self.open_folder(name)
        elif action < 0.8 and name == SERVER:
            self.server.share(self.chance.choice(["world", "culture"]), "bob", may_write=False)
        else:
            one = self.chance.choice(FOLDERS)
            other = self.chance.choice([SERVER, *(each for each in FOLDERS if each != one)])
            self.exchange(one, other, self.chance.choice([None, None, self.chance.randrange(6)]))

    def record(self, library: Library, number: int) -> None:
        """Record an event about a few articles."""
        kind = self.chance.choice((*PLAIN_EVENTS, *EVENTS_WITH_DATA))
        data: dict[str, Any] = {}
        if kind == "position":
            data = {"position": self.chance.randrange(9)}
        elif kind == "edited":
            data = {"to": {"title": f"Edit {number}"}}
        elif kind in EVENTS_WITH_DATA:
            data = {"tag": self.chance.choice("AB")}
        count = self.chance.choice([1, 1, 1, 2, 5])
        library.record(kind, [article_id(n) for n in self.chance.sample(NUMBERS, count)], **data)

    def exchange(self, one: str, other: str, limit: int | None = None) -> None:
        """Exchange two libraries; after `limit` steps it is interrupted."""
        before = self.marks.get((one, other), SyncMarks())
        steps = sync_libraries(self.libraries[one], self.libraries[other], before)
        if limit is not None:
            for _ in islice(steps, limit):
                pass
            steps.close()
            return
        self.marks[one, other] = run_steps(steps).marks


def describe(library: Library) -> object:
    """Return all that a reader sees, but when an article was added and what only this process hashes."""
    rows = [row._replace(item_key=0, added_at=0) for row in list_rows(library, ListQuery())]
    entries = [library.get_article(row.id) for row in rows]
    return rows, [(each.article.tags, each.reading, each.body.text) for each in entries]


def run_round(server: PostgresServer, seed: int) -> bool:
    """Run a round in a database of its own."""
    database = server.create_database()
    with TemporaryDirectory() as folder:
        url = server.url(database, "ann")
        is_same = Exchanges(Path(folder), url, random.Random(seed)).run()
        close_libraries()
    server.drop_database(database)
    return is_same


def main() -> int:
    """Run the rounds, and print the seeds of those that failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0, help="of the first round")
    options = parser.parse_args()
    if (programs := find_programs()) is None:
        parser.error("PostgreSQL is not installed")
    with run_postgres(programs) as server:
        for role in ("ann", "bob"):
            server.create_role(role)
        seeds = range(options.seed, options.seed + options.rounds)
        failed = [seed for seed in seeds if not run_round(server, seed)]
    sys.stdout.write(f"{options.rounds} rounds, {len(failed)} failed {failed or ''}\n")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
