"""Changes of articles: reading state, tags, deletion, and undoing them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Concatenate, Literal, ParamSpec

from store.library.protocol import Library, Listing
from store.model.article import ArticleRow
from store.model.errors import ArticleNotFound
from store.model.results import UndoableChange, UndoneChange
from store.text.names import clean_name, name_key, unique_names
from tui.rendering.wording import describe_event, summarize_change

ArticleFlag = Literal["read", "starred"]
TargetState = Literal["read", "unread", "starred", "unstarred"]

P = ParamSpec("P")
Action = Callable[Concatenate[Library, P], "ActionResult"]

_FLAG_STATES: Mapping[ArticleFlag, tuple[TargetState, TargetState]] = {
    "read": ("read", "unread"),
    "starred": ("starred", "unstarred"),
}
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
        is_undo: The action undid one.
        is_list_stale: Lists have to be queried again.
        listed_event: The event that was recorded about articles of a list, which `rows` lacks.
    """

    message: str
    rows: Mapping[str, ArticleRow] = field(default_factory=dict)
    articles: Sequence[str] = ()
    removed: Collection[str] = ()
    marked_read: Sequence[str] = ()
    is_undoable: bool = False
    is_undo: bool = False
    is_list_stale: bool = False
    listed_event: str = ""


@dataclass(frozen=True, slots=True)
class ListedArticles:
    """The articles at some places of a list."""

    listing: Listing
    places: range


ActionSteps = Generator[None, None, ActionResult]
"""An action in steps, between which keys are answered."""

ALREADY_DELETED = ActionResult("That article was deleted")


def toggle_flag(library: Library, articles: Sequence[str], flag: ArticleFlag) -> ActionResult:
    """Mark articles as read or star them, as one change; undo that if all of them are so already."""
    rows = [row for row in map(library.get_row, articles) if row is not None]
    states = _FLAG_STATES[flag]
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


# -- all articles of a list, in steps ------------------------------------------------------


def toggle_listed_flag(library: Library, listed: ListedArticles, flag: ArticleFlag) -> ActionSteps:
    """Mark articles as read or star them, as one change; undo that if all of them are so already."""
    on, off = _FLAG_STATES[flag]
    result = yield from set_listed_state(library, listed, on)
    return result if result.is_undoable else (yield from set_listed_state(library, listed, off))


def set_listed_state(library: Library, listed: ListedArticles, state: TargetState) -> ActionSteps:
    """Bring articles into a state, as one change; those already in it are skipped."""
    many = "all " if len(listed.places) > 1 else ""
    return (yield from _record_listed(library, listed, state, f"Already {many}{state}"))


def delete_listed(library: Library, listed: ListedArticles) -> ActionSteps:
    """Delete articles, as one change."""
    return (yield from _record_listed(library, listed, "deleted", ALREADY_DELETED.message))


def add_listed_tag(library: Library, listed: ListedArticles, tag: str) -> ActionSteps:
    """Tag articles, as one change, unless they have the tag, whatever its case."""
    tag = clean_name(tag)
    many = "all " if len(listed.places) > 1 else ""
    message = f"Already {many}tagged {tag}"
    return (yield from _record_listed(library, listed, "tagged", message, tag=tag))


def remove_listed_tag(library: Library, listed: ListedArticles, tag: str) -> ActionSteps:
    """Remove a tag from articles, as one change, whatever its case."""
    tag = clean_name(tag)
    message = f"Not tagged {tag}"
    return (yield from _record_listed(library, listed, "untagged", message, tag=tag))


def _record_listed(
    library: Library, listed: ListedArticles, event: str, nothing: str, **data: str
) -> ActionSteps:
    """Record an event; `nothing` is the message if it changes no article."""
    listing, places = listed.listing, listed.places
    changed = 0
    for progress in library.record_all(event, listing, places.start, places.stop, **data):
        changed = progress.changed
        yield
    if not changed:
        return ActionResult(nothing)
    removed = chain.from_iterable(listing.ids(places.start, places.stop))
    return ActionResult(
        _describe(event, changed, data),
        removed=frozenset(removed) if event == "deleted" else (),
        is_undoable=True,
        listed_event=event,
    )


def undo(library: Library) -> ActionResult:
    """Undo the last change made on this machine."""
    return _describe_undone(library, library.undo())


def undo_in_steps(library: Library) -> ActionSteps:
    """Undo the last change made on this machine, in steps."""
    undone = None
    for undone in library.undo_in_steps():  # noqa: B007 - only the last one matters
        yield
    return _describe_undone(library, undone)


def _describe_undone(library: Library, undone: UndoneChange | None) -> ActionResult:
    if undone is None:
        return ActionResult("Nothing to undo")
    change, rows = undone
    is_still_read = change.event == "read" and len(rows) == 1 and next(iter(rows.values())).read
    told = replace(change, event="read again") if is_still_read else change
    return ActionResult(
        f"Undone: {summarize_change(told, find_titles(library, [change]))}",
        rows,
        change.articles,
        removed={each for each in change.articles if each not in rows},
        is_undo=True,
        is_list_stale=change.event in LIST_CHANGING_EVENTS,
    )


def find_titles(library: Library, changes: Sequence[UndoableChange]) -> dict[str, str]:
    """Return the titles, by id, that `summarize_change` needs."""
    single = [each.articles[0] for each in changes if len(each.articles) == 1]
    return {article: library.title(article) for article in single}


def _record(library: Library, event: str, articles: Sequence[str], **data: str) -> ActionResult:
    return ActionResult(
        _describe(event, len(articles), data),
        library.record(event, articles, **data),
        articles,
        removed=frozenset(articles) if event == "deleted" else (),
        marked_read=articles if event == "read" else (),
        is_undoable=True,
    )


def _describe(event: str, count: int, data: Mapping[str, str]) -> str:
    message = describe_event(event, count, data)
    return message[:1].upper() + message[1:]


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
