"""One question at a time, in a line above the bottom one."""

from __future__ import annotations

from tui.reader.screen.panes import Panes
from tui.reader.widgets.inputs import Prompt


class Asking(Panes):
    """Asks a question, and takes it away once it is answered or given up."""

    prompt: Prompt | None = None

    async def show_prompt(self, prompt: Prompt) -> None:
        """Show a question; the keys typed next are its answer."""
        self.close_prompt()
        self.prompt = prompt
        await self.mount(prompt, before=self.status_line)
        self.set_focus(prompt)

    def close_prompt(self) -> None:
        """Take the question away."""
        if self.prompt is not None:
            self.focus_pane(self.current_pane)
            self.prompt.remove()
            self.prompt = None

    def close_if_current(self, prompt: object) -> bool:
        """Take the question away if this is the one that was asked; whether it is."""
        if prompt is not self.prompt:
            return False
        self.close_prompt()
        return True
