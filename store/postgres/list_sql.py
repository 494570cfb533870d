"""Lists as SQL: which articles a list has, in which order, and what is shown of each.

In a condition, `a` is the article and `s` the state that the account has of it, which may be missing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from sys import intern
from types import MappingProxyType
from typing import Any, NamedTuple

from store.model.article import ArticleRow
from store.model.times import UNDATED
from store.postgres.access import Access
from store.search.list_query import LAST_CHARACTER, ListQuery, Show, Sort
from store.text.clean import clean_line

Parameters = Mapping[str, Any]
NO_PARAMETERS: Parameters = MappingProxyType({})


class Condition(NamedTuple):
    """A condition on articles, as SQL with named parameters."""

    sql: str = "true"
    parameters: Parameters = NO_PARAMETERS


ALWAYS = Condition()

ARTICLES_AND_STATES = (
    "newstui.article a left join newstui.state s"
    " on s.library = a.library and s.article = a.id and s.account = %(account)s"
)
AT = "coalesce(s.edited_at, a.at)"
RANK = "case when s.edited_at is null then a.rank else 0 end"
CATEGORY = "coalesce(s.category, a.category)"
ROW_COLUMNS = (
    f"a.id, coalesce(s.title, a.title), {CATEGORY}, {AT}, a.added_at, a.words,"
    " coalesce(s.read, false), coalesce(s.starred, false), coalesce(s.count + s.imported_count, 0),"
    " coalesce(s.position > 0, false), a.feed_key,"
    " coalesce(s.read and a.update_stamp > s.last_read, false), a.item_key, a.source_name"
)
"""The fields of an `ArticleRow`, in their order."""
_AS_THEY_CAME = {"at": "a.at", "category": "a.category"}
_AS_EDITED = {"at": AT, "category": CATEGORY}
"""Columns of an article."""
VISIBLE = "not a.gone and s.deleted is not true"

_NEWEST_FIRST = "at desc, rank desc, id desc"
_ORDERS: dict[Sort, tuple[str, str]] = {
    "date": ("0", ""),
    "oldest": (f"case when {{at}} in (0, {UNDATED}) then {1 << 62} else {{at}} end", "key,"),
    "added": ("a.added_at", "key desc,"),
    "words": ("a.words", "key desc,"),
    "title": ("{title_key}", "key,"),
    "category": ("coalesce(%(category_keys)s::jsonb ->> {category}, '') collate \"C\"", "key,"),
    "feed": (
        "case when a.feed_key = '' then %(last)s::text"
        " else coalesce(%(source_keys)s::jsonb ->> a.source_name, '') end collate \"C\"",
        "key,",
    ),
    "read count": ("coalesce(s.count + s.imported_count, 0)", "key desc,"),
}
"""What rows are sorted by, and how, before their date; as `ListQuery.select` sorts them."""


def make_row(columns: Sequence[Any]) -> ArticleRow:
    """Return the row of an article from `ROW_COLUMNS`, safe to show whoever wrote it.

    Names that many have are in memory once.
    """
    values = list(columns)
    values[1] = clean_line(values[1])
    for place in (2, 13):
        values[place] = _clean_name(values[place])
    values[10] = intern(values[10])
    return ArticleRow(*values)


@lru_cache(4096)
def _clean_name(name: str) -> str:
    """Return the name of a category or a source as one line."""
    return intern(clean_line(name))


def not_in_earlier(library: int, libraries: Sequence[int]) -> str:
    """Return the condition that no earlier library has an article, too: the first one counts."""
    earlier = libraries[: libraries.index(library)]
    if not earlier:
        return ""
    others = ",".join(map(str, earlier))
    return (
        f" and not exists (select from newstui.article b where b.library in ({others})"
        " and b.id = a.id and not b.gone)"
    )


def _state_of_article(where: str) -> str:
    return (
        "exists (select from newstui.state s where s.library = a.library"
        f" and s.account = %(account)s and s.article = a.id and {where})"
    )


_EDITED = "(s.category is not null or s.edited_at is not null or s.title is not null)"
_MOVED = f"(s.deleted or {_EDITED[1:]}"
"""The states with which an article is not where it came; there are few of them, with an index."""
UNREAD = f"not {_state_of_article('s.read')}"
_SHOWN: dict[Show, str] = {
    # An article that is pinned has a state, since it was unread or starred before.
    "all": "",
    "unread": f"not {_state_of_article('s.read and s.article <> all(%(pinned)s)')}",
    "starred": _state_of_article("(s.starred or s.article = any(%(pinned)s))"),
    "in progress": _state_of_article(
        "((s.position > 0 and not s.read) or s.article = any(%(pinned)s))"
    ),
}


@dataclass(slots=True)
class ListSql:
    """The articles of one list, in the libraries as they were when it was asked for."""

    access: Access
    query: ListQuery
    categories: Collection[str]
    """The categories that the list has, as they are written, if it is one of a category."""
    condition: Condition
    """What its text asks for."""
    newest: Mapping[int, int]
    """The number of the newest article of each library: later ones are not in the list."""
    keys: Parameters = field(default_factory=dict)
    """The keys by which categories or sources are sorted."""
    kept: set[int] = field(default_factory=set)
    """The numbers of articles that were in the list and have changed since."""
    left_out: set[int] = field(default_factory=set)
    """Those that were not."""

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters of all statements."""
        query = self.query
        return {
            **self.condition.parameters,
            **self.keys,
            "account": self.access.account,
            "pinned": list(query.pinned_ids),
            "categories": list(self.categories),
            "feeds": list(query.feeds or ()),
            "since": query.since,
            "added_after": query.added_after,
            "kept": list(self.kept),
            "changed": list(self.kept | self.left_out),
            "last": LAST_CHARACTER,
        }

    @property
    def is_by_date(self) -> bool:
        """True if it is sorted by date, newest first."""
        return self.query.sort == "date"

    def select(self, columns: str, *, extra: str = "", limit: int | None = None) -> str:
        """Return the statement for columns of the articles, in the order of the list.

        Args:
            columns: Any of `number`, `at`, `id`, `library`.
            extra: Another condition; `{at}` and `{category}` in it are the date and the category.
            limit: The most articles to return; None for all.
        """
        tail = f" limit {limit}" if limit is not None else ""
        order = f" order by {_ORDERS[self.query.sort][1]} {_NEWEST_FIRST}{tail}"
        parts = [
            f"({part}{extra.format_map(names)}{order})"
            for library in self.newest
            for part, names in self._parts(library)
        ]
        return f"select {columns} from ({' union all '.join(parts)}) listed{order}"

    def _parts(self, library: int) -> Iterator[tuple[str, Mapping[str, str]]]:
        """Yield the statements for the articles of a library: as they came, and with edits.

        Only the first can use the order of an index. With each, yield its columns by name.
        """
        where = (
            f" where a.library = {library} and a.added <= {self.newest[library]}"
            f"{not_in_earlier(library, tuple(self.newest))}"
        )
        if self.kept or self.left_out:
            where += " and not a.added = any(%(changed)s)"
        plain, edited = ["not a.gone"], ["not a.gone", "not s.deleted"]
        for conditions, names in ((plain, _AS_THEY_CAME), (edited, _AS_EDITED)):
            if self.query.category is not None:
                conditions.append(f"{names['category']} = any(%(categories)s)")
            if self.query.since is not None:
                conditions.append(f"{names['at']} >= %(since)s")
            if self.query.added_after is not None:
                conditions.append("a.added_at > %(added_after)s")
            if self.query.feeds is not None:
                conditions.append("a.feed_key = any(%(feeds)s)")
            if shown := _SHOWN[self.query.show]:
                conditions.append(shown)
            if self.condition.sql != ALWAYS.sql:
                conditions.append(f"({self.condition.sql})")
        plain.append(f"not {_state_of_article(_MOVED)}")
        edited.append(_EDITED)
        is_joined = self.condition.sql != ALWAYS.sql or "s." in _ORDERS[self.query.sort][0]
        source = ARTICLES_AND_STATES if is_joined else "newstui.article a"
        fields = self._fields(is_edited=False)
        yield f"{fields} from {source}{where} and {' and '.join(plain)}", _AS_THEY_CAME
        states = f"{self._fields(is_edited=True)} from {ARTICLES_AND_STATES}"
        yield f"{states}{where} and {' and '.join(edited)}", _AS_EDITED
        if self.kept:
            yield f"{states} where a.library = {library} and a.added = any(%(kept)s)", _AS_EDITED

    def _fields(self, *, is_edited: bool) -> str:
        at, rank = (AT, RANK) if is_edited else ("a.at", "a.rank")
        key = _ORDERS[self.query.sort][0].format(
            at=at,
            category=CATEGORY if is_edited else "a.category",
            title_key="coalesce(s.title_key, a.title_key)" if is_edited else "a.title_key",
        )
        return (
            f"select a.added as number, {at} as at, {rank} as rank, a.id, a.library, {key} as key"
        )
