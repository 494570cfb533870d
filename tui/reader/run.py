"""One run of the reader: from the library on disk to the exit code."""

from __future__ import annotations

import gc
import os
from contextlib import ExitStack
from datetime import datetime
from typing import TYPE_CHECKING

from store.system.paths import Paths
from tui import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from pathlib import Path

    from store.backup.archive import Progress
    from store.library.protocol import Library
    from tui.config.settings import Settings
    from tui.reader.app import NewsApp
    from tui.reader.gateway import Gateway, Post
    from tui.reader.gateway.feeds import Access

SHUT_DOWN = 2.0
"""Seconds the last changes have to reach the disk."""


class Running:
    """Holds what is there so far, so that a signal at any moment finds what it has to end."""

    def __init__(self, paths: Paths, *, slow: bool = False) -> None:
        """Make a run.

        Args:
            paths: Where the library, the settings and all else are.
            slow: Whether the command line says that the link is slow.
        """
        self._paths = paths
        self._slow = slow
        self.then: Sequence[str] = ()
        """The command to carry out before the reader starts again."""
        self._app: NewsApp | None = None
        self._gateway: Gateway | None = None

    def ask_to_stop(self, code: int) -> bool:
        """Ask the app to end; False while there is none."""
        return self._app is not None and self._app.ask_to_stop(code)

    def save(self) -> None:
        """See the last changes onto the disk."""
        if self._gateway is not None:
            self._gateway.close(SHUT_DOWN)

    def run(self, before_terminal: Callable[[], None]) -> int:
        """Run the reader.

        Args:
            before_terminal: Called right before the app takes the terminal.

        Returns:
            The exit code.
        """
        from store.model.times import system_clock
        from tui.services import unloaded

        library: Library = unloaded(self._paths)
        with ExitStack() as stack:
            hint = ""
            if library.empty:
                from tui.services import HINT, sample_library

                library = stack.enter_context(sample_library(system_clock))
                hint = HINT
            return self._run(library, hint, before_terminal)

    def _backup(self) -> Generator[Progress, None, Path | None]:
        from store.backup.backup import auto_backup
        from store.model.times import system_clock

        return auto_backup(self._paths, system_clock, __version__)

    def _run(self, library: Library, hint: str, before_terminal: Callable[[], None]) -> int:
        from store.model.times import system_clock
        from tui.config.settings import load_settings
        from tui.config.theme_choice import ThemeChoice
        from tui.reader.app import NewsApp
        from tui.reader.screen.link_actions import routes
        from tui.terminal.crash_log import CrashLog

        def now() -> int:
            return int(system_clock().timestamp())

        loaded = load_settings(self._paths.config, slow=self._slow)
        log = CrashLog(self._paths.state / "crash.log")
        app = self._app = NewsApp(
            lambda post: self._make_gateway(library, post, loaded.settings, own=not hint),
            now,
            routes(os.environ, loaded.settings, self._paths.state),
            hint,
            loaded,
            ThemeChoice(loaded.settings, os.environ, self._paths.config, self._paths.state),
        )
        app.error_console = log.console
        app.before_terminal = before_terminal
        gc.freeze()
        gc.enable()
        app.run(mouse=loaded.settings.mouse)
        if log.written:
            app.save()  # an app that ends in order has done so itself
        self.save()
        if log.written:
            from tui.cli.console import tell

            where = log.save(datetime.now().astimezone())
            tell(f"the reader failed; what happened is in {where}")
            return 1
        self.then = app.then
        if not hint:
            self._keep_curtain(app)
        return app.return_code or 0

    def _make_gateway(
        self, library: Library, post: Post, settings: Settings, *, own: bool
    ) -> Gateway:
        """The gateway; samples are neither backed up nor added to by feeds."""
        from store.system.hooks import Hooks
        from tui.reader.gateway import Gateway
        from tui.reader.gateway.messages import StoreFailed
        from tui.reader.gateway.summaries import Summariser

        programs = {"on_new": settings.on_new, "on_read": settings.on_read}
        hooks = Hooks(programs, lambda problem: post(StoreFailed(problem)))
        self._gateway = Gateway(library, post, self._backup if own else None, hooks)
        self._gateway.access = self._feeds if own else None
        if settings.summary_command:
            self._gateway.summariser = Summariser(
                settings.summary_command, settings.summary_timeout
            )
        return self._gateway

    def _feeds(self) -> Access:
        from store.feeds.feed_store import Book
        from tui.reader.gateway.feeds import Access
        from tui.services import network

        return Access(Book(self._paths.library, self._paths.cache), network)

    def _keep_curtain(self, app: NewsApp) -> None:
        from tui.terminal.splash import keep, signature

        if app.opening:
            size = (app.size.width, app.size.height)
            look = signature(self._paths, size, os.environ, __version__)
            keep(self._paths.cache, look, app.opening)
