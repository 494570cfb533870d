"""Programs of the user's that are told of what happens: `on_new`, `on_read`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

import orjson

from store.model.errors import ProgramFailed
from store.text.clean import clean_json, clean_line

Hook = Literal["on_new", "on_read"]
Facts = Mapping[str, Any]

SECONDS = 60.0


def run_hook(name: Hook, arguments: Sequence[str], facts: Iterable[Facts]) -> str:
    """Give the facts of articles to a program, as JSON Lines on its standard input.

    Returns:
        What went wrong, in words; empty if nothing did.
    """
    from store.system.programs import run_program  # imported here: most have no hooks

    lines = b"".join(orjson.dumps(clean_json(each)) + b"\n" for each in facts)
    try:
        run_program(arguments, lines.decode(), SECONDS)
    except ProgramFailed as error:
        return clean_line(f"{name}: {error}")
    return ""


class Hooks:
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
        self._tell = tell
        self._running: list[threading.Thread] = []

    def wants(self, name: Hook) -> bool:
        """Whether there is a program for this."""
        return bool(self._programs.get(name))

    def run(self, name: Hook, facts: Sequence[Facts]) -> None:
        """Tell the program of articles."""
        arguments = (name, self._programs[name], facts)
        thread = threading.Thread(target=self._run, args=arguments, name=name, daemon=True)
        self._running = [each for each in self._running if each.is_alive()] + [thread]
        thread.start()

    def join(self) -> None:
        """Wait for those that run."""
        for thread in self._running:
            thread.join()

    def _run(self, name: Hook, arguments: Sequence[str], facts: Sequence[Facts]) -> None:
        if problem := run_hook(name, arguments, facts):
            self._tell(problem)
