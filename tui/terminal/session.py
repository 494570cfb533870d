"""The terminal session: saves the modes, ends the reader on signals, restores the terminal."""

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

TerminalModes = list[Any]
"""The result of `termios.tcgetattr`."""

RESET_SEQUENCE = (
    b"\x1b\\"  # ends an unfinished string
    b"\x1b[?2026l"  # synchronised output
    b"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l"  # mouse
    b"\x1b[?2048l"  # window size reports
    b"\x1b[?2004l"  # bracketed paste
    b"\x1b[?1004l"  # focus reports
    b"\x1b[<u"  # kitty keyboard protocol; each screen has its own, so before leaving this one
    b"\x1b[?7h\x1b[0m"  # line wrap, colours
    b"\x1b[?1049l"  # the alternate screen
    b"\x1b[?25h"  # the cursor
)
"""Undoes all modes that Textual and newstui set."""

IFLAG_INDEX, LFLAG_INDEX = 0, 3
"""The indexes of the input and local modes in the result of `termios.tcgetattr`."""
STOP_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
SIGNALS_LEFT_BY_TEXTUAL = (signal.SIGTSTP, signal.SIGCONT, signal.SIGWINCH)
"""Signals whose handlers Textual does not remove; without an app they would raise."""

FINAL_SAVE_TIMEOUT = 1.0
"""Seconds that saving may take before the process is killed."""
RELEASE_SECONDS = 0.02
"""Seconds for a thread to notice that the terminal it waits for was taken from it."""
MAX_RESET_ATTEMPTS = 25


def read_terminal_modes(fd: int) -> TerminalModes | None:
    """Return the modes of the terminal behind `fd`, or None if there is none."""
    try:
        return termios.tcgetattr(fd)
    except termios.error:
        return None


def can_be_resumed() -> bool:
    """Return True if a shell could resume this process: the first one of a terminal would stay stopped."""
    return os.getsid(0) != os.getpid()


