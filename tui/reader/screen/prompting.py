"""One question at a time, in a line above the bottom one."""

from __future__ import annotations

from tui.reader.screen.panes import Panes
from tui.reader.widgets.inputs import Prompt


class Asking(Panes):
    """Asks a question, and takes it away once it is answered or given up."""

    asked: Prompt | None = None

    async def ask(self, prompt: Prompt) -> None:
        """Show a question; the keys typed next are its answer."""
        self.end_asking()
        self.asked = prompt
        await self.mount(prompt, before=self.status)
        self.set_focus(prompt)

    def end_asking(self) -> None:
        """Take the question away."""
        if self.asked is not None:
            self.go_to_pane(self.pane)
            self.asked.remove()
            self.asked = None

    def answered(self, prompt: object) -> bool:
        """Take the question away if this is the one that was asked; whether it is."""
        if prompt is not self.asked:
            return False
        self.end_asking()
        return True
