"""Programs of the user's that are told of what happens: `on_new`, `on_read`."""

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
    """Give the facts of articles to a program, as JSON Lines on its standard input.

    Returns:
        What went wrong, in words; empty if nothing did.
    """
    from store.system.programs import run_program  # imported here: most have no hooks

    lines = b"".join(orjson.dumps(clean_json(each)) + b"\n" for each in facts)
    try:
        run_program(arguments, lines.decode(), HOOK_TIMEOUT_SECONDS)
    except ProgramFailed as error:
        return clean_line(f"{name}: {error}")
    return ""


class HookRunner:
    """Runs hooks on threads of their own that nobody waits for, not even the end of newstui."""

    def __init__(
        self, programs: Mapping[str, Sequence[str]], tell: Callable[[str], object]
    ) -> None:
        """Make the hooks.

        Args:
            programs: Program and arguments; a hook that has none does nothing.
            tell: Takes what went wrong, on any thread.
        """
        self._programs = programs
        self._report_problem = tell
        self._threads: list[threading.Thread] = []

    def is_configured(self, name: HookName) -> bool:
        """Whether there is a program for this."""
        return bool(self._programs.get(name))

    def start(self, name: HookName, facts: Sequence[ArticleFacts]) -> None:
        """Tell the program of articles."""
        arguments = (name, self._programs[name], facts)
        thread = threading.Thread(target=self._run, args=arguments, name=name, daemon=True)
        self._threads = [each for each in self._threads if each.is_alive()] + [thread]
        thread.start()

    def wait(self) -> None:
        """Wait for those that run."""
        for thread in self._threads:
            thread.join()

    def _run(self, name: HookName, arguments: Sequence[str], facts: Sequence[ArticleFacts]) -> None:
        if problem := run_hook(name, arguments, facts):
            self._report_problem(problem)
