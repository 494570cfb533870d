"""Results of the calls of a library: what was loaded, added, undone, refreshed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from store.model.article import ArticleRow


@dataclass(frozen=True, slots=True)
class LoadProgress:
    """How far the loading of a library is."""

    article_count: int
    done: int
    total: int
    """Steps done and to do in all; what a step is differs."""
    is_history: bool = False
    """Whether what was read so far is history (the steps are its bytes), no articles yet."""


@dataclass(frozen=True, slots=True)
class IndexProgress:
    """How far the indexing of a library is: articles done and to do in all."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class AddProgress:
    """How far an adding of articles is: counts so far, all of it on the disk."""

    added: int = 0
    existing: int = 0
    """Articles that the library has already."""
    new_ids: Sequence[str] = field(default=(), compare=False)
    """The articles this step has added."""


@dataclass(frozen=True, slots=True)
class UndoableChange:
    """A change that was or can be taken back."""

    event: str
    articles: tuple[str, ...]
    timestamp: str
    """When it was made, ISO 8601 in UTC."""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExternalChanges:
    """What other processes and machines have changed; of one's own changes one was told."""

    rows: Mapping[str, ArticleRow] = field(default_factory=dict)
    """Rows that are different now, by id."""
    is_list_stale: bool = False
    """Whether articles came or went (by being deleted, too), so that lists have to be asked for
    again."""


@dataclass(frozen=True, slots=True)
class CategoryCount:
    """A category and how many articles it has."""

    name: str
    total: int
    unread: int
