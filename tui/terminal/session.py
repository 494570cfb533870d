"""The terminal's manners: when the reader cannot start, and how the terminal is given back."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import termios
import threading
import time
from typing import TYPE_CHECKING, Any, NoReturn

from store.model.errors import NewsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import FrameType, TracebackType

Modes = list[Any]
"""What `termios.tcgetattr` returns."""

GIVE_BACK = (
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

IFLAG, LFLAG = 0, 3
"""Where `termios.tcgetattr` has the input and the local modes."""
STOP_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
LEFT_BY_TEXTUAL = (signal.SIGTSTP, signal.SIGCONT, signal.SIGWINCH)
"""Signals whose handlers Textual leaves behind; without an app they would raise."""

UTF8_TRIED = "NEWSTUI_UTF8_TRIED"
LAST_WORDS = 1.0
"""Seconds that a save may take when the process is about to be ended."""


def refusal(env: Mapping[str, str], isatty: Callable[[int], bool] = os.isatty) -> str | None:
    """One line that says why the reader cannot start, or None if it can.

    Standard output does not matter: Textual reads from standard input and draws on standard
    error, so `newstui | cat` works and `newstui 2>file` cannot.
    """
    term = env.get("TERM", "")
    if not isatty(0):
        reason = "stdin is not one"
    elif not isatty(2):
        reason = "stderr is not one"
    elif term in ("", "dumb"):
        reason = f"TERM is {term or 'not set'}; newstui --plain works here"
    else:
        return None
    return f"newstui: needs a terminal ({reason})"


def erases_in_color(env: Mapping[str, str]) -> bool:
    """Whether what is erased takes the background that is set; GNU screen has it in none."""
    return bool(env.get("TMUX")) or not env.get("TERM", "").startswith("screen")


def needs_utf8_mode(env: Mapping[str, str], encoding: str) -> bool:
    """Whether Python should be started again in UTF-8 mode: not in UTF-8, and not tried yet.

    Args:
        env: The environment.
        encoding: What the stream that is drawn on encodes to: `sys.stderr.encoding`.
    """
    return encoding.lower().replace("_", "-") not in ("utf-8", "utf8") and not env.get(UTF8_TRIED)


def start_again_in_utf8(
    env: Mapping[str, str],
    arguments: Sequence[str],
    execve: Callable[[str, list[str], dict[str, str]], NoReturn] = os.execve,
) -> NoReturn:
    """Become the same command in UTF-8 mode.

    Args:
        env: The environment.
        arguments: `sys.orig_argv`.
        execve: Replaces the process.
    """
    command = [sys.executable, *arguments[1:]]
    execve(sys.executable, command, {**env, "PYTHONUTF8": "1", UTF8_TRIED: "1"})


def modes(fd: int) -> Modes | None:
    """The modes of the terminal behind `fd`, or None if there is none."""
    try:
        return termios.tcgetattr(fd)
    except termios.error:
        return None


def restore(fd: int, saved: Modes | None = None) -> None:
    """Give the terminal back as it was found; never blocks, gives up where it would have to.

    A terminal that belongs to another job by now is left alone.

    Args:
        fd: The terminal.
        saved: Its modes from before, if they are known.
    """
    if not (os.isatty(fd) and in_foreground(fd)):
        return
    if saved is not None:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(fd, termios.TCSANOW, saved)
    with contextlib.suppress(OSError):
        # Opened anew, because O_NONBLOCK on `fd` would hold for the shell as well.
        own = os.open(os.ttyname(fd), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            os.write(own, GIVE_BACK)
        finally:
            os.close(own)


def in_foreground(fd: int) -> bool:
    """Whether the terminal behind `fd` listens to us, and not to the shell or another job."""
    try:
        return os.tcgetpgrp(fd) == os.getpgrp()
    except OSError:  # not our controlling terminal, so there are no jobs
        return True


def is_gone(fd: int) -> bool:
    """Whether the terminal behind `fd` was closed or hung up."""
    poller = select.poll()
    poller.register(fd, 0)
    return any(event & (select.POLLHUP | select.POLLERR) for _, event in poller.poll(0))


def _let_go(fds: Sequence[int]) -> None:
    """Put /dev/null in the place of a terminal that is gone, so nothing fails or blocks on it."""
    null = os.open(os.devnull, os.O_RDWR)
    for fd in fds:
        os.dup2(null, fd)
    os.close(null)


def _take_back(fd: int) -> int:
    """Throw away what a stalled terminal has not taken, and free the threads that wait for it.

    The signal makes them look again, and then what they write goes nowhere.

    Returns:
        A descriptor of the terminal that is ours alone.
    """
    own = os.dup(fd)
    _let_go([fd])
    for thread in threading.enumerate():
        if thread.ident is not None and thread is not threading.current_thread():
            with contextlib.suppress(ProcessLookupError):
                signal.pthread_kill(thread.ident, signal.SIGURG)
    time.sleep(0.02)
    with contextlib.suppress(termios.error):
        termios.tcflush(own, termios.TCOFLUSH)
    return own


class Session:
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
        self.code: int | None = None
        """128 and the signal's number, once there was reason to stop."""
        self.drawn = False
        """Whether something was drawn before the app runs."""
        self._ask_to_stop = ask_to_stop
        self._last_words = last_words
        self._stdin = stdin
        self._screen = screen
        self._grace = grace
        self._leave = leave
        self._saved: Modes | None = None
        self._hushed: Modes | None = None
        self._handlers: dict[int, Any] = {}
        self._over = threading.Event()
        self._leaving = threading.Event()
        self._guard = threading.Thread(target=self._watch, name="newstui-guard", daemon=True)

    def __enter__(self) -> Session:
        self._saved = modes(self._screen)
        self._wait, self._wake = os.pipe()
        os.set_blocking(self._wake, False)
        for number in STOP_SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._handlers[number] = signal.signal(number, self._on_signal)
        for number in LEFT_BY_TEXTUAL:
            self._handlers[number] = signal.getsignal(number)
        self._handlers[signal.SIGURG] = signal.signal(signal.SIGURG, _ignore)
        # Python tells this pipe even while the main thread is busy outside of Python.
        self._wakeup = signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        self._guard.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # What we report ourselves comes mostly before the app has taken the terminal.
        reported = (SystemExit, NewsError) if not self._taken else SystemExit
        self.unhush()
        if kind is not None and not issubclass(kind, reported):
            restore(self._screen, self._saved)
        self._over.set()
        signal.set_wakeup_fd(self._wakeup)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._tell(0)
        if self._leaving.is_set():
            # What frees a stalled terminal frees this thread, too; to end here would be another
            # exit code, for what the terminal did not take is still to be written.
            self._guard.join()
        if self.code is None:
            self._guard.join()
            os.close(self._wait)
            os.close(self._wake)

    def hush(self) -> None:
        """Keep keys that come before the app quiet and as they are: no echo, enter stays enter."""
        if self._saved is None or not in_foreground(self._screen):
            return
        quiet = list(self._saved)
        quiet[IFLAG] &= ~termios.ICRNL
        quiet[LFLAG] &= ~(termios.ECHO | termios.ICANON)
        with contextlib.suppress(termios.error):
            termios.tcsetattr(self._screen, termios.TCSANOW, quiet)
            self._hushed = modes(self._screen)

    def unhush(self) -> None:
        """The modes as they were found, for the app to change and put back; keys are kept."""
        if self._hushed is not None and self._saved is not None:
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._screen, termios.TCSANOW, self._saved)
        self._hushed = None

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        del frame
        self._tell(number)

    def _tell(self, number: int) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(self._wake, bytes([number]))

    def _watch(self) -> None:
        number = self._reason()
        if number is None:
            return
        self.code = 128 + number
        taken = self._taken
        if is_gone(self._stdin):
            _let_go([self._stdin, self._screen])
        if self._asked(self.code):
            time.sleep(self._grace)
        saving = threading.Thread(target=self._last_words, daemon=True)
        saving.start()
        saving.join(LAST_WORDS)
        self._leaving.set()
        # Had the app given the terminal back, that would wait with all that was drawn.
        taken = taken or self._taken
        if not self._over.is_set():
            self.unhush()
        own = _take_back(self._screen)
        if taken:
            restore(own, self._saved)
        self._leave(self.code)

    @property
    def _taken(self) -> bool:
        """Whether the terminal is no longer as it was found.

        To restore it else would do harm: the shell's own keyboard mode would go, and the cursor
        would jump to where it was once saved.
        """
        return self.drawn or modes(self._screen) != (self._hushed or self._saved)

    def _asked(self, code: int) -> bool:
        try:
            return self._ask_to_stop(code)
        except RuntimeError:  # the event loop was closed just now: the app is on its way out
            return True

    def _reason(self) -> int | None:
        """Wait for the signal to stop for; None if the app ended by itself."""
        poller = select.poll()
        poller.register(self._wait, select.POLLIN)
        poller.register(self._stdin, 0)
        if any(event & select.POLLNVAL for _, event in poller.poll(0)):
            poller.unregister(self._stdin)  # a system that cannot poll its terminals
        while True:
            for fd, _ in poller.poll():
                if fd == self._stdin:
                    return signal.SIGHUP
                for number in os.read(self._wait, 64):
                    if number in STOP_SIGNALS:
                        return number
                    if number == 0:
                        return None


def _ignore(number: int, frame: FrameType | None) -> None:
    """Do nothing; the signal has interrupted what was waiting."""
