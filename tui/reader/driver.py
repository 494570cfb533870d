"""The terminal driver: Textual's own, with job control and redrawing as a shell user expects."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import time
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from textual.constants import ESCAPE_DELAY
from textual.drivers.linux_driver import LinuxDriver

from tui.reader.terminal_events import EventReader, clamp_size, expand_keys
from tui.terminal.input_filter import BACKGROUND_QUERY, InputFilter, make_decoder
from tui.terminal.screen_diff import ScreenDiff
from tui.terminal.session import is_foreground_job

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from types import FrameType

    from textual.app import App

    from tui.terminal.input_filter import BackgroundCallback

STDIN_FD = 0
SHOW_CURSOR = b"\x1b[?25h"
BACKGROUND_STOP_DELAY = 1.0
"""Seconds before a job that was continued in the background stops itself again: a shell's `kill`
sends SIGTERM and SIGCONT together, and within this time the app has ended."""
INPUT_CHUNK_BYTES = 65536
"""Bytes read from the terminal at once."""
MIN_FLOOD_BYTES, MAX_FLOOD_BYTES, FLOOD_PAUSE = 1024, 1 << 18, 0.01
"""More bytes than anybody types are read on to this number, until none come for so many seconds:
what waits can be folded only if it is known."""


@runtime_checkable
class DriverOwner(Protocol):
    """An app that sets up its driver."""

    def attach_driver(self, driver: ReaderDriver) -> None:
        """Called once, before the terminal is touched."""


def read_terminal_size(fd: int) -> tuple[int, int]:
    """Return columns and rows of a terminal, within what a terminal can have."""
    try:
        return clamp_size(*os.get_terminal_size(fd))
    except OSError:
        return clamp_size(0, 0)


def _no_op() -> None:
    """Do nothing."""


class ReaderDriver(LinuxDriver):
    """Textual's driver, with what that leaves out.

    - A lone SIGCONT changes nothing; Textual would start a second thread that reads keys.
    - SIGTSTP and SIGCONT wait for the event loop. Handled at once, they may interrupt the main
      thread inside the queue of the terminal's writer, and then wait for its lock forever.
    - A stopped job that ends, or is put in the background, does not touch the terminal it no longer
      owns, which would stop it again before it could end.
    - After a stop everything is drawn again; Textual draws only where the size has changed.
    - Pastes and replies of the terminal produce no keys, whole or in pieces, and invalid UTF-8 is
      harmless. The keys of a read come as one message.
    - The size is the terminal's, whatever the environment says, and one that a terminal can have.
    - The thread that reads keys sleeps while there are none, and ends at once when it has to;
      Textual's polls ten times a second.
    - Unsaved changes are flushed before ctrl+z or SIGTSTP stops the process.
    - Only changed cells are sent, which is noticeable over a slow connection.
    - The terminal's cursor can be visible, for users and screen readers that follow it; Textual
      hides it for good. It is shown once, and then moved with what is drawn.
    - An app with an `attach_driver` is handed its driver, so that it can send bytes itself.
    """

    before_suspend: Callable[[], None]
    """Called on the main thread before the terminal is handed back to the shell."""

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        # Without a size the app asks rich, which believes the environment.
        size = size or read_terminal_size(STDIN_FD)
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self.before_suspend = _no_op
        self.in_application_mode = False
        self.suspended = False
        self.is_terminal_lent = False
        self.stop_read_fd, self.stop_write_fd = os.pipe()
        os.set_blocking(self.stop_read_fd, False)
        self.alt_keys: Collection[str] = ()
        """The characters that are bound with alt; others after an escape are two keys."""
        self.takes_key_batches = False
        """True if the app handles `KeyBatch`; Textual's own do not."""
        self.on_background: BackgroundCallback | None = None
        """Called with the terminal's background; the terminal is asked for it only if this is set."""
        self.shows_cursor = False
        """True if the terminal's own cursor is visible."""
        self.screen_diff = ScreenDiff()
        self.redraw = partial(app.call_later, app.refresh, layout=True)
        self.defer_signal(signal.SIGTSTP)
        self.defer_signal(signal.SIGCONT)
        if isinstance(app, DriverOwner):
            app.attach_driver(self)

    def send(self, data: bytes) -> None:
        """Send bytes between two of Textual's writes; may be called from any thread."""
        super().write(data.decode("ascii"))
        self.flush()

    def write(self, data: str) -> None:
        """Send the cells that are changed by what Textual writes."""
        if changes := self.screen_diff.filter(data):
            super().write(changes)

    @contextmanager
    def no_automatic_restart(self) -> Iterator[None]:
        """Lend the terminal to another program."""
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
        """Hand the terminal back for a while."""
        self.before_suspend()
        super().suspend_application_mode()
        self.suspended = True

    def resume_application_mode(self) -> None:
        """Take the terminal again, if it was handed back for a while and not for good."""
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
        """Read keys until the terminal is handed back or is gone."""
        incoming, reader = InputFilter(self.on_background, self.alt_keys), EventReader()
        decode = make_decoder()
        while True:
            timeout = incoming.timeout(ESCAPE_DELAY)
            readable = select.select([self.fileno, self.stop_read_fd], [], [], timeout)[0]
            if self.stop_read_fd in readable:
                return
            if not readable:
                tokens = incoming.expire(time.monotonic())
            else:
                data = self.read_chunk()
                if not data:
                    return
                tokens = incoming.feed(decode(data), time.monotonic())
            for message in reader.read(tokens):
                for event in [message] if self.takes_key_batches else expand_keys(message):
                    self.process_message(event)

    def read_chunk(self) -> bytes:
        """Return what has come from the terminal, a flood as a whole; nothing if it is gone."""
        data = b""
        with suppress(OSError):
            data = os.read(self.fileno, INPUT_CHUNK_BYTES)
            more = data
            while more and MIN_FLOOD_BYTES <= len(data) < MAX_FLOOD_BYTES:
                if not select.select([self.fileno], [], [], FLOOD_PAUSE)[0]:
                    break
                data += (more := os.read(self.fileno, INPUT_CHUNK_BYTES))
        return data

    @property
    def terminal_size(self) -> tuple[int, int]:
        """Columns and rows of the terminal."""
        return read_terminal_size(self.fileno)

    def clear_stop_request(self) -> None:
        """Discard the stop request to an earlier thread."""
        with suppress(BlockingIOError):
            os.read(self.stop_read_fd, INPUT_CHUNK_BYTES)

    def stop_application_mode(self) -> None:
        """Hand the terminal back, unless it is not ours now."""
        self.suspended = False
        if not self.in_application_mode:
            return
        self.write("\x1b[?1016l")  # mouse positions in pixels, which Textual leaves on
        super().stop_application_mode()
        self.in_application_mode = False

    def defer_signal(self, number: signal.Signals) -> None:
        """Run Textual's signal handler on the event loop, but at once while the terminal is lent.

        The loop is blocked then, and ctrl+z in the other program has to stop this one as well.
        """
        handler = signal.getsignal(number)
        loop = asyncio.get_running_loop()

        def receive_signal(number: int, frame: FrameType | None) -> None:
            if not callable(handler):
                return
            if self.is_terminal_lent:
                handler(number, frame)
                return
            delay = 0 if is_foreground_job(self.fileno) else BACKGROUND_STOP_DELAY
            loop.call_soon_threadsafe(loop.call_later, delay, handler, number, None)

        signal.signal(number, receive_signal)
