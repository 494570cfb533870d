"""Articles on their way out of the reader: into a file, into a program."""

from __future__ import annotations

import asyncio
import shlex
from pathlib import Path

from textual import on, work

from store.model.errors import NewsError
from store.model.times import from_micros, iso
from store.system.programs import run_program
from store.text.clean import clean_line, clean_text
from tui.reader.dialogs.text_dialog import Sheet
from tui.reader.gateway import messages
from tui.reader.screen.prompting import Asking
from tui.reader.widgets.inputs import ExportPrompt, ListExportPrompt, PipePrompt

PIPE_SECONDS = 60.0
SHOWN = 2000
"""Lines of a program's output."""


class Exporting(Asking):
    """Writing the article to a file, and giving it to a program."""

    def action_article_export(self) -> None:
        """Ask for the file; its name is proposed."""
        if self.subject:
            self.gateway.name_export(self.subject)

    @on(messages.ExportNamed)
    async def ask_for_file(self, message: messages.ExportNamed) -> None:
        """Ask for the file, unless something else was asked for meanwhile."""
        if self.asked is None and self.is_active:
            await self.ask(ExportPrompt(message.article, "file to export to", f"~/{message.name}"))

    @on(ExportPrompt.Submitted, "ExportPrompt")
    def export(self, event: ExportPrompt.Submitted) -> None:
        """Write the file that was named; its suffix tells the form."""
        asked, name = event.input, event.value.strip()
        if isinstance(asked, ExportPrompt) and self.answered(asked) and name:
            self.gateway.export(asked.article, Path(name).expanduser())

    # -- all of the list -------------------------------------------------------------------

    async def action_list_export(self) -> None:
        """Ask where all articles of the list go."""
        if self.gateway.exporting:
            self.status.say(f"exporting already; {self.keymap.first('article.back')} stops it")
        elif self.articles.rows:
            await self.ask(ListExportPrompt([row.id for row in self.articles.rows]))

    @on(ListExportPrompt.Submitted, "ListExportPrompt")
    def export_list(self, event: ListExportPrompt.Submitted) -> None:
        """Write them to what was named."""
        asked, name = event.input, event.value.strip()
        if isinstance(asked, ListExportPrompt) and self.answered(asked) and name:
            made = iso(from_micros(self.now() * 1_000_000))
            self.gateway.export_list(asked.articles, Path(name).expanduser(), made)

    @on(messages.ExportProgressed)
    def show_exporting(self, message: messages.ExportProgressed) -> None:
        """Say how far it is."""
        told = f"exporting {message.done:,} of {message.total:,}"
        self._loading = told if message.total else ""
        self.tell_state()

    def stop_exporting(self) -> bool:
        """Stop the export of a list; tells whether there was one."""
        there: bool = self.gateway.exporting
        if there:
            self.gateway.stop_exporting()
        return there

    # -- to a program ----------------------------------------------------------------------

    async def action_article_pipe(self) -> None:
        """Ask for the program the article is given to."""
        if self.subject:
            command = shlex.join(self.settings.pipe_command)
            await self.ask(PipePrompt(self.subject, "program to pipe the article to", command))

    @on(PipePrompt.Submitted, "PipePrompt")
    def pipe(self, event: PipePrompt.Submitted) -> None:
        """Fetch the article for the program that was named."""
        asked = event.input
        if not isinstance(asked, PipePrompt) or not self.answered(asked):
            return
        try:
            arguments = shlex.split(event.value)
        except ValueError as error:
            self.status.say(f"not a command: {error}".lower())
            return
        if arguments:
            self.status.say(f"running {clean_line(arguments[0])} …")
            self.gateway.render(asked.article, arguments)

    @on(messages.ArticleRendered)
    def give_to_program(self, message: messages.ArticleRendered) -> None:
        """Give the article to the program."""
        self.run_with(message.arguments, message.text)

    @work(group="pipe")
    async def run_with(self, arguments: list[str], text: str) -> None:
        """Run the program off the event loop, and show what it writes."""
        try:
            out = await asyncio.to_thread(run_program, arguments, text, PIPE_SECONDS)
        except NewsError as error:
            self.status.say(clean_line(str(error)))
            return
        name = clean_line(arguments[0])
        self.status.say(f"{name} ended well")
        if lines := clean_text(out).strip().splitlines():
            self.app.push_screen(Sheet(name, lines[:SHOWN]))
