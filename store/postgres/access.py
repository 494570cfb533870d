"""The connection, the account and its libraries, as the parts of a library on PostgreSQL use them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from store.model.times import Clock
from store.postgres.connection import Connection
from store.system.files import WarningHandler
from store.text.names import name_key


@dataclass(slots=True)
class Access:
    """The connection to a library, and who is using it; given to each of its parts."""

    connection: Connection
    machine: str
    """The name under which this machine writes."""
    clock: Clock
    cache: Path
    """The folder of this machine for what is derived from the library."""
    warn: WarningHandler
    """Called with a line about something that is wrong."""
    account: str = ""
    """The account: the role of the connection."""
    own: int = 0
    """The account's own library."""
    libraries: tuple[int, ...] = ()
    """All libraries of which it is a member, its own first; of two copies of an article, that in
    the first of them counts."""
    writable: frozenset[int] = frozenset()
    """Those to which it may add articles."""
    owned: frozenset[int] = frozenset()
    """Those that are its own, with its shared folders."""
    folders: dict[str, int] = field(default_factory=dict)
    """The libraries of its own folders that are shared, by category."""
    read_only_reason: str = ""
    """Why nothing can be changed; empty if it can."""
    has_newer_schema: bool = False
    """True if a newer version made the library, which may have more than is known here."""

    def library_for(self, category: str) -> int:
        """Return the library for what is new in a category: a shared folder, or the own library."""
        folders = {name_key(folder): library for folder, library in self.folders.items()}
        name = name_key(category)
        while name and name not in folders:
            name = name.rpartition("/")[0]
        return folders.get(name, self.own)

    def read_memberships(self) -> None:
        """Read which libraries the account is a member of; they change when somebody shares one."""
        rows = self.connection.rows(
            "select id, owner = session_user, folder, may_write from newstui.library"
            " join newstui.member on library = id where account = session_user"
            " order by owner <> session_user, folder, id"
        )
        self.libraries = tuple(library for library, *_ in rows)
        self.writable = frozenset(library for library, _, _, may_write in rows if may_write)
        self.owned = frozenset(library for library, is_owner, *_ in rows if is_owner)
        self.folders = {
            folder: library for library, is_owner, folder, _ in rows if is_owner and folder
        }
