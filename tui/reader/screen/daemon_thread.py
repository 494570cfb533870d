"""Calls that the event loop must not wait for, and quitting neither."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


async def run_in_daemon_thread(
    function: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
) -> Result:
    """Call a function as `asyncio.to_thread` does, but on a thread that ends with the process.

    With `asyncio.to_thread` the reader could not quit before a program of the user's has ended.
    """
    future: Future[Result] = Future()
    future.set_running_or_notify_cancel()  # from here on only this thread completes it

    def run() -> None:
        try:
            future.set_result(function(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 (raised where the call is awaited)
            future.set_exception(error)

    Thread(target=run, name=function.__name__, daemon=True).start()
    return await asyncio.wrap_future(future)
