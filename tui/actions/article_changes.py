"""Changes of articles: reading state, tags, deletion, and undoing them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Concatenate, Literal, ParamSpec

from store.library.protocol import Library
from store.model.article import ArticleRow
from store.model.errors import ArticleNotFound
from store.model.results import UndoableChange
from store.text.names import clean_name, name_key, unique_names
from tui.rendering.wording import describe_event, summarize_change

ArticleFlag = Literal["read", "starred"]
TargetState = Literal["read", "unread", "starred", "unstarred"]

P = ParamSpec("P")
Action = Callable[Concatenate[Library, P], "ActionResult"]

LIST_CHANGING_EVENTS = {"deleted", "edited"}
"""Events whose undoing changes which articles a list shows, or their order."""


@dataclass(frozen=True, slots=True)
class ActionResult:
    """The outcome of an action.

    Attributes:
        message: A status line; names no key.
        rows: Changed rows, by id.
        articles: The ids of the articles that were changed.
        removed: Those of them that no longer exist.
        marked_read: Those that were marked as read.
        is_undoable: The action recorded a change that can be undone.
        is_list_stale: Lists have to be queried again.
    """

    message: str
    rows: Mapping[str, ArticleRow] = field(default_factory=dict)
    articles: Sequence[str] = ()
    removed: Collection[str] = ()
    marked_read: Sequence[str] = ()
    is_undoable: bool = False
    is_list_stale: bool = False


ALREADY_DELETED = ActionResult("That article was deleted")


def toggle_flag(library: Library, articles: Sequence[str], flag: ArticleFlag) -> ActionResult:
    """Mark articles as read or star them, as one change; undo that if all of them are so already."""
    rows = [row for row in map(library.get_row, articles) if row is not None]
    states: tuple[TargetState, TargetState] = (
        ("read", "unread") if flag == "read" else ("starred", "unstarred")
    )
    return set_state(library, articles, states[all(_has_state(row, states[0]) for row in rows)])


def set_state(library: Library, articles: Sequence[str], state: TargetState) -> ActionResult:
    """Bring articles into a state, as one change; those already in it are skipped."""
    rows = [row for row in map(library.get_row, articles) if row is not None]
    changed = [row.id for row in rows if not _has_state(row, state)]
    if articles and not rows:
        return ALREADY_DELETED
    if not changed:
        return ActionResult(f"Already {'' if len(articles) == 1 else 'all '}{state}")
    return _record(library, state, changed)


def delete(library: Library, articles: Sequence[str]) -> ActionResult:
    """Delete articles, as one change."""
    found = [article for article in articles if library.get_row(article) is not None]
    return _record(library, "deleted", found) if found else ALREADY_DELETED


def add_tag(library: Library, articles: Sequence[str], tag: str) -> ActionResult:
    """Tag articles, as one change, unless they have the tag, whatever its case."""
    tag = clean_name(tag)
    spellings = _find_spellings(library, articles, tag)
    if missing := [article for article, spelling in spellings.items() if not spelling]:
        return _record(library, "tagged", missing, tag=tag)
    many = "all " if len(articles) > 1 else ""
    return ActionResult(f"Already {many}tagged {_any_spelling(spellings, tag)}")


def remove_tag(library: Library, articles: Sequence[str], tag: str) -> ActionResult:
    """Remove a tag from articles, as one change, whatever its case."""
    spellings = _find_spellings(library, articles, tag)
    if tagged := [article for article, spelling in spellings.items() if spelling]:
        return _record(library, "untagged", tagged, tag=_any_spelling(spellings, tag))
    return ActionResult(f"Not tagged {clean_name(tag)}")


def list_tags(library: Library, articles: Sequence[str]) -> Sequence[str]:
    """Return the tags that any of these articles has."""
    return unique_names(tag for article, _ in library.articles(articles) for tag in article.tags)


def undo(library: Library) -> ActionResult:
    """Undo the last change made on this machine."""
    undone = library.undo()
    if undone is None:
        return ActionResult("Nothing to undo")
    change, rows = undone
    return ActionResult(
        f"Undone: {summarize_change(change, find_titles(library, [change]))}",
        rows,
        change.articles,
        removed={each for each in change.articles if library.get_row(each) is None},
        is_list_stale=change.event in LIST_CHANGING_EVENTS,
    )


def find_titles(library: Library, changes: Sequence[UndoableChange]) -> dict[str, str]:
    """Return the titles, by id, that `summarize_change` needs."""
    single = [each.articles[0] for each in changes if len(each.articles) == 1]
    return {article: library.title(article) for article in single}


def _record(library: Library, event: str, articles: Sequence[str], **data: str) -> ActionResult:
    message = describe_event(event, len(articles), data)
    return ActionResult(
        message[:1].upper() + message[1:],
        library.record(event, articles, **data),
        articles,
        removed=frozenset(articles) if event == "deleted" else (),
        marked_read=articles if event == "read" else (),
        is_undoable=True,
    )


def _has_state(row: ArticleRow, state: TargetState) -> bool:
    is_set = row.read if state.endswith("read") else row.starred
    return is_set is not state.startswith("un")


def _find_spellings(library: Library, articles: Sequence[str], tag: str) -> Mapping[str, str]:
    """Return how each article spells a tag, by id; empty for those without it.

    Raises:
        ArticleNotFound: There is none of these articles.
    """
    key = name_key(clean_name(tag))
    found = {
        article.id: next((each for each in article.tags if name_key(each) == key), "")
        for article, _ in library.articles(articles)
    }
    if not found and articles:
        raise ArticleNotFound(articles[0])
    return found


def _any_spelling(spellings: Mapping[str, str], tag: str) -> str:
    return next(filter(None, spellings.values()), clean_name(tag))
