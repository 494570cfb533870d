"""Libraries to test with: a fake clock, numbered articles, and machines that open a library."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from store.library.folder import FolderLibrary
from store.library.listing import iter_rows
from store.library.protocol import Library
from store.model.article import Article, ArticleRow, Body, ParsedArticle, ReadingStatus
from store.model.results import AddProgress
from store.model.times import Clock, format_timestamp, system_clock
from store.search.list_query import ListQuery
from tests.support.closing import close_libraries, keep_open

START = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)


def open_folder_library(
    folder: Path, cache: Path, machine: str = "desk", clock: Clock = system_clock
) -> FolderLibrary:
    """Open a library, which is closed when the test ends."""
    library = FolderLibrary(folder, cache, machine, clock)
    keep_open(library)
    return library


@contextmanager
def example_folder() -> Iterator[Path]:
    """Provide a folder for one example of a property test, and close the libraries in it."""
    with TemporaryDirectory() as folder:
        yield Path(folder)
        close_libraries()


@dataclass
class FakeClock:
    """A clock that advances by one tick per call and can be set."""

    now: datetime = START
    tick: timedelta = timedelta(seconds=1)

    def __call__(self) -> datetime:
        """Return the current time, in UTC."""
        self.now += self.tick
        return self.now


def article_id(number: int) -> str:
    """Return the id of article `number`; ids of numbers below 10,000 differ in the first 4 digits."""
    return f"{number:04x}0000-0000-4000-8000-000000000000"


def article(number: int, reading: ReadingStatus | None = None, **facts: Any) -> ParsedArticle:
    """Return article `number` as an importer yields it; the greater the number, the newer."""
    date = START - timedelta(days=1000 - number)
    plain = Article(
        id=article_id(number),
        title=f"Title {number}",
        category=("culture", "science", "world")[number % 3],
        url=f"https://example.org/{number}",
        date=format_timestamp(date),
        created=format_timestamp(date + timedelta(hours=1)),
        words=100 * number,
        source="import",
    )
    return ParsedArticle(
        replace(plain, **facts), Body(f"Text {number}."), reading or ReadingStatus()
    )


def articles(numbers: Iterable[int]) -> list[ParsedArticle]:
    """Return articles by number."""
    return [article(number) for number in numbers]


def ids(*numbers: int) -> list[str]:
    """Return ids by number."""
    return [article_id(number) for number in numbers]


def list_rows(library: Library, query: ListQuery) -> list[ArticleRow]:
    """Return all rows of a list."""
    return list(iter_rows(library.listing(query)))


def list_numbers(library: Library, **query: Any) -> list[int]:
    """Return the numbers of the listed articles, in list order."""
    return [int(row.id[:4], 16) for row in list_rows(library, ListQuery(**query))]


def add(library: Library, found: Iterable[ParsedArticle]) -> AddProgress:
    """Add articles and return the final counts."""
    last = AddProgress()
    for last in library.add(found):  # noqa: B007 - only the last one matters
        pass
    return last


def load(library: Library) -> Library:
    """Load the library and return it."""
    for _ in library.load():
        pass
    return library


def index(library: Library) -> Library:
    """Bring the index of the library up to date and return it."""
    for _ in library.update_index():
        pass
    return library


def undo(library: Library) -> tuple[str, tuple[str, ...]] | None:
    """Undo the last change and return its event kind and articles."""
    undone = library.undo()
    return (undone[0].event, undone[0].articles) if undone else None


def reading_status(library: Library, number: int = 1) -> ReadingStatus:
    """Return the reading status of article `number`."""
    return library.get_article(article_id(number)).reading


class Client(Protocol):
    """A machine that uses a library, whatever the engine of that is."""

    name: str
    clock: FakeClock

    @property
    def cache(self) -> Path:
        """The cache folder."""

    def open_unloaded(self) -> Library:
        """Open the library as a new process would, without loading it."""

    def open(self) -> Library:
        """Open and load the library as a new process would."""

    def beside(self, name: str, clock: FakeClock | None = None) -> Client:
        """Return another machine of the same reader that uses the same library."""


NewClient = Callable[[FakeClock], Client]
"""Makes a library with nothing in it, and returns a machine with that clock that uses it."""


@dataclass
class Machine:
    """A machine that uses a library in a folder: its name, its own folders and its clock."""

    home: Path
    name: str = "desk"
    clock: FakeClock = field(default_factory=FakeClock)

    @property
    def folder(self) -> Path:
        """The machine's copy of the library."""
        return self.home / "library"

    @property
    def cache(self) -> Path:
        """The cache folder."""
        return self.home / "cache"

    @property
    def journal(self) -> Path:
        """The machine's own journal."""
        return self.folder / "journal" / f"{self.name}.jsonl"

    def open_unloaded(self) -> FolderLibrary:
        """Open the library as a new process would, without loading it."""
        return open_folder_library(self.folder, self.cache, self.name, self.clock)

    def open(self) -> FolderLibrary:
        """Open and load the library as a new process would."""
        library = self.open_unloaded()
        load(library)
        return library

    def beside(self, name: str, clock: FakeClock | None = None) -> Machine:
        """Return another machine, which has the same folders."""
        return replace(self, name=name, clock=clock or self.clock)

    def segments(self, kind: str = "articles") -> Sequence[Path]:
        """Return the segment files of the library, in order."""
        return sorted((self.folder / kind).glob("*.json"))


def state(library: Library) -> dict[str, Any]:
    """Return every article of a library with its row and reading status, by id."""
    rows = list_rows(library, ListQuery())
    facts = library.articles(row.id for row in rows)
    return {row.id: (row, *both) for row, both in zip(rows, facts, strict=True)}
