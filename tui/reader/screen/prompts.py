"""The prompt: one question at a time, in a line above the bottom one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from textual.screen import Screen

from tui.reader.screen.panes import Panes
from tui.reader.widgets.bars import StatusLine
from tui.reader.widgets.inputs import Prompt


@dataclass(eq=False)
class Prompts:
    """Asks a question, and hands its answer to whoever asked."""

    screen: Screen[None]
    panes: Panes
    status_line: StatusLine
    prompt: Prompt | None = field(default=None, init=False)
    """The question being asked."""
    _answer: Callable[[str], object] = field(init=False)
    _find_fault: Callable[[str], str] = field(init=False)

    async def ask(
        self,
        prompt: Prompt,
        answer: Callable[[str], object],
        find_fault: Callable[[str], str] = lambda _: "",
    ) -> None:
        """Show a question; the keys typed next are its answer.

        Args:
            prompt: The question.
            answer: Called with the answer, once the prompt is closed.
            find_fault: Returns what is wrong with an answer; the prompt stays open then.
        """
        self.close()
        self.status_line.clear_notice()  # it was about something else
        self.prompt, self._answer, self._find_fault = prompt, answer, find_fault
        await self.screen.mount(prompt, before=self.status_line)
        self.screen.set_focus(prompt)

    @property
    def question(self) -> str:
        """The question being asked, once an answer has taken its place in the input; else empty."""
        prompt = self.prompt
        return prompt.placeholder if prompt is not None and prompt.value else ""

    def close(self) -> None:
        """Remove the prompt, if there is one."""
        if self.prompt is not None:
            self.panes.focus(self.panes.state.current_pane)
            self.prompt.remove()
            self.prompt = None
            self.status_line.clear_notice()  # it was about an answer

    def submit(self, prompt: object, text: str) -> None:
        """Take an answer, unless the prompt was closed in the meantime."""
        if prompt is not self.prompt:
            return
        if fault := self._find_fault(text):
            self.status_line.show_notice(fault, "failed")
        else:
            self.close()
            self._answer(text)
