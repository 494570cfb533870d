"""Results of library calls: progress, changes, counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from store.model.article import ArticleRow


@dataclass(frozen=True, slots=True)
class LoadProgress:
    """Progress of loading a library."""

    article_count: int
    done: int
    total: int
    """Total steps; their unit varies."""
    is_history: bool = False
    """True while history is read (in bytes), before the articles."""


@dataclass(frozen=True, slots=True)
class IndexProgress:
    """Progress of indexing, in articles."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class AddProgress:
    """Progress of adding articles; everything counted is on disk."""

    added: int = 0
    existing: int = 0
    """Articles that the library had already."""
    new_ids: Sequence[str] = field(default=(), compare=False)
    """Ids of the articles added by this step."""


@dataclass(frozen=True, slots=True)
class RecordProgress:
    """Progress of recording one event about many articles."""

    changed: int
    """The articles of the event; 0 until it is on the disk."""
    done: int
    """The articles looked at, and then those whose rows are as they are now."""
    total: int


@dataclass(frozen=True, slots=True)
class UndoableChange:
    """A change in the undo history."""

    event: str
    articles: tuple[str, ...]
    timestamp: str
    data: Mapping[str, Any] = field(default_factory=dict)


UndoneChange = tuple[UndoableChange, Mapping[str, ArticleRow]]
"""A change that was undone, and the rows as they are now."""


@dataclass(frozen=True, slots=True)
class ExternalChanges:
    """Changes made by other processes and machines."""

    rows: Mapping[str, ArticleRow] = field(default_factory=dict)
    is_list_stale: bool = False
    """True if articles were added or deleted, so that lists must be queried again."""


class Counts(NamedTuple):
    """A number of articles, and how many of them are unread."""

    total: int = 0
    unread: int = 0


@dataclass(frozen=True, slots=True)
class GroupCount:
    """A category or a feed, and its numbers of articles."""

    name: str
    """The category, or the key of the feed."""
    total: int
    unread: int
