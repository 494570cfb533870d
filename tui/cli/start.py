"""`newstui` without a command: the reader."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from contextlib import ExitStack
from datetime import datetime

from store.library import Library
from store.paths import Paths
from store.times import Clock, system_clock
from tui.cli.opening import paths_of, unloaded
from tui.cli.output import tell
from tui.samples import HINT, sample_library
from tui.terminal import Session, refusal

SHUT_DOWN = 2.0
"""Seconds the last changes have to reach the disk."""


def start(options: argparse.Namespace) -> int:
    """Run the reader on the library, or on the samples while that is empty."""
    if reason := refusal(os.environ):
        sys.stderr.write(reason + "\n")
        return 2
    paths = paths_of(options)
    library: Library = unloaded(paths)
    with ExitStack() as stack:
        hint = ""
        if library.empty:
            library = stack.enter_context(sample_library(system_clock))
            hint = HINT
        return _run(library, paths, hint, system_clock)


def _run(library: Library, paths: Paths, hint: str, clock: Clock) -> int:
    # What the imports leave behind lives as long as the process: collecting it costs a start 20 ms
    # and an end 80 ms, and frees nothing.
    gc.disable()
    from tui.app import NewsApp
    from tui.crash import CrashLog
    from tui.gateway import Gateway, Post
    from tui.screens.outward import routes

    gateways: list[Gateway] = []

    def make_gateway(post: Post) -> Gateway:
        gateways.append(Gateway(library, post))
        return gateways[-1]

    def save() -> None:
        for gateway in gateways:
            gateway.close(SHUT_DOWN)

    log = CrashLog(paths.state / "crash.log")
    app = NewsApp(
        make_gateway,
        lambda: int(clock().timestamp()),
        routes(os.environ),
        hint,
    )
    app.error_console = log.console
    gc.freeze()
    gc.enable()
    with Session(app.ask_to_stop, save) as session:
        app.run(mouse=False)
        save()
    if session.code is not None:
        return session.code
    if log.written:
        tell(f"the reader failed; what happened is in {log.save(datetime.now().astimezone())}")
        return 1
    return app.return_code or 0
