"""A run of the reader: from the library on disk to the exit code."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import ExitStack, suppress
from datetime import datetime
from typing import TYPE_CHECKING

from store.model.times import system_clock
from store.system.openssl import without_openssl
from store.system.paths import Paths
from tui import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from store.backup.archive import BackupProgress
    from store.library.protocol import Library
    from store.model.errors import ServerUnreachable
    from tui.config.settings import Settings
    from tui.reader.app import NewsApp
    from tui.reader.gateway import Gateway, PostMessage

EXIT_NO_LIBRARY = 1
"""The exit code if the user quits before the server of the library answers."""
SWITCH_INTERVAL = 0.001
"""Seconds until the interpreter is taken from a busy thread, such as that of the library, for which a key
waits several times. Five milliseconds, as Python has it, are more than drawing the key's frame takes."""
SHUTDOWN_TIMEOUT = 2.0
"""Seconds that the last changes have to reach the disk."""


class ReaderRun:
    """Keeps what has been started so far, so that a signal can end it at any moment."""

    def __init__(self, paths: Paths, *, slow: bool = False) -> None:
        """Prepare a run; nothing is opened yet.

        Args:
            paths: The folders of the library, the settings and everything else.
            slow: Save bandwidth, whatever the settings say.
        """
        self._paths = paths
        self._slow = slow
        self.follow_up_command: Sequence[str] = ()
        """The command to carry out before the reader starts again."""
        self.final_message = ""
        """A line for the user after a crash, or if the last changes were lost; else empty."""
        self.is_saving = False
        """True if the app has ended before the last changes were on the disk."""
        self._app: NewsApp | None = None
        self._gateway: Gateway | None = None

    def request_stop(self, code: int) -> bool:
        """Ask the app to end; return False if there is none yet."""
        return self._app is not None and self._app.request_stop(code)

    def flush_changes(self) -> None:
        """Save the reading position, and wait until the last changes are on the disk.

        The app itself may be unable to: it crashed, or waits for a terminal that takes nothing.
        """
        if self._app is not None:
            self._app.save_position()
            self._close_library(SHUTDOWN_TIMEOUT)

    def finish_saving(self) -> None:
        """Wait until the last changes are on the disk, however long that takes."""
        self._close_library(None)

    def _close_library(self, timeout: float | None) -> None:
        from store.model.errors import NewstuiError

        if self._gateway is not None:
            try:
                self.is_saving = not self._gateway.close(timeout)
            except NewstuiError as error:
                self.is_saving, self.final_message = False, str(error)

    def run(self, before_terminal: Callable[[], None]) -> int:
        """Run the reader.

        Args:
            before_terminal: Called right before the app takes the terminal.

        Returns:
            The exit code.
        """
        with without_openssl():
            import asyncio  # noqa: F401 - keeps what it has found
            import hashlib  # noqa: F401

        from store.model.errors import ServerUnreachable
        from tui.services import is_filled, open_library, open_sample_library

        try:
            library: Library | None = open_library(self._paths)
        except ServerUnreachable as error:
            library = self._wait_for_server(error)
        if library is None:
            return EXIT_NO_LIBRARY
        with ExitStack() as stack:
            is_sample = not is_filled(library)
            if is_sample:
                library = stack.enter_context(open_sample_library(system_clock))
            return self._run_app(library, before_terminal, is_sample=is_sample)

    def _wait_for_server(self, error: ServerUnreachable) -> Library | None:
        """Return the library once its server answers; None if the user quit."""
        from tui.config.keymaps import make_keymap
        from tui.config.settings import load_settings
        from tui.reader.server_wait import wait_for_server
        from tui.services import open_library

        settings = load_settings(self._paths.config).settings
        keys = make_keymap(settings.preset, settings.keys).keys
        quit_keys = (*keys["app.leave"], *keys["app.quit"])
        return wait_for_server(lambda: open_library(self._paths), error, quit_keys)

    def _auto_backup(self) -> Iterator[BackupProgress]:
        from store.backup.auto_backups import has_backup_of_the_day

        with suppress(OSError):  # which making the backup reports
            if has_backup_of_the_day(self._paths, system_clock):
                return
        from store.backup.backup import make_auto_backup  # once a day

        yield from make_auto_backup(self._paths, system_clock, __version__)

    def _run_app(
        self, library: Library, before_terminal: Callable[[], None], *, is_sample: bool
    ) -> int:
        from tui.config.keymaps import make_keymap
        from tui.config.last_session import LastSession
        from tui.config.settings import load_settings
        from tui.config.theme_choice import ThemeChoice
        from tui.reader.app import CrashLog, NewsApp
        from tui.reader.screen.link_actions import choose_external_methods
        from tui.services import describe_samples

        def now() -> int:
            return int(system_clock().timestamp())

        loaded = load_settings(self._paths.config, slow=self._slow)
        keymap = make_keymap(loaded.settings.preset, loaded.settings.keys)
        hint = describe_samples(keymap.first_key("app.welcome")) if is_sample else ""
        log = CrashLog(self._paths.state / "crash.log")
        app = self._app = NewsApp(
            lambda post: self._make_gateway(library, post, loaded.settings, own=not is_sample),
            now,
            choose_external_methods(os.environ, loaded.settings, self._paths.state),
            hint,
            loaded,
            ThemeChoice(loaded.settings, os.environ, self._paths.config, self._paths.state),
            LastSession(self._paths.state, None if is_sample else self._paths.library),
        )
        app.error_console = log.console
        app.before_terminal = before_terminal
        gc.freeze()
        gc.enable()
        sys.setswitchinterval(SWITCH_INTERVAL)
        app.run(mouse=loaded.settings.mouse)
        self.flush_changes()
        if log.has_content:
            self.final_message = (
                f"the reader crashed; crash log: {log.save(datetime.now().astimezone())}"
            )
            return 1
        self.follow_up_command = app.follow_up_command
        # Of a database, nothing tells what has changed before it is open; a folder that hangs is not asked.
        if not (is_sample or self._paths.database or self.is_saving):
            self._save_splash(app)
        return app.return_code or 0

    def _make_gateway(
        self, library: Library, post: PostMessage, settings: Settings, *, own: bool
    ) -> Gateway:
        """Create the gateway. The sample library (not `own`) has no backups and no feeds."""
        from store.system.programs import HookRunner
        from tui.reader.gateway import Gateway
        from tui.reader.gateway.messages import OperationFailed
        from tui.reader.gateway.summaries import SummaryCommand
        from tui.services import make_fetch_context

        programs = {"on_new": settings.on_new, "on_read": settings.on_read}
        hooks = HookRunner(programs, lambda problem: post(OperationFailed(problem)))
        backup = self._auto_backup if own and "backup" in library.capabilities else None
        gateway = self._gateway = Gateway(library, post, backup, hooks)
        gateway.feeds.make_context = make_fetch_context if own else None
        if settings.summary_command:
            gateway.summaries.command = SummaryCommand(
                settings.summary_command, settings.summary_timeout
            )
        return gateway

    def _save_splash(self, app: NewsApp) -> None:
        from tui.terminal.splash import compute_splash_signature, save_splash

        if app.splash_lines:
            size = (app.size.width, app.size.height)
            signature = compute_splash_signature(self._paths, size, os.environ, __version__)
            save_splash(self._paths.cache, signature, app.splash_lines)
