"""The process that highlights the code of one article, with limits of time and memory.

Without its answer code is drawn in one colour, so a lexer that hangs costs nothing but the colours.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys
from collections.abc import Sequence

import orjson

from store.system.helper_process import HelperProcess, read_message, write_message
from tui.rendering.code_spans import CodeSpans, find_tokens
from tui.rendering.markdown import CodeBlock

LEXER_TIMEOUT_SECONDS = 2
"""Seconds of processor time for all code of an article."""
WALL_CLOCK_FACTOR = 10
"""A busy machine may take this much longer."""
MAX_LEXER_MEMORY_BYTES = 1_000_000_000
"""Bytes of address space."""
CODE_WORKER_SCRIPT = (
    "from tui.rendering.code_process import run_code_worker; run_code_worker({seconds})"
)


def highlight_code(
    blocks: Sequence[CodeBlock], seconds: float = LEXER_TIMEOUT_SECONDS
) -> CodeSpans:
    """Highlight code in a process of its own, and wait for it.

    Returns:
        The tokens of the blocks that were done in time.
    """
    process = HelperProcess(CODE_WORKER_SCRIPT.format(seconds=seconds))
    found = []
    try:
        process.send(orjson.dumps([(block.language, block.text) for block in blocks]))
        for block in blocks:
            answer = process.receive()
            if answer is None:
                break
            found.append((block.offset, orjson.loads(answer)))
    except OSError:
        pass  # no process can be started: no colours
    finally:
        process.close()
    return CodeSpans.join(found)


def run_code_worker(seconds: float) -> None:
    """Answer with the tokens of each block; the main function of the process."""
    os.nice(10)
    for limit, value in ((resource.RLIMIT_AS, MAX_LEXER_MEMORY_BYTES), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):  # not every system has it
            resource.setrlimit(limit, (value, value))
    # The signals end the process: no code can hold that up.
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, WALL_CLOCK_FACTOR * seconds)
    blocks = orjson.loads(read_message(sys.stdin.buffer) or b"[]")
    for language, text in blocks:
        write_message(sys.stdout.buffer, orjson.dumps(_find_tokens(language, text)))


def _find_tokens(language: str, text: str) -> object:
    try:
        return find_tokens(language, text)
    except Exception:  # noqa: BLE001 - a lexer failed on what anybody may write
        return []
