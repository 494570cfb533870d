"""Items of any format become articles, or are refused one by one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from store.intake.build import build
from store.intake.dialects import DIALECTS, dialect_of
from store.intake.records import Item
from store.model.article import Found, Refused
from store.model.errors import BadInput

LARGE = 8_000_000
"""Bytes of a file that is worth the start of other processes."""
MOST = 4
"""Processes: with more of them the one that writes would not keep up."""

Built = Iterator[Found | Refused]


class Builder(NamedTuple):
    """Makes articles of items, as one import wants them."""

    dialect: str | None
    """The name of the dialect they are written in; None to tell each by its fields."""
    source: str
    """How they came in."""
    now: str
    """The time they came in."""

    def built(self, items: Iterable[Item | Refused]) -> Built:
        """The article of each item, or why there is none."""
        forced = next((each for each in DIALECTS if each.name == self.dialect), None)
        for item in items:
            if isinstance(item, Refused):
                yield item
                continue
            try:
                dialect = forced or dialect_of(item.fields)
                fields = dialect.fields(item.fields) if dialect else item.fields
                yield build(fields, source=self.source, now=self.now)
            except BadInput as error:
                yield Refused(item.where, str(error))


def processes_for(size: int, cores: int | None = None) -> int:
    """How many processes are worth their start for a file of that many bytes; 0 for none."""
    cores = cores or os.cpu_count() or 1
    return 0 if size < LARGE or cores < 2 else min(cores, MOST)
