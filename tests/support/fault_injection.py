"""Faults in calls that touch the disk: an error, a partial write, a killed process."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from store.system.files import RegularFile

DISK_CALLS = ("open", "write", "fsync", "replace", "rename", "ftruncate")
"""The functions of `os` that save; `open` is to write, or to sync a folder."""
READ_CALLS = ("open to read", "read")
"""Opening a file to read it, and each time that something is read from it."""
CHANGING_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_DIRECTORY
"""Flags that make opening a file part of a save."""
Call = Callable[..., Any]
Effect = Callable[[Call, tuple[Any, ...]], Any]
"""Runs instead of a call, given the real call and its arguments."""


class Killed(BaseException):
    """The process ends here: nothing catches it, and open files are abandoned."""


def fail_with(number: int) -> Effect:
    """Return a fault that raises this error and does nothing."""

    def fault(real: Call, arguments: tuple[Any, ...]) -> None:
        raise OSError(number, os.strerror(number))

    return fault


def fail_halfway(number: int) -> Effect:
    """Return a fault that writes half and then raises; other calls just raise."""

    def fault(real: Call, arguments: tuple[Any, ...]) -> None:
        do_half(real, arguments)
        raise OSError(number, os.strerror(number))

    return fault


def do_half(real: Call, arguments: tuple[Any, ...]) -> Any:
    """Write half of the data; other calls do nothing."""
    if len(arguments) == 2 and isinstance(arguments[1], bytes | memoryview):
        return real(arguments[0], arguments[1][: len(arguments[1]) // 2])
    return None


def kill_before(real: Call, arguments: tuple[Any, ...]) -> None:
    """End the process before the call."""
    raise Killed


def kill_after(real: Call, arguments: tuple[Any, ...]) -> None:
    """End the process after the call."""
    real(*arguments)
    raise Killed


def kill_within(real: Call, arguments: tuple[Any, ...]) -> None:
    """End the process when half of a write is done."""
    do_half(real, arguments)
    raise Killed


FAULTS: dict[str, Effect] = {
    "EIO": fail_with(errno.EIO),
    "ENOSPC": fail_with(errno.ENOSPC),
    "EDQUOT": fail_with(errno.EDQUOT),
    "ENOSPC after half": fail_halfway(errno.ENOSPC),
    "killed before": kill_before,
    "killed after": kill_after,
    "killed within": kill_within,
}
WRITE_FAULTS = {"ENOSPC after half", "killed within"}
"""Faults that only differ from the others in writes."""


@dataclass
class FaultInjector:
    """Makes the `call_number`-th of some calls fail; after a kill, every call does.

    Attributes:
        effect: Runs instead of that call.
        calls: The calls that are counted, of `DISK_CALLS` or `READ_CALLS`.
        lasts: Whether the calls after that one fail as well.
    """

    effect: Effect
    call_number: int
    calls: Sequence[str] = DISK_CALLS
    lasts: bool = False
    call_count: int = field(default=0, init=False)
    is_dead: bool = field(default=False, init=False)

    @property
    def has_struck(self) -> bool:
        """True if there were that many calls."""
        return self.call_count >= self.call_number

    @contextmanager
    def inject(self) -> Iterator[None]:
        """Inject the fault inside this context."""
        with pytest.MonkeyPatch.context() as patch:
            for name in {*DISK_CALLS, "unlink"}:
                patch.setattr(os, name, partial(self.call, name, getattr(os, name)))
            for name in ("readinto", "readall"):
                patch.setattr(RegularFile, name, self._wrap_read(getattr(RegularFile, name)))
            yield

    def _wrap_read(self, real: Call) -> Call:
        def read(file: RegularFile, *arguments: Any) -> Any:
            try:
                return self.call("read", real, file, *arguments)
            except OSError as error:
                error.filename = str(file.path)  # as the real one does
                raise

        return read

    def call(self, name: str, real: Call, *arguments: Any, **keywords: Any) -> Any:
        """Run a call, or the fault if it is due."""
        if self.is_dead:
            raise Killed
        if name == "open" and not arguments[1] & CHANGING_FLAGS:
            name = "open to read"
        self.call_count += name in self.calls
        is_due = self.has_struck if self.lasts else self.call_count == self.call_number
        if name not in self.calls or not is_due:
            return real(*arguments, **keywords)
        try:
            return self.effect(lambda *other: real(*other, **keywords), arguments)
        except OSError as error:
            if name == "open to read":
                error.filename = str(arguments[0])
            raise
        except Killed:
            self.is_dead = True
            raise


def always_failing(code: int) -> Callable[..., Any]:
    """Return a system call that always fails."""

    def fail(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    return fail


def failing_at_call(call: Callable[..., Any], k: int, code: int) -> Callable[..., Any]:
    """Return a system call that fails the k-th time only."""
    calls = iter(range(1, 1_000_000))

    def call_or_fail(*arguments: Any, **keywords: Any) -> Any:
        if next(calls) == k:
            raise OSError(code, os.strerror(code))
        return call(*arguments, **keywords)

    return call_or_fail
