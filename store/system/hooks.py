"""Hooks: programs of the user that newstui runs on an event, `on_new` and `on_read`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

import orjson

from store.model.errors import ProgramFailed
from store.text.clean import clean_json, clean_line

HookName = Literal["on_new", "on_read"]
ArticleFacts = Mapping[str, Any]

HOOK_TIMEOUT_SECONDS = 60.0


def run_hook(name: HookName, arguments: Sequence[str], facts: Iterable[ArticleFacts]) -> str:
    """Run a hook with the facts of articles, as JSON Lines on its standard input.

    Returns:
        The problem, in words; empty if the program succeeded.
    """
    from store.system.programs import run_program  # imported here: most users have no hooks

    lines = b"".join(orjson.dumps(clean_json(each)) + b"\n" for each in facts)
    try:
        run_program(arguments, lines.decode(), HOOK_TIMEOUT_SECONDS)
    except ProgramFailed as error:
        return clean_line(f"{name}: {error}")
    return ""


class HookRunner:
    """Runs hooks on daemon threads, so that nothing waits for them, not even exiting."""

    def __init__(
        self, programs: Mapping[str, Sequence[str]], report_problem: Callable[[str], object]
    ) -> None:
        """Prepare the hooks.

        Args:
            programs: Program and arguments by hook; a hook without any does nothing.
            report_problem: Called with a line about a failure, on any thread.
        """
        self._programs = programs
        self._report_problem = report_problem
        self._threads: list[threading.Thread] = []

    def is_configured(self, name: HookName) -> bool:
        """Return True if the hook has a program."""
        return bool(self._programs.get(name))

    def start(self, name: HookName, facts: Sequence[ArticleFacts]) -> None:
        """Run a hook on a thread of its own."""
        arguments = (name, self._programs[name], facts)
        thread = threading.Thread(target=self._run, args=arguments, name=name, daemon=True)
        self._threads = [each for each in self._threads if each.is_alive()] + [thread]
        thread.start()

    def wait(self) -> None:
        """Wait for the running hooks."""
        for thread in self._threads:
            thread.join()

    def _run(self, name: HookName, arguments: Sequence[str], facts: Sequence[ArticleFacts]) -> None:
        if problem := run_hook(name, arguments, facts):
            self._report_problem(problem)
