"""The errors newstui reports: each carries its facts as attributes, and its text is one plain line.

Nothing parses such a text. What the user can do about an error is up to whoever shows it: the store knows
no options and no keys.
"""

from __future__ import annotations

from pathlib import Path


class NewstuiError(Exception):
    """Base class of everything that newstui reports in a line instead of a traceback."""


def describe_system_error(error: OSError | MemoryError) -> str:
    """Return what the system says about a failure, without the file it is about."""
    if isinstance(error, MemoryError):
        return "not enough memory"
    return error.strerror or str(error)


class LibraryUnavailable(NewstuiError):
    """The library's folder cannot be created or read."""


class ServerUnreachable(LibraryUnavailable):
    """The server of a database does not answer, or accepts no connections yet; it may later."""

    def __init__(self, reason: str, url: str) -> None:
        super().__init__(f"{url}: {reason}")
        self.reason = reason
        self.url = url


class LibraryNotReady(LibraryUnavailable):
    """A database has no library yet, or one of an older version."""

    def __init__(self, reason: str, url: str) -> None:
        super().__init__(f"{url}: {reason}")
        self.url = url


class LibraryBusy(NewstuiError):
    """Another process held a lock of the library for longer than we wait."""

    def __init__(self, pid: int | None) -> None:
        super().__init__(f"library is in use by {f'pid {pid}' if pid else 'another process'}")
        self.pid = pid


class LibraryReadOnly(NewstuiError):
    """The library can be read but not changed."""


class SaveFailed(NewstuiError):
    """A change did not reach the disk; the file is as it was before."""

    def __init__(self, reason: str, path: Path | None = None) -> None:
        super().__init__(f"Not saved: {reason}" + (f" ({path})" if path else ""))
        self.reason = reason
        self.path = path


class LocksUnsupported(SaveFailed):
    """A file cannot be replaced safely: its file system knows no locks."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} is on a file system without locks")
        self.folder = folder


MAX_ID_CHARS = 80
"""More of an id that does not exist are not shown."""


class ArticleNotFound(NewstuiError):
    """No article matches the id or its beginning, or several do."""

    def __init__(self, wanted: str, matches: int = 0) -> None:
        shown = wanted if len(wanted) <= MAX_ID_CHARS else f"{wanted[:MAX_ID_CHARS]}…"
        found = f"{matches:,} articles have ids" if matches else "no article has an id"
        super().__init__(f"{found} that {'start' if matches else 'starts'} with “{shown}”")
        self.matches = matches


class UrlRejected(NewstuiError):
    """A URL is not opened: wrong scheme, no host, or too long; the text is the reason."""


class LocatedError(NewstuiError):
    """Something is wrong with a file or an item; the text is `FILE: ITEM: reason`."""

    def __init__(self, reason: str, *, file: Path | None = None, item: str = "") -> None:
        """Say what is wrong, and where; `item` is a part of the file: a member, a line, a field."""
        super().__init__(": ".join(filter(None, (str(file or ""), item, reason))))
        self.reason = reason
        self.file = file
        self.item = item


class LibraryDamaged(LocatedError):
    """A file of the library does not hold what it should."""


class InvalidInput(LocatedError):
    """Input from outside (a file, an item, an option) cannot be used."""


class UnknownLibrary(InvalidInput):
    """A library is named by what is neither a folder nor the URL of a database."""

    def __init__(self, name: str) -> None:
        """Show the scheme of the name alone: there may be a password in the rest."""
        expected = "is neither a folder nor the URL of a database (postgresql://HOST/DATABASE)"
        super().__init__(expected, item=f"{name.partition(':')[0]}:…")


class TargetExists(InvalidInput):
    """The file to be written exists, and nobody allowed to replace it."""

    def __init__(self, file: Path) -> None:
        super().__init__("already exists", file=file)


class LibraryNotEmpty(InvalidInput):
    """A backup is to be restored into a folder that has a library already."""

    def __init__(self, folder: Path) -> None:
        super().__init__("is not empty", file=folder)


class InvalidQuery(InvalidInput):
    """A query cannot be understood; the text says where and what was expected."""

    def __init__(self, reason: str, at: int) -> None:
        super().__init__(reason, item=f"column {at + 1}")
        self.offset = at


class FetchFailed(NewstuiError):
    """Something could not be fetched; the text is the reason alone."""


class PrivateHost(FetchFailed):
    """A host is on a private network, and the user has not allowed to contact it."""

    def __init__(self, host: str, address: str) -> None:
        where = "" if host == address else f" ({address})"
        super().__init__(f"{host} is on a private network{where}")
        self.host = host
        self.address = address


class FetchCancelled(FetchFailed):
    """The user cancelled it."""


class ProgramFailed(NewstuiError):
    """A program of the user's could not be started, failed, or took too long."""
