"""Textual's terminal driver with some manners added: see `ReaderDriver`."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import time
from codecs import getincrementaldecoder
from contextlib import contextmanager, suppress
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from textual.constants import ESCAPE_DELAY

# The parser has no public name of its own; where Textual's driver has it from may change.
from textual.drivers.linux_driver import LinuxDriver, XTermParser  # type: ignore[attr-defined]

from tui.terminal.input_filter import BACKGROUND_QUERY, InputFilter
from tui.terminal.screen_diff import ScreenDiff
from tui.terminal.session import is_foreground_job

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from textual.app import App

    from tui.terminal.input_filter import BackgroundCallback

SHOW_CURSOR = b"\x1b[?25h"
BACKGROUND_STOP_DELAY = 1.0
"""Seconds that a job continued in the background waits before it stops itself again: the shell's
`kill` sends SIGTERM and SIGCONT together, and by then the app has ended."""
MAX_LISTEN_WAIT, LISTEN_POLL_INTERVAL = 3.0, 0.01
"""Seconds after which keys are taken whatever is there, and between two looks until then."""
INPUT_CHUNK_BYTES = 4096
"""Bytes read at once."""


@runtime_checkable
class DriverOwner(Protocol):
    """An app that wants to know its driver."""

    def attach_driver(self, driver: ReaderDriver) -> None:
        """Called once, before the terminal is touched."""


def _no_op() -> None:
    """Nothing to do before stopping."""


class ReaderDriver(LinuxDriver):
    """The driver of the reader, with what Textual's own leaves out.

    - A lone SIGCONT changes nothing; Textual starts a second thread that reads keys.
    - SIGTSTP and SIGCONT wait for the event loop. Handled at once, they may find the main thread
      inside the queue of the terminal's writer, and then wait for its lock for ever.
    - A stopped job that is ended, or put in the background, does not touch the terminal it no longer
      has, which would stop it again before it could end.
    - After a stop everything is drawn again; Textual draws only where the size has changed.
    - No key comes out of a paste or of a terminal's answer, and bytes that are no UTF-8 do no harm.
    - The thread that reads keys sleeps while there are none, and is gone at once when it has to;
      Textual's looks ten times a second.
    - What is unsaved is flushed before ctrl+z or SIGTSTP stops the process.
    - Only cells that are different now are sent: over a slow link that is what can be felt.
    - The terminal's cursor can be seen, for those whose eyes or screen readers follow it; Textual hides
      it for good. It is shown once and then only moved, with what is drawn.
    - An app that has a `take_driver` gets to know its driver, so it can send bytes of its own.
    """

    before_suspend: Callable[[], None]
    """Called on the main thread before the terminal is given back to the shell."""

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self.before_suspend = _no_op
        self.in_application_mode = False
        self.suspended = False
        self.is_terminal_lent = False
        self.keys_enabled = Event()
        """Keys wait in the terminal while an app has cleared this: nothing could take them yet."""
        self.keys_enabled.set()
        self.stop_read_fd, self.stop_write_fd = os.pipe()
        os.set_blocking(self.stop_read_fd, False)
        self.on_background: BackgroundCallback | None = None
        """Told the terminal's background, if it answers; it is not asked without."""
        self.shows_cursor = False
        """Whether the terminal's own cursor is seen where it stands."""
        self.screen_diff = ScreenDiff()
        self.redraw = partial(app.call_later, app.refresh, layout=True)
        self.defer_signal(signal.SIGTSTP)
        self.defer_signal(signal.SIGCONT)
        if isinstance(app, DriverOwner):
            app.attach_driver(self)

    def send(self, data: bytes) -> None:
        """Send bytes of ours between two of Textual's writes; may be called from any thread."""
        super().write(data.decode("ascii"))
        self.flush()

    def write(self, data: str) -> None:
        """Send of what Textual writes the cells that are different now."""
        if changes := self.screen_diff.filter(data):
            super().write(changes)

    @contextmanager
    def no_automatic_restart(self) -> Iterator[None]:
        """While the app lends the terminal to another program."""
        self.is_terminal_lent = True
        try:
            with super().no_automatic_restart():
                yield
        finally:
            self.is_terminal_lent = False

    def start_application_mode(self) -> None:
        """Take the terminal."""
        # Textual returns early where the process is in the background; only a start that went
        # through has asked for these.
        self.attrs_before = None
        self.clear_stop_request()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self.in_application_mode = self.attrs_before is not None
        if self.in_application_mode and self.shows_cursor:
            self.send(SHOW_CURSOR)
        if self.in_application_mode and self.on_background is not None:
            self.send(BACKGROUND_QUERY)

    def suspend_application_mode(self) -> None:
        """Give the terminal back for a while."""
        self.before_suspend()
        super().suspend_application_mode()
        self.suspended = True

    def resume_application_mode(self) -> None:
        """Take the terminal again, if it was given back for a while and not for good."""
        if not self.suspended:
            return
        super().resume_application_mode()
        if self.in_application_mode:
            self.suspended = False
            self.redraw()

    def disable_input(self) -> None:
        """Stop reading keys."""
        if self.in_application_mode:
            os.write(self.stop_write_fd, b"\0")
            super().disable_input()

    def run_input_thread(self) -> None:
        """Read keys until the terminal is given back or is gone."""
        if not self.wait_until_keys_enabled():
            return
        parser, incoming = XTermParser(), InputFilter(self.on_background)
        decode = getincrementaldecoder("utf-8")("replace").decode
        patience: float | None = None
        while True:
            there = select.select([self.fileno, self.stop_read_fd], [], [], patience)[0]
            if self.stop_read_fd in there:
                return
            if not there:  # an escape that nothing has followed was the key
                patience, messages = None, parser.tick()
            else:
                data = self.read_chunk()
                if not data:
                    return
                patience = ESCAPE_DELAY + 0.01
                text = incoming.filter(decode(data))
                messages = parser.feed(text) if text else ()
            for message in messages:
                self.process_message(message)

    def wait_until_keys_enabled(self) -> bool:
        """Wait until there is something that keys can mean; False if the terminal is given back."""
        latest = time.monotonic() + MAX_LISTEN_WAIT
        while not self.keys_enabled.is_set() and time.monotonic() < latest:
            if select.select([self.stop_read_fd], [], [], LISTEN_POLL_INTERVAL)[0]:
                return False
        return True

    def read_chunk(self) -> bytes:
        """Return what has come from the terminal; nothing if it is gone."""
        with suppress(OSError):
            return os.read(self.fileno, INPUT_CHUNK_BYTES)
        return b""

    def clear_stop_request(self) -> None:
        """Forget that a thread before was told to stop."""
        with suppress(BlockingIOError):
            os.read(self.stop_read_fd, INPUT_CHUNK_BYTES)

    def stop_application_mode(self) -> None:
        """Give the terminal back, unless it is not ours now."""
        self.suspended = False
        if not self.in_application_mode:
            return
        self.write("\x1b[?1016l")  # mouse positions in pixels, which Textual leaves on
        super().stop_application_mode()
        self.in_application_mode = False

    def defer_signal(self, number: signal.Signals) -> None:
        """Run Textual's handler on the event loop, but at once while the terminal is lent.

        The loop stands still then, and ctrl+z in the other program has to stop this one as well.
        """
        handle = signal.getsignal(number)
        loop = asyncio.get_running_loop()

        def arrived(number: int, frame: FrameType | None) -> None:
            if not callable(handle):
                return
            if self.is_terminal_lent:
                handle(number, frame)
                return
            wait = 0 if is_foreground_job(self.fileno) else BACKGROUND_STOP_DELAY
            loop.call_soon_threadsafe(loop.call_later, wait, handle, number, None)

        signal.signal(number, arrived)
