"""Highlighting the code of the article that is shown."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from textual.screen import Screen

from tui.reader.screen.daemon_thread import run_in_daemon_thread
from tui.reader.widgets.article_view import ArticleView
from tui.rendering.code_spans import MAX_CODE_CHARS, CodeSpans
from tui.rendering.markdown import CodeBlock, find_code_blocks

CACHED_TEXTS = 8
"""Texts whose tokens are kept, so that going back to one starts no process."""


@dataclass(eq=False)
class CodeActions:
    """Has code highlighted off the event loop, that of the article shown last only."""

    screen: Screen[None]
    article_view: ArticleView
    _cache: OrderedDict[str, CodeSpans] = field(default_factory=OrderedDict, init=False)

    def highlight(self, text: str) -> None:
        """Highlight the code of a text that is shown."""
        if (spans := self._cache.get(text)) is not None:
            self._cache.move_to_end(text)
            self.article_view.show_code_spans(text, spans)
        else:
            self.screen.run_worker(self._highlight(text), group="code", exclusive=True)

    async def _highlight(self, text: str) -> None:
        spans = await run_in_daemon_thread(_find_code_spans, text)
        self._cache[text] = spans
        if len(self._cache) > CACHED_TEXTS:
            self._cache.popitem(last=False)
        self.article_view.show_code_spans(text, spans)


def _find_code_spans(text: str) -> CodeSpans:
    blocks = _choose_blocks(text)
    if not blocks:
        return CodeSpans()
    from tui.rendering.code_process import highlight_code  # imported here: most articles have none

    return highlight_code(blocks)


def _choose_blocks(text: str) -> list[CodeBlock]:
    """Return the code whose language is known, up to a limit of all of it."""
    chosen, room = [], MAX_CODE_CHARS
    for block in find_code_blocks(text):
        if block.language and room > 0:
            chosen.append(block._replace(text=block.text[:room]))
            room -= len(block.text)
    return chosen