def restore_terminal(fd: int, saved: TerminalModes | None = None) -> None:
    """Restore the terminal, and its earlier modes if they are known, without waiting for what it has not taken.

    A terminal that belongs to another job by now is left alone.
    """
    if not (os.isatty(fd) and is_foreground_job(fd)):
        return
    if saved is not None:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(fd, termios.TCSANOW, saved)
    with contextlib.suppress(OSError):
        # Opened again, because O_NONBLOCK on `fd` would apply to the shell as well.
        own = os.open(os.ttyname(fd), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            _write_reset_sequence(own)
        finally:
            os.close(own)


def _write_reset_sequence(fd: int) -> None:
    """Write it whole; what a stalled terminal has not taken makes room for it.

    On a busy machine a thread that was released from a stalled write may write once more.
    """
    for _ in range(MAX_RESET_ATTEMPTS):
        with contextlib.suppress(BlockingIOError):
            if os.write(fd, RESET_SEQUENCE) == len(RESET_SEQUENCE):
                return
        with contextlib.suppress(termios.error):
            termios.tcflush(fd, termios.TCOFLUSH)
        time.sleep(RELEASE_SECONDS)


def is_foreground_job(fd: int) -> bool:
    """Return True if the terminal behind `fd` is ours, and not the shell's or another job's."""
    try:
        return os.tcgetpgrp(fd) == os.getpgrp()
    except OSError:  # not our controlling terminal, so there are no jobs
        return True


def is_hung_up(fd: int) -> bool:
    """Return True if the terminal behind `fd` was closed or hung up."""
    poller = select.poll()
    poller.register(fd, 0)
    return any(event & (select.POLLHUP | select.POLLERR) for _, event in poller.poll(0))


def _redirect_to_null(fds: Sequence[int]) -> None:
    """Replace a terminal that is gone by /dev/null, so that nothing fails or blocks on it."""
    null = os.open(os.devnull, os.O_RDWR)
    for fd in fds:
        os.dup2(null, fd)
    os.close(null)


def _wake_main_thread() -> None:
    """Interrupt what the main thread waits for, so that it handles the signals that have come.

    Only the main thread runs Python's handlers, and the kernel gives a signal to any thread: one that
    just wakes up from a stop would take SIGCONT, and the main thread sleep on beside it.
    """
    main_thread = threading.main_thread().ident
    if main_thread is not None:
        signal.pthread_kill(main_thread, signal.SIGURG)


def _discard_pending_output(fd: int) -> int:
    """Discard what a stalled terminal has not taken, and release the threads that wait for it.

    The signal interrupts their write; the retry goes to /dev/null. Return a descriptor of the
    terminal for our own use.
    """
    own = os.dup(fd)
    _redirect_to_null([fd])
    for thread in threading.enumerate():
        if thread.ident is not None and thread is not threading.current_thread():
            with contextlib.suppress(ProcessLookupError):
                signal.pthread_kill(thread.ident, signal.SIGURG)
    time.sleep(RELEASE_SECONDS)
    with contextlib.suppress(termios.error):
        termios.tcflush(own, termios.TCOFLUSH)
    return own


class TerminalSession:
    """Runs the app so that it ends in order on a signal, or when the terminal goes away.

    SIGTERM, SIGINT, SIGHUP (unless it is ignored, as under nohup) and a terminal that is gone ask
    the app to stop. If the process still runs after `grace` seconds, unsaved changes are saved, the
    terminal is restored and the process exits, whatever its main thread is waiting for.

    One thread does all of this: it sleeps until the terminal hangs up or a signal's number arrives
    on a pipe, so that the signal handlers do nothing that could fail. It also sees to it that the
    main thread learns of the other signals.
    """

    def __init__(
        self,
        request_stop: Callable[[int], bool],
        save_unsaved: Callable[[], None],
        *,
        stdin: int = 0,
        screen: int = 2,
        grace: float = 1.5,
        exit_process: Callable[[int], object] = os._exit,
    ) -> None:
        """Prepare a session; the `with` statement that starts it belongs on the main thread.

        Args:
            request_stop: Asks the app to end with an exit code and returns at once; False if
                there is no app yet. Called on our own thread.
            save_unsaved: Saves unsaved changes. Called on our own thread, after `grace`.
            stdin: The descriptor keys are read from.
            screen: The descriptor the app draws on.
            grace: Seconds the process has to end by itself.
            exit_process: Ends the process with an exit code.
        """
        self.exit_code: int | None = None
        """128 plus the signal's number, once there is a reason to stop."""
        self.has_drawn = False
        """True if something was drawn before the app started."""
        self._request_stop = request_stop
        self._save_unsaved = save_unsaved
        self._stdin = stdin
        self._screen = screen
        self._grace = grace
        self._exit_process = exit_process
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
                handler = signal.signal(number, lambda number, _: self._wake_watcher(number))
                self._handlers[number] = handler
        for number in SIGNALS_LEFT_BY_TEXTUAL:
            self._handlers[number] = signal.getsignal(number)
        # Handled by doing nothing: the signal only interrupts what waits.
        self._handlers[signal.SIGURG] = signal.signal(signal.SIGURG, lambda *_: None)
        # Python writes to this pipe even while the main thread is busy outside of Python.
        self._previous_wakeup_fd = signal.set_wakeup_fd(
            self._wakeup_write_fd, warn_on_full_buffer=False
        )
        self._watcher.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        # Errors we report ourselves mostly come before the app has taken the terminal.
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
            # Releasing a stalled terminal releases this thread as well; going on here would exit with
            # another code, because the rest of the output is still to be written.
            self._watcher.join()
        if self.exit_code is None:
            self._watcher.join()
            os.close(self._wakeup_read_fd)
            os.close(self._wakeup_write_fd)

    def disable_echo(self) -> None:
        """Keep keys typed before the app runs: no echo, enter stays enter."""
        if self._original_modes is None or not is_foreground_job(self._screen):
            return
        quiet = list(self._original_modes)
        quiet[IFLAG_INDEX] &= ~termios.ICRNL
        quiet[LFLAG_INDEX] &= ~(termios.ECHO | termios.ICANON)
        with contextlib.suppress(termios.error):
            termios.tcsetattr(self._screen, termios.TCSANOW, quiet)
            self._quiet_modes = read_terminal_modes(self._screen)

    def restore_echo(self) -> None:
        """Restore the original modes for the app to change; typed keys are kept."""
        if self._quiet_modes is not None and self._original_modes is not None:
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._screen, termios.TCSANOW, self._original_modes)
        self._quiet_modes = None

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
        # Had the app restored the terminal, that output would be pending with all that was drawn.
        taken = taken or self._is_terminal_changed
        if not self._has_ended.is_set():
            self.restore_echo()
        own = _discard_pending_output(self._screen)
        if taken:
            restore_terminal(own, self._original_modes)
        self._exit_process(self.exit_code)

    @property
    def _is_terminal_changed(self) -> bool:
        """True if the terminal differs from its original state.

        Restoring it otherwise would do harm: the shell's keyboard mode would go, and the cursor would
        jump to a position saved long ago.
        """
        return self.has_drawn or read_terminal_modes(self._screen) != (
            self._quiet_modes or self._original_modes
        )

    def _try_request_stop(self, code: int) -> bool:
        try:
            return self._request_stop(code)
        except RuntimeError:  # the event loop has just closed: the app is ending
            return True

    def _wait_for_stop_signal(self) -> int | None:
        """Wait for a signal to stop; return None if the app ended by itself."""
        poller = select.poll()
        poller.register(self._wakeup_read_fd, select.POLLIN)
        poller.register(self._stdin, 0)
        if any(event & select.POLLNVAL for _, event in poller.poll(0)):
            poller.unregister(self._stdin)  # a system that cannot poll terminals
        while True:
            for fd, _ in poller.poll():
                if fd == self._stdin:
                    return signal.SIGHUP
                for number in os.read(self._wakeup_read_fd, 64):
                    if number in STOP_SIGNALS:
                        return number
                    if number == 0:
                        return None
                    if number != signal.SIGURG:
                        _wake_main_thread()
