"""The terminal's manners: when the reader cannot start, and how the terminal is given back."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import termios
import threading
import time
from typing import TYPE_CHECKING, Any

from store.model.errors import NewstuiError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType, TracebackType

TerminalModes = list[Any]
"""What `termios.tcgetattr` returns."""

RESET_SEQUENCE = (
    b"\x1b\\"  # ends a string that was cut off in the middle
    b"\x1b[?2026l"  # synchronised output
    b"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l"  # mouse
    b"\x1b[?2048l"  # reports of the window's size
    b"\x1b[?2004l"  # bracketed paste
    b"\x1b[?1004l"  # reports of focus
    b"\x1b[<u"  # kitty's keyboard protocol; each screen has its own, so before leaving this one
    b"\x1b[?7h\x1b[0m"  # line wrap, colours
    b"\x1b[?1049l"  # the alternate screen
    b"\x1b[?25h"  # the cursor
)
"""Undoes everything that Textual and newstui ask of a terminal."""

IFLAG_INDEX, LFLAG_INDEX = 0, 3
"""Where `termios.tcgetattr` has the input and the local modes."""
STOP_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
SIGNALS_LEFT_BY_TEXTUAL = (signal.SIGTSTP, signal.SIGCONT, signal.SIGWINCH)
"""Signals whose handlers Textual leaves behind; without an app they would raise."""


FINAL_SAVE_TIMEOUT = 1.0
"""Seconds that a save may take when the process is about to be ended."""


def read_terminal_modes(fd: int) -> TerminalModes | None:
    """The modes of the terminal behind `fd`, or None if there is none."""
    try:
        return termios.tcgetattr(fd)
    except termios.error:
        return None


def restore_terminal(fd: int, saved: TerminalModes | None = None) -> None:
    """Give the terminal back as it was found; never blocks, gives up where it would have to.

    A terminal that belongs to another job by now is left alone.

    Args:
        fd: The terminal.
        saved: Its modes from before, if they are known.
    """
    if not (os.isatty(fd) and is_foreground_job(fd)):
        return
    if saved is not None:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(fd, termios.TCSANOW, saved)
    with contextlib.suppress(OSError):
        # Opened anew, because O_NONBLOCK on `fd` would hold for the shell as well.
        own = os.open(os.ttyname(fd), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            os.write(own, RESET_SEQUENCE)
        finally:
            os.close(own)


def is_foreground_job(fd: int) -> bool:
    """Whether the terminal behind `fd` listens to us, and not to the shell or another job."""
    try:
        return os.tcgetpgrp(fd) == os.getpgrp()
    except OSError:  # not our controlling terminal, so there are no jobs
        return True


def is_hung_up(fd: int) -> bool:
    """Whether the terminal behind `fd` was closed or hung up."""
    poller = select.poll()
    poller.register(fd, 0)
    return any(event & (select.POLLHUP | select.POLLERR) for _, event in poller.poll(0))


def _redirect_to_null(fds: Sequence[int]) -> None:
    """Put /dev/null in the place of a terminal that is gone, so nothing fails or blocks on it."""
    null = os.open(os.devnull, os.O_RDWR)
    for fd in fds:
        os.dup2(null, fd)
    os.close(null)


def _discard_pending_output(fd: int) -> int:
    """Throw away what a stalled terminal has not taken, and free the threads that wait for it.

    The signal makes them look again, and then what they write goes nowhere.

    Returns:
        A descriptor of the terminal that is ours alone.
    """
    own = os.dup(fd)
    _redirect_to_null([fd])
    for thread in threading.enumerate():
        if thread.ident is not None and thread is not threading.current_thread():
            with contextlib.suppress(ProcessLookupError):
                signal.pthread_kill(thread.ident, signal.SIGURG)
    time.sleep(0.02)
    with contextlib.suppress(termios.error):
        termios.tcflush(own, termios.TCOFLUSH)
    return own


class TerminalSession:
    """Around the run of the app: it ends in order when a signal comes or the terminal goes.

    SIGTERM, SIGINT, SIGHUP (unless it is ignored, as under nohup) and a terminal that is gone ask
    the app to stop. A process that is still there after `grace` seconds saves what it can, gives
    the terminal back and is ended, whatever its main thread is waiting for.

    One thread does all of it: it sleeps until the terminal hangs up or a signal's number arrives
    on a pipe, so a signal handler has nothing to do that could go wrong.
    """

    def __init__(
        self,
        ask_to_stop: Callable[[int], bool],
        last_words: Callable[[], None],
        *,
        stdin: int = 0,
        screen: int = 2,
        grace: float = 1.5,
        leave: Callable[[int], object] = os._exit,
    ) -> None:
        """Prepare; nothing happens before the `with`, which belongs on the main thread.

        Args:
            ask_to_stop: Asks the app to end with an exit code and returns at once; False where
                there is no app yet that could. Called on a thread of ours.
            last_words: Saves what is unsaved. Called on a thread of ours, after `grace`.
            stdin: Where keys come from.
            screen: Where the app draws.
            grace: Seconds the process has to end by itself.
            leave: Ends the process with an exit code.
        """
        self.exit_code: int | None = None
        """128 and the signal's number, once there was reason to stop."""
        self.has_drawn = False
        """Whether something was drawn before the app runs."""
        self._request_stop = ask_to_stop
        self._save_unsaved = last_words
        self._stdin = stdin
        self._screen = screen
        self._grace = grace
        self._exit_process = leave
        self._original_modes: TerminalModes | None = None
        self._quiet_modes: TerminalModes | None = None
        self._handlers: dict[int, Any] = {}
        self._has_ended = threading.Event()
        self._is_forced_exit = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="newstui-guard", daemon=True)

    def __enter__(self) -> TerminalSession:
        self._original_modes = read_terminal_modes(self._screen)
        self._wakeup_read_fd, self._wakeup_write_fd = os.pipe()
        os.set_blocking(self._wakeup_write_fd, False)
        for number in STOP_SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._handlers[number] = signal.signal(number, self._on_signal)
        for number in SIGNALS_LEFT_BY_TEXTUAL:
            self._handlers[number] = signal.getsignal(number)
        self._handlers[signal.SIGURG] = signal.signal(signal.SIGURG, _ignore)
        # Python tells this pipe even while the main thread is busy outside of Python.
        self._previous_wakeup_fd = signal.set_wakeup_fd(
            self._wakeup_write_fd, warn_on_full_buffer=False
        )
        self._watcher.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # What we report ourselves comes mostly before the app has taken the terminal.
        reported = (SystemExit, NewstuiError) if not self._is_terminal_changed else SystemExit
        self.restore_echo()
        if kind is not None and not issubclass(kind, reported):
            restore_terminal(self._screen, self._original_modes)
        self._has_ended.set()
        signal.set_wakeup_fd(self._previous_wakeup_fd)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._wake_watcher(0)
        if self._is_forced_exit.is_set():
            # What frees a stalled terminal frees this thread, too; to end here would be another
            # exit code, for what the terminal did not take is still to be written.
            self._watcher.join()
        if self.exit_code is None:
            self._watcher.join()
            os.close(self._wakeup_read_fd)
            os.close(self._wakeup_write_fd)

    def disable_echo(self) -> None:
        """Keep keys that come before the app quiet and as they are: no echo, enter stays enter."""
        if self._original_modes is None or not is_foreground_job(self._screen):
            return
        quiet = list(self._original_modes)
        quiet[IFLAG_INDEX] &= ~termios.ICRNL
        quiet[LFLAG_INDEX] &= ~(termios.ECHO | termios.ICANON)
        with contextlib.suppress(termios.error):
            termios.tcsetattr(self._screen, termios.TCSANOW, quiet)
            self._quiet_modes = read_terminal_modes(self._screen)

    def restore_echo(self) -> None:
        """The modes as they were found, for the app to change and put back; keys are kept."""
        if self._quiet_modes is not None and self._original_modes is not None:
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._screen, termios.TCSANOW, self._original_modes)
        self._quiet_modes = None

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        del frame
        self._wake_watcher(number)

    def _wake_watcher(self, number: int) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(self._wakeup_write_fd, bytes([number]))

    def _watch(self) -> None:
        number = self._wait_for_stop_signal()
        if number is None:
            return
        self.exit_code = 128 + number
        taken = self._is_terminal_changed
        if is_hung_up(self._stdin):
            _redirect_to_null([self._stdin, self._screen])
        if self._try_request_stop(self.exit_code):
            time.sleep(self._grace)
        saving = threading.Thread(target=self._save_unsaved, daemon=True)
        saving.start()
        saving.join(FINAL_SAVE_TIMEOUT)
        self._is_forced_exit.set()
        # Had the app given the terminal back, that would wait with all that was drawn.
        taken = taken or self._is_terminal_changed
        if not self._has_ended.is_set():
            self.restore_echo()
        own = _discard_pending_output(self._screen)
        if taken:
            restore_terminal(own, self._original_modes)
        self._exit_process(self.exit_code)

    @property
    def _is_terminal_changed(self) -> bool:
        """Whether the terminal is no longer as it was found.

        To restore it else would do harm: the shell's own keyboard mode would go, and the cursor
        would jump to where it was once saved.
        """
        return self.has_drawn or read_terminal_modes(self._screen) != (
            self._quiet_modes or self._original_modes
        )

    def _try_request_stop(self, code: int) -> bool:
        try:
            return self._request_stop(code)
        except RuntimeError:  # the event loop was closed just now: the app is on its way out
            return True

    def _wait_for_stop_signal(self) -> int | None:
        """Wait for the signal to stop for; None if the app ended by itself."""
        poller = select.poll()
        poller.register(self._wakeup_read_fd, select.POLLIN)
        poller.register(self._stdin, 0)
        if any(event & select.POLLNVAL for _, event in poller.poll(0)):
            poller.unregister(self._stdin)  # a system that cannot poll its terminals
        while True:
            for fd, _ in poller.poll():
                if fd == self._stdin:
                    return signal.SIGHUP
                for number in os.read(self._wakeup_read_fd, 64):
                    if number in STOP_SIGNALS:
                        return number
                    if number == 0:
                        return None


def _ignore(number: int, frame: FrameType | None) -> None:
    """Do nothing; the signal has interrupted what was waiting."""
