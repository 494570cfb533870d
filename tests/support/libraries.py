"""Libraries to test with: a clock that can be set, articles by number, machines with their folders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from store.library.folder import FolderLibrary
from store.library.protocol import Library
from store.model.article import Article, Body, ParsedArticle, ReadingStatus
from store.model.results import AddProgress
from store.model.times import format_timestamp
from store.search import ListQuery

START = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)


@dataclass
class FakeClock:
    """A clock that goes on by one tick each time it is asked, and can be set."""

    now: datetime = START
    tick: timedelta = timedelta(seconds=1)

    def __call__(self) -> datetime:
        """Now, in UTC."""
        self.now += self.tick
        return self.now


def article_id(number: int) -> str:
    """The id of the article of that number; numbers below 10,000 differ in the first four places."""
    return f"{number:04x}0000-0000-4000-8000-000000000000"


def article(number: int, reading: ReadingStatus | None = None, **facts: Any) -> ParsedArticle:
    """The article of that number as an intake delivers it; the greater the number, the newer."""
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
    """Articles by number."""
    return [article(number) for number in numbers]


def ids(*numbers: int) -> list[str]:
    """Ids by number."""
    return [article_id(number) for number in numbers]


def listed(library: Library, **query: Any) -> list[int]:
    """The numbers of the articles a list shows, in its order."""
    return [int(row.id[:4], 16) for row in library.rows(ListQuery(**query))]


def add(library: Library, found: Iterable[ParsedArticle]) -> AddProgress:
    """Add articles to the end; how many were added and known."""
    last = AddProgress()
    for last in library.add(found):  # noqa: B007 - the last one is what is asked for
        pass
    return last


def load(library: Library) -> Library:
    """The library, loaded."""
    for _ in library.load():
        pass
    return library


def undo(library: Library) -> tuple[str, tuple[str, ...]] | None:
    """Undo; what was taken back, as event and articles."""
    undone = library.undo()
    return (undone[0].event, undone[0].articles) if undone else None


def reading(library: Library, number: int = 1) -> ReadingStatus:
    """What reading has made of the article of that number."""
    return library.get_article(article_id(number)).reading


@dataclass
class Machine:
    """A machine: its name, its own folders, its clock."""

    home: Path
    name: str = "desk"
    clock: FakeClock = field(default_factory=FakeClock)

    @property
    def folder(self) -> Path:
        """Its copy of the library."""
        return self.home / "library"

    @property
    def cache(self) -> Path:
        """Its folder for what is derived."""
        return self.home / "cache"

    @property
    def journal(self) -> Path:
        """Its own journal."""
        return self.folder / "journal" / f"{self.name}.jsonl"

    def unloaded(self) -> FolderLibrary:
        """The library as another process opens it."""
        return FolderLibrary(self.folder, self.cache, self.name, self.clock)

    def open(self) -> FolderLibrary:
        """The library as another process opens and loads it."""
        library = self.unloaded()
        load(library)
        return library

    def segments(self, kind: str = "articles") -> Sequence[Path]:
        """The segment files of the library, in order."""
        return sorted((self.folder / kind).glob("*.json"))


def state(library: Library) -> dict[str, Any]:
    """Everything that can be seen of a library's articles and of what reading made of them."""
    rows = library.rows(ListQuery())
    facts = library.articles(row.id for row in rows)
    return {row.id: (row, *both) for row, both in zip(rows, facts, strict=True)}
