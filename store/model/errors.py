"""One tree of errors: each says what happened and what to do about it."""

from __future__ import annotations


class NewstuiError(Exception):
    """What newstui can name; its text is one line for the user."""


class LibraryUnavailable(NewstuiError):
    """The library's folder cannot be created or read."""


class LibraryBusy(NewstuiError):
    """Another process holds a lock of the library for longer than we wait."""


class LibraryDamaged(NewstuiError):
    """A file of the library does not hold what it should."""


class LibraryReadOnly(NewstuiError):
    """The library can be read but not changed."""


class SaveFailed(NewstuiError):
    """A change did not reach the disk; what was there before is untouched."""


class ArticleNotFound(NewstuiError):
    """No article, or more than one, fits the id that was given."""


class UrlRejected(NewstuiError):
    """A URL that is not opened: wrong scheme, no host, or too long."""


class InvalidInput(NewstuiError):
    """What came from outside (a file, an item, an option) cannot be used."""


class FetchFailed(NewstuiError):
    """Something on the network could not be fetched; its text is the reason alone."""


class PrivateHost(FetchFailed):
    """A host is on a private network, and nobody has said that it may be asked."""

    def __init__(self, host: str, address: str) -> None:
        super().__init__(f"{host} is on a private network ({address})")
        self.host = host


class FetchCancelled(FetchFailed):
    """The user stopped it."""


class ProgramFailed(NewstuiError):
    """A program of the user's could not be run, failed, or took too long."""


class InvalidQuery(InvalidInput):
    """A query that cannot be understood; its text says where and what was expected."""

    def __init__(self, reason: str, at: int) -> None:
        """Name the reason and the place, which is counted from 0."""
        super().__init__(f"column {at + 1}: {reason}")
        self.reason = reason
        self.offset = at
