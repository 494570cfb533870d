"""Sharing folders of one's own library with other accounts."""

from __future__ import annotations

from dataclasses import dataclass

from store.model.errors import InvalidInput
from store.postgres.access import Access
from store.postgres.connection import Cursor
from store.postgres.events import lock_adding
from store.search.syntax_tree import category_matcher
from store.text.names import clean_name, name_key


@dataclass(frozen=True, slots=True)
class FolderMember:
    """An account with which a folder is shared."""

    folder: str
    account: str
    may_write: bool
    """True if it may add articles to the folder and edit them for everyone."""


def list_members(access: Access) -> list[FolderMember]:
    """Return with whom the folders of this account are shared, by folder and account."""
    rows = access.connection.rows(
        "select folder, account::text, may_write from newstui.library"
        " join newstui.member on library = id"
        " where owner = session_user and folder <> '' and account <> session_user"
        " order by folder, account"
    )
    return [FolderMember(*each) for each in rows]


def share_folder(access: Access, category: str, account: str, *, may_write: bool) -> int:
    """Share a category, and those below it, with another account.

    Its articles become articles of the folder; what others and this account did to them stays. So
    do articles that come later, if they are of this category.

    Returns:
        The number of articles that came into the folder now.

    Raises:
        InvalidInput: There is no such account, or the folder is in another one that is shared.
        LibraryReadOnly, SaveFailed: Nothing has changed.
    """
    folder = _find_folder(access, category)
    if account == access.account:
        raise InvalidInput("is your own account", item=account)
    if access.connection.row("select 1 from pg_roles where rolname = %s", [account]) is None:
        raise InvalidInput("no such account in the database", item=account)

    def work(cursor: Cursor) -> int:
        # Whoever adds articles to them now would add them to the own library afterwards.
        lock_adding(cursor, [access.own])
        is_in_folder = category_matcher(folder, name_key)
        cursor.execute(
            "select distinct category from newstui.article where library = %(own)s"
            " union select category from newstui.feed where library = %(own)s",
            {"own": access.own},
        )
        categories = [name for (name,) in cursor.fetchall() if is_in_folder(name)]
        cursor.execute(
            "select newstui.share(%s, %s, %s, %s)", [folder, categories, account, may_write]
        )
        (moved,) = cursor.fetchone() or (0,)
        return int(moved)

    moved = access.connection.change(work)
    access.read_memberships()
    return moved


def _find_folder(access: Access, category: str) -> str:
    """Return the folder of a category as it is spelt where it is shared already.

    Raises:
        InvalidInput: It has no name, or a category above it is shared, which has its articles.
    """
    name = clean_name(category).strip("/")
    if not name:
        raise InvalidInput("is not the name of a category", item=f"{category!r}")
    for folder in access.folders:
        if name_key(folder) == name_key(name):
            return folder
        if category_matcher(folder, name_key)(name):
            raise InvalidInput(f"is shared as a part of {folder}", item=name)
    return name


def stop_sharing(access: Access, category: str, account: str) -> None:
    """Share a folder no longer with an account; its articles stay in it.

    Raises:
        InvalidInput: It is not shared with this account.
    """
    folder = _find_folder(access, category)

    def work(cursor: Cursor) -> bool:
        cursor.execute("select newstui.unshare(%s, %s)", [folder, account])
        return bool((cursor.fetchone() or (False,))[0])

    if not access.connection.change(work):
        raise InvalidInput(f"is not shared with {account}", item=folder)
